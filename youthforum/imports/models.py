"""Who somebody in an import's source is here."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from youthforum.core.db import Base


class ImportedMember(Base):
    """The member that stands for a voter or author of a source; the same source again finds the same member.

    `key` is theirs in the source ("voter:17"), so two people there are never one here, whatever they are called.
    """

    __tablename__ = "imported_member"

    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), unique=True)
