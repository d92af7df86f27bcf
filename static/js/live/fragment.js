// Applies the server's HTML to the page. A form that somebody is filling in, and whatever else carries data-keep, is
// left exactly as it is: the change goes on around it.
import { Idiomorph } from "../../vendor/idiomorph.js";

const KEEP = "[data-keep]";

/** @param {string} html @returns {HTMLElement[]} its roots */
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return /** @type {HTMLElement[]} */ ([...template.content.children].filter((root) => root instanceof HTMLElement));
}

/** A form with something typed into it, or the field that somebody is in. @param {Element} node */
function isBeingFilledIn(node) {
  if (node instanceof HTMLFormElement) {
    return [...node.elements].some((field) => (field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && field.type !== "hidden")) && field.value !== field.defaultValue);
  }
  return node === document.activeElement && node.matches("input, textarea, select");
}

/** Makes `old` look like `wanted`, keeping focus, typing and what is opened.
 * @param {HTMLElement} old
 * @param {HTMLElement} wanted
 * @param {string} [leave] a selector: what is inside is left alone */
export function morph(old, wanted, leave = KEEP) {
  const left = leave === KEEP ? KEEP : `${KEEP}, ${leave}`;
  Idiomorph.morph(old, wanted, {
    morphStyle: "outerHTML",
    restoreFocus: true,
    callbacks: {
      beforeNodeMorphed: (node) => !(node instanceof Element && (node.matches(left) || isBeingFilledIn(node))),
      beforeNodeRemoved: (node) => !(node instanceof Element && node.matches(left)),
      // Whether a <details> is open is the reader's business.
      beforeAttributeUpdated: (name) => name !== "open",
    },
  });
}
