// The page as the server would draw it now, for when there is no list of changes to go by.
import { givenBy } from "../core/given.js";

/** @param {string} [address] @returns {Promise<{page: Document, given: import("../core/given.js").Given} | null>} null where it can't be had now */
export async function fetchPage(address = location.pathname) {
  try {
    const response = await fetch(address, { credentials: "same-origin", cache: "no-store", headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) return null;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return { page, given: givenBy(page) };
  } catch {
    return null;
  }
}
