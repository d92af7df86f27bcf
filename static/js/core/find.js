// Finding elements, with their type.

/**
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T | null}
 */
export function find(root, selector, type) {
  const found = root.querySelector(selector);
  return found instanceof type ? found : null;
}

/**
 * The element, which the template promises to be there.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
export function need(root, selector, type) {
  const found = find(root, selector, type);
  if (!found) throw new Error(`The page has no ${selector}`);
  return found;
}

/**
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement[]}
 */
export function all(root, selector) {
  return /** @type {HTMLElement[]} */ ([...root.querySelectorAll(selector)]);
}

/**
 * A fresh copy of the one element inside <template id="…">.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function copyOf(id) {
  const first = need(document, `#${id}`, HTMLTemplateElement).content.firstElementChild;
  if (!(first instanceof HTMLElement)) throw new Error(`#${id} is empty`);
  return /** @type {HTMLElement} */ (document.importNode(first, true));
}
