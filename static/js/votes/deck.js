// Opinions one idea at a time: one text, three big buttons. The pile is fixed when it is opened; what comes later lies at its end.
import { all, find, need } from "../core/find.js";
import { say } from "../core/given.js";
import { ideaOf, textOf } from "../boards/lists.js";
import { problem } from "../ideas/problem.js";

/** @typedef {import("../boards/board.js").Board} Board */
/** @typedef {import("./voting.js").Voting} Voting */

export class Deck {
  #board;
  #voting;
  #place = need(document, "#deck", HTMLElement);
  /** @type {number[]} */
  #pile = [];
  #at = 0;

  /** @param {Board} board @param {Voting} voting */
  constructor(board, voting) {
    this.#board = board;
    this.#voting = voting;
    board.actions.on("deck-vote", (button) => this.vote(Number(button.dataset["opinion"])));
    board.actions.on("deck-back", () => this.step(-1));
    board.actions.on("deck-skip", () => this.step(1));
    board.actions.on("deck-close", () => this.close());
    voting.onChange(() => { if (this.shown) this.#marks(); });
  }

  get shown() {
    return !this.#place.hidden;
  }

  open() {
    const ideas = this.#ideas();
    // What is not answered yet comes first.
    this.#pile = [...ideas.filter((idea) => this.#voting.value(idea) === null), ...ideas.filter((idea) => this.#voting.value(idea) !== null)];
    this.#at = 0;
    this.#place.hidden = false;
    document.getElementById("board")?.setAttribute("data-deck", "");
    this.#show();
  }

  close() {
    const card = this.#board.lists.card(this.#pile[this.#at] ?? 0);
    this.#place.hidden = true;
    document.getElementById("board")?.removeAttribute("data-deck");
    if (card) this.#board.tabs.reveal(card);
  }

  /** @param {number} opinion */
  vote(opinion) {
    const idea = this.#pile[this.#at];
    if (!this.shown || idea === undefined) return;
    const why = this.#board.person.whyNotVote;
    if (why) return problem(need(this.#place, ".deck-card", HTMLElement), why);
    this.#voting.wish(idea, opinion);
    this.step(1);
  }

  /** @param {number} by */
  step(by) {
    if (!this.shown) return;
    this.#refresh();
    this.#at = Math.max(0, Math.min(this.#pile.length, this.#at + by));
    this.#show();
  }

  /** Without what was withdrawn meanwhile, with what is new at the end. */
  #refresh() {
    const ideas = new Set(this.#ideas());
    const current = this.#pile[this.#at];
    this.#pile = this.#pile.filter((idea) => ideas.has(idea) || idea === current);
    for (const idea of ideas) if (!this.#pile.includes(idea)) this.#pile.push(idea);
    if (current !== undefined) this.#at = this.#pile.indexOf(current);
  }

  #ideas() {
    return this.#board.lists.cards().filter((card) => !card.hidden && card.dataset["state"] === "shown").map(ideaOf);
  }

  #show() {
    const idea = this.#pile[this.#at];
    const over = idea === undefined;
    for (const part of all(this.#place, ".deck-card, .deck-votes, .deck-ways")) part.hidden = over;
    need(this.#place, ".deck-end", HTMLElement).hidden = !over;
    const progress = need(this.#place, "progress", HTMLProgressElement);
    progress.max = Math.max(1, this.#pile.length);
    progress.value = this.#at;
    need(this.#place, "#deck-progress", HTMLElement).textContent = over ? "" : say("deck_progress", { at: this.#at + 1, all: this.#pile.length });
    if (over) return;
    const card = this.#board.lists.card(idea);
    const text = need(this.#place, ".deck-text", HTMLElement);
    text.textContent = card ? textOf(card) : say("idea_was_taken_away");
    text.lang = card?.dataset["language"] ?? "";
    need(this.#place, ".deck-card", HTMLElement).dataset["tint"] = card?.dataset["tint"] ?? "";
    const line = find(card ?? document, ".card-line", HTMLElement);
    need(this.#place, "[data-deck-line]", HTMLElement).replaceChildren(...(card && line ? [...line.cloneNode(true).childNodes] : []));
    for (const old of all(this.#place, ".card-problem[role=alert]")) old.remove();
    text.focus({ preventScroll: true });
    this.#marks();
  }

  #marks() {
    const idea = this.#pile[this.#at];
    const value = idea === undefined ? null : this.#voting.value(idea);
    for (const button of all(this.#place, ".deck-votes [data-opinion]")) {
      button.setAttribute("aria-pressed", String(value !== null && String(value) === button.dataset["opinion"]));
      button.setAttribute("aria-disabled", String(this.#board.person.whyNotVote !== null));
    }
  }
}
