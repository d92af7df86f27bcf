"""Reading forums, through the eyes of somebody."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from youthforum.core.clock import now
from youthforum.core.db import session
from youthforum.core.errors import NotFound
from youthforum.core.text import whole
from youthforum.forums.models import (
    Delegation,
    Forum,
    JoinCode,
    Member,
    Partnership,
    Suspension,
    WorkingGroup,
)
from youthforum.forums.phases import Role
from youthforum.people.models import Person

PAGE = 50

_REVISION = sa.select(Forum.revision).where(Forum.id == sa.bindparam("forum"))
_MEMBER = sa.select(Member).where(Member.person_id == sa.bindparam("person"))
_MEMBER_IN = _MEMBER.where(Member.forum_id == sa.bindparam("forum"))
_MEMBER_BY_SLUG = _MEMBER.join(Member.forum).where(Forum.slug == sa.bindparam("slug"))


def forum_by_slug(slug: str) -> Forum | None:
    """Not scoped to anybody; for the command line."""
    return session().scalar(sa.select(Forum).where(Forum.slug == slug))


def all_forums() -> list[Forum]:
    """Not scoped to anybody; for the command line. The newest first, at most 500."""
    return list(session().scalars(sa.select(Forum).order_by(Forum.id.desc()).limit(500)))


def any_forum() -> bool:
    """Whether this installation has a forum at all."""
    return session().scalar(sa.select(Forum.id).limit(1)) is not None


def forum_by_id(forum_id: int) -> Forum | None:
    """Not scoped to anybody: for what is sent to rooms, whose people were checked when they entered."""
    return session().get(Forum, forum_id)


def revision_of(forum_id: int) -> int:
    """Read from the database, whatever this session has loaded before."""
    return session().scalar(_REVISION, {"forum": forum_id}) or 0


def membership(person: Person | None, slug: str) -> Member:
    """What this person is in the forum. Raises NotFound for everybody else, as if it did not exist."""
    return _member(person, _MEMBER_BY_SLUG, {"slug": slug})


def membership_in(person: Person | None, forum_id: int) -> Member:
    """The same, by the forum's id."""
    return _member(person, _MEMBER_IN, {"forum": forum_id})


def _member(person: Person | None, statement: sa.Select[Member], names: dict[str, object]) -> Member:
    if person is None:
        raise NotFound()
    found = session().scalar(statement, names | {"person": person.id})
    if found is None:
        raise NotFound()
    return found


def memberships(person: Person) -> list[Member]:
    """Everything this person is a member of, newest forum first, at most 100."""
    return list(
        session().scalars(
            sa.select(Member).where(Member.person_id == person.id).order_by(Member.forum_id.desc()).limit(100)
        )
    )


def organises_any(person: Person) -> bool:
    query = sa.select(Member.id).where(Member.person_id == person.id, Member.role == Role.organiser).limit(1)
    return session().scalar(query) is not None


def has_say_elsewhere(other: Member) -> bool:
    """Whether this person moderates or organises another forum too."""
    query = sa.select(Member.id).where(
        Member.person_id == other.person_id,
        Member.forum_id != other.forum_id,
        Member.role.in_((Role.moderator, Role.organiser)),
    )
    return session().scalar(query.limit(1)) is not None


def code_by_text(code: str) -> JoinCode | None:
    """The join code, expired or not; None for a wrong one."""
    return session().scalar(sa.select(JoinCode).where(JoinCode.code == code).options(joinedload(JoinCode.forum)))


def codes_of(forum: Forum) -> list[JoinCode]:
    """All codes of a forum that are still of interest, newest first, at most 200."""
    return list(
        session().scalars(
            sa.select(JoinCode)
            .where(JoinCode.forum_id == forum.id)
            .options(joinedload(JoinCode.delegation))
            .order_by(JoinCode.id.desc())
            .limit(200)
        )
    )


def code_of(forum: Forum, code_id: int) -> JoinCode:
    """Raises NotFound for a code of another forum."""
    found = session().get(JoinCode, code_id)
    if found is None or found.forum_id != forum.id:
        raise NotFound()
    return found


def door_code(forum: Forum) -> JoinCode | None:
    """The code to show to everybody: for participants of any delegation, the one that lasts longest."""
    return session().scalar(
        sa.select(JoinCode)
        .where(
            JoinCode.forum_id == forum.id,
            JoinCode.role == Role.participant,
            JoinCode.delegation_id.is_(None),
            JoinCode.revoked_at.is_(None),
            JoinCode.expires_at > now(),
        )
        .order_by(JoinCode.expires_at.desc())
        .limit(1)
    )


def delegation_of(forum: Forum, key: str | int | None) -> Delegation | None:
    """By slug or id; None for none. Raises NotFound for one that this forum does not have."""
    if key is None or key == "":
        return None
    number = whole(key) if isinstance(key, str) else key
    condition = Delegation.id == number if number else Delegation.slug == str(key).replace("\0", "")
    found = session().scalar(sa.select(Delegation).where(Delegation.forum_id == forum.id, condition))
    if found is None:
        raise NotFound(field="delegation")
    return found


def delegations_of(forum: Forum) -> list[Delegation]:
    return list(
        session().scalars(
            sa.select(Delegation)
            .where(Delegation.forum_id == forum.id)
            .options(joinedload(Delegation.partnership))
            .order_by(Delegation.slug)
        )
    )


def partnership_of(forum: Forum, partnership_id: int) -> Partnership:
    found = session().get(Partnership, partnership_id)
    if found is None or found.forum_id != forum.id:
        raise NotFound()
    return found


def partnerships_of(forum: Forum) -> list[Partnership]:
    return list(
        session().scalars(
            sa.select(Partnership)
            .where(Partnership.forum_id == forum.id)
            .options(selectinload(Partnership.delegations))
            .order_by(Partnership.id)
        )
    )


def group_of(forum: Forum, group_id: int) -> WorkingGroup:
    found = session().get(WorkingGroup, group_id)
    if found is None or found.forum_id != forum.id:
        raise NotFound()
    return found


def groups_of(forum: Forum) -> list[WorkingGroup]:
    return list(
        session().scalars(sa.select(WorkingGroup).where(WorkingGroup.forum_id == forum.id).order_by(WorkingGroup.id))
    )


def other_member(member: Member, member_id: int) -> Member:
    """Somebody in the same forum. Raises NotFound for anybody else."""
    found = session().get(Member, member_id)
    if found is None or found.forum_id != member.forum_id:
        raise NotFound(field="member")
    return found


def organisers_of(forum_id: int) -> int:
    return _count(Member.forum_id == forum_id, Member.role == Role.organiser)


# Everybody who joined or was invited; whom an import made has neither an age band nor a way to sign in.
_COMES_THEMSELVES = (
    Member.age_band.is_not(None) | (Member.role != Role.participant) | Member.person.has(Person.email.is_not(None))
)


def people_count(forum_id: int) -> int:
    """Members who come themselves; voters of an imported conversation don't count."""
    return _count(Member.forum_id == forum_id, _COMES_THEMSELVES)


def delegation_sizes(forum_id: int) -> dict[int, int]:
    """`{delegation id: members who come themselves}`."""
    rows = session().execute(
        sa.select(Member.delegation_id, sa.func.count())
        .where(Member.forum_id == forum_id, Member.delegation_id.is_not(None), _COMES_THEMSELVES)
        .group_by(Member.delegation_id)
    )
    return {key: count for key, count in rows if key is not None}


def electors_in(forum_id: int, delegations: Collection[int] | None) -> list[dict[str, Any]]:
    """`[{"member_id", "delegation": slug or None, "country"}]`: participants who come themselves, suspended ones
    too, of these delegations (by id; None: of all, and without one), in the order of their ids."""
    query = (
        sa.select(Member.id.label("member_id"), Delegation.slug.label("delegation"), Delegation.country)
        .outerjoin(Delegation, Delegation.id == Member.delegation_id)
        .where(Member.forum_id == forum_id, Member.role == Role.participant, _COMES_THEMSELVES)
        .order_by(Member.id)
    )
    if delegations is not None:
        query = query.where(Member.delegation_id.in_(delegations))
    return [dict(row) for row in session().execute(query).mappings()]


def _count(*conditions: sa.ColumnElement[bool]) -> int:
    return session().scalar(sa.select(sa.func.count()).select_from(Member).where(*conditions)) or 0


@dataclass(frozen=True)
class Page:
    """One page of members; `number` counts from 1."""

    items: list[Member]
    number: int
    pages: int
    total: int


def members_page(forum: Forum, *, search: str = "", number: int = 1) -> Page:
    """Members who come themselves, by role, then name; `search` is looked for in names, and in those of delegations."""
    conditions = [Member.forum_id == forum.id, _COMES_THEMSELVES]
    if search:
        teams = [
            team.id
            for team in delegations_of(forum)
            if any(search.casefold() in name.casefold() for name in team.name.values())
        ]
        conditions.append(Member.name.icontains(search, autoescape=True) | Member.delegation_id.in_(teams))
    total = _count(*conditions)
    pages = max(1, -(-total // PAGE))
    number = min(max(1, number), pages)
    order = sa.case({Role.organiser: 0, Role.moderator: 1, Role.participant: 2}, value=Member.role, else_=3)
    items = session().scalars(
        sa.select(Member)
        .where(*conditions)
        .options(joinedload(Member.person), joinedload(Member.delegation))
        .order_by(order, Member.name, Member.id)
        .offset((number - 1) * PAGE)
        .limit(PAGE)
    )
    return Page(list(items), number, pages, total)


def suspension_of(member_id: int) -> Suspension | None:
    return session().get(Suspension, member_id)
