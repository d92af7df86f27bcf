"""Text that people write: translations side by side, and what characters are fit for storing."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import sqlalchemy as sa
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from pydantic import AfterValidator, GetCoreSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, PydanticKnownError

from youthforum.core.errors import Invalid

# Controls, lone surrogates, noncharacters, and marks that make a line read in another order than it is stored, which
# are used to disguise text. Not "unassigned": that is every emoji newer than this Python's tables.
_UNFIT = re.compile(
    r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
    + "]"
)


def whole(text: str) -> int:
    """The number that `text` writes in digits; 0 for anything else and for more digits than an id has."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0


class Text(dict[str, str]):
    """The same words in several languages: `{"de": "…", "ru": "…"}`, at least one of them."""

    def pick(self, *wanted: str) -> tuple[str, str]:
        """`(language, words)` in the first wanted language that is there, else in any; `("", "")` if empty."""
        for language in (*wanted, "en", *self):
            if self.get(language):
                return language, self[language]
        return "", ""

    def __str__(self) -> str:
        return self.in_(str(get_locale() or "en"))

    def in_(self, *wanted: str) -> str:
        return self.pick(*wanted)[1]


class TextColumn(sa.types.TypeDecorator[Text]):
    """A `Text`, stored as JSON."""

    impl = sa.JSON
    cache_ok = True

    def process_bind_param(self, value: dict[str, str] | None, dialect: sa.Dialect) -> dict[str, str] | None:
        return None if value is None else {code: words for code, words in value.items() if words}

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Text | None:
        return None if value is None else Text(value)


def refuse_unfit(text: str, *, allowed: str = "") -> None:
    """Raises Invalid on control characters, lone surrogates and marks that reverse the reading order."""
    for found in _UNFIT.finditer(text):
        if found[0] not in allowed:
            raise Invalid(
                _l("This contains a character that can’t be stored (U+%(code)s).", code=f"{ord(found[0]):04X}")
            )


def clean(text: str, *, lines: bool = False) -> str:
    """Trimmed, composed (NFC) text; with `lines`, line breaks stay and are all "\\n".

    Raises Invalid as `refuse_unfit` does.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n") if lines else text
    refuse_unfit(text, allowed="\n" if lines else "")
    return unicodedata.normalize("NFC", text).strip()


def _can_be_seen(character: str) -> bool:
    """Not blank, not a mark or joiner without anything to mark or join: a name of these would be no name."""
    return unicodedata.category(character)[0] not in "ZCM"


@dataclass(frozen=True)
class Line:
    """The type of a one-line input: `Annotated[str, Line(60)]` has 1 to 60 characters, `empty` allows none."""

    length: int
    empty: bool = False
    breaks: ClassVar[bool] = False

    def __get_pydantic_core_schema__(self, _source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        shown = WithJsonSchema({"type": "string", "maxLength": self.length, "minLength": 0 if self.empty else 1})
        limited = Annotated[str, AfterValidator(self._fit), shown]
        return handler.generate_schema(limited)

    def _fit(self, text: str) -> str:
        # Measured as it is stored: a browser counts a line break as one character and sends two, and composing
        # can make a text longer than its column.
        if len(text) <= 2 * self.length:
            text = clean(text, lines=self.breaks)
        if len(text) > self.length:
            raise PydanticKnownError("string_too_long", {"max_length": self.length})
        if not self.empty and not any(map(_can_be_seen, text)):
            raise Invalid(_l("Please write something here."))
        return text


@dataclass(frozen=True)
class Prose(Line):
    """The same with line breaks."""

    breaks: ClassVar[bool] = True
