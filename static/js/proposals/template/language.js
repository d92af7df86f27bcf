// Another language of the interface, with a template that is not saved yet: parts that were added, moved or taken out stand
// in the form alone, so the whole form travels along and the server draws it anew.
import { answer } from "../../core/announce.js";
import { need } from "../../core/find.js";
import { say } from "../../core/given.js";

const form = need(document, "[data-template-form]", HTMLFormElement);
const asDrawn = told();

function told() {
  return JSON.stringify([...new FormData(form)]);
}

/** The part that is open stays open. */
function openPart() {
  return form.querySelector("[data-part]:has(details[open]) [name=order]")?.getAttribute("value") ?? "";
}

document.addEventListener("submit", async (event) => {
  const choice = event.target;
  if (!(choice instanceof HTMLFormElement) || !choice.matches("[data-keeps-typing]")) return;
  if (form.dataset["unsaved"] === undefined && told() === asDrawn) return;
  event.preventDefault();
  try {
    await fetch(choice.action, { method: "POST", body: new FormData(choice, event.submitter), credentials: "same-origin", redirect: "manual" });
  } catch {
    answer(say("not_now_offline"));
    return;
  }
  const action = document.createElement("input");
  action.type = "hidden";
  action.name = "action";
  action.value = `keep:${openPart()}`;
  form.append(action);
  form.submit();
});
