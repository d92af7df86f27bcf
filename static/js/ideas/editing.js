// Changing one's own text, in the card. While a form is open nothing from outside touches it; if the idea was changed
// meanwhile, both texts stand beside each other and the person chooses. Nothing is overwritten.
import { answer as speak } from "../core/announce.js";
import { copyOf, find, need } from "../core/find.js";
import { draft, draftNames, dropDraft, keepDraft } from "../core/drafts.js";
import { say } from "../core/given.js";
import { openSheet, quote } from "../core/sheet.js";
import { ideaOf, textOf } from "../boards/lists.js";
import { problem } from "./problem.js";

/** @typedef {import("../boards/board.js").Board} Board */
/** @typedef {import("../core/outbox.js").Write} Write */

export class Editing {
  #board;

  /** @param {Board} board */
  constructor(board) {
    this.#board = board;
    board.actions.on("edit-cancel", (button) => {
      const card = button.closest(".card");
      if (card instanceof HTMLElement) this.#close(card, true);
    });
    board.lists.root.addEventListener("submit", (event) => {
      if (!(event.target instanceof HTMLFormElement) || !event.target.matches("form.edit")) return;
      event.preventDefault();
      this.#save(event.target);
    });
    board.lists.root.addEventListener("keydown", (event) => {
      const form = event.target instanceof Element ? event.target.closest("form.edit") : null;
      if (!(form instanceof HTMLFormElement)) return;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
      const card = form.closest(".card");
      if (event.key === "Escape" && card instanceof HTMLElement) this.#close(card, true);
    });
    board.outbox.listen({
      onKept: (write) => this.#dress(write),
      onDone: (write, done) => {
        if (write.event !== "idea:edit") return;
        const card = board.lists.card(write.payload["idea"]);
        const text = card && find(card, ".card-text", HTMLElement);
        if (text && done["idea"]?.text) text.textContent = done["idea"].text;
        this.#dress(write);
      },
      onRefused: (write) => { if (write.event === "idea:edit") this.#refused(write); },
      onDropped: (write) => this.#dress(write),
    });
  }

  /** Opens what was being written before a reload, and what was refused. */
  resume() {
    for (const name of draftNames("edit-")) {
      const card = this.#board.lists.card(Number(name.slice("edit-".length)));
      if (card && draft(name)?.["text"] !== undefined) this.open(card, false);
    }
    for (const write of this.#board.outbox.kept("idea:edit")) if (write.refused) this.#refused(write);
  }

  /** @param {HTMLElement} card @param {boolean} [focus] */
  open(card, focus = true) {
    const idea = ideaOf(card);
    const open = find(card, "form.edit textarea", HTMLTextAreaElement);
    if (open) {
      open.focus();
      return open;
    }
    const form = /** @type {HTMLFormElement} */ (copyOf("edit-template"));
    const kept = draft(`edit-${idea}`);
    form.dataset["draft"] = `edit-${idea}`;
    form.dataset["base"] = kept?.["base"] ?? card.dataset["version"] ?? "1";
    const field = need(form, "textarea", HTMLTextAreaElement);
    field.value = kept?.["text"] ?? textOf(card);
    field.lang = card.dataset["language"] ?? "";
    card.append(form);
    card.dataset["editing"] = "yes";
    form.addEventListener("input", () => keepDraft(`edit-${idea}`, { ...draft(`edit-${idea}`), base: form.dataset["base"] ?? "1" }));
    if (form.dataset["base"] !== card.dataset["version"]) this.#told(card);
    if (focus) {
      field.focus();
      field.setSelectionRange(field.value.length, field.value.length);
    }
    return field;
  }

  /** Somebody changed the card while its form is open: say so, touch nothing. @param {HTMLElement} card */
  changed(card) {
    const form = find(card, "form.edit", HTMLFormElement);
    if (form && form.dataset["base"] !== card.dataset["version"]) this.#told(card);
  }

  /** The card goes away while it is being edited: the words stay. @param {HTMLElement} card */
  leaving(card) {
    const field = find(card, "form.edit textarea", HTMLTextAreaElement);
    if (!field || field.value === textOf(card)) return;
    dropDraft(`edit-${ideaOf(card)}`);
    this.#board.notices.keepText(say("idea_was_taken_away"), field.value, card);
  }

  /** @param {HTMLElement} card */
  #told(card) {
    const line = find(card, "form.edit [data-told]", HTMLElement);
    if (line) line.textContent = say("changed_meanwhile");
  }

  /** @param {HTMLElement} card @param {boolean} forget */
  #close(card, forget) {
    if (forget) dropDraft(`edit-${ideaOf(card)}`);
    find(card, "form.edit", HTMLFormElement)?.remove();
    delete card.dataset["editing"];
    find(card, ".card-menu", HTMLElement)?.focus({ preventScroll: true });
  }

  /** @param {HTMLFormElement} form */
  #save(form) {
    const card = form.closest(".card");
    if (!(card instanceof HTMLElement)) return;
    const idea = ideaOf(card);
    const text = need(form, "textarea", HTMLTextAreaElement).value.trim();
    const base = Number(form.dataset["base"]);
    this.#close(card, true);
    if (!text || text === textOf(card)) return;
    this.#send(idea, text, base);
  }

  /** @param {number} idea @param {string} text @param {number} base */
  #send(idea, text, base) {
    this.#board.outbox.put("idea:edit", { idea, text, base }, { thing: `idea:${idea}`, spoken: true, about: { board: this.#board.facts.id } });
  }

  /** @param {Write} write */
  #dress(write) {
    if (!write.event.startsWith("idea:") || write.event === "idea:post") return;
    const card = this.#board.lists.card(write.payload["idea"]);
    if (card) this.#board.dress(card);
  }

  /** @param {Write} write */
  #refused(write) {
    const refused = write.refused;
    if (!refused || write.about["board"] !== this.#board.facts.id) return;
    const card = this.#board.lists.card(write.payload["idea"]);
    const text = String(write.payload["text"]);
    // An answer that got lost on the way: the text that "somebody else" wrote is this one.
    const done = refused.code === "conflict" && (refused.theirs ?? refused.data?.theirs) === text;
    this.#board.outbox.drop(write.key);
    if (done) return;
    if (!card) {
      this.#board.notices.keepText(refused.message, text, null);
      return;
    }
    const theirs = refused.theirs ?? refused.data?.theirs;
    const shown = find(card, ".card-text", HTMLElement);
    if (refused.code === "conflict" && typeof theirs === "string") {
      if (shown) shown.textContent = theirs;
      this.#conflict(card, text, theirs, refused.version ?? refused.data?.version ?? Number(card.dataset["version"]));
      return;
    }
    if (shown && write.about["was"]) shown.textContent = write.about["was"];
    keepDraft(`edit-${ideaOf(card)}`, { text, base: String(write.payload["base"]) });
    this.open(card);
    problem(card, refused.message);
  }

  /** @param {HTMLElement} card @param {string} mine @param {string} theirs @param {number} version */
  #conflict(card, mine, theirs, version) {
    const dialog = need(document, "#conflict", HTMLDialogElement);
    const form = need(dialog, "form", HTMLFormElement);
    const field = need(form, "textarea", HTMLTextAreaElement);
    const idea = ideaOf(card);
    quote(dialog, "");
    field.value = mine;
    field.lang = card.dataset["language"] ?? "";
    const other = need(form, "[data-theirs]", HTMLElement);
    other.textContent = theirs;
    other.lang = card.dataset["language"] ?? "";
    // Until the choice is made the words are a draft, also over a reload.
    keepDraft(`edit-${idea}`, { text: mine, base: String(version) });
    dialog.returnValue = "";
    dialog.addEventListener("close", () => {
      const text = field.value.trim();
      if (dialog.returnValue === "mine" && text) {
        dropDraft(`edit-${idea}`);
        this.#send(idea, text, version);
      } else if (dialog.returnValue === "theirs") {
        dropDraft(`edit-${idea}`);
      } else {
        keepDraft(`edit-${idea}`, { text, base: String(version) });
        this.open(card);
      }
    }, { once: true });
    speak(say("changed_meanwhile"));
    openSheet(dialog, field);
  }
}
