// Writing a new idea: a sheet from the bottom on a phone. What is typed is kept until it is posted.
import { restoreDraft, draft, dropDraft, keepDraft } from "../core/drafts.js";
import { find, need } from "../core/find.js";
import { sayCount } from "../core/given.js";
import { newKey } from "../core/outbox.js";
import { openSheet } from "../core/sheet.js";
import { complain } from "../boards/switches.js";

/** @typedef {import("../boards/board.js").Board} Board */

const NEAR_THE_END = 100;

export class Composing {
  #board;
  #dialog = need(document, "#compose", HTMLDialogElement);
  #form = need(document, "#compose-form", HTMLFormElement);
  #text = need(document, "#compose-text", HTMLTextAreaElement);
  /** @type {string|null} the refused write that this one replaces */
  #instead = null;

  /** @param {Board} board */
  constructor(board) {
    this.#board = board;
    const name = this.#form.dataset["draft"] ?? "";
    restoreDraft(this.#form);
    board.actions.on("compose", () => this.open());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#post();
    });
    this.#text.addEventListener("input", () => this.#count());
    this.#text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.#form.requestSubmit();
      }
    });
    // Whoever switches the language in the middle of a sentence goes on in it.
    addEventListener("pagehide", () => {
      const kept = draft(name);
      if (kept) keepDraft(name, { ...kept, open: this.#dialog.open ? "yes" : "" });
    });
    if (draft(name)?.["open"]) this.open();
    this.rights();
  }

  open() {
    const why = this.#board.person.whyNotPost;
    if (why) return complain(why);
    const column = this.#form.elements.namedItem("column");
    if (column instanceof HTMLSelectElement && !this.#text.value && this.#board.tabs.column) column.value = this.#board.tabs.column;
    this.#count();
    openSheet(this.#dialog, this.#text);
  }

  /** A refused idea, to be changed and sent again. @param {import("../core/outbox.js").Write} write */
  instead(write) {
    this.#instead = write.key;
    this.#text.value = write.payload["text"];
    const column = this.#form.elements.namedItem("column");
    if (column instanceof HTMLSelectElement && write.payload["column"]) column.value = String(write.payload["column"]);
    this.open();
  }

  /** The button says why it does nothing. */
  rights() {
    const why = this.#board.person.whyNotPost;
    const button = need(document, "#new-idea", HTMLElement);
    if (why) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
    document.getElementById("board")?.toggleAttribute("data-no-post", why !== null);
    button.title = why ?? "";
    if (why) button.setAttribute("aria-describedby", "why-not-post");
    else button.removeAttribute("aria-describedby");
  }

  #post() {
    const text = this.#text.value.trim();
    if (!text) {
      this.#text.focus();
      return;
    }
    const given = new FormData(this.#form);
    const key = newKey();
    /** @type {Record<string, any>} */
    const payload = { key, board: this.#board.facts.id, text };
    if (given.get("column")) payload["column"] = Number(given.get("column"));
    if (given.get("language")) payload["language"] = String(given.get("language"));
    if (this.#instead) this.#board.outbox.drop(this.#instead);
    this.#instead = null;
    this.#text.value = "";
    dropDraft(this.#form.dataset["draft"] ?? "");
    const language = this.#form.elements.namedItem("language");
    if (language instanceof HTMLSelectElement) language.value = "";
    this.#dialog.close();
    // The shortcut came from nowhere: then the way to the next idea is where one goes on.
    window.setTimeout(() => {
      const at = document.activeElement;
      if (at === document.body || this.#dialog.contains(at)) need(document, "#new-idea", HTMLElement).focus({ preventScroll: true });
    });
    if (payload["column"]) this.#board.tabs.show(String(payload["column"]));
    this.#board.outbox.put("idea:post", payload, { key, thing: `post:${key}`, spoken: true, about: { board: this.#board.facts.id } });
  }

  #count() {
    const left = this.#text.maxLength - this.#text.value.length;
    const place = find(this.#form, "#compose-left", HTMLElement);
    if (place) place.textContent = left <= NEAR_THE_END ? sayCount("characters_left", left) : "";
  }
}
