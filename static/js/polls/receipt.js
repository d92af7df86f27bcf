// The receipt after casting, and looking for one's own among all of them: in this browser, nobody is asked.
import { find, need, all } from "../core/find.js";
import { say } from "../core/given.js";

/** @param {string} code in groups of four, which can be read aloud */
function groups(code) {
  return (code.match(/.{1,4}/g) ?? []).map((part) => {
    const group = document.createElement("span");
    group.textContent = part;
    return group;
  });
}

/** @param {string|null} receipt null where the ballot was counted already and its receipt is not known here
 * @param {string} message */
export function showReceipt(receipt, message) {
  const panel = need(document, "#receipt", HTMLElement);
  const code = need(panel, "#receipt-code", HTMLElement);
  if (receipt) {
    code.replaceChildren(...groups(receipt));
    code.dataset["copyText"] = receipt;
  } else {
    const sentence = document.createElement("p");
    sentence.textContent = message;
    panel.append(sentence);
  }
  need(panel, "[data-with-code]", HTMLElement).hidden = !receipt;
  panel.hidden = false;
  panel.focus();
}

/** @param {HTMLElement} root */
export function findReceipts(root) {
  root.addEventListener("input", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || !field.matches("[data-find-receipt]")) return;
    const typed = field.value.replace(/\s/g, "").toUpperCase();
    const lines = all(root, "#receipt-list li");
    for (const line of lines) line.removeAttribute("data-mine");
    const found = typed.length > 7 ? lines.find((line) => line.textContent === typed) : undefined;
    found?.setAttribute("data-mine", "");
    const place = find(root, "[data-found]", HTMLElement);
    if (place) place.textContent = found ? say("receipt_found") : typed.length > 19 ? say("receipt_missing") : "";
  });
}
