"""What all pages of a forum share: the way in, and who may come where."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g

from youthforum.core.access import viewer
from youthforum.core.errors import Forbidden
from youthforum.forums import policy, queries
from youthforum.forums.live import steps
from youthforum.forums.models import Member

pages = Blueprint("forums", __name__)
api = Blueprint("forums_api", __name__, url_prefix="/api/v1")


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


def facilitating(slug: str) -> Member:
    """For pages of moderators and organisers. Raises Forbidden, with the reason, for other members."""
    member = enter(slug)
    refusal = policy.why_not_change_phase(member)
    if refusal is not None:
        raise Forbidden(refusal)
    return member


def organising(slug: str) -> Member:
    """For pages of organisers. Raises Forbidden, with the reason, for other members."""
    member = enter(slug)
    refusal = policy.why_not_edit_forum(member)
    if refusal is not None:
        raise Forbidden(refusal)
    return member


def flat(values: dict[str, Any]) -> dict[str, Any]:
    """Fields as templates name them: `title_de` for `title: {"de": …}`."""
    flat = {name: value for name, value in values.items() if not isinstance(value, dict)}
    for name, words in values.items():
        if isinstance(words, dict):
            flat |= {f"{name}_{code}": text for code, text in words.items()}
    return flat
