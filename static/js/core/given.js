// What the server gave this page: the person's facts, and every sentence that a script may show.

/**
 * @typedef {object} Tally
 * @property {number} [dots]
 * @property {number} [voters]
 * @property {number} [agree]
 * @property {number} [disagree]
 * @property {number} [pass]
 * @property {number} version
 */

/** @typedef {{why_not_post?: string|null, why_not_vote?: string|null, why_not_move?: string|null}} Refusals */

/**
 * @typedef {object} BoardFacts
 * @property {number} id
 * @property {"dots"|"opinions"} kind
 * @property {number} budget
 * @property {number} cap
 */

/**
 * @typedef {object} BoardPageData
 * @property {BoardFacts} board
 * @property {number} revision
 * @property {Record<string, number>} mine
 * @property {number[]} own
 * @property {number|null} dots_left
 * @property {Record<string, Tally>|null} tally
 * @property {Refusals} state
 */

/**
 * @typedef {object} Given
 * @property {string[]} channels
 * @property {number|null} member
 * @property {string} language
 * @property {Record<string, string|string[]>} messages
 * @property {any} page
 */

/**
 * @param {Document} source the page itself, or one fetched again
 * @returns {Given}
 */
export function givenBy(source) {
  const text = source.getElementById("page-data")?.textContent;
  if (!text) return { channels: [], member: null, language: "en", messages: {}, page: null };
  const { more_messages: more, ...told } = JSON.parse(text);
  return { ...told, messages: { ...told.messages, ...more } };
}

export const given = givenBy(document);

const plurals = new Intl.PluralRules(given.language);
const numbers = new Intl.NumberFormat(given.language);

/**
 * @param {string} sentence
 * @param {Record<string, string|number>} values
 */
function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? numbers.format(value) : value;
  });
}

/**
 * The sentence with this key, in the reader's language.
 * @param {string} key
 * @param {Record<string, string|number>} [values]
 */
export function say(key, values = {}) {
  const message = given.messages[key];
  return typeof message === "string" ? filled(message, values) : key;
}

/**
 * The sentence in the form that goes with a number. The server gives the forms for 1, 2 and 5.
 * @param {string} key
 * @param {number} count
 * @param {Record<string, string|number>} [values]
 */
export function sayCount(key, count, values = {}) {
  const forms = given.messages[key];
  if (!Array.isArray(forms)) return say(key, { n: count, ...values });
  const form = { one: 0, two: 1, few: 1 }[/** @type {string} */ (plurals.select(count))] ?? 2;
  return filled(forms[form] ?? "", { n: count, ...values });
}
