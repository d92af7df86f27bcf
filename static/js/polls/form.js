// Making a poll: what doesn't fit the way of voting gives way to what does. Hiding is done by CSS, also without this.
import { Connection } from "../core/socket.js";
import { all, find, need } from "../core/find.js";
import { Ranking } from "./ranking.js";

const form = need(document, "#form", HTMLFormElement);

form.addEventListener("change", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || field.name !== "method") return;
  const chosen = find(form, "[name=decides]:checked", HTMLInputElement)?.closest("[data-show]");
  if (chosen instanceof HTMLElement && chosen.dataset["show"]?.split(" ").includes(field.value)) return;
  const fitting = all(form, "[data-show]").find((option) => option.dataset["show"]?.split(" ").includes(field.value));
  const radio = fitting && find(fitting, "input", HTMLInputElement);
  if (radio) radio.checked = true;
});

for (const list of all(document, ".preview-paper [data-ranking]")) new Ranking(list);
// Says when the line is gone, and when somebody is signed out while they write.
new Connection();
