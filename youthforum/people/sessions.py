"""Who a request comes from: a browser's session or a bearer token, both the secret of a sign-in."""

from __future__ import annotations

import re

from flask import Flask, Request, g, has_request_context, request, session
from flask_login import LoginManager
from flask_login import logout_user as forget

from youthforum.core.access import viewer
from youthforum.people import queries
from youthforum.people.models import Person

_TOKEN = "sign_in"  # noqa: S105  (the name of a field)


def init_app(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # phones in a hall change their address; the secret is enough

    @manager.request_loader
    def _load(incoming: Request) -> Person | None:
        token = bearer(incoming) or session.get(_TOKEN)
        if not token:
            return None
        found = queries.sign_in_by_token(token)
        return found.person if found else None


def bearer(incoming: Request | None = None) -> str | None:
    """The bearer token of this request, if it came with one."""
    kind, _, token = (incoming or request).headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def remember(token: str) -> None:
    """Sign this browser in. A fresh session, so that one planted before can't be ridden."""
    session.clear()
    session[_TOKEN] = token
    session.permanent = True
    g.pop("_login_user", None)


def forget_browser() -> None:
    session.clear()
    forget()


def device() -> str:
    """A few words for the list of sign-ins; no version numbers, no address."""
    agent = request.headers.get("User-Agent", "")
    for mark, name in (
        (r"iPhone", "iPhone"),
        (r"iPad", "iPad"),
        (r"Android", "Android"),
        (r"Windows", "Windows"),
        (r"Macintosh", "Mac"),
        (r"Linux", "Linux"),
    ):
        if re.search(mark, agent):
            return name
    return "–"


def language_of_request(offered: tuple[str, ...]) -> str:
    """The person's choice, else this browser's, else what it says it likes."""
    if not has_request_context():
        return "en"
    person = viewer()
    if person is not None:
        return person.language
    if session.get("language") in offered:
        return session["language"]
    return request.accept_languages.best_match(offered) or offered[0]
