// The ballot: choose, look at it once more, cast. What is chosen survives a lost connection and a reload; cast twice, it is
// one ballot, because it carries the same random half.
import { answer as speak } from "../core/announce.js";
import { all, find, need } from "../core/find.js";
import { say, sayCount } from "../core/given.js";
import { NoAnswer } from "../core/socket.js";
import { Ranking } from "./ranking.js";
import { newHalf, Shelf } from "./shelf.js";

/** @typedef {import("../core/socket.js").Connection} Connection */
/** @typedef {Record<string, string|number>|string[]} Choice */

// Not the ballot's fault: the same one may succeed in a moment.
const PASSING = new Set(["slow_down", "unavailable", "busy", "server_error", "internal"]);
const AGAIN = 3000;

/** @param {HTMLFormElement} form @returns {[string, string][]} */
function marked(form) {
  /** @type {[string, string][]} */
  const found = [];
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value !== "" && (name === "approved" || name.startsWith("option-"))) found.push([name, value]);
  }
  return found;
}

/** @param {string} method @param {[string, string][]} fields @returns {Choice} */
export function choice(method, fields) {
  const pairs = fields.map(([name, value]) => /** @type {[string, string]} */ ([name.replace("option-", ""), value]));
  if (method === "approval") return pairs.map(([, key]) => key);
  if (method === "ranking") return pairs.sort(([, one], [, other]) => Number(one) - Number(other)).map(([key]) => key);
  return Object.fromEntries(method === "score" ? pairs.map(([key, points]) => [key, Number(points)]) : pairs);
}

export class Ballot {
  #form;
  #connection;
  #poll;
  #shelf;
  #method;
  #onCast;
  #ranking = /** @type {Ranking|null} */ (null);
  #half = newHalf();
  #sending = false;
  #over = false;
  #timer = 0;

  /**
   * @param {HTMLFormElement} form
   * @param {Connection} connection
   * @param {number} poll
   * @param {(receipt: string|null, message: string) => void} onCast
   */
  constructor(form, connection, poll, onCast) {
    this.#form = form;
    this.#connection = connection;
    this.#poll = poll;
    this.#shelf = new Shelf(poll);
    this.#method = form.dataset["method"] ?? "";
    this.#onCast = onCast;
    const list = find(form, "[data-ranking]", HTMLElement);
    if (list) this.#ranking = new Ranking(list);
    form.addEventListener("input", () => this.#keep(false));
    form.addEventListener("submit", (event) => this.#submitted(event));
    connection.onUpOrDown((up) => { if (up) void this.#send(); });
    this.#bringBack();
  }

  /** Nothing can be cast any more. @param {string} message */
  end(message) {
    this.#over = true;
    this.#shelf.clear();
    window.clearTimeout(this.#timer);
    if (marked(this.#form).length) {
      this.#complain(message);
      this.#form.inert = true;
      // An alert must not be inert, or nobody hears it.
      this.#form.before(need(this.#form, "#ballot-problem", HTMLElement));
    }
    this.#form.remove();
  }

  #bringBack() {
    const kept = this.#shelf.kept;
    if (!kept) return;
    this.#half = kept.half;
    for (const [name, value] of kept.marked) {
      for (const field of this.#form.elements) {
        if (field instanceof HTMLSelectElement && field.name === name) field.value = value;
        else if (field instanceof HTMLInputElement && field.name === name && field.value === value && field.type !== "hidden") field.checked = true;
      }
    }
    this.#ranking?.redraw();
    if (kept.casting) {
      this.#review();
      void this.#send();
    } else if (kept.marked.length) {
      speak(say("ballot_kept"));
    }
  }

  /** @param {boolean} casting */
  #keep(casting) {
    this.#shelf.keep({ marked: marked(this.#form), half: this.#half, casting });
  }

  /** @param {SubmitEvent} event */
  #submitted(event) {
    event.preventDefault();
    const action = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "review";
    if (action === "cast") this.#cast();
    else if (action === "change") this.#change();
    else this.#review();
  }

  #review() {
    const list = need(this.#form, "[data-review]", HTMLElement);
    const lines = this.#said();
    list.replaceChildren(...lines.map(([words, said]) => {
      const line = document.createElement("li");
      const option = document.createElement("span");
      const answer = document.createElement("strong");
      option.textContent = words.textContent;
      option.lang = words.lang;
      option.dir = "auto";
      answer.textContent = said;
      line.append(option, answer);
      return line;
    }));
    need(this.#form, "[data-review-blank]", HTMLElement).hidden = marked(this.#form).length > 0;
    this.#show("review");
  }

  /** What the ballot says of each option, in the order in which a person reads it. @returns {[HTMLElement, string][]} */
  #said() {
    const values = new Map(marked(this.#form).map(([name, value]) => name === "approved" ? [value, "yes"] : [name.replace("option-", ""), value]));
    /** @type {[HTMLElement, string][]} */
    const found = [];
    for (const line of all(this.#form, "[data-option]")) {
      const words = find(line, ".paper-words", HTMLElement);
      const value = values.get(line.dataset["option"] ?? "");
      if (!words) continue;
      if (this.#method === "approval") {
        if (value) found.push([words, say("ticked")]);
      } else if (this.#method === "ranking") {
        if (value) found.push([words, value]);
      } else if (this.#method === "score") {
        found.push([words, sayCount("points", Number(value ?? 0))]);
      } else {
        const radio = find(line, `input[value="${value ?? "abstain"}"]`, HTMLInputElement);
        found.push([words, radio?.nextElementSibling?.textContent?.trim() ?? ""]);
      }
    }
    return found;
  }

  /** @param {"choose"|"review"} step */
  #show(step) {
    const review = need(this.#form, "#ballot-review", HTMLElement);
    const choose = need(this.#form, "#ballot-choose", HTMLElement);
    review.hidden = step !== "review";
    choose.hidden = step !== "choose";
    if (step === "review") {
      review.focus({ preventScroll: true });
      review.scrollIntoView({ block: "center" });
    } else {
      find(choose, "button[value=review]", HTMLButtonElement)?.focus();
    }
  }

  #change() {
    if (this.#sending) return;
    window.clearTimeout(this.#timer);
    this.#wait("");
    this.#keep(false);
    this.#complain("");
    this.#show("choose");
  }

  #cast() {
    if (this.#sending || this.#over) return;
    this.#complain("");
    this.#keep(true);
    void this.#send();
  }

  async #send() {
    const kept = this.#shelf.kept;
    if (this.#sending || this.#over || (kept && !kept.casting)) return;
    const fields = kept?.marked ?? null;
    if (!fields) return;
    window.clearTimeout(this.#timer);
    this.#sending = true;
    this.#busy(true);
    this.#wait(say(this.#connection.up ? "ballot_sending" : "ballot_waits"));
    try {
      const payload = { poll: this.#poll, choice: choice(this.#method, fields), half: this.#half };
      const told = await this.#connection.ask("ballot:cast", payload);
      if (told.ok) this.#done(told["receipt"], "");
      else if (told.error.code === "already_voted") this.#done(null, told.error.message);
      else if (PASSING.has(told.error.code)) this.#later((told.error.retry_after ?? 3) * 1000);
      else this.#refused(told.error.message);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.#later(AGAIN);
    } finally {
      this.#sending = false;
      this.#busy(false);
    }
  }

  /** @param {number} milliseconds */
  #later(milliseconds) {
    this.#wait(say("ballot_waits"));
    this.#timer = window.setTimeout(() => void this.#send(), milliseconds * (0.75 + Math.random() / 2));
  }

  /** @param {string|null} receipt @param {string} message */
  #done(receipt, message) {
    this.#over = true;
    this.#shelf.clear();
    this.#form.remove();
    this.#onCast(receipt, message);
  }

  /** @param {string} message */
  #refused(message) {
    this.#keep(false);
    this.#wait("");
    this.#complain(message);
  }

  /** @param {boolean} busy */
  #busy(busy) {
    for (const button of this.#form.querySelectorAll("[data-ballot]")) button.setAttribute("aria-disabled", String(busy));
  }

  /** @param {string} sentence */
  #wait(sentence) {
    const place = need(this.#form, "[data-waiting]", HTMLElement);
    place.textContent = sentence;
    place.hidden = !sentence;
  }

  /** @param {string} sentence */
  #complain(sentence) {
    const place = need(this.#form, "#ballot-problem", HTMLElement);
    need(place, "[data-problem]", HTMLElement).textContent = sentence;
    place.hidden = !sentence;
  }
}
