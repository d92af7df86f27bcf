// One listener for all the buttons below root: <button data-act="withdraw"> does what was registered under "withdraw".

/** @typedef {(button: HTMLElement, event: MouseEvent) => void} Action */

export class Actions {
  /** @type {Map<string, Action>} */
  #actions = new Map();

  /** @param {HTMLElement} root */
  constructor(root) {
    root.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-act]") : null;
      if (!(button instanceof HTMLElement)) return;
      const action = this.#actions.get(button.dataset["act"] ?? "");
      // Without its script a button is what its form makes of it.
      if (!action || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      action(button, event);
    });
  }

  /** @param {string} name @param {Action} action */
  on(name, action) {
    this.#actions.set(name, action);
  }
}
