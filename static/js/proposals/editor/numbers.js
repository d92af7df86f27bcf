// Numbers and amounts as people type them and as they are shown, in the reader's language.
import { given } from "../../core/given.js";

const plain = new Intl.NumberFormat(given.language, { maximumFractionDigits: 0 });
const exact = new Intl.NumberFormat(given.language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const euros = new Intl.NumberFormat(given.language, { style: "currency", currency: "EUR" });

/** "1.234,50", "1,234.50", "1 234,5" and "1234.50" are all the same number.
 * @param {string} typed @returns {number|null} null where it is none */
export function readNumber(typed) {
  const dense = typed.replace(/[\s\u00a0\u202f'’€]/g, "");
  if (!/^\d[\d.,]*$/.test(dense)) return null;
  // What stands before one or two last digits divides; before three it only groups.
  const [, whole = "", rest = ""] = /^(.*?)(?:[.,](\d{1,2}))?$/.exec(dense) ?? [];
  const digits = whole.replace(/[.,]/g, "");
  return digits ? Number(`${digits}.${rest || "0"}`) : null;
}

/** @param {number} value */
export const showNumber = (value) => plain.format(value);

/** @param {number} cents for a field that is typed into */
export const showAmount = (cents) => (cents % 100 ? exact.format(cents / 100) : plain.format(cents / 100));

/** @param {number} cents */
export const showEuros = (cents) => euros.format(cents / 100);
