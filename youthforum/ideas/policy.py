"""Why somebody may not do something with an idea."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from youthforum.boards.models import Board
from youthforum.boards.policy import FROZEN, why_not_arrange, why_not_write
from youthforum.core.errors import Refusal
from youthforum.forums.models import Member
from youthforum.forums.phases import Activity
from youthforum.forums.policy import OTHER_FORUM, why_not
from youthforum.ideas.models import Idea

NOT_YOURS = Refusal("not_yours", _l("Only the person who wrote this can do that."))
WITHDRAWN = Refusal("withdrawn", _l("This idea has been withdrawn."))
MERGED = Refusal("merged", _l("This idea has been merged into another one. Please look there."))
HIDDEN = Refusal("hidden", _l("This idea has been hidden by a moderator."))
ITSELF = Refusal("itself", _l("An idea can’t be merged into itself."))
OTHER_BOARD = Refusal("other_board", _l("These cards are on different boards."))

_STATES = {"withdrawn": WITHDRAWN, "merged": MERGED, "hidden": HIDDEN}


def why_not_in_its_state(idea: Idea) -> Refusal | None:
    """What one does with a card needs a card: not one that is withdrawn, merged or hidden."""
    return _STATES.get(idea.state)


def why_not_post(member: Member | None, board: Board) -> Refusal | None:
    return why_not_write(member, board)


def why_not_change(member: Member | None, board: Board, idea: Idea) -> Refusal | None:
    """Editing and withdrawing one's own; while the cards are frozen, nobody."""
    refusal = why_not_write(member, board)
    if refusal is None and (member is None or idea.author_id != member.id):
        return NOT_YOURS
    return refusal or why_not_in_its_state(idea) or (FROZEN if board.frozen else None)


def why_not_return(member: Member | None, board: Board, idea: Idea) -> Refusal | None:
    """Taking back one's own withdrawal."""
    refusal = why_not_write(member, board)
    if refusal is None and (member is None or idea.author_id != member.id):
        return NOT_YOURS
    return refusal or (HIDDEN if idea.hiding else None)


def why_not_correct_language(member: Member | None, board: Board, idea: Idea) -> Refusal | None:
    """The author, or whoever facilitates."""
    if member is not None and idea.author_id == member.id:
        return why_not_change(member, board, idea)
    return why_not_curate(member, board)


def why_not_move(member: Member | None, board: Board, idea: Idea) -> Refusal | None:
    """Own cards as long as one may write, other people's when facilitating; none while frozen."""
    own = member is not None and idea.author_id == member.id and not member.is_moderator
    refusal = why_not_write(member, board) if own else why_not_arrange(member, board)
    return refusal or why_not_in_its_state(idea) or (FROZEN if board.frozen else None)


def why_not_cluster(member: Member | None, board: Board) -> Refusal | None:
    return why_not_arrange(member, board)


def why_not_merge(member: Member | None, board: Board, idea: Idea, into: Idea) -> Refusal | None:
    refusal = why_not_arrange(member, board)
    if refusal is not None:
        return refusal
    if idea.board_id != into.board_id:
        return OTHER_BOARD
    if idea.id == into.id:
        return ITSELF
    return why_not_in_its_state(idea) or why_not_in_its_state(into)


def why_not_curate(member: Member | None, board: Board) -> Refusal | None:
    """Hiding and restoring, also while the cards are frozen."""
    if member is not None and member.forum_id != board.forum_id:
        return OTHER_FORUM
    return why_not(member, Activity.curate)


def why_not_hide(member: Member | None, board: Board, idea: Idea) -> Refusal | None:
    """A merged idea is taken apart first: its words stand on the card that it was merged into."""
    refusal = why_not_curate(member, board)
    return refusal or (MERGED if idea.root_id is not None else None)
