// What somebody is about to vote is kept in this browser until it is acknowledged, for one poll and one member, and
// removed at once afterwards. Nobody else who uses this browser gets to see it.
import { given } from "../core/given.js";

const PREFIX = "yf.ballot.";

/**
 * @typedef {object} Kept
 * @property {[string, string][]} marked fields of the ballot, as the form has them
 * @property {string} half 16 random bytes in hexadecimal, drawn anew for every ballot
 * @property {boolean} casting whether it was cast: then it is sent until there is an answer
 */

export class Shelf {
  #name;

  /** @param {number} poll */
  constructor(poll) {
    this.#name = `${PREFIX}${given.member ?? "guest"}.${poll}`;
  }

  /** @returns {Kept|null} */
  get kept() {
    try {
      const found = JSON.parse(localStorage.getItem(this.#name) ?? "null");
      return found && Array.isArray(found.marked) ? found : null;
    } catch {
      return null;
    }
  }

  /** @param {Kept} ballot */
  keep(ballot) {
    try {
      localStorage.setItem(this.#name, JSON.stringify(ballot));
    } catch {
      // No storage: the ballot can still be cast, only a reload would lose the choice.
    }
  }

  clear() {
    try {
      localStorage.removeItem(this.#name);
    } catch {
      // Nothing was kept.
    }
  }
}

/** What other people have left behind in this browser. */
export function clearOthers() {
  try {
    const own = `${PREFIX}${given.member ?? "guest"}.`;
    for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX) && !name.startsWith(own)) localStorage.removeItem(name);
  } catch {
    // There is no storage here.
  }
}

/** 16 random bytes in hexadecimal. */
export function newHalf() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
