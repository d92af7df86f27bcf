"""An idea and what may be done to it. Nothing loses the original: hiding, withdrawing, merging are rows or dates."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthforum.boards.models import Board
from youthforum.core.db import Base
from youthforum.forums.models import Member


class Cluster(Base):
    """Ideas of one column that say the same or belong together, with a name."""

    __tablename__ = "cluster"

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="CASCADE"), index=True)
    column_id: Mapped[int] = mapped_column(sa.ForeignKey("board_column.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(80))
    position: Mapped[float]

    board: Mapped[Board] = relationship()


class Idea(Base):
    """One card on a board. `position` orders loose cards and clusters of a column, or the cards of a cluster."""

    __tablename__ = "idea"
    __table_args__ = (
        sa.UniqueConstraint("author_id", "key"),
        sa.CheckConstraint("(merged_into_id IS NULL) = (root_id IS NULL)", name="merged_has_root"),
        sa.CheckConstraint("merged_into_id <> id AND root_id <> id", name="not_merged_into_itself"),
        sa.Index("ix_idea_board_id_root_id", "board_id", "root_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="CASCADE"))
    column_id: Mapped[int] = mapped_column(sa.ForeignKey("board_column.id", ondelete="CASCADE"))
    cluster_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cluster.id", ondelete="SET NULL"), index=True)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    key: Mapped[str] = mapped_column(sa.String(36))
    """The client's UUID (or a line's number in an import): posting again with it is the same idea."""
    text: Mapped[str] = mapped_column(sa.Text)
    language: Mapped[str] = mapped_column(sa.String(8))
    position: Mapped[float]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("idea.id", ondelete="SET NULL"))
    root_id: Mapped[int | None] = mapped_column(sa.ForeignKey("idea.id", ondelete="SET NULL"), index=True)
    """The card under which this one counts, at the top of all merges above it; None: its own."""

    board: Mapped[Board] = relationship()
    author: Mapped[Member | None] = relationship()
    hiding: Mapped[Hiding | None] = relationship(back_populates="idea")
    merged: Mapped[list[Idea]] = relationship(foreign_keys=root_id, order_by="Idea.id", viewonly=True)

    @property
    def state(self) -> str:
        """`shown`, `hidden` (by a moderator), `withdrawn` (by its author) or `merged` (into another)."""
        if self.hiding is not None:
            return "hidden"
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "merged" if self.root_id is not None else "shown"

    @property
    def edited(self) -> bool:
        return self.edited_at is not None

    @property
    def author_name(self) -> str | None:
        """None where the board hides authors."""
        return self.author.name if self.author and self.board.show_authors else None

    @property
    def delegation(self) -> object | None:
        return self.author.delegation if self.author and self.board.show_authors else None


class Hiding(Base):
    """A moderator took a card out of sight; the row says who, why and when. None: an import said so."""

    __tablename__ = "hiding"

    idea_id: Mapped[int] = mapped_column(sa.ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True)
    moderator_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(sa.String(500))
    at: Mapped[datetime]

    idea: Mapped[Idea] = relationship(back_populates="hiding")


class Merge(Base):
    """A moderator merged one idea into another; kept when undone, so that it can be told."""

    __tablename__ = "merge"

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(sa.ForeignKey("idea.id", ondelete="CASCADE"), index=True)
    into_id: Mapped[int] = mapped_column(sa.ForeignKey("idea.id", ondelete="CASCADE"), index=True)
    moderator_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]

    idea: Mapped[Idea] = relationship(foreign_keys=idea_id)
    into: Mapped[Idea] = relationship(foreign_keys=into_id)


class MergeSeen(Base):
    """A supporter or author has read that a merge moved their vote or idea."""

    __tablename__ = "merge_seen"

    merge_id: Mapped[int] = mapped_column(sa.ForeignKey("merge.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
