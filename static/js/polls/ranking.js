// Ranking: tap the options in one's order; up and down move them. The selects, which serve without scripts, hold the places.
import { answer as speak } from "../core/announce.js";
import { all, find, need } from "../core/find.js";
import { say } from "../core/given.js";

export class Ranking {
  #list;

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list;
    list.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-rank]") : null;
      const line = button?.closest(".rank");
      if (!(button instanceof HTMLElement) || !(line instanceof HTMLElement)) return;
      if (button.dataset["rank"] === "pick") this.#pick(line);
      else this.#move(line, button.dataset["rank"] === "up" ? -1 : 1);
      button.focus();
    });
    this.redraw();
  }

  /** From what the selects say. */
  redraw() {
    const places = new Map(all(this.#list, ".rank").map((line) => [line, Number(this.#select(line).value) || Infinity]));
    const order = [...places.keys()].sort((one, other) => (places.get(one) ?? 0) - (places.get(other) ?? 0) || 0);
    this.#number(order, order.filter((line) => places.get(line) !== Infinity));
  }

  /** @param {HTMLElement} line */
  #select(line) {
    return need(line, "select", HTMLSelectElement);
  }

  get #ranked() {
    return all(this.#list, ".rank[data-ranked]");
  }

  /** @param {HTMLElement} line */
  #pick(line) {
    const ranked = this.#ranked;
    const taken = ranked.includes(line);
    const order = taken ? ranked.filter((each) => each !== line) : [...ranked, line];
    this.#change(order);
    const option = this.#words(line);
    speak(taken ? say("rank_taken", { option }) : say("rank_placed", { option, place: order.length }));
  }

  /** @param {HTMLElement} line @param {number} by */
  #move(line, by) {
    const order = this.#ranked;
    const from = order.indexOf(line);
    const to = from + by;
    if (from < 0 || to < 0 || to >= order.length) return;
    order.splice(from, 1);
    order.splice(to, 0, line);
    this.#change(order);
    speak(say("rank_placed", { option: this.#words(line), place: to + 1 }));
  }

  /** @param {HTMLElement} line */
  #words(line) {
    return find(line, ".paper-words", HTMLElement)?.textContent ?? "";
  }

  /** @param {HTMLElement[]} order */
  #change(order) {
    const rest = all(this.#list, ".rank").filter((line) => !order.includes(line));
    this.#number([...order, ...rest], order);
    this.#list.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** @param {HTMLElement[]} lines @param {HTMLElement[]} ranked */
  #number(lines, ranked) {
    for (const [at, line] of lines.entries()) {
      if (this.#list.children[at] !== line) this.#list.insertBefore(line, this.#list.children[at] ?? null);
      const place = ranked.indexOf(line) + 1;
      line.toggleAttribute("data-ranked", place > 0);
      this.#select(line).value = place ? String(place) : "";
      need(line, "[data-place]", HTMLElement).textContent = place ? String(place) : "";
      need(line, "[data-rank=pick]", HTMLElement).setAttribute("aria-pressed", String(place > 0));
      need(line, "[data-rank=up]", HTMLButtonElement).disabled = place <= 1;
      need(line, "[data-rank=down]", HTMLButtonElement).disabled = !place || place === ranked.length;
    }
  }
}
