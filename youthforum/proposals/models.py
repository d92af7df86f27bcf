"""A proposal: who writes it, its draft in the making, and everything that stays as it was."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthforum.core.db import Base, Revised, one_of
from youthforum.core.text import Text, TextColumn
from youthforum.forums.models import Forum, Member, WorkingGroup
from youthforum.ideas.models import Idea
from youthforum.proposals.stages import EDITABLE, Stage


class ProposalTemplate(Base):
    """The parts that a forum's proposals have. Changing it makes a new row: proposals keep the one they began with."""

    __tablename__ = "proposal_template"
    __table_args__ = (sa.UniqueConstraint("forum_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(sa.ForeignKey("forum.id", ondelete="CASCADE"))
    version: Mapped[int]
    parts: Mapped[list[Any]] = mapped_column(sa.JSON)
    """As `template.Template` reads them."""
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]


class Proposal(Revised, Base):
    """A structured draft of a digital dialogue format. `title` and `pitch` are those of the last version."""

    __tablename__ = "proposal"
    __table_args__ = (
        sa.UniqueConstraint("starter_id", "key"),
        sa.Index("ix_proposal_forum_id_stage", "forum_id", "stage"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(sa.ForeignKey("forum.id", ondelete="CASCADE"))
    template_id: Mapped[int] = mapped_column(sa.ForeignKey("proposal_template.id"))
    working_group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("working_group.id", ondelete="SET NULL"))
    starter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    key: Mapped[str] = mapped_column(sa.String(36))
    """The client's UUID: starting again with it is the same proposal."""
    language: Mapped[str] = mapped_column(sa.String(8))
    """In which it is written; the other languages of the forum are translations."""
    stage: Mapped[Stage] = mapped_column(one_of(Stage), default=Stage.draft)
    open_draft: Mapped[bool] = mapped_column(default=False)
    """Whether everybody in the forum may read along."""
    title: Mapped[Text] = mapped_column(TextColumn)
    pitch: Mapped[Text] = mapped_column(TextColumn)
    cluster_name: Mapped[str | None] = mapped_column(sa.String(80))
    created_at: Mapped[datetime]
    moved_at: Mapped[datetime]
    active_at: Mapped[datetime]

    forum: Mapped[Forum] = relationship(lazy="joined", innerjoin=True)
    template: Mapped[ProposalTemplate] = relationship()
    working_group: Mapped[WorkingGroup | None] = relationship()
    authors: Mapped[list[CoAuthor]] = relationship(back_populates="proposal", order_by="CoAuthor.at")
    versions: Mapped[list[Version]] = relationship(back_populates="proposal", order_by="Version.number")

    @property
    def channel(self) -> str:
        return f"proposal:{self.id}"

    @property
    def editable(self) -> bool:
        return self.stage in EDITABLE


class Writing(StrEnum):
    """How somebody stands to a proposal as a co-author."""

    invited = "invited"
    writing = "writing"
    declined = "declined"
    left = "left"
    removed = "removed"


class CoAuthor(Base):
    """Somebody who writes a proposal, was asked to, or did once."""

    __tablename__ = "co_author"

    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, index=True)
    state: Mapped[Writing] = mapped_column(one_of(Writing))
    invited_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    at: Mapped[datetime]

    proposal: Mapped[Proposal] = relationship(back_populates="authors")
    member: Mapped[Member] = relationship(foreign_keys=member_id)


class ProposalSource(Base):
    """An idea that a proposal was made from; shown on both sides for ever."""

    __tablename__ = "proposal_source"

    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True)
    idea_id: Mapped[int] = mapped_column(sa.ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True, index=True)

    proposal: Mapped[Proposal] = relationship()
    idea: Mapped[Idea] = relationship()


class Draft(Base):
    """The shared document. `state` holds everything up to `state_revision`; later updates are rows of their own."""

    __tablename__ = "draft"

    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(default=0)
    state: Mapped[bytes] = mapped_column(sa.LargeBinary)
    state_revision: Mapped[int] = mapped_column(default=0)


class Entry(StrEnum):
    """What a line of a draft's log tells."""

    update = "update"
    authors = "authors"


class DraftUpdate(Base):
    """One acknowledged update of the shared document, append-only until it is compacted; or (`authors`) the news
    that who may write or read along has changed."""

    __tablename__ = "draft_update"

    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry: Mapped[Entry] = mapped_column(one_of(Entry))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    client: Mapped[int | None] = mapped_column(sa.BigInteger)
    """yjs's number of the editor that wrote it."""


class SectionWriter(Base):
    """Somebody who wrote words of a section in one language."""

    __tablename__ = "section_writer"

    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, index=True)


class SectionTranslation(Base):
    """What is known of one section's translation. Digests are of the words they speak of: when these change,
    what was said of them no longer holds, without anybody having to take it back."""

    __tablename__ = "section_translation"

    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    base: Mapped[dict[str, Any]]
    """The original that it was made from."""
    machine_digest: Mapped[str | None] = mapped_column(sa.String(64))
    checked_digest: Mapped[str | None] = mapped_column(sa.String(64))
    checked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))

    checked_by: Mapped[Member | None] = relationship()


class Version(Base):
    """An immutable snapshot of a proposal in all its languages."""

    __tablename__ = "version"
    __table_args__ = (sa.UniqueConstraint("proposal_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposal.id", ondelete="CASCADE"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    """As `content.Content` reads it."""
    note: Mapped[str] = mapped_column(sa.String(200))
    draft_revision: Mapped[int]
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    at: Mapped[datetime]

    proposal: Mapped[Proposal] = relationship(back_populates="versions")
    member: Mapped[Member | None] = relationship()


class StageMove(Base):
    """A line of a proposal's history: who moved it, where to, with which version and reason."""

    __tablename__ = "stage_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposal.id", ondelete="CASCADE"), index=True)
    move: Mapped[str] = mapped_column(sa.String(20))
    after: Mapped[Stage] = mapped_column(one_of(Stage))
    reason: Mapped[str] = mapped_column(sa.Text)
    version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("version.id", ondelete="SET NULL"))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    at: Mapped[datetime]

    version: Mapped[Version | None] = relationship()
    member: Mapped[Member | None] = relationship()


class Answer(StrEnum):
    """What became of an amendment."""

    open = "open"
    asked = "asked"
    accepted = "accepted"
    declined = "declined"
    withdrawn = "withdrawn"


class Amendment(Base):
    """A suggested new wording for one section: `base` is how the section read when it was begun."""

    __tablename__ = "amendment"
    __table_args__ = (
        sa.UniqueConstraint("author_id", "key"),
        sa.Index("ix_amendment_proposal_id_state", "proposal_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposal.id", ondelete="CASCADE"))
    part: Mapped[str] = mapped_column(sa.String(40))
    language: Mapped[str] = mapped_column(sa.String(8))
    base: Mapped[dict[str, Any]]
    wording: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(sa.Text)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    key: Mapped[str] = mapped_column(sa.String(36))
    state: Mapped[Answer] = mapped_column(one_of(Answer), default=Answer.open)
    answer: Mapped[str] = mapped_column(sa.Text)
    """Why it was declined, or what the co-authors ask back."""
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    proposal: Mapped[Proposal] = relationship()
    author: Mapped[Member | None] = relationship(foreign_keys=author_id)
    answered_by: Mapped[Member | None] = relationship(foreign_keys=answered_by_id)


class Endorsement(Base):
    """A member says “we would join this”."""

    __tablename__ = "endorsement"

    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, index=True)
    at: Mapped[datetime]


class ProposalWord(Base):
    """A word of a proposal's last version, without its ending: what a search finds it by."""

    __tablename__ = "proposal_word"

    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True)
    word: Mapped[str] = mapped_column(sa.String(60), primary_key=True, index=True)
