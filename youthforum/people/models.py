"""A person, how they prove to be it, and where they are signed in. No secret is stored in the clear."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from youthforum.core.db import Base


class Person(Base):
    """Somebody with (or, after an import, without) a way to come back. What they are in a forum is a Member."""

    __tablename__ = "person"
    __table_args__ = (
        sa.CheckConstraint("(email IS NULL) OR (email = lower(email))", name="email_lower"),
        sa.CheckConstraint("password_hash IS NULL OR email IS NOT NULL", name="password_needs_email"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(8))
    email: Mapped[str | None] = mapped_column(sa.String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    phrase_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    is_admin: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    # What Flask-Login asks of a user.
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    @property
    def sign_in(self) -> SignIn | None:
        """The sign-in by which this request came, if it came by one; not stored."""
        return getattr(self, "_sign_in", None)

    def came_by(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in

    def get_id(self) -> str:
        raise NotImplementedError("a session holds the secret of a sign-in, not a person's id")


class SignIn(Base):
    """One device: a browser's session or a program's bearer token. Ending it cuts that device's sockets."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    secret_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    device: Mapped[str] = mapped_column(sa.String(60))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class PasswordLink(Base):
    """A link that lets one person set a password, once, for a while; from an organiser or by mail."""

    __tablename__ = "password_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    secret_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
