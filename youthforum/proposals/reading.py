"""A version as somebody reads it: each part in their language, and what they should know of its translation. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from youthforum.core.richtext import RichText, is_empty
from youthforum.proposals.content import Content
from youthforum.proposals.diff import DiffBlock, compare
from youthforum.proposals.template import Part, Template


@dataclass(frozen=True)
class Section:
    """One part. `words` in `language` for written parts, `value` (as Content.value) for the others.

    `state`: "original"; "current" or "out_of_date" for a translation; "missing" where there is none and the original
    stands instead. `writers` are member ids of those who translated it.
    """

    part: Part
    language: str
    words: RichText
    value: Any
    state: str = "original"
    machine: bool = False
    checked: bool = False
    writers: tuple[int, ...] = ()

    @property
    def empty(self) -> bool:
        return is_empty(self.words) if self.part.written else self.value in (None, [])


def sections(template: Template, content: Content, wanted: str) -> list[Section]:
    """All parts in their order, empty ones too."""
    return [_section(part, content, wanted) for part in template.parts]


def _section(part: Part, content: Content, wanted: str) -> Section:
    if not part.written:
        return Section(part, content.language, {}, content.value(part))
    language, words = content.pick(part.id, wanted)
    if language == content.language:
        state = "original" if language == wanted or is_empty(words) else "missing"
        return Section(part, language, words, None, state)
    known = content.translations.get(part.id, {}).get(language, {})
    return Section(
        part,
        language,
        words,
        None,
        known.get("state", "current"),
        bool(known.get("machine")),
        bool(known.get("checked")),
        tuple(known.get("writers", ())),
    )


def writers_in(found: list[Section]) -> set[int]:
    return {one for section in found for one in section.writers}


@dataclass(frozen=True)
class Progress:
    """How many of the required parts there are, and which are missing."""

    done: int
    all: int
    missing: list[Part]


def progress(template: Template, content: Content) -> Progress:
    required = sum(part.required for part in template.parts)
    missing = content.missing(template)
    return Progress(required - len(missing), required, missing)


@dataclass(frozen=True)
class Difference:
    """What became of one part between two versions: `blocks` of a written one in `language`; else `before` and
    `after` hold its values."""

    part: Part
    language: str
    blocks: list[DiffBlock]
    before: Any
    after: Any

    @property
    def changed(self) -> bool:
        return any(block.state != "same" for block in self.blocks) or self.before != self.after


def differences(template: Template, older: Content, newer: Content, wanted: str) -> list[Difference]:
    """Part by part: in the wanted language where both have it, else in the original's."""
    return [_difference(part, older, newer, wanted) for part in template.parts]


def _difference(part: Part, older: Content, newer: Content, wanted: str) -> Difference:
    if not part.written:
        return Difference(part, newer.language, [], older.value(part), newer.value(part))
    both = all(not is_empty(content.text(part.id, wanted)) for content in (older, newer))
    language = wanted if both else newer.language
    return Difference(part, language, compare(older.text(part.id, language), newer.text(part.id, language)), None, None)
