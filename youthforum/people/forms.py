"""What may be typed about an account."""

from __future__ import annotations

from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l
from pydantic import AfterValidator

from youthforum.core.errors import Invalid
from youthforum.core.forms import Form
from youthforum.core.text import Line

SHORTEST_PASSWORD = 10


def _address(text: str) -> str:
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise Invalid(_l("This does not look like an e-mail address.")) from None


def _strong_enough(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid(_l("A password needs at least %(least)s characters.", least=SHORTEST_PASSWORD))
    return password


Email = Annotated[str, Line(254), AfterValidator(_address)]
Password = Annotated[str, Line(200), AfterValidator(_strong_enough)]


class SignInForm(Form):
    email: Annotated[str, Line(254)]
    password: Annotated[str, Line(200)]


class PhraseForm(Form):
    phrase: Annotated[str, Line(200)]


class ForgotForm(Form):
    email: Email


class NewPasswordForm(Form):
    password: Password


class ChangePasswordForm(Form):
    current_password: Annotated[str, Line(200)]
    password: Password
