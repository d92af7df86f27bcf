// Nothing more is taken: says why, shows the words that were not saved so that they can be copied, and starts over on demand.
import { need } from "../../core/find.js";

/** @typedef {import("./draft.js").Draft} Draft */

/** @param {Draft} draft @param {string} reason @param {string} words what was not saved; "" for nothing */
export function showStopped(draft, reason, words) {
  const note = need(document, "#stopped", HTMLElement);
  need(note, "[data-reason]", HTMLElement).textContent = reason;
  need(note, "[data-words]", HTMLElement).hidden = !words;
  need(note, "#refused-words", HTMLTextAreaElement).value = words;
  note.hidden = false;
  note.scrollIntoView({ block: "center" });
  note.focus({ preventScroll: true });
  need(note, "#start-over", HTMLButtonElement).addEventListener("click", () => {
    draft.abandon();
    location.reload();
  });
}
