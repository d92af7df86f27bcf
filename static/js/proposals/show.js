// The page of a proposal: what others do to it appears as they do it, around whatever somebody is filling in.
import { announce } from "../core/announce.js";
import { keepDrafts } from "../core/drafts.js";
import { all, find, need } from "../core/find.js";
import { given, say } from "../core/given.js";
import { Outbox } from "../core/outbox.js";
import { Connection } from "../core/socket.js";
import { Channel } from "../live/channel.js";
import { openReport } from "../moderation/report.js";
import { Actions } from "../core/actions.js";
import { closable } from "../core/sheet.js";
import { Threads } from "../comments/threads.js";
import { Asking } from "./asking.js";
import { draw, markMine, refetch } from "./fresh.js";

/** @typedef {import("../live/order.js").Change} Change */

/** @type {{proposal: number, revision: number, forum_revision: number, version: number|null}} */
const page = given.page;
// What is drawn for everybody at once (350 in a hall) is asked for over so many milliseconds.
const SPREAD = 2000;

const root = need(document, "#proposal", HTMLElement);
const connection = new Connection();
const outbox = new Outbox(connection, given.member);
keepDrafts(document);
const threads = find(document, ".thread", HTMLElement) ? new Threads(connection, outbox, given.member) : null;
const actions = threads?.actions ?? new Actions(need(document, "#main", HTMLElement));
if (!threads) closable(root);
let refreshing = 0;

function refreshSoon() {
  window.clearTimeout(refreshing);
  refreshing = window.setTimeout(() => void refetch(), Math.random() * SPREAD);
}

/** Now there is something to read: a page with other things on it. A comment in the making is kept (core/drafts.js). */
function beginAnew() {
  window.setTimeout(() => location.reload(), Math.random() * SPREAD);
}

/** @param {Change} change */
function tell(change) {
  if (change.type === "version.saved") announce(say("proposal_version"));
  if (change.type === "proposal.moved") announce(say("proposal_moved"));
  if (change.type === "amendment.made") announce(say("amendment_new"), "amendment_new");
}

new Channel(connection, `proposal:${page.proposal}`, page.revision, {
  onChanges: (changes) => {
    for (const change of changes) {
      tell(change);
      if (change.html) draw(change.html);
      if (change.type === "proposal.discussed") {
        if (threads) threads.begin(Number(change.data["thread"]));
        else refreshSoon();
      }
    }
    if (page.version === null && changes.some((change) => change.type === "version.saved")) beginAnew();
    else if (changes.some((change) => !change.html && change.type !== "proposal.discussed")) refreshSoon();
  },
  onReload: refetch,
});

const forum = given.channels.find((name) => name.startsWith("forum:"));
if (forum) {
  new Channel(connection, forum, page.forum_revision, {
    onChanges: (changes) => {
      for (const change of changes) if (change.html) draw(change.html);
      // Another phase, other rights.
      if (changes.some((change) => change.type === "forum.phase_changed")) {
        refreshSoon();
        if (threads) window.setTimeout(() => void threads.redraw(), Math.random() * SPREAD);
      }
    },
    onReload: async (revision) => revision,
  }, 3);
}

new Asking(root, connection, refetch);

actions.on("report", (button) => {
  const { report, id = "0" } = button.dataset;
  const kind = report === "amendment" ? "amendment" : "proposal";
  const words = kind === "amendment" ? find(document, `#amendment-${id} .amendment-reason`, HTMLElement) : find(document, "h1", HTMLElement);
  openReport(outbox, kind, Number(id), words?.textContent ?? "", words?.lang);
});

markMine(all(document, ".amendment"));
