"""Joining codes, and how a hall gets to see them: the screen and the sheet."""

from __future__ import annotations

from typing import Any

import segno
from flask import redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup

from youthforum.core.access import signed_in
from youthforum.core.addresses import address, only_here
from youthforum.core.errors import NotFound
from youthforum.core.forms import InvalidForm, parse
from youthforum.core.requests import fields
from youthforum.core.text import whole
from youthforum.forums import commands, forms, queries
from youthforum.forums.models import Member
from youthforum.forums.phases import Role
from youthforum.forums.routes.rooms import enter, facilitating, organising, pages


@pages.route("/f/<slug>/codes", methods=["GET", "POST"])
@signed_in
def codes(slug: str) -> Any:
    member = organising(slug)
    values, errors, status = {}, {}, 200
    if request.method == "POST":
        values = fields()
        try:
            form = parse(forms.CodeMakingForm, values, strict=False)
            team = queries.delegation_of(member.forum, form.delegation)
            commands.make_code(member, role=Role(form.role), delegation=team, days=form.days)
            return redirect(url_for("forums.codes", slug=slug))
        except InvalidForm as error:
            errors, status = error.errors, 422
    page = render_template(
        "forums/codes.html",
        codes=queries.codes_of(member.forum),
        delegations=queries.delegations_of(member.forum),
        values=values,
        errors=errors,
    )
    return page, status


@pages.post("/f/<slug>/codes/revoke")
@signed_in
def revoke_code(slug: str) -> Any:
    member = enter(slug)
    number = request.form.get("id", "")
    commands.revoke_code(member, queries.code_of(member.forum, whole(number)))
    return redirect(url_for("forums.codes", slug=slug))


@pages.get("/f/<slug>/door")
@signed_in
def door(slug: str) -> Any:
    member = facilitating(slug)
    count = queries.people_count(member.forum_id)
    return render_template("forums/door.html", people_count=count, **_door_code(member))


@pages.get("/f/<slug>/sheet")
@signed_in
def sheet(slug: str) -> Any:
    member = facilitating(slug)
    shown = _door_code(member)
    parts = []
    for code in member.forum.languages:
        with force_locale(code):
            parts.append((code, Markup(render_template("forums/_sheet_part.html", **shown))))  # noqa: S704
    return render_template("forums/sheet.html", language_parts=parts, **shown)


def _door_code(member: Member) -> dict[str, Any]:
    """The code to show (the one named in the address, else the forum's usual one), its link and its picture."""
    wanted = request.args.get("code")
    found = queries.code_by_text(wanted) if wanted else queries.door_code(member.forum)
    if found is None or found.forum_id != member.forum_id or not found.live:
        raise NotFound(_("There is no valid code to show. An organiser can make one."))
    link = join_link(found.code)
    qr = segno.make(link, error="m").svg_inline(border=2, light="#fff", omitsize=True, svgclass="qr")
    return {
        "join_code": found,
        "join_url": (address() + url_for("forums.join_code")).partition("://")[2],
        "join_link": link,
        "only_here": only_here(),
        "qr_svg": Markup(qr),  # noqa: S704  (drawn by segno)
    }


def join_link(code: str) -> str:
    """The address that a QR code opens."""
    return address() + url_for("forums.join", code=code)
