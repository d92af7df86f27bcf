// Writing comments, answers and changes of one's own. What is sent waits in the outbox until it is acknowledged, and shows
// as a ghost until the real comment is there; what was refused is kept, with the reason, to be changed and sent again.
import { answer as speak } from "../core/announce.js";
import { draft, draftNames, dropDraft, keepDraft, restoreDraft } from "../core/drafts.js";
import { all, copyOf, find, need } from "../core/find.js";
import { say } from "../core/given.js";
import { newKey } from "../core/outbox.js";
import { openSheet, quote } from "../core/sheet.js";
import { commentById, commentOf, idOf, textOf } from "./thread.js";

/** @typedef {import("./threads.js").Threads} Threads */
/** @typedef {import("./thread.js").Thread} Thread */
/** @typedef {import("../core/outbox.js").Write} Write */

const AT_ONCE = 700;

export class Writing {
  /** @type {Threads} */
  #threads;
  #outbox;

  /** @param {Threads} threads */
  constructor(threads) {
    this.#threads = threads;
    this.#outbox = threads.outbox;
    for (const thread of threads.threads) restoreDraft(thread.form);
    document.addEventListener("submit", (event) => this.#submitted(event));
    document.addEventListener("keydown", (event) => {
      const form = event.target instanceof Element ? event.target.closest("form.comment-form") : null;
      if (!(form instanceof HTMLFormElement)) return;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
      if (event.key === "Escape" && form.matches("[data-keep]")) this.#close(form);
    });
    const { actions } = threads;
    actions.on("reply", (button) => {
      const comment = commentOf(button);
      if (comment) this.reply(comment);
    });
    actions.on("reply-cancel", (button) => this.#closeAround(button));
    actions.on("comment-edit-cancel", (button) => this.#closeAround(button));
    actions.on("comment-ghost-edit", (button) => this.#again(button));
    actions.on("comment-ghost-drop", (button) => this.#outbox.drop(this.#keyOf(button)));
    this.#outbox.listen({
      onKept: (write) => this.#show(write),
      onDropped: (write) => this.#ghost(write.key)?.remove(),
      onDone: (write, done) => this.#done(write, done["comment"]),
      onRefused: (write, refused) => {
        if (!this.#ours(write)) return;
        if (write.event === "comment:edit") this.#editRefused(write);
        else if (write.event === "comment:post") this.#show(write);
        else this.#threads.complain(refused.message);
        if (write.event === "comment:post") speak(refused.message);
      },
    });
    for (const write of this.#outbox.kept("comment:post")) this.#show(write);
    for (const write of this.#outbox.kept("comment:edit")) if (write.refused && this.#ours(write)) this.#editRefused(write);
  }

  /** What was begun before a reload or another language stands open again, without taking the focus. */
  reopen() {
    for (const [beginning, open] of /** @type {[string, "reply"|"edit"][]} */ ([["reply-", "reply"], ["comment-edit-", "edit"]])) {
      for (const name of draftNames(beginning)) {
        const comment = commentById(Number(name.slice(beginning.length)));
        if (comment && this.#threads.mayComment && (open === "reply" || this.#threads.owns(comment))) this[open](comment, false);
      }
    }
  }

  /** Opens the form for an answer. Answers to answers stand below the same comment. @param {HTMLElement} comment @param {boolean} [focus] */
  reply(comment, focus = true) {
    if (!this.#threads.mayComment) {
      const why = document.querySelector("[data-why-not-comment]")?.textContent;
      if (why) this.#threads.complain(why);
      return;
    }
    const open = find(comment, ":scope > .comment-body > .comment-reply textarea", HTMLTextAreaElement);
    if (open) return open.focus();
    const form = this.#form("reply-template", `reply-${idOf(comment)}`);
    restoreDraft(form);
    need(comment, ":scope > .comment-body", HTMLElement).append(form);
    if (focus) need(form, "textarea", HTMLTextAreaElement).focus();
  }

  /** Opens the form for one's own words. @param {HTMLElement} comment @param {boolean} [focus] */
  edit(comment, focus = true) {
    const open = find(comment, ":scope > .comment-body > .comment-edit textarea", HTMLTextAreaElement);
    if (open) return open.focus();
    const name = `comment-edit-${idOf(comment)}`;
    const form = this.#form("comment-edit-template", name);
    const kept = draft(name);
    form.dataset["base"] = kept?.["base"] ?? comment.dataset["version"] ?? "1";
    const field = need(form, "textarea", HTMLTextAreaElement);
    field.value = kept?.["text"] ?? textOf(comment);
    field.lang = comment.dataset["language"] ?? "";
    form.addEventListener("input", () => keepDraft(name, { ...draft(name), base: form.dataset["base"] ?? "1" }));
    need(comment, ":scope > .comment-body", HTMLElement).append(form);
    this.changed(comment);
    if (focus) field.focus();
  }

  /** It was changed while its form is open: say so, touch nothing. @param {HTMLElement} comment */
  changed(comment) {
    const form = find(comment, ":scope > .comment-body > .comment-edit", HTMLFormElement);
    if (!form || form.dataset["base"] === comment.dataset["version"]) return;
    need(form, "[data-told]", HTMLElement).textContent = say("comment_changed_meanwhile");
  }

  /** It goes away while somebody answers or changes it: the words go to where a new comment is written.
   * @param {HTMLElement} comment */
  leaving(comment) {
    const typed = all(comment, "form.comment-form textarea").map((field) => (field instanceof HTMLTextAreaElement ? field.value.trim() : ""));
    const thread = this.#threadOf(comment);
    const field = thread && find(thread.form, "textarea", HTMLTextAreaElement);
    const inside = comment.contains(document.activeElement);
    for (const text of typed) if (field && text && text !== textOf(comment)) this.#put(field, [field.value, text].filter(Boolean).join("\n\n"));
    // Whoever was just typing goes on there.
    if (inside && typed.length) field?.focus();
  }

  /** The real comment has come: its ghost goes. @param {HTMLElement} comment */
  arrived(comment) {
    for (const ghost of all(document, `.ghost[data-became="${idOf(comment)}"]`)) ghost.remove();
  }

  /** @param {string} template @param {string} name of the draft @returns {HTMLFormElement} */
  #form(template, name) {
    const form = /** @type {HTMLFormElement} */ (copyOf(template));
    form.dataset["draft"] = name;
    return form;
  }

  /** @param {HTMLTextAreaElement} field @param {string} text */
  #put(field, text) {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** @param {Event} event */
  #submitted(event) {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("form.comment-form")) return;
    event.preventDefault();
    const field = need(form, "textarea", HTMLTextAreaElement);
    const text = field.value.trim();
    const comment = commentOf(form);
    if (!text) return field.focus();
    if (form.matches(".comment-edit") && comment) {
      this.#close(form);
      if (text !== textOf(comment)) this.#sendEdit(idOf(comment), text, Number(form.dataset["base"]));
      return;
    }
    const thread = this.#threadOf(form);
    if (!thread) return;
    const key = newKey();
    /** @type {Record<string, any>} */
    const payload = { key, [thread.kind]: thread.subject, text };
    if (comment) payload["parent"] = idOf(comment);
    else if (thread.part && thread.part !== "*") payload["part"] = thread.part;
    if (comment) {
      this.#close(form);
    } else {
      field.value = "";
      dropDraft(form.dataset["draft"] ?? "");
    }
    const list = comment ? Number(comment.dataset["parent"] || comment.dataset["comment"]) : null;
    this.#outbox.put("comment:post", payload, { key, thing: `comment:${key}`, spoken: true, about: { thread: thread.section.id, kind: thread.kind, subject: thread.subject, list } });
  }

  /** @param {number} comment @param {string} text @param {number} base */
  #sendEdit(comment, text, base) {
    const { kind, subject } = this.#threads.threads[0] ?? {};
    this.#outbox.put("comment:edit", { comment, text, base }, { thing: `comment:${comment}`, spoken: true, about: { kind, subject } });
  }

  /** @param {Write} write */
  #ours(write) {
    const first = this.#threads.threads[0];
    return write.event.startsWith("comment:") && write.about["kind"] === first?.kind && write.about["subject"] === first?.subject;
  }

  /** @param {Element} element @returns {Thread|undefined} */
  #threadOf(element) {
    return this.#threads.threads.find((thread) => thread.section.contains(element));
  }

  /** @param {HTMLElement} button */
  #closeAround(button) {
    const form = button.closest("form");
    if (form) this.#close(form);
  }

  /** @param {HTMLFormElement} form */
  #close(form) {
    dropDraft(form.dataset["draft"] ?? "");
    const comment = commentOf(form);
    form.remove();
    if (comment) find(comment, ":scope > .comment-body [data-act]", HTMLElement)?.focus({ preventScroll: true });
  }

  // What is on its way ------------------------------------------------------------------------------------------

  /** @param {string} key */
  #ghost(key) {
    return find(document, `.ghost[data-key="${key}"]`, HTMLElement);
  }

  /** @param {Element} button */
  #keyOf(button) {
    return button.closest(".ghost")?.getAttribute("data-key") ?? "";
  }

  /** @param {Write} write */
  #show(write) {
    if (!this.#ours(write) || write.event !== "comment:post") return;
    const thread = this.#threads.threads.find((each) => each.section.id === write.about["thread"]) ?? this.#threads.threads[0];
    const list = (write.about["list"] && document.getElementById(`comment-${write.about["list"]}-replies`)) || thread?.list;
    if (!list) return;
    const ghost = this.#ghost(write.key) ?? copyOf("comment-ghost-template");
    if (!ghost.isConnected) {
      ghost.dataset["key"] = write.key;
      need(ghost, ".comment-text", HTMLElement).textContent = write.payload["text"];
      list.append(ghost);
    }
    ghost.dataset["refused"] = write.refused ? "yes" : "";
    const line = need(ghost, ".ghost-line", HTMLElement);
    need(ghost, ".form-end", HTMLElement).hidden = !write.refused;
    if (write.refused) {
      line.textContent = write.refused.message;
      return;
    }
    if (!line.textContent) line.textContent = say("sending");
    window.setTimeout(() => {
      if (ghost.isConnected && !ghost.dataset["became"] && ghost.dataset["refused"] !== "yes") line.textContent = say("not_sent_yet");
    }, Math.max(0, AT_ONCE - (Date.now() - write.made)));
  }

  /** @param {Write} write @param {{id: number, thread: number, text: string|null}|undefined} comment */
  #done(write, comment) {
    if (!this.#ours(write) || !comment) return;
    if (write.event !== "comment:post") return;
    const ghost = this.#ghost(write.key);
    if (commentById(comment.id)) ghost?.remove();
    else if (ghost) ghost.dataset["became"] = String(comment.id);
    this.#threads.wrote(comment.id, comment.thread);
    // Stored, only the news of it got lost.
    window.setTimeout(() => ghost?.remove(), 6000);
  }

  /** @param {HTMLElement} button */
  #again(button) {
    const write = this.#outbox.kept("comment:post").find((each) => each.key === this.#keyOf(button));
    const thread = this.#threadOf(button);
    if (!write || !thread) return;
    const comment = write.payload["parent"] ? commentById(Number(write.payload["parent"])) : null;
    if (comment) this.reply(comment);
    const field = find(comment ?? thread.form, "form.comment-reply textarea, textarea", HTMLTextAreaElement);
    if (!field) return;
    thread.form.hidden = false;
    this.#put(field, write.payload["text"]);
    this.#outbox.drop(write.key);
    field.focus();
  }

  /** @param {Write} write */
  #editRefused(write) {
    const refused = write.refused;
    const comment = commentById(Number(write.payload["comment"]));
    const text = String(write.payload["text"]);
    this.#outbox.drop(write.key);
    // An answer that got lost on the way: the text that "somebody else" wrote is this one.
    if (!refused || (refused.code === "conflict" && refused.theirs === text)) return;
    const name = `comment-edit-${write.payload["comment"]}`;
    if (!comment) {
      const field = find(this.#threads.threads[0]?.form ?? document, "textarea", HTMLTextAreaElement);
      if (field) this.#put(field, [field.value, text].filter(Boolean).join("\n\n"));
      this.#threads.complain(refused.message);
      return;
    }
    if (refused.code === "conflict" && refused.theirs !== undefined) {
      this.#conflict(comment, text, refused.theirs, refused.version ?? Number(comment.dataset["version"]));
      return;
    }
    keepDraft(name, { text, base: String(write.payload["base"]) });
    this.edit(comment);
    this.#threads.complain(refused.message);
  }

  /** @param {HTMLElement} comment @param {string} mine @param {string} theirs @param {number} version */
  #conflict(comment, mine, theirs, version) {
    const dialog = need(document, "#comment-conflict", HTMLDialogElement);
    const form = need(dialog, "form", HTMLFormElement);
    const field = need(form, "textarea", HTMLTextAreaElement);
    const name = `comment-edit-${idOf(comment)}`;
    quote(dialog, "");
    field.value = mine;
    need(form, "[data-theirs]", HTMLElement).textContent = theirs;
    // Until the choice is made the words are a draft, also over a reload.
    keepDraft(name, { text: mine, base: String(version) });
    dialog.returnValue = "";
    dialog.addEventListener("close", () => {
      const text = field.value.trim();
      dropDraft(name);
      if (dialog.returnValue === "mine" && text) {
        this.#sendEdit(idOf(comment), text, version);
      } else if (dialog.returnValue !== "theirs") {
        keepDraft(name, { text, base: String(version) });
        this.edit(comment);
      }
    }, { once: true });
    speak(say("comment_changed_meanwhile"));
    openSheet(dialog, field);
  }
}
