"""What can be translated. Each kind says here what a translation needs to know of it; domains above plug theirs in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from youthforum.core.errors import NotFound, Refusal
from youthforum.forums.models import Forum, Member
from youthforum.people.models import Person


def _names(_thing: Any) -> bool:
    return True


@dataclass(frozen=True)
class Subject:
    """A kind of short text, `idea` or `comment` (the columns of `translation`).

    - `shown_to(person, id)` → the thing and who they are in its forum. Raises NotFound.
    - `why_not(thing)`: its state forbids translating it (withdrawn, hidden).
    - `ground(thing)` → the row under whose lock the thing changes (an idea's board).
    - `forum(thing)` → its forum, `url(thing)` → the path where it is read.
    - `fact(thing, language)` records, within the transaction, that its translation into this language changed.
    - `waiting(forum id)` → a select of `id`, `language`, `version`, `created_at` of all that could be translated.
    - `shows_names(thing)`: whether a translation bears the name of who wrote it.
    - `longest`: characters that a translation may have.
    - `language`, `text`, `version` of a thing: its attributes of these names by default.
    """

    kind: str
    shown_to: Callable[[Person, int], tuple[Any, Member]]
    why_not: Callable[[Any], Refusal | None]
    ground: Callable[[Any], Any]
    forum: Callable[[Any], Forum]
    url: Callable[[Any], str]
    fact: Callable[[Any, str], None]
    waiting: Callable[[int], sa.Select[int, str, int, datetime]]
    longest: int
    shows_names: Callable[[Any], bool] = _names
    language: Callable[[Any], str] = attrgetter("language")
    text: Callable[[Any], str] = attrgetter("text")
    version: Callable[[Any], int] = attrgetter("version")


SUBJECTS: dict[str, Subject] = {}


def subject(kind: str, **hooks: Any) -> Subject:
    """Register a kind of thing that can be translated; see Subject for the hooks."""
    SUBJECTS[kind] = Subject(kind, **hooks)
    return SUBJECTS[kind]


def subject_of(kind: str) -> Subject:
    """Raises NotFound for a kind that nobody has registered."""
    if kind not in SUBJECTS:
        raise NotFound(field=kind)
    return SUBJECTS[kind]
