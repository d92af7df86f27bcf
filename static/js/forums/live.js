// Every page of a forum but the board: the phase, who came, and what is new stay true without a reload.
import { announce } from "../core/announce.js";
import { all } from "../core/find.js";
import { given, say } from "../core/given.js";
import { Connection } from "../core/socket.js";
import { Channel } from "../live/channel.js";
import { morph, parse } from "../live/fragment.js";
import { fetchPage } from "../live/refetch.js";

/** @typedef {import("../live/order.js").Change} Change */

const numbers = new Intl.NumberFormat(given.language);
// Joining is no change of the forum's log (two thousand at once would drown it), so the one screen at the door asks.
const ASK_AT_THE_DOOR = 3000;
// Not every phone in the hall asks in the same instant.
const SPREAD = 2500;
let refreshing = 0;

/** @param {number} count */
function showCount(count) {
  for (const place of all(document, "[data-people-count]")) {
    place.dataset["peopleCount"] = String(count);
    place.textContent = numbers.format(count);
  }
}

/** @param {Change} change */
function draw(change) {
  for (const root of parse(change.html ?? "")) {
    const old = document.getElementById(root.id);
    if (old) morph(old, root);
  }
  if (change.type === "forum.phase_changed") {
    const phase = document.querySelector("#phase-stepper [aria-current] span")?.firstChild?.textContent;
    if (phase) announce(say("phase_now", { phase }));
  }
}

/** What stands in the regions marked data-live, as the server would draw it now; forms are left alone.
 * @returns {Promise<number|null>} the forum's revision that the page then shows */
async function refresh() {
  const fetched = await fetchPage(location.pathname + location.search);
  if (!fetched) return null;
  for (const region of all(document, "[data-live]")) {
    const fresh = fetched.page.getElementById(region.id);
    if (fresh) morph(region, fresh);
  }
  const count = all(fetched.page, "[data-people-count]")[0]?.dataset["peopleCount"];
  if (count) showCount(Number(count));
  return fetched.given.page?.forum_revision ?? null;
}

function refreshSoon() {
  if (!document.querySelector("[data-live]")) return;
  window.clearTimeout(refreshing);
  refreshing = window.setTimeout(() => void refresh(), Math.random() * SPREAD);
}

const name = given.channels.find((channel) => channel.startsWith("forum:"));
if (name) {
  const connection = new Connection();
  // Reports and notices are in no channel: who they are for is told that something is new, and looks again after an absence.
  const told = document.querySelector("#cases, #inbox");
  let before = false;
  for (const event of told ? ["reports", "notices"] : []) connection.on(event, refreshSoon);
  connection.onUpOrDown((up) => {
    if (up && before && told) refreshSoon();
    before ||= up;
  });
  new Channel(connection, name, given.page?.forum_revision ?? null, {
    onChanges(changes) {
      for (const change of changes) {
        if (change.html) draw(change);
      }
      if (changes.some((change) => /^(forum|board|proposal|poll)\./.test(change.type))) refreshSoon();
    },
    onReload: refresh,
  });
}

if (document.querySelector("[data-count-often]")) {
  window.setInterval(() => { if (document.visibilityState === "visible") void refresh(); }, ASK_AT_THE_DOOR);
}
