"""Making a forum and setting it up: settings, delegations, working groups."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from youthforum.core.access import signed_in, viewer
from youthforum.core.errors import Conflict, Forbidden, Invalid
from youthforum.core.forms import InvalidForm, parse
from youthforum.core.requests import fields
from youthforum.core.text import Text, whole
from youthforum.forums import commands, forms, policy, queries
from youthforum.forums import home as entrance
from youthforum.forums.models import Forum, Member
from youthforum.forums.routes.rooms import flat, organising, pages

_TEXTS = ("title", "about", "house_rules")


@pages.route("/forums/new", methods=["GET", "POST"])
@signed_in
def new() -> Any:
    person = viewer()
    organises = queries.organises_any(person)
    refusal = policy.why_not_make_forum(person, organises)
    if refusal is not None:
        raise Forbidden(refusal)
    values, errors, status = _given(), {}, 200
    if request.method == "POST":
        try:
            form = parse(forms.NewForumForm, values, strict=False)
            name = next((m.name for m in queries.memberships(person)), _("Organising team"))
            forum = commands.make_forum(person, organises=organises, form=form, teams=form.teams, name=name)
            flash(_("Your forum is ready. Here are the codes by which people join it."), "done")
            return redirect(url_for("forums.codes", slug=forum.slug))
        except InvalidForm as error:
            errors, status = error.errors, 422
        except (Invalid, Conflict) as error:
            errors, status = {error.field or "": str(error.message)}, error.status
    return render_template("forums/new.html", values=flat(values), errors=errors), status


def _given() -> dict[str, Any]:
    return fields(lists=("languages",), texts=_TEXTS) if request.method == "POST" else {}


@pages.route("/f/<slug>/settings", methods=["GET", "POST"])
@signed_in
def settings(slug: str) -> Any:
    member = organising(slug)
    values, errors, status = _given() or _present_values(member.forum), {}, 200
    if request.method == "POST":
        try:
            commands.edit_forum(member, form=parse(forms.ForumForm, values, strict=False))
            flash(_("Saved."), "done")
            return redirect(url_for("forums.settings", slug=slug))
        except InvalidForm as error:
            errors, status = error.errors, 422
        except Invalid as error:
            errors, status = {error.field or "": str(error.message)}, 422
    parts: dict[str, Any] = {}
    for part in entrance.SETTINGS_PARTS:
        parts |= part(member)
    return render_template("forums/settings.html", values=flat(values), errors=errors, **parts), status


def _present_values(forum: Forum) -> dict[str, Any]:
    return {
        "languages": forum.languages,
        "title": forum.title,
        "about": forum.about,
        "house_rules": forum.house_rules,
        "place": forum.place.in_(*forum.languages),
        "starts_on": forum.starts_on.isoformat() if forum.starts_on else "",
        "ends_on": forum.ends_on.isoformat() if forum.ends_on else "",
        "time_zone": forum.time_zone,
        "hosts": "\n".join(host.name.in_(*forum.languages) for host in forum.hosts),
        "age_bands": ", ".join(forum.age_bands),
    }


@pages.route("/f/<slug>/delegations", methods=["GET", "POST"])
@signed_in
def delegations(slug: str) -> Any:
    member = organising(slug)
    values, errors, status = {}, {}, 200
    if request.method == "POST":
        values = fields(lists=("delegations",) if request.form.get("action") == "pair" else ())
        try:
            _change_delegations(member, request.form.get("action", ""), dict(values))
            return redirect(url_for("forums.delegations", slug=slug))
        except InvalidForm as error:
            errors, status = error.errors, 422
        except (Invalid, Conflict) as error:
            errors, status = {error.field or "": str(error.message)}, error.status
    teams = queries.delegations_of(member.forum)
    page = render_template(
        "forums/delegations.html",
        delegations=teams,
        partnerships=queries.partnerships_of(member.forum),
        sizes=queries.delegation_sizes(member.forum_id),
        values=values,
        errors=errors,
    )
    return page, status


def _change_delegations(member: Member, action: str, values: dict[str, Any]) -> None:
    forum, language = member.forum, member.person.language
    if action == "unpair":
        number = str(values.get("partnership", ""))
        partnership = queries.partnership_of(forum, whole(number))
        return commands.end_partnership(member, partnership)
    if action == "pair":
        pair = parse(forms.PairForm, values, strict=False)
        teams = [queries.delegation_of(forum, slug) for slug in pair.delegations]
        name = pair.name or "–".join(team.name.in_(language) for team in teams if team)
        commands.pair_delegations(member, [team for team in teams if team], name=Text({language: name}))
        return None
    team = queries.delegation_of(forum, values.pop("delegation", "")) if action != "add" else None
    if action == "remove" and team is not None:
        return commands.remove_delegation(member, team)
    form = parse(forms.DelegationForm, values, strict=False)
    if action == "add":
        commands.add_delegation(member, name=Text({language: form.name}), country=form.country)
    elif action == "rename" and team is not None:
        commands.rename_delegation(member, team, name=Text({language: form.name}), country=form.country)
    else:
        raise Invalid(_("This is not of the expected kind."), field="action")
    return None


@pages.route("/f/<slug>/groups", methods=["GET", "POST"])
@signed_in
def groups(slug: str) -> Any:
    member = organising(slug)
    values, errors, status = {}, {}, 200
    if request.method == "POST":
        values = fields(texts=("name",))
        try:
            _change_groups(member, request.form.get("action", ""), dict(values))
            return redirect(url_for("forums.groups", slug=slug))
        except InvalidForm as error:
            errors, status = error.errors, 422
    found = queries.groups_of(member.forum)
    by_group = {group.id: flat({"name": group.name}) for group in found}
    page = render_template(
        "forums/groups.html", groups=found, values=flat(values), values_by_group=by_group, errors=errors
    )
    return page, status


def _change_groups(member: Member, action: str, values: dict[str, Any]) -> None:
    number = str(values.pop("group", ""))
    if action == "add":
        commands.add_group(member, name=Text(parse(forms.GroupForm, values, strict=False).name))
        return
    group = queries.group_of(member.forum, whole(number))
    if action == "remove":
        commands.remove_group(member, group)
    else:
        commands.rename_group(member, group, name=Text(parse(forms.GroupForm, values, strict=False).name))
