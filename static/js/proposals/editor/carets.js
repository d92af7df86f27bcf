// Where the others write: a caret with a name in the colour of their delegation. Only shown, never stored.
import {
  Decoration, DecorationSet, Plugin, PluginKey, absolutePositionToRelativePosition, createRelativePositionFromJSON,
  relativePositionToAbsolutePosition, ySyncPluginKey,
} from "../../../vendor/editor.js";

/** @typedef {import("../../../vendor/editor.js").EditorState} EditorState */
/** @typedef {import("../../../vendor/editor.js").EditorView} EditorView */
/** @typedef {{client: number, name: string, hue: number, at: string}} Caret */

/** @type {PluginKey<DecorationSet>} */
const key = new PluginKey("carets");

/** @param {string} root the fragment's name @param {import("../../../vendor/editor.js").Doc} doc @param {() => Caret[]} others */
export function carets(root, doc, others) {
  return new Plugin({
    key,
    state: {
      init: () => DecorationSet.empty,
      apply(change, drawn, _before, after) {
        const sync = ySyncPluginKey.getState(after);
        return change.getMeta(key) || sync?.isChangeOrigin ? draw(after, root, doc, others()) : drawn.map(change.mapping, change.doc);
      },
    },
    props: { decorations: (state) => key.getState(state) },
  });
}

/** Draws the carets anew. @param {EditorView} view */
export function redraw(view) {
  // Not in the middle of an accent or a Chinese word: the next change will do.
  if (!view.composing) view.dispatch(view.state.tr.setMeta(key, true));
}

/** The own selection, as the others' documents understand it.
 * @param {EditorState} state @returns {string|null} */
export function ownPlace(state) {
  const place = placesOf(state);
  return place ? JSON.stringify([place.anchor, place.head]) : null;
}

/** Keeps the own cursor behind the letter that stands before it, whatever others write at the same place. Else the words
 * of two who write at one place would be mixed letter by letter: the library leaves a cursor before what stands behind it.
 * @param {EditorView} view @param {import("../../../vendor/editor.js").Doc} doc */
export function holdPlace(view, doc) {
  const { binding } = /** @type {{binding: any}} */ (ySyncPluginKey.getState(view.state));
  // The library has asked for the places in the same moment: it listens since before.
  doc.on("beforeAllTransactions", () => {
    if (binding.beforeTransactionSelection?.type !== "text") return;
    Object.assign(binding.beforeTransactionSelection, placesOf(view.state));
  });
}

/** @param {EditorState} state */
function placesOf(state) {
  try {
    return { anchor: placeAt(state, state.selection.anchor), head: placeAt(state, state.selection.head) };
  } catch {
    // The document is just being rearranged: the next look finds its place.
    return null;
  }
}

/** @param {EditorState} state @param {number} position */
function placeAt(state, position) {
  const { type, binding } = /** @type {import("../../../vendor/editor.js").SyncState} */ (ySyncPluginKey.getState(state));
  if (!state.doc.resolve(position).nodeBefore?.isText) return absolutePositionToRelativePosition(position, type, binding.mapping);
  return createRelativePositionFromJSON({ ...absolutePositionToRelativePosition(position - 1, type, binding.mapping), assoc: -1 });
}

/** @param {EditorState} state @param {string} root @param {import("../../../vendor/editor.js").Doc} doc @param {Caret[]} others */
function draw(state, root, doc, others) {
  const drawn = [];
  for (const caret of others) {
    const place = placeOf(caret.at, state, root, doc);
    if (!place) continue;
    const [anchor, head] = place;
    drawn.push(Decoration.widget(head, () => mark(caret), { side: 10, key: `${caret.client} ${caret.name} ${caret.hue}`, ignoreSelection: true }));
    if (anchor !== head) {
      drawn.push(Decoration.inline(Math.min(anchor, head), Math.max(anchor, head), { class: "caret-range", "data-tint": String(caret.hue) }));
    }
  }
  return DecorationSet.create(state.doc, drawn);
}

/** What another browser says of its place may be anything; only what is understood is drawn.
 * @param {string} at @param {EditorState} state @param {string} root @param {import("../../../vendor/editor.js").Doc} doc
 * @returns {[number, number]|null} */
function placeOf(at, state, root, doc) {
  const sync = ySyncPluginKey.getState(state);
  if (!sync) return null;
  try {
    const told = JSON.parse(at);
    if (!Array.isArray(told) || told.length !== 2) return null;
    const [anchor, head] = told.map((place) => {
      if (!isPlace(place, root)) return null;
      const position = relativePositionToAbsolutePosition(doc, sync.type, createRelativePositionFromJSON(place), sync.binding.mapping);
      return position !== null && Number.isInteger(position) ? Math.min(Math.max(position, 0), state.doc.content.size) : null;
    });
    return anchor !== null && anchor !== undefined && head !== null && head !== undefined ? [anchor, head] : null;
  } catch {
    return null;
  }
}

/** @param {any} place @param {string} root */
function isPlace(place, root) {
  const isId = (/** @type {any} */ id) => id === null || id === undefined || (Number.isSafeInteger(id.client) && Number.isSafeInteger(id.clock) && id.client >= 0 && id.clock >= 0);
  // Another root's name would make that root appear in the document.
  return place !== null && typeof place === "object" && isId(place.type) && isId(place.item) && [undefined, null, root].includes(place.tname);
}

/** @param {Caret} caret */
function mark({ name, hue }) {
  const caret = document.createElement("span");
  caret.className = "caret";
  caret.dataset["tint"] = String(hue);
  // Who writes where is said by the list above; read aloud in the middle of a sentence it would only disturb.
  caret.setAttribute("aria-hidden", "true");
  // Drawn by the style sheet: were there text in it, the End key could lead into it, and what is typed there is lost.
  caret.dataset["name"] = name;
  return caret;
}
