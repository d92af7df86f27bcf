"""The parts that a proposal has: pure, read from JSON and checked."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from flask_babel import lazy_gettext as _l
from pydantic import Field, model_validator

from youthforum.core.errors import Invalid
from youthforum.core.forms import Form
from youthforum.core.text import Line, Prose, Text

Kind = Literal["line", "text", "number", "date", "languages", "delegations", "budget"]
# Written by people in sentences, once per language; all others are typed and stand once.
TEXT_KINDS = ("line", "text")
# These two are what a list shows of a proposal; no template is without them.
ALWAYS = ("title", "pitch")
MOST_PARTS = 30
LONGEST_LINE = 300
LONGEST_TEXT = 20_000

Words = dict[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], Annotated[str, Line(120, empty=True)]]
Help = dict[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], Annotated[str, Prose(500, empty=True)]]


class Part(Form):
    """One part. `limit` is in characters (texts), `least` and `most` bound numbers, `unit` is shown behind them."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,38}$")
    kind: Kind
    name: Words
    help: Help = {}
    required: bool = False
    limit: int = Field(default=LONGEST_TEXT, ge=1, le=LONGEST_TEXT)
    unit: Words = {}
    least: int | None = Field(default=None, ge=0, le=10**9)
    most: int | None = Field(default=None, ge=0, le=10**9)

    @model_validator(mode="after")
    def _fits_together(self) -> Part:
        if not any(self.name.values()):
            raise Invalid(_l("Every part needs a name in at least one language."), field="name")
        if self.least is not None and self.most is not None and self.most < self.least:
            raise Invalid(_l("The most is less than the least."), field="most")
        return self

    @property
    def written(self) -> bool:
        """Whether it is text, once per language."""
        return self.kind in TEXT_KINDS

    @property
    def title(self) -> Text:
        return Text(self.name)

    @property
    def longest(self) -> int:
        return min(self.limit, LONGEST_LINE) if self.kind == "line" else self.limit


class Template(Form):
    """All parts in their order."""

    parts: list[Part] = Field(min_length=2, max_length=MOST_PARTS)

    @model_validator(mode="after")
    def _fits_together(self) -> Template:
        ids = [part.id for part in self.parts]
        if len(set(ids)) != len(ids):
            raise Invalid(_l("Two parts have the same short name."), field="parts")
        if tuple(ids[:2]) != ALWAYS or any(part.kind != "line" for part in self.parts[:2]):
            raise Invalid(_l("A proposal begins with its title and its pitch."), field="parts")
        return self

    @classmethod
    def read(cls, parts: Any) -> Template:
        """From stored JSON. Raises ValidationError for anything that was not written by `dump`."""
        return cls.model_validate({"parts": parts})

    def dump(self) -> list[dict[str, Any]]:
        return [part.model_dump(mode="json", exclude_defaults=True) for part in self.parts]

    def part(self, key: str) -> Part | None:
        return next((part for part in self.parts if part.id == key), None)

    @property
    def written(self) -> list[Part]:
        return [part for part in self.parts if part.written]

    @property
    def typed(self) -> list[Part]:
        return [part for part in self.parts if not part.written]


@cache
def default_template() -> Template:
    """The parts of a proposal for a digital dialogue format, named in German, Russian and English."""
    return Template.read(json.loads(Path(__file__).with_name("default_template.json").read_text()))
