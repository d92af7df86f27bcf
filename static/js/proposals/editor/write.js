// The page on which a proposal is written together.
import { answer } from "../../core/announce.js";
import { all, find, need } from "../../core/find.js";
import { given, say, sayCount } from "../../core/given.js";
import { Connection } from "../../core/socket.js";
import { fetchPage } from "../../live/refetch.js";
import { Company } from "./company.js";
import { Draft, FROM_SERVER } from "./draft.js";
import { bindFields } from "./fields.js";
import { LinkDialog } from "./links.js";
import { Meter } from "./meter.js";
import { Saving } from "./saving.js";
import { Section } from "./section.js";
import { showStopped } from "./stopped.js";
import { Toolbar } from "./toolbar.js";
import { bindTranslations, originalChanged, showTranslation, translationChanged } from "./translating.js";

/** @typedef {import("./section.js").Owner} Owner */

/**
 * @typedef {object} WritePageData
 * @property {{proposal: number, channel: string}} draft
 * @property {string} writing
 * @property {string|null} original
 * @property {boolean} read_only
 * @property {number} member
 */

const COUNT_AGAIN = 400;
// The number of characters left is shown when four fifths are written.
const NEARLY_FULL = 0.8;

/** @type {WritePageData} */
const page = given.page;
const root = need(document, "#write", HTMLElement);
const parts = need(root, "#parts", HTMLElement);
const connection = new Connection();
/** @type {Map<string, Section>} by the fragment's name; those that are written here */
const sections = new Map();
/** @type {Map<Section, Toolbar>} */
const toolbars = new Map();
/** @type {Set<string>} fragments with words that the server may not have yet */
const touched = new Set();
let counting = 0;

const draft = new Draft(connection, page.draft, page.member, !page.read_only, {
  onReady: open,
  onSaving: () => {
    if (!draft.unsent) touched.clear();
    saving.show();
  },
  onStopped: (refused) => stop(refused.message),
  onAuthors: () => void askRights(),
});
const saving = new Saving(draft);
const company = new Company(need(root, "#company", HTMLElement), { channel: page.draft.channel, client: () => draft.doc.clientID }, (roots) => {
  for (const name of roots) sections.get(name)?.drawCarets();
});
const fields = bindFields(parts, draft);
const links = page.read_only ? null : new LinkDialog();
const meterPlace = find(root, "#meter", HTMLElement);
const meter = meterPlace ? new Meter(meterPlace, page.original !== null) : null;
connection.on("cursor", (told) => company.hear(told));
connection.onUpOrDown((up) => { if (!up) company.clear(); });
if (page.original !== null) bindTranslations(parts, draft, page.writing);
saving.show();

/** @type {Owner} */
const owner = {
  draft,
  caretsIn: (name) => company.caretsIn(name),
  onPlace: (section, place) => {
    // Leaving one section for another: the one that is entered says so itself.
    if (place === null && [...sections.values()].some((other) => other !== section && other.view.hasFocus())) return;
    draft.cursor = place === null ? null : { part: section.root, at: place };
  },
  onChange: (section) => {
    toolbars.get(section)?.draw();
    showCount(section);
    window.clearTimeout(counting);
    counting = window.setTimeout(count, COUNT_AGAIN);
  },
  onFull: (section) => complain(section, say("section_full")),
  onPasteTooLong: (section) => complain(section, say("paste_too_long")),
  onTooDeep: (section) => complain(section, say("list_too_deep")),
  onLink: (section) => links?.open(section),
  onGoOn: (section) => goOn(section),
};

/** The document is here: the editors take the place of what the server drew. */
function open() {
  for (const place of all(parts, "[data-section]")) {
    const part = place.closest("[data-part]");
    if (!(part instanceof HTMLElement)) continue;
    const own = !("originalOf" in place.dataset);
    const facts = {
      part: part.dataset["part"] ?? "",
      kind: part.dataset["kind"] ?? "text",
      language: place.dataset["language"] ?? page.writing,
      limit: Number(place.dataset["limit"] ?? Infinity),
      editable: own && !page.read_only,
    };
    const section = new Section(place, facts, owner);
    if (own) sections.set(section.root, section);
    if (facts.editable && facts.kind === "text") toolbars.set(section, new Toolbar(section, (which) => links?.open(which)));
    draft.doc.getXmlFragment(section.root).observeDeep((_events, transaction) => {
      if (own && transaction.local) touched.add(section.root);
      if (own) translationChanged(part);
      if (!own && transaction.origin === FROM_SERVER) originalChanged(part);
    });
  }
  fields.show();
  fields.enable(draft.mayWrite);
  draft.doc.getMap("fields").observeDeep(() => count());
  root.dataset["live"] = "";
  count();
  saving.show();
}

/** What is required, or what there is to translate; and what of it is there. */
function count() {
  window.clearTimeout(counting);
  const needed = [];
  for (const part of all(parts, "[data-part]")) {
    const id = part.dataset["part"] ?? "";
    if (page.original !== null) showTranslation(part, hasWords(`${id}:${page.original}`), hasWords(`${id}:${page.writing}`));
    const wanted = page.original === null ? "required" in part.dataset : hasWords(`${id}:${page.original}`);
    if (wanted) needed.push({ part: id, name: find(part, "[data-name]", HTMLElement)?.textContent ?? id, has: isThere(part, id) });
  }
  meter?.show(needed);
}

/** @param {HTMLElement} part @param {string} id */
function isThere(part, id) {
  const kind = part.dataset["kind"];
  if (kind === "line" || kind === "text") return hasWords(`${id}:${page.writing}`);
  const map = draft.doc.getMap("fields");
  return kind === "budget" ? [...map.keys()].some((key) => key.startsWith(`${id}/`)) : (map.get(id) ?? null) !== null;
}

/** @param {string} name */
function hasWords(name) {
  const text = (/** @type {any} */ node) => ("nodeName" in node ? node.toArray().some(text) : node.toDelta().some((/** @type {any} */ run) => String(run.insert).trim() !== ""));
  return draft.doc.getXmlFragment(name).toArray().some(text);
}

/** @param {Section} section */
function showCount(section) {
  const place = section.element.parentElement && find(section.element.parentElement, "[data-count]", HTMLElement);
  if (!place || "problem" in place.dataset) return;
  const left = section.limit - section.length;
  place.hidden = !(section.editable && section.length > section.limit * NEARLY_FULL);
  const sentence = place.hidden ? "" : sayCount("characters_left", Math.max(0, left));
  if (place.textContent !== sentence) place.textContent = sentence;
}

/** @param {Section} section @param {string} sentence */
function complain(section, sentence) {
  const place = section.element.parentElement && find(section.element.parentElement, "[data-count]", HTMLElement);
  if (!place) return;
  place.textContent = sentence;
  place.hidden = false;
  place.dataset["problem"] = "";
  answer(sentence);
  window.setTimeout(() => {
    delete place.dataset["problem"];
    showCount(section);
  }, 6000);
}

/** From a line on to whatever can be filled in next. @param {Section} section */
function goOn(section) {
  const places = all(parts, ".write-own [contenteditable='true'], [data-field] :is(input, button):not(:disabled)");
  places[places.indexOf(section.view.dom) + 1]?.focus();
}

/** @param {string} reason */
function stop(reason) {
  const words = [...touched].map((name) => sections.get(name)).flatMap((section) => {
    const name = section && find(section.element.closest("[data-part]") ?? parts, "[data-name]", HTMLElement)?.textContent;
    return section ? [`${name}\n\n${section.text.trim()}`] : [];
  });
  for (const section of sections.values()) section.refresh();
  fields.enable(false);
  company.clear();
  saving.show();
  showStopped(draft, reason, draft.unsent ? words.join("\n\n\n") : "");
}

/** Who may write has changed: perhaps it is about this person. */
async function askRights() {
  const fetched = await fetchPage();
  if (!fetched || fetched.given.page?.read_only === page.read_only) return;
  // Whoever reads along has nothing to lose; for whoever writes, the next change brings the reason.
  if (page.read_only) location.reload();
  else answer(say("draft_authors_changed"));
}

/* On a phone the toolbar stands above the keyboard, whatever height that has. */

const visible = window.visualViewport;
function aboveKeyboard() {
  if (visible) document.documentElement.style.setProperty("--keyboard", `${Math.max(0, Math.round(window.innerHeight - visible.height - visible.offsetTop))}px`);
}
visible?.addEventListener("resize", aboveKeyboard);
visible?.addEventListener("scroll", aboveKeyboard);

// On a narrow screen the originals are folded: one opens the one that one needs.
if (window.matchMedia("(max-width: 59.99rem)").matches) {
  for (const fold of all(parts, ".write-original")) fold.removeAttribute("open");
}
