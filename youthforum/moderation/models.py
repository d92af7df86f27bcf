"""A member's complaint about something that somebody wrote."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthforum.core.db import Base, one_of
from youthforum.forums.models import Member


class Reported(StrEnum):
    """What can be reported."""

    idea = "idea"
    comment = "comment"
    proposal = "proposal"
    amendment = "amendment"


class Category(StrEnum):
    """What is wrong with it."""

    unkind = "unkind"
    private_data = "private_data"
    off_topic = "off_topic"
    danger = "danger"


_OPEN = sa.text("settled_at IS NULL")


class Report(Base):
    """Open until a moderator settles it. Who reported is for moderators only, never for the person reported."""

    __tablename__ = "report"
    __table_args__ = (
        # Reporting the same thing again while the first report is open is once.
        sa.Index(
            "uq_report_open",
            "kind",
            "subject_id",
            "reporter_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        sa.Index("ix_report_forum_id_settled_at", "forum_id", "settled_at"),
        sa.CheckConstraint("(settled_at IS NULL) = (outcome IS NULL)", name="settled_with_outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(sa.ForeignKey("forum.id", ondelete="CASCADE"))
    kind: Mapped[Reported] = mapped_column(one_of(Reported))
    subject_id: Mapped[int]
    reporter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    category: Mapped[Category] = mapped_column(one_of(Category))
    text: Mapped[str | None] = mapped_column(sa.String(500))
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    outcome: Mapped[str | None] = mapped_column(sa.String(500))

    reporter: Mapped[Member | None] = relationship(foreign_keys=reporter_id)
