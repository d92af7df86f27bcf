"""Reporting content, and deciding about reports."""

from __future__ import annotations

import sqlalchemy as sa

from youthforum.core.clock import now
from youthforum.core.commands import add, command, record
from youthforum.core.db import session
from youthforum.forums.models import Member
from youthforum.moderation import policy, queries
from youthforum.moderation.events import ReportMade, ReportsSettled
from youthforum.moderation.models import Category, Report, Reported
from youthforum.notices.commands import notify


@command(unless=policy.why_not_report)
def report_content(member: Member, *, kind: str, subject_id: int, category: str, text: str) -> Report:
    """Tell the moderators of something. Said again before it is settled, it is the same report with the newer words.

    What is marked as dangerous is told to all moderators and organisers at once.
    """
    before = queries.open_report_of(member, kind, subject_id)
    chosen = Category(category)
    if before is not None:
        alarming = chosen is Category.danger and before.category is not Category.danger
        before.category, before.text = chosen, text or before.text
        report = before
    else:
        alarming = chosen is Category.danger
        report = add(
            Report(
                forum_id=member.forum_id,
                kind=Reported(kind),
                subject_id=subject_id,
                reporter_id=member.id,
                category=chosen,
                text=text or None,
                at=now(),
            )
        )
    record(ReportMade(forum_id=member.forum_id, report_id=report.id, danger=chosen is Category.danger))
    if alarming:
        notify(queries.moderators_of(member.forum_id), "report.danger", report=report.id)
    return report


@command(unless=policy.why_not_settle)
def settle_reports(member: Member, report: Report, *, outcome: str) -> None:
    """Close all open reports on the thing that this one is about, saying what was decided."""
    closing = (
        sa.update(Report)
        .where(
            Report.forum_id == member.forum_id,
            Report.kind == report.kind,
            Report.subject_id == report.subject_id,
            Report.settled_at.is_(None),
        )
        .values(settled_at=now(), settled_by_id=member.id, outcome=outcome)
        .returning(Report.id)
        .execution_options(synchronize_session=False)
    )
    closed = tuple(sorted(session().scalars(closing)))
    if closed:
        session().expire_all()
        record(ReportsSettled(forum_id=member.forum_id, reports=closed))
