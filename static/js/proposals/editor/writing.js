// What the keys do in a section, and what the toolbar's buttons do: the same commands.
import {
  baseKeymap, inputRules, keymap, liftListItem, redoCommand, setBlockType, sinkListItem, splitListItem, textblockTypeInputRule,
  toggleMark, undoCommand, wrapInList, wrappingInputRule,
} from "../../../vendor/editor.js";
import { rich } from "./schema.js";

/** @typedef {import("../../../vendor/editor.js").Command} Command */
/** @typedef {import("../../../vendor/editor.js").EditorState} EditorState */
/** @typedef {import("../../../vendor/editor.js").NodeType} NodeType */
/** @typedef {import("../../../vendor/editor.js").MarkType} MarkType */

/** @param {Schema} schema @param {string} name @returns {NodeType} @typedef {import("../../../vendor/editor.js").Schema} Schema */
function node(schema, name) {
  return /** @type {NodeType} */ (schema.nodes[name]);
}

/** @param {string} name @returns {MarkType} */
export function mark(name) {
  return /** @type {MarkType} */ (rich.marks[name]);
}

const item = node(rich, "list_item");

/** The list that the cursor stands in, if any. @param {EditorState} state */
function listAround(state) {
  const { $from } = state.selection;
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    const name = $from.node(depth).type.name;
    if (name.endsWith("_list")) return name;
  }
  return null;
}

/** @param {number} level @returns {Command} back to a paragraph where it is one already */
const heading = (level) => (state, dispatch) => {
  const wanted = isHeading(state, level) ? setBlockType(node(rich, "paragraph")) : setBlockType(node(rich, "heading"), { level });
  return wanted(state, dispatch);
};

/** @param {string} name @returns {Command} out of the list where it is one already */
const list = (name) => (state, dispatch) => (listAround(state) === name ? liftListItem(item) : wrapInList(node(rich, name)))(state, dispatch);

/** @param {EditorState} state @param {number} level */
function isHeading(state, level) {
  const { parent } = state.selection.$from;
  return parent.type.name === "heading" && Number(parent.attrs["level"]) === level;
}

/** @param {EditorState} state @param {MarkType} type */
export function isMarked(state, type) {
  const { empty, from, to, $from } = state.selection;
  return empty ? Boolean(type.isInSet(state.storedMarks ?? $from.marks())) : state.doc.rangeHasMark(from, to, type);
}

/** @type {Command} */
const lineBreak = (state, dispatch) => {
  dispatch?.(state.tr.replaceSelectionWith(node(rich, "hard_break").create()).scrollIntoView());
  return true;
};

/** The buttons: what each does, and when it is pressed.
 * @type {Record<string, {run: Command, on?: (state: EditorState) => boolean}>} */
export const TOOLS = {
  strong: { run: toggleMark(mark("strong")), on: (state) => isMarked(state, mark("strong")) },
  em: { run: toggleMark(mark("em")), on: (state) => isMarked(state, mark("em")) },
  heading2: { run: heading(2), on: (state) => isHeading(state, 2) },
  heading3: { run: heading(3), on: (state) => isHeading(state, 3) },
  bullet: { run: list("bullet_list"), on: (state) => listAround(state) === "bullet_list" },
  ordered: { run: list("ordered_list"), on: (state) => listAround(state) === "ordered_list" },
  indent: { run: sinkListItem(item) },
  outdent: { run: liftListItem(item) },
  undo: { run: undoCommand },
  redo: { run: redoCommand },
};

/** Undoing takes back what was done here, never what somebody else wrote. */
const history = { "Mod-z": undoCommand, "Mod-y": redoCommand, "Shift-Mod-z": redoCommand };

/** @param {Command} openLink */
export function richKeys(openLink) {
  const run = (/** @type {string} */ name) => /** @type {Command} */ (TOOLS[name]?.run);
  return [
    keymap({
      ...history,
      "Mod-b": run("strong"),
      "Mod-i": run("em"),
      "Mod-k": openLink,
      "Mod-Alt-0": setBlockType(node(rich, "paragraph")),
      "Mod-Alt-2": run("heading2"),
      "Mod-Alt-3": run("heading3"),
      "Shift-Ctrl-8": run("bullet"),
      "Shift-Ctrl-9": run("ordered"),
      "Mod-]": run("indent"),
      "Mod-[": run("outdent"),
      "Shift-Enter": lineBreak,
      Enter: splitListItem(item),
    }),
    keymap(baseKeymap),
    inputRules({
      rules: [
        wrappingInputRule(/^\s*[-*]\s$/, node(rich, "bullet_list")),
        wrappingInputRule(/^1[.)]\s$/, node(rich, "ordered_list")),
        textblockTypeInputRule(/^##\s$/, node(rich, "heading"), { level: 2 }),
        textblockTypeInputRule(/^###\s$/, node(rich, "heading"), { level: 3 }),
      ],
    }),
  ];
}

/** In a line, Enter goes on to what comes next.
 * @param {() => void} goOn */
export function lineKeys(goOn) {
  const next = () => {
    goOn();
    return true;
  };
  return [keymap({ ...history, Enter: next, "Shift-Enter": next }), keymap(baseKeymap)];
}
