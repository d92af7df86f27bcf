"""The page on which a proposal is read, discussed and decided about, and its twin in the API."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any

from flask import jsonify, render_template, request

from youthforum.comments import queries as comments
from youthforum.comments.subjects import subject_of
from youthforum.core.access import signed_in, viewer
from youthforum.core.text import whole
from youthforum.forums.models import Member
from youthforum.forums.queries import delegations_of
from youthforum.live.openapi import endpoint
from youthforum.proposals import document, policy
from youthforum.proposals.content import Content
from youthforum.proposals.live.amendments import amendment_json
from youthforum.proposals.live.proposals import proposal_json
from youthforum.proposals.models import Proposal, Version, Writing
from youthforum.proposals.queries import proposals as queries
from youthforum.proposals.queries.amendments import Suggested, amendments_of
from youthforum.proposals.queries.documents import document_from
from youthforum.proposals.queries.versions import (
    checked_by_now,
    last_version,
    members_by_id,
    read_draft,
    template_of,
    version_of,
    versions_of,
)
from youthforum.proposals.reading import progress, sections, writers_in
from youthforum.proposals.routes.rooms import api, enter_proposal, pages, reading
from youthforum.proposals.stages import Stage

# The road that a proposal takes, as its page shows it; whatever else happens to it stands in its history.
ROAD = (Stage.draft, Stage.submitted, Stage.under_review, Stage.shortlisted)
LONGEST_NAME = 60


@pages.get("/f/<slug>/proposals/<int:id>")
@signed_in
def show(slug: str, id: int) -> Any:
    proposal, member = enter_proposal(slug, id)
    number = whole(request.args.get("version", ""))
    last = last_version(proposal)
    version = version_of(proposal, number) if number else last
    writing = policy.writes(member, proposal)
    suggested = amendments_of(proposal)
    authors, invited = queries.authors_of(proposal), queries.authors_of(proposal, Writing.invited)
    return render_template(
        "proposals/show.html",
        proposal=proposal,
        version=version,
        last=last,
        mine=policy.state_of(member, proposal),
        coauthor=writing,
        may_read_draft=policy.why_not_read_draft(member, proposal) is None,
        road=_road(proposal),
        history=queries.history_of(proposal),
        moves=policy.moves_of(member, proposal),
        why_not=_why_not(member, proposal),
        progress=_progress(proposal, version, writing),
        authors=authors,
        invited=invited,
        removable={
            one.member_id
            for one in (*authors, *invited)
            if one.member_id != member.id and policy.why_not_remove(member, proposal, one) is None
        },
        found=_found(member, proposal),
        sources=queries.sources_of(proposal),
        support=queries.support_of(proposal),
        endorses=queries.endorses(member, proposal),
        suggested=suggested,
        own_amendments=[one.amendment.id for one in suggested if one.amendment.author_id == member.id],
        page_data={
            "proposal": proposal.id,
            "revision": proposal.revision,
            "forum_revision": member.forum.revision,
            "version": last.number if last is not None else None,
        },
        channels=[proposal.channel, f"forum:{proposal.forum_id}"],
        **_words(proposal, version),
        **_discussion(member, proposal, readable=last is not None or writing),
    )


def _words(proposal: Proposal, version: Version | None) -> dict[str, Any]:
    """What the version says, in the language that is read."""
    template, shown = template_of(proposal), reading(proposal)
    if version is None:
        return {"template": template, "reading": shown, "sections": [], "translators": {}, "teams": {}}
    content = Content.read(version.content)
    checked = checked_by_now(proposal, content)
    found = [
        replace(one, checked=True, machine=False) if (one.part.id, one.language) in checked else one
        for one in sections(template, content, shown)
    ]
    return {
        "template": template,
        "reading": shown,
        "sections": found,
        "translators": members_by_id(writers_in(found)),
        "teams": {team.id: team for team in delegations_of(proposal.forum)},
    }


def _road(proposal: Proposal) -> list[tuple[Stage, str]]:
    """`[(stage, "done", "current" or "ahead")]`: the usual way, with what really became of it at its end."""
    if proposal.stage is Stage.withdrawn:
        return [(Stage.draft, "done"), (Stage.withdrawn, "current")]
    if proposal.stage is Stage.returned:
        return [(Stage.draft, "done"), (Stage.submitted, "done"), (Stage.returned, "current")]
    end = proposal.stage if proposal.stage in (Stage.adopted, Stage.not_adopted) else Stage.adopted
    way = [*ROAD, end]
    at = way.index(proposal.stage)
    states = ["done"] * at + ["current"] + ["ahead"] * (len(way) - at - 1)
    return list(zip(way, states, strict=True))


def _why_not(member: Member, proposal: Proposal) -> dict[str, str | None]:
    """For each thing to do here why this member may not, as a sentence."""
    refusals = {
        "write": policy.why_not_write(member, proposal),
        "author": policy.why_not_author(member, proposal),
        "amend": policy.why_not_amend(member, proposal),
        "check": policy.why_not_check_translation(member, proposal, False),
        "endorse": policy.why_not_endorse(member, proposal),
        "leave": policy.why_not_leave(member, proposal),
        "answer": policy.why_not_answer_invitation(member, proposal),
    }
    return {name: None if refusal is None else str(refusal) for name, refusal in refusals.items()}


def _progress(proposal: Proposal, version: Version | None, writing: bool) -> Any:
    """Of the draft for those who write it, since that is what they can submit; else of what is shown."""
    if writing and proposal.editable:
        return progress(template_of(proposal), read_draft(proposal))
    return progress(template_of(proposal), Content.read(version.content)) if version is not None else None


def _found(member: Member, proposal: Proposal) -> dict[str, Any] | None:
    """Whom a co-author finds to invite; None where they didn't look for anybody."""
    name = request.args.get("invite", "").strip()[:LONGEST_NAME]
    if not name or policy.why_not_author(member, proposal) is not None:
        return None
    return {"name": name, "members": queries.members_to_invite(proposal, name)}


def _discussion(member: Member, proposal: Proposal, *, readable: bool) -> dict[str, Any]:
    """The thread, how much is said about each section, and the one section that was asked for."""
    if not readable:
        return {"thread_view": None, "said_on": {}, "only": None}
    view = comments.thread_view(subject_of("proposal"), proposal, member)
    said_on: dict[str, int] = {}
    for one in view.comments:
        if one.part:
            said_on[one.part] = said_on.get(one.part, 0) + (one.text is not None) + len(one.replies)
    return {
        "thread_view": view,
        "said_on": said_on,
        "only": template_of(proposal).part(request.args.get("comments", "")),
    }


# For programs -----------------------------------------------------------------------------------------------------


def _suggested_json(one: Suggested) -> dict[str, Any]:
    return amendment_json(one.amendment) | {"collides": one.collides, "overtaken": one.overtaken}


@api.get("/proposals/<int:id>")
@endpoint(
    "One proposal: its last version in all languages, where it comes from, who writes it, how it stands.",
    answer={
        "proposal": {"id": 7, "stage": "submitted", "title": {"de": "Zwei Städte, eine Karte"}, "language": "de"},
        "revision": 12,
        "document": {"schema": document.SCHEMA},
        "authors": [{"member": 3, "name": "Anna", "delegation": "essen", "state": "writing"}],
        "support": {"total": 5, "delegations": [{"delegation": "essen", "count": 5}]},
        "amendments": [],
        "versions": [{"number": 1, "note": "", "at": "2026-06-01T10:00:00+00:00", "member": "Anna"}],
        "history": [{"move": "submit", "stage": "submitted", "reason": "", "version": 1}],
    },
)
@signed_in
def by_api(id: int) -> Any:
    """`document` is the last version as `flask proposal export --format json` writes it; null before there is one."""
    proposal, _member = queries.visible_proposal(viewer(), id)
    support = queries.support_of(proposal)
    last = last_version(proposal)
    return jsonify(
        {
            "proposal": proposal_json(proposal),
            "revision": proposal.revision,
            "document": document.as_json(document_from(proposal), proposal.forum.languages) if last else None,
            "authors": [
                {
                    "member": author.member_id,
                    "name": author.member.name,
                    "delegation": author.member.delegation.slug if author.member.delegation else None,
                    "state": author.state.value,
                }
                for author in queries.authors_of(proposal)
            ],
            "support": {
                "total": support.total,
                "delegations": [
                    {"delegation": team.slug if team else None, "count": count} for team, count in support.teams
                ],
            },
            "amendments": [_suggested_json(one) for one in amendments_of(proposal)],
            "versions": [_version_json(one) for one in versions_of(proposal)],
            "history": [
                {
                    "move": line.move,
                    "stage": line.after.value,
                    "reason": line.reason,
                    "version": line.version.number if line.version else None,
                    "at": line.at.astimezone(UTC).isoformat(),
                }
                for line in queries.history_of(proposal)
            ],
        }
    )


def _version_json(version: Version) -> dict[str, Any]:
    return {
        "number": version.number,
        "note": version.note,
        "at": version.at.astimezone(UTC).isoformat(),
        "member": version.member.name if version.member else None,
    }
