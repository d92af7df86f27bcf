// The typed parts: what stands in the shared document is shown, what is typed is written there. A field that somebody
// is in is never overwritten; what others wrote meanwhile is shown when it is left.
import { all, find } from "../../core/find.js";
import { say } from "../../core/given.js";
import { Budget } from "./budget.js";
import { complain } from "./complaint.js";
import { readNumber, showNumber } from "./numbers.js";

/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {{show: () => void, enable: (may: boolean) => void}} Bound */

const WHILE_TYPING = 500;

/** @param {HTMLElement} root @param {Draft} draft @returns {Bound} all typed fields below root */
export function bindFields(root, draft) {
  const bound = all(root, "[data-field]").map((place) => bindOne(place, draft));
  const map = draft.doc.getMap("fields");
  map.observeDeep(() => { for (const field of bound) field.show(); });
  return {
    show: () => { for (const field of bound) field.show(); },
    enable: (may) => { for (const field of bound) field.enable(may); },
  };
}

/** @param {HTMLElement} place @param {Draft} draft @returns {Bound} */
function bindOne(place, draft) {
  const name = place.dataset["field"] ?? "";
  if (place.dataset["kind"] === "budget") return new Budget(place, name, draft);
  if (place.dataset["kind"] === "number") return number(place, name, draft);
  if (place.dataset["kind"] === "date") return date(place, name, draft);
  return choices(place, name, draft);
}

/** Nothing is the same as no such key. @param {Draft} draft @param {string} name @param {any} value */
function write(draft, name, value) {
  const map = draft.doc.getMap("fields");
  const present = map.get(name) ?? null;
  if (!draft.mayWrite || JSON.stringify(present) === JSON.stringify(value)) return;
  draft.doc.transact(() => {
    if (value === null) map.delete(name);
    else map.set(name, value);
  });
}

/** @param {HTMLElement} place */
function only(place) {
  const field = find(place, "input", HTMLInputElement);
  if (!field) throw new Error("A typed part without a field");
  return field;
}

/** @param {HTMLElement} place @param {string} name @param {Draft} draft @returns {Bound} */
function number(place, name, draft) {
  const field = only(place);
  const [least, most] = [Number(field.dataset["least"]), Number(field.dataset["most"])];
  let timer = 0;
  /** @param {boolean} aloud half a number is not yet wrong */
  const take = (aloud) => {
    window.clearTimeout(timer);
    const typed = field.value.trim();
    const value = typed === "" ? null : readNumber(typed);
    const bad = typed !== "" && (value === null || !Number.isInteger(value) || value < least || value > most);
    if (!bad) write(draft, name, value);
    if (!bad || aloud) complain(place, !bad ? "" : value === null ? say("number_bad") : say("number_range", { least, most }), field);
    return !bad;
  };
  const show = () => {
    const value = draft.doc.getMap("fields").get(name);
    if (document.activeElement !== field && !field.hasAttribute("aria-invalid")) field.value = typeof value === "number" ? showNumber(value) : "";
  };
  field.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => take(false), WHILE_TYPING);
  });
  field.addEventListener("blur", () => { if (take(true)) show(); });
  return { show, enable: (may) => { field.disabled = !may; } };
}

/** @param {HTMLElement} place @param {string} name @param {Draft} draft @returns {Bound} */
function date(place, name, draft) {
  const field = only(place);
  const show = () => {
    const value = draft.doc.getMap("fields").get(name);
    if (document.activeElement !== field) field.value = typeof value === "string" ? value : "";
  };
  // While the year is typed a date is already "valid" in the year 2; only what the field itself accepts counts.
  const take = () => { if (field.value === "" ? !field.validity.badInput : field.validity.valid) write(draft, name, field.value || null); };
  field.addEventListener("change", take);
  field.addEventListener("blur", () => {
    take();
    show();
  });
  return { show, enable: (may) => { field.disabled = !may; } };
}

/** @param {HTMLElement} place @param {string} name @param {Draft} draft @returns {Bound} */
function choices(place, name, draft) {
  const boxes = /** @type {HTMLInputElement[]} */ (all(place, "input"));
  /** @param {HTMLInputElement} box */
  const valueOf = (box) => ("number" in box.dataset ? Number(box.value) : box.value);
  const show = () => {
    const chosen = draft.doc.getMap("fields").get(name) ?? [];
    for (const box of boxes) box.checked = Array.isArray(chosen) && chosen.includes(valueOf(box));
  };
  for (const box of boxes) {
    box.addEventListener("change", () => {
      const present = draft.doc.getMap("fields").get(name) ?? [];
      const others = present.filter((/** @type {unknown} */ one) => one !== valueOf(box));
      const chosen = box.checked ? [...others, valueOf(box)] : others;
      write(draft, name, chosen.length ? chosen : null);
    });
  }
  return { show, enable: (may) => { for (const box of boxes) box.disabled = !may; } };
}
