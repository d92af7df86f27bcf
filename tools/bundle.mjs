// Bundles the browser's libraries into ES modules; called by tools/vendor, which writes the manifest.
// usage: node bundle.mjs OUTPUT_FOLDER  → prints {"file.js": ["package", ...]} as JSON
import { build } from "esbuild";
import { join } from "node:path";

const [outputFolder] = process.argv.slice(2);

const bundles = {
  "socket.io.js": `export { io, Manager, Socket } from "socket.io-client";`,
  "idiomorph.js": `export { Idiomorph } from "idiomorph/dist/idiomorph.esm.js";`,
  // The core leaves its plugins out. Scrolling at the edge is the one a phone cannot do without.
  "sortable.js": `
    import Sortable, { AutoScroll } from "sortablejs/modular/sortable.core.esm.js";
    Sortable.mount(new AutoScroll());
    export { Sortable };
    export default Sortable;`,
  // All that the shared editor needs, and yjs once: two copies of it don't know one another's types.
  "editor.js": `
    export {
      Doc, UndoManager, XmlElement, XmlFragment, XmlText, applyUpdate, createRelativePositionFromJSON, encodeStateAsUpdate,
      encodeStateVector, mergeUpdates,
    } from "yjs";
    export {
      absolutePositionToRelativePosition, initProseMirrorDoc, redoCommand, relativePositionToAbsolutePosition, undoCommand, ySyncPlugin,
      ySyncPluginKey, yUndoPlugin,
    } from "y-prosemirror";
    export { Fragment, Schema, Slice } from "prosemirror-model";
    export { EditorState, Plugin, PluginKey } from "prosemirror-state";
    export { Decoration, DecorationSet, EditorView } from "prosemirror-view";
    export { baseKeymap, setBlockType, toggleMark } from "prosemirror-commands";
    export { keymap } from "prosemirror-keymap";
    export { liftListItem, sinkListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
    export { inputRules, textblockTypeInputRule, wrappingInputRule } from "prosemirror-inputrules";`,
};

// The server speaks websocket and polling; WebTransport would only be weight.
const withoutWebTransport = {
  name: "without-webtransport",
  setup(builder) {
    builder.onLoad({ filter: /engine\.io-client.*webtransport\.js$/ }, () => ({
      contents: "export const WT = undefined;",
    }));
  },
};

const contains = {};
for (const [file, contents] of Object.entries(bundles)) {
  const result = await build({
    stdin: { contents, resolveDir: import.meta.dirname, sourcefile: `entry-${file}` },
    absWorkingDir: import.meta.dirname,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    legalComments: "none", // the full texts stand in LICENSES.md
    metafile: true,
    outfile: join(outputFolder, file),
    plugins: [withoutWebTransport],
    logLevel: "warning",
  });
  const [output] = Object.values(result.metafile.outputs);
  const copies = Object.keys(output.inputs).filter((path) => path.endsWith("/yjs/dist/yjs.mjs"));
  const others = Object.keys(output.inputs).filter((path) => path.includes("node_modules/yjs/") && !copies.includes(path));
  if (file === "editor.js" && (copies.length !== 1 || others.length)) throw new Error(`More than one yjs: ${[...copies, ...others].join(", ")}`);
  contains[file] = [
    ...new Set(
      Object.entries(output.inputs)
        .filter(([, input]) => input.bytesInOutput > 0)
        .map(([path]) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1])
        .filter(Boolean),
    ),
  ].sort();
}
console.log(JSON.stringify(contains));
