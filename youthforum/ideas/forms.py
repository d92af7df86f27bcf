"""What may be typed about ideas and clusters, on every transport."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from flask_babel import lazy_gettext as _l
from pydantic import AfterValidator, BeforeValidator, Field

from youthforum.core.errors import Invalid
from youthforum.core.forms import Form, Id
from youthforum.core.text import Line, Prose

LONGEST_IDEA = 500

IdeaText = Annotated[str, Prose(LONGEST_IDEA)]
ClusterName = Annotated[str, Line(80)]


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise Invalid(_l("The key must be a UUID.")) from None


def _or_none(value: Any) -> Any:
    """An HTML form can't say null."""
    return None if value == "" else value


def _own_key(value: Any) -> Any:
    return str(uuid.uuid4()) if value == "" else value


Key = Annotated[str, BeforeValidator(_own_key), Field(max_length=64), AfterValidator(_uuid)]
MaybeId = Annotated[Id | None, BeforeValidator(_or_none)]
MaybeLanguage = Annotated[Annotated[str, Field(max_length=8)] | None, BeforeValidator(_or_none)]


class PostForm(Form):
    key: Key
    board: Id
    column: MaybeId = None
    text: IdeaText
    language: MaybeLanguage = None


class EditForm(Form):
    idea: Id
    text: IdeaText
    base: int
    language: MaybeLanguage = None


class LanguageForm(Form):
    idea: Id
    language: Annotated[str, Field(max_length=8)]


class IdeaForm(Form):
    idea: Id


class MoveForm(Form):
    """`before` and `before_cluster` name what the card goes in front of; without them it goes to the end."""

    idea: Id
    column: Id
    cluster: MaybeId = None
    before: MaybeId = None
    before_cluster: MaybeId = None


class HideForm(Form):
    idea: Id
    reason: Annotated[str, Prose(500)]


class MergeForm(Form):
    idea: Id
    into: Id


class MakeClusterForm(Form):
    board: Id
    column: MaybeId = None
    name: ClusterName
    ideas: list[Id] = Field(min_length=1, max_length=300)


class NameClusterForm(Form):
    cluster: Id
    name: ClusterName


class ClusterForm(Form):
    cluster: Id


class MoveClusterForm(Form):
    cluster: Id
    column: Id
    before: MaybeId = None
    before_cluster: MaybeId = None
