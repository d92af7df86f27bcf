// Moderators choose other ideas by searching: to merge one into another, or to put several together under a name.
import { all, copyOf, need } from "../core/find.js";
import { openSheet, quote } from "../core/sheet.js";
import { ideaOf, textOf } from "../boards/lists.js";

/** @typedef {import("../boards/board.js").Board} Board */

/** @param {Board} board @param {HTMLElement} card @param {"merge"|"cluster"} deed @param {HTMLElement} [chosen] */
export function pick(board, card, deed, chosen) {
  const dialog = need(document, "#pick", HTMLDialogElement);
  const form = need(dialog, "form", HTMLFormElement);
  const list = need(form, ".pick-list", HTMLElement);
  const search = need(form, "[name=search]", HTMLInputElement);
  const name = need(form, "[name=name]", HTMLInputElement);
  quote(dialog, textOf(card), card.dataset["language"]);
  for (const part of all(form, "[data-only]")) part.hidden = part.dataset["only"] !== deed;
  search.value = "";
  name.value = "";
  name.required = deed === "cluster";
  // A hidden button must not be what Enter presses.
  for (const button of /** @type {HTMLButtonElement[]} */ (all(form, "button[data-only]"))) button.disabled = Boolean(button.hidden);

  const others = board.lists.cards().filter((other) => other !== card && other.dataset["state"] === "shown");
  list.replaceChildren(need(list, "legend", HTMLElement), ...others.map((other) => option(other, deed, other === chosen)));
  search.oninput = () => {
    const wanted = search.value.toLocaleLowerCase().trim();
    for (const label of all(list, "label")) label.hidden = !label.textContent?.toLocaleLowerCase().includes(wanted);
  };
  form.onsubmit = () => {
    const ideas = new FormData(form).getAll("idea").map(Number);
    if (!ideas.length) return;
    const idea = ideaOf(card);
    if (deed === "merge") board.send("idea:merge", { idea, into: ideas[0] }, idea);
    else board.send("cluster:make", { board: board.facts.id, column: Number(card.dataset["column"]), name: name.value.trim(), ideas: [idea, ...ideas] }, idea);
  };
  openSheet(dialog, deed === "cluster" ? name : search);
}

/** @param {HTMLElement} card @param {"merge"|"cluster"} deed @param {boolean} checked */
function option(card, deed, checked) {
  const label = copyOf("pick-template");
  const input = need(label, "input", HTMLInputElement);
  input.type = deed === "merge" ? "radio" : "checkbox";
  input.name = "idea";
  input.value = String(ideaOf(card));
  input.required = deed === "merge";
  input.checked = checked;
  const text = need(label, "span", HTMLElement);
  text.textContent = textOf(card);
  text.lang = card.dataset["language"] ?? "";
  return label;
}
