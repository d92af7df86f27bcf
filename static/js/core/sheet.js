// Dialogs: native ones, from the bottom on a phone. Closing gives the focus back to where it came from.
import { find } from "./find.js";

/** @param {HTMLElement} root every dialog below it closes by its × and by a tap beside it */
export function closable(root) {
  root.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const dialog = event.target.closest("dialog");
    if (dialog && (event.target === dialog || event.target.closest("[data-close]"))) dialog.close();
  });
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {Element|null} [focus] what to begin with, if not the first thing in it
 */
export function openSheet(dialog, focus = null) {
  if (dialog.open) return;
  const before = document.activeElement;
  dialog.showModal();
  if (focus instanceof HTMLElement) focus.focus();
  dialog.addEventListener("close", () => {
    if (before instanceof HTMLElement && before.isConnected && (document.activeElement === document.body || document.activeElement === null)) before.focus();
  }, { once: true });
}

/** On a wide screen a small menu stands where it was asked for; on a phone it comes from the bottom, as any sheet.
 * @param {HTMLDialogElement} dialog an open one @param {Element} button */
export function standBeside(dialog, button) {
  const { style } = dialog;
  if (!matchMedia("(min-width: 48rem)").matches) {
    for (const name of ["inset-block-start", "inset-inline-start"]) style.removeProperty(name);
    return;
  }
  const at = button.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = dialog;
  style.setProperty("inset-block-start", `${Math.max(8, Math.min(at.bottom + 4, innerHeight - offsetHeight - 8))}px`);
  style.setProperty("inset-inline-start", `${Math.max(8, Math.min(at.right - offsetWidth, innerWidth - offsetWidth - 8))}px`);
}

/** Shows what the dialog is about. @param {HTMLDialogElement} dialog @param {string} text @param {string} [language] */
export function quote(dialog, text, language = "") {
  const place = find(dialog, "[data-quote]", HTMLElement);
  if (!place) return;
  place.textContent = text;
  place.lang = language;
}
