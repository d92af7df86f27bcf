// Moderators open and close writing and voting, and freeze the cards. Not through the outbox: a switch that is pressed
// without a connection must not open the vote ten minutes later.
import { need } from "../core/find.js";
import { say } from "../core/given.js";
import { answer as speak } from "../core/announce.js";
import { NoAnswer } from "../core/socket.js";

/** @typedef {import("../core/socket.js").Connection} Connection */

/** @param {Connection} connection @param {number} board @param {HTMLElement} button */
export async function flip(connection, board, button) {
  if (!(button instanceof HTMLButtonElement) || button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await connection.ask(button.dataset["event"] ?? "", { board, [button.name]: button.value === "true" });
    if (!answer.ok) complain(answer.error.message);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    complain(say("not_now_offline"));
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/** @param {string} message */
export function complain(message) {
  const list = need(document, "#notices", HTMLElement);
  const line = document.createElement("li");
  line.className = "note note-bad";
  line.textContent = message;
  list.append(line);
  speak(message);
  window.setTimeout(() => line.remove(), 12_000);
}
