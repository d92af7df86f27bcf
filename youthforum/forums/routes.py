"""Pages and API of forums: the entrance, joining, and what organisers set up."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import segno
from flask import (
    Blueprint,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup

from youthforum.activity.queries import recent
from youthforum.core.access import public, signed_in, viewer
from youthforum.core.addresses import address, only_here
from youthforum.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from youthforum.core.forms import InvalidForm, parse
from youthforum.core.requests import fields, json_body
from youthforum.core.text import Text, whole
from youthforum.forums import commands, forms, policy, queries
from youthforum.forums import home as entrance
from youthforum.forums.live import steps
from youthforum.forums.models import Forum, JoinCode, Member
from youthforum.forums.phases import PHASE_LABELS, WHAT_NOW, Phase, Role
from youthforum.live.openapi import endpoint
from youthforum.people import sessions
from youthforum.people.guesses import Guesses
from youthforum.people.models import Person
from youthforum.people.routes import account_action, account_part

pages = Blueprint("forums", __name__)
api = Blueprint("forums_api", __name__, url_prefix="/api/v1")

CODES = Guesses("code", browser="15/10 minutes", address="500/10 minutes", everybody="1500/10 minutes")


def enter(slug: str) -> Member:
    """The viewer's membership of the forum in the address; templates see `forum`, `member` and `phases`."""
    member = queries.membership(viewer(), slug)
    g.forum, g.member = member.forum, member
    return member


@pages.app_context_processor
def _present() -> dict[str, Any]:
    forum = g.get("forum")
    if forum is None:
        return {"forum": None, "member": None}
    return {
        "forum": forum,
        "member": g.get("member"),
        "phases": steps(forum),
        "channels": [f"forum:{forum.id}"],
    }


# Joining --------------------------------------------------------------------------------------------------


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


# Home -------------------------------------------------------------------------------------------------------


@pages.get("/f/<slug>")
@signed_in
def home(slug: str) -> Any:
    member = enter(slug)
    forum = member.forum
    parts: dict[str, Any] = {}
    for part in entrance.PAGE_PARTS:
        parts |= part(member)
    refusal = policy.why_not_change_phase(member)
    return render_template(
        "forums/home.html",
        what_now=[str(WHAT_NOW[forum.phase])],
        people_count=queries.people_count(forum.id),
        delegations=queries.delegations_of(forum),
        partnerships=queries.partnerships_of(forum),
        groups=queries.groups_of(forum),
        recent=_timeline(forum),
        why_not_phase=None if refusal is None else str(refusal),
        **parts,
    )


def _timeline(forum: Forum) -> list[dict[str, Any]]:
    """What happened last, newest first: `[{"sentence", "at"}]`; the same thing many times in a row is one line."""
    told = recent(forum.id, types=tuple(entrance.SENTENCES), limit=200)
    lines = []
    for (kind, _channel), rows in groupby(told, key=lambda row: (row.type, row.channel)):
        first, *others = rows
        words = entrance.SENTENCES[kind](first, 1 + len(others))
        if words:
            lines.append({"sentence": words, "at": first.at})
    return lines[:8]


@entrance.sentence("forum.phase_changed")
def _phase_sentence(row: Any, _count: int) -> str:
    return _("The forum moved on to “%(phase)s”.", phase=PHASE_LABELS[Phase(row.data["phase"])])


@api.get("/forums/<slug>")
@endpoint("What one may see of a forum: phase, boards, working groups, delegations.")
@signed_in
def listing(slug: str) -> Any:
    member = enter(slug)
    forum = member.forum
    body: dict[str, Any] = {
        "forum": {
            "id": forum.id,
            "slug": forum.slug,
            "title": forum.title,
            "languages": forum.languages,
            "phase": forum.phase.value,
            "time_zone": forum.time_zone,
        },
        "phase": forum.phase.value,
        "revision": forum.revision,
        "member": {"id": member.id, "name": member.name, "role": member.role.value},
        "working_groups": [{"id": group.id, "name": group.name} for group in queries.groups_of(forum)],
        "delegations": [
            {"id": team.id, "slug": team.slug, "name": team.name, "country": team.country}
            for team in queries.delegations_of(forum)
        ],
        "proposals": [],
        "polls": [],
    }
    for part in entrance.API_PARTS:
        body |= part(member)
    return jsonify(body)


@pages.post("/f/<slug>/phase")
@signed_in
def set_phase(slug: str) -> Any:
    member = enter(slug)
    form = parse(forms.PhaseForm, {"forum": member.forum_id} | fields(), strict=False)
    commands.change_phase(member, member.forum, phase=Phase(form.phase))
    return redirect(url_for("forums.home", slug=slug))


# The forum itself -----------------------------------------------------------------------------------------------

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
    return render_template("forums/new.html", values=_flat(values), errors=errors), status


def _given() -> dict[str, Any]:
    return fields(lists=("languages",), texts=_TEXTS) if request.method == "POST" else {}


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    """Fields as templates name them: `title_de` for `title: {"de": …}`."""
    flat = {name: value for name, value in values.items() if not isinstance(value, dict)}
    for name, words in values.items():
        if isinstance(words, dict):
            flat |= {f"{name}_{code}": text for code, text in words.items()}
    return flat


@pages.route("/f/<slug>/settings", methods=["GET", "POST"])
@signed_in
def settings(slug: str) -> Any:
    member = _organising(slug)
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
    return render_template("forums/settings.html", values=_flat(values), errors=errors), status


def _organising(slug: str) -> Member:
    """For pages of organisers. Raises Forbidden, with the reason, for other members."""
    member = enter(slug)
    refusal = policy.why_not_edit_forum(member)
    if refusal is not None:
        raise Forbidden(refusal)
    return member


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
    member = _organising(slug)
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
    member = _organising(slug)
    values, errors, status = {}, {}, 200
    if request.method == "POST":
        values = fields(texts=("name",))
        try:
            _change_groups(member, request.form.get("action", ""), dict(values))
            return redirect(url_for("forums.groups", slug=slug))
        except InvalidForm as error:
            errors, status = error.errors, 422
    found = queries.groups_of(member.forum)
    by_group = {group.id: _flat({"name": group.name}) for group in found}
    page = render_template(
        "forums/groups.html", groups=found, values=_flat(values), values_by_group=by_group, errors=errors
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


# People -------------------------------------------------------------------------------------------------------


@pages.get("/f/<slug>/people")
@signed_in
def people(slug: str) -> Any:
    return _people_page(_facilitating(slug))


def _facilitating(slug: str) -> Member:
    """For pages of moderators and organisers. Raises Forbidden, with the reason, for other members."""
    member = enter(slug)
    refusal = policy.why_not_change_phase(member)
    if refusal is not None:
        raise Forbidden(refusal)
    return member


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
    link = url_for("people.reset", token=token, _external=True)
    return _people_page(member, one_time_link=link, one_time_for=other.name)


@pages.post("/f/<slug>/people/invite")
@signed_in
def invite(slug: str) -> Any:
    member = _organising(slug)
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
    link = url_for("people.reset", token=token, _external=True)
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


# The door -----------------------------------------------------------------------------------------------------


@pages.route("/f/<slug>/codes", methods=["GET", "POST"])
@signed_in
def codes(slug: str) -> Any:
    member = _organising(slug)
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
    member = _facilitating(slug)
    count = queries.people_count(member.forum_id)
    return render_template("forums/door.html", people_count=count, **_door_code(member))


@pages.get("/f/<slug>/sheet")
@signed_in
def sheet(slug: str) -> Any:
    member = _facilitating(slug)
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
