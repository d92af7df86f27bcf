// The number in the header: how many notices wait, kept true by whatever connection the page has.
import { announce } from "../core/announce.js";
import { find } from "../core/find.js";
import { say, sayCount } from "../core/given.js";

const MOST = 9;
const bell = document.getElementById("bell");

/** @param {number} unread */
function show(unread) {
  if (!bell) return;
  const before = Number(bell.dataset["unread"]);
  const shown = unread > MOST ? `${MOST}+` : String(unread);
  const words = unread ? sayCount("unread_notices", unread, { n: shown }) : say("notices");
  bell.dataset["unread"] = String(unread);
  const count = find(bell, "[data-bell-count]", HTMLElement);
  if (count) {
    count.textContent = shown;
    count.hidden = unread === 0;
  }
  const spoken = find(bell, "[data-bell-words]", HTMLElement);
  if (spoken) spoken.textContent = words;
  if (unread > before) announce(words);
}

document.addEventListener("notices", (event) => {
  const told = /** @type {CustomEvent<{forum: number, unread: number}>} */ (event).detail;
  if (String(told?.forum) === document.body.dataset["forum"]) show(Number(told.unread));
});
