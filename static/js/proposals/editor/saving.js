// Says in words whether what one writes is safe, and keeps a version from being saved without one's last words.
import { answer } from "../../core/announce.js";
import { find, need } from "../../core/find.js";
import { say, sayCount } from "../../core/given.js";

/** @typedef {import("./draft.js").Draft} Draft */

// Saved within this time, a word about it would only flicker.
const BLIP = 1500;
const PATIENCE = 6000;

export class Saving {
  #draft;
  #line = need(document, "#saved", HTMLElement);
  #timer = 0;
  #since = 0;

  /** @param {Draft} draft */
  constructor(draft) {
    this.#draft = draft;
    const form = find(document, "#save-version form", HTMLFormElement);
    form?.addEventListener("submit", (event) => { void this.#hold(event, form); });
    addEventListener("beforeunload", (event) => {
      // Only where a reload would really lose something.
      if (draft.unsent && !draft.kept) event.preventDefault();
    });
  }

  show() {
    window.clearTimeout(this.#timer);
    const { ready, stopped, unsent, up, mayWrite, kept } = this.#draft;
    if (!unsent) this.#since = 0;
    else if (!this.#since) this.#since = Date.now();
    if (stopped) this.#say("stopped", say("draft_stopped"));
    else if (!ready) this.#say("loading", say(up ? "draft_loading" : "draft_offline"));
    else if (!mayWrite) this.#say(up ? "saved" : "waiting", say(up ? "draft_reading" : "draft_offline"));
    else if (!unsent) this.#say(up ? "saved" : "waiting", say(up ? "draft_saved" : "draft_offline"));
    else if (!up) this.#say("waiting", kept ? sayCount("draft_unsent", unsent) : say("draft_unsent_unkept"));
    else if (Date.now() - this.#since < BLIP) this.#timer = window.setTimeout(() => this.show(), BLIP);
    else this.#say("saving", say("draft_saving"));
  }

  /** @param {string} state @param {string} sentence */
  #say(state, sentence) {
    const before = this.#line.dataset["state"];
    this.#line.dataset["state"] = state;
    const place = need(this.#line, "[data-saved]", HTMLElement);
    if (place.textContent !== sentence) place.textContent = sentence;
    // Aloud only when something has gone wrong, or is well again.
    if (before !== state && (state === "waiting" || before === "waiting")) answer(sentence);
  }

  /** A version holds what the server has: the last words go first. @param {Event} event @param {HTMLFormElement} form */
  async #hold(event, form) {
    if (!this.#draft.unsent) return;
    event.preventDefault();
    this.#problem(form, "");
    answer(say("version_waiting"));
    if (await this.#draft.settled(PATIENCE)) form.requestSubmit();
    else this.#problem(form, say("version_unsent"));
  }

  /** @param {HTMLFormElement} form @param {string} sentence */
  #problem(form, sentence) {
    const place = need(form, "[data-problem]", HTMLElement);
    place.textContent = sentence;
    place.hidden = !sentence;
  }
}
