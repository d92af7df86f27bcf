// One thread on the page, or the part of it that is about one section: where its comments stand.
import { all, find, need } from "../core/find.js";
import { morph } from "../live/fragment.js";

/** @param {Element} element @returns {HTMLElement|null} the comment that it is in */
export function commentOf(element) {
  const found = element.closest("[data-comment]");
  return found instanceof HTMLElement ? found : null;
}

/** @param {HTMLElement} comment */
export function idOf(comment) {
  return Number(comment.dataset["comment"]);
}

/** @param {HTMLElement} comment */
export function textOf(comment) {
  return find(comment, ":scope > .comment-body > .comment-text", HTMLElement)?.textContent ?? "";
}

/** @param {number} id @returns {HTMLElement|null} */
export function commentById(id) {
  return document.getElementById(`comment-${id}`);
}

export class Thread {
  section;
  list;
  kind;
  subject;
  /** The section that it is about: "*" for all, "" for the whole thing. */
  part;

  /** @param {HTMLElement} section */
  constructor(section) {
    this.section = section;
    this.list = need(section, "[data-into=comments]", HTMLElement);
    this.kind = section.dataset["kind"] ?? "";
    this.subject = Number(section.dataset["subject"]);
    this.part = section.dataset["part"] ?? "*";
  }

  get form() {
    return need(this.section, ":scope > form[data-compose]", HTMLFormElement);
  }

  /** Whether this comment belongs here. @param {HTMLElement} comment */
  takes(comment) {
    return this.part === "*" || this.part === (comment.dataset["part"] ?? "");
  }

  /** Puts a comment that is not on the page yet where it belongs, in the order of writing. @param {HTMLElement} comment */
  place(comment) {
    const parent = comment.dataset["parent"];
    const list = parent ? document.getElementById(`comment-${parent}-replies`) : this.list;
    if (!list) return;
    const next = all(list, ":scope > [data-comment]").find((each) => idOf(each) > idOf(comment));
    list.insertBefore(comment, next ?? find(list, ":scope > .ghost", HTMLElement));
  }

  /** The whole list as the server draws it now. @param {HTMLElement} fresh the section anew */
  redraw(fresh) {
    const wanted = all(fresh, "[data-comment]");
    const ids = new Set(wanted.map((comment) => comment.id));
    for (const comment of all(this.list, "[data-comment]")) if (!ids.has(comment.id) && !comment.querySelector("[data-keep]")) comment.remove();
    // Those at the top bring their answers along.
    for (const comment of wanted) {
      if (comment.dataset["parent"]) continue;
      const old = document.getElementById(comment.id);
      if (old) morph(old, comment);
      else this.place(comment);
    }
  }

  count() {
    const place = find(this.section, "[data-thread-count]", HTMLElement);
    const count = all(this.list, "[data-comment] > .comment-body > .comment-text").length;
    if (place) place.textContent = count ? String(count) : "";
  }
}
