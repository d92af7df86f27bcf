"""The versions of a proposal, and two of them beside each other."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from youthforum.core.access import signed_in
from youthforum.core.errors import NotFound
from youthforum.core.text import whole
from youthforum.forums.queries import delegations_of
from youthforum.proposals import policy
from youthforum.proposals.content import Content
from youthforum.proposals.policy import NOTHING_TO_READ
from youthforum.proposals.queries.proposals import history_of
from youthforum.proposals.queries.versions import template_of, version_of, versions_of
from youthforum.proposals.reading import differences
from youthforum.proposals.routes.rooms import enter_proposal, pages, reading


@pages.get("/f/<slug>/proposals/<int:id>/versions")
@signed_in
def versions(slug: str, id: int) -> Any:
    proposal, member = enter_proposal(slug, id)
    refusal = policy.why_not_write(member, proposal)
    return render_template(
        "proposals/versions.html",
        proposal=proposal,
        versions=versions_of(proposal),
        moves={line.version_id: line for line in history_of(proposal)},
        why_not_restore=None if refusal is None else str(refusal),
        coauthor=policy.writes(member, proposal),
        channels=[proposal.channel, f"forum:{proposal.forum_id}"],
        page_data={"proposal": proposal.id, "revision": proposal.revision, "forum_revision": member.forum.revision},
    )


@pages.get("/f/<slug>/proposals/<int:id>/compare")
@signed_in
def compare(slug: str, id: int) -> Any:
    """`?from=2&to=5`; by default the last two. Named the other way round, they are turned."""
    proposal, _member = enter_proposal(slug, id)
    known = versions_of(proposal)
    if not known:
        raise NotFound(NOTHING_TO_READ.message)
    newest = known[0].number
    to = whole(request.args.get("to", "")) or newest
    start = whole(request.args.get("from", "")) or max(1, to - 1)
    older, newer = (version_of(proposal, number) for number in sorted((start, to)))
    language = reading(proposal)
    return render_template(
        "proposals/compare.html",
        proposal=proposal,
        versions=known,
        older=older,
        newer=newer,
        reading=language,
        differences=differences(
            template_of(proposal), Content.read(older.content), Content.read(newer.content), language
        ),
        teams={team.id: team for team in delegations_of(proposal.forum)},
    )
