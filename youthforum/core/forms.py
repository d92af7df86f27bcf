"""Input from any transport: parsed once, by one schema, with errors in the reader's language."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _ln
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from youthforum.core.errors import DomainError, Invalid

M = TypeVar("M", bound="Form")

# The id of a row. Bounded, since SQLite refuses more than 64 bits by raising an error of its own.
Id = Annotated[int, Field(ge=1, lt=2**31)]


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise Invalid(_l("The key must be a UUID.")) from None


def or_none(value: Any) -> Any:
    """An HTML form can't say null."""
    return None if value == "" else value


def _own_key(value: Any) -> Any:
    return str(uuid.uuid4()) if value == "" else value


# The client's own UUID of what it makes: sent again with it, it is the same thing. A plain form leaves it empty.
Key = Annotated[str, BeforeValidator(_own_key), Field(max_length=64), AfterValidator(_uuid)]
MaybeId = Annotated[Id | None, BeforeValidator(or_none)]
MaybeLanguage = Annotated[Annotated[str, Field(max_length=8)] | None, BeforeValidator(or_none)]


class Form(BaseModel):
    """Base of all input schemas: unknown fields are refused, what was parsed doesn't change."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class InvalidForm(Invalid):
    """Several fields at once; `errors` maps each to its sentence (pages show them beside the fields)."""

    def __init__(self, errors: dict[str, Any]) -> None:
        field, message = next(iter(errors.items()))
        super().__init__(message, field=field)
        self.errors = errors


def parse(schema: type[M], payload: Any, *, strict: bool = True) -> M:
    """An instance of `schema`. JSON and sockets are read strictly (`"1"` is no number), HTML forms are not.

    Raises InvalidForm, whose `field` is the first one that is wrong.
    """
    if not isinstance(payload, Mapping):
        raise Invalid(_l("An object with named fields is expected."))
    try:
        return schema.model_validate(dict(payload), strict=strict)
    except ValidationError as error:
        raise InvalidForm({_field(problem): _sentence(problem) for problem in reversed(error.errors())}) from None


def _field(problem: Any) -> str:
    original = (problem.get("ctx") or {}).get("error")
    if isinstance(original, DomainError) and original.field and not problem["loc"]:
        return original.field  # said by a check of the form as a whole
    name = ".".join(str(part) for part in problem["loc"])[:64]
    return name.encode("utf-8", "replace").decode() or "payload"  # a program may name a field by half a character


def _sentence(problem: Any) -> Any:
    context = problem.get("ctx") or {}
    original = context.get("error")
    if isinstance(original, DomainError):
        return original.message
    kind = problem["type"]
    if kind == "missing":
        return _l("Please fill this in.")
    if kind == "extra_forbidden":
        return _l("This field is not known here.")
    if kind == "string_too_long":
        limit = context["max_length"]
        return _ln("At most %(num)d character.", "At most %(num)d characters.", limit)
    if kind in ("greater_than_equal", "greater_than"):
        return _l("At least %(least)s.", least=context.get("ge", context.get("gt")))
    if kind in ("less_than_equal", "less_than"):
        return _l("At most %(most)s.", most=context.get("le", context.get("lt")))
    if kind in ("literal_error", "enum"):
        return _l("Please choose one of the values offered.")
    if kind == "too_long":
        return _l("These are too many.")
    if kind == "too_short":
        return _l("Please choose at least one.")
    return _l("This is not of the expected kind.")
