// The queue: what is translated is saved in place and leaves the list; what is refused stays, with the reason.
import { answer } from "../core/announce.js";
import { dropDraft, keepDrafts, restoreDraft } from "../core/drafts.js";
import { find } from "../core/find.js";
import { say } from "../core/given.js";
import { send, wait } from "./forms.js";

const list = document.getElementById("waiting");
if (list) keepDrafts(list);
for (const form of list?.querySelectorAll("form") ?? []) restoreDraft(form);

list?.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-translation-form]")) return;
  event.preventDefault();
  const item = form.closest("li");
  const place = find(form, "[data-told]", HTMLElement);
  wait(form, true);
  try {
    const { problem } = await send(form);
    if (problem) {
      if (place) place.textContent = problem;
    } else if (item) {
      const next = item.nextElementSibling ?? item.previousElementSibling;
      item.remove();
      dropDraft(form.dataset["draft"] ?? "");
      answer(say("translation_saved"));
      if (next) find(next, "textarea", HTMLTextAreaElement)?.focus({ preventScroll: true });
      else location.reload();
      return;
    }
  } catch {
    if (place) place.textContent = say("not_now_offline");
  }
  wait(form, false);
});
