"""“We would join this”: shown by delegation, never as a vote."""

from __future__ import annotations

from youthforum.core.clock import now
from youthforum.core.commands import add, command, record
from youthforum.core.db import session
from youthforum.forums.models import Member
from youthforum.proposals import policy
from youthforum.proposals.events import EndorsementChanged
from youthforum.proposals.models import Endorsement, Proposal


@command(unless=policy.why_not_endorse, lock=("proposal", "member"))
def endorse(member: Member, proposal: Proposal, *, join: bool) -> None:
    """Say that one would join this, or take it back; saying so twice is once."""
    found = session().get(Endorsement, (proposal.id, member.id))
    if (found is not None) == join:
        return
    if found is None:
        add(Endorsement(proposal_id=proposal.id, member_id=member.id, at=now()))
    else:
        session().delete(found)
    record(EndorsementChanged(proposal_id=proposal.id, revision=proposal.advance()))
