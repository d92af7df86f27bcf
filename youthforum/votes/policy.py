"""Why somebody may not vote, and who may see the tallies."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from youthforum.boards.models import Board, Kind, Tallies, Voting
from youthforum.boards.policy import why_not_vote as why_not_vote_on_board
from youthforum.core.errors import Refusal
from youthforum.forums.models import Member
from youthforum.ideas.models import Idea
from youthforum.ideas.policy import why_not_cluster, why_not_in_its_state, why_not_post
from youthforum.people.policy import NOT_YOURS

NO_DOTS_HERE = Refusal("wrong_kind", _l("This board asks for opinions, not for dots."))
NO_OPINIONS_HERE = Refusal("wrong_kind", _l("This board asks for dots, not for opinions."))


def why_not_give_dots(member: Member | None, board: Board, idea: Idea) -> Refusal | None:
    if board.kind is not Kind.dots:
        return NO_DOTS_HERE
    return why_not_vote_on_board(member, board) or why_not_in_its_state(idea)


def why_not_give_opinion(member: Member | None, board: Board, idea: Idea) -> Refusal | None:
    if board.kind is not Kind.opinions:
        return NO_OPINIONS_HERE
    return why_not_vote_on_board(member, board) or why_not_in_its_state(idea)


def why_not_see_notice(member: Member, concerned: bool) -> Refusal | None:
    return None if concerned else NOT_YOURS


def what_one_may_not(member: Member, board: Board) -> dict[str, str | None]:
    """Why this member may not post, vote or arrange cards on the board now: sentences, None for what they may."""
    refusals = {
        "why_not_post": why_not_post(member, board),
        "why_not_vote": why_not_vote_on_board(member, board),
        "why_not_move": why_not_cluster(member, board),
    }
    return {name: None if refusal is None else str(refusal) for name, refusal in refusals.items()}


def open_to_all(board: Board) -> bool:
    """Whether everybody on the board may see every tally now."""
    return board.voting is Voting.closed or board.tallies is Tallies.live


def open_to(member: Member, board: Board, voted: set[int]) -> set[int] | None:
    """The ideas whose tally this member may see (None: all). `voted` are those they have voted on.

    "After own vote" means: on a board of dots all tallies after the first dot given, so that others don't
    guide it; on a board of opinions each idea's tally after the own opinion of it. Facilitators, who don't
    vote, see these. Tallies hidden until closing are hidden from everybody.
    """
    if open_to_all(board):
        return None
    if board.tallies is Tallies.after_close:
        return set()
    if member.is_moderator or (board.kind is Kind.dots and voted):
        return None
    return voted
