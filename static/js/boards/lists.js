// Where every card stands: in the list of its column or of its cluster, in the order that the reader has chosen.
import { all, find } from "../core/find.js";

/** @typedef {(a: HTMLElement, b: HTMLElement) => number} Order */

const ITEM = ".card[data-idea], .cluster";

/** @param {HTMLElement} item */
export function position(item) {
  return Number(item.dataset["position"] ?? 0);
}

/** @param {Element} card */
export function ideaOf(card) {
  return Number(card.closest("[data-idea]")?.getAttribute("data-idea"));
}

/** @param {Element} card */
export function textOf(card) {
  return find(card, ".card-text", HTMLElement)?.textContent ?? "";
}

/** Puts a node where it belongs without losing the focus in it. @param {Element} list @param {HTMLElement} item @param {Element|null} before */
function put(list, item, before) {
  if (item.parentElement === list && item.nextElementSibling === before) return;
  const focused = item.contains(document.activeElement) ? document.activeElement : null;
  if (item.isConnected && "moveBefore" in list) /** @type {any} */ (list).moveBefore(item, before);
  else list.insertBefore(item, before);
  if (focused instanceof HTMLElement && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

export class Lists {
  #root;
  /** Made anew for each use, since the votes that it may look at go on. @type {() => Order} */
  #order = () => (a, b) => position(a) - position(b);

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
  }

  get root() {
    return this.#root;
  }

  /** @param {number} idea */
  card(idea) {
    const card = document.getElementById(`idea-${idea}`);
    return card?.closest("#columns") ? card : null;
  }

  /** @param {number} cluster */
  cluster(cluster) {
    return document.getElementById(`cluster-${cluster}`);
  }

  cards() {
    return all(this.#root, ".card[data-idea]");
  }

  clusters() {
    return all(this.#root, ".cluster");
  }

  columns() {
    return all(this.#root, ".column");
  }

  /** @param {string|number} column */
  listOfColumn(column) {
    return find(this.#root, `[data-list][data-column="${CSS.escape(String(column))}"]`, HTMLElement);
  }

  /** @param {HTMLElement} item */
  #listOf(item) {
    const cluster = item.classList.contains("card") ? item.dataset["cluster"] : "";
    return (cluster && find(this.#root, `[data-list][data-cluster="${CSS.escape(cluster)}"]`, HTMLElement)) || this.listOfColumn(item.dataset["column"] ?? "");
  }

  /** Puts a card or a cluster where its data says. @param {HTMLElement} item @returns {boolean} false where its column is not on this page */
  place(item) {
    const list = this.#listOf(item);
    if (!list) return false;
    const others = this.#items(list).filter((other) => other !== item);
    const order = this.#order();
    const after = others.find((other) => order(item, other) < 0);
    put(list, item, after ?? this.#tail(list));
    return true;
  }

  /** @param {HTMLElement} card */
  remove(card) {
    if (card.contains(document.activeElement)) {
      const next = card.nextElementSibling ?? card.previousElementSibling ?? card.closest(".column");
      const goal = next && (find(next, "button", HTMLElement) ?? next);
      card.remove();
      if (goal instanceof HTMLElement) goal.focus({ preventScroll: true });
      return;
    }
    card.remove();
  }

  /** @param {() => Order} [orders] */
  sort(orders = this.#order) {
    this.#order = orders;
    const order = orders();
    for (const list of all(this.#root, "[data-list]")) {
      const items = this.#items(list);
      const sorted = [...items].sort((a, b) => order(a, b) || position(a) - position(b));
      if (sorted.every((item, index) => item === items[index])) continue;
      let before = this.#tail(list);
      if (!list.contains(document.activeElement)) {
        // All at once costs a fraction of one by one.
        const together = document.createDocumentFragment();
        together.append(...sorted);
        list.insertBefore(together, before);
        continue;
      }
      for (const item of sorted.reverse()) {
        put(list, item, before);
        before = item;
      }
    }
  }

  /** Numbers beside the names; and whether there is anything at all. */
  count() {
    for (const column of this.columns()) {
      const cards = all(column, ".card[data-idea]").filter((card) => card.dataset["state"] === "shown" && !card.dataset["leaving"]);
      const number = String(cards.length);
      for (const place of all(document, `#column-${column.dataset["column"]} > .column-head [data-count], #tabs [data-column="${column.dataset["column"]}"] [data-count]`)) {
        if (place.textContent !== number) place.textContent = number;
      }
      column.toggleAttribute("data-empty", !find(column, ".card, .cluster, .strip", HTMLElement));
    }
    for (const cluster of this.clusters()) {
      const place = find(cluster, "[data-cluster-count]", HTMLElement);
      const number = String(all(cluster, ".card[data-idea]").length);
      if (place && place.textContent !== number) place.textContent = number;
    }
    const empty = document.getElementById("board-empty");
    if (empty) empty.hidden = find(this.#root, ".card, .cluster, .strip", HTMLElement) !== null;
  }

  /** @param {HTMLElement} list */
  #items(list) {
    return /** @type {HTMLElement[]} */ ([...list.children].filter((child) => child.matches(ITEM)));
  }

  /** What has no place of its own (cards that are not sent yet) stays at the end. @param {HTMLElement} list */
  #tail(list) {
    return find(list, ":scope > .ghost", HTMLElement);
  }
}
