"""Casting votes, and keeping them right when ideas are merged, hidden or brought back."""

from __future__ import annotations

from typing import cast

import sqlalchemy as sa
from flask_babel import lazy_ngettext as _ln

from youthforum.boards.models import Board, Kind
from youthforum.core.clock import now
from youthforum.core.commands import add, command, record
from youthforum.core.db import session
from youthforum.core.errors import Invalid
from youthforum.core.events import within
from youthforum.forums.models import Member
from youthforum.ideas.events import (
    IdeaFact,
    IdeaHidden,
    IdeaMerged,
    IdeaPosted,
    IdeaRestored,
    IdeaReturned,
    IdeaUnmerged,
    IdeaWithdrawn,
)
from youthforum.ideas.models import Idea, Merge, MergeSeen
from youthforum.votes import policy, queries
from youthforum.votes.events import VoteCast
from youthforum.votes.models import TallyVersion, Vote
from youthforum.votes.tally import rows_for


@command(unless=policy.why_not_give_dots, share=("board", "idea"), lock=("member",))
def give_dots(member: Member, board: Board, idea: Idea, *, dots: int) -> tuple[int, int]:
    """Hold exactly so many dots on an idea: `(dots left, version of the tally)`; the same again changes nothing.

    Raises Invalid (`over_cap`, `over_budget`) when that is more than the board allows.
    """
    if dots > board.cap:
        raise Invalid(
            _ln("At most %(num)d dot per idea here.", "At most %(num)d dots per idea here.", board.cap),
            code="over_cap",
            field="dots",
        )
    held = queries.held_by(member, board)
    before = held.get(idea.id, 0)
    if dots == before:
        return board.budget - sum(held.values()), queries.version_of(idea.id)
    left = board.budget - (sum(held.values()) - before) - dots
    if left < 0 and dots > before:
        free = board.budget - sum(held.values())
        raise Invalid(
            _ln(
                "You have %(num)d dot left on this board.",
                "You have %(num)d dots left on this board.",
                max(0, free),
            ),
            code="over_budget",
            field="dots",
        )
    for idea_id, value in rows_for(dots, queries.rows_of(member, idea.id), idea.id).items():
        _store(member, idea_id, value or None)
    version = _bump(idea.id)
    record(VoteCast(board_id=board.id, idea_id=idea.id, person_id=member.person_id))
    return max(0, left), version


@command(unless=policy.why_not_give_opinion, share=("board", "idea"), lock=("member",))
def give_opinion(member: Member, board: Board, idea: Idea, *, opinion: int | None) -> int:
    """Agree (1), disagree (-1), pass (0), or take it back (None): the version of the tally."""
    if queries.held_by(member, board).get(idea.id) == opinion:
        return queries.version_of(idea.id)
    if opinion is None:
        for cast in queries.rows_of(member, idea.id):
            _store(member, cast.idea, None)
    else:
        _store(member, idea.id, opinion)
    version = _bump(idea.id)
    record(VoteCast(board_id=board.id, idea_id=idea.id, person_id=member.person_id))
    return version


def _store(member: Member, idea_id: int, value: int | None) -> None:
    """Set one row; the member's row is locked, so nobody else is at it."""
    row = {"of_idea": idea_id, "of_member": member.id}
    connection = session().connection()
    if value is None:
        connection.execute(_DELETE, row)
    elif not connection.execute(_UPDATE, row | {"value": value, "at": now()}).rowcount:
        connection.execute(_INSERT, {"idea_id": idea_id, "member_id": member.id, "value": value, "at": now()})


# Built once, and on the tables rather than the classes: a hall gives hundreds of dots a second.
_votes, _versions = cast(sa.Table, Vote.__table__), cast(sa.Table, TallyVersion.__table__)
_ROW = (_votes.c.idea_id == sa.bindparam("of_idea")) & (_votes.c.member_id == sa.bindparam("of_member"))
_DELETE = sa.delete(_votes).where(_ROW)
_UPDATE = sa.update(_votes).where(_ROW).values(value=sa.bindparam("value"), at=sa.bindparam("at"))
_INSERT = sa.insert(_votes)
_BUMP = (
    sa.update(_versions)
    .where(_versions.c.idea_id == sa.bindparam("of_idea"))
    .values(version=_versions.c.version + 1)
    .returning(_versions.c.version)
)


def _bump(idea_id: int) -> int:
    return session().connection().scalars(_BUMP, {"of_idea": idea_id}).one()


@within(IdeaPosted)
def start_counting(fact: IdeaPosted) -> None:
    add(TallyVersion(idea_id=fact.idea_id, board_id=fact.board_id))


@within(IdeaWithdrawn, IdeaReturned, IdeaHidden, IdeaRestored)
def count_anew(fact: IdeaFact) -> None:
    _bump(fact.idea_id)


@within(IdeaMerged, IdeaUnmerged)
def count_both_anew(fact: IdeaMerged | IdeaUnmerged) -> None:
    _bump(fact.idea_id)
    _bump(fact.into_id)


@within(IdeaReturned, IdeaRestored)
def keep_budgets_after_return(fact: IdeaReturned | IdeaRestored) -> None:
    _take_back_overspent(fact.board_id, [fact.idea_id])


@within(IdeaUnmerged)
def keep_budgets_after_unmerge(fact: IdeaUnmerged) -> None:
    _take_back_overspent(fact.board_id, [fact.idea_id, fact.into_id])


def _take_back_overspent(board_id: int, ideas: list[int]) -> None:
    """Dots that stopped counting went back to their owners. Where these have spent them elsewhere since, the
    older dots on the ideas that come back are taken away: nobody counts with more than the budget."""
    board = session().get_one(Board, board_id)
    if board.kind is not Kind.dots:
        return
    for member in session().scalars(sa.select(Member).where(Member.id.in_(queries.voters_on(ideas)))):
        held = queries.held_by(member, board)
        over = sum(held.values()) - board.budget
        for idea_id in ideas:
            if over > 0 and held.get(idea_id):
                keep = max(0, held[idea_id] - over)
                over -= held[idea_id] - keep
                for row, value in rows_for(keep, queries.rows_of(member, idea_id), idea_id).items():
                    _store(member, row, value or None)


@command(unless=policy.why_not_see_notice)
def dismiss_notice(member: Member, merge: Merge, *, concerned: bool) -> None:
    """Don't show the notice of this merge to this member any more."""
    if session().get(MergeSeen, (merge.id, member.id)) is None:
        add(MergeSeen(merge_id=merge.id, member_id=member.id))
