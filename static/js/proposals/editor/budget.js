// Lines of a budget that add up. Each line is a key of its own in the shared document, so that two people who write
// two lines don't get into one another's way.
import { copyOf, find, need } from "../../core/find.js";
import { say } from "../../core/given.js";
import { newKey } from "../../core/outbox.js";
import { complain } from "./complaint.js";
import { fit } from "./schema.js";
import { readNumber, showAmount, showEuros } from "./numbers.js";

/** @typedef {import("./draft.js").Draft} Draft */
/** @typedef {{label: string, amount: number, position: number}} Line */

const WHILE_TYPING = 500;
const MOST_LINES = 60;
const MOST_CENTS = 10 ** 11;

export class Budget {
  #place;
  #name;
  #draft;
  #list;
  #add;
  #may = false;
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();

  /** @param {HTMLElement} place @param {string} name @param {Draft} draft */
  constructor(place, name, draft) {
    this.#place = place;
    this.#name = name;
    this.#draft = draft;
    this.#list = need(place, "[data-lines]", HTMLElement);
    this.#add = find(place, "[data-add]", HTMLButtonElement);
    this.#add?.addEventListener("click", () => this.#addLine());
  }

  /** @param {boolean} may */
  enable(may) {
    this.#may = may;
    if (this.#add) this.#add.disabled = !may || this.#rows.size >= MOST_LINES;
    for (const row of this.#rows.values()) this.#enableRow(row);
  }

  show() {
    const lines = this.#lines();
    for (const [key, row] of this.#rows) {
      // A line that is being filled in stays, whoever takes it away meanwhile.
      if (!lines.has(key) && !("new" in row.dataset) && !row.contains(document.activeElement)) this.#forget(key);
    }
    for (const [key, line] of [...lines].sort(([, a], [, b]) => a.position - b.position)) this.#fill(this.#row(key), line);
    this.#order(lines);
    const sum = find(this.#place, "[data-sum]", HTMLOutputElement);
    if (sum) sum.value = showEuros([...lines.values()].reduce((all, { amount }) => all + (Number(amount) || 0), 0));
    this.enable(this.#may);
  }

  /** @returns {Map<string, Line>} */
  #lines() {
    const prefix = `${this.#name}/`;
    return new Map([...this.#draft.doc.getMap("fields").entries()].filter(([key]) => key.startsWith(prefix)).map(([key, line]) => [key, /** @type {Line} */ (line)]));
  }

  /** Moves rows only where their order has changed: moving takes the focus away. @param {Map<string, Line>} lines */
  #order(lines) {
    const wanted = [...this.#rows.keys()].sort((a, b) => (lines.get(a)?.position ?? Infinity) - (lines.get(b)?.position ?? Infinity));
    const focused = document.activeElement;
    if (focused && this.#list.contains(focused)) return;
    if ([...this.#list.children].every((row, index) => row === this.#rows.get(wanted[index] ?? ""))) return;
    this.#list.append(...wanted.map((key) => /** @type {HTMLElement} */ (this.#rows.get(key))));
  }

  /** @param {string} key */
  #row(key) {
    const known = this.#rows.get(key);
    if (known) return known;
    const made = copyOf("write-budget-line");
    this.#rows.set(key, made);
    this.#list.append(made);
    const [label, amount] = fieldsOf(made);
    let timer = 0;
    const write = () => {
      window.clearTimeout(timer);
      this.#write(key, made);
    };
    made.addEventListener("input", () => {
      made.dataset["typed"] = "";
      window.clearTimeout(timer);
      timer = window.setTimeout(write, WHILE_TYPING);
    });
    for (const field of [label, amount]) {
      field.addEventListener("blur", () => {
        write();
        this.show();
      });
    }
    need(made, "[data-remove]", HTMLButtonElement).addEventListener("click", () => this.#remove(key));
    return made;
  }

  /** @param {HTMLElement} row @param {Line} line */
  #fill(row, line) {
    delete row.dataset["new"];
    const [label, amount] = fieldsOf(row);
    if (document.activeElement !== label) label.value = String(line.label ?? "");
    if (document.activeElement !== amount && !amount.hasAttribute("aria-invalid")) amount.value = showAmount(Number(line.amount) || 0);
  }

  /** @param {string} key @param {HTMLElement} row */
  #write(key, row) {
    // Taken away meanwhile, or nothing new: writing would bring a removed line back.
    if (this.#rows.get(key) !== row || !("typed" in row.dataset)) return;
    const [labelField, amountField] = fieldsOf(row);
    const label = fit(labelField.value).trim();
    const typed = amountField.value.trim();
    const euros = typed === "" ? 0 : readNumber(typed);
    const cents = euros === null ? null : Math.round(euros * 100);
    if (cents === null || cents > MOST_CENTS) {
      complain(this.#place, say("amount_bad"), amountField);
      return;
    }
    complain(this.#place, "", amountField);
    delete row.dataset["typed"];
    const map = this.#draft.doc.getMap("fields");
    const present = map.get(key);
    // A new line that nothing was written into is none yet.
    if (!this.#draft.mayWrite || (!present && !label && !cents)) return;
    const position = present?.position ?? Math.max(0, ...[...this.#lines().values()].map((line) => line.position)) + 1;
    if (present && present.label === label && present.amount === cents) return;
    this.#draft.doc.transact(() => map.set(key, { label, amount: cents, position }));
  }

  #addLine() {
    const row = this.#row(`${this.#name}/${newKey().slice(0, 8)}`);
    row.dataset["new"] = "";
    this.#enableRow(row);
    fieldsOf(row)[0].focus();
  }

  /** @param {string} key */
  #remove(key) {
    const rows = [...this.#rows.keys()];
    const next = this.#rows.get(rows[rows.indexOf(key) + 1] ?? rows[rows.indexOf(key) - 1] ?? "");
    this.#forget(key);
    const map = this.#draft.doc.getMap("fields");
    if (map.has(key)) this.#draft.doc.transact(() => map.delete(key));
    complain(this.#place, "");
    (next ? find(next, "[data-remove]", HTMLButtonElement) : this.#add)?.focus();
  }

  /** @param {string} key */
  #forget(key) {
    const row = this.#rows.get(key);
    this.#rows.delete(key);
    row?.remove();
  }

  /** @param {HTMLElement} row */
  #enableRow(row) {
    for (const field of fieldsOf(row)) field.disabled = !this.#may;
    need(row, "[data-remove]", HTMLButtonElement).hidden = !this.#may;
  }
}

/** @param {HTMLElement} row @returns {[HTMLInputElement, HTMLInputElement]} */
function fieldsOf(row) {
  return [need(row, "[data-label]", HTMLInputElement), need(row, "[data-amount]", HTMLInputElement)];
}
