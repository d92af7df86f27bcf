"""What can be discussed. Each kind says here what a thread needs to know of it; domains above plug theirs in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from youthforum.core.errors import NotFound, Refusal
from youthforum.core.text import Text
from youthforum.forums.models import Member
from youthforum.people.models import Person


def _nothing(_thing: Any) -> Mapping[str, Text]:
    return {}


def _always(_thing: Any) -> bool:
    return True


def _nobody_else(_member: Member | None, _thing: Any) -> bool:
    return False


@dataclass(frozen=True)
class Subject:
    """A kind of thing with a thread under it, `idea` or `proposal` (the columns of `thread`).

    - `shown_to(person, id)` → the thing and who they are in its forum. Raises NotFound.
    - `by_id(id)` → the thing, for nobody in particular; None where it is gone.
    - `why_not_comment(member, thing)`: writing, and changing what one wrote.
    - `discussed(thing, thread id)` records, within the transaction, a fact on the thing's own channel whose `data` has
      the `thread`: who looks at the thing learns that there is a thread now, and how many comments it has.
    - `ground(thing)` → the row under whose lock the thing changes (an idea's board); the thing itself by default.
    - `url(thing)` → the path of its page, `title(thing)` → how a notice calls it.
    - `parts(thing)` → its sections that can be commented on, `{id: what readers call it}`.
    - `may_resolve(member, thing)`: who, beside moderators and a comment's author, says that a comment is dealt with.
    - `shows_names(thing)`: whether comments bear the names of those who wrote them.
    - `still_open(thing)`: whether those who were let in may still read it; else only moderators are told more.
    """

    kind: str
    shown_to: Callable[[Person, int], tuple[Any, Member]]
    by_id: Callable[[int], Any | None]
    why_not_comment: Callable[[Member | None, Any], Refusal | None]
    discussed: Callable[[Any, int], None]
    url: Callable[[Any], str]
    title: Callable[[Any], Text]
    ground: Callable[[Any], Any] = lambda thing: thing
    parts: Callable[[Any], Mapping[str, Text]] = _nothing
    may_resolve: Callable[[Member | None, Any], bool] = _nobody_else
    shows_names: Callable[[Any], bool] = _always
    still_open: Callable[[Any], bool] = _always


_SUBJECTS: dict[str, Subject] = {}


def subject(kind: str, **hooks: Any) -> Subject:
    """Register a kind of thing that can be discussed; see Subject for the hooks."""
    _SUBJECTS[kind] = Subject(kind, **hooks)
    return _SUBJECTS[kind]


def subject_of(kind: str) -> Subject:
    """Raises NotFound for a kind that nobody has registered."""
    if kind not in _SUBJECTS:
        raise NotFound(field=kind)
    return _SUBJECTS[kind]
