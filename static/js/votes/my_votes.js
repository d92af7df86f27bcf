// My votes as I see them: what the server has, with what I have wished since on top. A wish counts at once in what I see,
// and falls away again when it is refused.

/** @typedef {import("../live/tallies.js").Tallies} Tallies */
/** @typedef {import("../core/given.js").Tally} Tally */

/** @type {Record<string, "agree"|"pass"|"disagree">} */
const COUNTED_AS = { "1": "agree", "0": "pass", "-1": "disagree" };

export class MyVotes {
  /** @type {Map<number, number>} what the server has */
  #mine = new Map();
  /** @type {Map<number, number|null>} what I want and the server has not confirmed */
  #wished = new Map();
  /** @type {Map<number, number|null>} what of mine is in the tally that I see */
  #counted = new Map();
  /** @type {Map<number, {value: number|null, version: number}>} confirmed, but the tally I see is older */
  #settling = new Map();
  /** @type {number|null} */
  #left;
  #tallies;

  /**
   * @param {Record<string, number>} mine
   * @param {number|null} left dots; null where there is no budget
   * @param {Tallies} tallies
   */
  constructor(mine, left, tallies) {
    this.#tallies = tallies;
    this.#left = left;
    this.replace(mine, left);
  }

  /** From the page or from `watch`: votes and tallies of one moment.
   * @param {Record<string, number>} mine @param {number|null|undefined} left @returns {number[]} ideas that look different now */
  replace(mine, left) {
    const before = new Set(this.#mine.keys());
    this.#mine = new Map(Object.entries(mine).map(([idea, value]) => [Number(idea), value]));
    this.#counted = new Map(this.#mine);
    this.#settling.clear();
    if (left !== undefined) this.#left = left;
    return [...new Set([...before, ...this.#mine.keys()])];
  }

  /** @param {number} idea @param {number|null} value */
  wish(idea, value) {
    this.#wished.set(idea, value);
  }

  /** @param {number} idea @param {number|null} value @param {number|null|undefined} left @param {number|undefined} version of the idea's tally */
  confirmed(idea, value, left, version) {
    if (this.#wished.get(idea) === value) this.#wished.delete(idea);
    if (value === null) this.#mine.delete(idea);
    else this.#mine.set(idea, value);
    if (left !== null && left !== undefined) this.#left = left;
    const seen = this.#tallies.of(idea);
    if (version !== undefined && seen && seen.version < version) this.#settling.set(idea, { value, version });
    else this.#count(idea, value);
  }

  /** @param {number} idea */
  refused(idea) {
    this.#wished.delete(idea);
  }

  /** New tallies have come. @param {number[]} ideas */
  seen(ideas) {
    for (const idea of ideas) {
      const settling = this.#settling.get(idea);
      if (settling && (this.#tallies.of(idea)?.version ?? 0) >= settling.version) this.#count(idea, settling.value);
    }
  }

  /** @param {number} idea @returns {number|null} */
  value(idea) {
    const wished = this.#wished.get(idea);
    return wished === undefined ? this.#mine.get(idea) ?? null : wished;
  }

  /** Dots left, wishes counted. */
  get left() {
    if (this.#left === null) return null;
    let left = this.#left;
    for (const [idea, wished] of this.#wished) left -= (wished ?? 0) - (this.#mine.get(idea) ?? 0);
    return left;
  }

  /** What everybody has voted, mine counted as I see it. @param {number} idea @returns {Tally|null} */
  tally(idea) {
    const told = this.#tallies.of(idea);
    if (!told) return null;
    const now = this.value(idea);
    const counted = this.#counted.get(idea) ?? null;
    if (now === counted) return told;
    const tally = { ...told };
    if (tally.dots !== undefined) tally.dots = Math.max(0, tally.dots + (now ?? 0) - (counted ?? 0));
    const from = counted === null ? undefined : COUNTED_AS[counted];
    const to = now === null ? undefined : COUNTED_AS[now];
    if (from && tally[from] !== undefined) tally[from] = Math.max(0, (tally[from] ?? 0) - 1);
    if (to && tally[to] !== undefined) tally[to] = (tally[to] ?? 0) + 1;
    return tally;
  }

  /** @param {number} idea @param {number|null} value */
  #count(idea, value) {
    this.#settling.delete(idea);
    if (value === null) this.#counted.delete(idea);
    else this.#counted.set(idea, value);
  }
}
