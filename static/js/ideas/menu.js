// The one menu of the page: filled for the card whose ⋯ was pressed. What one may not do is not offered; why not is said.
import { all, find, need } from "../core/find.js";
import { openSheet, quote, standBeside } from "../core/sheet.js";
import { ideaOf, textOf } from "../boards/lists.js";
import { copy } from "./ghosts.js";

/** @typedef {import("../boards/board.js").Board} Board */

/** The cluster that a card lies in; 0 for none. @param {HTMLElement} card */
function clusterOf(card) {
  const cluster = card.closest(".cluster");
  return cluster instanceof HTMLElement ? Number(cluster.dataset["cluster"]) : 0;
}

export class Menu {
  #board;
  #dialog = need(document, "#card-menu", HTMLDialogElement);
  /** @type {HTMLElement|null} */
  #card = null;

  /** @param {Board} board @param {(card: HTMLElement) => unknown} edit */
  constructor(board, edit) {
    this.#board = board;
    board.actions.on("menu", (button) => {
      const card = button.closest(".card");
      if (card instanceof HTMLElement) this.#open(card, button);
    });
    this.#does("edit", edit);
    this.#does("withdraw", (card) => board.notices.withdraw(card));
    this.#does("copy", (card) => copy(textOf(card)));
    this.#does("restore", (card) => board.send("idea:restore", { idea: ideaOf(card) }, ideaOf(card)));
    this.#does("report", async (card) => (await import("../moderation/report.js")).openReport(board.outbox, "idea", ideaOf(card), textOf(card), card.dataset["language"]));
    this.#does("move", async (card) => (await import("./moving.js")).moveByHand(board, card));
    this.#does("language", async (card) => (await import("./moderating.js")).correctLanguage(board, card));
    this.#does("hide", async (card) => (await import("./moderating.js")).hideWithReason(board, card));
    this.#does("merge", async (card) => (await import("./picking.js")).pick(board, card, "merge"));
    this.#does("propose", (card) => this.#propose("idea", ideaOf(card)));
    this.#does("propose-cluster", (card) => this.#propose("cluster", clusterOf(card)));
    this.#does("cluster", async (card) => (await import("./picking.js")).pick(board, card, "cluster"));
  }

  /** @param {string} act @param {(card: HTMLElement) => unknown} deed */
  #does(act, deed) {
    this.#board.actions.on(act, () => {
      const card = this.#card;
      this.#dialog.close();
      // A change that came meanwhile may have taken the card away.
      if (card?.isConnected) void deed(card);
    });
  }

  /** To the page where a proposal begins. @param {"idea"|"cluster"} from @param {number} id */
  #propose(from, id) {
    const { start } = need(this.#dialog, "[data-act=propose]", HTMLElement).dataset;
    location.assign(`${start}?${from}=${id}`);
  }

  /** @param {HTMLElement} card @param {HTMLElement} button */
  #open(card, button) {
    this.#card = card;
    const offered = this.#offered(card);
    for (const item of all(this.#dialog, ".menu-item")) {
      const line = item.closest("li");
      if (line) line.hidden = !offered.has(item.dataset["act"] ?? "");
    }
    quote(this.#dialog, textOf(card), card.dataset["language"]);
    const why = need(this.#dialog, "[data-why]", HTMLElement);
    const { person } = this.#board;
    why.textContent = person.moderates ? person.whyNotMove ?? "" : person.owns(ideaOf(card)) ? person.whyNotPost ?? "" : "";
    why.hidden = !why.textContent;
    openSheet(this.#dialog, find(this.#dialog, "li:not([hidden]) .menu-item", HTMLElement));
    standBeside(this.#dialog, button);
  }

  /** @param {HTMLElement} card */
  #offered(card) {
    const { person } = this.#board;
    const own = person.owns(ideaOf(card));
    const offered = new Set(["copy", "report"]);
    if (own && card.dataset["state"] === "shown" && !person.whyNotPost) offered.add("edit");
    if (own && card.dataset["state"] === "shown") offered.add("withdraw");
    if (card.dataset["state"] === "shown") offered.add("propose");
    if (card.dataset["state"] === "shown" && clusterOf(card)) offered.add("propose-cluster");
    if (own || person.moderates) offered.add("language");
    if (person.mayMove(ideaOf(card))) offered.add("move");
    if (person.moderates && card.dataset["state"] === "shown") ["cluster", "merge", "hide"].forEach((act) => offered.add(act));
    if (person.moderates && card.dataset["state"] === "hidden") offered.add("restore");
    return offered;
  }
}
