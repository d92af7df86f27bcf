"""The wire over HTTP: every intake as an API call and as a plain form, the API document, and the server's health."""

from __future__ import annotations

import hmac
import re
from typing import Any

import prometheus_client
from flask import Blueprint, Flask, Response, current_app, flash, jsonify, redirect, render_template, request

from youthforum.core import db
from youthforum.core.access import public, signed_in, viewer
from youthforum.core.answers import answer
from youthforum.core.errors import DomainError, NotFound, Unauthenticated
from youthforum.core.requests import fields, json_body, own_path
from youthforum.core.settings import settings
from youthforum.live.intake import INTAKES, Intake
from youthforum.live.openapi import document
from youthforum.live.sockets import EVENTS, live

pages = Blueprint("api", __name__)


def add_intakes(app: Flask) -> None:
    """One address below /api/v1 for every intake."""
    for intake in INTAKES.values():
        rule = re.sub(r"<(\w+)>", r"<int:\1>", intake.path)
        app.add_url_rule(f"/api/v1{rule}", f"do.{intake.event}", _by_api(intake), methods=["POST"])


def _by_api(intake: Intake) -> Any:
    @signed_in
    def call(**path: int) -> Any:
        person = viewer()
        EVENTS.spend(person.sign_in.id)
        body = json_body() if request.content_length else {}
        return jsonify(intake(person, body | path if isinstance(body, dict) else body))

    return call


@pages.post("/do/<event>")
@signed_in
def do(event: str) -> Any:
    """An intake as a plain HTML form, for browsers without scripts; goes back to where the form was."""
    intake = INTAKES.get(event.replace("-", ":", 1))
    if intake is None:
        raise NotFound()
    back = own_path(request.form.get("next"), "/")
    try:
        person = viewer()
        EVENTS.spend(person.sign_in.id)
        lists = tuple(name for name in ("ideas",) if name in intake.form.model_fields)
        # The page sends one form for all its buttons: what this intake doesn't know belongs to another.
        known = {name: value for name, value in fields(lists=lists).items() if name in intake.form.model_fields}
        intake(person, known, strict=False)
    except Unauthenticated:
        raise
    except DomainError as error:
        if request.form.get("next"):
            flash(str(error.message), "problem")
            return redirect(back)
        return answer(error)
    return redirect(back)


@pages.get("/api/v1/openapi.json")
@public
def openapi() -> Any:
    return jsonify(document(current_app))


@pages.get("/api/docs")
@public
def docs() -> Any:
    return render_template("api/docs.html", document=document(current_app))


@pages.get("/healthz")
@public
def healthz() -> Any:
    """Alive."""
    return jsonify({"ok": True})


@pages.get("/readyz")
@public
def readyz() -> Any:
    """Database reachable, and not deaf to the other processes."""
    problems = [] if db.reachable() else ["database"]
    if live().hints.deaf:
        problems.append("queue")
    return jsonify({"ok": not problems, "problems": problems}), 503 if problems else 200


@pages.get("/metrics")
@public
def metrics() -> Any:
    """For Prometheus: with the token, or from this machine where none is set."""
    token = settings().metrics_token.get_secret_value()
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    here = request.remote_addr in ("127.0.0.1", "::1") and not settings().public_url  # a proxy comes from here too
    allowed = _same(given, token) if token else here
    if not allowed:
        raise NotFound()
    return Response(prometheus_client.generate_latest(live().metrics), mimetype="text/plain; version=0.0.4")


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())
