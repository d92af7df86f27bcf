"""What may be typed in a thread, on every transport."""

from __future__ import annotations

from typing import Annotated, Self

from flask_babel import lazy_gettext as _l
from pydantic import BeforeValidator, Field, model_validator

from youthforum.comments.models import LONGEST_COMMENT
from youthforum.core.errors import Invalid
from youthforum.core.forms import Form, Id, Key, MaybeId, MaybeLanguage, or_none
from youthforum.core.text import Prose

CommentText = Annotated[str, Prose(LONGEST_COMMENT)]
MaybePart = Annotated[Annotated[str, Field(max_length=40)] | None, BeforeValidator(or_none)]


class CommentPostForm(Form):
    """On an idea or on a proposal, there perhaps on one `part` of it; `parent` is the comment that it answers."""

    key: Key
    idea: MaybeId = None
    proposal: MaybeId = None
    part: MaybePart = None
    parent: MaybeId = None
    text: CommentText
    language: MaybeLanguage = None

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if (self.idea is None) is (self.proposal is None):
            raise Invalid(_l("A comment is about an idea or about a proposal."), field="idea")
        return self

    @property
    def subject(self) -> tuple[str, int]:
        """`("idea", 12)`"""
        return ("idea", self.idea) if self.idea is not None else ("proposal", self.proposal or 0)


class CommentEditForm(Form):
    comment: Id
    text: CommentText
    base: int


class CommentForm(Form):
    comment: Id


class CommentResolveForm(Form):
    comment: Id
    resolved: bool


class CommentHideForm(Form):
    comment: Id
    reason: Annotated[str, Prose(500)]
