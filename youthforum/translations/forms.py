"""What may be sent about translations, on every transport."""

from __future__ import annotations

from typing import Annotated

from flask_babel import lazy_gettext as _l
from pydantic import Field, model_validator

from youthforum.core.errors import Invalid
from youthforum.core.forms import Form, Id, MaybeId
from youthforum.core.text import Prose

# Of any kind; how long a translation of an idea or a comment may be is up to its subject.
LONGEST = 8000


Language = Annotated[str, Field(max_length=8)]


class TranslationForm(Form):
    """One original: an idea or a comment."""

    idea: MaybeId = None
    comment: MaybeId = None
    language: Language

    @model_validator(mode="after")
    def _one(self) -> TranslationForm:
        if (self.idea is None) == (self.comment is None):
            raise Invalid(_l("Please name one idea or one comment."), field="idea")
        return self

    @property
    def subject(self) -> tuple[str, int]:
        """Its kind and id."""
        return ("idea", self.idea) if self.idea is not None else ("comment", self.comment or 0)


class WriteTranslationForm(TranslationForm):
    text: Annotated[str, Prose(LONGEST)]


class WishTranslationForm(TranslationForm):
    wish: bool = True


class CheckTranslationForm(Form):
    translation: Id
