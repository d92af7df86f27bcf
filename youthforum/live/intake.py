"""One function serves an operation on every transport: socket event, JSON API and plain HTML form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from youthforum.core.forms import Form, parse

Answer = dict[str, Any]


@dataclass(frozen=True)
class Intake:
    """`event` on the socket, `POST /api/v1{path}` in the API, `POST /do/{event with -}` as a form."""

    event: str
    form: type[Form]
    run: Callable[[Any, Any], Answer]
    path: str
    summary: str

    def __call__(self, person: Any, payload: Any, *, strict: bool = True) -> Answer:
        """Parse and run for `person`. Raises DomainError; the caller turns it into its transport's answer."""
        return self.run(person, parse(self.form, payload, strict=strict))


INTAKES: dict[str, Intake] = {}


def intake(event: str, form: type[Form], path: str) -> Callable[[Any], Any]:
    """Offer `function(person, form) -> answer` as `event`.

    `path` is its place in the API; names in angle brackets are fields of the form, e.g. `/ideas/<idea>/move`.
    The first line of the docstring becomes the summary in the API document.
    """

    def register(function: Callable[[Any, Any], Answer]) -> Callable[[Any, Any], Answer]:
        if event in INTAKES:
            raise RuntimeError(f"{event} is taken")
        summary = (function.__doc__ or "").strip().split("\n")[0]
        INTAKES[event] = Intake(event, form, function, path, summary)
        return function

    return register
