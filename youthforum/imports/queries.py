"""What an import has to know of the board that it fills."""

from __future__ import annotations

import sqlalchemy as sa

from youthforum.boards.models import Board
from youthforum.boards.queries import columns_of
from youthforum.core.db import session
from youthforum.forums.queries import delegations_of
from youthforum.ideas.models import Idea
from youthforum.imports.ideas_csv import Places
from youthforum.imports.models import ImportedMember
from youthforum.votes.models import Vote


def places_of(board: Board) -> Places:
    """Columns and delegations as a spreadsheet may name them: in any language, delegations also by slug."""
    columns: dict[str, int] = {}
    for column in columns_of(board.id):
        for name in column.name.values():
            columns.setdefault(name, column.id)
    delegations: dict[str, int] = {}
    for delegation in delegations_of(board.forum):
        for name in (*delegation.name.values(), delegation.slug):
            delegations.setdefault(name, delegation.id)
    return Places(columns, delegations, list(board.forum.languages))


def imported_members(board: Board) -> dict[str, int]:
    """`{key in the source: member id}` of those whom earlier imports into this board have made."""
    query = sa.select(ImportedMember.key, ImportedMember.member_id).where(ImportedMember.board_id == board.id)
    return dict(session().execute(query).all())


def ideas_by_key(board: Board) -> dict[str, int]:
    """`{key: idea id}` of all ideas of a board, in whatever state."""
    query = sa.select(Idea.key, Idea.id).where(Idea.board_id == board.id)
    return dict(session().execute(query).all())


def imported_votes(board: Board) -> dict[tuple[int, int], int]:
    """`{(idea id, member id): value}` of those whom imports have made; nobody else votes for them."""
    query = (
        sa.select(Vote.idea_id, Vote.member_id, Vote.value)
        .join(Idea, Idea.id == Vote.idea_id)
        .join(ImportedMember, ImportedMember.member_id == Vote.member_id)
        .where(Idea.board_id == board.id)
    )
    return {(idea, member): value for idea, member, value in session().execute(query)}
