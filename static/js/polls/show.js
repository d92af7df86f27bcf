// The page of a poll: the ballot is the voter's own and never redrawn; all around it follows what happens.
import { announce } from "../core/announce.js";
import { all, find, need } from "../core/find.js";
import { given, say, sayCount } from "../core/given.js";
import { Connection } from "../core/socket.js";
import { Channel } from "../live/channel.js";
import { morph, parse } from "../live/fragment.js";
import { fetchPage } from "../live/refetch.js";
import { Asking } from "../proposals/asking.js";
import { Ballot, choice } from "./ballot.js";
import { Ranking } from "./ranking.js";
import { findReceipts, showReceipt } from "./receipt.js";
import { clearOthers, Shelf } from "./shelf.js";

/** @type {{poll: number, revision: number, forum_revision: number, method: string, voted: boolean, open: boolean}} */
const page = given.page;
// Closing and publishing is told to the whole hall at once, and each page is drawn for one person.
const SPREAD = 2000;

const root = need(document, "#poll", HTMLElement);
const connection = new Connection();
let refreshing = 0;
let voted = page.voted;
/** @type {Ballot|null} */
let ballot = null;

clearOthers();
const form = find(document, "#ballot", HTMLFormElement);
if (form && find(form, "#ballot-choose", HTMLElement)) {
  ballot = new Ballot(form, connection, page.poll, (receipt, message) => {
    voted = true;
    ballot = null;
    showReceipt(receipt, message);
    void refetch();
  });
} else if (page.voted) {
  void recover();
} else {
  new Shelf(page.poll).clear();
}
for (const list of all(document, ".preview-paper [data-ranking]")) new Ranking(list);
findReceipts(root);

/** The ballot arrived and its answer did not: the same half brings the receipt, as long as the poll is open. */
async function recover() {
  const shelf = new Shelf(page.poll);
  const kept = shelf.kept;
  if (!kept?.casting) {
    shelf.clear();
    return;
  }
  connection.onUpOrDown(async (up) => {
    if (!up || !shelf.kept) return;
    try {
      const told = await connection.ask("ballot:cast", { poll: page.poll, choice: choice(page.method, kept.marked), half: kept.half });
      shelf.clear();
      if (told.ok) showReceipt(told["receipt"], "");
    } catch {
      // No answer again: the next connection asks.
    }
  });
}

/** @returns {Promise<number|null>} the poll's revision that the page then shows */
async function refetch() {
  const fetched = await fetchPage(location.pathname.replace(/\/ballot$/, "") + location.search);
  if (!fetched) return null;
  for (const region of all(document, "[data-live]")) {
    const fresh = fetched.page.getElementById(region.id);
    if (fresh) morph(region, fresh);
  }
  const stepper = document.getElementById("phase-stepper");
  const wanted = fetched.page.getElementById("phase-stepper");
  if (stepper && wanted) morph(stepper, wanted);
  const mayVote = Boolean(fetched.given.page?.open);
  if (ballot && !mayVote) {
    ballot.end(fetched.given.page?.voted ? "" : say("poll_closed"));
    ballot = null;
  } else if (!ballot && mayVote && !voted) {
    location.reload();
  }
  for (const list of all(document, ".preview-paper [data-ranking]")) new Ranking(list);
  return fetched.given.page?.revision ?? null;
}

function refreshSoon() {
  window.clearTimeout(refreshing);
  refreshing = window.setTimeout(() => void refetch(), Math.random() * SPREAD);
}

/** @param {{cast: number, of: number}|null|undefined} told */
function showTurnout(told) {
  const bar = find(document, "#turnout-bar", HTMLProgressElement);
  const words = find(document, "#turnout-words", HTMLElement);
  if (!told || !bar || !words) return;
  bar.max = told.of;
  bar.value = told.cast;
  if (told.cast) words.textContent = sayCount("turnout", told.cast, { of: told.of });
}

connection.on("turnout", (told) => {
  if (told?.channel === `poll:${page.poll}`) showTurnout(told);
});

new Channel(connection, `poll:${page.poll}`, page.revision, {
  onChanges: (changes) => {
    const kinds = new Set(changes.map((change) => change.type));
    if (kinds.has("poll.published") || kinds.has("poll.counted")) announce(say("result_there"));
    else if (changes.length) announce(say("poll_moved"));
    refreshSoon();
  },
  onWatched: (answer) => showTurnout(answer["turnout"]),
  onReload: refetch,
});

const forum = given.channels.find((name) => name.startsWith("forum:"));
if (forum) {
  new Channel(connection, forum, page.forum_revision, {
    onChanges: (changes) => {
      for (const change of changes) {
        for (const fresh of parse(change.html ?? "")) {
          const old = document.getElementById(fresh.id);
          if (old) morph(old, fresh);
        }
      }
      // Another phase, other rights.
      if (changes.some((change) => change.type === "forum.phase_changed")) refreshSoon();
    },
    onReload: async (revision) => revision,
  }, 3);
}

new Asking(root, connection, refetch);
