"""Proposals on the wire: the proposal, its draft, its amendments."""

from youthforum.proposals.live import amendments, drafts, plugging, proposals

__all__ = ["amendments", "drafts", "plugging", "proposals"]
