"""The inbox: a page, its twin in the API, and the number in every header of the forum."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from flask import Blueprint, g, jsonify, render_template, request

from youthforum.core.access import signed_in
from youthforum.core.text import whole
from youthforum.forums.routes import enter
from youthforum.live.openapi import endpoint
from youthforum.notices import queries
from youthforum.notices.inbox import lines

pages = Blueprint("notices", __name__)
api = Blueprint("notices_api", __name__, url_prefix="/api/v1")


@pages.app_context_processor
def _unread() -> dict[str, Any]:
    """Asked by the header alone: what else is drawn (300 cards, a change for a room) costs no query."""
    return {"unread_notices": lambda: queries.unread(g.member.id)}


def _number() -> int:
    return whole(request.args.get("page", "1")[:6])


@pages.get("/f/<slug>/notices")
@signed_in
def inbox(slug: str) -> Any:
    member = enter(slug)
    page = queries.page_of(member, _number())
    return render_template(
        "notices/inbox.html", page=page, lines=lines(member, page.items), newest=queries.newest(member)
    )


@api.get("/forums/<slug>/notices")
@endpoint("One’s own notices in a forum, newest first.")
@signed_in
def notices_by_api(slug: str) -> Any:
    """One's own notices in a forum, newest first, 50 on a page (`?page=2`)."""
    member = enter(slug)
    page = queries.page_of(member, _number())
    told = [
        {
            "id": line.id,
            "type": line.type,
            "data": line.data,
            "words": line.words,
            "url": line.url,
            "at": line.at.astimezone(UTC).isoformat(),
            "read": line.read,
        }
        for line in lines(member, page.items)
    ]
    return jsonify({"notices": told, "unread": queries.unread(member.id), "page": page.number, "pages": page.pages})
