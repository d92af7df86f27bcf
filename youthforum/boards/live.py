"""The live channel of a board, and the switches of those who run it."""

from __future__ import annotations

from typing import Any

from flask import render_template

from youthforum.boards import commands, queries
from youthforum.boards.events import BoardChanged, BoardFact, BoardMade
from youthforum.boards.forms import FreezeForm, OpenForm
from youthforum.boards.models import Board
from youthforum.core.events import on
from youthforum.live.channels import Admission, Audience, Change, channel
from youthforum.live.intake import Answer, intake
from youthforum.live.sockets import live
from youthforum.people.models import Person


def admit(person: Person, board_id: int) -> Admission:
    board, member = queries.visible_board(person, board_id)
    return Admission("moderators" if member.is_moderator else "members", (board, member))


board_channel = channel("board", admit, queries.revision_of)


@board_channel.drawn_by(BoardChanged)
def draw_state(change: Change, audience: Audience) -> str | None:
    board = queries.board_by_id(int(audience.channel.partition(":")[2]))
    return render_template("boards/_state.html", board=board) if board else None


@on(BoardFact)
def announce(fact: BoardFact) -> None:
    live().broadcaster.changed(f"board:{fact.board_id}")


@on(BoardMade)
def announce_new_board(fact: BoardMade) -> None:
    live().broadcaster.changed(f"forum:{fact.forum_id}")


@intake("board:writing", OpenForm, "/boards/<board>/writing")
def switch_writing(person: Person, form: OpenForm) -> Answer:
    """Open or close writing on a board."""
    board, member = queries.visible_board(person, form.board)
    commands.open_writing(member, board, open_=form.open)
    return state(board)


@intake("board:voting", OpenForm, "/boards/<board>/voting")
def switch_voting(person: Person, form: OpenForm) -> Answer:
    """Open or close voting on a board."""
    board, member = queries.visible_board(person, form.board)
    commands.open_voting(member, board, open_=form.open)
    return state(board)


@intake("board:freeze", FreezeForm, "/boards/<board>/freeze")
def switch_freeze(person: Person, form: FreezeForm) -> Answer:
    """Freeze the cards of a board, or let them be moved again."""
    board, member = queries.visible_board(person, form.board)
    commands.freeze(member, board, frozen=form.frozen)
    return state(board)


def state(board: Board) -> dict[str, Any]:
    """How a board stands, as the answer to switching it."""
    return {
        "board": {
            "id": board.id,
            "writing_open": board.writing_open,
            "voting_open": board.voting_open,
            "frozen": board.frozen,
        },
        "revision": board.revision,
    }
