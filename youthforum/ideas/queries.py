"""Reading ideas, through the eyes of somebody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import contains_eager, joinedload, lazyload, selectinload

from youthforum.boards.models import Board, BoardColumn
from youthforum.boards.queries import columns_of, visible_board
from youthforum.core.db import session
from youthforum.core.errors import Invalid, NotFound
from youthforum.forums.models import Member
from youthforum.ideas.models import Cluster, Hiding, Idea
from youthforum.people.models import Person

# What a card needs to be drawn, in a fixed number of queries.
# The board and the forum are in the session already; joined to every card, their texts would be read 300 times.
_FOR_A_CARD = (
    joinedload(Idea.author).options(joinedload(Member.delegation), lazyload(Member.forum), lazyload(Member.suspension)),
    contains_eager(Idea.hiding),
    selectinload(Idea.merged),
)


_SHOWN = (
    sa.select(Idea, Board, Member)
    .join(Board, Board.id == Idea.board_id)
    .join(Member, Member.forum_id == Board.forum_id)
    .where(Idea.id == sa.bindparam("idea"), Member.person_id == sa.bindparam("person"))
    .options(joinedload(Idea.hiding), lazyload(Member.forum))
)


def idea_shown_to(person: Person, idea_id: int) -> tuple[Idea, Board, Member]:
    """An idea this person may see, its board, and who they are there.

    Their own withdrawn and hidden ones count as seen (they may ask what became of them); those of others
    are NotFound, except hidden ones for whoever facilitates.
    """
    row = session().execute(_SHOWN, {"idea": idea_id, "person": person.id}).first()
    if row is None:
        raise NotFound(field="idea")
    found, board, member = row
    own = found.author_id == member.id
    if not own and (found.withdrawn_at is not None or (found.hiding is not None and not member.is_moderator)):
        raise NotFound(field="idea")
    return found, board, member


def cluster_shown_to(person: Person, cluster_id: int) -> tuple[Cluster, Board, Member]:
    found = session().get(Cluster, cluster_id)
    if found is None:
        raise NotFound(field="cluster")
    board, member = visible_board(person, found.board_id)
    return found, board, member


def idea_by_id(idea_id: int) -> Idea | None:
    """Not scoped to anybody: for what is sent to rooms, whose people were checked when they entered."""
    return session().get(Idea, idea_id)


def author_of(idea_id: int) -> int | None:
    """The id of the person who wrote it; None for one whose author has left."""
    author = sa.select(Member.person_id).join(Idea, Idea.author_id == Member.id)
    return session().scalar(author.where(Idea.id == idea_id))


def own_idea_by_key(member: Member, key: str) -> Idea | None:
    """The idea that this member has posted with this key already."""
    return session().scalar(sa.select(Idea).where(Idea.author_id == member.id, Idea.key == key))


def cards(board: Board, *, hidden: bool) -> list[Idea]:
    """All cards of a board in their order: neither withdrawn nor merged ones; hidden ones if asked for."""
    return list(_cards(Idea.board_id == board.id, hidden))


def cards_by_id(ideas: Iterable[int], *, hidden: bool) -> list[Idea]:
    """Those of these ideas that are cards at present, ready to be drawn."""
    return list(_cards(Idea.id.in_(list(ideas)), hidden))


def _cards(condition: sa.ColumnElement[bool], hidden: bool) -> Sequence[Idea]:
    query = (
        sa.select(Idea)
        .outerjoin(Idea.hiding)
        .where(condition, Idea.withdrawn_at.is_(None), Idea.root_id.is_(None))
        .options(*_FOR_A_CARD)
        .order_by(Idea.position, Idea.id)
        .execution_options(populate_existing=True)
    )
    if not hidden:
        query = query.where(Hiding.idea_id.is_(None))
    return session().scalars(query).unique().all()


def clusters(board: Board) -> list[Cluster]:
    return list(
        session().scalars(sa.select(Cluster).where(Cluster.board_id == board.id).order_by(Cluster.position, Cluster.id))
    )


def cluster_by_id(cluster_id: int) -> Cluster | None:
    return session().get(Cluster, cluster_id)


_OWN = sa.select(Idea.id).where(Idea.board_id == sa.bindparam("board"), Idea.author_id == sa.bindparam("member"))


def own_ideas(member: Member, board_id: int) -> list[int]:
    """Ids of this member's ideas on the board, in whatever state."""
    return list(session().scalars(_OWN, {"board": board_id, "member": member.id}))


def withdrawn_of(member: Member, board_id: int) -> list[Idea]:
    """This member's withdrawn ideas, newest first: they can be taken back."""
    return list(
        session().scalars(
            sa.select(Idea)
            .where(Idea.board_id == board_id, Idea.author_id == member.id, Idea.withdrawn_at.is_not(None))
            .order_by(Idea.withdrawn_at.desc())
            .limit(20)
        )
    )


def idea_counts(boards: Iterable[Board]) -> dict[int, int]:
    """`{board id: cards}`, without hidden, withdrawn and merged ones."""
    rows = session().execute(
        sa.select(Idea.board_id, sa.func.count())
        .outerjoin(Idea.hiding)
        .where(
            Idea.board_id.in_([board.id for board in boards]),
            Idea.withdrawn_at.is_(None),
            Idea.root_id.is_(None),
            Hiding.idea_id.is_(None),
        )
        .group_by(Idea.board_id)
    )
    return dict(rows.all())


@dataclass(frozen=True)
class ClusterCards:
    """A cluster with its cards, as a page draws it."""

    id: int
    name: str
    column_id: int
    position: float
    ideas: list[Idea]


@dataclass(frozen=True)
class ColumnCards:
    """A column with its loose cards and clusters in their common order."""

    column: BoardColumn
    items: list[Any]

    @property
    def ideas(self) -> list[Idea]:
        """All its cards, those in clusters too."""
        return [idea for item in self.items for idea in (item.ideas if isinstance(item, ClusterCards) else [item])]


def layout(board: Board, *, hidden: bool) -> list[ColumnCards]:
    """Everything on a board, column by column."""
    loose: dict[int, list[Any]] = defaultdict(list)
    grouped: dict[int, list[Idea]] = defaultdict(list)
    for idea in cards(board, hidden=hidden):
        if idea.cluster_id is None:
            loose[idea.column_id].append(idea)
        else:
            grouped[idea.cluster_id].append(idea)
    for cluster in clusters(board):
        loose[cluster.column_id].append(
            ClusterCards(cluster.id, cluster.name, cluster.column_id, cluster.position, grouped[cluster.id])
        )
    return [
        ColumnCards(column, sorted(loose[column.id], key=lambda item: item.position)) for column in columns_of(board.id)
    ]


def translatable(forum_id: int) -> sa.Select[int, str, int, datetime]:
    """`id`, `language`, `version`, `created_at` of all cards of a forum that everybody sees."""
    return (
        sa.select(Idea.id, Idea.language, Idea.version, Idea.created_at)
        .join(Board, Board.id == Idea.board_id)
        .outerjoin(Idea.hiding)
        .where(
            Board.forum_id == forum_id,
            Idea.withdrawn_at.is_(None),
            Idea.root_id.is_(None),
            Hiding.idea_id.is_(None),
        )
    )


def neighbours(board_id: int, column_id: int, cluster_id: int | None) -> list[tuple[float, str, int]]:
    """What stands in a column (or a cluster), in order: `(position, "idea" | "cluster", id)`."""
    in_list = (
        [Idea.cluster_id == cluster_id]
        if cluster_id
        else [Idea.board_id == board_id, Idea.column_id == column_id, Idea.cluster_id.is_(None)]
    )
    found: list[tuple[float, str, int]] = [
        (position, "idea", key)
        for position, key in session().execute(sa.select(Idea.position, Idea.id).where(*in_list))
    ]
    if cluster_id is None:
        groups = sa.select(Cluster.position, Cluster.id).where(Cluster.column_id == column_id)
        found += [(position, "cluster", key) for position, key in session().execute(groups)]
    return sorted(found)


def cluster_on(board: Board, cluster_id: int, column_id: int | None = None) -> Cluster:
    """A cluster of this board (and column). Raises Invalid for any other."""
    found = session().get(Cluster, cluster_id)
    if found is None or found.board_id != board.id or column_id not in (None, found.column_id):
        raise Invalid(_l("This cluster is not in that column."), field="cluster")
    return found


def same_root(root_id: int) -> list[Idea]:
    """The ideas that count under this card, itself not among them."""
    return list(session().scalars(sa.select(Idea).where(Idea.root_id == root_id)))
