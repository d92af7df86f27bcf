// What one says about a translation: that it is up to date, that one has checked it; or one asks a machine for a first one.
import { answer } from "../../core/announce.js";
import { Actions } from "../../core/actions.js";
import { find } from "../../core/find.js";
import { say } from "../../core/given.js";
import { NoAnswer } from "../../core/socket.js";

/** @typedef {import("./draft.js").Draft} Draft */

const WORDS_COME = 3000;

/** @param {HTMLElement} root @param {Draft} draft @param {string} language */
export function bindTranslations(root, draft, language) {
  const actions = new Actions(root);
  for (const name of ["current", "checked", "suggest"]) {
    actions.on(name, (button) => { void ask(name, button, draft, language); });
  }
}

/** @param {string} name @param {HTMLElement} button @param {Draft} draft @param {string} language */
async function ask(name, button, draft, language) {
  const place = button.closest("[data-translation]");
  const part = button.closest("[data-part]");
  if (!(place instanceof HTMLElement) || !(part instanceof HTMLElement) || button.hasAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  complain(place, "");
  try {
    // What is said is said of the words as they stand here: they have to be there first.
    const there = await draft.settled(6000);
    if (!there) throw new NoAnswer(name);
    const told = await draft.ask(`proposal:${name}`, { part: part.dataset["part"], language });
    if (!told.ok) complain(place, told.error.message);
    else noted(name, place);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    complain(place, say("not_now_offline"));
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/** @param {string} name @param {HTMLElement} place */
function noted(name, place) {
  if (name === "suggest") {
    label(place, "[data-machine]", true);
    // The suggested words may come in a moment before or after this answer.
    place.dataset["suggested"] = "";
    window.setTimeout(() => delete place.dataset["suggested"], WORDS_COME);
  }
  if (name === "checked") checked(place, true);
  if (name === "current") {
    place.dataset["state"] = "current";
    label(place, "[data-stale]", false);
  }
  answer(say("translation_noted"));
}

/** Somebody is changing the original that is being translated. @param {HTMLElement} part */
export function originalChanged(part) {
  const place = find(part, "[data-translation]", HTMLElement);
  if (place && place.dataset["state"] === "current") place.dataset["state"] = "out_of_date";
}

/** What was said of other words no longer holds. @param {HTMLElement} part */
export function translationChanged(part) {
  const place = find(part, "[data-translation]", HTMLElement);
  if (!place || "suggested" in place.dataset) return;
  label(place, "[data-machine]", false);
  checked(place, false);
}

/** @param {HTMLElement} part @param {boolean} original whether there is something to translate @param {boolean} translation whether it is begun */
export function showTranslation(part, original, translation) {
  const place = find(part, "[data-translation]", HTMLElement);
  if (!place) return;
  place.toggleAttribute("data-no-original", !original);
  if (!translation) place.dataset["state"] = "missing";
  else if (place.dataset["state"] === "missing") place.dataset["state"] = "current";
}

/** @param {HTMLElement} place @param {boolean} by whether it is checked, by this person */
function checked(place, by) {
  label(place, "[data-act='checked']", !by);
  label(place, "[data-checked='mine']", by);
  if (!by) label(place, "[data-checked='theirs']", false);
}

/** @param {HTMLElement} place @param {string} selector @param {boolean} shown */
function label(place, selector, shown) {
  const found = find(place, selector, HTMLElement);
  if (found) found.hidden = !shown;
}

/** @param {HTMLElement} place @param {string} sentence */
function complain(place, sentence) {
  const problem = find(place, "[data-problem]", HTMLElement);
  if (!problem) return;
  problem.textContent = sentence;
  problem.hidden = !sentence;
}
