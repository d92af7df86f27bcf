"""A thread under an idea or a proposal, and what is said in it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthforum.core.db import Base, Revised
from youthforum.forums.models import Forum, Member

LONGEST_COMMENT = 2000


class Thread(Revised, Base):
    """All comments on one thing. Made with the first of them: what nobody has spoken about has no thread."""

    __tablename__ = "thread"
    __table_args__ = (
        sa.UniqueConstraint("idea_id"),
        sa.UniqueConstraint("proposal_id"),
        sa.CheckConstraint("(idea_id IS NULL) <> (proposal_id IS NULL)", name="one_subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(sa.ForeignKey("forum.id", ondelete="CASCADE"), index=True)
    idea_id: Mapped[int | None] = mapped_column(sa.ForeignKey("idea.id", ondelete="CASCADE"))
    proposal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("proposal.id", ondelete="CASCADE"))

    forum: Mapped[Forum] = relationship()

    @property
    def kind(self) -> str:
        """The name of what it is about: `idea` or `proposal`."""
        return "idea" if self.idea_id is not None else "proposal"

    @property
    def subject_id(self) -> int:
        found = self.idea_id if self.idea_id is not None else self.proposal_id
        assert found is not None  # noqa: S101  (the check constraint)
        return found


class Comment(Base):
    """What somebody said. An answer has a parent, which has none: threads are one level deep."""

    __tablename__ = "comment"
    __table_args__ = (
        sa.UniqueConstraint("author_id", "key"),
        sa.CheckConstraint("parent_id <> id", name="no_answer_to_itself"),
        sa.CheckConstraint("resolved_by_id IS NULL OR resolved_at IS NOT NULL", name="resolved_when"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id", ondelete="CASCADE"), index=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id", ondelete="CASCADE"), index=True)
    part: Mapped[str | None] = mapped_column(sa.String(40))
    """The section of a proposal that it is about; None: all of it."""
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    key: Mapped[str] = mapped_column(sa.String(36))
    """The client's UUID: posting again with it is the same comment."""
    text: Mapped[str] = mapped_column(sa.Text)
    language: Mapped[str] = mapped_column(sa.String(8))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))

    thread: Mapped[Thread] = relationship()
    author: Mapped[Member | None] = relationship(foreign_keys=author_id)
    hiding: Mapped[CommentHiding | None] = relationship(back_populates="comment")

    @property
    def state(self) -> str:
        """`shown`, `hidden` (by a moderator) or `withdrawn` (by its author)."""
        if self.hiding is not None:
            return "hidden"
        return "withdrawn" if self.withdrawn_at is not None else "shown"


class CommentHiding(Base):
    """A moderator took a comment out of sight; the row says who, why and when."""

    __tablename__ = "comment_hiding"

    comment_id: Mapped[int] = mapped_column(sa.ForeignKey("comment.id", ondelete="CASCADE"), primary_key=True)
    moderator_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(sa.String(500))
    at: Mapped[datetime]

    comment: Mapped[Comment] = relationship(back_populates="hiding")
