// The buttons of one section: one stop of the Tab key, arrows between them, pressed where the cursor stands in it.
import { all, copyOf } from "../../core/find.js";
import { TOOLS, isMarked, mark } from "./writing.js";

/** @typedef {import("./section.js").Section} Section */

export class Toolbar {
  #section;
  #bar;
  #buttons;

  /** @param {Section} section @param {(section: Section) => void} openLink */
  constructor(section, openLink) {
    this.#section = section;
    this.#bar = copyOf("write-toolbar");
    this.#buttons = all(this.#bar, "[data-tool]");
    if (this.#buttons[0]) this.#buttons[0].tabIndex = 0;
    section.element.append(this.#bar);
    // The cursor stays where it is while a button is pressed with finger or mouse; the keyboard on a phone stays open.
    this.#bar.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#bar.addEventListener("mousedown", (event) => event.preventDefault());
    this.#bar.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-tool]") : null;
      if (!(button instanceof HTMLElement)) return;
      const name = button.dataset["tool"] ?? "";
      if (name === "link") openLink(section);
      else {
        const { view } = section;
        TOOLS[name]?.run(view.state, (change) => view.dispatch(change), view);
        // Whoever came here with the keyboard goes on in the text.
        view.focus();
      }
    });
    this.#bar.addEventListener("keydown", (event) => this.#walk(event));
    section.view.dom.addEventListener("keydown", (event) => {
      if (event.altKey && event.key === "F10") {
        event.preventDefault();
        this.#buttons.find((button) => button.tabIndex === 0)?.focus();
      }
    });
    this.draw();
  }

  /** Shows what holds where the cursor stands. */
  draw() {
    const { state } = this.#section.view;
    for (const button of this.#buttons) {
      const name = button.dataset["tool"] ?? "";
      const on = name === "link" ? isMarked(state, mark("link")) : TOOLS[name]?.on?.(state);
      if (on !== undefined) button.setAttribute("aria-pressed", String(on));
      else button.setAttribute("aria-disabled", String(!TOOLS[name]?.run(state)));
    }
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    const at = this.#buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const steps = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: this.#buttons.length - 1 };
    const to = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (event.key === "Escape") this.#section.view.focus();
    if (to === undefined) return;
    event.preventDefault();
    const next = this.#buttons[(to + this.#buttons.length) % this.#buttons.length];
    for (const button of this.#buttons) button.tabIndex = button === next ? 0 : -1;
    next?.focus();
  }
}
