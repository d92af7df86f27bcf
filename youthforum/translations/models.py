"""A translation of an idea or a comment, the wish for one, and a forum's consent to machines."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthforum.core.db import Base
from youthforum.forums.models import Member

_ONE_SUBJECT = "(idea_id IS NULL) <> (comment_id IS NULL)"


class Translation(Base):
    """The words of one idea or comment in one other language, made from version `of_version` of it."""

    __tablename__ = "translation"
    __table_args__ = (
        sa.UniqueConstraint("idea_id", "language"),
        sa.UniqueConstraint("comment_id", "language"),
        sa.CheckConstraint(_ONE_SUBJECT, name="one_subject"),
        sa.CheckConstraint("writer_id <> checked_by_id", name="checked_by_another"),
        sa.CheckConstraint("NOT machine OR writer_id IS NULL", name="written_by_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int | None] = mapped_column(sa.ForeignKey("idea.id", ondelete="CASCADE"))
    comment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(sa.String(8))
    text: Mapped[str] = mapped_column(sa.Text)
    writer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    machine: Mapped[bool] = mapped_column(default=False)
    """Suggested by a machine and not rewritten by anybody since."""
    checked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    checked_at: Mapped[datetime | None]
    """Stays when the person who checked it leaves."""
    of_version: Mapped[int]
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]

    writer: Mapped[Member | None] = relationship(foreign_keys=writer_id)

    @property
    def checked(self) -> bool:
        """Whether a second person has confirmed it (for a machine's: any person)."""
        return self.checked_at is not None


class TranslationWish(Base):
    """One member would like to read something in one language; one tap, one row."""

    __tablename__ = "translation_wish"
    __table_args__ = (
        sa.UniqueConstraint("idea_id", "language", "member_id"),
        sa.UniqueConstraint("comment_id", "language", "member_id"),
        sa.CheckConstraint(_ONE_SUBJECT, name="one_subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int | None] = mapped_column(sa.ForeignKey("idea.id", ondelete="CASCADE"))
    comment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(sa.String(8))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"))


class MachineConsent(Base):
    """A forum lets a machine outside suggest translations: the row says who agreed to it and when."""

    __tablename__ = "machine_consent"

    forum_id: Mapped[int] = mapped_column(sa.ForeignKey("forum.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    at: Mapped[datetime]
