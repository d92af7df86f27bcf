"""A notice to one member."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthforum.core.db import Base


class Notice(Base):
    """Something that one member is told. `data` holds ids only: the words are made when they are read, in the
    reader's language and as far as they may still see what it is about."""

    __tablename__ = "notice"
    __table_args__ = (sa.Index("ix_notice_member_id_id", "member_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(sa.String(40))
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
