// "23 here, 2 writing": shown to everybody, and told about oneself without saying who.
import { find, need } from "../core/find.js";
import { sayCount } from "../core/given.js";

const STILL_WRITING = 5000;

export class Presence {
  #line;
  #timer = 0;

  /** @param {(writing: boolean) => void} tell */
  constructor(tell) {
    this.#line = need(document, "#presence", HTMLElement);
    document.addEventListener("input", (event) => {
      if (!(event.target instanceof HTMLTextAreaElement)) return;
      tell(true);
      window.clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => tell(false), STILL_WRITING);
    });
  }

  /** @param {{count: number, writing?: number}} presence */
  show({ count, writing = 0 }) {
    const here = find(this.#line, "[data-here]", HTMLElement);
    const busy = find(this.#line, "[data-writing-now]", HTMLElement);
    // Whoever reads this is here, whatever the count of a moment ago says.
    if (here) here.textContent = sayCount("people_here", Math.max(1, count));
    if (busy) busy.textContent = writing > 0 ? sayCount("people_writing", writing) : "";
    this.#line.hidden = false;
  }
}
