// Writes on their way to the server. Each is kept in the browser under a UUID until it was acknowledged or refused,
// over a lost connection and a reload; sent in order, one at a time for each thing; and bound to one member, so that
// another person on the same phone never sends it. Posting twice with one key is one idea, a vote says what shall be
// and not what to add: so whatever is in doubt may simply be sent again.
import { NoAnswer } from "./socket.js";

/** @typedef {import("./socket.js").Connection} Connection */
/** @typedef {import("./socket.js").Refusal} Refusal */
/** @typedef {import("./socket.js").Answer} Answer */

/**
 * @typedef {object} Write
 * @property {string} key
 * @property {string} event
 * @property {Record<string, any>} payload
 * @property {string} thing what it is about; writes about one thing keep their order
 * @property {boolean} spoken carries words of the person: a refusal must not lose them
 * @property {number} made
 * @property {Record<string, any>} about what the page needs to show it after a reload
 * @property {Refusal} [refused]
 */

/**
 * @typedef {object} Listener
 * @property {(write: Write) => void} [onKept] it waits, or waits again
 * @property {(write: Write, answer: Answer & {ok: true}) => void} [onDone]
 * @property {(write: Write, refused: Refusal) => void} [onRefused]
 * @property {(write: Write) => void} [onDropped] the person gave it up, or a newer wish took its place
 */

// Not the write's fault: the same one may succeed in a moment.
const PASSING = new Set(["slow_down", "unavailable", "busy", "server_error", "signed_out"]);
// Another tab of the same member holds a write for so long while it sends it.
const LEASE = 10_000;
const AT_ONCE = 4;

/** A UUID, also where crypto.randomUUID is missing: a hall's server is reached by plain http. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The same over a reload, so that a tab does not wait for the writes that it was sending itself. */
function thisTab() {
  try {
    const tab = sessionStorage.getItem("yf.tab") ?? newKey();
    sessionStorage.setItem("yf.tab", tab);
    return tab;
  } catch {
    return newKey();
  }
}

export class Outbox {
  #connection;
  #shelf;
  #tab = thisTab();
  /** @type {Write[]} */
  #writes = [];
  /** @type {Set<string>} things that are being sent */
  #sending = new Set();
  /** @type {Set<Listener>} */
  #listeners = new Set();
  #notBefore = 0;
  #failures = 0;
  #timer = 0;

  /**
   * @param {Connection} connection
   * @param {number|string|null} member
   */
  constructor(connection, member) {
    this.#connection = connection;
    this.#shelf = `yf.outbox.${member ?? "guest"}`;
    this.#writes = this.#stored();
    connection.onUpOrDown((up) => {
      if (up) this.#notBefore = 0;
      this.#send();
    });
    // Another tab of the same member has sent or added something.
    addEventListener("storage", (event) => { if (event.key === this.#shelf) this.#follow(); });
  }

  /** @param {Listener} listener */
  listen(listener) {
    this.#listeners.add(listener);
  }

  /** All that is kept, the oldest first.
   * @param {string} [event] @returns {readonly Write[]} */
  kept(event) {
    return event ? this.#writes.filter((write) => write.event === event) : this.#writes;
  }

  /** The newest write about a thing that was not refused.
   * @param {string} thing */
  waitingFor(thing) {
    return this.#writes.findLast((write) => write.thing === thing && !write.refused) ?? null;
  }

  /**
   * @param {string} event
   * @param {Record<string, any>} payload
   * @param {{thing: string, spoken?: boolean, newest?: boolean, key?: string, about?: Record<string, any>}} how
   *   newest: only the newest wish about the thing counts, one that still waits is dropped
   */
  put(event, payload, { thing, spoken = false, newest = false, key = newKey(), about = {} }) {
    if (newest) {
      const flying = this.#sending.has(thing) ? this.#writes.find((write) => write.thing === thing && !write.refused) : null;
      for (const older of this.#writes.filter((write) => write.thing === thing && write !== flying)) this.drop(older.key);
    }
    /** @type {Write} */
    const write = { key, event, payload, thing, spoken, made: Date.now(), about };
    this.#writes.push(write);
    this.#store();
    this.#tell("onKept", write);
    this.#send();
    return write;
  }

  /** Sends a refused write again, perhaps with other words.
   * @param {string} key @param {Record<string, any>} [changes] */
  again(key, changes = {}) {
    const write = this.#writes.find((each) => each.key === key);
    if (!write) return;
    delete write.refused;
    Object.assign(write.payload, changes);
    this.#store();
    this.#tell("onKept", write);
    this.#send();
  }

  /** @param {string} key */
  drop(key) {
    const write = this.#writes.find((each) => each.key === key);
    if (!write) return;
    this.#remove(write);
    this.#tell("onDropped", write);
  }

  #send() {
    window.clearTimeout(this.#timer);
    if (!this.#connection.up) return;
    const pause = this.#notBefore - Date.now();
    if (pause > 0) {
      this.#timer = window.setTimeout(() => this.#send(), pause);
      return;
    }
    for (const write of this.#writes) {
      if (this.#sending.size >= AT_ONCE) return;
      if (write.refused || this.#sending.has(write.thing)) continue;
      if (this.#lease(write)) void this.#sendOne(write);
      // Another tab has it in hand; if that one goes away, it is our turn.
      else this.#timer = window.setTimeout(() => this.#send(), LEASE / 4);
    }
  }

  /** @param {Write} write */
  async #sendOne(write) {
    this.#sending.add(write.thing);
    try {
      const answer = await this.#connection.ask(write.event, write.payload);
      this.#failures = 0;
      if (answer.ok) this.#done(write, answer);
      else if (PASSING.has(answer.error.code)) this.#later((answer.error.retry_after ?? 2) * 1000 + Math.random() * 500);
      else this.#refuse(write, answer.error);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.#failures += 1;
      this.#later(Math.min(500 * 2 ** this.#failures, 8000) * (0.5 + Math.random()));
      this.#tell("onKept", write);
    } finally {
      this.#release(write);
      this.#sending.delete(write.thing);
      this.#send();
    }
  }

  /** @param {Write} write @param {Answer & {ok: true}} answer */
  #done(write, answer) {
    this.#remove(write);
    this.#tell("onDone", write, answer);
  }

  /** @param {Write} write @param {Refusal} refused */
  #refuse(write, refused) {
    if (write.spoken) {
      write.refused = refused;
      this.#store();
    } else {
      this.#remove(write);
    }
    this.#tell("onRefused", write, refused);
  }

  /** @param {number} milliseconds */
  #later(milliseconds) {
    this.#notBefore = Math.max(this.#notBefore, Date.now() + milliseconds);
  }

  /** @param {Write} write */
  #remove(write) {
    this.#writes = this.#writes.filter((each) => each.key !== write.key);
    this.#store(write.key);
  }

  /**
   * @template {keyof Listener} Name
   * @param {Name} name
   * @param {Parameters<Required<Listener>[Name]>} happened
   */
  #tell(name, ...happened) {
    for (const listener of this.#listeners) /** @type {any} */ (listener)[name]?.(...happened);
  }

  /** @returns {Write[]} */
  #stored() {
    try {
      const stored = JSON.parse(localStorage.getItem(this.#shelf) ?? "[]");
      return Array.isArray(stored) ? stored : [];
    } catch {
      return [];
    }
  }

  /** Writes what this tab knows, and leaves in place what another tab has added meanwhile.
   * @param {string} [removed] */
  #store(removed) {
    const mine = new Set(this.#writes.map((write) => write.key));
    const others = this.#stored().filter((write) => !mine.has(write.key) && write.key !== removed);
    this.#writes.push(...others);
    this.#writes.sort((a, b) => a.made - b.made);
    try {
      if (this.#writes.length) localStorage.setItem(this.#shelf, JSON.stringify(this.#writes));
      else localStorage.removeItem(this.#shelf);
    } catch {
      // No storage: the write is still sent, only a reload would lose it.
    }
  }

  #follow() {
    const stored = this.#stored();
    const keys = new Set(stored.map((write) => write.key));
    const gone = this.#writes.filter((write) => !keys.has(write.key) && !this.#sending.has(write.thing));
    this.#writes = [...stored, ...this.#writes.filter((write) => !keys.has(write.key) && this.#sending.has(write.thing))];
    for (const write of gone) this.#tell("onDropped", write);
    this.#send();
  }

  /** Whether this tab may send it: two tabs don't send one write at once. @param {Write} write */
  #lease(write) {
    try {
      const [tab, until] = (localStorage.getItem(`${this.#shelf}.${write.key}`) ?? " 0").split(" ");
      if (tab !== this.#tab && Number(until) > Date.now()) return false;
      localStorage.setItem(`${this.#shelf}.${write.key}`, `${this.#tab} ${Date.now() + LEASE}`);
    } catch {
      // Without storage there is no other tab that could know of it.
    }
    return true;
  }

  /** @param {Write} write */
  #release(write) {
    try {
      localStorage.removeItem(`${this.#shelf}.${write.key}`);
    } catch {
      // There was none.
    }
  }
}
