// The part of idiomorph that the platform uses; written by hand.

export interface MorphCallbacks {
  afterNodeAdded?: (node: Node) => void;
  afterNodeMorphed?: (old: Node, wanted: Node) => void;
  afterNodeRemoved?: (node: Node) => void;
  /** Each may return false, and the change is left out. */
  beforeAttributeUpdated?: (name: string, node: Element, change: "update" | "remove") => boolean | void;
  beforeNodeAdded?: (node: Node) => boolean | void;
  beforeNodeMorphed?: (old: Node, wanted: Node) => boolean | void;
  beforeNodeRemoved?: (node: Node) => boolean | void;
}

export interface MorphOptions {
  callbacks?: MorphCallbacks;
  head?: { style?: "merge" | "append" | "morph" | "none" };
  /** Leave the focused element and everything in it alone. */
  ignoreActive?: boolean;
  /** Leave alone only what has been typed into the focused element. */
  ignoreActiveValue?: boolean;
  morphStyle?: "outerHTML" | "innerHTML";
  restoreFocus?: boolean;
}

export const Idiomorph: {
  defaults: MorphOptions;
  morph(
    old: Element | Document,
    wanted: string | Node | Node[] | HTMLCollection | NodeList | null,
    options?: MorphOptions,
  ): Node[];
};
