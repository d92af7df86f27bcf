// Watches one channel: applies every change once and in order, and asks for what it missed whenever it may have missed
// something: on a gap, after a reconnect, on waking up, and when nothing was heard for a while.
import { NoAnswer } from "../core/socket.js";
import { RevisionOrder } from "./order.js";

/** @typedef {import("./order.js").Change} Change */
/** @typedef {import("../core/socket.js").Connection} Connection */
/** @typedef {import("../core/socket.js").Answer} Answer */

/**
 * @typedef {object} Watcher
 * @property {(changes: Change[]) => void} onChanges in order, none twice
 * @property {(revision: number) => Promise<number|null>} onReload draws the page anew; gives the revision that it then shows, at least this one
 * @property {(answer: Answer & {ok: true}) => void} [onWatched]
 * @property {(tally: Record<string, any>) => void} [onTally]
 * @property {(presence: {count: number, writing?: number}) => void} [onPresence]
 */

// Not the same second on every phone in the hall.
const SILENCE = 10_000 + Math.random() * 3000;
const LOOK = 1000;

export class Channel {
  #connection;
  #name;
  #watcher;
  #order;
  #asking = false;
  #askAgain = false;
  #heard = performance.now();
  #reloads = 0;
  #writing = false;

  /**
   * @param {Connection} connection
   * @param {string} name
   * @param {number|null} revision what the page shows
   * @param {Watcher} watcher
   * @param {number} [patience] how many times as long it may be silent
   */
  constructor(connection, name, revision, watcher, patience = 1) {
    this.#connection = connection;
    this.#name = name;
    this.#watcher = watcher;
    this.#order = new RevisionOrder(revision);

    connection.on("change", (change) => this.#take(change));
    connection.on("tally", (told) => {
      if (told?.channel !== name) return;
      this.#heard = performance.now();
      watcher.onTally?.(told.tally);
    });
    connection.on("presence", (told) => { if (told?.channel === name) watcher.onPresence?.(told); });
    connection.onUpOrDown((up) => { if (up) void this.catchUp(); });

    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") void this.catchUp(); });
    addEventListener("pageshow", (event) => { if (event.persisted) void this.catchUp(); });
    window.setInterval(() => {
      if (document.visibilityState === "visible" && performance.now() - this.#heard > SILENCE * patience) void this.catchUp(true);
    }, LOOK);
  }

  /** Tells the others that somebody is writing here. Never stored, never urgent.
   * @param {boolean} writing */
  here(writing) {
    if (writing === this.#writing) return;
    this.#writing = writing;
    this.#sayHere();
  }

  /** Asks for what was missed. One question at a time; asked meanwhile, it is asked once more.
   * @param {boolean} [brief] only for changes: what is mine and the tallies are known, nothing was heard because nothing happened */
  async catchUp(brief = false) {
    if (!this.#connection.up) return;
    if (this.#asking) {
      this.#askAgain = true;
      return;
    }
    this.#asking = true;
    this.#askAgain = false;
    this.#heard = performance.now();
    try {
      const answer = await this.#connection.ask("watch", { channel: this.#name, after: this.#order.known, ...(brief ? { brief } : {}) });
      if (answer.ok) await this.#answered(answer);
      else this.#askLater((answer.error.retry_after ?? 5) * 1000);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.#askLater(1500);
    } finally {
      this.#asking = false;
      if (this.#askAgain) void this.catchUp();
    }
  }

  /** @param {Answer & {ok: true}} answer */
  async #answered(answer) {
    this.#heard = performance.now();
    if (answer["reload"]) {
      await this.#reload(answer["revision"]);
    } else {
      this.#reloads = 0;
      this.#apply(this.#order.fill(answer["changes"] ?? [], answer["revision"]));
    }
    if (["tally", "mine", "own", "turnout"].some((part) => part in answer)) this.#watcher.onWatched?.(answer);
    if (this.#order.gap) this.#askLater(300);
    if (this.#writing) this.#sayHere();
  }

  /** @param {number} now */
  async #reload(now) {
    this.#reloads += 1;
    const revision = await this.#watcher.onReload(now);
    if (revision === null) {
      this.#askLater(2000 * this.#reloads);
      return;
    }
    this.#apply(this.#order.startFrom(revision));
    // Something may have happened between drawing the page and joining the room.
    if (this.#reloads < 3) this.#askAgain = true;
    else this.#askLater(SILENCE);
  }

  /** @param {Change} change */
  #take(change) {
    if (change?.channel !== this.#name) return;
    this.#heard = performance.now();
    this.#apply(this.#order.take(change));
    if (this.#order.gap && !this.#asking) void this.catchUp();
  }

  /** @param {Change[]} changes */
  #apply(changes) {
    if (!changes.length) return;
    try {
      this.#watcher.onChanges(changes);
    } catch (error) {
      // One fragment that can't be applied must not leave the page behind for ever: take the server's own picture.
      console.error(error);
      void this.#watcher.onReload(this.#order.known ?? 0);
    }
  }

  /** @param {number} milliseconds */
  #askLater(milliseconds) {
    window.setTimeout(() => void this.catchUp(), milliseconds * (0.75 + Math.random() / 2));
  }

  #sayHere() {
    if (!this.#connection.up) return;
    this.#connection.ask("here", { channel: this.#name, writing: this.#writing }).catch(() => {});
  }
}
