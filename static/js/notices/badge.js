// The number in the header: how many notices wait, kept true by whatever connection the page has.
import { announce } from "../core/announce.js";
import { find } from "../core/find.js";
import { say, sayCount } from "../core/given.js";

const MOST = 9;
// Not every phone in the hall asks in the same instant.
const SPREAD = 2500;
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

/** What was told while there was no connection was told to nobody. */
async function askAgain() {
  const slug = bell instanceof HTMLAnchorElement ? bell.pathname.split("/")[2] : "";
  try {
    const response = await fetch(`/api/v1/forums/${slug}/notices`, { cache: "no-store" });
    if (response.ok) show(Number((await response.json()).unread));
  } catch {
    // The line is gone again: the next connection asks again.
  }
}

document.addEventListener("reconnected", () => { window.setTimeout(() => void askAgain(), Math.random() * SPREAD); });
document.addEventListener("notices", (event) => {
  const told = /** @type {CustomEvent<{forum: number, unread: number}>} */ (event).detail;
  if (String(told?.forum) === document.body.dataset["forum"]) show(Number(told.unread));
});
