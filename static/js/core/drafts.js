// What somebody types into a form with data-draft="name" survives updates, a language switch and a reload.
// Kept in this tab only (sessionStorage) and per member: a shared phone shows nobody another person's words.
import { given } from "./given.js";

const PREFIX = `yf.draft.${given.member ?? "guest"}.`;

/** @typedef {Record<string, string>} Draft */

/** @param {string} name @returns {Draft | null} */
export function draft(name) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + name) ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} name @param {Draft} fields */
export function keepDraft(name, fields) {
  try {
    sessionStorage.setItem(PREFIX + name, JSON.stringify(fields));
  } catch {
    // Storage is full or forbidden: typing goes on, only the safety net is missing.
  }
}

/** @param {string} name */
export function dropDraft(name) {
  try {
    sessionStorage.removeItem(PREFIX + name);
  } catch {
    // Nothing was kept.
  }
}

/** Names of the drafts that begin so.
 * @param {string} beginning @returns {string[]} */
export function draftNames(beginning) {
  try {
    return Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX + beginning)).map((key) => key.slice(PREFIX.length));
  } catch {
    return [];
  }
}

/** @param {HTMLFormElement} form */
function typedFields(form) {
  return [...form.elements].filter(
    /** @returns {field is HTMLInputElement|HTMLTextAreaElement|HTMLSelectElement} */
    (field) => (field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement
      || (field instanceof HTMLInputElement && !["hidden", "password", "submit", "checkbox", "radio", "file"].includes(field.type))) && field.name !== "",
  );
}

/** Puts back what was typed. Says whether there was anything.
 * @param {HTMLFormElement} form */
export function restoreDraft(form) {
  const kept = draft(form.dataset.draft ?? "");
  if (!kept) return false;
  for (const field of typedFields(form)) {
    const value = kept[field.name];
    if (value !== undefined) field.value = value;
  }
  return true;
}

/** Keeps what is typed anywhere below root, as it is typed.
 * @param {Document | HTMLElement} root */
export function keepDrafts(root) {
  root.addEventListener("input", (event) => {
    const form = event.target instanceof Element ? event.target.closest("form") : null;
    const name = form?.dataset.draft;
    if (!form || !name) return;
    const fields = typedFields(form);
    // A choice alone (a column, a language) is not yet a draft.
    if (fields.every((field) => field instanceof HTMLSelectElement || field.value.trim() === "")) dropDraft(name);
    else keepDraft(name, { ...draft(name), ...Object.fromEntries(fields.map((field) => [field.name, field.value])) });
  });
}
