// How much fits into a section, and how much may be pasted at once.
import { Fragment, Plugin, Slice, ySyncPluginKey } from "../../../vendor/editor.js";
import { unfit } from "./schema.js";

/** @typedef {import("../../../vendor/editor.js").PNode} PNode */

const MOST_PASTED = 10_000;
// Bytes: what is pasted travels as one change, and one message holds 44 KB.
const HEAVIEST_PASTE = 30_000;
const A_NODE = 40;
const DEEPEST_LIST = 3;

/** Characters, counted like the server does: what one reads, and a line's end as one.
 * @param {PNode} doc */
export function lengthOf(doc) {
  return doc.textBetween(0, doc.content.size, "\n", "\n").length;
}

/** @param {number} most @param {() => void} onFull */
export function limit(most, onFull) {
  return new Plugin({
    filterTransaction(change, state) {
      // What comes from others is never refused here, nor what makes it shorter.
      if (!change.docChanged || change.getMeta(ySyncPluginKey)) return true;
      const length = lengthOf(change.doc);
      if (length <= most || length <= lengthOf(state.doc)) return true;
      onFull();
      return false;
    },
  });
}

/** Lists stand inside each other three levels deep at most; and what can't be stored is taken out as soon as it comes in.
 * @param {() => void} onTooDeep */
export function fitting(onTooDeep) {
  return new Plugin({
    filterTransaction(change, state) {
      if (!change.docChanged || change.getMeta(ySyncPluginKey)) return true;
      const depth = listDepth(change.doc);
      if (depth <= DEEPEST_LIST || depth <= listDepth(state.doc)) return true;
      onTooDeep();
      return false;
    },
    appendTransaction(changes, _before, after) {
      if (!changes.some((change) => change.docChanged && !change.getMeta(ySyncPluginKey))) return null;
      /** @type {Array<[number, number]>} */
      const found = [];
      after.doc.descendants((node, position) => {
        for (const [from, to] of unfit(node.text ?? "")) found.push([position + from, position + to]);
      });
      if (!found.length) return null;
      const change = after.tr;
      for (const [from, to] of found.reverse()) change.delete(from, to);
      return change;
    },
  });
}

/** @param {PNode} node @returns {number} */
function listDepth(node) {
  let deepest = 0;
  node.forEach((child) => { deepest = Math.max(deepest, listDepth(child)); });
  return deepest + (node.type.name.endsWith("_list") ? 1 : 0);
}

/** @param {() => void} onTooMuch */
export function pasteLimit(onTooMuch) {
  /** @param {Slice} slice */
  const refuse = (slice) => {
    if (!tooMuch(slice.content)) return false;
    onTooMuch();
    return true;
  };
  return new Plugin({
    props: {
      handlePaste: (_view, _event, slice) => refuse(slice),
      handleDrop: (_view, _event, slice, moved) => !moved && refuse(slice),
    },
  });
}

/** @param {Fragment} content */
function tooMuch(content) {
  const text = content.textBetween(0, content.size, "\n", "\n");
  let nodes = 0;
  content.descendants(() => { nodes += 1; });
  return text.length > MOST_PASTED || new TextEncoder().encode(text).length + nodes * A_NODE > HEAVIEST_PASTE;
}

/** Keeps a line a line: whatever is pasted comes in as words one after the other, and two paragraphs become one. */
export function oneLine() {
  return new Plugin({
    props: {
      clipboardTextParser: (text, context) => words(text, context.node(0).type),
      transformPasted: (slice, view) => words(slice.content.textBetween(0, slice.content.size, " ", " "), view.state.doc.type),
    },
    appendTransaction(changes, _before, after) {
      if (after.doc.childCount < 2 || !changes.some((change) => change.docChanged && !change.getMeta(ySyncPluginKey))) return null;
      const change = after.tr;
      let end = after.doc.content.size;
      for (let index = after.doc.childCount - 1; index > 0; index -= 1) {
        end -= after.doc.content.child(index).nodeSize;
        change.join(end).insertText(" ", end - 1);
      }
      return change;
    },
  });
}

/** @param {string} text @param {import("../../../vendor/editor.js").NodeType} type */
function words(text, type) {
  const plain = text.replace(/\s+/g, " ").trim();
  return plain ? new Slice(Fragment.from(type.schema.text(plain)), 0, 0) : Slice.empty;
}
