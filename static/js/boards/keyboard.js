// Shortcuts. None fires while somebody types, holds a modifier, or has a dialog open.

/**
 * @param {Record<string, () => void>} keys key → what it does; a key that does nothing now may return without effect
 */
export function shortcuts(keys) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat || event.defaultPrevented) return;
    const at = event.target instanceof Element ? event.target : null;
    if (at?.closest("input, textarea, select, [contenteditable]:not([contenteditable=false])") || document.querySelector("dialog[open]")) return;
    const action = keys[event.key] ?? keys[event.key.toLowerCase()] ?? keys[event.code];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
