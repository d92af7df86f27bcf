// Marks on a card what is this person's: the server draws every card the same for all.
import { ideaOf, textOf } from "../boards/lists.js";
import { find } from "../core/find.js";
import { say } from "../core/given.js";

/** @typedef {import("../boards/board.js").Board} Board */

/** @param {Board} board @param {HTMLElement} card */
export function mark(board, card) {
  const idea = ideaOf(card);
  card.toggleAttribute("data-own", board.person.owns(idea));
  const movable = board.person.mayMove(idea);
  const grip = find(card, ":scope > .grip", HTMLElement);
  if (movable && !grip) {
    const handle = document.createElement("span");
    handle.className = "grip";
    handle.setAttribute("aria-hidden", "true");
    handle.title = say("drag");
    card.prepend(handle);
  } else if (!movable) {
    grip?.remove();
  }
  markWaiting(board, card, idea);
}

/** What I have changed and the server has not confirmed yet. @param {Board} board @param {HTMLElement} card @param {number} idea */
function markWaiting(board, card, idea) {
  const waiting = board.outbox.kept().filter((write) => write.thing === `idea:${idea}` && !write.refused);
  const edit = waiting.findLast((write) => write.event === "idea:edit");
  const leaving = waiting.findLast((write) => write.event === "idea:withdraw" || write.event === "idea:return");
  card.toggleAttribute("data-waiting", waiting.length > 0);
  if (leaving?.event === "idea:withdraw") card.dataset["leaving"] = "yes";
  else delete card.dataset["leaving"];
  const text = find(card, ".card-text", HTMLElement);
  if (edit && text && textOf(card) !== edit.payload["text"]) text.textContent = edit.payload["text"];
}
