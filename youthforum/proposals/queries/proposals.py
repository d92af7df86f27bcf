"""A proposal as somebody may see it, who writes it, what it was made from, and the list of all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload, lazyload, selectinload

from youthforum.comments.models import Comment, Thread
from youthforum.core.db import session
from youthforum.core.errors import Invalid, NotFound
from youthforum.forums.models import Delegation, Forum, Member
from youthforum.ideas.models import Cluster, Idea
from youthforum.people.models import Person
from youthforum.proposals.models import (
    CoAuthor,
    Endorsement,
    Proposal,
    ProposalSource,
    ProposalWord,
    StageMove,
    Version,
    Writing,
)
from youthforum.proposals.stages import Stage
from youthforum.proposals.words import INSIDE_FROM, query_words

PAGE = 30

_VISIBLE = (
    sa.select(Proposal, Member)
    .join(Member, Member.forum_id == Proposal.forum_id)
    .where(Proposal.id == sa.bindparam("proposal"), Member.person_id == sa.bindparam("person"))
    .options(lazyload(Member.forum), selectinload(Proposal.authors))
)
_REVISION = sa.select(Proposal.revision).where(Proposal.id == sa.bindparam("proposal"))


def visible_proposal(person: Person | None, proposal_id: int) -> tuple[Proposal, Member]:
    """The proposal, and who this person is in its forum. Raises NotFound for whoever is not a member."""
    found = None
    if person is not None and 0 < proposal_id < 2**31:
        found = session().execute(_VISIBLE, {"proposal": proposal_id, "person": person.id}).first()
    if found is None:
        raise NotFound(field="proposal")
    return found


def proposal_by_id(proposal_id: int) -> Proposal | None:
    """Not scoped to anybody: for what is sent to rooms, whose people were checked when they entered."""
    return session().get(Proposal, proposal_id)


def revision_of(proposal_id: int) -> int:
    """Read from the database, whatever this session has loaded before."""
    return session().scalar(_REVISION, {"proposal": proposal_id}) or 0


def free_now(proposal: Proposal) -> bool:
    """Hold its row until the commit if nobody else does; without waiting. For who has locked what stands below it
    already: the other one may be waiting for that."""
    free = sa.select(Proposal.id).where(Proposal.id == proposal.id).with_for_update(key_share=True, skip_locked=True)
    return session().scalar(free) is not None


def own_proposal_by_key(member: Member, key: str) -> Proposal | None:
    return session().scalar(sa.select(Proposal).where(Proposal.starter_id == member.id, Proposal.key == key))


def authors_of(proposal: Proposal, *states: Writing) -> list[CoAuthor]:
    """Co-authors in these states (writing, if none is named), with their names and delegations."""
    return list(
        session().scalars(
            sa.select(CoAuthor)
            .where(CoAuthor.proposal_id == proposal.id, CoAuthor.state.in_(states or (Writing.writing,)))
            .options(joinedload(CoAuthor.member).joinedload(Member.delegation))
            .order_by(CoAuthor.at, CoAuthor.member_id)
        )
    )


def author_ids(proposal_id: int) -> list[int]:
    """Member ids of those who write it now."""
    return list(
        session().scalars(
            sa.select(CoAuthor.member_id).where(CoAuthor.proposal_id == proposal_id, CoAuthor.state == Writing.writing)
        )
    )


def name_of(member_id: int) -> str | None:
    """Not scoped to anybody: for notices, which were given by somebody who acted in the same forum."""
    return session().scalar(sa.select(Member.name).where(Member.id == member_id))


def author_of(proposal: Proposal, member_id: int) -> CoAuthor:
    """Raises NotFound for somebody who has nothing to do with it."""
    found = session().get(CoAuthor, (proposal.id, member_id))
    if found is None:
        raise NotFound(field="member")
    return found


def members_to_invite(proposal: Proposal, search: str) -> list[Member]:
    """Up to ten people of the forum by a part of their name, who have not been asked yet."""
    asked = sa.select(CoAuthor.member_id).where(
        CoAuthor.proposal_id == proposal.id, CoAuthor.state.in_((Writing.writing, Writing.invited))
    )
    return list(
        session().scalars(
            sa.select(Member)
            .where(
                Member.forum_id == proposal.forum_id,
                Member.role.in_(("participant", "moderator")),
                Member.name.icontains(search, autoescape=True),
                Member.age_band.is_not(None) | (Member.role == "moderator"),
                Member.id.not_in(asked),
            )
            .options(joinedload(Member.delegation))
            .order_by(Member.name, Member.id)
            .limit(10)
        )
    )


# Where it comes from ---------------------------------------------------------------------------------------------


def sources_of(proposal: Proposal) -> list[Idea]:
    """The ideas that it was made from, in the order in which they were posted."""
    return list(
        session().scalars(
            sa.select(Idea)
            .join(ProposalSource, ProposalSource.idea_id == Idea.id)
            .where(ProposalSource.proposal_id == proposal.id)
            .options(joinedload(Idea.author).joinedload(Member.delegation), joinedload(Idea.hiding))
            .order_by(Idea.id)
        )
    )


def made_from(ideas: Iterable[int]) -> dict[int, list[Proposal]]:
    """`{idea id: proposals that were made from it}`, withdrawn ones left out."""
    rows = session().execute(
        sa.select(ProposalSource.idea_id, Proposal)
        .join(Proposal, Proposal.id == ProposalSource.proposal_id)
        .where(ProposalSource.idea_id.in_(list(ideas)), Proposal.stage != Stage.withdrawn)
        .options(lazyload(Proposal.forum))
        .order_by(Proposal.id)
    )
    found: dict[int, list[Proposal]] = {}
    for idea, proposal in rows:
        found.setdefault(idea, []).append(proposal)
    return found


def ideas_of_cluster(cluster: Cluster) -> list[Idea]:
    """Its cards, and the ideas that were merged into these: all that a moderator put together here."""
    cards = sa.select(Idea.id).where(Idea.cluster_id == cluster.id, Idea.root_id.is_(None))
    return _shown(sa.or_(Idea.id.in_(cards), Idea.root_id.in_(cards)))


def idea_with_merged(idea: Idea) -> list[Idea]:
    return _shown(sa.or_(Idea.id == idea.id, Idea.root_id == idea.id))


def _shown(condition: sa.ColumnElement[bool]) -> list[Idea]:
    query = sa.select(Idea).where(condition, Idea.withdrawn_at.is_(None), ~Idea.hiding.has())
    return list(session().scalars(query.options(joinedload(Idea.author)).order_by(Idea.id)))


def history_of(proposal: Proposal) -> list[StageMove]:
    """All moves from stage to stage, oldest first."""
    return list(
        session().scalars(
            sa.select(StageMove)
            .where(StageMove.proposal_id == proposal.id)
            .options(joinedload(StageMove.member), joinedload(StageMove.version))
            .order_by(StageMove.id)
        )
    )


# Endorsements ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Support:
    """Who would join: how many in all, and by delegation (largest first; None: without one)."""

    total: int
    teams: list[tuple[Delegation | None, int]]


def support_of(proposal: Proposal) -> Support:
    rows = session().execute(
        sa.select(Member.delegation_id, sa.func.count())
        .join(Endorsement, Endorsement.member_id == Member.id)
        .where(Endorsement.proposal_id == proposal.id)
        .group_by(Member.delegation_id)
    )
    counts = dict(rows.all())
    teams = {team.id: team for team in proposal.forum.delegations}
    found = [(teams.get(key) if key is not None else None, number) for key, number in counts.items()]
    found.sort(key=lambda row: (-row[1], row[0].slug if row[0] else "~"))
    return Support(sum(counts.values()), found)


def endorses(member: Member, proposal: Proposal) -> bool:
    return session().get(Endorsement, (proposal.id, member.id)) is not None


# The list --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; None and "" leave a filter out. `sort` is "activity" or "support"."""

    search: str = ""
    group: int | None = None
    stage: str | None = None
    delegation: int | None = None
    language: str | None = None
    mine: bool = False
    sort: str = "activity"


@dataclass(frozen=True)
class Entry:
    """A proposal as the list shows it."""

    proposal: Proposal
    authors: list[Member]
    support: int
    comments: int
    version: int


@dataclass(frozen=True)
class Page:
    """One page of the list; `number` counts from 1."""

    items: list[Entry]
    number: int
    pages: int
    total: int


_SUPPORT = (
    sa.select(sa.func.count())
    .select_from(Endorsement)
    .where(Endorsement.proposal_id == Proposal.id)
    .correlate(Proposal)
    .scalar_subquery()
)
_VERSION = (
    sa.select(sa.func.coalesce(sa.func.max(Version.number), 0))
    .where(Version.proposal_id == Proposal.id)
    .correlate(Proposal)
    .scalar_subquery()
)


def listing(member: Member, wanted: Wanted, *, number: int = 1) -> Page:
    """The forum's proposals; withdrawn ones only where they are asked for, or to those who wrote them."""
    conditions = _conditions(member, wanted)
    total = session().scalar(sa.select(sa.func.count()).select_from(Proposal).where(*conditions)) or 0
    pages = max(1, -(-total // PAGE))
    number = min(max(1, number), pages)
    order: dict[str, Any] = {"support": _SUPPORT.desc(), "activity": Proposal.active_at.desc()}
    rows = (
        session()
        .execute(
            sa.select(Proposal, _SUPPORT, _VERSION)
            .where(*conditions)
            .options(joinedload(Proposal.working_group), lazyload(Proposal.forum))
            .order_by(order.get(wanted.sort, Proposal.active_at.desc()), Proposal.id.desc())
            .offset((number - 1) * PAGE)
            .limit(PAGE)
        )
        .all()
    )
    authors = _authors([row[0].id for row in rows])
    spoken = comments_on([row[0].id for row in rows])
    items = [
        Entry(proposal, authors.get(proposal.id, []), support, spoken.get(proposal.id, 0), version)
        for proposal, support, version in rows
    ]
    return Page(items, number, pages, total)


def _conditions(member: Member, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    written = sa.select(CoAuthor.proposal_id).where(
        CoAuthor.member_id == member.id, CoAuthor.state.in_((Writing.writing, Writing.invited))
    )
    found: list[sa.ColumnElement[bool]] = [Proposal.forum_id == member.forum_id]
    if wanted.stage:
        if wanted.stage not in set(Stage):
            raise Invalid(_l("Please choose one of the values offered."), field="stage")
        found.append(Proposal.stage == Stage(wanted.stage))
    else:
        found.append(sa.or_(Proposal.stage != Stage.withdrawn, Proposal.id.in_(written)))
    if wanted.group:
        found.append(Proposal.working_group_id == wanted.group)
    if wanted.language:
        found.append(Proposal.language == wanted.language)
    if wanted.mine:
        found.append(Proposal.id.in_(written))
    if wanted.delegation:
        team = (
            sa.select(CoAuthor.proposal_id)
            .join(Member, Member.id == CoAuthor.member_id)
            .where(Member.delegation_id == wanted.delegation, CoAuthor.state == Writing.writing)
        )
        found.append(Proposal.id.in_(team))
    return found + [Proposal.id.in_(_with_word(stems)) for stems in query_words(wanted.search)]


def _with_word(stems: set[str]) -> sa.Select[int]:
    """Proposals with any of these forms of one word; a long one may stand inside of a compound."""
    words = [
        ProposalWord.word.contains(stem, autoescape=True) if len(stem) >= INSIDE_FROM else ProposalWord.word == stem
        for stem in sorted(stems)
    ]
    return sa.select(ProposalWord.proposal_id).where(sa.or_(*words))


def _authors(proposals: list[int]) -> dict[int, list[Member]]:
    rows = session().execute(
        sa.select(CoAuthor.proposal_id, Member)
        .join(Member, Member.id == CoAuthor.member_id)
        .where(CoAuthor.proposal_id.in_(proposals), CoAuthor.state == Writing.writing)
        .options(joinedload(Member.delegation), lazyload(Member.forum), lazyload(Member.suspension))
        .order_by(CoAuthor.at)
    )
    found: dict[int, list[Member]] = {}
    for proposal, member in rows:
        found.setdefault(proposal, []).append(member)
    return found


def count_by_stage(forum: Forum) -> dict[Stage, int]:
    rows = session().execute(
        sa.select(Proposal.stage, sa.func.count()).where(Proposal.forum_id == forum.id).group_by(Proposal.stage)
    )
    return dict(rows.all())


def comments_on(proposals: Iterable[int]) -> dict[int, int]:
    """`{proposal id: comments that are shown}`; those without any are left out."""
    rows = session().execute(
        sa.select(Thread.proposal_id, sa.func.count())
        .join(Comment, Comment.thread_id == Thread.id)
        .where(Thread.proposal_id.in_(list(proposals)), Comment.withdrawn_at.is_(None), ~Comment.hiding.has())
        .group_by(Thread.proposal_id)
    )
    return {key: count for key, count in rows if key is not None}
