// What may stand in a section, as the server has it too: paragraphs, two headings, two lists, line breaks; bold, italic, links.
import { Schema } from "../../../vendor/editor.js";

// As youthforum/core/richtext/tree.py has it. No "@" before the path: https://city.example@elsewhere.example leads elsewhere.
const ADDRESS = /^(?:https?:\/\/[^\s<>"\\/?#@]+(?:[/?#][^\s<>"\\]*)?|mailto:[^\s<>"\\@]+@[^\s<>"\\@]+)$/iu;
const LONGEST_ADDRESS = 1000;
// As youthforum/core/text.py has it: controls, lone halves of characters, marks that turn the reading order around.
const UNFIT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\p{Cs}\p{Noncharacter_Code_Point}]/gu;

/** The address as it may stand in a link, or null.
 * @param {string|null|undefined} address */
export function safeAddress(address) {
  const trimmed = (address ?? "").trim();
  return trimmed.length <= LONGEST_ADDRESS && ADDRESS.test(trimmed) && trimmed === fit(trimmed) ? trimmed : null;
}

/** The text without what the server can't store. @param {string} text */
export function fit(text) {
  return text.replace(UNFIT, "");
}

/** Where in a text something is that can't be stored. @param {string} text @returns {Array<[number, number]>} from, to */
export function unfit(text) {
  return [...text.matchAll(UNFIT)].map((found) => [found.index, found.index + found[0].length]);
}

/** Pasted HTML without the attributes that the schema drops and the page's policy forbids anyway: the browser would
 * complain of each. Google's documents wrap all that one copies in a <b> that is not bold.
 * @param {string} html */
export function withoutStyles(html) {
  return html
    .replace(/<b\s[^>]*font-weight:\s*normal[^>]*>/gi, "<span>")
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(?:style|on[a-z]+)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)/gi, ""));
}

/** @type {import("../../../vendor/editor.js").NodeSpec} */
const paragraph = { content: "inline*", group: "block", parseDOM: [{ tag: "p" }, { tag: "div" }], toDOM: () => ["p", 0] };

export const rich = new Schema({
  nodes: {
    doc: { content: "block+" },
    paragraph,
    heading: {
      content: "inline*",
      group: "block",
      defining: true,
      attrs: { level: { default: 2 } },
      // Our own first: on screen they stand one level lower, because the section's name is a heading already.
      parseDOM: [["[data-level='2']", 2], ["[data-level='3']", 3], ["h1, h2", 2], ["h3, h4, h5, h6", 3]].map(
        ([tag, level]) => ({ tag: String(tag), attrs: { level } })),
      toDOM: (node) => (Number(node.attrs["level"]) === 3 ? ["h4", { "data-level": "3" }, 0] : ["h3", { "data-level": "2" }, 0]),
    },
    bullet_list: { content: "list_item+", group: "block", parseDOM: [{ tag: "ul" }], toDOM: () => ["ul", 0] },
    ordered_list: { content: "list_item+", group: "block", parseDOM: [{ tag: "ol" }], toDOM: () => ["ol", 0] },
    list_item: { content: "paragraph (bullet_list | ordered_list)*", defining: true, parseDOM: [{ tag: "li" }], toDOM: () => ["li", 0] },
    text: { group: "inline" },
    hard_break: { inline: true, group: "inline", selectable: false, linebreakReplacement: true, parseDOM: [{ tag: "br" }], toDOM: () => ["br"] },
  },
  marks: {
    link: {
      attrs: { href: {} },
      inclusive: false,
      parseDOM: [{
        tag: "a[href]",
        getAttrs: (/** @type {HTMLElement} */ found) => {
          const href = safeAddress(found.getAttribute("href"));
          return href ? { href } : false;
        },
      }],
      toDOM: (mark) => ["a", { href: safeAddress(mark.attrs["href"]) ?? "", rel: "noopener noreferrer nofollow", target: "_blank" }, 0],
    },
    em: { parseDOM: [{ tag: "i" }, { tag: "em" }], toDOM: () => ["em", 0] },
    strong: { parseDOM: [{ tag: "b" }, { tag: "strong" }], toDOM: () => ["strong", 0] },
  },
});

// Two who begin a line in the same moment may leave two paragraphs; the next change here makes them one.
export const line = new Schema({
  nodes: { doc: { content: "paragraph+" }, paragraph: { ...paragraph, content: "text*", marks: "" }, text: {} },
});
