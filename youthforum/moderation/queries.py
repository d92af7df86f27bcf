"""Reading reports: for whoever moderates the forum, and nobody else."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, lazyload

from youthforum.core.db import session
from youthforum.core.errors import NotFound
from youthforum.forums.models import Member
from youthforum.forums.phases import Role
from youthforum.forums.queries import membership_in
from youthforum.moderation.models import Category, Report, Reported
from youthforum.moderation.reportables import reportable_of
from youthforum.people.models import Person

# Reports that a page reads; whoever has more of them open settles some first.
MOST = 500
LATELY = 20

_WITH_REPORTER = joinedload(Report.reporter).options(
    joinedload(Member.delegation), lazyload(Member.forum), lazyload(Member.suspension)
)


@dataclass(frozen=True)
class Case:
    """One reported thing with the open reports on it, oldest first.

    `excerpt` is None for what is gone for good and for what its author has withdrawn.
    """

    kind: str
    subject_id: int
    language: str
    excerpt: str | None
    url: str | None
    state: str
    hide: str | None
    reports: list[Report]

    @property
    def danger(self) -> bool:
        return any(report.category is Category.danger for report in self.reports)


def open_cases(member: Member) -> list[Case]:
    """What is reported in this member's forum: danger first, then what waits longest. For moderators only."""
    if not member.is_moderator:
        raise NotFound()
    rows = session().scalars(
        sa.select(Report)
        .where(Report.forum_id == member.forum_id, Report.settled_at.is_(None))
        .options(_WITH_REPORTER)
        .order_by(sa.case({Category.danger: 0}, value=Report.category, else_=1), Report.id)
        .limit(MOST)
    )
    grouped: dict[tuple[str, int], list[Report]] = defaultdict(list)
    for report in rows:
        grouped[report.kind.value, report.subject_id].append(report)
    return [_case(kind, subject_id, reports) for (kind, subject_id), reports in grouped.items()]


def _case(kind: str, subject_id: int, reports: list[Report]) -> Case:
    found = reportable_of(kind)
    thing = found.by_id(subject_id)
    if thing is None:
        return Case(kind, subject_id, "", None, None, "gone", None, reports)
    language, words = found.excerpt(thing)
    state = found.state(thing)
    hide = found.hide if state == "shown" else None
    excerpt = None if state == "withdrawn" else words
    return Case(kind, subject_id, language, excerpt, found.url(thing), state, hide, reports)


def settled_lately(member: Member) -> list[Report]:
    """The newest settled reports of this member's forum. For moderators only."""
    if not member.is_moderator:
        raise NotFound()
    return list(
        session().scalars(
            sa.select(Report)
            .where(Report.forum_id == member.forum_id, Report.settled_at.is_not(None))
            .order_by(Report.settled_at.desc(), Report.id.desc())
            .limit(LATELY)
        )
    )


def report_shown_to(person: Person, report_id: int) -> tuple[Report, Member]:
    """A report, and who this moderator is in its forum. Raises NotFound for everybody else, its reporter too."""
    found = session().get(Report, report_id)
    if found is None:
        raise NotFound(field="report")
    member = membership_in(person, found.forum_id)
    if not member.is_moderator:
        raise NotFound(field="report")
    return found, member


def report_by_id(report_id: int) -> Report | None:
    """Not scoped to anybody: for notices."""
    return session().get(Report, report_id)


def open_report_of(member: Member, kind: str, subject_id: int) -> Report | None:
    """What this member has reported about a thing and is not settled."""
    return session().scalar(
        sa.select(Report).where(
            Report.kind == Reported(kind),
            Report.subject_id == subject_id,
            Report.reporter_id == member.id,
            Report.settled_at.is_(None),
        )
    )


def people_who_moderate(forum_id: int) -> list[int]:
    """Ids of the people behind those members."""
    return list(session().scalars(sa.select(Member.person_id).where(Member.id.in_(moderators_of(forum_id)))))


def moderators_of(forum_id: int) -> list[int]:
    """Ids of the members who moderate or organise a forum."""
    return list(
        session().scalars(
            sa.select(Member.id).where(Member.forum_id == forum_id, Member.role.in_((Role.moderator, Role.organiser)))
        )
    )
