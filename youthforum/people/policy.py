"""Why somebody may not change an account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from youthforum.core.errors import Refusal
from youthforum.people.models import PasswordLink, Person

NOT_YOURS = Refusal("not_yours", _l("Only the person themselves can do this."))
LINK_EXPIRED = Refusal("link_expired", _l("This link has been used or has expired. Please ask for a new one."))
NEEDS_EMAIL = Refusal("needs_email", _l("This person has no e-mail address to sign in with."))


def why_not_change_account(person: Person, account: Person) -> Refusal | None:
    return None if person.id == account.id else NOT_YOURS


def why_not_use_link(link: PasswordLink, moment: object) -> Refusal | None:
    return LINK_EXPIRED if link.used_at is not None or link.expires_at <= moment else None  # type: ignore[operator]
