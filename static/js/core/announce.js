// Tells a screen reader what changed: politely, in batches, so that a lively board does not talk all the time.
import { say, sayCount } from "./given.js";

const PAUSE = 1500;

/** @type {Map<string, string[]>} kind → what to say, one entry per happening */
const waiting = new Map();
let timer = 0;

/**
 * @param {string} sentence
 * @param {string} [kind] happenings of one kind are counted together; the message is `<kind>_many`
 */
export function announce(sentence, kind = sentence) {
  const same = waiting.get(kind) ?? [];
  same.push(sentence);
  waiting.set(kind, same);
  if (!timer) timer = window.setTimeout(speak, PAUSE);
}

/** Says it at once: the answer to something the person has just done.
 * @param {string} sentence */
export function answer(sentence) {
  write(sentence);
}

function speak() {
  timer = 0;
  const sentences = [...waiting].map(([kind, same]) => (same.length === 1 ? same[0] ?? "" : sayCount(`${kind}_many`, same.length)));
  waiting.clear();
  write(sentences.length > 3 ? say("board_changed") : sentences.join(" "));
}

/** @param {string} sentence */
function write(sentence) {
  const region = document.getElementById("announcer");
  if (!region) return;
  // The same sentence twice is not read twice, unless the region was empty in between.
  region.textContent = "";
  window.setTimeout(() => { region.textContent = sentence; }, 50);
}
