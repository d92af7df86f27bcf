"""Why somebody may not report something, or decide about reports."""

from __future__ import annotations

from youthforum.core.errors import Refusal
from youthforum.forums.models import Member
from youthforum.forums.phases import Activity
from youthforum.forums.policy import why_not


def why_not_report(member: Member | None) -> Refusal | None:
    """Everybody may, observers too; what it is about was found through them."""
    return why_not(member, Activity.report)


def why_not_settle(member: Member | None) -> Refusal | None:
    return why_not(member, Activity.curate)
