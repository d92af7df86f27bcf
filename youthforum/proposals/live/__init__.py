"""Proposals on the wire: the proposal, its draft, its amendments."""

from youthforum.proposals.live import amendments, drafts, proposals

__all__ = ["amendments", "drafts", "proposals"]
