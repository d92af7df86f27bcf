// All threads of a page: comments come as they are written, around whatever somebody is typing. How a page uses it is said
// in templates/comments/_thread.html.
import { Actions } from "../core/actions.js";
import { announce, answer as speak } from "../core/announce.js";
import { all, need } from "../core/find.js";
import { say } from "../core/given.js";
import { Channel } from "../live/channel.js";
import { morph, parse } from "../live/fragment.js";
import { fetchPage } from "../live/refetch.js";
import { Menu } from "./menu.js";
import { commentById, idOf, textOf, Thread } from "./thread.js";
import { Writing } from "./writing.js";

/** @typedef {import("../live/order.js").Change} Change */
/** @typedef {import("../core/socket.js").Connection} Connection */
/** @typedef {import("../core/outbox.js").Outbox} Outbox */

export class Threads {
  threads;
  outbox;
  actions;
  #connection;
  #member;
  #writing;
  /** @type {Set<number>} ids of my comments */
  #own;
  /** @type {Channel|null} */
  #channel = null;

  /** @param {Connection} connection @param {Outbox} outbox @param {number|null} member */
  constructor(connection, outbox, member) {
    this.#connection = connection;
    this.#member = member;
    this.outbox = outbox;
    this.threads = all(document, ".thread").map((section) => new Thread(section));
    this.actions = new Actions(need(document, "#main", HTMLElement));
    const first = this.threads[0];
    this.#own = new Set((first?.section.dataset["own"] ?? "").split(" ").filter(Boolean).map(Number));
    this.#writing = new Writing(this);
    new Menu(this, this.#writing);
    if (first?.section.dataset["thread"]) this.#watch(Number(first.section.dataset["thread"]), Number(first.section.dataset["revision"]));
    this.#settled();
    this.#writing.reopen();
  }

  /** There is a thread now; before the first comment there was none. @param {number} thread */
  begin(thread) {
    if (!this.#channel && thread) this.#watch(thread, 0);
  }

  /** @param {HTMLElement} comment */
  owns(comment) {
    return this.#own.has(idOf(comment)) || (this.#member !== null && comment.dataset["author"] === String(this.#member));
  }

  get moderates() {
    return ["moderator", "organiser"].includes(document.body.dataset["role"] ?? "");
  }

  get mayComment() {
    return !(this.threads[0]?.form.hidden ?? true);
  }

  get mayResolve() {
    return this.threads[0]?.section.hasAttribute("data-may-resolve") ?? false;
  }

  /** My own comment was stored. @param {number} comment @param {number} thread */
  wrote(comment, thread) {
    this.#own.add(comment);
    this.begin(thread);
    void this.#channel?.catchUp(true);
  }

  /** Says what did not work. @param {string} message */
  complain(message) {
    const line = document.createElement("li");
    line.className = "note note-bad";
    line.textContent = message;
    need(document, "#thread-notices", HTMLElement).append(line);
    speak(message);
    window.setTimeout(() => line.remove(), 12_000);
  }

  /** Draws all threads anew. @returns {Promise<number|null>} the revision that they then show */
  async redraw() {
    const fetched = await fetchPage();
    if (!fetched) return null;
    let revision = null;
    for (const thread of this.threads) {
      const fresh = fetched.page.getElementById(thread.section.id);
      if (!fresh) continue;
      thread.redraw(fresh);
      revision = Number(fresh.dataset["revision"]);
      this.#learn((fresh.dataset["own"] ?? "").split(" ").filter(Boolean).map(Number), fresh.querySelector("[data-why-not-comment]")?.textContent ?? "");
    }
    this.#settled();
    return revision;
  }

  /** @param {number} thread @param {number} revision */
  #watch(thread, revision) {
    this.#channel = new Channel(this.#connection, `thread:${thread}`, revision, {
      onChanges: (changes) => {
        for (const change of changes) this.#apply(change);
        this.#settled();
      },
      onReload: () => this.redraw(),
      onWatched: (told) => this.#learn(told["own"], told["state"]?.why_not_comment ?? ""),
    });
    void this.#channel.catchUp();
  }

  /** @param {number[]|undefined} own @param {string} whyNot */
  #learn(own, whyNot) {
    if (own) this.#own = new Set([...this.#own, ...own]);
    for (const thread of this.threads) {
      // Words that somebody has begun stay where they are, with the reason above them.
      const typed = need(thread.form, "textarea", HTMLTextAreaElement).value !== "";
      thread.form.hidden = whyNot !== "" && !typed;
      const line = need(thread.section, "[data-why-not-comment]", HTMLElement);
      line.textContent = whyNot;
      line.hidden = whyNot === "";
    }
  }

  /** @param {Change} change */
  #apply(change) {
    const id = Number(change.data["comment"]);
    const comment = commentById(id);
    // Its author still reads their own words, with the reason; what comes to the room is for everybody else.
    if (change.type === "comment.hidden" && comment && this.owns(comment) && !this.moderates) {
      void this.redraw();
      return;
    }
    const roots = change.html ? parse(change.html) : [];
    for (const root of roots) this.#draw(root, change.type);
    if (!roots.length) this.#remove(id);
  }

  /** @param {HTMLElement} root @param {string} type */
  #draw(root, type) {
    const old = document.getElementById(root.id);
    if (old) {
      const renewed = old.dataset["version"] !== root.dataset["version"];
      morph(old, root);
      if (renewed) this.#writing.changed(old);
      return;
    }
    this.threads.find((thread) => thread.takes(root))?.place(root);
    if (type === "comment.posted" && !this.owns(root)) announce(say("comment_new", { text: textOf(root) }), "comment_new");
  }

  /** @param {number} id */
  #remove(id) {
    const comment = commentById(id);
    if (!comment) return;
    this.#writing.leaving(comment);
    const parent = comment.dataset["parent"] ? commentById(Number(comment.dataset["parent"])) : null;
    comment.remove();
    // What can't be read stayed only for the answers to it.
    const blank = parent && !parent.querySelector(":scope > .comment-body > .comment-text");
    if (blank && !parent.querySelector("[data-comment]")) parent.remove();
  }

  #settled() {
    for (const thread of this.threads) {
      thread.count();
      for (const comment of all(thread.list, "[data-comment]")) {
        comment.toggleAttribute("data-own", this.owns(comment));
        this.#writing.arrived(comment);
      }
    }
  }
}
