"""A board and its columns."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthforum.core.db import Base, Revised, one_of
from youthforum.core.text import Text, TextColumn
from youthforum.forums.models import Forum, WorkingGroup


class Kind(StrEnum):
    """How people vote on a board."""

    dots = "dots"
    opinions = "opinions"


class Tallies(StrEnum):
    """When people see how others voted."""

    live = "live"
    after_vote = "after_vote"
    after_close = "after_close"


class Voting(StrEnum):
    """Voting is closed only after it was open, so that "hidden until closed" has a meaning."""

    not_yet = "not_yet"
    open = "open"
    closed = "closed"


class Board(Revised, Base):
    """A question with live columns of ideas."""

    __tablename__ = "board"
    __table_args__ = (
        sa.CheckConstraint("budget BETWEEN 1 AND 100 AND cap BETWEEN 1 AND budget", name="budget_and_cap"),
        sa.CheckConstraint("(voting = 'closed') = (voting_closed_at IS NOT NULL)", name="closed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(sa.ForeignKey("forum.id", ondelete="CASCADE"), index=True)
    working_group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("working_group.id", ondelete="SET NULL"))
    question: Mapped[Text] = mapped_column(TextColumn)
    kind: Mapped[Kind] = mapped_column(one_of(Kind))
    budget: Mapped[int] = mapped_column(default=5)
    cap: Mapped[int] = mapped_column(default=2)
    tallies: Mapped[Tallies] = mapped_column(one_of(Tallies))
    show_authors: Mapped[bool] = mapped_column(default=True)
    writing_open: Mapped[bool] = mapped_column(default=True)
    voting: Mapped[Voting] = mapped_column(one_of(Voting), default=Voting.not_yet)
    voting_closed_at: Mapped[datetime | None]
    frozen: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    source: Mapped[str | None] = mapped_column(sa.String(200))
    """Where an imported board came from; an import of the same source again fills the same board."""

    forum: Mapped[Forum] = relationship(lazy="joined", innerjoin=True)
    working_group: Mapped[WorkingGroup | None] = relationship()
    columns: Mapped[list[BoardColumn]] = relationship(
        order_by="BoardColumn.position", back_populates="board", cascade="all, delete-orphan"
    )

    @property
    def voting_open(self) -> bool:
        return self.voting is Voting.open

    @property
    def channel(self) -> str:
        return f"board:{self.id}"


class BoardColumn(Base):
    """A column of a board, with a heading."""

    __tablename__ = "board_column"

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="CASCADE"), index=True)
    name: Mapped[Text] = mapped_column(TextColumn)
    position: Mapped[int]

    board: Mapped[Board] = relationship(back_populates="columns")
