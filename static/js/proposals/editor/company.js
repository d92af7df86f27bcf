// Who else writes now, and where: heard from the others every few seconds, forgotten when they fall silent.
import { announce } from "../../core/announce.js";
import { say } from "../../core/given.js";

/** @typedef {import("./carets.js").Caret} Caret */
/** @typedef {{client: number, member: number, name: string, team: string|null, hue: number, part: string, at: string, heard: number}} Writer */

const FORGET = 35_000;
const LOOK = 5000;

export class Company {
  #list;
  #channel;
  #own;
  #onMoved;
  /** @type {Map<number, Writer>} by yjs's number of their editor */
  #writers = new Map();
  /** @type {Map<number, HTMLElement>} */
  #shown = new Map();

  /**
   * @param {HTMLElement} list
   * @param {{channel: string, client: () => number}} own
   * @param {(roots: Set<string>) => void} onMoved in these fragments the carets have to be drawn anew
   */
  constructor(list, { channel, client }, onMoved) {
    this.#list = list;
    this.#channel = channel;
    this.#own = client;
    this.#onMoved = onMoved;
    window.setInterval(() => this.#forget(), LOOK);
  }

  /** What the server passes on: another browser may have said anything.
   * @param {any} told */
  hear(told) {
    if (told?.channel !== this.#channel || !Number.isSafeInteger(told.client) || told.client === this.#own()) return;
    const before = this.#writers.get(told.client);
    const { cursor } = told;
    if (!cursor || typeof cursor.part !== "string" || typeof cursor.at !== "string") {
      if (!before) return;
      this.#writers.delete(told.client);
      this.#draw();
      this.#onMoved(new Set([before.part]));
      return;
    }
    const hue = Number.isInteger(told.hue) && told.hue >= 1 && told.hue <= 8 ? told.hue : 8;
    /** @type {Writer} */
    const writer = { client: told.client, member: Number(told.member), name: String(told.name), team: told.team ? String(told.team) : null, hue, part: cursor.part, at: cursor.at, heard: Date.now() };
    const known = [...this.#writers.values()].some(({ member }) => member === writer.member);
    this.#writers.set(told.client, writer);
    if (!known) announce(say("writer_joined", { name: writer.name }), "writer_joined");
    if (before?.part !== writer.part || before.name !== writer.name) this.#draw();
    if (before?.part !== writer.part || before.at !== writer.at) this.#onMoved(new Set([writer.part, before?.part ?? writer.part]));
  }

  /** @param {string} root @returns {Caret[]} */
  caretsIn(root) {
    return [...this.#writers.values()].filter(({ part }) => part === root);
  }

  /** Nobody is known without a connection. */
  clear() {
    const roots = new Set([...this.#writers.values()].map(({ part }) => part));
    this.#writers.clear();
    this.#draw();
    this.#onMoved(roots);
  }

  #forget() {
    const roots = new Set();
    for (const [client, writer] of this.#writers) {
      if (Date.now() - writer.heard < FORGET) continue;
      this.#writers.delete(client);
      roots.add(writer.part);
    }
    if (!roots.size) return;
    this.#draw();
    this.#onMoved(roots);
  }

  #draw() {
    for (const [client, line] of this.#shown) {
      if (this.#writers.has(client)) continue;
      line.remove();
      this.#shown.delete(client);
    }
    for (const writer of this.#writers.values()) {
      const line = this.#shown.get(writer.client) ?? this.#list.appendChild(document.createElement("li"));
      this.#shown.set(writer.client, line);
      const link = line.querySelector("a") ?? line.appendChild(document.createElement("a"));
      link.href = `#part-${CSS.escape(writer.part.split(":")[0] ?? "")}`;
      link.dataset["tint"] = String(writer.hue);
      link.textContent = writer.team ? say("writer_from", { name: writer.name, team: writer.team }) : writer.name;
    }
    this.#list.hidden = this.#writers.size === 0;
  }
}
