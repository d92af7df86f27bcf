"""A board as people meet it, with its ideas and votes: the page, its settings, and the API's view of it."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from youthforum.boards import commands as board_commands
from youthforum.boards import policy as board_policy
from youthforum.boards.models import Board
from youthforum.boards.queries import columns_of, visible_board
from youthforum.boards.routes import enter_board, given, page, pages, present, read
from youthforum.core.access import signed_in, viewer
from youthforum.core.commands import lock_row, unit_of_work
from youthforum.core.errors import Forbidden, Invalid
from youthforum.core.forms import InvalidForm
from youthforum.forums.queries import delegations_of
from youthforum.ideas.beside import beside
from youthforum.ideas.live import idea_json
from youthforum.ideas.queries import cards, clusters, layout, own_ideas, withdrawn_of
from youthforum.live.openapi import endpoint
from youthforum.translations.queries import in_language
from youthforum.votes import policy, queries

api = Blueprint("votes_api", __name__, url_prefix="/api/v1")


@pages.get("/<int:id>")
@signed_in
def show(slug: str, id: int) -> Any:
    board, member = enter_board(slug, id)
    state = policy.what_one_may_not(member, board)
    mine = queries.what_is_mine(member, board)
    columns = layout(board, hidden=member.is_moderator)
    ids = [idea.id for part in columns for idea in part.ideas]
    data = {
        "board": _facts(board),
        "revision": board.revision,
        "mine": mine["mine"],
        "own": own_ideas(member, board.id),
        "dots_left": mine["dots_left"] if state["why_not_vote"] is None or mine["mine"] else None,
        "tally": mine.get("tally"),
        "state": state,
        "role": member.role.value,
        "member": member.id,
        "notices": queries.notices(member, board),
        "withdrawn": [{"id": idea.id, "text": idea.text} for idea in withdrawn_of(member, board.id)],
    }
    return render_template(
        "boards/show.html",
        board=board,
        columns=[{"column": part.column, "items": part.items} for part in columns],
        beside=beside(ids),
        translations=in_language("idea", ids, str(get_locale())),
        delegations=delegations_of(member.forum),
        page_data=data,
        channels=[board.channel, f"forum:{board.forum_id}"],
        new_key=lambda: str(uuid.uuid4()),
        **{name: data[name] for name in ("state", "mine", "own", "dots_left", "tally")},
    )


def _facts(board: Board) -> dict[str, Any]:
    return {
        "id": board.id,
        "kind": board.kind.value,
        "budget": board.budget,
        "cap": board.cap,
        "tallies": board.tallies.value,
        "writing_open": board.writing_open,
        "voting_open": board.voting_open,
        "frozen": board.frozen,
        "show_authors": board.show_authors,
    }


@api.get("/boards/<int:id>")
@endpoint("A board: columns, clusters, ideas, the tally as far as one may see it, and what is one's own.")
@signed_in
def board_by_api(id: int) -> Any:
    """One board: its columns, clusters, ideas, tally as far as one may see it, and what is one's own."""
    board, member = visible_board(viewer(), id)
    facts = _facts(board) | {
        "forum": board.forum_id,
        "question": board.question,
        "columns": [{"id": column.id, "name": column.name} for column in columns_of(board.id)],
        "clusters": [
            {
                "id": cluster.id,
                "name": cluster.name,
                "column": cluster.column_id,
                "position": cluster.position,
            }
            for cluster in clusters(board)
        ],
    }
    body = {
        "board": facts,
        "revision": board.revision,
        "ideas": [idea_json(idea) for idea in cards(board, hidden=member.is_moderator)],
        "own": own_ideas(member, board.id),
        "state": policy.what_one_may_not(member, board),
    }
    return jsonify(body | queries.what_is_mine(member, board))


@pages.route("/<int:id>/settings", methods=["GET", "POST"])
@signed_in
def settings(slug: str, id: int) -> Any:
    board, member = enter_board(slug, id)
    refusal = board_policy.why_not_run(member, board)
    if refusal is not None:
        raise Forbidden(refusal)
    voted = queries.has_votes(board)
    values, errors, status = given() or present(board), {}, 200
    if request.method == "POST":
        if voted:
            values |= {"kind": board.kind.value, "budget": board.budget, "cap": board.cap}
        try:
            form, group = read(member, values)
            with unit_of_work(member):  # nobody votes between the look and the change
                lock_row(board)
                voted = queries.has_votes(board)
                board_commands.change_board(member, board, form=form, group=group, voted=voted)
            flash(_("Saved."), "done")
            return redirect(url_for("boards.show", slug=slug, id=id))
        except InvalidForm as error:
            errors, status = error.errors, 422
        except Invalid as error:
            errors, status = {error.field or "": str(error.message)}, 422
    return page(member, board, values, errors, kind_fixed=voted), status
