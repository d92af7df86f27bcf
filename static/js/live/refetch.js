// The page as the server would draw it now, for when there is no list of changes to go by.
import { givenBy } from "../core/given.js";

/** @returns {Promise<{page: Document, given: import("../core/given.js").Given} | null>} null where it can't be had now */
export async function fetchPage() {
  try {
    const response = await fetch(location.pathname, { credentials: "same-origin", cache: "no-store", headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) return null;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return { page, given: givenBy(page) };
  } catch {
    return null;
  }
}
