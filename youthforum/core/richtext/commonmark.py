"""Rich text as CommonMark, and back."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from itertools import takewhile

from markdown_it import MarkdownIt
from markdown_it.token import Token

from youthforum.core.errors import Invalid
from youthforum.core.richtext.reading import is_empty, normalise, tidy
from youthforum.core.richtext.tree import DEEPEST, Block, Kind, Marks, RichText, Run, blocks, document, fit_link

_SPECIAL = re.compile(r"[\\`*_\[\]<]|&(?=#?\w+;)")
_AMPERSAND = re.compile(r"&(?=#?\w+;)")
_LINE_START = re.compile(r"^(?:(?=[#>+=~-])|(\d{1,9})(?=[.)]))", re.MULTILINE)


# Writing ----------------------------------------------------------------------------------------------------------


def markdown(doc: RichText) -> str:
    """The document in CommonMark; `from_markdown` reads back its normal form."""
    out: list[str] = []
    indents: list[int] = []  # of the text of the open items, outermost first
    before = 0
    if is_empty(doc):
        return ""
    for block in blocks(normalise(doc)):
        if out:
            out.append("\n" if before and block.depth else "\n\n")
        del indents[max(block.depth - 1, 0) :]
        indent = indents[-1] if indents else 0
        marker = _marker(block)
        indents.append(indent + len(marker))
        text = _inline(block).replace("\n", "\\\n" + " " * (indents[-1] if block.depth else 0))
        out.append(" " * indent + marker + text)
        before = block.depth
    return "".join(out) + "\n"


def _marker(block: Block) -> str:
    if block.kind == "paragraph":
        return ""
    if block.depth:
        return f"{block.number}. " if block.kind == "ordered" else "- "
    return "#" * int(block.kind[-1]) + " "


def _inline(block: Block) -> str:
    """The runs of a block; "**" outside "_" outside links.

    CommonMark opens and closes emphasis by the characters on both sides of a delimiter. Where they would be misread,
    the one outside is written as a character reference: that ends in ";" and begins with "&", which always work.
    """
    out = ""
    opened: list[str] = []
    inner = False  # whether the last character of `out`, and the one before it, are letters of one run
    for run in (*block.runs, Run("")):
        wanted = [mark for mark, on in (("**", run.marks.strong), ("_", run.marks.em)) if on]
        kept = len([*takewhile(lambda pair: pair[0] == pair[1], zip(opened, wanted, strict=False))])
        closers, openers = opened[kept:][::-1], wanted[kept:]
        text = _written(run, heading=block.kind.startswith("heading"))
        if openers and not closers and not (openers == ["**"] and _letters(text[:2])):
            out = out[:-1] + _sheltered(out[-1:])
        if closers and not openers and not (closers == ["**"] and inner):
            text = _sheltered(text[:1]) + text[1:]
        if run.marks.href and not closers and not openers and out.endswith("!"):
            out = out[:-1] + r"\!"  # or it would be an image
        out += "".join(closers) + "".join(openers) + text
        inner = _letters(text[-2:])
        opened = wanted
    return _LINE_START.sub(r"\1\\", out)


def _written(run: Run, *, heading: bool) -> str:
    text = _SPECIAL.sub(r"\\\g<0>", run.text)
    if heading:
        text = text.replace("#", r"\#")
    if not run.marks.href:
        return text
    href = _AMPERSAND.sub(r"\\&", run.marks.href)
    return f"[{text}](<{href}>)" if re.search(r"[()]", href) else f"[{text}]({href})"


def _letters(text: str) -> bool:
    return len(text) == 2 and text.isalnum()


def _sheltered(character: str) -> str:
    if not character or character.isspace() or character in string.punctuation:
        return character
    return f"&#{ord(character)};"


# Reading ----------------------------------------------------------------------------------------------------------


def from_markdown(text: str) -> RichText:
    """The document that a CommonMark text describes, in normal form.

    What we don't have comes out as its words: code, quotes, HTML, images (their alternative text). The characters are
    not looked at (a reference such as &#x202e; may bring any); that is for `check`.
    """
    found = (tidy(block) for block in _blocks(_parser().parse(text)))
    return document(block for block in found if block.runs)


class _Parser(MarkdownIt):
    """Addresses stay as they are written, and only those that a link may have make one."""

    def validateLink(self, url: str) -> bool:
        try:
            fit_link(url)
        except Invalid:
            return False
        return True

    def normalizeLink(self, url: str) -> str:
        return url

    def normalizeLinkText(self, link: str) -> str:
        return link


def _parser() -> MarkdownIt:
    return _Parser("commonmark", {"html": False})


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    lists: list[Kind] = []
    heading: Kind | None = None
    item: list[Run] | None = None  # the text of the open item, until something else begins
    for token in tokens:
        if item is not None and token.type in _ENDS_ITEM_TEXT:
            yield Block(lists[-1], tuple(item), min(len(lists), DEEPEST))
            item = None
        match token.type:
            case "bullet_list_open":
                lists.append("bullet")
            case "ordered_list_open":
                lists.append("ordered")
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "heading_open":
                heading = "heading2" if token.tag in ("h1", "h2") else "heading3"
            case "heading_close":
                heading = None
            case "inline" | "fence" | "code_block":
                runs = list(_runs(token))
                if not lists:
                    yield Block(heading or "paragraph", tuple(runs))
                else:
                    # An item has one paragraph; what else it says goes on in a new line.
                    item = runs if item is None else [*item, Run("\n"), *runs]


_ENDS_ITEM_TEXT = {
    "bullet_list_open",
    "ordered_list_open",
    "bullet_list_close",
    "ordered_list_close",
    "list_item_open",
    "list_item_close",
}


def _runs(token: Token) -> Iterator[Run]:
    if token.children is None:
        yield Run(token.content.strip("\n"))
        return
    strong = em = 0  # how many are open: Markdown can put bold into bold
    href = ""
    for child in token.children:
        marks = Marks(strong > 0, em > 0, href)
        match child.type:
            case "strong_open" | "strong_close":
                strong += child.nesting
            case "em_open" | "em_close":
                em += child.nesting
            case "link_open":
                href = str(child.attrs["href"])
            case "link_close":
                href = ""
            case "hardbreak":
                yield Run("\n")
            case "softbreak":
                yield Run(" ", marks)
            case _:
                yield Run(child.content, marks)
