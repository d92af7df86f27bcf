// A card slides to its new place (FLIP), within 200 ms; nothing moves for those who asked for calm.
import { all } from "../core/find.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * @param {HTMLElement} root
 * @param {() => void} change
 */
export function withMotion(root, change) {
  if (calm.matches || document.visibilityState !== "visible") {
    change();
    return;
  }
  /** @type {Map<HTMLElement, DOMRect>} */
  const before = new Map();
  for (const item of all(root, ".card, .cluster-head")) {
    const place = item.getBoundingClientRect();
    // What can't be seen needs no animation.
    if (place.bottom > -200 && place.top < innerHeight + 200 && place.width > 0) before.set(item, place);
  }
  change();
  for (const item of all(root, ".card, .cluster-head")) {
    const from = before.get(item);
    const to = item.getBoundingClientRect();
    if (!from) {
      if (item.matches(".card[data-idea]") && before.size && to.top < innerHeight && to.bottom > 0) {
        item.animate([{ opacity: 0, transform: "scale(0.96)" }, { opacity: 1, transform: "none" }], { duration: 180, easing: "ease-out" });
      }
    } else if (Math.abs(from.left - to.left) > 1 || Math.abs(from.top - to.top) > 1) {
      item.animate([{ transform: `translate(${from.left - to.left}px, ${from.top - to.top}px)` }, { transform: "none" }], { duration: 180, easing: "ease-out" });
    }
  }
}
