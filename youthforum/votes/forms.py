"""What may be sent about votes."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from youthforum.core.forms import Form, Id


def _opinion(value: object) -> object:
    """An HTML form says "1", "-1", "0" or "" for nothing."""
    return {"1": 1, "-1": -1, "0": 0, "": None}.get(value, value) if isinstance(value, str) else value


class DotsForm(Form):
    idea: Id
    dots: int = Field(ge=0, le=100)


class OpinionForm(Form):
    idea: Id
    opinion: Annotated[Annotated[int, Field(ge=-1, le=1)] | None, BeforeValidator(_opinion)]


class NoticeForm(Form):
    merge: Id
