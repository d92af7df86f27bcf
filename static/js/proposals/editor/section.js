// One section that is written (or read along) in one language: a ProseMirror view on its fragment of the shared document.
import { EditorState, EditorView, Plugin, initProseMirrorDoc, ySyncPlugin, yUndoPlugin } from "../../../vendor/editor.js";
import { carets, holdPlace, ownPlace, redraw } from "./carets.js";
import { fitting, lengthOf, limit, oneLine, pasteLimit } from "./limits.js";
import { line, rich, withoutStyles } from "./schema.js";
import { lineKeys, richKeys } from "./writing.js";

/** @typedef {import("./carets.js").Caret} Caret */
/** @typedef {import("./draft.js").Draft} Draft */

/**
 * @typedef {object} Owner what a section asks of its page
 * @property {Draft} draft
 * @property {(root: string) => Caret[]} caretsIn
 * @property {(section: Section, place: string|null) => void} onPlace the own selection has moved; null: it is elsewhere now
 * @property {(section: Section) => void} onChange after each change of what it shows
 * @property {(section: Section) => void} onFull
 * @property {(section: Section) => void} onPasteTooLong
 * @property {(section: Section) => void} onTooDeep
 * @property {(section: Section) => void} onLink
 * @property {(section: Section) => void} onGoOn
 */

export class Section {
  element;
  part;
  language;
  limit;
  view;
  #owner;
  #editable;

  /**
   * @param {HTMLElement} element it has what the server drew for readers without scripts; the editor takes its place
   * @param {{part: string, kind: string, language: string, limit: number, editable: boolean}} facts
   * @param {Owner} owner
   */
  constructor(element, { part, kind, language, limit: most, editable }, owner) {
    this.element = element;
    this.part = part;
    this.language = language;
    this.limit = most;
    this.#owner = owner;
    this.#editable = editable;
    const schema = kind === "line" ? line : rich;
    const keys = kind === "line" ? [oneLine(), ...lineKeys(() => owner.onGoOn(this))] : richKeys(() => {
      owner.onLink(this);
      return true;
    });
    const fragment = owner.draft.doc.getXmlFragment(this.root);
    // An empty fragment has no paragraph yet: it comes with the first words.
    const begun = fragment.length ? initProseMirrorDoc(fragment, schema) : {};
    const plugins = [ySyncPlugin(fragment, begun), carets(this.root, owner.draft.doc, () => owner.caretsIn(this.root))];
    if (editable) {
      plugins.push(yUndoPlugin(), pasteLimit(() => owner.onPasteTooLong(this)), limit(most, () => owner.onFull(this)), fitting(() => owner.onTooDeep(this)), ...keys, this.#follow());
    }
    plugins.push(new Plugin({ view: () => ({ update: () => this.#drawn() }) }));
    element.replaceChildren();
    this.view = new EditorView(element, {
      state: EditorState.create({ schema, ...begun, plugins }),
      editable: () => this.editable,
      attributes: () => this.#attributes(kind),
      transformPastedHTML: withoutStyles,
    });
    holdPlace(this.view, owner.draft.doc);
    this.#drawn();
  }

  /** The fragment's name in the shared document. */
  get root() {
    return `${this.part}:${this.language}`;
  }

  get editable() {
    return this.#editable && this.#owner.draft.mayWrite;
  }

  get length() {
    return lengthOf(this.view.state.doc);
  }

  get text() {
    const { doc } = this.view.state;
    return doc.textBetween(0, doc.content.size, "\n", "\n");
  }

  get isEmpty() {
    return this.text.trim() === "";
  }

  drawCarets() {
    redraw(this.view);
  }

  /** Whether it may be written has changed. */
  refresh() {
    this.view.setProps({});
  }

  /** @param {string} kind */
  #attributes(kind) {
    /** @type {Record<string, string>} */
    const attributes = { lang: this.language, dir: "auto", class: `writing writing-${kind}` };
    const { labelledby, describedby } = this.element.dataset;
    if (!this.editable) return attributes;
    Object.assign(attributes, { role: "textbox", "aria-multiline": String(kind !== "line"), spellcheck: "true" });
    if (labelledby) attributes["aria-labelledby"] = labelledby;
    if (describedby) attributes["aria-describedby"] = describedby;
    if (this.element.dataset["required"]) attributes["aria-required"] = "true";
    return attributes;
  }

  /** Tells where one writes, as long as one does. */
  #follow() {
    const tell = () => this.#owner.onPlace(this, this.view?.hasFocus() ? ownPlace(this.view.state) : null);
    return new Plugin({
      view: () => ({ update: (view, before) => { if (view.hasFocus() && (before.selection !== view.state.selection || before.doc !== view.state.doc)) tell(); } }),
      props: { handleDOMEvents: { focus: () => { window.setTimeout(tell); }, blur: () => { window.setTimeout(tell); } } },
    });
  }

  #drawn() {
    if (!this.view) return;
    this.element.toggleAttribute("data-empty", this.isEmpty && this.view.state.doc.content.size <= 2);
    this.#owner.onChange(this);
  }
}
