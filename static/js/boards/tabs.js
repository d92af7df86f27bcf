// On a narrow screen one column at a time; each remembers how far it was read.
import { all, find } from "../core/find.js";

export class Tabs {
  #root;
  #shelf;
  /** @type {Map<string, number>} */
  #read = new Map();

  /** @param {HTMLElement} root @param {number} board */
  constructor(root, board) {
    this.#root = root;
    this.#shelf = `yf.column.${board}`;
    let kept = null;
    try {
      kept = sessionStorage.getItem(this.#shelf);
    } catch {
      // The first column then.
    }
    const columns = all(root, ".column").map((column) => column.dataset["column"] ?? "");
    this.show(kept && columns.includes(kept) ? kept : columns[0] ?? "");
  }

  get column() {
    return this.#root.dataset["current"] ?? "";
  }

  /** @param {string} column */
  show(column) {
    const narrow = matchMedia("(max-width: 47.99rem)").matches;
    if (this.column) this.#read.set(this.column, scrollY);
    this.#root.dataset["current"] = column;
    for (const each of all(this.#root, ".column")) each.classList.toggle("is-current", each.dataset["column"] === column);
    for (const tab of all(document, "#tabs [data-column]")) {
      const current = tab.dataset["column"] === column;
      tab.setAttribute("aria-current", String(current));
      if (current && narrow) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    try {
      sessionStorage.setItem(this.#shelf, column);
    } catch {
      // Then a reload starts with the first column.
    }
    const read = this.#read.get(column);
    if (narrow && read !== undefined) scrollTo(0, read);
  }

  /** Brings a card onto the screen, whichever column it is in. @param {HTMLElement} card */
  reveal(card) {
    const column = card.closest(".column")?.getAttribute("data-column");
    if (column && column !== this.column) this.show(column);
    card.scrollIntoView({ block: "center" });
    find(card, "button", HTMLElement)?.focus({ preventScroll: true });
  }
}
