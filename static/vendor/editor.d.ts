// The part of yjs, y-prosemirror and ProseMirror that the shared editor uses; written by hand.

// -- yjs ----------------------------------------------------------------------------------------------

export class Transaction {
  readonly local: boolean;
  readonly origin: unknown;
}

export interface YEvent {
  readonly target: AbstractType;
}

export class AbstractType {
  readonly doc: Doc | null;
  observeDeep(listener: (events: YEvent[], transaction: Transaction) => void): void;
  unobserveDeep(listener: (events: YEvent[], transaction: Transaction) => void): void;
}

export class YMap<T = any> extends AbstractType {
  delete(key: string): void;
  entries(): IterableIterator<[string, T]>;
  get(key: string): T | undefined;
  has(key: string): boolean;
  keys(): IterableIterator<string>;
  set(key: string, value: T): T;
}

export class XmlFragment extends AbstractType {
  readonly length: number;
  insert(index: number, content: Array<XmlElement | XmlText>): void;
  toArray(): Array<XmlElement | XmlText>;
}

export class XmlElement extends XmlFragment {
  constructor(nodeName: string);
  readonly nodeName: string;
}

export class XmlText extends AbstractType {
  constructor(text?: string);
  readonly length: number;
  toDelta(): Array<{ insert: unknown; attributes?: Record<string, unknown> }>;
}

export class Doc {
  clientID: number;
  destroy(): void;
  getMap<T = any>(name: string): YMap<T>;
  getXmlFragment(name: string): XmlFragment;
  off(event: string, listener: (...told: any[]) => void): void;
  on(event: "beforeAllTransactions", listener: (doc: Doc) => void): void;
  on(event: "update", listener: (update: Uint8Array, origin: unknown, doc: Doc, transaction: Transaction) => void): void;
  transact<T>(change: (transaction: Transaction) => T, origin?: unknown): T;
}

export class RelativePosition {
  private constructor();
}

export class UndoManager {
  constructor(types: AbstractType | AbstractType[], options?: { trackedOrigins?: Set<unknown>; captureTimeout?: number });
}

export function applyUpdate(doc: Doc, update: Uint8Array, origin?: unknown): void;
export function createRelativePositionFromJSON(json: any): RelativePosition;
export function encodeStateAsUpdate(doc: Doc, vector?: Uint8Array): Uint8Array;
export function encodeStateVector(doc: Doc): Uint8Array;
export function mergeUpdates(updates: Uint8Array[]): Uint8Array;

// -- y-prosemirror ------------------------------------------------------------------------------------

export interface SyncState {
  readonly binding: { readonly mapping: Map<AbstractType, unknown> };
  readonly isChangeOrigin: boolean;
  readonly type: XmlFragment;
}

export const ySyncPluginKey: PluginKey<SyncState>;
export const undoCommand: Command;
export const redoCommand: Command;
export function initProseMirrorDoc(fragment: XmlFragment, schema: Schema): { doc: PNode; mapping: Map<AbstractType, unknown> };
export function ySyncPlugin(fragment: XmlFragment, options?: { mapping?: Map<AbstractType, unknown> }): Plugin;
export function yUndoPlugin(): Plugin;
export function absolutePositionToRelativePosition(position: number, fragment: XmlFragment, mapping: Map<AbstractType, unknown>): RelativePosition;
export function relativePositionToAbsolutePosition(
  doc: Doc, fragment: XmlFragment, position: RelativePosition, mapping: Map<AbstractType, unknown>,
): number | null;

// -- ProseMirror --------------------------------------------------------------------------------------

export type Command = (state: EditorState, dispatch?: (transaction: StateChange) => void, view?: EditorView) => boolean;

export interface MarkType {
  readonly name: string;
  create(attributes?: Record<string, unknown>): Mark;
  isInSet(marks: readonly Mark[]): Mark | undefined;
}

export interface Mark {
  readonly type: MarkType;
  readonly attrs: Record<string, any>;
}

export interface NodeType {
  readonly name: string;
  readonly schema: Schema;
  create(attributes?: Record<string, unknown> | null): PNode;
  createAndFill(attributes?: Record<string, unknown> | null): PNode | null;
}

export class PNode {
  private constructor();
  readonly attrs: Record<string, any>;
  readonly childCount: number;
  readonly content: Fragment;
  readonly isText: boolean;
  readonly marks: readonly Mark[];
  readonly nodeSize: number;
  readonly text?: string;
  readonly textContent: string;
  readonly type: NodeType;
  descendants(each: (node: PNode, position: number) => boolean | void): void;
  forEach(each: (node: PNode, offset: number, index: number) => void): void;
  nodesBetween(from: number, to: number, each: (node: PNode, position: number) => boolean | void): void;
  rangeHasMark(from: number, to: number, mark: MarkType): boolean;
  resolve(position: number): Position;
  textBetween(from: number, to: number, between?: string, leaf?: string): string;
}

export interface Position {
  readonly depth: number;
  readonly nodeBefore: PNode | null;
  readonly parent: PNode;
  readonly pos: number;
  end(depth?: number): number;
  marks(): readonly Mark[];
  node(depth?: number): PNode;
  start(depth?: number): number;
}

export class Fragment {
  static readonly empty: Fragment;
  static from(nodes: PNode | readonly PNode[] | null): Fragment;
  readonly size: number;
  child(index: number): PNode;
  descendants(each: (node: PNode, position: number) => boolean | void): void;
  textBetween(from: number, to: number, between?: string, leaf?: string): string;
}

export class Slice {
  constructor(content: Fragment, openStart: number, openEnd: number);
  static readonly empty: Slice;
  readonly content: Fragment;
}

export interface NodeSpec {
  attrs?: Record<string, { default?: unknown }>;
  content?: string;
  defining?: boolean;
  group?: string;
  inline?: boolean;
  linebreakReplacement?: boolean;
  marks?: string;
  parseDOM?: Array<{ tag: string; attrs?: Record<string, unknown> }>;
  selectable?: boolean;
  toDOM?: (node: PNode) => readonly unknown[];
}

export interface MarkSpec {
  attrs?: Record<string, { default?: unknown }>;
  inclusive?: boolean;
  parseDOM?: Array<{ tag?: string; style?: string; getAttrs?: (found: any) => Record<string, unknown> | false | null; clearMark?: (mark: Mark) => boolean }>;
  toDOM?: (mark: Mark) => readonly unknown[];
}

export class Schema {
  constructor(spec: { nodes: Record<string, NodeSpec>; marks?: Record<string, MarkSpec> });
  readonly marks: Record<string, MarkType>;
  readonly nodes: Record<string, NodeType>;
  text(text: string, marks?: readonly Mark[]): PNode;
}

export interface Selection {
  readonly $from: Position;
  readonly $head: Position;
  readonly anchor: number;
  readonly empty: boolean;
  readonly from: number;
  readonly head: number;
  readonly to: number;
}

/** ProseMirror's own Transaction; named otherwise here, because yjs has one too. */
export interface StateChange {
  readonly doc: PNode;
  readonly docChanged: boolean;
  readonly mapping: unknown;
  readonly selectionSet: boolean;
  addMark(from: number, to: number, mark: Mark): this;
  delete(from: number, to: number): this;
  getMeta(key: PluginKey<any> | string): any;
  insert(position: number, content: PNode | Fragment): this;
  insertText(text: string, from?: number, to?: number): this;
  join(position: number): this;
  removeMark(from: number, to: number, mark?: MarkType): this;
  replaceSelectionWith(node: PNode, inherit?: boolean): this;
  scrollIntoView(): this;
  setMeta(key: PluginKey<any> | string, value: unknown): this;
}

export class EditorState {
  private constructor();
  static create(config: { schema: Schema; doc?: PNode; plugins?: Plugin[] }): EditorState;
  readonly doc: PNode;
  readonly schema: Schema;
  readonly selection: Selection;
  readonly storedMarks: readonly Mark[] | null;
  readonly tr: StateChange;
}

export class PluginKey<T = any> {
  constructor(name?: string);
  getState(state: EditorState): T | undefined;
}

export interface EditorProps {
  attributes?: Record<string, string> | ((state: EditorState) => Record<string, string>);
  clipboardTextParser?: (text: string, context: Position, plain: boolean, view: EditorView) => Slice;
  decorations?: (state: EditorState) => DecorationSet | null | undefined;
  editable?: (state: EditorState) => boolean;
  handleDOMEvents?: Record<string, (view: EditorView, event: any) => boolean | void>;
  handleDrop?: (view: EditorView, event: DragEvent, slice: Slice, moved: boolean) => boolean | void;
  handleKeyDown?: (view: EditorView, event: KeyboardEvent) => boolean | void;
  handlePaste?: (view: EditorView, event: ClipboardEvent, slice: Slice) => boolean | void;
  transformPastedHTML?: (html: string, view: EditorView) => string;
  transformPasted?: (slice: Slice, view: EditorView) => Slice;
}

export class Plugin<T = any> {
  constructor(spec: {
    appendTransaction?: (changes: readonly StateChange[], before: EditorState, after: EditorState) => StateChange | null | undefined;
    filterTransaction?: (change: StateChange, state: EditorState) => boolean;
    key?: PluginKey<T>;
    props?: EditorProps;
    state?: { init: (config: unknown, state: EditorState) => T; apply: (change: StateChange, value: T, before: EditorState, after: EditorState) => T };
    view?: (view: EditorView) => { update?: (view: EditorView, before: EditorState) => void; destroy?: () => void };
  });
}

export class Decoration {
  private constructor();
  static inline(from: number, to: number, attributes: Record<string, string>): Decoration;
  static widget(position: number, draw: () => HTMLElement, spec?: { side?: number; key?: string; ignoreSelection?: boolean }): Decoration;
}

export class DecorationSet {
  private constructor();
  static readonly empty: DecorationSet;
  static create(doc: PNode, decorations: Decoration[]): DecorationSet;
  map(mapping: unknown, doc: PNode): DecorationSet;
}

export class EditorView {
  constructor(place: { mount: HTMLElement } | HTMLElement | null, props: EditorProps & { state: EditorState });
  readonly composing: boolean;
  readonly dom: HTMLElement;
  readonly editable: boolean;
  readonly state: EditorState;
  destroy(): void;
  dispatch(change: StateChange): void;
  focus(): void;
  hasFocus(): boolean;
  setProps(props: EditorProps): void;
}

export const baseKeymap: Record<string, Command>;
export function keymap(bindings: Record<string, Command>): Plugin;
export function setBlockType(type: NodeType, attributes?: Record<string, unknown>): Command;
export function toggleMark(type: MarkType, attributes?: Record<string, unknown>): Command;
export function liftListItem(type: NodeType): Command;
export function sinkListItem(type: NodeType): Command;
export function splitListItem(type: NodeType): Command;
export function wrapInList(type: NodeType, attributes?: Record<string, unknown>): Command;

export interface InputRule {
  readonly match: RegExp;
}
export function inputRules(config: { rules: InputRule[] }): Plugin;
export function textblockTypeInputRule(match: RegExp, type: NodeType, attributes?: Record<string, unknown>): InputRule;
export function wrappingInputRule(match: RegExp, type: NodeType): InputRule;
