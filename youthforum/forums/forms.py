"""What may be typed about forums and by those who join one."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from babel import Locale
from flask_babel import lazy_gettext as _l
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from youthforum.core.errors import Invalid
from youthforum.core.forms import Form, Id, or_none
from youthforum.core.text import Line, Prose, Text, clean
from youthforum.people.forms import Email

# Letters and digits that can't be taken for one another when read from a projector or heard in a hall.
CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 8
MOST_DELEGATIONS = 200

Name = Annotated[str, Line(60)]


def _code(text: Any) -> Any:
    """As typed: small letters, blanks and hyphens don't matter."""
    return re.sub(r"[\s-]", "", text).upper() if isinstance(text, str) else text


Code = Annotated[str, Line(40), BeforeValidator(_code)]


def _accepted(value: bool) -> bool:
    if not value:
        raise Invalid(_l("Please accept the house rules to join."))
    return value


class CodeForm(Form):
    code: Code


class JoinForm(Form):
    """One screen: who you are here. The code comes from the address on the page and is a field in the API."""

    code: Code
    name: Name
    delegation: Annotated[str, Line(60, empty=True)] | Id | None = None
    language: str = Field(max_length=8)
    age_band: str = Field(max_length=10)
    accept_rules: Annotated[bool, AfterValidator(_accepted)]


def slug_of(text: str) -> str:
    """`nizhny-novgorod` for "Nizhny Novgorod"; Cyrillic is transliterated."""
    spelled = "".join(_CYRILLIC.get(c, c) for c in text.lower())
    plain = unicodedata.normalize("NFKD", spelled.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50] or "x"


_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya".split(" "),
        strict=True,
    )
)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Invalid(_l("This time zone is not known, e.g. Europe/Berlin.")) from None
    return name


# Two letters that Babel knows as regions, but ISO 3166-1 not as countries.
_NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})


def country_code(text: str) -> str:
    """An ISO 3166-1 alpha-2 code. Raises Invalid for anything else."""
    code = text.strip().upper()
    if len(code) != 2 or code in _NO_COUNTRIES or code not in Locale("en").territories:
        raise Invalid(_l("“%(code)s” is not a two-letter country code, e.g. DE.", code=text.strip()[:20]))
    return code


def _bands(value: Any) -> Any:
    return [band.strip() for band in value.split(",") if band.strip()] if isinstance(value, str) else value


def _lines(value: Any) -> Any:
    return [text for text in map(clean, value.splitlines()) if text] if isinstance(value, str) else value


def texts(values: dict[str, Any], name: str, languages: list[str]) -> Text:
    """The `Text` made of the fields `name_de`, `name_ru`, …"""
    return Text({code: values[f"{name}_{code}"] for code in languages if values.get(f"{name}_{code}")})


Band = Annotated[str, Field(pattern=r"^(\d{1,2}-\d{1,2}|\d{1,2}\+)$")]
Host = Annotated[str, Line(120)]
Day = Annotated[date | None, BeforeValidator(or_none)]


class ForumForm(Form):
    """Making or changing a forum. Fields in several languages arrive as `title`, a mapping of language to words."""

    languages: list[str] = Field(min_length=1, max_length=20)
    title: dict[str, Annotated[str, Line(120, empty=True)]]
    about: dict[str, Annotated[str, Prose(2000, empty=True)]] = {}
    house_rules: dict[str, Annotated[str, Prose(3000, empty=True)]] = {}
    place: Annotated[str, Line(120, empty=True)] = ""
    starts_on: Day = None
    ends_on: Day = None
    time_zone: Annotated[str, AfterValidator(_zone)] = "Europe/Berlin"
    hosts: Annotated[list[Host], BeforeValidator(_lines)] = Field(default=[], max_length=30)
    age_bands: Annotated[list[Band], BeforeValidator(_bands)] = Field(min_length=1, max_length=10)

    @model_validator(mode="after")
    def _fits_together(self) -> ForumForm:
        if not any(self.title.get(code) for code in self.languages):
            raise Invalid(_l("A forum needs a title in at least one of its languages."), field="title")
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise Invalid(_l("The forum ends before it starts."), field="ends_on")
        return self


class NewForumForm(ForumForm):
    delegations: Annotated[list[Annotated[str, Line(120)]], BeforeValidator(_lines)] = Field(
        default=[], max_length=MOST_DELEGATIONS
    )

    @property
    def teams(self) -> list[tuple[str, str]]:
        """`[("Essen", "DE"), …]` from lines like "Essen, DE". Raises Invalid naming the line."""
        found = []
        for number, text in enumerate(self.delegations, 1):
            name, comma, country = text.rpartition(",")
            if not comma or not name.strip():
                raise Invalid(
                    _l("Line %(number)s: please write “City, CC”, e.g. “Essen, DE”.", number=number),
                    field="delegations",
                )
            found.append((name.strip(), country_code(country)))
        return found


class PhaseForm(Form):
    forum: Id
    phase: Literal["collect", "cluster", "draft", "discuss", "decide", "recommend", "follow_up", "archived"]


class DelegationForm(Form):
    name: Annotated[str, Line(80)]
    country: Annotated[str, AfterValidator(country_code)]


class PairForm(Form):
    name: Annotated[str, Line(120, empty=True)] = ""
    delegations: list[str] = Field(min_length=2, max_length=10)


class GroupForm(Form):
    name: dict[str, Annotated[str, Line(80, empty=True)]]

    @model_validator(mode="after")
    def _named(self) -> GroupForm:
        if not any(self.name.values()):
            raise Invalid(_l("Please give it a name in at least one language."), field="name")
        return self


class CodeMakingForm(Form):
    role: Literal["observer", "participant", "moderator"]
    delegation: str | None = None
    days: int = Field(default=14, ge=1, le=365)


class RoleForm(Form):
    member: Id
    role: Literal["observer", "participant", "moderator", "organiser"]


class InviteForm(Form):
    name: Name
    email: Email
    role: Literal["moderator", "organiser"]


class SuspendForm(Form):
    member: Id
    reason: Annotated[str, Prose(500)]


class MemberForm(Form):
    member: Id


class NameForm(Form):
    member: Id
    name: Name
