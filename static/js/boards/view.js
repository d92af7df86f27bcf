// How this reader looks at the board: in which order, and which ideas. Nobody else is touched by it; the address keeps it,
// so that a reload, a language switch and a shared link show the same.
import { all, find, need } from "../core/find.js";
import { say, sayCount } from "../core/given.js";
import { ideaOf, position } from "./lists.js";
import { withMotion } from "./motion.js";

/** @typedef {import("./lists.js").Lists} Lists */
/** @typedef {import("./person.js").Person} Person */

const NAMES = ["search", "sort", "mine", "delegation", "language"];

export class View {
  #lists;
  #person;
  #support;
  #form;
  #shelf;
  #timer = 0;

  /**
   * @param {Lists} lists
   * @param {Person} person
   * @param {(idea: number) => number} support
   * @param {number} board
   */
  constructor(lists, person, support, board) {
    this.#lists = lists;
    this.#person = person;
    this.#support = support;
    this.#shelf = `yf.view.${board}`;
    this.#form = need(document, "#view", HTMLFormElement);
    this.#restore();
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("input", () => {
      window.clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => this.#chosen(), 120);
    });
    this.#form.addEventListener("reset", () => window.setTimeout(() => this.#chosen()));
    if (this.#value("sort")) this.#sort();
    this.apply();
  }

  showAll() {
    this.#form.reset();
  }

  sortAgain() {
    withMotion(this.#lists.root, () => this.#sort());
  }

  /** The votes have changed: the order may be another one now, but cards don't run from under a thumb. */
  votesChanged() {
    if (this.#value("sort") !== "support") return;
    need(document, "#stale-order", HTMLElement).hidden = false;
  }

  /** Shows or hides one card, or all of them. @param {HTMLElement} [only] */
  apply(only) {
    const wanted = this.#wanted();
    const cards = this.#lists.cards();
    for (const card of only ? [only] : cards) {
      const hidden = !wanted(card);
      if (card.hidden !== hidden) card.hidden = hidden;
    }
    // One card of many is drawn: the sums follow when all of them are.
    if (only) return;
    const hidden = cards.filter((card) => card.hidden && !card.dataset["leaving"]).length;
    for (const cluster of this.#lists.clusters()) {
      const inside = all(cluster, ".card");
      cluster.hidden = hidden > 0 && inside.length > 0 && inside.every((card) => card.hidden);
    }
    const note = need(document, "#filtered", HTMLElement);
    note.hidden = hidden === 0;
    const line = need(note, "[data-filtered]", HTMLElement);
    const sentence = hidden ? sayCount("hidden_by_filter", hidden) : "";
    if (line.textContent !== sentence) line.textContent = sentence;
    this.#summary();
  }

  /** @returns {(card: HTMLElement) => boolean} what the reader wants to see */
  #wanted() {
    const { search, mine, delegation, language } = this.#values();
    const sought = search?.toLocaleLowerCase().trim();
    return (card) => !card.dataset["leaving"]
      && (!mine || this.#person.owns(ideaOf(card)))
      && (!delegation || card.dataset["delegation"] === delegation)
      && (!language || card.dataset["language"] === language)
      && (!sought || card.textContent?.toLocaleLowerCase().includes(sought) === true);
  }

  #chosen() {
    const values = this.#values();
    const kept = new URLSearchParams(Object.entries(values).filter(([, value]) => value));
    try {
      sessionStorage.setItem(this.#shelf, kept.toString());
    } catch {
      // The address alone keeps it.
    }
    history.replaceState(history.state, "", `${location.pathname}${location.search}${kept.size ? `#${kept}` : ""}`);
    // The card that stands at the top of the screen stays there.
    const anchor = this.#lists.cards().find((card) => !card.hidden && card.getBoundingClientRect().top >= 0) ?? null;
    const top = anchor?.getBoundingClientRect().top ?? 0;
    withMotion(this.#lists.root, () => {
      this.apply();
      this.#sort();
    });
    if (anchor && !anchor.hidden && !values["sort"]) scrollBy(0, anchor.getBoundingClientRect().top - top);
  }

  #sort() {
    need(document, "#stale-order", HTMLElement).hidden = true;
    this.#lists.sort(() => this.#order());
  }

  /** @returns {import("./lists.js").Order} */
  #order() {
    const sort = this.#value("sort");
    const newest = remembered((/** @type {HTMLElement} */ item) => this.#best(item, this.#created));
    const support = remembered((/** @type {HTMLElement} */ item) => this.#sum(item));
    if (sort === "newest") return (a, b) => newest(b) - newest(a);
    if (sort === "support") return (a, b) => support(b) - support(a) || position(a) - position(b);
    if (sort === "loose") return (a, b) => Number(a.matches(".cluster")) - Number(b.matches(".cluster")) || position(a) - position(b);
    return (a, b) => position(a) - position(b);
  }

  /** @param {HTMLElement} card */
  #created = (card) => Date.parse(card.dataset["created"] ?? "") + ideaOf(card) / 1e6;

  /** @param {HTMLElement} item @param {(card: HTMLElement) => number} measure */
  #best(item, measure) {
    return item.matches(".cluster") ? Math.max(0, ...all(item, ".card[data-idea]").map(measure)) : measure(item);
  }

  /** @param {HTMLElement} item */
  #sum(item) {
    const cards = item.matches(".cluster") ? all(item, ".card[data-idea]") : [item];
    return cards.reduce((sum, card) => sum + this.#support(ideaOf(card)), 0);
  }

  #summary() {
    const values = this.#values();
    const filters = ["search", "mine", "delegation", "language"].filter((name) => values[name]).length;
    const sort = find(this.#form, "[name=sort]", HTMLSelectElement)?.selectedOptions[0];
    const parts = [];
    if (values["sort"] && sort) parts.push(sort.text);
    if (filters) parts.push(sayCount("filters", filters));
    const place = find(document, "[data-view-now]", HTMLElement);
    const sentence = parts.join(" · ") || say("view");
    if (place && place.textContent !== sentence) place.textContent = sentence;
    document.getElementById("view-box")?.toggleAttribute("data-active", parts.length > 0);
  }

  /** @param {string} name */
  #value(name) {
    return this.#values()[name] ?? "";
  }

  /** @returns {Record<string, string>} */
  #values() {
    return Object.fromEntries([...new FormData(this.#form)].map(([name, value]) => [name, String(value)]));
  }

  #restore() {
    const inAddress = new URLSearchParams(location.hash.slice(1));
    let kept = inAddress;
    if (!NAMES.some((name) => inAddress.has(name))) {
      try {
        kept = new URLSearchParams(sessionStorage.getItem(this.#shelf) ?? "");
      } catch {
        kept = new URLSearchParams();
      }
    }
    for (const name of NAMES) {
      const field = this.#form.elements.namedItem(name);
      const value = kept.get(name) ?? "";
      if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = value !== "";
      else if (field instanceof HTMLSelectElement) field.value = [...field.options].some((option) => option.value === value) ? value : "";
      else if (field instanceof HTMLInputElement) field.value = value;
    }
  }
}

/** Each item is measured once, however often it is compared. @param {(item: HTMLElement) => number} measure @returns {(item: HTMLElement) => number} */
function remembered(measure) {
  /** @type {Map<HTMLElement, number>} */
  const known = new Map();
  return (item) => {
    const value = known.get(item) ?? measure(item);
    known.set(item, value);
    return value;
  };
}
