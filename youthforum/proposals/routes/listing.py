"""The list of proposals, and its twin in the API."""

from __future__ import annotations

from typing import Any

from flask import jsonify, render_template, request

from youthforum.core.access import signed_in
from youthforum.core.text import whole
from youthforum.forums.models import Forum
from youthforum.forums.queries import delegations_of, groups_of
from youthforum.forums.routes import enter
from youthforum.live.openapi import endpoint
from youthforum.proposals import policy
from youthforum.proposals.live.plugging import entry_json
from youthforum.proposals.queries import proposals as queries
from youthforum.proposals.queries.proposals import Wanted
from youthforum.proposals.routes.rooms import api, pages
from youthforum.proposals.stages import Stage

LONGEST_SEARCH = 200
SORTS = ("activity", "support")


def _wanted(forum: Forum) -> Wanted:
    """What the address narrows the list to; what makes no sense narrows nothing."""
    asked = request.args
    stage, language, sort = asked.get("stage", ""), asked.get("language", ""), asked.get("sort", "")
    return Wanted(
        search=asked.get("q", "").strip()[:LONGEST_SEARCH],
        group=whole(asked.get("group", "")) or None,
        stage=stage if stage in set(Stage) else None,
        delegation=whole(asked.get("delegation", "")) or None,
        language=language if language in forum.languages else None,
        mine=asked.get("mine", "") == "yes",
        sort=sort if sort in SORTS else SORTS[0],
    )


def _number() -> int:
    return whole(request.args.get("page", "1")[:6])


@pages.get("/f/<slug>/proposals")
@signed_in
def index(slug: str) -> Any:
    member = enter(slug)
    wanted = _wanted(member.forum)
    narrowed = any((wanted.search, wanted.group, wanted.stage, wanted.delegation, wanted.language, wanted.mine))
    refusal = policy.why_not_start(member)
    return render_template(
        "proposals/list.html",
        page=queries.listing(member, wanted, number=_number()),
        wanted=wanted,
        narrowed=narrowed,
        groups=groups_of(member.forum),
        delegations=delegations_of(member.forum),
        by_stage=queries.count_by_stage(member.forum),
        kept={name: value for name, value in request.args.items() if name != "page" and value},
        why_not_start=None if refusal is None else str(refusal),
    )


_EXAMPLE = {
    "id": 7,
    "title": {"de": "Zwei Städte, eine Karte"},
    "pitch": {"de": "Gemeinsam eine Karte der Lieblingsorte bauen."},
    "language": "de",
    "stage": "draft",
    "working_group": 1,
    "authors": [{"id": 3, "name": "Anna", "delegation": 1}],
    "support": 5,
    "comments": 2,
    "version": 1,
}


@api.get("/forums/<slug>/proposals")
@endpoint(
    "The proposals of a forum, 30 on a page; narrowed by `q`, `group`, `stage`, `delegation`, `language`, `mine=yes`.",
    answer={"proposals": [_EXAMPLE], "page": 1, "pages": 1, "total": 1},
)
@signed_in
def listing(slug: str) -> Any:
    """The same list for programs; `sort` is `activity` or `support`."""
    member = enter(slug)
    page = queries.listing(member, _wanted(member.forum), number=_number())
    lines = [entry_json(entry) for entry in page.items]
    return jsonify({"proposals": lines, "page": page.number, "pages": page.pages, "total": page.total})
