// The page of one idea: its thread, and the idea itself as it changes on the board.
import { answer as speak } from "../core/announce.js";
import { keepDrafts } from "../core/drafts.js";
import { find, need } from "../core/find.js";
import { given, say, sayCount } from "../core/given.js";
import { Outbox } from "../core/outbox.js";
import { Connection } from "../core/socket.js";
import { Channel } from "../live/channel.js";
import { morph, parse } from "../live/fragment.js";
import { fetchPage } from "../live/refetch.js";
import { openReport } from "../moderation/report.js";
import { Threads } from "./threads.js";

/** @typedef {import("../live/order.js").Change} Change */

/** @type {{board: number, revision: number, idea: number}} */
const page = given.page;
// Not all phones of the hall in one instant.
const SPREAD = 800;

const connection = new Connection();
const outbox = new Outbox(connection, given.member);
keepDrafts(document);
const threads = new Threads(connection, outbox, given.member);

/** The idea as the server draws it now. @returns {Promise<number|null>} the board's revision that it then shows */
async function refresh() {
  const fetched = await fetchPage();
  if (!fetched) return null;
  for (const id of ["idea-head", "idea-translation", "phase-stepper"]) {
    const old = document.getElementById(id);
    const fresh = fetched.page.getElementById(id);
    if (old && fresh) morph(old, fresh);
  }
  return fetched.given.page?.revision ?? null;
}

/** Taken away, or no longer for me: what somebody types here is left to them. @param {string} type */
async function refreshOrTell(type) {
  const shown = await refresh();
  if (shown !== null || (type !== "idea.hidden" && type !== "idea.withdrawn")) return;
  need(document, "#idea-head", HTMLElement).dataset["state"] = "gone";
  need(document, "#idea-text", HTMLElement).textContent = say("idea_was_taken_away");
  speak(say("idea_was_taken_away"));
}

let refreshing = 0;

/** @param {Change} change */
function concerns(change) {
  const { idea, into, ideas } = change.data;
  return idea === page.idea || into === page.idea || (Array.isArray(ideas) && change.type === "idea.used" && ideas.includes(page.idea));
}

new Channel(connection, `board:${page.board}`, page.revision, {
  onChanges: (changes) => {
    for (const change of changes.filter(concerns)) {
      if (change.type === "idea.discussed") {
        threads.begin(Number(change.data["thread"]));
        continue;
      }
      window.clearTimeout(refreshing);
      refreshing = window.setTimeout(() => void refreshOrTell(change.type), Math.random() * SPREAD);
    }
    if (changes.some((change) => change.type === "board.changed")) {
      window.clearTimeout(refreshing);
      refreshing = window.setTimeout(() => void refresh(), Math.random() * SPREAD);
    }
  },
  onReload: refresh,
  onTally: (tally) => {
    const now = tally[page.idea];
    if (!now) return;
    const dots = find(document, "#idea-tally [data-dots]", HTMLElement);
    if (dots) dots.textContent = sayCount("dots_in_all", now.dots);
    for (const key of ["agree", "pass", "disagree"]) {
      const place = find(document, `#idea-tally [data-count=${key}]`, HTMLElement);
      if (place) place.textContent = String(now[key]);
    }
  },
});

const forum = given.channels.find((name) => name.startsWith("forum:"));
if (forum) {
  new Channel(connection, forum, null, {
    onChanges: (changes) => {
      for (const change of changes) {
        for (const fresh of change.html ? parse(change.html) : []) {
          const old = document.getElementById(fresh.id);
          if (old) morph(old, fresh);
        }
        // Another phase, other rights.
        if (change.type === "forum.phase_changed") window.setTimeout(() => void threads.redraw(), Math.random() * SPREAD);
      }
    },
    onReload: async (revision) => revision,
  }, 3);
}

threads.actions.on("report", (button) => {
  const text = find(document, "#idea-text", HTMLElement);
  openReport(outbox, "idea", Number(button.dataset["id"]), text?.textContent ?? "", text?.lang);
});
