// Whoever follows a notice to what it is about has read it. Without this script one says so by the button above the list.
const forum = document.body.dataset["forum"] ?? "";
// Nobody waits longer for a page because a number is being changed.
const PATIENCE = 1000;

/** @param {string} notice */
function read(notice) {
  const token = document.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? "";
  const body = new URLSearchParams({ csrf_token: token, forum, up_to: notice, alone: "true" });
  // It outlives the page that is being left; where the answer would lead to is of no interest.
  return fetch("/do/notice-read", { method: "POST", body, keepalive: true, redirect: "manual" }).catch(() => {});
}

/** @param {MouseEvent} event */
function follow(event) {
  const link = event.target instanceof Element ? event.target.closest("#inbox a") : null;
  const notice = link?.closest("li")?.dataset["unread"];
  if (!(link instanceof HTMLAnchorElement) || !notice || event.button > 1) return;
  const done = read(notice);
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  // The next page counts what waits: first this is read, then that is asked for.
  event.preventDefault();
  const tired = new Promise((resolve) => { window.setTimeout(resolve, PATIENCE); });
  void Promise.race([done, tired]).then(() => location.assign(link.href));
}

document.addEventListener("click", follow);
document.addEventListener("auxclick", follow);
