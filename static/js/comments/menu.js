// The one menu for all comments of a page: filled for the comment whose ⋯ was pressed. What one may not do is not offered.
import { draft, dropDraft, restoreDraft } from "../core/drafts.js";
import { all, find, need } from "../core/find.js";
import { closable, openSheet, quote, standBeside } from "../core/sheet.js";
import { openReport } from "../moderation/report.js";
import { commentOf, idOf, textOf } from "./thread.js";

/** @typedef {import("./threads.js").Threads} Threads */

export class Menu {
  #threads;
  #dialog = need(document, "#comment-menu", HTMLDialogElement);
  /** @type {HTMLElement|null} */
  #comment = null;

  /** @param {Threads} threads @param {import("./writing.js").Writing} writing */
  constructor(threads, writing) {
    this.#threads = threads;
    closable(need(document, "#comment-dialogs", HTMLElement));
    threads.actions.on("comment-menu", (button) => {
      const comment = commentOf(button);
      if (comment) this.#open(comment, button);
    });
    this.#does("comment-edit", (comment) => writing.edit(comment));
    this.#does("comment-withdraw", (comment) => this.#send("comment:withdraw", comment));
    this.#does("comment-resolve", (comment) => this.#send("comment:resolve", comment, { resolved: true }));
    this.#does("comment-reopen", (comment) => this.#send("comment:resolve", comment, { resolved: false }));
    this.#does("comment-restore", (comment) => this.#send("comment:restore", comment));
    this.#does("comment-hide", (comment) => this.#hide(comment));
    this.#does("comment-report", (comment) => openReport(threads.outbox, "comment", idOf(comment), textOf(comment), comment.dataset["language"]));
  }

  /** @param {string} act @param {(comment: HTMLElement) => unknown} deed */
  #does(act, deed) {
    this.#threads.actions.on(act, () => {
      const comment = this.#comment;
      this.#dialog.close();
      // A change that came meanwhile may have taken the comment away.
      if (comment?.isConnected) deed(comment);
    });
  }

  /** @param {HTMLElement} comment @param {HTMLElement} button that was pressed */
  #open(comment, button) {
    this.#comment = comment;
    const offered = this.#offered(comment);
    for (const item of all(this.#dialog, ".menu-item")) {
      const line = item.closest("li");
      if (line) line.hidden = !offered.has(item.dataset["act"] ?? "");
    }
    quote(this.#dialog, textOf(comment), comment.dataset["language"]);
    openSheet(this.#dialog, find(this.#dialog, "li:not([hidden]) .menu-item", HTMLElement));
    standBeside(this.#dialog, button);
  }

  /** @param {HTMLElement} comment */
  #offered(comment) {
    const threads = this.#threads;
    const own = threads.owns(comment);
    const shown = comment.dataset["state"] === "shown";
    const offered = new Set(["comment-report"]);
    if (own) offered.add("comment-withdraw");
    if (own && shown && threads.mayComment) offered.add("comment-edit");
    if (shown && (threads.mayResolve || (own && threads.mayComment))) offered.add(comment.dataset["resolved"] ? "comment-reopen" : "comment-resolve");
    if (threads.moderates) offered.add(shown ? "comment-hide" : "comment-restore");
    return offered;
  }

  /** @param {string} event @param {HTMLElement} comment @param {Record<string, any>} [more] */
  #send(event, comment, more = {}) {
    const { kind, subject } = this.#threads.threads[0] ?? {};
    this.#threads.outbox.put(event, { comment: idOf(comment), ...more }, { thing: `comment:${idOf(comment)}`, about: { kind, subject } });
  }

  /** @param {HTMLElement} comment */
  #hide(comment) {
    const dialog = need(document, "#comment-hide", HTMLDialogElement);
    const form = need(dialog, "form", HTMLFormElement);
    const reason = need(form, "textarea", HTMLTextAreaElement);
    quote(dialog, textOf(comment), comment.dataset["language"]);
    form.dataset["draft"] = `comment-hide-${idOf(comment)}`;
    reason.value = "";
    if (draft(form.dataset["draft"])) restoreDraft(form);
    form.onsubmit = () => {
      dropDraft(form.dataset["draft"] ?? "");
      this.#send("comment:hide", comment, { reason: reason.value.trim() });
    };
    openSheet(dialog, reason);
  }
}
