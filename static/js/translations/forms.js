// Forms of the translation pages, sent without leaving the page: the answer is the page that they would have led to.

/**
 * @param {HTMLFormElement} form
 * @returns {Promise<{page: Document, problem: string}>} `problem` is the server's reason, in the reader's language
 * @throws {TypeError} where there is no way to the server
 */
export async function send(form) {
  const response = await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin", cache: "no-store" });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const told = page.querySelector(".note-bad") ?? (response.ok ? null : page.querySelector("main"));
  return { page, problem: told?.textContent?.trim() ?? "" };
}

/** @param {HTMLFormElement} form @param {boolean} busy */
export function wait(form, busy) {
  for (const button of form.querySelectorAll("button")) button.disabled = busy;
}
