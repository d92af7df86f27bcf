// “Translate” opens where one is: the page behind the link, in a dialog. Without this file the link simply leads there.
import { answer } from "../core/announce.js";
import { dropDraft, keepDrafts, restoreDraft } from "../core/drafts.js";
import { find } from "../core/find.js";
import { say } from "../core/given.js";
import { openSheet } from "../core/sheet.js";
import { send, wait } from "./forms.js";

/** @type {HTMLDialogElement|null} */
let dialog = null;

function sheet() {
  if (dialog) return dialog;
  dialog = document.createElement("dialog");
  dialog.className = "sheet sheet-wide";
  const head = document.createElement("div");
  head.className = "sheet-head";
  const title = document.createElement("h2");
  title.id = "translate-title";
  const close = document.createElement("button");
  close.className = "button button-quiet";
  close.type = "button";
  close.textContent = say("close");
  close.addEventListener("click", () => dialog?.close());
  head.append(title, close);
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(head);
  // Escape, a suggestion or a reload lose nothing that was typed.
  keepDrafts(dialog);
  dialog.addEventListener("submit", (event) => void submitted(event));
  document.body.append(dialog);
  return dialog;
}

/** @param {Document} page @returns {boolean} whether the page has something to translate */
function show(page) {
  const fresh = page.getElementById("translating");
  if (!fresh) return false;
  const shown = sheet();
  const title = find(shown, "#translate-title", HTMLElement);
  if (title) title.textContent = page.querySelector("h1")?.textContent ?? "";
  find(shown, "#translating", HTMLElement)?.remove();
  shown.append(fresh);
  const form = find(fresh, "form[data-draft]", HTMLFormElement);
  if (form) restoreDraft(form);
  if (!shown.open) openSheet(shown);
  find(fresh, "textarea", HTMLTextAreaElement)?.focus();
  return true;
}

/** @param {SubmitEvent} event */
async function submitted(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-translation-form]")) return;
  event.preventDefault();
  wait(form, true);
  const place = find(sheet(), "[data-told]", HTMLElement);
  try {
    const { page, problem } = await send(form);
    if (problem) {
      if (place) place.textContent = problem;
      else answer(problem);
    } else if (form.dataset["translationForm"] === "stay") {
      show(page);
    } else {
      dropDraft(form.dataset["draft"] ?? "");
      sheet().close();
      answer(say("translation_saved"));
    }
  } catch {
    if (place) place.textContent = say("not_now_offline");
  }
  wait(form, false);
}

document.addEventListener("click", async (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-translate]") : null;
  if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  // On the page itself a link to another language is a link.
  if (document.querySelector("main .translating")) return;
  event.preventDefault();
  try {
    const response = await fetch(link.href, { credentials: "same-origin", cache: "no-store" });
    if (response.ok && show(new DOMParser().parseFromString(await response.text(), "text/html"))) return;
  } catch {
    answer(say("not_now_offline"));
    return;
  }
  location.assign(link.href);
});
