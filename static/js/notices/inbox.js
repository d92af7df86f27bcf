// Whoever follows a notice to what it is about has read it. Without this script one says so by the button above the list.
const forum = document.body.dataset["forum"] ?? "";

/** @param {MouseEvent} event */
function follow(event) {
  const link = event.target instanceof Element ? event.target.closest("#inbox a") : null;
  const notice = link?.closest("li")?.dataset["unread"];
  if (!notice || event.button > 1) return;
  const token = document.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? "";
  const body = new URLSearchParams({ csrf_token: token, forum, up_to: notice, alone: "true" });
  // It outlives the page that is being left; where the answer would lead to is of no interest.
  fetch("/do/notice-read", { method: "POST", body, keepalive: true, redirect: "manual" }).catch(() => {});
}

document.addEventListener("click", follow);
document.addEventListener("auxclick", follow);
