"""The shared document of a proposal: what may stand in it, reading it, and changing it as little as possible.

Browsers write it with yjs and y-prosemirror, the server reads it with pycrdt. For every written part and every
language of the forum there is a fragment `<part>:<language>`, laid out as y-prosemirror does it; all typed parts are
plain JSON values in one map, `fields`. Nothing else may be in it. Pure: no database, no sockets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pycrdt
from flask_babel import lazy_gettext as _l
from pycrdt import Doc, Map, XmlElement, XmlFragment, XmlText

from youthforum.core.errors import Conflict, DomainError, Invalid
from youthforum.core.richtext import EMPTY, RichText, check, is_empty, normalise
from youthforum.core.text import clean
from youthforum.proposals.alignment import hunks
from youthforum.proposals.content import Content
from youthforum.proposals.template import Part, Template

FIELDS = "fields"
# A whole document, as bytes: fifty pages with their history are a tenth of it.
FULL = 4 * 1024 * 1024
# What several people write at once may be longer than one of them could; submitting asks for the part's own limit.
ROOM = 2
MOST_BUDGET_LINES = 60
MOST_CENTS = 10**11


def malformed() -> Invalid:
    return Invalid(_l("This change could not be read. Nothing of the draft was changed."), field="update")


def misplaced() -> Invalid:
    return Invalid(_l("This change does not belong into this draft. Nothing of it was changed."), field="update")


@contextmanager
def _foreign(refusal: Callable[[], Invalid]) -> Iterator[None]:
    """Bytes from outside are looked at here: whatever goes wrong is their fault. The library may even panic, which is
    no Exception."""
    try:
        yield
    except (DomainError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise refusal() from error


@dataclass(frozen=True)
class Frame:
    """What a draft may consist of: its parts, the forum's languages and the ids of its delegations; read when the
    forum stood at `forum_revision`."""

    template: Template
    languages: tuple[str, ...]
    delegations: frozenset[int]
    forum_revision: int = field(default=0, compare=False)

    @property
    def roots(self) -> dict[str, Part]:
        """`{"need:de": Part}`"""
        return {f"{part.id}:{code}": part for part in self.template.written for code in self.languages}


class SharedDocument:
    """A document in this process's memory. Use it under the lock of its row alone; see queries.drafts."""

    def __init__(self, frame: Frame, updates: Iterable[bytes], revision: int) -> None:
        self.frame, self.revision = frame, revision
        self.confirmed = True  # what is in memory has been committed
        self._roots = frame.roots
        self._doc: Doc = Doc(allow_multithreading=True)
        self._touched: set[str] = set()
        self._changed = False
        self._listeners: list[Any] = [self._doc.observe(self._hear)]
        self._fragments = {name: self._doc.get(name, type=XmlFragment) for name in self._roots}
        self._fields: Map = self._doc.get(FIELDS, type=Map)
        for name, root in {**self._fragments, FIELDS: self._fields}.items():
            self._listeners.append(root.observe_deep(self._listener(name)))
        self.written: set[tuple[str, int]] = set()
        """`(root, member id)`: of whom it is stored already that they wrote there."""
        for update in updates:
            self._doc.apply_update(update)
        # A language that the forum has given up may still be in it.
        self._known = {*self._doc.keys(), *self._roots, FIELDS}

    def _hear(self, _event: Any) -> None:
        self._changed = True

    def _listener(self, name: str) -> Any:
        def hear(_events: Any) -> None:
            self._touched.add(name)

        return hear

    # Changes from a browser --------------------------------------------------------------------------------------

    def take(self, update: bytes) -> set[str] | None:
        """Take in what a browser wrote: the names of the roots that changed; None where it is known already.

        Raises Invalid for what can't be read or doesn't belong here, Conflict (`draft_gap`) for what builds on
        changes that are not here. After an error the document is spoilt: let it go.
        """
        self._changed = False
        self._touched.clear()
        with _foreign(malformed):
            self._doc.apply_update(update)
            waiting = pycrdt.get_update(update, self._doc.get_state())[:1] != b"\0"
        if waiting:
            raise Conflict(_l("Changes before this one are missing here. They are being brought in."), code="draft_gap")
        if not self._changed:
            return None
        with _foreign(misplaced):
            return self._checked()

    def _checked(self) -> set[str]:
        if set(self._doc.keys()) - self._known:
            raise misplaced()
        for name in self._touched:
            if name == FIELDS:
                check_fields(self._values(), self.frame)
            else:
                part = self._roots[name]
                check(self._read(name), limit=ROOM * part.longest, line=part.kind == "line")
        return set(self._touched)

    def bring(self, updates: Iterable[bytes], revision: int) -> None:
        """Take in what another process has stored."""
        for update in updates:
            self._doc.apply_update(update)
        self.revision = revision

    # Changes of our own ------------------------------------------------------------------------------------------

    def write(self, texts: dict[str, RichText], fields: dict[str, Any] | None = None) -> bytes:
        """Make these roots say this, changing as little as possible; with `fields`, make the typed values exactly
        these. The update to store and to send; b"" where everything says so already. Raises Invalid for what would
        not be taken from a browser either."""
        before = self._doc.get_state()
        self._changed = False
        with self._doc.transaction():
            for name, wanted in texts.items():
                part = self._roots[name]
                check(wanted, limit=ROOM * part.longest, line=part.kind == "line")
                _rewrite(self._fragments[name], wanted)
            if fields is not None:
                check_fields(fields, self.frame)
                self._put(fields)
        return self._doc.get_update(before) if self._changed else b""

    def _put(self, fields: dict[str, Any]) -> None:
        present = self._values()
        for key in present.keys() - fields.keys():
            del self._fields[key]
        for key, value in fields.items():
            if key not in present or present[key] != value:
                self._fields[key] = value

    # Reading -----------------------------------------------------------------------------------------------------

    def content(self, language: str) -> Content:
        """Everything that it says; `language` is that of the original."""
        texts: dict[str, dict[str, RichText]] = {}
        for name in self._roots:
            words = normalise(self._read(name))
            if not is_empty(words):
                part, _, code = name.partition(":")
                texts.setdefault(part, {})[code] = words
        return Content(language, texts, self._values())

    def text(self, part: str, language: str) -> RichText:
        return normalise(self._read(f"{part}:{language}"))

    def as_typed(self, part: str, language: str) -> RichText:
        """The same with the empty paragraphs that somebody may be about to fill."""
        return self._read(f"{part}:{language}")

    def _read(self, name: str) -> RichText:
        found = read_fragment(self._fragments[name])
        return _on_one_line(found) if self._roots[name].kind == "line" else found

    def _values(self) -> dict[str, Any]:
        fields: Any = self._fields
        return {key: _plain_number(fields[key]) for key in fields}

    @property
    def state(self) -> bytes:
        """The whole document, as bytes."""
        return self._doc.get_update()

    @property
    def vector(self) -> bytes:
        """What it has of every editor, as bytes (yjs's state vector)."""
        return self._doc.get_state()

    def lacking(self, vector: bytes) -> bytes:
        """What an editor with this state vector lacks. Raises Invalid for what is no state vector."""
        with _foreign(malformed):
            return self._doc.get_update(vector or None)


def blank(frame: Frame) -> bytes:
    """A new document. Every fragment has its first paragraph with a text in it: the first letters of two people who
    begin at once stand in the same one."""
    document = SharedDocument(frame, [], 0)
    with document._doc.transaction():
        for fragment in document._fragments.values():
            fragment.children.append(XmlElement("paragraph", None, [XmlText()]))
    return document.state


# Typed values ------------------------------------------------------------------------------------------------------


def check_fields(values: dict[str, Any], frame: Frame) -> None:
    """Raises Invalid, naming the part, where a typed value is not what its part holds."""
    typed = {part.id: part for part in frame.template.typed}
    lines: dict[str, int] = {}
    for key, value in values.items():
        name, slash, line = key.partition("/")
        part = typed.get(name)
        if part is None or bool(slash) != (part.kind == "budget"):
            raise misplaced()
        if part.kind == "budget":
            lines[name] = lines.get(name, 0) + 1
            if lines[name] > MOST_BUDGET_LINES or not 0 < len(line) <= 36:
                raise Invalid(_l("A budget has at most %(most)s lines.", most=MOST_BUDGET_LINES), field=name)
        if not _fits(part, value, frame):
            raise Invalid(_l("This is not of the expected kind."), field=name)


def _fits(part: Part, value: Any, frame: Frame) -> bool:
    if value is None:
        return part.kind != "budget"
    if part.kind == "number":
        return _is_number(value) and (part.least or 0) <= value <= (10**9 if part.most is None else part.most)
    if part.kind == "date":
        return isinstance(value, str) and _is_date(value)
    if part.kind in ("languages", "delegations"):
        known, kind = (frame.languages, str) if part.kind == "languages" else (frame.delegations, int)
        # By their kind first: what a browser sends may be anything, and True would be the first delegation.
        fit = isinstance(value, list) and all(type(one) is kind and one in known for one in value)
        return fit and len(value) == len(set(value))
    return (
        isinstance(value, dict)
        and value.keys() == {"label", "amount", "position"}
        and isinstance(value["label"], str)
        and len(value["label"]) <= 200
        and clean(value["label"]) is not None
        and _is_number(value["amount"])
        and 0 <= value["amount"] <= MOST_CENTS
        and isinstance(value["position"], int | float)
        and abs(value["position"]) < 10**9
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_date(value: str) -> bool:
    try:
        found = date.fromisoformat(value)
        return found.isoformat() == value and 1900 <= found.year < 2200  # not in one of the other ways to write a day
    except ValueError:
        return False


def _plain_number(value: Any) -> Any:
    """yjs knows one kind of number; whole ones are ours. Shared types inside of values become None, which fits
    nowhere but where nothing is."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, dict):
        return {key: _plain_number(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain_number(one) for one in value]
    return value if isinstance(value, str | int | bool) or value is None else {"": ""}


# Fragments → rich text ---------------------------------------------------------------------------------------------


def read_fragment(fragment: XmlFragment) -> RichText:
    """What an editor shows. Raises ValueError or TypeError for what none of ours would write."""
    blocks = _whole(_children(fragment))
    if any(block["type"] in ("text", "hard_break") for block in blocks):
        raise ValueError("words outside of a paragraph")
    return {"type": "doc", "content": blocks} if blocks else EMPTY


def _whole(nodes: list[RichText]) -> list[RichText]:
    """Without what is left where two people each took out a part of a list: lists and items with nothing in them.
    Editors take these out as well, but an update that leads there is no less good."""
    found = []
    for node in nodes:
        whole = node | {"content": _whole(node["content"])} if "content" in node else node
        if whole["type"] in ("bullet_list", "ordered_list", "list_item") and not whole.get("content"):
            continue
        if whole["type"] == "list_item" and whole["content"][0]["type"] != "paragraph":
            whole = whole | {"content": [{"type": "paragraph"}, *whole["content"]]}
        found.append(whole)
    return found


def _children(node: XmlFragment | XmlElement, depth: int = 0) -> list[RichText]:
    if depth > 12:
        raise ValueError("too deep")
    found: list[RichText] = []
    children = list(node.children)
    if len(children) != len(node.children):
        raise ValueError("not XML")
    for child in children:
        if isinstance(child, XmlText):
            found += [_run(*run) for run in child.diff()]
        elif isinstance(child, XmlElement):
            found.append(_element(child, depth))
        else:
            raise TypeError("neither element nor text")
    return found


def _element(element: XmlElement, depth: int) -> RichText:
    made: dict[str, Any] = {"type": element.tag}
    given: Any = element.attributes
    attributes = {key: _plain_number(value) for key, value in given}
    if attributes:
        made["attrs"] = attributes
    content = _children(element, depth + 1)
    if content:
        made["content"] = content
    return made


def _run(words: Any, marks: dict[str, Any] | None) -> RichText:
    if not isinstance(words, str):
        raise TypeError("not text")
    made: dict[str, Any] = {"type": "text", "text": words}
    named = [(name, (marks or {}).get(name)) for name in ("strong", "em", "link")]
    if set(marks or {}) - {name for name, _ in named}:
        raise ValueError("unknown mark")
    found = [{"type": name, **({"attrs": value} if value else {})} for name, value in named if value is not None]
    return made | {"marks": found} if found else made


def _on_one_line(text: RichText) -> RichText:
    """Two who began at once may have left two paragraphs in a line."""
    blocks = [block for block in text.get("content", []) if block.get("content")]
    if len(blocks) < 2:
        return {"type": "doc", "content": blocks} if blocks else EMPTY
    runs = [run for block in blocks for run in ({"type": "text", "text": " "}, *block["content"])]
    return {"type": "doc", "content": [{"type": "paragraph", "content": runs[1:]}]}


# Rich text → fragments ---------------------------------------------------------------------------------------------


def _rewrite(fragment: XmlFragment, wanted: RichText) -> None:
    """Make a fragment say `wanted`. Blocks and words that stay are not touched, so that whoever writes in them at
    this moment goes on writing in them."""
    old, new = _children(fragment), wanted.get("content") or [{"type": "paragraph"}]
    for i1, i2, j1, j2 in reversed(hunks([_key(block) for block in old], [_key(block) for block in new])):
        same = min(i2 - i1, j2 - j1)
        for number in reversed(range(i1 + same, i2)):
            del fragment.children[number]
        for number in range(j1 + same, j2):
            _grow(fragment, i1 + number - j1, new[number])
        for number in reversed(range(same)):
            at = i1 + number
            if not _rewrite_block(fragment.children[at], old[at], new[j1 + number]):
                del fragment.children[at]
                _grow(fragment, at, new[j1 + number])


def _rewrite_block(element: Any, old: RichText, new: RichText) -> bool:
    """Change the words of a paragraph or heading in place; False where it takes a new block."""
    others = [child for child in old.get("content", []) + new.get("content", []) if child["type"] != "text"]
    same_kind = (old["type"], old.get("attrs")) == (new["type"], new.get("attrs"))
    children = list(element.children)
    if others or not same_kind or len(children) > 1:
        return False
    if not children:
        element.children.append(XmlText())
    text: Any = element.children[0]
    before, after = _words(old), _words(new)
    offsets = [0]
    for word, _ in before:
        offsets.append(offsets[-1] + len(word.encode()))
    for i1, i2, j1, j2 in reversed(hunks(before, after)):
        if i2 > i1:
            del text[offsets[i1] : offsets[i2]]
        at = offsets[i1]
        for word, marks in after[j1:j2]:
            text.insert(at, word, json.loads(marks))
            at += len(word.encode())
    return True


def _words(block: RichText) -> list[tuple[str, str]]:
    """`[(word or white space, its marks as JSON)]`"""
    return [
        (word, json.dumps(_marks(run)))
        for run in block.get("content", [])
        for word in re.findall(r"\s+|\S+", run["text"])
    ]


def _marks(run: RichText) -> dict[str, Any]:
    """All three, so that words put between others don't take on their marks."""
    given = {mark["type"]: mark.get("attrs") or {} for mark in run.get("marks", [])}
    return {name: given.get(name) for name in ("strong", "em", "link")}


def _key(block: RichText) -> str:
    return json.dumps(block, sort_keys=True)


def _grow(parent: Any, at: int, block: RichText) -> None:
    """Put a block with all that is in it before the child `at`."""
    parent.children.insert(at, XmlElement(block["type"], dict(block.get("attrs", {}))))
    element: Any = parent.children[at]
    text: Any = None
    for child in block.get("content", []):
        if child["type"] != "text":
            _grow(element, len(element.children), child)
            text = None
            continue
        if text is None:  # runs that follow one another are one text, as y-prosemirror keeps them
            element.children.append(XmlText())
            text = element.children[len(element.children) - 1]
        text.insert(len(text), child["text"], _marks(child))
