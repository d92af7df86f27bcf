"""The entrance of a forum: where it stands, what happened last, and moving it to another phase."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import jsonify, redirect, render_template, url_for
from flask_babel import gettext as _

from youthforum.activity.queries import recent
from youthforum.core.access import signed_in
from youthforum.core.forms import parse
from youthforum.core.requests import fields
from youthforum.forums import commands, forms, policy, queries
from youthforum.forums import home as entrance
from youthforum.forums.models import Forum
from youthforum.forums.phases import PHASE_LABELS, WHAT_NOW, Phase
from youthforum.forums.routes.rooms import api, enter, pages
from youthforum.live.openapi import endpoint


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
