"""The page of one idea with what is said about it, and threads for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, render_template
from flask_babel import get_locale

from youthforum.boards.routes import enter_board
from youthforum.comments import live, queries
from youthforum.comments.subjects import subject_of
from youthforum.core.access import signed_in, viewer
from youthforum.core.errors import NotFound
from youthforum.ideas.beside import beside, counting_comments
from youthforum.ideas.queries import idea_by_id, idea_shown_to, same_root
from youthforum.live.openapi import endpoint
from youthforum.translations.queries import in_language
from youthforum.votes.queries import what_is_mine

pages = Blueprint("comments", __name__, url_prefix="/f/<slug>/boards")
api = Blueprint("comments_api", __name__, url_prefix="/api/v1")

counting_comments(queries.counts_on_ideas)


@pages.get("/<int:board>/ideas/<int:idea>")
@signed_in
def idea(slug: str, board: int, idea: int) -> Any:
    place, _member = enter_board(slug, board)
    found, home, member = idea_shown_to(viewer(), idea)
    if home.id != place.id:
        raise NotFound()
    about = subject_of("idea")
    merged = [one for one in same_root(found.id) if one.withdrawn_at is None and one.hiding is None]
    near = beside([found.id, *(one.id for one in merged)])
    view = queries.thread_view(about, found, member)
    language = str(get_locale() or "en")
    tally = what_is_mine(member, home).get("tally", {}).get(str(found.id))
    root = idea_by_id(found.root_id) if found.root_id else None
    return render_template(
        "comments/idea.html",
        idea=found,
        board=home,
        root=root if root is not None and about.still_open(root) else None,
        merged=merged,
        links=[link for one in near.values() for link in one.links],
        tally=tally,
        thread_view=view,
        idea_translation=in_language("idea", [found.id], language).get(found.id),
        page_data={"board": home.id, "revision": home.revision, "idea": found.id},
        channels=[home.channel, f"forum:{home.forum_id}"],
    )


_EXAMPLE = {"thread": 5, "revision": 3, "comments": [], "own": [], "more": False, "state": {"why_not_comment": None}}


@api.get("/ideas/<int:id>/comments", defaults={"kind": "idea"})
@api.get("/proposals/<int:id>/comments", defaults={"kind": "proposal"})
@endpoint(
    "What is said about an idea or a proposal: the newest 500 comments, in the order of writing.", answer=_EXAMPLE
)
@signed_in
def thread(kind: str, id: int) -> Any:
    """The comments on one thing, flat: `parent` names the one that a comment answers."""
    about = subject_of(kind)
    thing, member = about.shown_to(viewer(), id)
    view = queries.thread_view(about, thing, member)
    return jsonify(
        {
            "thread": view.thread_id,
            "revision": view.revision,
            "comments": [live.comment_json(one) for one in queries.flat(view.comments)],
            "own": view.own,
            "more": view.more,
            "state": {"why_not_comment": view.why_not_comment},
        }
    )
