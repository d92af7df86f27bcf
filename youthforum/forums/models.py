"""A forum and the people, teams and codes in it."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthforum.core.clock import now
from youthforum.core.db import Base, Revised, one_of
from youthforum.core.text import Text, TextColumn
from youthforum.forums.phases import Phase, Role
from youthforum.people.models import Person


class Forum(Revised, Base):
    """One edition of an event."""

    __tablename__ = "forum"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    title: Mapped[Text] = mapped_column(TextColumn)
    about: Mapped[Text] = mapped_column(TextColumn)
    house_rules: Mapped[Text] = mapped_column(TextColumn)
    place: Mapped[Text] = mapped_column(TextColumn)
    languages: Mapped[list[str]]
    time_zone: Mapped[str] = mapped_column(sa.String(60))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    age_bands: Mapped[list[str]]
    phase: Mapped[Phase] = mapped_column(one_of(Phase))
    created_at: Mapped[datetime]
    previous_id: Mapped[int | None] = mapped_column(sa.ForeignKey("forum.id", ondelete="SET NULL"))

    hosts: Mapped[list[Host]] = relationship(order_by="Host.position", cascade="all, delete-orphan")
    delegations: Mapped[list[Delegation]] = relationship(
        order_by="Delegation.slug", back_populates="forum", cascade="all, delete-orphan"
    )
    partnerships: Mapped[list[Partnership]] = relationship(order_by="Partnership.id", cascade="all, delete-orphan")
    working_groups: Mapped[list[WorkingGroup]] = relationship(order_by="WorkingGroup.id", cascade="all, delete-orphan")


class Host(Base):
    """Who invites: a city, an association, a ministry."""

    __tablename__ = "host"

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(sa.ForeignKey("forum.id", ondelete="CASCADE"), index=True)
    name: Mapped[Text] = mapped_column(TextColumn)
    position: Mapped[int]


class Partnership(Base):
    """Twinned delegations that work as one team."""

    __tablename__ = "partnership"

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(sa.ForeignKey("forum.id", ondelete="CASCADE"), index=True)
    name: Mapped[Text] = mapped_column(TextColumn)

    delegations: Mapped[list[Delegation]] = relationship(order_by="Delegation.slug", back_populates="partnership")


class Delegation(Base):
    """The people of one city, school or club in a forum."""

    __tablename__ = "delegation"
    __table_args__ = (
        sa.UniqueConstraint("forum_id", "slug"),
        sa.CheckConstraint("length(country) = 2 AND country = upper(country)", name="country_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(sa.ForeignKey("forum.id", ondelete="CASCADE"))
    partnership_id: Mapped[int | None] = mapped_column(sa.ForeignKey("partnership.id", ondelete="SET NULL"))
    slug: Mapped[str] = mapped_column(sa.String(60))
    name: Mapped[Text] = mapped_column(TextColumn)
    country: Mapped[str] = mapped_column(sa.String(2))

    forum: Mapped[Forum] = relationship(back_populates="delegations")
    partnership: Mapped[Partnership | None] = relationship(back_populates="delegations")


class WorkingGroup(Base):
    """A topic of the forum; owns boards."""

    __tablename__ = "working_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(sa.ForeignKey("forum.id", ondelete="CASCADE"), index=True)
    name: Mapped[Text] = mapped_column(TextColumn)
    about: Mapped[Text] = mapped_column(TextColumn)


class Member(Base):
    """A person in a forum: their role, delegation and the name that others see."""

    __tablename__ = "member"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "forum_id"),
        sa.Index("ix_member_forum_id_role", "forum_id", "role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(sa.ForeignKey("forum.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(one_of(Role))
    name: Mapped[str] = mapped_column(sa.String(60))
    age_band: Mapped[str | None] = mapped_column(sa.String(10))
    delegation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("delegation.id", ondelete="SET NULL"))
    joined_at: Mapped[datetime]

    forum: Mapped[Forum] = relationship(lazy="joined", innerjoin=True)
    person: Mapped[Person] = relationship()
    delegation: Mapped[Delegation | None] = relationship()
    suspension: Mapped[Suspension | None] = relationship(lazy="joined", foreign_keys="Suspension.member_id")

    @property
    def is_moderator(self) -> bool:
        """Whether this member facilitates: moderators and organisers."""
        return self.role in (Role.moderator, Role.organiser)

    @property
    def is_organiser(self) -> bool:
        return self.role is Role.organiser


class Suspension(Base):
    """A member who may not take part for now; the row is the state."""

    __tablename__ = "suspension"

    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    moderator_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(sa.String(500))
    at: Mapped[datetime]


class JoinCode(Base):
    """What opens the door: eight characters, for one role and perhaps one delegation, until it expires."""

    __tablename__ = "join_code"
    __table_args__ = (sa.CheckConstraint("role <> 'organiser'", name="no_organisers_by_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    forum_id: Mapped[int] = mapped_column(sa.ForeignKey("forum.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(sa.String(8), unique=True)
    role: Mapped[Role] = mapped_column(one_of(Role))
    delegation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("delegation.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    forum: Mapped[Forum] = relationship()
    delegation: Mapped[Delegation | None] = relationship()

    @property
    def live(self) -> bool:
        return self.revoked_at is None and self.expires_at > now()
