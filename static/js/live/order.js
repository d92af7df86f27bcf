// Puts changes into the order of their revisions: nothing twice, nothing before what came before it.

/** @typedef {{channel: string, revision: number, type: string, data: Record<string, any>, html?: string}} Change */

export class RevisionOrder {
  /** @type {Map<number, Change>} */
  #early = new Map();
  #known;

  /** @param {number|null} known the revision that the page already shows; null where it shows none yet */
  constructor(known) {
    this.#known = known;
  }

  get known() {
    return this.#known;
  }

  /** Whether something was missed: a later change waits for an earlier one. */
  get gap() {
    return this.#early.size > 0;
  }

  /** @param {Change} change @returns {Change[]} what may be applied now */
  take(change) {
    if (this.#known !== null && change.revision <= this.#known) return [];
    this.#early.set(change.revision, change);
    return this.#next();
  }

  /** The server's own list from our revision up to its own: with it there is no hole up to there.
   * @param {Change[]} changes @param {number} revision @returns {Change[]} */
  fill(changes, revision) {
    for (const change of changes) {
      if (this.#known === null || change.revision > this.#known) this.#early.set(change.revision, change);
    }
    const ready = [...this.#early.values()].filter((change) => change.revision <= revision).sort((a, b) => a.revision - b.revision);
    return [...ready, ...this.startFrom(revision)];
  }

  /** The page was drawn anew at this revision.
   * @param {number} revision @returns {Change[]} what came after it */
  startFrom(revision) {
    this.#known = Math.max(revision, this.#known ?? 0);
    for (const early of [...this.#early.keys()]) if (early <= this.#known) this.#early.delete(early);
    return this.#next();
  }

  /** @returns {Change[]} */
  #next() {
    const ready = [];
    while (this.#known !== null) {
      const change = this.#early.get(this.#known + 1);
      if (!change) break;
      this.#early.delete(change.revision);
      this.#known = change.revision;
      ready.push(change);
    }
    return ready;
  }
}
