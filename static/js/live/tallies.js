// What the others have voted, as far as one may see it. Absolute numbers; for each idea the newest version wins.

/** @typedef {import("../core/given.js").Tally} Tally */

export class Tallies {
  /** @type {Map<number, Tally>} */
  #tallies = new Map();

  /** @param {Record<string, Tally>|null} tally @returns {number[]} ideas whose numbers are new */
  take(tally) {
    const fresh = [];
    for (const [id, told] of Object.entries(tally ?? {})) {
      const known = this.#tallies.get(Number(id));
      if (known && known.version > told.version) continue;
      this.#tallies.set(Number(id), told);
      fresh.push(Number(id));
    }
    return fresh;
  }

  /** @param {number} idea @returns {Tally|null} null where one may not see it (yet) */
  of(idea) {
    return this.#tallies.get(idea) ?? null;
  }

  /** The most support of any idea: the length of a full bar. */
  get most() {
    let most = 0;
    for (const tally of this.#tallies.values()) most = Math.max(most, tally.dots ?? 0);
    return most;
  }

  /** Voting starts hidden again, or what one may see has changed.
   * @returns {number[]} */
  forget() {
    const ids = [...this.#tallies.keys()];
    this.#tallies.clear();
    return ids;
  }
}
