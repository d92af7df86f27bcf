// Brings what the server draws onto the page of a proposal.
import { all, find } from "../core/find.js";
import { given } from "../core/given.js";
import { morph, parse } from "../live/fragment.js";
import { fetchPage } from "../live/refetch.js";

/** What a room was sent: each root takes the place of the element with its id, a new one goes where its kind stands.
 * @param {string} html */
export function draw(html) {
  for (const fresh of parse(html)) {
    const old = document.getElementById(fresh.id);
    if (old) morph(old, fresh);
    else if (fresh.matches(".amendment")) find(document, "[data-into=amendments]", HTMLElement)?.prepend(fresh);
  }
  markMine(all(document, ".amendment"));
}

/** Rooms are told whose an amendment is, not whether it is mine. @param {HTMLElement[]} amendments */
export function markMine(amendments) {
  for (const amendment of amendments) {
    amendment.toggleAttribute("data-mine", given.member !== null && amendment.dataset["author"] === String(given.member));
  }
}

/** The regions marked data-live as the server draws them now, and what depends on who I am here.
 * @returns {Promise<number|null>} the proposal's revision that the page then shows */
export async function refetch() {
  const fetched = await fetchPage(location.pathname + location.search);
  if (!fetched) return null;
  const root = document.getElementById("proposal");
  const fresh = fetched.page.getElementById("proposal");
  root?.toggleAttribute("data-coauthor", fresh?.hasAttribute("data-coauthor") ?? false);
  for (const region of all(document, "[data-live]")) {
    const wanted = fetched.page.getElementById(region.id);
    if (wanted) morph(region, wanted);
  }
  for (const id of ["support", "phase-stepper"]) {
    const old = document.getElementById(id);
    const wanted = fetched.page.getElementById(id);
    if (old && wanted) morph(old, wanted);
  }
  refetchAmendments(fetched.page);
  return fetched.given.page?.revision ?? null;
}

/** @param {Document} fetched */
function refetchAmendments(fetched) {
  const list = find(document, "[data-into=amendments]", HTMLElement);
  const wanted = all(fetched, ".amendment");
  if (!list) return;
  const kept = new Set(wanted.map((amendment) => amendment.id));
  for (const gone of all(list, ".amendment")) if (!kept.has(gone.id)) gone.remove();
  for (const amendment of wanted) {
    const old = document.getElementById(amendment.id);
    if (old) morph(old, amendment);
    else list.append(document.importNode(amendment, true));
  }
}
