// Forms marked data-ask="proposal:move" are sent over the wire, and the page changes in place. Without a connection, or
// without this script, they are plain forms.
import { answer as speak } from "../core/announce.js";
import { find } from "../core/find.js";
import { say } from "../core/given.js";
import { NoAnswer } from "../core/socket.js";

/** @typedef {import("../core/socket.js").Connection} Connection */

const NUMBERS = new Set(["proposal", "amendment", "member", "version", "poll"]);
const FLAGS = new Set(["join", "accept", "open"]);
// The page's own; no operation knows them.
const OURS = new Set(["csrf_token", "next"]);

/** @param {FormData} filled @returns {Record<string, string|number|boolean>} */
function payload(filled) {
  /** @type {Record<string, string|number|boolean>} */
  const sent = {};
  for (const [name, value] of filled) {
    if (OURS.has(name) || typeof value !== "string") continue;
    sent[name] = NUMBERS.has(name) ? Number(value) : FLAGS.has(name) ? value === "true" : value;
  }
  return sent;
}

export class Asking {
  #connection;
  #after;

  /** @param {HTMLElement} root @param {Connection} connection @param {() => Promise<unknown>} after brings the page up to date */
  constructor(root, connection, after) {
    this.#connection = connection;
    this.#after = after;
    root.addEventListener("submit", (event) => {
      const form = event.target;
      if (!(form instanceof HTMLFormElement) || !form.dataset["ask"]) return;
      event.preventDefault();
      void this.#ask(form, event.submitter);
    });
  }

  /** @param {HTMLFormElement} form @param {HTMLElement|null} submitter */
  async #ask(form, submitter) {
    if (form.dataset["asking"]) return;
    form.dataset["asking"] = "yes";
    this.#complain(form, "");
    const filled = new FormData(form);
    if (submitter instanceof HTMLButtonElement && submitter.name) filled.set(submitter.name, submitter.value);
    try {
      const told = await this.#connection.ask(form.dataset["ask"] ?? "", payload(filled));
      if (!told.ok) {
        this.#complain(form, told.error.message);
        return;
      }
      form.reset();
      form.closest("details")?.removeAttribute("open");
      await this.#after();
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.#complain(form, say("not_now_offline"));
    } finally {
      delete form.dataset["asking"];
    }
  }

  /** @param {HTMLFormElement} form @param {string} sentence */
  #complain(form, sentence) {
    const place = find(form, "[data-problem]", HTMLElement);
    if (place) {
      place.textContent = sentence;
      place.hidden = !sentence;
    } else if (sentence) {
      speak(sentence);
    }
  }
}

