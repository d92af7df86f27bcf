"""Votes and the version of every idea's tally."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthforum.core.db import Base


class Vote(Base):
    """What one member gave to one idea: dots, or an opinion (1 agree, -1 disagree, 0 pass). One row, by key."""

    __tablename__ = "vote"
    __table_args__ = (
        sa.CheckConstraint("value BETWEEN -1 AND 100", name="value"),
        sa.Index("ix_vote_member_id_idea_id", "member_id", "idea_id"),
        {"sqlite_with_rowid": False},
    )

    idea_id: Mapped[int] = mapped_column(sa.ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    value: Mapped[int] = mapped_column(sa.SmallInteger)
    at: Mapped[datetime]


class TallyVersion(Base):
    """Grows with everything that changes an idea's tally, so that the newest one wins wherever it arrives."""

    __tablename__ = "tally_version"

    idea_id: Mapped[int] = mapped_column(sa.ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True)
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="CASCADE"), index=True)
    version: Mapped[int] = mapped_column(default=0)
