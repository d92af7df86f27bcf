"""The start page, joining by code, and what somebody sees right after it."""

from __future__ import annotations

from typing import Any

from flask import flash, g, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from youthforum.core.access import public, signed_in, viewer
from youthforum.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from youthforum.core.forms import InvalidForm, parse
from youthforum.core.requests import fields, json_body
from youthforum.forums import commands, forms, policy, queries
from youthforum.forums.models import Forum, JoinCode, Member
from youthforum.forums.routes.rooms import api, enter, pages
from youthforum.live.openapi import endpoint
from youthforum.people import sessions
from youthforum.people.guesses import Guesses
from youthforum.people.models import Person
from youthforum.people.routes import account_action, account_part

CODES = Guesses("code", browser="15/10 minutes", address="500/10 minutes", everybody="1500/10 minutes")


@pages.get("/")
@public
def start() -> Any:
    person = viewer()
    members = queries.memberships(person) if person else []
    can = person is not None and policy.why_not_make_forum(person, queries.organises_any(person)) is None
    return render_template("forums/start.html", memberships=members, can_make_forum=can)


@pages.route("/join", methods=["GET", "POST"])
@public
def join_code() -> Any:
    code, problem, status = "", None, 200
    if request.method == "POST":
        code = request.form.get("code", "")
        try:
            found = _right_code(parse(forms.CodeForm, {"code": code}, strict=False).code)
            return redirect(url_for("forums.join", code=found.code))
        except DomainError as error:
            problem, status = str(error.message), error.status
    return render_template("forums/code.html", code=code, form_error=problem), status


def _right_code(code: str) -> JoinCode:
    """The join code. Raises NotFound for a wrong one, Forbidden for an expired one, SlowDown after too many."""
    CODES.listen()
    found = queries.code_by_text(code)
    if found is not None:
        refusal = policy.why_not_join(found)
        if refusal is not None:
            raise Forbidden(refusal)
        return found
    CODES.wrong()
    raise NotFound(_("This code is not known. Please check it; it has eight letters and digits."), field="code")


@pages.route("/join/<code>", methods=["GET", "POST"])
@public
def join(code: str) -> Any:
    code = parse(forms.CodeForm, {"code": code}, strict=False).code
    found = _right_code(code)
    g.forum = found.forum
    person, values, errors, status = viewer(), fields(flags=("accept_rules",)), {}, 200
    if person is not None and (member := _already_in(person, found.forum)) is not None:
        return redirect(url_for("forums.home", slug=member.forum.slug))
    if request.method == "POST":
        try:
            form = parse(forms.JoinForm, {"code": code} | values, strict=False)
            member, token, phrase = _join(person, found, form)
            slug = member.forum.slug
            if token is None:
                return redirect(url_for("forums.home", slug=slug))
            sessions.remember(token)
            session["phrase"] = phrase
            return redirect(url_for("forums.welcome", slug=slug))
        except InvalidForm as error:
            errors, status = error.errors, 422
        except (Invalid, NotFound, Conflict) as error:
            errors, status = {error.field or "": str(error.message)}, error.status
    page = render_template(
        "forums/join.html",
        join_code=found,
        delegations=queries.delegations_of(found.forum),
        partnerships=queries.partnerships_of(found.forum),
        age_bands=found.forum.age_bands,
        values=values,
        errors=errors,
    )
    return page, status


def _already_in(person: Person, forum: Forum) -> Member | None:
    try:
        return queries.membership(person, forum.slug)
    except NotFound:
        return None


def _join(person: Person | None, found: JoinCode, form: forms.JoinForm) -> tuple[Member, str | None, str | None]:
    return commands.join_forum(
        person,
        found,
        name=form.name,
        delegation=form.delegation,
        language=form.language,
        age_band=form.age_band,
        device=sessions.device(),
    )


@api.post("/join")
@endpoint("Join a forum with a code; the answer has a bearer token.", body=forms.JoinForm, tag="Joining")
@public
def join_by_api() -> Any:
    form = parse(forms.JoinForm, json_body())
    member, token, phrase = _join(viewer(), _right_code(form.code), form)
    body = {
        "member": {
            "id": member.id,
            "name": member.name,
            "role": member.role.value,
            "delegation": member.delegation.slug if member.delegation else None,
        },
        "forum": {"id": member.forum.id, "slug": member.forum.slug},
        "token": token,
        "return_phrase": phrase,
    }
    return jsonify(body), 201 if token else 200


@pages.get("/f/<slug>/welcome")
@signed_in
def welcome(slug: str) -> Any:
    enter(slug)
    phrase = session.pop("phrase", None)
    if phrase is None:
        return redirect(url_for("forums.home", slug=slug))
    return render_template("forums/welcome.html", return_phrase=phrase)


@account_part
def _memberships(person: Person) -> dict[str, Any]:
    return {"memberships": queries.memberships(person)}


@account_action("name")
def _rename(person: Person) -> None:
    form = parse(forms.NameForm, fields(), strict=False)
    for member in queries.memberships(person):
        if member.id == form.member:
            commands.rename_member(person, member, name=form.name)
            flash(_("Saved."), "done")
            return
    raise NotFound(field="member")
