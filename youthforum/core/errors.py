"""Reasons and errors with the same words on pages, in the JSON API and in socket acknowledgements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# What the database's driver or pool raises when it does not answer; transports word it as Unavailable.
DATABASE_ERRORS = (DBAPIError, PoolTimeout)

# A text that is looked up in the reader's language when it is shown: str() of it is what they read.
Words = Any


@dataclass(frozen=True)
class Refusal:
    """Why somebody may not do something: a stable code, and a sentence for people."""

    code: str
    message: Words

    def __str__(self) -> str:
        return str(self.message)


class DomainError(Exception):
    """Something a person did that cannot be done; becomes a page, an API answer or an acknowledgement."""

    status: ClassVar[int] = 400
    default_code: ClassVar[str] = "invalid"

    def __init__(
        self,
        message: Words,
        *,
        code: str | None = None,
        field: str | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(code or self.default_code)
        self.message = message
        self.code = code or self.default_code
        self.field = field
        self.extra = extra or {}

    def as_dict(self) -> dict[str, Any]:
        """`{"code", "message", "field"?, ...}`, the message in the language of the present reader."""
        body: dict[str, Any] = {"code": self.code, "message": str(self.message)}
        if self.field:
            body["field"] = self.field
        return body | self.extra


class NotFound(DomainError):
    """It is not there, or this person may not know that it is."""

    status = 404
    default_code = "not_found"

    def __init__(self, message: Words | None = None, *, field: str | None = None) -> None:
        super().__init__(
            message or _l("This does not exist, or you don’t have access to it."),
            code="not_found",
            field=field,
        )


class Forbidden(DomainError):
    """Policy says no, and why."""

    status = 403
    default_code = "forbidden"

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message, code=refusal.code)


class Unauthenticated(DomainError):
    """Nobody is signed in, or no longer."""

    status = 401
    default_code = "signed_out"

    def __init__(self, message: Words | None = None) -> None:
        super().__init__(message or _l("Please join with a code or sign in first."))


class Conflict(DomainError):
    """Somebody else was faster; nothing was overwritten."""

    status = 409
    default_code = "conflict"


class Invalid(DomainError, ValueError):
    """The input is not acceptable; `field` says which part of it."""

    status = 422
    default_code = "invalid"


class TooLarge(DomainError):
    status = 413
    default_code = "invalid"

    def __init__(self) -> None:
        super().__init__(_l("This is too large to be sent."))


class SlowDown(DomainError):
    """A flood or too many wrong tries; `retry_after` is in seconds."""

    status = 429
    default_code = "slow_down"

    def __init__(self, retry_after: int, message: Words | None = None) -> None:
        super().__init__(
            message or _l("That was a lot at once. Please wait a moment and try again."),
            extra={"retry_after": retry_after},
        )
        self.retry_after = retry_after


class Unavailable(DomainError):
    """The database does not answer; nothing was stored."""

    status = 503
    default_code = "unavailable"

    def __init__(self) -> None:
        super().__init__(
            _l("The server is busy right now. Nothing was lost; please try again in a moment."),
            extra={"retry_after": 2},
        )
