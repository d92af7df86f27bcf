// Applies what the server tells about the board, change by change, to the lists on the page.
import { announce } from "../core/announce.js";
import { all } from "../core/find.js";
import { say } from "../core/given.js";
import { morph, parse } from "../live/fragment.js";
import { fetchPage } from "../live/refetch.js";
import { ideaOf, position, textOf } from "./lists.js";
import { withMotion } from "./motion.js";

/** @typedef {import("../live/order.js").Change} Change */
/** @typedef {import("./lists.js").Lists} Lists */

/**
 * @typedef {object} Hooks
 * @property {(card: HTMLElement) => void} dress marks what is this person's on a card that was drawn anew
 * @property {(card: HTMLElement, type: string) => void} changed somebody changed a card that may be open for editing
 * @property {(card: HTMLElement) => void} leaving
 * @property {(type: string) => void} rights what this person may do has perhaps changed
 * @property {() => void} settled
 * @property {(idea: number) => boolean} owns
 */

// For whoever may not see the card any more there is no HTML.
const GONE = new Set(["idea.withdrawn", "idea.hidden", "idea.merged"]);

export class Changes {
  #lists;
  #hooks;
  #lost = false;

  /** @param {Lists} lists @param {Hooks} hooks */
  constructor(lists, hooks) {
    this.#lists = lists;
    this.#hooks = hooks;
  }

  /** @param {Change[]} changes @returns {boolean} false where the page must be drawn anew to hold them */
  apply(changes) {
    this.#lost = false;
    if (changes.some((change) => change.html || change.type.startsWith("idea.") || change.type.startsWith("cluster."))) {
      withMotion(this.#lists.root, () => {
        for (const change of changes) this.#applyOne(change);
        this.#lists.count();
      });
    }
    this.#hooks.settled();
    for (const change of changes) if (/^(board|forum)\./.test(change.type)) this.#hooks.rights(change.type);
    return !this.#lost;
  }

  /** The whole board as the server draws it now. @returns {Promise<import("../core/given.js").Given|null>} */
  async redraw() {
    const fetched = await fetchPage();
    const columns = fetched?.page.getElementById("columns");
    if (!fetched || !columns) return null;
    const there = all(columns, ".column").map((column) => column.id);
    const here = this.#lists.columns().map((column) => column.id);
    // Columns were added or renamed: nothing of ours depends on their order, so a new page is right.
    if (there.join() !== here.join()) {
      location.reload();
      return null;
    }
    withMotion(this.#lists.root, () => {
      const roots = all(columns, ".cluster, .card[data-idea]");
      const wanted = new Set(roots.map((root) => root.id));
      for (const id of ["board-state", "phase-stepper"]) {
        const fresh = fetched.page.getElementById(id);
        if (fresh) this.#root(fresh, "");
      }
      for (const root of roots) if (root.matches(".cluster")) this.#root(root, "");
      for (const root of roots) if (!root.matches(".cluster")) this.#root(root, "");
      for (const card of this.#lists.cards()) if (!wanted.has(card.id)) this.#leave(card);
      for (const cluster of this.#lists.clusters()) if (!wanted.has(cluster.id)) cluster.remove();
      this.#lists.count();
    });
    this.#hooks.settled();
    return fetched.given;
  }

  /** @param {Change} change */
  #applyOne(change) {
    const roots = change.html ? parse(change.html) : [];
    for (const root of roots) this.#root(root, change.type);
    const { idea, cluster, ideas } = change.data ?? {};
    const drawn = new Set(roots.map((root) => root.id));

    if (GONE.has(change.type) && idea && !drawn.has(`idea-${idea}`)) this.#remove(Number(idea), change.type);
    if (change.type === "cluster.made" && Array.isArray(ideas)) {
      for (const id of ideas) if (!drawn.has(`idea-${id}`)) this.#moveInto(Number(id), String(cluster));
    }
    if (change.type === "cluster.dissolved" && cluster && !drawn.has(`cluster-${cluster}`)) this.#dissolve(Number(cluster));
  }

  /** @param {HTMLElement} root @param {string} type */
  #root(root, type) {
    const old = root.id ? document.getElementById(root.id) : null;
    if (root.matches(".card")) this.#card(old, root, type);
    else if (root.matches(".cluster")) this.#cluster(old, root);
    else if (old) morph(old, root);
  }

  /** @param {HTMLElement|null} old @param {HTMLElement} wanted @param {string} type */
  #card(old, wanted, type) {
    const moved = !old || ["column", "cluster", "position"].some((name) => old.dataset[name] !== wanted.dataset[name]);
    const renewed = old !== null && old.dataset["version"] !== wanted.dataset["version"];
    if (old) morph(old, wanted);
    const card = old ?? wanted;
    if (moved && !this.#lists.place(card)) this.#lost = true;
    this.#hooks.dress(card);
    if (renewed) this.#hooks.changed(card, type);
    if (!this.#hooks.owns(ideaOf(card))) {
      if (type === "idea.posted") announce(say("new_idea", { text: textOf(card) }), "new_idea");
      else if (renewed && type === "idea.edited") announce(say("idea_changed", { text: textOf(card) }), "idea_changed");
    }
  }

  /** @param {HTMLElement|null} old @param {HTMLElement} wanted */
  #cluster(old, wanted) {
    if (old) {
      morph(old, wanted, "[data-list]");
    } else {
      // Its cards come by themselves, each at its own place.
      for (const card of all(wanted, ".card")) card.remove();
    }
    const cluster = old ?? wanted;
    if (!this.#lists.place(cluster)) this.#lost = true;
    const id = cluster.dataset["cluster"];
    for (const card of this.#lists.cards()) {
      if (card.dataset["cluster"] === id && card.closest(".cluster") !== cluster) this.#lists.place(card);
    }
  }

  /** @param {number} idea @param {string} type */
  #remove(idea, type) {
    const card = this.#lists.card(idea);
    if (!card) return;
    if (!this.#hooks.owns(idea)) announce(say(type === "idea.merged" ? "idea_merged" : "idea_gone", { text: textOf(card) }), "idea_gone");
    this.#leave(card);
  }

  /** @param {HTMLElement} card */
  #leave(card) {
    this.#hooks.leaving(card);
    this.#lists.remove(card);
  }

  /** @param {number} idea @param {string} cluster */
  #moveInto(idea, cluster) {
    const card = this.#lists.card(idea);
    if (!card) return;
    card.dataset["cluster"] = cluster;
    this.#lists.place(card);
  }

  /** @param {number} id */
  #dissolve(id) {
    const cluster = this.#lists.cluster(id);
    if (!cluster) return;
    for (const [index, card] of all(cluster, ".card[data-idea]").entries()) {
      card.dataset["cluster"] = "";
      card.dataset["position"] = String(position(cluster) + index / 1000);
      this.#lists.place(card);
    }
    cluster.remove();
  }
}
