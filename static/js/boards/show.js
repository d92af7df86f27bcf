// The board page: puts its parts together. What a card looks like is the server's business; here it comes alive.
import { draftNames, keepDrafts } from "../core/drafts.js";
import { need } from "../core/find.js";
import { given } from "../core/given.js";
import { closable, openSheet } from "../core/sheet.js";
import { Connection } from "../core/socket.js";
import { Channel } from "../live/channel.js";
import { morph, parse } from "../live/fragment.js";
import { Presence } from "../live/presence.js";
import { Tallies } from "../live/tallies.js";
import { Composing } from "../ideas/composing.js";
import { Ghosts } from "../ideas/ghosts.js";
import { mark, markClusters } from "../ideas/marks.js";
import { Menu } from "../ideas/menu.js";
import { Notices } from "../ideas/notices.js";
import { closeProblem } from "../ideas/problem.js";
import { Voting } from "../votes/voting.js";
import { Board } from "./board.js";
import { Changes } from "./changes.js";
import { shortcuts } from "./keyboard.js";
import { flip } from "./switches.js";
import { View } from "./view.js";

/** @type {import("../core/given.js").BoardPageData} */
const page = given.page;
const root = need(document, "#board", HTMLElement);
const connection = new Connection();
const board = new Board(root, given, connection);

keepDrafts(document);
closable(root);

const voting = new Voting(board, new Tallies(), page);
board.notices = new Notices(board);
const view = new View(board.lists, board.person, (idea) => voting.support(idea), page.board.id);
const composing = new Composing(board);
const ghosts = new Ghosts(board, composing);
new Menu(board, async (card) => (await toEdit()).open(card));

/** @type {import("../ideas/editing.js").Editing|null} */
let editing = null;
/** Comes when somebody edits, or was editing before a reload. */
async function toEdit() {
  const { Editing } = await import("../ideas/editing.js");
  return editing ??= new Editing(board);
}

board.dress = (card) => {
  mark(board, card);
  voting.paint(card);
  view.apply(card);
  ghosts.arrived(card);
};

const changes = new Changes(board.lists, {
  dress: board.dress,
  changed: (card) => editing?.changed(card),
  leaving: (card) => editing?.leaving(card),
  rights: (type) => { if (type !== "member.joined") board.askRights(); },
  settled: () => {
    board.lists.count();
    markClusters(board);
    view.apply();
    void dragging();
  },
  owns: (idea) => board.person.owns(idea),
});

/** What is mine, and what I may do: after `watch`, after a redraw, after `mine`. @param {any} told */
function learn(told) {
  const before = board.person.whyNotVote;
  board.person.learn(told.own, told.state ?? {});
  if (told.mine || told.tally !== undefined) voting.learn(told);
  need(document, "#why-not-post", HTMLElement).textContent = board.person.whyNotPost ?? "";
  need(document, "#why-not-vote", HTMLElement).textContent = board.person.whyNotVote ?? "";
  root.toggleAttribute("data-no-vote", board.person.whyNotVote !== null);
  root.dataset["voting"] = need(document, "#board-state", HTMLElement).dataset["voting"] ?? "";
  composing.rights();
  for (const card of board.lists.cards()) mark(board, card);
  markClusters(board);
  if (before !== board.person.whyNotVote) voting.paintAll();
  view.apply();
  board.notices.merged(told.notices);
  void dragging();
}

async function redraw() {
  const fresh = await changes.redraw();
  if (!fresh?.page) return null;
  learn(fresh.page);
  return /** @type {number} */ (fresh.page.revision);
}

const presence = new Presence((writing) => board.channel.here(writing));
board.channel = new Channel(connection, `board:${page.board.id}`, page.revision, {
  onChanges: (list) => { if (!changes.apply(list)) void redraw(); },
  onReload: redraw,
  onWatched: (told) => {
    if (told["presence"]) presence.show(told["presence"]);
    learn(told);
  },
  onTally: (tally) => {
    voting.takeTally(tally);
    view.votesChanged();
  },
  onPresence: (told) => presence.show(told),
});

let rightsTimer = 0;
board.askRights = () => {
  window.clearTimeout(rightsTimer);
  // Not all phones of the hall in one instant.
  rightsTimer = window.setTimeout(() => {
    void board.channel.catchUp();
  }, Math.random() * 800);
};

for (const name of given.channels) {
  if (!name.startsWith("forum:")) continue;
  new Channel(connection, name, null, {
    onChanges: (list) => {
      for (const change of list) {
        for (const fresh of change.html ? parse(change.html) : []) {
          const old = document.getElementById(fresh.id);
          if (old) morph(old, fresh);
        }
        if (change.type === "forum.phase_changed") board.askRights();
      }
    },
    // A board drawn anew brings the stepper along.
    onReload: async (revision) => (await redraw() === null ? null : revision),
  }, 3);
}

connection.on("mine", (told) => { if (told?.board === page.board.id) learn(told); });
connection.on("notice", (told) => { if (told?.message) board.notices.tell(told.message); else board.askRights(); });

/** @type {import("../ideas/dragging.js").Dragging|null} */
let draggable = null;
let loading = false;
async function dragging() {
  if (draggable) return draggable.attach();
  if (loading || !root.querySelector(".grip")) return;
  loading = true;
  const { Dragging } = await import("../ideas/dragging.js");
  draggable = new Dragging(board);
}

/** @type {import("../votes/deck.js").Deck|null} */
let deck = null;
board.actions.on("deck-open", async () => {
  deck ??= new (await import("../votes/deck.js")).Deck(board, voting);
  deck.open();
});
board.actions.on("tab", (button) => board.tabs.show(button.dataset["column"] ?? ""));
board.actions.on("show-all", () => view.showAll());
board.actions.on("sort-again", () => view.sortAgain());
board.actions.on("problem-close", closeProblem);
board.actions.on("switch", (button) => void flip(connection, page.board.id, button));
board.actions.on("unmerge", (button) => board.send("idea:unmerge", { idea: Number(button.getAttribute("value")) }));
board.actions.on("cluster-menu", async (button) => {
  const cluster = button.closest(".cluster");
  if (cluster instanceof HTMLElement) (await import("../ideas/moderating.js")).clusterMenu(board, cluster);
});
board.actions.on("help", () => openSheet(need(document, "#help", HTMLDialogElement)));

shortcuts({
  n: () => composing.open(),
  KeyN: () => composing.open(),
  "?": () => openSheet(need(document, "#help", HTMLDialogElement)),
  "/": () => {
    need(document, "#view-box", HTMLDetailsElement).open = true;
    need(document, "#view [name=search]", HTMLInputElement).focus();
  },
  1: () => deck?.vote(1),
  2: () => deck?.vote(0),
  3: () => deck?.vote(-1),
  arrowleft: () => deck?.step(-1),
  arrowright: () => deck?.step(1),
});

learn({ state: page.state });
voting.paintAll();
board.lists.count();
if (draftNames("edit-").length || board.outbox.kept("idea:edit").length) void toEdit().then((each) => each.resume());
const sought = /^#idea-(\d+)$/.exec(location.hash);
const goal = sought && board.lists.card(Number(sought[1]));
if (goal) board.tabs.reveal(goal);
// Tapped while the scripts were still on their way.
if (location.hash === "#compose") {
  history.replaceState(history.state, "", location.pathname + location.search);
  composing.open();
}
root.dataset["live"] = "";
