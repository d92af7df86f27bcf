// How complete the proposal is, and what is missing: counted from the shared document while it is written.
import { need } from "../../core/find.js";
import { say, sayCount } from "../../core/given.js";

/** @typedef {{part: string, name: string, has: boolean}} Needed */

export class Meter {
  #root;
  #translating;
  #known = "";

  /** @param {HTMLElement} root @param {boolean} translating */
  constructor(root, translating) {
    this.#root = root;
    this.#translating = translating;
  }

  /** @param {Needed[]} needed in the page's order */
  show(needed) {
    const now = JSON.stringify(needed);
    if (now === this.#known) return;
    this.#known = now;
    const missing = needed.filter(({ has }) => !has);
    const done = needed.length - missing.length;
    this.#root.hidden = needed.length === 0;
    const bar = need(this.#root, "progress", HTMLProgressElement);
    bar.max = Math.max(1, needed.length);
    bar.value = done;
    const whole = this.#translating ? "meter_translated" : "meter_complete";
    const part = this.#translating ? "meter_translation" : "meter";
    need(this.#root, "[data-words]", HTMLElement).textContent = missing.length ? say(part, { done, all: needed.length }) : say(whole);
    const fold = need(this.#root, "[data-missing]", HTMLDetailsElement);
    fold.hidden = missing.length === 0;
    need(fold, "[data-missing-words]", HTMLElement).textContent = sayCount("meter_missing", missing.length);
    need(fold, "[data-missing-list]", HTMLElement).replaceChildren(...missing.map(({ part: id, name }) => {
      const line = document.createElement("li");
      const link = document.createElement("a");
      link.href = `#part-${id}`;
      link.textContent = name;
      line.append(link);
      return line;
    }));
  }
}
