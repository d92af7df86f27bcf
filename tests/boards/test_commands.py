"""Boards: making one, changing its settings, opening and closing, freezing."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from pydantic import ValidationError

from tests.world import World, snapshot
from youthforum.activity.models import Activity
from youthforum.boards import commands, policy, queries
from youthforum.boards.forms import BoardForm
from youthforum.boards.models import Board, Kind, Tallies, Voting
from youthforum.core.db import session
from youthforum.core.errors import Forbidden, Invalid, NotFound
from youthforum.votes.commands import give_dots
from youthforum.votes.queries import has_votes


def form(**more: Any) -> BoardForm:
    return BoardForm(**{"question": {"de": "Was fehlt?"}, "columns": {"de": ["Eins", "Zwei"]}} | more)


def change(world: World, name: str, **more: Any) -> None:
    board = world.board(name)
    given = {"budget": board.budget, "cap": board.cap, "kind": board.kind.value, "writing_open": board.writing_open}
    given |= {"voting_open": board.voting_open}
    voted = has_votes(board)
    commands.change_board(world.member("max"), board, form=form(**given | more), group=None, voted=voted)


def test_a_board_with_nothing_but_a_question(inside: World) -> None:
    made = commands.make_board(inside.member("max"), form=BoardForm(question={"de": "Was fehlt?"}), group=None)
    assert (made.kind, made.budget, made.cap) == (Kind.dots, 5, 2)
    assert (made.voting, made.tallies, made.frozen) == (Voting.not_yet, Tallies.live, False)
    assert len(made.columns) == 1 and set(made.columns[0].name) == {"de", "ru", "en"}
    row = session().scalars(sa.select(Activity).order_by(Activity.id.desc())).first()
    assert row is not None and row.type == "board.made" and row.channel == f"forum:{inside.forums['bridges']}"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"question": {"de": ""}}, "question"),
        ({"budget": 2, "cap": 3}, "cap"),
        ({"budget": 0}, "budget"),
        ({"budget": 101}, "budget"),
        ({"columns": {"de": ["x"] * 13}}, "columns"),
        ({"kind": "ranking"}, "kind"),
        ({"tallies": "never"}, "tallies"),
    ],
)
def test_settings_that_do_not_fit(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError):
        form(**wrong)


def test_columns_are_renamed_and_added_and_never_taken_away(inside: World, app: Flask) -> None:
    change(inside, "dots", columns={"de": ["Anfang", "Mitte", "Ende"]})
    columns = queries.columns_of(inside.boards["dots"])
    assert [column.name.get("de") for column in columns] == ["Anfang", "Mitte", "Ende"]
    assert columns[0].name.get("en") == "First"  # the other languages stay
    before = snapshot(app)
    with pytest.raises(Invalid) as refused:
        change(inside, "dots", columns={"de": ["Nur eine"]})
    assert refused.value.field == "columns"
    assert snapshot(app) == before


@pytest.mark.parametrize("change_of", [{"kind": "opinions"}, {"budget": 9}, {"cap": 1}])
def test_how_people_vote_is_fixed_once_they_have(inside: World, app: Flask, change_of: dict[str, Any]) -> None:
    change(inside, "dots", **change_of)
    board = inside.board("dots")
    board.kind, board.budget, board.cap = Kind.dots, 5, 2
    session().commit()
    give_dots(inside.member("boris"), inside.board("dots"), inside.idea("one"), dots=1)
    before = snapshot(app)
    with pytest.raises(Forbidden) as refused:
        change(inside, "dots", **change_of)
    assert refused.value.code == "has_votes"
    assert snapshot(app) == before


def test_switches_change_once_and_leave_one_revision_each(inside: World) -> None:
    max_, start = inside.member("max"), inside.board("dots").revision
    for _ in range(2):
        commands.open_writing(max_, inside.board("dots"), open_=False)
        commands.open_voting(max_, inside.board("dots"), open_=False)
        commands.freeze(max_, inside.board("dots"), frozen=True)
    board = inside.board("dots")
    assert (board.writing_open, board.voting, board.frozen) == (False, Voting.closed, True)
    assert board.voting_closed_at is not None and board.revision == start + 3
    commands.open_voting(max_, inside.board("dots"), open_=True)
    assert inside.board("dots").voting_closed_at is None


def test_voting_that_was_never_open_is_not_closed(inside: World) -> None:
    commands.open_voting(inside.member("max"), inside.board("closed"), open_=False)
    assert inside.board("closed").voting is Voting.not_yet


def test_the_refusal_says_when_voting_closed_on_the_forums_clock(inside: World, app: Flask) -> None:
    commands.open_voting(inside.member("max"), inside.board("dots"), open_=False)
    board = inside.board("dots")
    refusal = policy.why_not_vote(inside.member("boris"), board)
    assert refusal is not None and refusal.code == "voting_closed" and board.voting_closed_at is not None
    with app.test_request_context(headers={"Accept-Language": "de"}):
        assert f"{board.voting_closed_at.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" in str(refusal)


def test_a_board_is_seen_by_members_of_its_forum_alone(inside: World) -> None:
    assert queries.visible_board(inside.person("vera"), inside.boards["dots"])[1].id == inside.members["vera"]
    for person, board in (("otto", "dots"), ("olga", "theirs")):
        with pytest.raises(NotFound):
            queries.visible_board(inside.person(person), inside.boards[board])
    for number in (0, -1, 2**31, 10**40):
        with pytest.raises(NotFound):
            queries.visible_board(inside.person("olga"), number)
    with pytest.raises(NotFound):
        queries.visible_board(None, inside.boards["dots"])


def test_the_database_keeps_budget_and_closing_time_straight(inside: World, any_database: str) -> None:
    for wrong in ({"cap": 6}, {"budget": 0}, {"voting": Voting.closed}):
        with pytest.raises(sa.exc.IntegrityError):
            session().execute(sa.update(Board).values(**wrong))
        session().rollback()
