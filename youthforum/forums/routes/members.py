"""The people of a forum: roles, invitations, passwords, suspension."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from youthforum.core.access import signed_in
from youthforum.core.addresses import address
from youthforum.core.errors import Conflict
from youthforum.core.forms import InvalidForm, parse
from youthforum.core.requests import fields
from youthforum.core.text import whole
from youthforum.forums import commands, forms, queries
from youthforum.forums.models import Member
from youthforum.forums.phases import Role
from youthforum.forums.routes.rooms import enter, facilitating, organising, pages


@pages.get("/f/<slug>/people")
@signed_in
def people(slug: str) -> Any:
    return _people_page(facilitating(slug))


def _people_page(member: Member, status: int = 200, **extra: Any) -> Any:
    search, number = request.args.get("q", "")[:60], request.args.get("page", "1")
    page = queries.members_page(member.forum, search=search, number=whole(number[:6]))
    variables = {"values": {}, "errors": {}, "one_time_link": None, "one_time_for": None} | extra
    return render_template("forums/people.html", page=page, q=search, **variables), status


@pages.post("/f/<slug>/people/role")
@signed_in
def set_role(slug: str) -> Any:
    member = enter(slug)
    form = parse(forms.RoleForm, fields(), strict=False)
    other = queries.other_member(member, form.member)
    commands.appoint(member, other, member.forum, role=Role(form.role))
    flash(_("Saved."), "done")
    return redirect(url_for("forums.people", slug=slug))


@pages.post("/f/<slug>/people/password")
@signed_in
def reset_member_password(slug: str) -> Any:
    member = enter(slug)
    other = queries.other_member(member, parse(forms.MemberForm, fields(), strict=False).member)
    token = commands.reset_member_password(member, other, elsewhere=queries.has_say_elsewhere(other))
    link = address() + url_for("people.reset", token=token)
    return _people_page(member, one_time_link=link, one_time_for=other.name)


@pages.post("/f/<slug>/people/invite")
@signed_in
def invite(slug: str) -> Any:
    member = organising(slug)
    values = fields()
    try:
        form = parse(forms.InviteForm, values, strict=False)
        added, token = commands.invite(member, name=form.name, email=form.email, role=Role(form.role))
    except InvalidForm as error:
        return _people_page(member, 422, values=values, errors=error.errors)
    except Conflict as error:
        return _people_page(member, 409, values=values, errors={error.field or "": str(error.message)})
    if token is None:
        flash(_("%(name)s can sign in with their present password.", name=added.name), "done")
        return redirect(url_for("forums.people", slug=slug))
    link = address() + url_for("people.reset", token=token)
    return _people_page(member, one_time_link=link, one_time_for=added.name)


@pages.post("/f/<slug>/people/suspend")
@signed_in
def suspend(slug: str) -> Any:
    member = enter(slug)
    form = parse(forms.SuspendForm, fields(), strict=False)
    commands.suspend(member, queries.other_member(member, form.member), reason=form.reason)
    return redirect(url_for("forums.people", slug=slug))


@pages.post("/f/<slug>/people/readmit")
@signed_in
def readmit(slug: str) -> Any:
    member = enter(slug)
    form = parse(forms.MemberForm, fields(), strict=False)
    commands.readmit(member, queries.other_member(member, form.member))
    return redirect(url_for("forums.people", slug=slug))
