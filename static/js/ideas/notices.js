// Lines that stay until they are read: what I withdrew (with a way back), what became of my votes, words that lost their card.
import { all, copyOf, find, need } from "../core/find.js";
import { say } from "../core/given.js";
import { ideaOf, textOf } from "../boards/lists.js";
import { copy } from "./ghosts.js";

/** @typedef {import("../boards/board.js").Board} Board */

const SHORT = 90;

export class Notices {
  #board;
  #place = need(document, "#notices", HTMLElement);
  /** @type {WeakMap<Element, () => void>} */
  #deeds = new WeakMap();
  /** @type {WeakMap<Element, () => void>} */
  #closings = new WeakMap();
  #shelf;

  /** @param {Board} board */
  constructor(board) {
    this.#board = board;
    this.#shelf = `yf.withdrawn.${board.facts.id}.${board.member ?? ""}`;
    board.actions.on("strip-do", (button) => {
      const strip = button.closest(".strip");
      if (strip) this.#deeds.get(strip)?.();
    });
    board.actions.on("strip-close", (button) => {
      const strip = button.closest(".strip");
      if (!(strip instanceof HTMLElement)) return;
      this.#closings.get(strip)?.();
      this.#drop(strip);
    });
    for (const [idea, kept] of Object.entries(this.#withdrawn())) {
      const list = board.lists.listOfColumn(kept.column);
      if (list && !board.lists.card(Number(idea))) list.prepend(this.#withdrawnStrip(Number(idea), kept.text));
    }
  }

  /** Takes a card away and leaves a line with a way back. @param {HTMLElement} card */
  withdraw(card) {
    const idea = ideaOf(card);
    const text = textOf(card);
    this.#keep(idea, { text, column: card.closest(".column")?.getAttribute("data-column") ?? "" });
    const strip = this.#withdrawnStrip(idea, text);
    card.before(strip);
    this.#board.send("idea:withdraw", { idea }, idea);
    find(strip, "button", HTMLElement)?.focus({ preventScroll: true });
  }

  /** The withdrawing was refused, or the idea is back. @param {number} idea */
  back(idea) {
    this.#keep(idea, null);
    for (const strip of all(document, `.strip[data-withdrawn="${idea}"]`)) strip.remove();
    this.#board.lists.count();
  }

  /** Words of the person that have no card any more. @param {string} why @param {string} text @param {HTMLElement|null} near */
  keepText(why, text, near) {
    const strip = this.#strip(`${why} ${say("your_text", { text })}`, say("copy"), () => void copy(text));
    if (near) near.before(strip);
    else this.#place.append(strip);
  }

  /** @param {{merge: number, text: string, into: number}[]|undefined} notices */
  merged(notices) {
    if (!notices) return;
    // A merge that was undone needs no notice any more.
    const current = new Set(notices.map(({ merge }) => String(merge)));
    for (const strip of all(this.#place, "[data-merge]")) if (!current.has(strip.dataset["merge"] ?? "")) strip.remove();
    for (const { merge, text, into } of notices) {
      if (find(this.#place, `[data-merge="${merge}"]`, HTMLElement)) continue;
      const strip = this.#strip(say("merged_notice", { text: text.length > SHORT ? `${text.slice(0, SHORT)}…` : text }), say("show_idea"), () => {
        const card = this.#board.lists.card(into);
        if (card) this.#board.tabs.reveal(card);
      });
      strip.dataset["merge"] = String(merge);
      this.#closings.set(strip, () => this.#board.send("notice:seen", { merge }));
      this.#place.append(strip);
    }
  }

  /** @param {string} message */
  tell(message) {
    this.#place.append(this.#strip(message, "", () => {}));
  }

  /** @param {number} idea @param {string} text */
  #withdrawnStrip(idea, text) {
    const strip = this.#strip(say("withdrew", { text }), say("undo"), () => {
      this.#board.send("idea:return", { idea }, idea);
      this.back(idea);
      const card = this.#board.lists.card(idea);
      if (card) this.#board.dress(card);
    });
    strip.dataset["withdrawn"] = String(idea);
    this.#closings.set(strip, () => this.#keep(idea, null));
    return strip;
  }

  /** @param {string} message @param {string} deed @param {() => void} action */
  #strip(message, deed, action) {
    const strip = copyOf("strip-template");
    need(strip, "p", HTMLElement).textContent = message;
    const button = need(strip, "[data-act=strip-do]", HTMLElement);
    button.textContent = deed;
    button.hidden = !deed;
    this.#deeds.set(strip, action);
    return strip;
  }

  /** @param {HTMLElement} strip */
  #drop(strip) {
    const next = strip.nextElementSibling ?? strip.closest(".column");
    strip.remove();
    this.#board.lists.count();
    const goal = next && find(next, "button", HTMLElement);
    goal?.focus({ preventScroll: true });
  }

  /** @returns {Record<string, {text: string, column: string}>} */
  #withdrawn() {
    try {
      return JSON.parse(sessionStorage.getItem(this.#shelf) ?? "{}");
    } catch {
      return {};
    }
  }

  /** @param {number} idea @param {{text: string, column: string}|null} kept */
  #keep(idea, kept) {
    const all = this.#withdrawn();
    if (kept) all[idea] = kept;
    else delete all[idea];
    try {
      sessionStorage.setItem(this.#shelf, JSON.stringify(all));
    } catch {
      // Then the way back ends with this page; a moderator still has one.
    }
  }
}
