"""What can be reported. Each kind of content says here how it is found, quoted and taken out of sight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from youthforum.core.errors import NotFound
from youthforum.forums.models import Member
from youthforum.people.models import Person


@dataclass(frozen=True)
class Reportable:
    """A kind of content, `idea`, `comment`, `proposal` or `amendment`.

    - `shown_to(person, id)` → the thing and who they are in its forum. Raises NotFound for what they can't see.
    - `by_id(id)` → the thing in whatever state; None where it is gone.
    - `excerpt(thing)` → `(language, words)`, `url(thing)` → the path where it stands.
    - `state(thing)` → `shown`, `hidden`, `withdrawn` or another word of its own.
    - `hide`: the intake that takes it out of sight with a `reason`, its id under the kind's name; None: there is none.
    """

    kind: str
    shown_to: Callable[[Person, int], tuple[Any, Member]]
    by_id: Callable[[int], Any | None]
    excerpt: Callable[[Any], tuple[str, str]]
    url: Callable[[Any], str]
    state: Callable[[Any], str]
    hide: str | None = None


_REPORTABLES: dict[str, Reportable] = {}


def reportable(kind: str, **hooks: Any) -> Reportable:
    """Register a kind of content that can be reported; see Reportable for the hooks."""
    _REPORTABLES[kind] = Reportable(kind, **hooks)
    return _REPORTABLES[kind]


def reportable_of(kind: str) -> Reportable:
    """Raises NotFound for a kind that nobody has registered."""
    if kind not in _REPORTABLES:
        raise NotFound(field="kind")
    return _REPORTABLES[kind]
