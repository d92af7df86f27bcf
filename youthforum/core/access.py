"""Who may knock at a route at all. What they may do behind it is each domain's policy."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, g
from flask_login import AnonymousUserMixin, current_user

from youthforum.core.errors import Unauthenticated

F = TypeVar("F", bound=Callable[..., Any])

PUBLIC, SIGNED_IN = "public", "signed in"


def public(view: F) -> F:
    """Anybody may call this route."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def signed_in(view: F) -> F:
    """Only a signed-in person may call this route; others get Unauthenticated."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if viewer() is None:
            raise Unauthenticated()
        return view(*args, **kwargs)

    guarded.access = SIGNED_IN  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def viewer() -> Any:
    """The signed-in Person of this request, or None. Routes pass it on; nothing below them asks for it."""
    return current_user._get_current_object() if current_user and current_user.is_authenticated else None


def answer_to_nobody() -> None:
    """Let the rest of this request be for nobody: the database that would know the reader does not answer."""
    g._login_user = AnonymousUserMixin()
    g.forum = g.member = None


def refuse_unmarked_routes(app: Flask) -> None:
    """Raise RuntimeError at start-up when a route says nothing about its access."""
    unmarked = [
        f"{rule.endpoint} ({rule.rule})"
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], "access")
    ]
    if unmarked:
        raise RuntimeError("routes without @public or @signed_in: " + ", ".join(sorted(unmarked)))
