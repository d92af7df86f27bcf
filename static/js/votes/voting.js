// Votes by tapping: shown at once, sent through the outbox, settled by the answer, taken back when refused.
import { answer as speak } from "../core/announce.js";
import { find } from "../core/find.js";
import { sayCount } from "../core/given.js";
import { ideaOf } from "../boards/lists.js";
import { problem } from "../ideas/problem.js";
import { MyVotes } from "./my_votes.js";
import { paintDots, paintOpinions } from "./painting.js";

/** @typedef {import("../boards/board.js").Board} Board */
/** @typedef {import("../live/tallies.js").Tallies} Tallies */

export class Voting {
  #board;
  #tallies;
  #votes;
  /** @type {Set<number>} */
  #unpainted = new Set();
  /** @type {Set<() => void>} */
  #watchers = new Set();

  /**
   * @param {Board} board
   * @param {Tallies} tallies
   * @param {import("../core/given.js").BoardPageData} page
   */
  constructor(board, tallies, page) {
    this.#board = board;
    this.#tallies = tallies;
    tallies.take(page.tally);
    this.#votes = new MyVotes(page.mine, page.dots_left, tallies);

    for (const write of board.outbox.kept()) {
      if (write.event.startsWith("vote:") && !write.refused) this.#votes.wish(write.payload["idea"], valueOf(write.payload));
    }
    board.outbox.listen({
      onDone: (write, done) => {
        if (!write.event.startsWith("vote:")) return;
        const idea = Number(write.payload["idea"]);
        if (done["tally"]) this.#tallies.take({ [idea]: done["tally"] });
        this.#votes.confirmed(idea, valueOf({ ...write.payload, ...done }), done["left"], done["version"]);
        this.#changed([idea]);
      },
      onRefused: (write, refused) => {
        if (!write.event.startsWith("vote:")) return;
        const idea = Number(write.payload["idea"]);
        this.#votes.refused(idea);
        this.#changed([idea]);
        const card = board.lists.card(idea);
        if (card) problem(card, refused.message);
        if (refused.code !== "invalid") board.askRights();
      },
      onDropped: (write) => {
        if (!write.event.startsWith("vote:") || board.outbox.waitingFor(write.thing)) return;
        this.#votes.refused(Number(write.payload["idea"]));
        this.#changed([Number(write.payload["idea"])]);
      },
    });
    board.actions.on("more", (button) => this.#step(button, 1));
    board.actions.on("less", (button) => this.#step(button, -1));
    board.actions.on("opinion", (button) => {
      const why = button.dataset["why"];
      const card = button.closest(".card");
      if (why && card instanceof HTMLElement) return problem(card, why);
      const value = Number(button.dataset["opinion"]);
      const idea = ideaOf(button);
      this.wish(idea, this.value(idea) === value ? null : value);
    });
    this.#showLeft();
  }

  /** Called after every change of votes. @param {() => void} watcher */
  onChange(watcher) {
    this.#watchers.add(watcher);
  }

  /** @param {number} idea */
  value(idea) {
    return this.#votes.value(idea);
  }

  /** How strongly an idea is supported, to sort by. @param {number} idea */
  support(idea) {
    const tally = this.#votes.tally(idea);
    return tally ? tally.dots ?? (tally.agree ?? 0) - (tally.disagree ?? 0) : 0;
  }

  /** @param {number} idea @param {number|null} value */
  wish(idea, value) {
    this.#votes.wish(idea, value);
    const dots = this.#board.facts.kind === "dots";
    const event = dots ? "vote:dots" : "vote:opinion";
    this.#board.outbox.put(event, dots ? { idea, dots: value ?? 0 } : { idea, opinion: value }, { thing: `vote:${idea}`, newest: true, about: { board: this.#board.facts.id } });
    this.#changed([idea]);
    if (dots) speak(`${sayCount("my_dots", value ?? 0)}. ${this.#leftSentence()}`);
  }

  /** @param {Record<string, import("../core/given.js").Tally>} tally */
  takeTally(tally) {
    const most = this.#tallies.most;
    const fresh = this.#tallies.take(tally);
    this.#votes.seen(fresh);
    // A new longest bar shortens all the others.
    if (this.#tallies.most !== most) this.#changed(this.#board.lists.cards().map(ideaOf));
    else this.#changed(fresh);
  }

  /** From `watch` or from a page drawn anew. @param {{tally?: Record<string, any>|null, mine?: Record<string, number>, dots_left?: number|null}} told */
  learn(told) {
    if (told.tally === null) this.#tallies.forget();
    else if (told.tally) this.#tallies.take(told.tally);
    if (told.mine) this.#votes.replace(told.mine, told.dots_left);
    this.#changed(this.#board.lists.cards().map(ideaOf));
  }

  /** Draws the votes of one card. @param {HTMLElement} card */
  paint(card) {
    const idea = ideaOf(card);
    const { kind, cap } = this.#board.facts;
    const mine = this.#votes.value(idea);
    const tally = this.#votes.tally(idea);
    const whyNot = this.#board.person.whyNotVote;
    card.toggleAttribute("data-voted", mine !== null && (kind === "opinions" || mine > 0));
    if (kind === "dots") paintDots(card, { mine, left: this.#votes.left, cap, tally, most: this.#tallies.most, whyNot });
    else paintOpinions(card, { mine, tally, whyNot });
  }

  paintAll() {
    for (const card of this.#board.lists.cards()) this.paint(card);
    this.#showLeft();
  }

  /** @param {HTMLElement} button @param {number} step */
  #step(button, step) {
    const idea = ideaOf(button);
    const card = this.#board.lists.card(idea);
    const why = button.dataset["why"];
    if (!card || why === "") return;
    if (why) return problem(card, why);
    this.wish(idea, Math.max(0, Math.min(this.#board.facts.cap, (this.value(idea) ?? 0) + step)));
  }

  /** Draws once a frame, however many numbers came. @param {number[]} ideas */
  #changed(ideas) {
    if (!this.#unpainted.size) requestAnimationFrame(() => this.#draw());
    this.#unpainted.add(-1);
    for (const idea of ideas) this.#unpainted.add(idea);
  }

  #draw() {
    const hadLeft = document.getElementById("board")?.hasAttribute("data-spent") ?? false;
    this.#showLeft();
    const spent = this.#votes.left !== null && this.#votes.left <= 0;
    if (spent !== hadLeft) this.paintAll();
    else for (const idea of this.#unpainted) this.#paintIdea(idea);
    this.#unpainted.clear();
    for (const watcher of this.#watchers) watcher();
  }

  /** @param {number} idea */
  #paintIdea(idea) {
    const card = this.#board.lists.card(idea);
    if (card) this.paint(card);
  }

  #leftSentence() {
    const left = this.#votes.left;
    return left === null ? "" : `${left} ${sayCount("dots_left_word", left)}`;
  }

  #showLeft() {
    const left = this.#votes.left;
    const line = document.getElementById("dots-left");
    document.getElementById("board")?.toggleAttribute("data-spent", left !== null && left <= 0);
    if (!line) return;
    line.hidden = left === null || this.#board.person.whyNotVote !== null;
    const number = find(line, "[data-left]", HTMLElement);
    const word = find(line, "[data-left-word]", HTMLElement);
    if (number) number.textContent = String(Math.max(0, left ?? 0));
    if (word) word.textContent = sayCount("dots_left_word", Math.max(0, left ?? 0));
  }
}

/** @param {Record<string, any>} payload @returns {number|null} */
function valueOf(payload) {
  const value = payload["dots"] ?? payload["opinion"];
  return value === undefined ? null : value;
}
