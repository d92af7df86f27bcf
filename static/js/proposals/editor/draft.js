// The shared document of one proposal: brings in what others write, sends what is written here, and loses neither.
import { Doc, applyUpdate, encodeStateAsUpdate, encodeStateVector, mergeUpdates } from "../../../vendor/editor.js";
import { NoAnswer } from "../../core/socket.js";
import { Channel } from "../../live/channel.js";
import { fromBase64, toBase64 } from "./bytes.js";
import { Shelf } from "./shelf.js";

/** @typedef {import("../../core/socket.js").Connection} Connection */
/** @typedef {import("../../core/socket.js").Refusal} Refusal */
/** @typedef {{part: string, at: string} | null} Cursor */
/** @typedef {{update: Uint8Array, changes: number}} Unsent */

/**
 * @typedef {object} Listener
 * @property {() => void} onReady the document is here
 * @property {() => void} onSaving what is saved, or whether, has changed
 * @property {(refused: Refusal) => void} onStopped nothing more can be written
 * @property {() => void} onAuthors who may read or write has changed
 */

/** Where a change of the document came from, for whoever observes it. */
export const FROM_SERVER = "server";
export const FROM_SHELF = "shelf";

// Not the change's fault: the same one may succeed in a moment.
const PASSING = new Set(["slow_down", "unavailable", "busy", "server_error", "signed_out"]);
// Bytes of one message: 44 KB of base64.
const MOST = 32_500;
// The server allows 150 events in ten seconds: twelve writes a second, or three moves of the cursor.
const BETWEEN_WRITES = 85;
const BETWEEN_CURSORS = 350;
const CURSOR_AGAIN = 15_000;
const MOST_GAPS = 5;

export class Draft {
  doc = new Doc();
  #connection;
  #proposal;
  #channelName;
  #mayWrite;
  #shelf;
  #listener;
  #ready = false;
  /** @type {Refusal | null} */
  #stopped = null;
  /** @type {Unsent[]} */
  #unsent = [];
  #sending = false;
  #notBefore = 0;
  #failures = 0;
  #gaps = 0;
  #timer = 0;
  /** @type {Cursor} */
  #cursor = null;
  #cursorTold = "null";
  #cursorAt = 0;
  /** @type {Array<() => void>} */
  #waiting = [];

  /**
   * @param {Connection} connection
   * @param {{proposal: number, channel: string}} facts
   * @param {number} member
   * @param {boolean} mayWrite
   * @param {Listener} listener
   */
  constructor(connection, { proposal, channel }, member, mayWrite, listener) {
    this.#connection = connection;
    this.#proposal = proposal;
    this.#channelName = channel;
    this.#mayWrite = mayWrite;
    this.#shelf = new Shelf(`draft:${proposal}:${member}`);
    this.#listener = listener;
    this.doc.on("update", (update, origin) => {
      if (origin !== FROM_SERVER && origin !== FROM_SHELF && this.#mayWrite) this.#add(update);
    });
    connection.on("closed", (told) => { if (told?.channel === channel) this.#stop(told.reason); });
    connection.onUpOrDown((up) => {
      this.#notBefore = 0;
      if (up && !this.#ready) void this.#load();
      else if (up) {
        this.#cursorTold = "null";
        this.#send();
      }
      this.#listener.onSaving();
    });
    // The others need not wait until they forget it.
    addEventListener("pagehide", () => { if (this.#cursor && this.up) this.ask("draft:cursor", { client: this.doc.clientID, cursor: null }).catch(() => {}); });
    window.setInterval(() => { if (this.#cursor) this.#tellCursor(true); }, CURSOR_AGAIN);
  }

  get up() {
    return this.#connection.up;
  }

  get ready() {
    return this.#ready;
  }

  get stopped() {
    return this.#stopped;
  }

  get mayWrite() {
    return this.#mayWrite && !this.#stopped;
  }

  /** How many changes the server has not acknowledged. */
  get unsent() {
    return this.#unsent.reduce((sum, { changes }) => sum + changes, 0);
  }

  /** Whether what is unsent would survive a reload. */
  get kept() {
    return this.#shelf.works;
  }

  /** Where this person writes. It travels with the next change, or soon without one.
   * @param {Cursor} cursor */
  set cursor(cursor) {
    if (!this.mayWrite) return;
    this.#cursor = cursor;
    this.#send();
  }

  /** Waits until all is acknowledged.
   * @param {number} patience milliseconds @returns {Promise<boolean>} whether it is */
  settled(patience) {
    if (!this.#unsent.length) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = window.setTimeout(() => resolve(false), patience);
      this.#waiting.push(() => {
        window.clearTimeout(timer);
        resolve(true);
      });
    });
  }

  /** Gives up what was never acknowledged. */
  abandon() {
    this.#unsent = [];
    this.#shelf.clear();
  }

  /** @param {string} event @param {object} payload */
  ask(event, payload) {
    return this.#connection.ask(event, { proposal: this.#proposal, ...payload });
  }

  // Reading

  async #load() {
    const revision = await this.#sync();
    if (revision === null || this.#ready) return;
    if (this.#mayWrite) this.#takeFromShelf();
    this.#ready = true;
    // It lives as long as the page.
    new Channel(this.#connection, this.#channelName, revision, {
      onChanges: (changes) => {
        for (const change of changes) {
          if (change.type === "draft.updated") this.#apply(change.data["update"]);
          else if (change.type === "draft.authors") this.#listener.onAuthors();
        }
      },
      onReload: () => this.#sync(),
    });
    this.#listener.onReady();
    this.#send();
  }

  #takeFromShelf() {
    for (const update of this.#shelf.take()) {
      try {
        applyUpdate(this.doc, update, FROM_SHELF);
        this.#unsent.push({ update, changes: 1 });
      } catch (error) {
        // Not ours, or broken on the way to the disk: the rest counts.
        console.error(error);
      }
    }
    if (this.#unsent.length) this.#keep();
  }

  /** Takes what is lacking here. @returns {Promise<number|null>} the revision that is here then; null where it can't be had now */
  async #sync() {
    const answer = await this.#synced();
    return answer ? answer["revision"] : null;
  }

  async #synced() {
    try {
      const answer = await this.ask("draft:sync", { vector: toBase64(encodeStateVector(this.doc)) });
      if (answer.ok) {
        this.#apply(answer["update"]);
        return answer;
      }
      if (!PASSING.has(answer.error.code)) this.#stop(answer.error);
      else if (!this.#ready) window.setTimeout(() => void this.#load(), (answer.error.retry_after ?? 2) * 1000);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      if (!this.#ready && this.up) window.setTimeout(() => void this.#load(), 1500);
    }
    return null;
  }

  /** @param {string} update base64 */
  #apply(update) {
    if (update) applyUpdate(this.doc, fromBase64(update), FROM_SERVER);
  }

  // Writing

  /** @param {Uint8Array} update */
  #add(update) {
    const last = this.#unsent.at(-1);
    const free = last && !(this.#sending && this.#unsent.length === 1);
    if (last && free && last.update.length + update.length < MOST) {
      last.update = mergeUpdates([last.update, update]);
      last.changes += 1;
    } else {
      this.#unsent.push({ update, changes: 1 });
    }
    this.#keep();
    if (!this.#stopped) this.#send();
    this.#listener.onSaving();
  }

  #keep() {
    this.#shelf.keep(() => this.#unsent.map(({ update }) => update));
  }

  #send() {
    window.clearTimeout(this.#timer);
    if (!this.#ready || !this.up || this.#sending || this.#stopped) return;
    const pause = this.#notBefore - Date.now();
    if (pause > 0) this.#timer = window.setTimeout(() => this.#send(), pause);
    else if (this.#unsent[0]) void this.#sendOne(this.#unsent[0]);
    else this.#tellCursor();
  }

  /** @param {Unsent} first */
  async #sendOne(first) {
    this.#sending = true;
    this.#notBefore = Date.now() + BETWEEN_WRITES;
    const cursor = this.#newCursor();
    try {
      const answer = await this.ask("draft:write", { update: toBase64(first.update), client: this.doc.clientID, ...cursor });
      this.#failures = 0;
      if (answer.ok) this.#sent();
      else if (answer.error.code === "draft_gap") await this.#fillGap(answer.error);
      else if (PASSING.has(answer.error.code)) this.#later((answer.error.retry_after ?? 2) * 1000);
      else this.#stop(answer.error);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.#failures += 1;
      this.#later(Math.min(500 * 2 ** this.#failures, 8000));
    } finally {
      this.#sending = false;
      this.#listener.onSaving();
      this.#send();
    }
  }

  #sent() {
    this.#gaps = 0;
    this.#unsent.shift();
    if (this.#unsent.length) {
      this.#keep();
      return;
    }
    this.#shelf.clear();
    for (const done of this.#waiting.splice(0)) done();
  }

  /** The server lacks something that this change builds upon: it is told all that it lacks.
   * @param {Refusal} refused */
  async #fillGap(refused) {
    this.#gaps += 1;
    if (this.#gaps > MOST_GAPS) {
      this.#stop(refused);
      return;
    }
    const answer = await this.#synced();
    if (!answer) {
      this.#later(1500);
      return;
    }
    const update = encodeStateAsUpdate(this.doc, fromBase64(answer["vector"]));
    if (update.length <= MOST) this.#unsent = [{ update, changes: this.unsent }];
    this.#keep();
    this.#later(250 * this.#gaps);
  }

  /** @param {number} milliseconds spread a little, so that not everybody comes back in the same instant */
  #later(milliseconds) {
    this.#notBefore = Date.now() + milliseconds * (0.75 + Math.random() / 2);
  }

  /** @param {Refusal} refused */
  #stop(refused) {
    if (this.#stopped) return;
    this.#stopped = refused;
    this.#cursor = null;
    this.#listener.onStopped(refused);
  }

  // The cursor

  /** What a write takes along. @returns {{cursor?: Cursor}} */
  #newCursor() {
    const now = JSON.stringify(this.#cursor);
    // That one is nowhere is told alone.
    if (!this.#cursor || now === this.#cursorTold) return {};
    this.#cursorTold = now;
    this.#cursorAt = Date.now();
    return { cursor: this.#cursor };
  }

  /** @param {boolean} [again] so that the others don't forget it */
  #tellCursor(again = false) {
    if (!this.#ready || !this.up || this.#stopped || (!again && JSON.stringify(this.#cursor) === this.#cursorTold)) return;
    const pause = this.#cursorAt + BETWEEN_CURSORS - Date.now();
    if (pause > 0) {
      window.clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => this.#send(), pause);
      return;
    }
    this.#cursorTold = JSON.stringify(this.#cursor);
    this.#cursorAt = Date.now();
    this.ask("draft:cursor", { client: this.doc.clientID, cursor: this.#cursor }).catch(() => {});
  }
}
