"""A poll, who may vote in it, who has, and the box of ballots that nobody can look into while it is open."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthforum.core.db import Base, Revised, one_of
from youthforum.core.text import Text, TextColumn
from youthforum.forums.models import Forum, Member, WorkingGroup
from youthforum.polls.counting.ballots import Method
from youthforum.polls.protocol import Kind
from youthforum.proposals.models import Proposal


class State(StrEnum):
    """Where a poll stands."""

    prepared = "prepared"
    open = "open"
    closed = "closed"  # nothing is cast any more; counted, as soon as it has an outcome
    published = "published"
    cancelled = "cancelled"


class Results(StrEnum):
    """When members see the result."""

    on_closing = "on_closing"
    when_published = "when_published"


class Breaking(StrEnum):
    """What the result is broken down by; `delegation` shows both."""

    delegation = "delegation"
    country = "country"
    none = "none"


class Poll(Revised, Base):
    """A formal decision. What `facts` and `rules` hold is fixed from the opening on."""

    __tablename__ = "poll"
    __table_args__ = (
        sa.Index("ix_poll_forum_id_state", "forum_id", "state"),
        sa.CheckConstraint("state <> 'published' OR outcome IS NOT NULL", name="published_has_outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(sa.ForeignKey("forum.id", ondelete="CASCADE"))
    working_group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("working_group.id", ondelete="SET NULL"))
    question: Mapped[Text] = mapped_column(TextColumn)
    about: Mapped[Text] = mapped_column(TextColumn)
    method: Mapped[Method] = mapped_column(one_of(Method))
    secret: Mapped[bool]
    rules: Mapped[dict[str, Any]]
    """`majority`, `winners` and `quorum`, as `counting.plain` writes them."""
    delegations: Mapped[list[Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    """Ids of those whose participants may vote; None: all participants."""
    results: Mapped[Results] = mapped_column(one_of(Results))
    breakdown: Mapped[Breaking] = mapped_column(one_of(Breaking))
    shuffled: Mapped[bool]
    """Whether each voter sees the options in another order."""
    state: Mapped[State] = mapped_column(one_of(State), default=State.prepared)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    box_key: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    """This poll’s half of the key to the box; the other half is the server’s secret. Forgotten once counted."""
    facts: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    """What is published of it, as it was at the opening: question, options, rules with seed and electorate."""
    outcome: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    """As `counting.plain` writes it; of groups only what may be published."""
    cancelled_because: Mapped[str] = mapped_column(sa.String(1000), default="")
    created_at: Mapped[datetime]
    maker_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    opener_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))

    forum: Mapped[Forum] = relationship(lazy="joined", innerjoin=True)
    working_group: Mapped[WorkingGroup | None] = relationship()
    options: Mapped[list[PollOption]] = relationship(
        order_by="PollOption.position", back_populates="poll", cascade="all, delete-orphan"
    )
    maker: Mapped[Member | None] = relationship(foreign_keys=maker_id)
    opener: Mapped[Member | None] = relationship(foreign_keys=opener_id)

    @property
    def channel(self) -> str:
        return f"poll:{self.id}"

    @property
    def is_over(self) -> bool:
        return self.state in (State.closed, State.published)


class PollOption(Base):
    """Something that can be chosen. `key` is its name on ballots: a, b, …; that of a proposal links to it."""

    __tablename__ = "poll_option"
    __table_args__ = (sa.UniqueConstraint("poll_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(sa.String(12))
    position: Mapped[int]
    text: Mapped[Text] = mapped_column(TextColumn)
    proposal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("proposal.id", ondelete="SET NULL"), index=True)

    poll: Mapped[Poll] = relationship(back_populates="options")
    proposal: Mapped[Proposal | None] = relationship()


class Elector(Base):
    """Somebody who may vote in a poll, and for whom: written down when it opens, so that nobody joins to vote."""

    __tablename__ = "elector"
    __table_args__ = ({"sqlite_with_rowid": False},)

    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, index=True)
    delegation: Mapped[str | None] = mapped_column(sa.String(60))
    country: Mapped[str | None] = mapped_column(sa.String(2))


class Roll(Base):
    """Who has voted: no time, no serial number. It outlives the member, so that there are as many as ballots."""

    __tablename__ = "roll"
    __table_args__ = ({"sqlite_with_rowid": False},)

    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class SealedBallot(Base):
    """A ballot in the box while the poll is open; see box.py. Gone once it is counted, and its id with it."""

    __tablename__ = "sealed_ballot"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id", ondelete="CASCADE"), index=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Ballot(Base):
    """What was cast, once the box is open. Of a secret poll the choice and nothing else; an open poll says who."""

    __tablename__ = "ballot"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id", ondelete="CASCADE"), index=True)
    choice: Mapped[Any] = mapped_column(sa.JSON)
    delegation: Mapped[str | None] = mapped_column(sa.String(60))
    country: Mapped[str | None] = mapped_column(sa.String(2))
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"), index=True)


class Receipt(Base):
    """The code that says “counted”, and not what; nothing links it to a ballot or a member."""

    __tablename__ = "receipt"
    __table_args__ = ({"sqlite_with_rowid": False},)

    code: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id", ondelete="CASCADE"), index=True)


class ProtocolLine(Base):
    """A line of a poll’s protocol; see protocol.py."""

    __tablename__ = "protocol_line"

    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[Kind] = mapped_column(one_of(Kind))
    data: Mapped[dict[str, Any]]
    before: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))
