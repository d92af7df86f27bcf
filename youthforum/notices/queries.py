"""Reading one's own notices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from youthforum.core.db import session
from youthforum.forums.models import Member
from youthforum.notices.models import Notice

PAGE = 50
# Nobody counts further than this: beyond nine the header says "9+".
MOST_COUNTED = 10

_SOME_UNREAD = (
    sa.select(Notice.id)
    .where(Notice.member_id == sa.bindparam("member"), Notice.read_at.is_(None))
    .limit(MOST_COUNTED)
    .subquery()
)
_UNREAD = sa.select(sa.func.count()).select_from(_SOME_UNREAD)


def unread(member_id: int) -> int:
    """How many notices wait for this member; at most MOST_COUNTED."""
    return session().scalar(_UNREAD, {"member": member_id}) or 0


@dataclass(frozen=True)
class Waiting:
    """What waits for one member: who that is, in which forum, and how many (at most MOST_COUNTED)."""

    person_id: int
    forum_id: int
    unread: int


def waiting_for(members: Iterable[int]) -> list[Waiting]:
    """For each of these members, also where nothing waits."""
    rows = session().execute(
        sa.select(Member.person_id, Member.forum_id, sa.func.count(Notice.id))
        .outerjoin(Notice, (Notice.member_id == Member.id) & Notice.read_at.is_(None))
        .where(Member.id.in_(list(members)))
        .group_by(Member.person_id, Member.forum_id)
    )
    return [Waiting(person, forum, min(count, MOST_COUNTED)) for person, forum, count in rows]


@dataclass(frozen=True)
class Page:
    """One page of notices, newest first; `number` counts from 1."""

    items: list[Notice]
    number: int
    pages: int
    total: int


def page_of(member: Member, number: int = 1) -> Page:
    """This member's notices."""
    own = Notice.member_id == member.id
    total = session().scalar(sa.select(sa.func.count()).select_from(Notice).where(own)) or 0
    pages = max(1, -(-total // PAGE))
    number = min(max(1, number), pages)
    items = session().scalars(
        sa.select(Notice).where(own).order_by(Notice.id.desc()).offset((number - 1) * PAGE).limit(PAGE)
    )
    return Page(list(items), number, pages, total)


def newest(member: Member) -> int:
    """The id of this member's newest notice; 0 for none."""
    return session().scalar(sa.select(sa.func.max(Notice.id)).where(Notice.member_id == member.id)) or 0
