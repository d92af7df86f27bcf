"""Why somebody may not do something with notices."""

from __future__ import annotations

from youthforum.core.errors import Refusal
from youthforum.forums.models import Member
from youthforum.forums.phases import Activity
from youthforum.forums.policy import why_not


def why_not_read(member: Member | None) -> Refusal | None:
    """One's own inbox, in every phase, while suspended too: a reason for it may stand there."""
    return why_not(member, Activity.read)
