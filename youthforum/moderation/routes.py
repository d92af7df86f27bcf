"""Reporting without scripts, and the page of open reports."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from youthforum.core.access import signed_in, viewer
from youthforum.core.errors import Forbidden, Invalid, NotFound
from youthforum.core.forms import InvalidForm, parse
from youthforum.core.requests import fields
from youthforum.forums.routes import enter
from youthforum.forums.routes.rooms import facilitating
from youthforum.moderation import live, policy, queries
from youthforum.moderation.forms import ReportForm
from youthforum.moderation.reportables import reportable_of

pages = Blueprint("moderation", __name__, url_prefix="/f/<slug>")


@pages.route("/report/<kind>/<int:id>", methods=["GET", "POST"])
@signed_in
def report(slug: str, kind: str, id: int) -> Any:
    member = enter(slug)
    about = reportable_of(kind)
    thing, there = about.shown_to(viewer(), id)
    if there.forum_id != member.forum_id:
        raise NotFound()
    refusal = policy.why_not_report(member)
    if refusal is not None:
        raise Forbidden(refusal)
    values: dict[str, Any] = {}
    errors: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        values = fields() | {"kind": kind, "id": id}
        try:
            live.report(viewer(), parse(ReportForm, values, strict=False))
            flash(_("Thank you. The moderators will look at it."), "done")
            return redirect(about.url(thing))
        except InvalidForm as error:
            errors, status = error.errors, 422
        except Invalid as error:
            errors, status = {error.field or "": str(error.message)}, 422
    language, words = about.excerpt(thing)
    page = render_template(
        "moderation/report.html",
        kind=kind,
        subject_id=id,
        excerpt="" if about.state(thing) == "withdrawn" else words,
        excerpt_language=language,
        url=about.url(thing),
        values=values,
        errors=errors,
    )
    return page, status


@pages.get("/reports")
@signed_in
def reports(slug: str) -> Any:
    member = facilitating(slug)
    return render_template(
        "moderation/reports.html", cases=queries.open_cases(member), settled=queries.settled_lately(member)
    )
