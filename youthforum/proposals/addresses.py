"""Where proposals are read, for notices and fragments, which are drawn outside of requests. Pure."""

from __future__ import annotations

from youthforum.proposals.models import Proposal


def proposal_url(proposal: Proposal) -> str:
    return f"/f/{proposal.forum.slug}/proposals/{proposal.id}"


def amendment_url(proposal: Proposal, amendment_id: int) -> str:
    return f"{proposal_url(proposal)}#amendment-{amendment_id}"


def write_url(proposal: Proposal, language: str, part: str) -> str:
    """Where a section is written, in one language."""
    return f"{proposal_url(proposal)}/write?language={language}#part-{part}"
