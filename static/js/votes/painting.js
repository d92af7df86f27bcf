// Votes on a card: my dots as filled circles, everybody's as a number with a small bar; opinions as pressed buttons.
import { all, find } from "../core/find.js";
import { say, sayCount } from "../core/given.js";

/** @typedef {import("../core/given.js").Tally} Tally */

const ROW = 6;

/**
 * @param {HTMLElement} card
 * @param {{mine: number|null, left: number|null, cap: number, tally: Tally|null, most: number, whyNot: string|null}} votes
 */
export function paintDots(card, { mine, left, cap, tally, most, whyNot }) {
  const place = find(card, ".dots", HTMLElement);
  if (!place) return;
  const given = mine ?? 0;
  place.dataset["mine"] = String(given);
  const circles = find(place, ".my-dots", HTMLElement);
  if (circles) {
    write(circles, given > ROW ? `●×${given}` : "●".repeat(given));
    name(circles, given ? sayCount("my_dots", given) : "");
  }
  const more = find(place, ".more", HTMLElement);
  const less = find(place, ".less", HTMLElement);
  const full = given >= cap ? sayCount("cap_reached", cap) : left !== null && left <= 0 ? say("no_dots_left") : null;
  if (more) refuse(more, whyNot ?? full, whyNot !== null);
  if (less) refuse(less, whyNot ?? (given > 0 ? null : ""), whyNot !== null);
  const total = find(place, ".total", HTMLElement);
  if (total) {
    const dots = tally?.dots;
    write(total, dots === undefined ? "" : String(dots));
    name(total, dots === undefined ? "" : sayCount("dots_in_all", dots));
    total.style.setProperty("--share", String(dots && most ? dots / Math.max(most, dots) : 0));
  }
}

/**
 * @param {HTMLElement} card
 * @param {{mine: number|null, tally: Tally|null, whyNot: string|null}} votes
 */
export function paintOpinions(card, { mine, tally, whyNot }) {
  for (const button of all(card, ".opinions [data-opinion]")) {
    button.setAttribute("aria-pressed", String(mine !== null && String(mine) === button.dataset["opinion"]));
    refuse(button, whyNot, whyNot !== null);
    const place = find(button, "[data-count]", HTMLElement);
    if (!place) continue;
    const count = tally?.[/** @type {"agree"|"pass"|"disagree"} */ (place.dataset["count"])];
    write(place, count === undefined ? "" : String(count));
  }
}

/** Not `disabled`: whoever taps on it or reaches it by key shall learn why. @param {HTMLElement} button @param {string|null} why @param {boolean} boardWide */
function refuse(button, why, boardWide) {
  const idea = `idea-${button.getAttribute("value")}-text`;
  if (why === null) {
    button.removeAttribute("aria-disabled");
    button.removeAttribute("title");
    delete button.dataset["why"];
  } else {
    button.setAttribute("aria-disabled", "true");
    button.title = why;
    button.dataset["why"] = why;
  }
  if (button.hasAttribute("aria-describedby") || boardWide) button.setAttribute("aria-describedby", boardWide ? `${idea} why-not-vote` : idea);
}

/** @param {HTMLElement} place @param {string} text */
function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

/** @param {HTMLElement} place @param {string} label */
function name(place, label) {
  if (label) {
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", label);
  } else {
    place.removeAttribute("role");
    place.removeAttribute("aria-label");
  }
}
