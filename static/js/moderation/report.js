// Reporting something to the moderators: one dialog for everything that people write.
import { answer as speak } from "../core/announce.js";
import { find, need } from "../core/find.js";
import { openSheet, quote } from "../core/sheet.js";

/** @typedef {import("../core/outbox.js").Outbox} Outbox */

/** @type {WeakSet<Outbox>} */
const listening = new WeakSet();

/** @param {Outbox} outbox @param {"idea"|"comment"|"proposal"|"amendment"} kind @param {number} id
 * @param {string} text what it says @param {string} [language] */
export function openReport(outbox, kind, id, text, language) {
  const dialog = need(document, "#report", HTMLDialogElement);
  const form = need(dialog, "form", HTMLFormElement);
  const thanks = need(dialog, "[data-thanks]", HTMLElement);
  const problem = need(dialog, "[data-problem]", HTMLElement);
  listen(outbox, dialog);
  quote(dialog, text, language);
  form.reset();
  form.hidden = false;
  thanks.hidden = problem.hidden = true;
  dialog.dataset["about"] = `${kind}:${id}`;
  form.onsubmit = (event) => {
    event.preventDefault();
    const given = new FormData(form);
    const payload = { kind, id, category: String(given.get("category")), text: String(given.get("text") ?? "").trim() };
    problem.hidden = true;
    // Only the newest counts: the server takes a report said again as the same one.
    outbox.put("report:content", payload, { thing: `report:${kind}:${id}`, newest: true });
    form.hidden = true;
    thanks.hidden = false;
    speak(thanks.textContent ?? "");
    thanks.focus();
  };
  openSheet(dialog, find(form, "input", HTMLInputElement));
}

/** A report that was refused after all comes back with the reason. @param {Outbox} outbox @param {HTMLDialogElement} dialog */
function listen(outbox, dialog) {
  if (listening.has(outbox)) return;
  listening.add(outbox);
  outbox.listen({
    onRefused: (write, refused) => {
      if (write.event !== "report:content") return;
      if (dialog.dataset["about"] !== `${write.payload["kind"]}:${write.payload["id"]}`) return;
      const problem = need(dialog, "[data-problem]", HTMLElement);
      need(dialog, "form", HTMLFormElement).hidden = false;
      need(dialog, "[data-thanks]", HTMLElement).hidden = true;
      problem.textContent = refused.message;
      problem.hidden = false;
      openSheet(dialog);
    },
  });
}
