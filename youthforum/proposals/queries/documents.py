"""What a proposal's document is made of, and the list for the command line."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import lazyload

from youthforum.core.db import session
from youthforum.core.errors import NotFound
from youthforum.forums.models import Forum
from youthforum.forums.queries import delegations_of
from youthforum.proposals.content import Content
from youthforum.proposals.document import Author, Document, Source, Team
from youthforum.proposals.models import CoAuthor, Endorsement, Proposal, Version, Writing
from youthforum.proposals.policy import NOTHING_TO_READ
from youthforum.proposals.queries.proposals import authors_of, sources_of
from youthforum.proposals.queries.versions import last_version, template_of, version_of

MOST_LISTED = 1000


def document_from(proposal: Proposal, number: int | None = None) -> Document:
    """The last version, or the one with this number, as a document. Raises NotFound where there is none."""
    version = last_version(proposal) if number is None else version_of(proposal, number)
    if version is None:
        raise NotFound(NOTHING_TO_READ.message, field="version")
    forum = proposal.forum
    teams = {team.id: Team(team.id, team.slug, team.name, team.country) for team in delegations_of(forum)}
    writers = [author.member for author in authors_of(proposal)]
    return Document(
        id=proposal.id,
        forum_slug=forum.slug,
        forum=forum.title,
        languages=forum.languages,
        template=template_of(proposal),
        content=Content.read(version.content),
        stage=proposal.stage,
        version=version.number,
        saved=_day(forum, version.at),
        started=_day(forum, proposal.created_at),
        note=version.note,
        authors=[Author(member.name, teams.get(member.delegation_id or 0)) for member in writers],
        # What was taken off the board by its author or a moderator stays off paper, too.
        sources=[
            Source(idea.id, idea.text, idea.language)
            for idea in sources_of(proposal)
            if idea.withdrawn_at is None and idea.hiding is None
        ],
        teams=teams,
    )


def _day(forum: Forum, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(forum.time_zone)).date()


def all_proposals(forum: Forum) -> list[tuple[Proposal, int, int, int]]:
    """`[(proposal, number of its last version or 0, co-authors, endorsements)]`, newest activity first, at most
    MOST_LISTED. Not scoped to anybody; for the command line."""

    def count(table: type[CoAuthor | Endorsement], *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        counted = sa.select(sa.func.count()).select_from(table)
        return counted.where(table.proposal_id == Proposal.id, *conditions).correlate(Proposal).scalar_subquery()

    version = sa.select(sa.func.coalesce(sa.func.max(Version.number), 0)).where(Version.proposal_id == Proposal.id)
    rows = session().execute(
        sa.select(
            Proposal,
            version.correlate(Proposal).scalar_subquery(),
            count(CoAuthor, CoAuthor.state == Writing.writing),
            count(Endorsement),
        )
        .where(Proposal.forum_id == forum.id)
        .options(lazyload(Proposal.forum))
        .order_by(Proposal.active_at.desc(), Proposal.id.desc())
        .limit(MOST_LISTED)
    )
    return [(proposal, number, authors, support) for proposal, number, authors, support in rows]
