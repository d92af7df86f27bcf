"""How notices read: each domain registers the sentences of what it tells people."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from youthforum.core.errors import NotFound, Words
from youthforum.forums.models import Member
from youthforum.notices.models import Notice

# What a notice says to this member now, and the address of what it is about; None: they may no longer see it.
Sentence = Callable[[dict[str, Any], Member], tuple[Words, str | None] | None]

SENTENCES: dict[str, Sentence] = {}


def notice_sentence(*types: str) -> Callable[[Sentence], Sentence]:
    """Register how notices of these types read: `function(data, member) -> (words, address or None) or None`.

    `data` holds the ids that were given to `notify`. A NotFound that it raises counts as None.
    """

    def add(function: Sentence) -> Sentence:
        SENTENCES.update(dict.fromkeys(types, function))
        return function

    return add


@dataclass(frozen=True)
class Line:
    """One notice as its member reads it."""

    id: int
    type: str
    data: dict[str, Any]
    words: str
    url: str | None
    at: datetime
    read: bool


def lines(member: Member, notices: Iterable[Notice]) -> list[Line]:
    """These notices in words, in their order."""
    return [_line(member, notice) for notice in notices]


def _line(member: Member, notice: Notice) -> Line:
    try:
        told = SENTENCES[notice.type](notice.data, member) if notice.type in SENTENCES else None
    except NotFound:
        told = None
    # It stays in the list all the same: the number in the header counts it.
    words, url = told or (_("What this was about is no longer here."), None)
    read = notice.read_at is not None
    return Line(notice.id, notice.type, notice.data, str(words), url, notice.at, read)
