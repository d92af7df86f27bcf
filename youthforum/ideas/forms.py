"""What may be typed about ideas and clusters, on every transport."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from youthforum.core.forms import Form, Id, Key, MaybeId, MaybeLanguage
from youthforum.core.text import Line, Prose

LONGEST_IDEA = 500

IdeaText = Annotated[str, Prose(LONGEST_IDEA)]
ClusterName = Annotated[str, Line(80)]


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
