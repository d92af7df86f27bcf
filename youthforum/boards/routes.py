"""Making boards. What needs to know of ideas and votes (the board itself, its settings) is in votes/routes.py."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from youthforum.boards import commands, forms, queries
from youthforum.boards.models import Board
from youthforum.core.access import signed_in, viewer
from youthforum.core.errors import Forbidden, Invalid, NotFound
from youthforum.core.forms import InvalidForm, parse
from youthforum.core.requests import fields
from youthforum.forums.models import Member, WorkingGroup
from youthforum.forums.policy import why_not_run_boards
from youthforum.forums.queries import group_of, groups_of
from youthforum.forums.routes import enter

pages = Blueprint("boards", __name__, url_prefix="/f/<slug>/boards")

_FLAGS = ("show_authors", "writing_open", "voting_open")
_NEW: dict[str, Any] = {
    "kind": "dots",
    "budget": 5,
    "cap": 2,
    "tallies": "live",
    "writing_open": True,
    "show_authors": True,
}


def enter_board(slug: str, board_id: int) -> tuple[Board, Member]:
    """The board in the address, if it is one of the forum in the address."""
    member = enter(slug)
    board, _member = queries.visible_board(viewer(), board_id)
    if board.forum_id != member.forum_id:
        raise NotFound()
    return board, member


@pages.route("/new", methods=["GET", "POST"])
@signed_in
def new(slug: str) -> Any:
    member = enter(slug)
    refusal = why_not_run_boards(member)
    if refusal is not None:
        raise Forbidden(refusal)
    values, errors, status = given() or dict(_NEW), {}, 200
    if request.method == "POST":
        try:
            form, group = read(member, values)
            board = commands.make_board(member, form=form, group=group)
            return redirect(url_for("boards.show", slug=slug, id=board.id))
        except InvalidForm as error:
            errors, status = error.errors, 422
        except Invalid as error:
            errors, status = {error.field or "": str(error.message)}, 422
    return page(member, None, values, errors), status


def given() -> dict[str, Any]:
    """The board form as it was sent; empty when the page was only opened."""
    if request.method != "POST":
        return {}
    values = fields(flags=_FLAGS, texts=("question", "columns"))
    values["working_group"] = values.get("working_group") or None
    return values


def read(member: Member, values: dict[str, Any]) -> tuple[forms.BoardForm, WorkingGroup | None]:
    """The form, and the working group that it names. Raises InvalidForm, Invalid, NotFound."""
    form = parse(forms.BoardForm, {name: value for name, value in values.items() if value != ""}, strict=False)
    return form, group_of(member.forum, form.working_group) if form.working_group else None


def present(board: Board) -> dict[str, Any]:
    """The settings in force, as the form names them."""
    codes = board.forum.languages
    return {
        "question": board.question,
        "columns": {code: "\n".join(column.name.get(code, "") for column in board.columns) for code in codes},
        "kind": board.kind.value,
        "budget": board.budget,
        "cap": board.cap,
        "tallies": board.tallies.value,
        "working_group": board.working_group_id,
        "show_authors": board.show_authors,
        "writing_open": board.writing_open,
        "voting_open": board.voting_open,
    }


def page(member: Member, board: Board | None, values: dict[str, Any], errors: dict[str, Any], **extra: Any) -> str:
    """The form, for a new board or an old one."""
    flat = {name: value for name, value in values.items() if not isinstance(value, dict)}
    for name in ("question", "columns"):
        flat |= {f"{name}_{code}": text for code, text in values.get(name, {}).items()}
    return render_template(
        "boards/form.html", board=board, groups=groups_of(member.forum), values=flat, errors=errors, **extra
    )
