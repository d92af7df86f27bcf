// The part of SortableJS that the platform uses; written by hand. AutoScroll is mounted already.

export interface SortableEvent extends Event {
  readonly from: HTMLElement;
  readonly item: HTMLElement;
  readonly newDraggableIndex?: number;
  readonly newIndex?: number;
  readonly oldDraggableIndex?: number;
  readonly oldIndex?: number;
  readonly originalEvent?: Event;
  readonly to: HTMLElement;
}

export interface MoveEvent extends Event {
  readonly dragged: HTMLElement;
  readonly from: HTMLElement;
  readonly related: HTMLElement;
  readonly to: HTMLElement;
  readonly willInsertAfter?: boolean;
}

type Handler = (event: SortableEvent) => void;

export interface SortableOptions {
  animation?: number;
  bubbleScroll?: boolean;
  chosenClass?: string;
  dataIdAttr?: string;
  delay?: number;
  delayOnTouchOnly?: boolean;
  direction?: "horizontal" | "vertical" | (() => "horizontal" | "vertical");
  disabled?: boolean;
  dragClass?: string;
  draggable?: string;
  easing?: string;
  emptyInsertThreshold?: number;
  fallbackClass?: string;
  fallbackOnBody?: boolean;
  fallbackTolerance?: number;
  filter?: string | ((this: Sortable, event: Event, target: HTMLElement) => boolean);
  forceFallback?: boolean;
  ghostClass?: string;
  group?: string | { name: string; pull?: boolean | string[] | "clone"; put?: boolean | string[] };
  handle?: string;
  invertSwap?: boolean;
  preventOnFilter?: boolean;
  scroll?: boolean | HTMLElement;
  scrollSensitivity?: number;
  scrollSpeed?: number;
  sort?: boolean;
  swapThreshold?: number;
  touchStartThreshold?: number;
  onAdd?: Handler;
  onChange?: Handler;
  onChoose?: Handler;
  onEnd?: Handler;
  onMove?: (event: MoveEvent, originalEvent: Event) => boolean | -1 | 1 | void;
  onRemove?: Handler;
  onSort?: Handler;
  onStart?: Handler;
  onUnchoose?: Handler;
  onUpdate?: Handler;
}

export class Sortable {
  static readonly active: Sortable | null;
  static create(element: HTMLElement, options?: SortableOptions): Sortable;
  static get(element: HTMLElement): Sortable | undefined;
  constructor(element: HTMLElement, options?: SortableOptions);
  readonly el: HTMLElement;
  closest(element: HTMLElement, selector?: string): HTMLElement | null;
  destroy(): void;
  option<Name extends keyof SortableOptions>(name: Name): SortableOptions[Name];
  option<Name extends keyof SortableOptions>(name: Name, value: SortableOptions[Name]): void;
  save(): void;
  sort(order: readonly string[], withAnimation?: boolean): void;
  toArray(): string[];
}

export default Sortable;
