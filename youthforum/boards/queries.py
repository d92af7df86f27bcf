"""Reading boards, through the eyes of somebody."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload, lazyload, selectinload

from youthforum.boards.models import Board, BoardColumn
from youthforum.core.db import session
from youthforum.core.errors import Invalid, NotFound
from youthforum.forums.models import Forum, Member
from youthforum.people.models import Person

_VISIBLE = (
    sa.select(Board, Member)
    .join(Member, Member.forum_id == Board.forum_id)
    .where(Board.id == sa.bindparam("board"), Member.person_id == sa.bindparam("person"))
    .options(lazyload(Member.forum))  # the board brings it
)
_REVISION = sa.select(Board.revision).where(Board.id == sa.bindparam("board"))


def visible_board(person: Person | None, board_id: int) -> tuple[Board, Member]:
    """The board, and who this person is in its forum. Raises NotFound for whoever is not a member."""
    found = None
    if person is not None and 0 < board_id < 2**31:
        found = session().execute(_VISIBLE, {"board": board_id, "person": person.id}).first()
    if found is None:
        raise NotFound(field="board")
    return found


def revision_of(board_id: int) -> int:
    """Read from the database, whatever this session has loaded before."""
    return session().scalar(_REVISION, {"board": board_id}) or 0


def board_by_id(board_id: int) -> Board | None:
    """Not scoped to anybody: for what is sent to rooms, whose people were checked when they entered."""
    return session().get(Board, board_id)


def boards_of(forum: Forum) -> list[Board]:
    """All boards of a forum in the order in which they were made."""
    return list(
        session().scalars(
            sa.select(Board)
            .where(Board.forum_id == forum.id)
            .options(joinedload(Board.working_group), selectinload(Board.columns))
            .order_by(Board.id)
            .limit(500)
        )
    )


def columns_of(board_id: int) -> list[BoardColumn]:
    return list(
        session().scalars(sa.select(BoardColumn).where(BoardColumn.board_id == board_id).order_by(BoardColumn.position))
    )


def column_of(board: Board, column_id: int | None) -> BoardColumn:
    """A column of this board; the first one when none is named. Raises Invalid for one of another board."""
    columns = columns_of(board.id)
    if column_id is None:
        return columns[0]
    for column in columns:
        if column.id == column_id:
            return column
    raise Invalid(_l("This column is not on this board."), field="column")


def board_by_source(forum: Forum, source: str) -> Board | None:
    return session().scalar(sa.select(Board).where(Board.forum_id == forum.id, Board.source == source))
