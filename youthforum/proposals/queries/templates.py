"""The parts that a forum's proposals have."""

from __future__ import annotations

import sqlalchemy as sa

from youthforum.core.db import session
from youthforum.forums.models import Forum
from youthforum.proposals.models import Proposal, ProposalTemplate
from youthforum.proposals.template import Template, default_template


def template_of(forum: Forum) -> ProposalTemplate | None:
    """The latest one; None as long as the forum has needed no other than `default_template()`."""
    return session().scalar(
        sa.select(ProposalTemplate)
        .where(ProposalTemplate.forum_id == forum.id)
        .order_by(ProposalTemplate.version.desc())
        .limit(1)
    )


def template_in_force(forum: Forum) -> tuple[int, Template]:
    """`(version, parts)` of what the next proposal will be written with; version 0 is the default, not kept yet."""
    kept = template_of(forum)
    return (0, default_template()) if kept is None else (kept.version, Template.read(kept.parts))


def written_with(forum: Forum) -> list[tuple[int, int]]:
    """`[(version, number of proposals)]` for every version that has any, the newest first."""
    count = sa.func.count(Proposal.id)
    rows = session().execute(
        sa.select(ProposalTemplate.version, count)
        .join(Proposal, Proposal.template_id == ProposalTemplate.id)
        .where(ProposalTemplate.forum_id == forum.id)
        .group_by(ProposalTemplate.version)
        .order_by(ProposalTemplate.version.desc())
    )
    return [(version, proposals) for version, proposals in rows]
