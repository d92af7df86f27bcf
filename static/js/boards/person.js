// What this person may do on this board, and what is theirs. Never from a broadcast: from the page, from the answer to
// `watch`, and from the answers to their own writes.

/** @typedef {import("../core/given.js").Refusals} Refusals */

export class Person {
  /** @type {Set<number>} */
  #own;
  /** @type {Refusals} */
  #refusals;

  /** @param {number[]} own @param {Refusals} refusals */
  constructor(own, refusals) {
    this.#own = new Set(own);
    this.#refusals = refusals;
  }

  /** @param {number[]|undefined} own @param {Refusals|undefined} refusals */
  learn(own, refusals) {
    if (own) this.#own = new Set(own);
    this.#refusals = { ...this.#refusals, ...refusals };
  }

  /** @param {number} idea */
  wrote(idea) {
    this.#own.add(idea);
  }

  /** @param {number} idea */
  owns(idea) {
    return this.#own.has(idea);
  }

  get moderates() {
    return ["moderator", "organiser", "admin"].includes(document.body.dataset["role"] ?? "");
  }

  get whyNotPost() {
    return this.#refusals.why_not_post ?? null;
  }

  get whyNotVote() {
    return this.#refusals.why_not_vote ?? null;
  }

  get whyNotMove() {
    return this.#refusals.why_not_move ?? null;
  }

  /** Whose cards one may arrange: all when facilitating, else one's own as long as one may write. @param {number} idea */
  mayMove(idea) {
    if (this.moderates) return !this.whyNotMove;
    const frozen = document.getElementById("board-state")?.dataset["frozen"] === "true";
    return this.owns(idea) && !this.whyNotPost && !frozen;
  }
}
