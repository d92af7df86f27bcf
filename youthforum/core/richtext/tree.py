"""The document as JSON, and the same as a flat list of blocks, which is what everything else works on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final, Literal, NamedTuple

from flask_babel import lazy_gettext as _l

from youthforum.core.errors import Invalid
from youthforum.core.text import refuse_unfit

RichText = dict[str, Any]
Kind = Literal["paragraph", "heading2", "heading3", "bullet", "ordered"]

# One empty paragraph, as an editor has it. Never changed: whoever wants to write takes a copy.
EMPTY: Final[RichText] = {"type": "doc", "content": [{"type": "paragraph"}]}

DEEPEST = 3
LONGEST_LINK = 2000
# Far above any text that fits; keeps a hostile one from costing time.
_MOST_SIBLINGS = 20_000

_LISTS: Final[dict[str, Kind]] = {"bullet_list": "bullet", "ordered_list": "ordered"}
_HEADINGS: Final[dict[int, Kind]] = {2: "heading2", 3: "heading3"}
# No "@" before the path: https://city.example@elsewhere.example leads elsewhere.
_LINK = re.compile(
    r"https?://[^\s<>\"\\/?#@]+(?:[/?#][^\s<>\"\\]*)?|mailto:[^\s<>\"\\@]+@[^\s<>\"\\@]+",
    re.IGNORECASE,
)
_STRANGE = _l("This text has a part that can’t be kept. Paragraphs, headings, lists, bold, italic and links can.")
_TOO_DEEP = _l("Lists can stand inside each other three levels deep at most.")
_BAD_LINK = _l("A link begins with https://, http:// or mailto: and has no spaces.")


class Marks(NamedTuple):
    strong: bool = False
    em: bool = False
    href: str = ""


class Run(NamedTuple):
    """Words that look the same; "\\n" in `text` is a line break within the block, and stands in plain runs only."""

    text: str
    marks: Marks = Marks()


class Block(NamedTuple):
    """A paragraph, heading or list item.

    Items have a `depth` of 1 to 3 and a `number` in their list, from 1. A `fresh` one begins a new list although one of
    the same kind ends right before it.
    """

    kind: Kind
    runs: tuple[Run, ...] = ()
    depth: int = 0
    fresh: bool = False
    number: int = 0

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


def fit_link(href: object) -> str:
    """The address that a link may have; raises Invalid on anything but http(s) and mailto."""
    if not isinstance(href, str) or len(href) > LONGEST_LINK or not _LINK.fullmatch(href):
        raise Invalid(_BAD_LINK)
    refuse_unfit(href)
    return href


def joined(runs: Iterable[Run]) -> tuple[Run, ...]:
    """The runs with neighbours of the same look made one, and empty ones left out."""
    found = ((marks, "".join(run.text for run in group)) for marks, group in groupby(runs, key=lambda run: run.marks))
    return tuple(Run(text, marks) for marks, text in found if text)


# JSON to blocks ---------------------------------------------------------------------------------------------------


def blocks(doc: object) -> list[Block]:
    """The blocks of a document, in reading order. Raises Invalid on every shape that is not ours."""
    if _type(doc, {"type", "content"}) != "doc":
        raise Invalid(_STRANGE)
    found: list[Block] = []
    before = ""
    for node in _content(doc):
        kind = _type(node, {"type", "attrs", "content"})
        if kind in _LISTS:
            found += _items(node, 1, fresh=kind == before)
        elif kind == "heading":
            found.append(Block(_heading(node), _runs(node)))
        elif kind == "paragraph" and "attrs" not in node:
            found.append(Block("paragraph", _runs(node)))
        else:
            raise Invalid(_STRANGE)
        before = kind
    return found


def _type(node: object, allowed: set[str]) -> str:
    if not isinstance(node, dict) or not node.keys() <= allowed or not isinstance(node.get("type"), str):
        raise Invalid(_STRANGE)
    return str(node["type"])


def _content(node: Any) -> list[Any]:
    content = node.get("content", [])
    if not isinstance(content, list) or len(content) > _MOST_SIBLINGS:
        raise Invalid(_STRANGE)
    return content


def _heading(node: Any) -> Kind:
    attrs = node.get("attrs")
    level = attrs.get("level") if isinstance(attrs, dict) and attrs.keys() == {"level"} else None
    if type(level) is not int or level not in _HEADINGS:
        raise Invalid(_STRANGE)
    return _HEADINGS[level]


def _items(node: Any, depth: int, *, fresh: bool) -> Iterator[Block]:
    if depth > DEEPEST:
        raise Invalid(_TOO_DEEP)
    kind = _LISTS[_type(node, {"type", "content"})]
    items = _content(node)
    if not items:
        raise Invalid(_STRANGE)
    for number, item in enumerate(items, 1):
        if _type(item, {"type", "content"}) != "list_item":
            raise Invalid(_STRANGE)
        inside = _content(item)
        if not inside or _type(inside[0], {"type", "content"}) != "paragraph":
            raise Invalid(_STRANGE)
        yield Block(kind, _runs(inside[0]), depth, fresh and number == 1, number)
        before = ""
        for inner in inside[1:]:
            deeper = _type(inner, {"type", "content"})
            if deeper not in _LISTS:
                raise Invalid(_STRANGE)
            yield from _items(inner, depth + 1, fresh=deeper == before)
            before = deeper


def _runs(node: Any) -> tuple[Run, ...]:
    return joined(map(_run, _content(node)))


def _run(node: object) -> Run:
    if not isinstance(node, dict):
        raise Invalid(_STRANGE)
    marks = _marks(node.get("marks", []))
    if _type(node, {"type", "text", "marks"}) == "hard_break" and "text" not in node:
        return Run("\n")  # an editor gives a break the marks around it; nobody sees them
    text = node.get("text")
    if node["type"] != "text" or not isinstance(text, str):
        raise Invalid(_STRANGE)
    return Run(text.replace("\n", " "), marks)


def _marks(marks: object) -> Marks:
    if not isinstance(marks, list):
        raise Invalid(_STRANGE)
    found = Marks()
    for mark in marks:
        kind = _type(mark, {"type", "attrs"})
        if kind == "link":
            attrs = mark.get("attrs")
            if found.href or not isinstance(attrs, dict) or attrs.keys() != {"href"}:
                raise Invalid(_STRANGE)
            found = found._replace(href=fit_link(attrs["href"]))
        elif kind == "strong" and "attrs" not in mark:
            found = found._replace(strong=True)
        elif kind == "em" and "attrs" not in mark:
            found = found._replace(em=True)
        else:
            raise Invalid(_STRANGE)
    return found


# Blocks to JSON ---------------------------------------------------------------------------------------------------


def document(found: Iterable[Block]) -> RichText:
    """The document that has these blocks; an item that is deeper than its neighbours allow comes up to them."""
    content: list[RichText] = []
    lists: list[RichText] = []
    for block in found:
        depth = min(block.depth, len(lists) + 1)
        del lists[depth:]
        if not depth:
            content.append(_block(block))
            continue
        kind = "bullet_list" if block.kind == "bullet" else "ordered_list"
        if len(lists) == depth and (lists[-1]["type"] != kind or block.fresh):
            lists.pop()
        if len(lists) < depth:
            around = lists[-1]["content"][-1]["content"] if lists else content
            around.append({"type": kind, "content": []})
            lists.append(around[-1])
        lists[-1]["content"].append({"type": "list_item", "content": [_node("paragraph", block.runs)]})
    return {"type": "doc", "content": content or [{"type": "paragraph"}]}


def _block(block: Block) -> RichText:
    if block.kind == "paragraph":
        return _node("paragraph", block.runs)
    node = _node("heading", block.runs)
    return {"type": "heading", "attrs": {"level": int(block.kind[-1])}} | node


def _node(kind: str, runs: Iterable[Run]) -> RichText:
    inline = [part for run in joined(runs) for part in _inline(run)]
    return {"type": kind, "content": inline} if inline else {"type": kind}


def _inline(run: Run) -> Iterator[RichText]:
    marks: list[RichText] = [{"type": kind} for kind in ("strong", "em") if getattr(run.marks, kind)]
    if run.marks.href:
        marks.append({"type": "link", "attrs": {"href": run.marks.href}})
    for number, text in enumerate(run.text.split("\n")):
        if number:
            yield {"type": "hard_break"}
        if text:
            yield {"type": "text", "text": text} | ({"marks": marks} if marks else {})
