"""Making boards and running them."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from youthforum.boards import policy
from youthforum.boards.events import BoardChanged, BoardMade
from youthforum.boards.forms import BoardForm
from youthforum.boards.models import Board, BoardColumn, Kind, Tallies, Voting
from youthforum.core.clock import now
from youthforum.core.commands import add, command, record
from youthforum.core.db import session
from youthforum.core.errors import Forbidden, Invalid
from youthforum.core.text import Text
from youthforum.forums.models import Member, WorkingGroup
from youthforum.forums.policy import why_not_run_boards


@command(unless=why_not_run_boards)
def make_board(member: Member, *, form: BoardForm, group: WorkingGroup | None) -> Board:
    """A new board with its columns; without any, it gets one."""
    board = Board(forum=member.forum, created_at=now(), voting=Voting.not_yet)
    _fill(board, form, group)
    board.kind = Kind(form.kind)
    board.columns = [
        BoardColumn(name=name, position=number)
        for number, name in enumerate(form.titles or [_one_column(member.forum.languages)])
    ]
    if form.voting_open:
        board.voting = Voting.open
    add(board)
    record(BoardMade(forum_id=member.forum_id, revision=member.forum.advance(), board_id=board.id))
    return board


def _one_column(languages: list[str]) -> Text:
    name = Text()
    for code in languages:
        with force_locale(code):
            name[code] = _("Ideas")
    return name


def _fill(board: Board, form: BoardForm, group: WorkingGroup | None) -> None:
    board.question = Text({code: words for code, words in form.question.items() if words})
    board.budget, board.cap = form.budget, form.cap
    board.tallies = Tallies(form.tallies)
    board.working_group_id = group.id if group else None
    board.show_authors, board.writing_open = form.show_authors, form.writing_open


@command(unless=policy.why_not_run, lock=("board",))
def change_board(member: Member, board: Board, *, form: BoardForm, group: WorkingGroup | None, voted: bool) -> None:
    """Change a board's settings. Columns can be renamed and added; those with cards don't disappear.

    Raises Forbidden once people have voted: `has_votes` for another kind, budget or cap, `stays_hidden` for
    showing tallies that they were told would be hidden until voting closes.
    """
    if voted and (form.kind, form.budget, form.cap) != (board.kind, board.budget, board.cap):
        raise Forbidden(policy.HAS_VOTES)
    if voted and board.tallies is Tallies.after_close and form.tallies != board.tallies:
        raise Forbidden(policy.STAYS_HIDDEN)
    _fill(board, form, group)
    board.kind = Kind(form.kind)
    if len(form.titles) < len(board.columns) and form.titles:
        raise Invalid(_l("Columns can be renamed and added, but not taken away."), field="columns")
    for number, name in enumerate(form.titles):
        if number < len(board.columns):
            board.columns[number].name = Text(board.columns[number].name | name)
        else:
            board.columns.append(BoardColumn(name=name, position=number))
    _switch_voting(board, form.voting_open)
    _changed(board, "settings")


@command(unless=policy.why_not_run, lock=("board",))
def open_writing(member: Member, board: Board, *, open_: bool) -> None:
    """Let everybody write, or stop it."""
    if board.writing_open != open_:
        board.writing_open = open_
        _changed(board, "writing")


@command(unless=policy.why_not_run, lock=("board",))
def open_voting(member: Member, board: Board, *, open_: bool) -> None:
    """Open voting, or close it; it may be opened again. Whoever votes holds the same row while doing so."""
    if _switch_voting(board, open_):
        _changed(board, "voting")


def _switch_voting(board: Board, open_: bool) -> bool:
    if open_ == board.voting_open:
        return False
    board.voting = Voting.open if open_ else Voting.closed
    board.voting_closed_at = None if open_ else now()
    session().flush()
    return True


@command(unless=policy.why_not_run, lock=("board",))
def freeze(member: Member, board: Board, *, frozen: bool) -> None:
    """Keep every card where it is, or let them be moved again."""
    if board.frozen != frozen:
        board.frozen = frozen
        _changed(board, "frozen")


def _changed(board: Board, what: str) -> None:
    record(BoardChanged(board_id=board.id, revision=board.advance(), what=what))
