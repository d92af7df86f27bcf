// Marks on a card what is this person's: the server draws every card the same for all.
import { ideaOf, textOf } from "../boards/lists.js";
import { find, need } from "../core/find.js";
import { say } from "../core/given.js";

/** @typedef {import("../boards/board.js").Board} Board */

/** @param {Board} board @param {HTMLElement} card */
export function mark(board, card) {
  const idea = ideaOf(card);
  card.toggleAttribute("data-own", board.person.owns(idea));
  giveGrip(card, board.person.mayMove(idea));
  markWaiting(board, card, idea);
}

/** @param {Board} board */
export function markClusters(board) {
  const movable = board.person.moderates && !board.person.whyNotMove;
  for (const cluster of board.lists.clusters()) giveGrip(need(cluster, ".cluster-head", HTMLElement), movable);
}

/** A handle to drag by, for those who may: nobody moves a wall of cards by scrolling. @param {HTMLElement} item @param {boolean} movable */
function giveGrip(item, movable) {
  const grip = find(item, ":scope > .grip", HTMLElement);
  item.toggleAttribute("data-movable", movable);
  if (!movable) {
    grip?.remove();
  } else if (!grip) {
    const handle = document.createElement("span");
    handle.className = "grip";
    handle.setAttribute("aria-hidden", "true");
    handle.title = say("drag");
    item.prepend(handle);
  }
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
