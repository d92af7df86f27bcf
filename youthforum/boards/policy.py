"""Why somebody may not do something with a board. Ideas and votes ask here about the board's state."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from youthforum.boards.models import Board, Voting
from youthforum.core.dates import clock_time
from youthforum.core.errors import Refusal
from youthforum.forums.models import Member
from youthforum.forums.phases import Activity
from youthforum.forums.policy import OTHER_FORUM, why_not

WRITING_CLOSED = Refusal("writing_closed", _l("Writing on this board is closed at the moment."))
VOTING_NOT_OPEN = Refusal("voting_closed", _l("Voting on this board has not been opened yet."))
FROZEN = Refusal("frozen", _l("The cards on this board are frozen."))
STAYS_HIDDEN = Refusal(
    "stays_hidden", _l("People have voted on the promise that results stay hidden until voting closes.")
)
HAS_VOTES = Refusal("has_votes", _l("People have voted already; how they vote here can’t be changed any more."))


def why_not_run(member: Member | None, board: Board) -> Refusal | None:
    """Opening, closing, freezing, settings."""
    return OTHER_FORUM if _elsewhere(member, board) else why_not(member, Activity.run_boards)


def why_not_write(member: Member | None, board: Board) -> Refusal | None:
    """Posting and changing own ideas. Who runs the board may write when it is closed for others."""
    if _elsewhere(member, board):
        return OTHER_FORUM
    refusal = why_not(member, Activity.post)
    if refusal is None and member is not None and not board.writing_open and not member.is_moderator:
        return WRITING_CLOSED
    return refusal


def why_not_vote(member: Member | None, board: Board) -> Refusal | None:
    if _elsewhere(member, board):
        return OTHER_FORUM
    refusal = why_not(member, Activity.vote)
    if refusal is not None:
        return refusal
    if board.voting is Voting.closed:
        return voting_closed(board)
    return VOTING_NOT_OPEN if board.voting is Voting.not_yet else None


def why_not_arrange(member: Member | None, board: Board) -> Refusal | None:
    """Moving, clustering and merging cards."""
    if _elsewhere(member, board):
        return OTHER_FORUM
    return why_not(member, Activity.curate) or (FROZEN if board.frozen else None)


def voting_closed(board: Board) -> Refusal:
    """With the time on the forum's clock, in the reader's way of writing it."""

    def time() -> str:
        return clock_time(board.voting_closed_at, board.forum.time_zone) if board.voting_closed_at else ""

    when: Any = LazyString(time)
    return Refusal("voting_closed", _l("Voting on this board closed at %(time)s.", time=when))


def _elsewhere(member: Member | None, board: Board) -> bool:
    return member is not None and member.forum_id != board.forum_id
