// Dragging, by the handle only: nobody moves a wall of cards by scrolling. Loaded for those who may move something.
import { find, need } from "../core/find.js";
import { openSheet, quote } from "../core/sheet.js";
import { all } from "../core/find.js";
import Sortable from "../../vendor/sortable.js";
import { ideaOf, textOf } from "../boards/lists.js";

/** @typedef {import("../boards/board.js").Board} Board */
/** @typedef {import("../../vendor/sortable.js").MoveEvent} MoveEvent */
/** @typedef {import("../../vendor/sortable.js").SortableEvent} SortableEvent */

// How much of a card's height counts as its edges.
const EDGES = 0.5;

export class Dragging {
  #board;
  /** @type {HTMLElement|null} the card that the dragged one is held over */
  #onto = null;
  /** @type {AbortController|null} */
  #stop = null;

  /** @param {Board} board */
  constructor(board) {
    this.#board = board;
    this.attach();
  }

  /** Also for lists that came later. */
  attach() {
    for (const list of all(this.#board.lists.root, "[data-list]")) {
      if (Sortable.get(list)) continue;
      Sortable.create(list, {
        group: "cards",
        handle: ".grip",
        draggable: ".card[data-idea], .cluster",
        animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
        // A card gives way only when it is touched near its edge: its middle is for dropping onto it.
        invertSwap: true,
        swapThreshold: EDGES,
        ghostClass: "is-dragged",
        fallbackOnBody: true,
        onStart: (event) => this.#follow(event.item),
        onMove: (event) => this.#move(event),
        onEnd: (event) => this.#end(event),
      });
    }
  }

  /** A cluster lies in a column, never in another cluster. @param {MoveEvent} event */
  #move(event) {
    return !(event.dragged.matches(".cluster") && event.to.dataset["cluster"]);
  }

  /** Looks which card the dragged one is held over, for moderators. @param {HTMLElement} item */
  #follow(item) {
    this.#stop?.abort();
    if (!this.#board.person.moderates || item.dataset["state"] !== "shown") return;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const look = (/** @type {Event} */ event) => {
      const { x, y } = point(event);
      const under = document.elementsFromPoint(x, y).map((element) => element.closest(".card[data-idea]")).find((card) => card && card !== item);
      const card = under instanceof HTMLElement && under.dataset["state"] === "shown" ? under : null;
      const place = card?.getBoundingClientRect();
      const share = place ? (y - place.top) / place.height : 0;
      this.#mark(card && share > EDGES / 2 && share < 1 - EDGES / 2 ? card : null);
    };
    for (const kind of ["dragover", "touchmove", "pointermove"]) document.addEventListener(kind, look, { signal, passive: true, capture: true });
  }

  /** @param {HTMLElement|null} card */
  #mark(card) {
    this.#onto?.classList.remove("is-onto");
    card?.classList.add("is-onto");
    this.#onto = card;
  }

  /** @param {SortableEvent} event */
  #end(event) {
    const onto = this.#onto;
    this.#stop?.abort();
    this.#mark(null);
    const { item, to } = event;
    const column = Number(item.closest(".column")?.getAttribute("data-column"));
    if (item.matches(".cluster")) {
      const before = nextCard(item);
      this.#board.send("cluster:move", { cluster: Number(item.dataset["cluster"]), column, before });
      return;
    }
    if (onto && onto !== item) {
      this.#board.lists.place(item);
      this.#ask(item, onto);
      return;
    }
    if (event.from === to && event.oldDraggableIndex === event.newDraggableIndex) return;
    this.#board.send("idea:move", {
      idea: ideaOf(item), column, cluster: to.dataset["cluster"] ? Number(to.dataset["cluster"]) : null, before: nextCard(item),
    }, ideaOf(item));
  }

  /** One card dropped on another. @param {HTMLElement} card @param {HTMLElement} onto */
  #ask(card, onto) {
    const dialog = need(document, "#dropped", HTMLDialogElement);
    quote(dialog, textOf(card), card.dataset["language"]);
    const other = find(dialog, "[data-quote-other]", HTMLElement);
    if (other) {
      other.textContent = textOf(onto);
      other.lang = onto.dataset["language"] ?? "";
    }
    const pick = async (/** @type {"merge"|"cluster"} */ deed) => {
      dialog.close();
      const { pick: open } = await import("./picking.js");
      open(this.#board, card, deed, onto);
    };
    this.#board.actions.on("dropped-cluster", () => void pick("cluster"));
    this.#board.actions.on("dropped-merge", () => void pick("merge"));
    openSheet(dialog);
  }
}

/** The idea before which an item stands now; a cluster as a neighbour counts with its first card. @param {HTMLElement} item */
function nextCard(item) {
  for (let next = item.nextElementSibling; next; next = next.nextElementSibling) {
    if (next.matches(".card[data-idea]")) return ideaOf(next);
  }
  return null;
}

/** @param {any} event */
function point(event) {
  const { clientX: x, clientY: y } = event.touches?.[0] ?? event;
  return { x: x ?? 0, y: y ?? 0 };
}
