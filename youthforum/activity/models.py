"""One row for every fact that somebody may want to hear of later."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthforum.core.db import Base


class Activity(Base):
    """A fact: who, what, when; `data` holds ids only, so that an erasure has nothing to erase here."""

    __tablename__ = "activity"
    __table_args__ = (
        # A revision names one change of one channel; the outbox can be read in order and without gaps.
        sa.UniqueConstraint("channel", "revision"),
        sa.Index("ix_activity_forum_id_id", "forum_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    type: Mapped[str] = mapped_column(sa.String(40))
    channel: Mapped[str | None] = mapped_column(sa.String(40))
    revision: Mapped[int | None]
    forum_id: Mapped[int | None] = mapped_column(sa.ForeignKey("forum.id", ondelete="CASCADE"))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    data: Mapped[dict[str, Any]]
