"""Changes to accounts."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from youthforum.core.clock import now
from youthforum.core.commands import add, command, nothing_forbids, record
from youthforum.core.db import session
from youthforum.core.errors import Conflict, Invalid
from youthforum.core.settings import settings
from youthforum.people import policy, secrets
from youthforum.people.events import SignedOut
from youthforum.people.models import PasswordLink, Person, SignIn
from youthforum.people.queries import hashed_phrase, person_by_email

LINK_LASTS = timedelta(days=3)


@command(unless=nothing_forbids)
def create_person(
    creator: Person | None,
    *,
    language: str,
    email: str | None = None,
    password_hash: str | None = None,
    is_admin: bool = False,
) -> Person:
    """A new account. Callers decide who may have one: joining needs a code, an invitation an organiser.

    Raises Conflict when the address is taken.
    """
    if email is not None and person_by_email(email) is not None:
        raise Conflict(_l("There is an account with this e-mail address already."), field="email")
    return add(
        Person(
            language=_known(language),
            email=email,
            password_hash=password_hash,
            is_admin=is_admin,
            created_at=now(),
        )
    )


@command(unless=nothing_forbids)
def open_sign_in(person: Person, *, device: str) -> str:
    """Sign somebody in on a device; the answer is the secret that proves it, shown nowhere else."""
    token = secrets.new_token()
    days = settings().session_days
    add(
        SignIn(
            person_id=person.id,
            secret_hash=secrets.token_hash(token),
            device=device[:60],
            created_at=now(),
            expires_at=now() + timedelta(days=days),
        )
    )
    return token


@command(unless=policy.why_not_change_account)
def end_sign_ins(person: Person, account: Person, *, sign_in_id: int | None = None) -> None:
    """Sign out on one device, or everywhere when none is named."""
    _end(account, sign_in_id)


def _end(account: Person, sign_in_id: int | None) -> None:
    chosen = sa.update(SignIn).where(SignIn.person_id == account.id, SignIn.ended_at.is_(None))
    if sign_in_id is not None:
        chosen = chosen.where(SignIn.id == sign_in_id)
    session().execute(chosen.values(ended_at=now()))
    record(SignedOut(person_id=account.id, sign_in_id=sign_in_id))


@command(unless=policy.why_not_change_account)
def renew_phrase(person: Person, account: Person) -> str:
    """A new return phrase in the person's language; the old one stops working."""
    phrase = secrets.new_phrase(account.language)
    account.phrase_hash = hashed_phrase(phrase)
    return phrase


@command(unless=policy.why_not_change_account)
def speak(person: Person, account: Person, *, language: str) -> None:
    """Choose the language of the interface. Raises Invalid for one that is not offered."""
    account.language = _known(language)


@command(unless=policy.why_not_change_account)
def set_password(person: Person, account: Person, *, password_hash: str) -> None:
    """A new password (hashed beforehand, since hashing blocks); every other device is signed out."""
    _set_password(account, password_hash)


@command(unless=nothing_forbids)
def make_password_link(issuer: Person | None, account: Person) -> str:
    """The token of a link by which `account` can set a password, once, within three days.

    Earlier links stop working. Callers decide who may issue one: an organiser for a member of their forum,
    the machine by mail to the account's own address. Raises Invalid for an account without an address.
    """
    if account.email is None:
        raise Invalid(policy.NEEDS_EMAIL.message, code=policy.NEEDS_EMAIL.code)
    session().execute(
        sa.update(PasswordLink)
        .where(PasswordLink.person_id == account.id, PasswordLink.used_at.is_(None))
        .values(used_at=now())
    )
    token = secrets.new_token()
    add(PasswordLink(person_id=account.id, secret_hash=secrets.token_hash(token), expires_at=now() + LINK_LASTS))
    return token


@command(unless=policy.why_not_use_link, lock=("link",))
def use_password_link(link: PasswordLink, *, moment: datetime, password_hash: str) -> Person:
    """Set the password that a link was made for; the link is used up, every device is signed out."""
    link.used_at = moment
    _set_password(link.person, password_hash)
    return link.person


@command(unless=nothing_forbids)
def reset_password(account: Person, *, password_hash: str) -> None:
    """Set somebody's password from the server's command line."""
    _set_password(account, password_hash)


@command(unless=nothing_forbids)
def make_admin(machine: None, account: Person) -> None:
    """Let somebody administer this installation; from the server's command line only."""
    account.is_admin = True


def _set_password(account: Person, password_hash: str) -> None:
    if account.email is None:
        raise Invalid(policy.NEEDS_EMAIL.message, code=policy.NEEDS_EMAIL.code)
    account.password_hash = password_hash
    _end(account, None)


def _known(language: str) -> str:
    if language not in settings().language_codes:
        raise Invalid(_l("This language is not offered here."), field="language")
    return language
