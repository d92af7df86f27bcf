// Updates that the server has not acknowledged yet, kept in the browser over a reload and for one person alone.
// Each open page has its own place, so that two tabs don't overwrite one another; a page that comes later takes over
// what an earlier one left. Sending something twice does no harm.
import { newKey } from "../../core/outbox.js";
import { fromBase64, toBase64 } from "./bytes.js";

// Typing must not wait for the disk.
const SOON = 200;

export class Shelf {
  #prefix;
  #own;
  /** @type {Map<string, string>} what earlier pages left: place → what stood there */
  #found = new Map();
  /** @type {(() => Uint8Array[]) | null} */
  #unsent = null;
  #timer = 0;
  #works = true;

  /** @param {string} name */
  constructor(name) {
    this.#prefix = `${name}:`;
    this.#own = this.#prefix + newKey();
    addEventListener("pagehide", () => this.#write());
    document.addEventListener("visibilitychange", () => this.#write());
  }

  /** Whether a reload would bring everything back. */
  get works() {
    return this.#works;
  }

  /** What earlier pages did not get sent. @returns {Uint8Array[]} */
  take() {
    const updates = [];
    try {
      for (const place of Object.keys(localStorage).filter((key) => key.startsWith(this.#prefix) && key !== this.#own)) {
        const stored = localStorage.getItem(place) ?? "[]";
        this.#found.set(place, stored);
        for (const update of JSON.parse(stored)) updates.push(fromBase64(update));
      }
    } catch {
      this.#works = false;
    }
    return updates;
  }

  /** @param {() => Uint8Array[]} unsent asked when there is time to write it down */
  keep(unsent) {
    this.#unsent = unsent;
    if (!this.#timer) this.#timer = window.setTimeout(() => this.#write(), SOON);
  }

  /** Everything has arrived, also what earlier pages left. */
  clear() {
    this.keep(() => []);
    this.#write();
    for (const [place, stored] of this.#found) {
      try {
        // A page that is still open may have put something new there.
        if (localStorage.getItem(place) === stored) localStorage.removeItem(place);
      } catch {
        this.#works = false;
      }
    }
    this.#found.clear();
  }

  #write() {
    window.clearTimeout(this.#timer);
    this.#timer = 0;
    if (!this.#unsent) return;
    const updates = this.#unsent().map(toBase64);
    this.#unsent = null;
    try {
      if (updates.length) localStorage.setItem(this.#own, JSON.stringify(updates));
      else localStorage.removeItem(this.#own);
      this.#works = true;
    } catch {
      this.#works = false;
    }
  }
}
