// What is wrong with a field, said beside it.
import { find } from "../../core/find.js";

/** @param {HTMLElement} place @param {string} sentence @param {HTMLInputElement} [field] */
export function complain(place, sentence, field) {
  const problem = find(place, "[data-problem]", HTMLElement);
  if (problem && problem.textContent !== sentence) problem.textContent = sentence;
  if (problem) problem.hidden = !sentence;
  if (sentence) field?.setAttribute("aria-invalid", "true");
  else field?.removeAttribute("aria-invalid");
}
