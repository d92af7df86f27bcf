"""Finding people by what they prove to know."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from youthforum.core.blocking import blocking
from youthforum.core.clock import now
from youthforum.core.db import session
from youthforum.core.settings import settings
from youthforum.people import secrets
from youthforum.people.models import PasswordLink, Person, SignIn


def person_by_id(person_id: int) -> Person | None:
    return session().get(Person, person_id)


def person_by_email(email: str) -> Person | None:
    return session().scalar(sa.select(Person).where(Person.email == email.strip().lower()))


def person_by_password(email: str, password: str) -> Person | None:
    """The person, or None; takes equally long for an unknown address and a wrong password."""
    person = person_by_email(email)
    stored = person.password_hash if person else None
    person_id = person.id if person else None
    matches = blocking(secrets.password_matches, stored, password)
    return session().get(Person, person_id) if matches and person_id else None


def knows_password(person: Person, password: str) -> bool:
    return blocking(secrets.password_matches, person.password_hash, password)


def person_by_phrase(phrase: str) -> Person | None:
    return session().scalar(sa.select(Person).where(Person.phrase_hash == hashed_phrase(phrase)))


def hashed_phrase(phrase: str) -> str:
    return secrets.phrase_hash(phrase, settings().secret_key.get_secret_value())


# Asked with every request and every socket event: built once, since building costs more than asking.
_HOLDING = sa.select(SignIn).where(SignIn.ended_at.is_(None), SignIn.expires_at > sa.bindparam("at"))
_BY_TOKEN = _HOLDING.where(SignIn.secret_hash == sa.bindparam("key"))
_BY_ID = _HOLDING.where(SignIn.id == sa.bindparam("key"))


def sign_in_by_token(token: str) -> SignIn | None:
    """The sign-in behind a session or bearer token, if it still holds."""
    return _holding(_BY_TOKEN, secrets.token_hash(token))


def sign_in_by_id(sign_in_id: int) -> SignIn | None:
    """The sign-in, if it still holds."""
    return _holding(_BY_ID, sign_in_id)


def _holding(statement: sa.Select[SignIn], key: str | int) -> SignIn | None:
    found = session().scalar(statement, {"key": key, "at": now()})
    if found is not None:
        found.person.came_by(found)
    return found


_ENDED_SINCE = sa.select(SignIn.id).where(SignIn.ended_at >= sa.bindparam("since"))


def sign_ins_ended_since(since: datetime) -> set[int]:
    """Ids of the sign-ins that ended since then, wherever that was done."""
    return set(session().scalars(_ENDED_SINCE, {"since": since}))


def own_sign_ins(person: Person) -> list[SignIn]:
    """Where this person is signed in, newest first, at most 50."""
    return list(
        session().scalars(
            sa.select(SignIn)
            .where(SignIn.person_id == person.id, SignIn.ended_at.is_(None), SignIn.expires_at > now())
            .order_by(SignIn.id.desc())
            .limit(50)
        )
    )


def link_by_token(token: str) -> PasswordLink | None:
    return session().scalar(sa.select(PasswordLink).where(PasswordLink.secret_hash == secrets.token_hash(token)))
