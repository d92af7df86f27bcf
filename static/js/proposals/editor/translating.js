// What one says about a translation: that it is up to date, that one has checked it; or one asks a machine for a first one.
import { answer } from "../../core/announce.js";
import { Actions } from "../../core/actions.js";
import { find } from "../../core/find.js";
import { say } from "../../core/given.js";
import { NoAnswer } from "../../core/socket.js";

/** @typedef {import("./draft.js").Draft} Draft */

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
  const show = (/** @type {string} */ selector, /** @type {boolean} */ shown) => {
    const found = find(place, selector, HTMLElement);
    if (found) found.hidden = !shown;
  };
  if (name === "suggest") show("[data-machine]", true);
  if (name === "checked") show("[data-checked]", true);
  if (name !== "checked") {
    place.dataset["state"] = "current";
    show("[data-stale]", false);
  }
  answer(say("translation_noted"));
}

/** Somebody is changing the original that is being translated. @param {HTMLElement} section */
export function originalChanged(section) {
  const place = find(section, "[data-translation]", HTMLElement);
  if (!place || place.dataset["state"] === "missing") return;
  place.dataset["state"] = "out_of_date";
  const summary = find(section, ".write-original summary", HTMLElement);
  if (summary && !("fresh" in summary.dataset)) {
    summary.dataset["fresh"] = "";
    summary.title = say("original_changed");
  }
}

/** @param {HTMLElement} place @param {string} sentence */
function complain(place, sentence) {
  const problem = find(place, "[data-problem]", HTMLElement);
  if (!problem) return;
  problem.textContent = sentence;
  problem.hidden = !sentence;
}
