// The one connection of this page: asks and gets an answer, or says that nothing was sent; heals itself.
import { io } from "../../vendor/socket.io.js";
import { say } from "./given.js";

/** @typedef {{code: string, message: string, field?: string, retry_after?: number, mine?: string, theirs?: string, version?: number, data?: any}} Refusal */
/** @typedef {{ok: true, error?: undefined, [more: string]: any} | {ok: false, error: Refusal, [more: string]: any}} Answer */

/** Thrown where no answer came: whether the server did it is not known, so the same may be asked again. */
export class NoAnswer extends Error {}

// A connection refused for one of these will be refused again.
const FINAL = new Set(["signed_out", "forbidden", "not_found", "suspended"]);
const PATIENCE = 8000;
// A blip that heals within this time is not worth a word.
const BLIP = 1200;

export class Connection {
  #socket;
  #heard = 0;
  #gone = false;
  #badgeTimer = 0;
  /** @type {Set<(up: boolean) => void>} */
  #watchers = new Set();

  constructor() {
    this.#socket = io({
      path: "/socket.io",
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      reconnectionDelay: 300,
      reconnectionDelayMax: 4000,
      randomizationFactor: 0.5,
      timeout: PATIENCE,
    });
    this.#socket.on("connect", () => {
      this.#tell(true);
      // What was told meanwhile to everybody's header is asked for by it.
      if (this.#heard) document.dispatchEvent(new CustomEvent("reconnected"));
    });
    this.#socket.on("disconnect", (reason) => {
      this.#tell(false);
      // The library leaves it to us to come back when the server has sent us away (it restarts, or we were too slow).
      if (reason === "io server disconnect") this.#comeBack(400, 1600);
    });
    this.#socket.on("connect_error", (error) => {
      if (FINAL.has(error?.data?.code)) this.#leave(error.data.message);
      // The server itself said no: it is not the line, perhaps we are signed out.
      else if (!this.#socket.active) void this.#askWhyNot();
      this.#badge();
    });
    this.#socket.on("sign-out", (told) => {
      // Another role has another page, and the page says what a suspension means; what is typed and unsent is kept.
      if (told?.reason === "role_changed" || told?.reason === "suspended") location.reload();
      else this.#leave(told?.message);
    });
    // Whatever page it is: the header, which has no connection of its own, says how many notices wait.
    this.#socket.on("notices", (told) => document.dispatchEvent(new CustomEvent("notices", { detail: told })));
    this.#socket.onAny(() => { this.#heard = performance.now(); });

    addEventListener("offline", () => this.renew());
    addEventListener("online", () => this.renew());
    addEventListener("pageshow", (event) => { if (event.persisted) this.renew(); });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && !this.up) this.renew();
    });
  }

  get up() {
    return this.#socket.connected;
  }

  /** @param {string} event @param {(data: any) => void} listener */
  on(event, listener) {
    this.#socket.on(event, listener);
  }

  /** Called with true after each connect, with false after each loss.
   * @param {(up: boolean) => void} watcher */
  onUpOrDown(watcher) {
    this.#watchers.add(watcher);
    if (this.up) watcher(true);
  }

  /**
   * @param {string} event
   * @param {object} payload
   * @returns {Promise<Answer>}
   * @throws {NoAnswer} where none came in time
   */
  async ask(event, payload) {
    if (!this.up) throw new NoAnswer(event);
    const asked = performance.now();
    try {
      const answer = await this.#socket.timeout(PATIENCE).emitWithAck(event, payload);
      this.#heard = performance.now();
      return answer;
    } catch {
      // Connected on paper, but nothing came through since: the line is dead and nobody has noticed yet.
      if (this.up && this.#heard < asked) this.renew();
      throw new NoAnswer(event);
    }
  }

  /** Drops the line and takes a new one at once, whatever waiting time was running. */
  renew() {
    if (this.#gone) return;
    this.#socket.disconnect();
    this.#socket.connect();
    this.#badge();
  }

  /** @param {number} soonest @param {number} latest milliseconds, spread so that a hall does not return in one instant */
  #comeBack(soonest, latest) {
    window.setTimeout(() => {
      if (!this.#gone && !this.up) this.#socket.connect();
    }, soonest + Math.random() * (latest - soonest));
  }

  async #askWhyNot() {
    try {
      const response = await fetch(location.pathname, { method: "HEAD", credentials: "same-origin", cache: "no-store", redirect: "manual" });
      if (response.type === "opaqueredirect" || [401, 403, 404].includes(response.status)) {
        this.#leave();
        return;
      }
    } catch {
      // No way to the server at all: keep trying.
    }
    this.#comeBack(1500, 3000);
  }

  /** @param {boolean} up */
  #tell(up) {
    this.#badge();
    for (const watcher of this.#watchers) watcher(up);
  }

  #badge() {
    window.clearTimeout(this.#badgeTimer);
    const badge = document.getElementById("connection");
    if (!badge || this.#gone) return;
    if (this.up) {
      badge.dataset["state"] = "online";
      badge.textContent = "";
      return;
    }
    this.#badgeTimer = window.setTimeout(() => {
      badge.dataset["state"] = "offline";
      badge.textContent = say("connection_lost");
    }, navigator.onLine ? BLIP : 0);
  }

  /** @param {string} [message] */
  #leave(message) {
    if (this.#gone) return;
    this.#gone = true;
    this.#socket.disconnect();
    const dialog = document.createElement("dialog");
    dialog.className = "sheet signed-out";
    const sentence = document.createElement("p");
    sentence.textContent = message || say("signed_out");
    const on = document.createElement("a");
    on.className = "button";
    on.href = "/";
    on.textContent = say("to_start_page");
    dialog.append(sentence, on);
    dialog.addEventListener("close", () => location.assign("/"));
    document.body.append(dialog);
    dialog.showModal();
    window.setTimeout(() => location.assign("/"), 20_000);
  }
}
