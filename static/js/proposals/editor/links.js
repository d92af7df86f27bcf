// The dialog for a link: sets one on the selected words, changes the one the cursor stands in, or takes it away.
import { find, need } from "../../core/find.js";
import { say } from "../../core/given.js";
import { closable, openSheet } from "../../core/sheet.js";
import { fit, rich, safeAddress } from "./schema.js";
import { mark } from "./writing.js";

/** @typedef {import("./section.js").Section} Section */

export class LinkDialog {
  #dialog = need(document, "#link-dialog", HTMLDialogElement);
  #form = need(this.#dialog, "form", HTMLFormElement);
  #address = need(this.#dialog, "[name='address']", HTMLInputElement);
  #words = need(this.#dialog, "[name='words']", HTMLInputElement);
  #unlink = need(this.#dialog, "[data-unlink]", HTMLButtonElement);
  /** @type {Section | null} */
  #section = null;

  constructor() {
    closable(document.body);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#set();
    });
    this.#unlink.addEventListener("click", () => {
      this.#apply(null);
      this.#dialog.close();
    });
    this.#dialog.addEventListener("close", () => this.#section?.view.focus());
  }

  /** @param {Section} section */
  open(section) {
    this.#section = section;
    const { state } = section.view;
    const range = this.#range();
    const present = range.present;
    this.#complain("");
    this.#address.value = present ?? "";
    this.#words.value = "";
    need(this.#dialog, "[data-words]", HTMLElement).hidden = range.from !== range.to;
    this.#unlink.hidden = present === null && !state.doc.rangeHasMark(range.from, range.to, mark("link"));
    openSheet(this.#dialog, this.#address);
  }

  #set() {
    const typed = this.#address.value.trim();
    // "essen.de" is what people type.
    const address = safeAddress(typed) ?? (/^[^\s:/]+\.[^\s:/]{2,}(\/\S*)?$/.test(typed) ? safeAddress(typed.includes("@") ? `mailto:${typed}` : `https://${typed}`) : null);
    if (!address) {
      this.#complain(say("link_bad"));
      return;
    }
    if (!this.#apply(address)) {
      this.#complain(say("link_nothing"));
      return;
    }
    this.#dialog.close();
  }

  /** @param {string|null} address @returns {boolean} whether there were words to link */
  #apply(address) {
    const view = this.#section?.view;
    if (!view) return false;
    const { from, to } = this.#range();
    const type = mark("link");
    if (from === to) {
      const words = fit(this.#words.value).trim();
      if (!words || !address) return false;
      view.dispatch(view.state.tr.replaceSelectionWith(rich.text(words, [type.create({ href: address })]), false).scrollIntoView());
      return true;
    }
    const change = view.state.tr.removeMark(from, to, type);
    view.dispatch(address ? change.addMark(from, to, type.create({ href: address })) : change);
    return true;
  }

  /** The selection, or the whole link that the cursor stands in. @returns {{from: number, to: number, present: string|null}} */
  #range() {
    const state = this.#section?.view.state;
    if (!state) return { from: 0, to: 0, present: null };
    const { from, to, $from } = state.selection;
    const type = mark("link");
    /** @type {{from: number, to: number, present: string|null}} */
    const found = { from, to, present: null };
    const start = $from.start();
    $from.parent.forEach((node, offset) => {
      const link = type.isInSet(node.marks);
      if (!link || start + offset > from || start + offset + node.nodeSize < to) return;
      found.present = link.attrs["href"];
      if (from === to) Object.assign(found, { from: start + offset, to: start + offset + node.nodeSize });
    });
    return found;
  }

  /** @param {string} sentence */
  #complain(sentence) {
    const place = find(this.#dialog, "[data-problem]", HTMLElement);
    if (!place) return;
    place.textContent = sentence;
    place.hidden = !sentence;
    this.#address.toggleAttribute("aria-invalid", Boolean(sentence));
  }
}
