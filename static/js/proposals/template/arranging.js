// Moves the parts of a template without sending the form: by its buttons, or by dragging at the handle.
import { answer } from "../../core/announce.js";
import { all, need } from "../../core/find.js";
import { given, say } from "../../core/given.js";
import Sortable from "../../../vendor/sortable.js";

const list = need(document, "[data-parts]", HTMLElement);

list.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-move]") : null;
  const part = button?.closest("[data-part]");
  if (!(button instanceof HTMLButtonElement) || !(part instanceof HTMLElement)) return;
  event.preventDefault();
  if (button.dataset["move"] === "up") part.previousElementSibling?.before(part);
  else part.nextElementSibling?.after(part);
  settle(part);
  // The button has come along; at the end of its way it can't be pressed, and the other one takes the focus.
  const next = button.disabled ? all(part, "[data-move]").find((other) => other !== button) : button;
  next?.focus();
});

// A new part bears its name as soon as it is typed, in the reader's language where it has one.
list.addEventListener("input", (event) => {
  const part = event.target instanceof HTMLInputElement && event.target.name.includes("-name-") ? event.target.closest(".template-part") : null;
  if (!(part instanceof HTMLElement)) return;
  const fields = /** @type {HTMLInputElement[]} */ (all(part, "input[name*='-name-']"));
  const shown = fields.find((field) => field.lang === given.language && field.value.trim()) ?? fields.find((field) => field.value.trim());
  if (!shown) return;
  const title = need(part, ".template-part-name strong", HTMLElement);
  part.dataset["name"] = title.textContent = shown.value.trim();
  title.lang = shown.lang;
});

Sortable.create(list, {
  handle: ".template-grip",
  draggable: "[data-part]",
  animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
  ghostClass: "is-dragged",
  // Title and pitch stay at the beginning.
  onMove: (event) => event.related.matches("[data-part]"),
  onEnd: (event) => settle(event.item),
});

/** Buttons that lead nowhere are off, and where the part stands now is said. @param {HTMLElement} moved */
function settle(moved) {
  const parts = all(list, "[data-part]");
  parts.forEach((part, at) => {
    need(part, "[data-move=up]", HTMLButtonElement).disabled = at === 0;
    need(part, "[data-move=down]", HTMLButtonElement).disabled = at === parts.length - 1;
  });
  const everything = [...list.children];
  answer(say("part_moved", { name: moved.dataset["name"] ?? "", number: everything.indexOf(moved) + 1, all: everything.length }));
}
