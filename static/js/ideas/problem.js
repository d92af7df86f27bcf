// Says on the card itself what did not work, and stays until it is read.
import { answer as speak } from "../core/announce.js";
import { copyOf, find, need } from "../core/find.js";

/** @param {HTMLElement} card @param {string} message */
export function problem(card, message) {
  const line = find(card, ":scope > .card-problem", HTMLElement) ?? copyOf("problem-template");
  need(line, "span", HTMLElement).textContent = message;
  card.append(line);
  speak(message);
}

/** @param {Element} button */
export function closeProblem(button) {
  button.closest(".card-problem")?.remove();
}
