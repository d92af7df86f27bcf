"""Telling members something, and their reading it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from youthforum.core.clock import now
from youthforum.core.commands import command, nothing_forbids, record
from youthforum.core.db import session
from youthforum.forums.models import Member
from youthforum.notices.events import NoticesGiven, NoticesRead
from youthforum.notices.models import Notice
from youthforum.notices.policy import why_not_read


def notify(members: Iterable[int], type: str, **ids: Any) -> None:
    """Tell these members (by id; each once) what has happened, in the transaction of the command that did it.

    `type` has a registered sentence (notices/inbox.py), `ids` is what the sentence needs: ids only, never text.
    """
    give_notices(None, tuple(sorted(set(members))), type=type, ids=ids)


@command(unless=nothing_forbids)
def give_notices(_by: Member | None, members: tuple[int, ...], *, type: str, ids: dict[str, Any]) -> None:
    """Leave a notice for each. Nothing forbids it: it is given only inside other commands, which decide."""
    if members:
        at = now()
        session().execute(
            sa.insert(Notice), [{"member_id": one, "type": type, "data": ids, "at": at} for one in members]
        )
        record(NoticesGiven(members=members))


@command(unless=why_not_read)
def read_notices(member: Member, *, up_to: int, alone: bool = False) -> None:
    """Take one's own notices up to this one (by id) as read; with `alone`, this one only."""
    which = Notice.id == up_to if alone else Notice.id <= up_to
    own = sa.update(Notice).where(Notice.member_id == member.id, which, Notice.read_at.is_(None))
    if session().execute(own.values(read_at=now()).execution_options(synchronize_session=False)).rowcount:  # type: ignore[attr-defined]
        record(NoticesRead(members=(member.id,)))
