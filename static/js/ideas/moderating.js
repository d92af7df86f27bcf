// Correcting the language, hiding with a reason, and what is done to a whole cluster.
import { find, need } from "../core/find.js";
import { draft, dropDraft, restoreDraft } from "../core/drafts.js";
import { openSheet, quote } from "../core/sheet.js";
import { ideaOf, textOf } from "../boards/lists.js";

/** @typedef {import("../boards/board.js").Board} Board */

/** @param {Board} board @param {HTMLElement} card */
export function correctLanguage(board, card) {
  const dialog = need(document, "#tongue", HTMLDialogElement);
  const form = need(dialog, "form", HTMLFormElement);
  quote(dialog, textOf(card), card.dataset["language"]);
  const field = form.elements.namedItem("language");
  if (field instanceof RadioNodeList) field.value = card.dataset["language"] ?? "";
  form.onsubmit = () => {
    const language = new FormData(form).get("language");
    if (language && language !== card.dataset["language"]) board.send("idea:language", { idea: ideaOf(card), language: String(language) }, ideaOf(card));
  };
  openSheet(dialog, find(form, "input:checked", HTMLInputElement) ?? find(form, "input", HTMLInputElement));
}

/** @param {Board} board @param {HTMLElement} card */
export function hideWithReason(board, card) {
  const dialog = need(document, "#hide", HTMLDialogElement);
  const form = need(dialog, "form", HTMLFormElement);
  const reason = need(form, "textarea", HTMLTextAreaElement);
  quote(dialog, textOf(card), card.dataset["language"]);
  // A reason belongs to one idea: the draft for another one does not come up here.
  form.dataset["draft"] = `hide-${ideaOf(card)}`;
  reason.value = "";
  if (draft(form.dataset["draft"])) restoreDraft(form);
  form.onsubmit = () => {
    dropDraft(form.dataset["draft"] ?? "");
    board.send("idea:hide", { idea: ideaOf(card), reason: reason.value.trim() }, ideaOf(card));
  };
  openSheet(dialog, reason);
}

/** @param {Board} board @param {HTMLElement} cluster */
export function clusterMenu(board, cluster) {
  const dialog = need(document, "#cluster-menu", HTMLDialogElement);
  const id = Number(cluster.dataset["cluster"]);
  const name = need(dialog, "[name=name]", HTMLInputElement);
  quote(dialog, find(cluster, ".cluster-name", HTMLElement)?.textContent ?? "");
  name.value = find(cluster, ".cluster-name", HTMLElement)?.textContent ?? "";
  const propose = find(dialog, "a[data-propose]", HTMLAnchorElement);
  if (propose) propose.search = `?cluster=${id}`;
  need(dialog, "[data-form=cluster-name]", HTMLFormElement).onsubmit = () => board.send("cluster:name", { cluster: id, name: name.value.trim() });
  const move = find(dialog, "[data-form=cluster-move]", HTMLFormElement);
  const column = find(dialog, "[name=column]", HTMLSelectElement);
  if (move && column) {
    column.value = cluster.dataset["column"] ?? "";
    move.onsubmit = () => {
      if (column.value !== cluster.dataset["column"]) board.send("cluster:move", { cluster: id, column: Number(column.value), before: null });
    };
  }
  need(dialog, "[data-act=cluster-dissolve]", HTMLElement).onclick = () => {
    dialog.close();
    board.send("cluster:dissolve", { cluster: id });
  };
  openSheet(dialog, name);
}
