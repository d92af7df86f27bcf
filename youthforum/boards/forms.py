"""What may be typed about boards."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask_babel import lazy_gettext as _l
from pydantic import BeforeValidator, Field, model_validator

from youthforum.core.errors import Invalid
from youthforum.core.forms import Form, Id
from youthforum.core.text import Line, Text, clean

MOST_COLUMNS = 12


def _titles(value: Any) -> Any:
    return [clean(text) for text in value.splitlines() if text.strip()] if isinstance(value, str) else value


class BoardForm(Form):
    """`question` and `columns` map languages to words; columns of all languages stand in the same order."""

    question: dict[str, Annotated[str, Line(300, empty=True)]]
    columns: dict[str, Annotated[list[Annotated[str, Line(80)]], BeforeValidator(_titles)]] = {}
    kind: Literal["dots", "opinions"] = "dots"
    budget: int = Field(default=5, ge=1, le=100)
    cap: int = Field(default=2, ge=1, le=100)
    tallies: Literal["live", "after_vote", "after_close"] = "live"
    working_group: Id | None = None
    show_authors: bool = False
    writing_open: bool = False
    voting_open: bool = False

    @model_validator(mode="after")
    def _fits_together(self) -> BoardForm:
        if not any(self.question.values()):
            raise Invalid(_l("A board needs a question in at least one language."), field="question")
        if self.cap > self.budget:
            raise Invalid(_l("More dots per idea than in all can’t be given."), field="cap")
        if max(map(len, self.columns.values()), default=0) > MOST_COLUMNS:
            raise Invalid(_l("A board has at most %(most)s columns.", most=MOST_COLUMNS), field="columns")
        return self

    @property
    def titles(self) -> list[Text]:
        """The columns' headings, one Text each; empty when none was given."""
        count = max(map(len, self.columns.values()), default=0)
        return [Text({code: rows[n] for code, rows in self.columns.items() if n < len(rows)}) for n in range(count)]


class OpenForm(Form):
    board: Id
    open: bool


class FreezeForm(Form):
    board: Id
    frozen: bool
