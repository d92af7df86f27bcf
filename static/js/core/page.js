/**
 * What every page does for its reader: menus, copying, colours, and a language switch that loses nothing.
 * Every page works without this file; what can't is hidden until `data-ready` stands on <html>.
 */

import { answer } from "./announce.js";
import { say } from "./given.js";

const root = document.documentElement;

/* Menus: <details data-menu>. One open at a time; Escape and a tap elsewhere close it. */

/** @param {Element | null} [except] */
function closeMenus(except = null) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu !== except) menu.removeAttribute("open");
  }
}

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  closeMenus(target.closest("details[data-menu]"));
});

document.addEventListener("focusin", (event) => {
  const target = /** @type {Element} */ (event.target);
  closeMenus(target.closest("details[data-menu]"));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-menu][open]");
  if (!menu) return;
  closeMenus();
  menu.querySelector("summary")?.focus();
});

/* Copy: <button data-copy="#what"> */

document.addEventListener("click", async (event) => {
  const button = /** @type {Element} */ (event.target).closest("[data-copy]");
  if (!button) return;
  const source = document.querySelector(button.getAttribute("data-copy") || "");
  if (!source) return;
  const field = source instanceof HTMLInputElement || source instanceof HTMLTextAreaElement;
  const text = field ? source.value : (source.getAttribute("data-copy-text") ?? source.textContent ?? "");
  const label = button.querySelector("[data-copy-label]");
  const before = label?.textContent ?? "";
  const done = await copy(source.matches("pre, textarea") ? text : text.trim().replace(/\s+/g, " "), source);
  const outcome = say(done ? "copied" : "copy_failed");
  answer(outcome);
  if (!label || button.hasAttribute("data-busy")) return;
  button.setAttribute("data-busy", "");
  label.textContent = outcome;
  setTimeout(() => {
    label.textContent = before;
    button.removeAttribute("data-busy");
  }, 2500);
});

/**
 * In a hall without HTTPS there is no clipboard API; then the text is at least selected.
 * @param {string} text
 * @param {Element} source
 */
async function copy(text, source) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (source instanceof HTMLInputElement || source instanceof HTMLTextAreaElement) source.select();
    else getSelection()?.selectAllChildren(source);
    return document.execCommand("copy");
  }
}

/* Colours: kept in a cookie, so that the server draws the first paint right. */

for (const choice of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[data-theme-switch] input"))) {
  choice.checked = choice.value === (root.dataset.theme || "");
  choice.addEventListener("change", () => {
    root.dataset.theme = choice.value;
    const age = choice.value ? 31536000 : 0;
    document.cookie = `theme=${choice.value}; path=/; max-age=${age}; samesite=lax`;
  });
}

/* Language switch: what was typed anywhere on the page comes back after it. */

const TYPED = `typed:${location.pathname}`;

/** Fields whose text is worth keeping, never a secret. @returns {(HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement)[]} */
function typedFields() {
  const fields = /** @type {NodeListOf<any>} */ (document.querySelectorAll("main input, main textarea, main select"));
  return [...fields].filter((field) => field.name && !["hidden", "password", "submit", "button", "file"].includes(field.type));
}

/** Where a field stands: its form's number, its name, and which of that name it is. */
function addresses() {
  /** @type {Map<string, number>} */
  const seen = new Map();
  const forms = [...document.forms];
  return typedFields().map((field) => {
    const place = `${field.form?.id || (field.form ? forms.indexOf(field.form) : "")}/${field.name}`;
    const count = seen.get(place) ?? 0;
    seen.set(place, count + 1);
    return { field, address: `${place}/${count}` };
  });
}

function keepTyped() {
  document.dispatchEvent(new CustomEvent("page:keep"));
  const kept = addresses().map(({ field, address }) => {
    const ticked = field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type);
    return [address, ticked ? field.checked : field.value];
  });
  sessionStorage.setItem(TYPED, JSON.stringify({ at: Date.now(), kept, scroll: scrollY }));
}

function bringBackTyped() {
  const stored = sessionStorage.getItem(TYPED);
  if (!stored) return;
  sessionStorage.removeItem(TYPED);
  const { at, kept, scroll } = JSON.parse(stored);
  if (Date.now() - at > 60_000) return;
  const values = new Map(kept);
  let changed = false;
  for (const { field, address } of addresses()) {
    if (!values.has(address) || field.closest("[data-switches-language]")) continue;
    const value = values.get(address);
    if (typeof value === "boolean" && field instanceof HTMLInputElement) {
      changed ||= field.checked !== value;
      field.checked = value;
    } else if (field.value !== value) {
      changed = true;
      field.value = value;
    } else continue;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  scrollTo(0, scroll);
  if (changed) answer(say("kept"));
}

document.addEventListener("submit", (event) => {
  if (/** @type {Element} */ (event.target).matches("[data-keeps-typing]")) keepTyped();
});

document.addEventListener("change", (event) => {
  const choice = /** @type {HTMLInputElement} */ (event.target);
  if (!choice.closest("[data-switches-language]")) return;
  const button = /** @type {HTMLButtonElement | null} */ (
    document.querySelector(`[data-keeps-typing] button[value="${CSS.escape(choice.value)}"]`)
  );
  button?.click();
});

/* Forms that ask for a text per language show only the languages that are ticked. */

function showLanguages() {
  const ticks = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[data-languages] input"));
  if (!ticks.length) return;
  const chosen = new Set([...ticks].filter((tick) => tick.checked).map((tick) => tick.value));
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-for-language]"))) {
    const shown = chosen.has(part.dataset.forLanguage || "");
    part.hidden = !shown;
    for (const field of part.querySelectorAll("input, textarea")) field.toggleAttribute("disabled", !shown);
  }
}

document.addEventListener("change", (event) => {
  if (/** @type {Element} */ (event.target).closest("[data-languages]")) showLanguages();
});

/* Passwords can be looked at: <button data-reveal="f-password"> */

document.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest("[data-reveal]");
  const field = button && /** @type {HTMLInputElement | null} */ (document.getElementById(button.getAttribute("data-reveal") || ""));
  if (!button || !field) return;
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
  button.setAttribute("aria-label", say(shown ? "password_hide" : "password_show"));
});

/* Print, and full screen for the projector */

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (target.closest("[data-print]")) print();
  if (target.closest("[data-fullscreen]")) toggleFullScreen();
});

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "f" || event.ctrlKey || event.metaKey || event.altKey || isTyping()) return;
  if (document.querySelector("[data-fullscreen]")) toggleFullScreen();
});

function toggleFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else root.requestFullscreen?.().catch(() => {});
}

/** No shortcut fires while somebody types. */
function isTyping() {
  const active = /** @type {HTMLElement | null} */ (document.activeElement);
  return Boolean(active?.matches("input, textarea, select, [contenteditable=''], [contenteditable='true']"));
}

/* Whoever signs out leaves no ballot behind that they were filling in. */

document.addEventListener("submit", (event) => {
  if (!/** @type {Element} */ (event.target).matches("form[action='/sign-out']")) return;
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith("yf.ballot.")) localStorage.removeItem(name);
  } catch {
    // There is no storage here.
  }
});

/* A form is sent once, however often the button is pressed. */

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.hasAttribute("aria-busy")) {
    event.preventDefault();
    return;
  }
  // After everybody has seen the event: a form that a script sends by socket stays free for the next idea.
  setTimeout(() => form.toggleAttribute("aria-busy", !event.defaultPrevented));
});

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
});

document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
/* A link to a folded part unfolds it. */

function unfoldTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!(target instanceof HTMLDetailsElement)) return;
  target.open = true;
  target.scrollIntoView();
}

addEventListener("hashchange", unfoldTarget);
unfoldTarget();
showLanguages();
bringBackTyped();
showLanguages();
/** @type {HTMLElement | null} */ (document.querySelector("[data-focus]"))?.focus();
root.dataset.ready = "";
