// "Move to…": the twin of dragging, for keyboard, screen reader and thumb.
import { find, need } from "../core/find.js";
import { say } from "../core/given.js";
import { openSheet, quote } from "../core/sheet.js";
import { ideaOf, textOf } from "../boards/lists.js";

/** @typedef {import("../boards/board.js").Board} Board */

const SHORT = 60;

/** @param {Board} board @param {HTMLElement} card */
export function moveByHand(board, card) {
  const dialog = need(document, "#move", HTMLDialogElement);
  const form = need(dialog, "form", HTMLFormElement);
  const column = need(form, "[name=column]", HTMLSelectElement);
  const cluster = need(form, "[name=cluster]", HTMLSelectElement);
  const before = need(form, "[name=before]", HTMLSelectElement);
  quote(dialog, textOf(card), card.dataset["language"]);
  column.value = card.dataset["column"] ?? "";

  const fillClusters = () => {
    const there = board.lists.clusters().filter((each) => each.dataset["column"] === column.value);
    fill(cluster, there.map((each) => ({ value: each.dataset["cluster"] ?? "", text: find(each, ".cluster-name", HTMLElement)?.textContent ?? "" })));
    const row = cluster.closest("label");
    if (row) row.hidden = there.length === 0;
    cluster.value = column.value === card.dataset["column"] && there.some((each) => each.dataset["cluster"] === card.dataset["cluster"]) ? card.dataset["cluster"] ?? "" : "";
    fillPlaces();
  };
  const fillPlaces = () => {
    const neighbours = board.lists.cards().filter((each) => each !== card && each.dataset["column"] === column.value && (each.dataset["cluster"] ?? "") === cluster.value);
    fill(before, neighbours.map((each) => ({ value: String(ideaOf(each)), text: say("before_idea", { text: shortened(textOf(each)) }) })));
    // Where it stands now is the first suggestion.
    const next = neighbours.find((each) => Boolean(card.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING));
    const stays = column.value === card.dataset["column"] && cluster.value === (card.dataset["cluster"] ?? "");
    before.value = stays && next ? String(ideaOf(next)) : "";
  };
  column.onchange = fillClusters;
  cluster.onchange = fillPlaces;
  fillClusters();
  form.onsubmit = () => {
    const idea = ideaOf(card);
    board.send("idea:move", {
      idea,
      column: Number(column.value),
      cluster: cluster.value ? Number(cluster.value) : null,
      before: before.value ? Number(before.value) : null,
    }, idea);
    board.tabs.show(column.value);
  };
  openSheet(dialog, column);
}

/** @param {string} text */
function shortened(text) {
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
}

/** Keeps the first option, which is the empty choice. @param {HTMLSelectElement} select @param {{value: string, text: string}[]} options */
function fill(select, options) {
  select.replaceChildren(...[...select.options].slice(0, 1), ...options.map(({ value, text }) => new Option(text, value)));
}
