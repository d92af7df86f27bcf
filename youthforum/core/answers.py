"""Errors as answers: a page for people, an object for programs, the same words in both."""

from __future__ import annotations

import secrets
from typing import Any

import structlog
from flask import Flask, Response, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from youthforum.core.access import answer_to_nobody
from youthforum.core.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    SlowDown,
    TooLarge,
    Unauthenticated,
    Unavailable,
)

log = structlog.get_logger()


def wants_json() -> bool:
    """Whether a program asks: anything below /api/v1."""
    return request.path.startswith("/api/v1/")


def init_app(app: Flask) -> None:
    @app.before_request
    def _no_nul() -> None:
        """PostgreSQL can't be asked for a NUL: nothing has one in its address."""
        if "\0" in request.path or any("\0" in value for values in request.args.listvalues() for value in values):
            raise NotFound()

    @app.errorhandler(DomainError)
    def _domain(error: DomainError) -> Any:
        return answer(error)

    @app.errorhandler(CSRFError)
    def _csrf(_error: CSRFError) -> Any:
        return answer(Invalid(_("This page was open for too long. Please send it again."), code="csrf"), status=400)

    @app.errorhandler(RequestEntityTooLarge)
    def _large(_error: RequestEntityTooLarge) -> Any:
        return answer(TooLarge())

    @app.errorhandler(DBAPIError)
    @app.errorhandler(PoolTimeout)
    def _database(_error: Exception) -> Any:
        log.exception("database_unavailable", path=request.path)
        return answer(Unavailable())

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Any:
        if error.code is not None and 300 <= error.code < 400:
            return error
        if error.code == 404:
            return answer(NotFound())
        if isinstance(error, MethodNotAllowed):
            response = answer(Invalid(_("This address can’t be called in that way."), code="method"), status=405)
            response.headers["Allow"] = ", ".join(error.valid_methods or ())
            return response
        return answer(Invalid(_("This request could not be understood.")), status=error.code or 400)

    @app.errorhandler(Exception)
    def _ours(_error: Exception) -> Any:
        reference = secrets.token_hex(4)
        log.exception("unexpected", path=request.path, reference=reference)
        error = DomainError(_("Something went wrong on our side. Nothing was stored."), code="internal")
        return answer(error, status=500, reference=reference)


def answer(error: DomainError, *, status: int | None = None, reference: str | None = None) -> Response:
    """The response for an error, for whoever asks."""
    status = status or error.status
    if isinstance(error, Unavailable):
        answer_to_nobody()
    if wants_json():
        response = jsonify({"error": error.as_dict() | ({"reference": reference} if reference else {})})
    else:
        page = render_template(
            "errors/error.html",
            status=status,
            title=_title(error),
            message=str(error.message),
            next_step=_next_step(error),
            reference=reference,
        )
        response = Response(page)
    response.status_code = status
    if isinstance(error, SlowDown | Unavailable):
        response.headers["Retry-After"] = str(error.extra.get("retry_after", 5))
    if isinstance(error, Unauthenticated) and wants_json():
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _title(error: DomainError) -> str:
    titles: dict[type[DomainError], str] = {
        NotFound: _("Nothing here"),
        Forbidden: _("Not possible"),
        Unauthenticated: _("Please come in first"),
        Conflict: _("Somebody was faster"),
        Invalid: _("That did not work"),
        SlowDown: _("One moment, please"),
        Unavailable: _("One moment, please"),
        TooLarge: _("That is too large"),
    }
    return next((title for kind, title in titles.items() if isinstance(error, kind)), _("That did not work"))


def _next_step(error: DomainError) -> dict[str, str] | None:
    if isinstance(error, Unauthenticated):
        return {"url": url_for("forums.join_code"), "label": _("Join with a code")}
    return None
