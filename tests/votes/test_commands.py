"""Votes: set semantics, budgets and caps, and what becomes of them when ideas are merged, hidden or withdrawn."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.world import World, post, snapshot
from youthforum.boards import commands as boards
from youthforum.boards.models import Board
from youthforum.core.clock import now
from youthforum.core.db import session
from youthforum.core.errors import Forbidden, Invalid
from youthforum.ideas import commands as ideas
from youthforum.votes import commands, queries
from youthforum.votes.models import Vote


def give(world: World, who: str, idea: str, dots: int) -> tuple[int, int]:
    """`(dots left, version)`."""
    row = world.idea(idea)
    return commands.give_dots(world.member(who), row.board, row, dots=dots)


def say(world: World, who: str, idea: str, opinion: int | None) -> int:
    row = world.idea(idea)
    return commands.give_opinion(world.member(who), row.board, row, opinion=opinion)


def tally(world: World, idea: str) -> dict[str, int] | None:
    """Without the version; None where the idea is no card."""
    row = world.idea(idea)
    found = queries.tallies(row.board).get(str(row.id))
    return {name: number for name, number in found.items() if name != "version" and number} if found else None


def left(world: World, who: str, board: str = "dots") -> int | None:
    return queries.dots_left(world.board(board), queries.held_by(world.member(who), world.board(board)))


def rows(world: World) -> dict[tuple[int, int], int]:
    found = session().execute(sa.select(Vote.idea_id, Vote.member_id, Vote.value)).all()
    return {(idea, member): value for idea, member, value in found}


def merge(world: World, idea: str, into: str) -> None:
    ideas.merge_ideas(world.member("max"), world.idea(idea).board, world.idea(idea), world.idea(into))


def unmerge(world: World, idea: str) -> None:
    ideas.unmerge_idea(world.member("max"), world.idea(idea).board, world.idea(idea))


# Dots -----------------------------------------------------------------------------------------------------------


def test_a_vote_says_how_many_not_how_many_more(inside: World, any_database: str) -> None:
    assert give(inside, "boris", "one", 2)[0] == 3
    version = give(inside, "boris", "one", 2)[1]
    assert give(inside, "boris", "one", 2) == (3, version)  # the same again changes nothing, not even the version
    assert give(inside, "boris", "one", 1) == (4, version + 1)
    assert tally(inside, "one") == {"dots": 1, "voters": 1}
    assert give(inside, "boris", "one", 0)[0] == 5
    assert rows(inside) == {}
    assert tally(inside, "one") == {}


def test_the_cap_of_an_idea(inside: World, app: Flask) -> None:
    before = snapshot(app)
    with pytest.raises(Invalid) as refused:
        give(inside, "boris", "one", 3)
    assert refused.value.code == "over_cap" and refused.value.field == "dots"
    assert snapshot(app) == before


def test_the_budget_of_a_member(inside: World, app: Flask) -> None:
    post(inside, "dots", "anna", "five")
    assert [give(inside, "boris", idea, 2)[0] for idea in ("one", "two")] == [3, 1]
    assert give(inside, "boris", "five", 1)[0] == 0
    before = snapshot(app)
    with pytest.raises(Invalid) as refused:
        give(inside, "boris", "three", 1)
    assert refused.value.code == "over_budget" and refused.value.field == "dots"
    assert snapshot(app) == before
    assert give(inside, "chris", "three", 2)[0] == 3  # everybody has a budget of their own
    give(inside, "boris", "one", 0)
    assert give(inside, "boris", "three", 2)[0] == 0


def test_a_budget_is_of_one_board(inside: World) -> None:
    give(inside, "boris", "one", 2)
    give(inside, "boris", "two", 2)
    assert left(inside, "boris", "late") == 5


def test_own_ideas_may_be_supported(inside: World) -> None:
    assert give(inside, "anna", "one", 1)[0] == 4


@pytest.mark.parametrize(
    ("who", "idea", "code"),
    [
        ("max", "one", "neutral"),
        ("olga", "one", "neutral"),
        ("vera", "one", "wrong_role"),
        ("sven", "one", "suspended"),
        ("nina", "one", "other_forum"),
        ("boris", "shut", "voting_closed"),
        ("boris", "yes", "wrong_kind"),
    ],
)
def test_who_may_not_give_dots_and_where(inside: World, app: Flask, who: str, idea: str, code: str) -> None:
    before = snapshot(app)
    with pytest.raises(Forbidden) as refused:
        give(inside, who, idea, 1)
    assert refused.value.code == code
    assert snapshot(app) == before


# Opinions ----------------------------------------------------------------------------------------------------


def test_an_opinion_is_one_and_can_be_changed_and_taken_back(inside: World, any_database: str) -> None:
    say(inside, "boris", "yes", 1)
    say(inside, "chris", "yes", -1)
    assert tally(inside, "yes") == {"voters": 2, "agree": 1, "disagree": 1}
    version = say(inside, "boris", "yes", 0)
    assert say(inside, "boris", "yes", 0) == version
    assert tally(inside, "yes") == {"voters": 2, "disagree": 1, "pass": 1}
    say(inside, "boris", "yes", None)
    assert tally(inside, "yes") == {"voters": 1, "disagree": 1}
    assert say(inside, "boris", "yes", None) == version + 1
    assert left(inside, "boris", "opinions") is None


def test_to_pass_is_not_the_same_as_to_say_nothing(inside: World) -> None:
    say(inside, "boris", "yes", 0)
    assert queries.held_by(inside.member("boris"), inside.board("opinions")) == {inside.ideas["yes"]: 0}


def test_opinions_are_for_boards_that_ask_for_them(inside: World) -> None:
    with pytest.raises(Forbidden) as refused:
        say(inside, "boris", "one", 1)
    assert refused.value.code == "wrong_kind"


# Closing -------------------------------------------------------------------------------------------------------


def test_after_closing_nothing_changes_and_opening_again_goes_on(inside: World, app: Flask) -> None:
    give(inside, "boris", "one", 2)
    boards.open_voting(inside.member("max"), inside.board("dots"), open_=False)
    before = snapshot(app)
    for dots in (0, 1):
        with pytest.raises(Forbidden) as refused:
            give(inside, "boris", "one", dots)
        assert refused.value.code == "voting_closed"
    assert snapshot(app) == before
    boards.open_voting(inside.member("max"), inside.board("dots"), open_=True)
    assert give(inside, "boris", "one", 1)[0] == 4


# Ideas that go and come back ----------------------------------------------------------------------------------


def test_dots_on_a_withdrawn_idea_are_free_again_and_come_back_with_it(inside: World) -> None:
    give(inside, "boris", "one", 2)
    anna = inside.member("anna")
    ideas.withdraw_idea(anna, inside.board("dots"), inside.idea("one"))
    assert left(inside, "boris") == 5 and tally(inside, "one") is None
    with pytest.raises(Forbidden) as refused:
        give(inside, "boris", "one", 1)
    assert refused.value.code == "withdrawn"
    ideas.return_idea(anna, inside.board("dots"), inside.idea("one"))
    assert left(inside, "boris") == 3 and tally(inside, "one") == {"dots": 2, "voters": 1}


def test_dots_on_a_hidden_idea_rest_likewise(inside: World) -> None:
    give(inside, "boris", "one", 2)
    ideas.hide_idea(inside.member("max"), inside.board("dots"), inside.idea("one"), reason="off topic")
    assert left(inside, "boris") == 5 and tally(inside, "one") is None
    with pytest.raises(Forbidden) as refused:
        give(inside, "boris", "one", 1)
    assert refused.value.code == "hidden"
    ideas.restore_idea(inside.member("max"), inside.board("dots"), inside.idea("one"))
    assert tally(inside, "one") == {"dots": 2, "voters": 1}


@pytest.mark.parametrize("away", ["withdrawn", "hidden"])
def test_who_spent_the_dots_elsewhere_meanwhile_does_not_count_beyond_the_budget(
    inside: World, away: str, any_database: str
) -> None:
    anna, max_, board = inside.member("anna"), inside.member("max"), inside.board("dots")
    give(inside, "boris", "one", 2)
    give(inside, "chris", "one", 2)
    if away == "withdrawn":
        ideas.withdraw_idea(anna, board, inside.idea("one"))
    else:
        ideas.hide_idea(max_, board, inside.idea("one"), reason="x")
    for idea in ("two", "three"):
        give(inside, "boris", idea, 2)
    if away == "withdrawn":
        ideas.return_idea(anna, inside.board("dots"), inside.idea("one"))
    else:
        ideas.restore_idea(max_, inside.board("dots"), inside.idea("one"))
    assert queries.held_by(inside.member("boris"), inside.board("dots")) == {
        inside.ideas["one"]: 1,
        inside.ideas["two"]: 2,
        inside.ideas["three"]: 2,
    }
    assert tally(inside, "one") == {"dots": 3, "voters": 2}  # one of Boris's, two of Chris's
    assert left(inside, "boris") == 0 and left(inside, "chris") == 3


# Merging --------------------------------------------------------------------------------------------------------


def test_merging_moves_supporters_and_counts_nobody_twice(inside: World, any_database: str) -> None:
    give(inside, "boris", "one", 2)
    give(inside, "boris", "two", 1)
    give(inside, "chris", "one", 1)
    before = rows(inside)
    merge(inside, "one", "two")
    assert tally(inside, "two") == {"dots": 3, "voters": 2}  # Boris: capped at two
    assert tally(inside, "one") is None
    assert rows(inside) == before  # the original rows stay
    assert left(inside, "boris") == 3
    with pytest.raises(Forbidden) as refused:
        give(inside, "boris", "one", 1)
    assert refused.value.code == "merged"


def test_unmerging_gives_everything_back(inside: World) -> None:
    give(inside, "boris", "one", 2)
    give(inside, "boris", "two", 1)
    merge(inside, "one", "two")
    unmerge(inside, "one")
    assert tally(inside, "one") == {"dots": 2, "voters": 1}
    assert tally(inside, "two") == {"dots": 1, "voters": 1}
    assert left(inside, "boris") == 2


def test_dots_set_while_merged_are_set_on_the_whole_card(inside: World) -> None:
    give(inside, "boris", "one", 1)
    merge(inside, "one", "two")
    assert give(inside, "boris", "two", 2)[0] == 3
    assert tally(inside, "two") == {"dots": 2, "voters": 1}
    give(inside, "boris", "two", 0)
    assert rows(inside) == {} and left(inside, "boris") == 5
    unmerge(inside, "one")
    assert tally(inside, "one") == {} and tally(inside, "two") == {}


def test_unmerging_after_dots_were_spent_elsewhere_keeps_the_budget(inside: World) -> None:
    """Two and two on merged ideas were two; the two that became free went elsewhere."""
    give(inside, "boris", "one", 2)
    give(inside, "boris", "two", 2)
    merge(inside, "one", "two")
    assert left(inside, "boris") == 3
    give(inside, "boris", "three", 2)
    unmerge(inside, "one")
    held = queries.held_by(inside.member("boris"), inside.board("dots"))
    assert sum(held.values()) == 5 and left(inside, "boris") == 0
    assert held[inside.ideas["three"]] == 2  # what was chosen last stays


def test_a_chain_of_merges_counts_at_its_top(inside: World) -> None:
    for who, idea in (("anna", "one"), ("boris", "two"), ("chris", "three")):
        give(inside, who, idea, 1)
    merge(inside, "one", "two")
    merge(inside, "two", "three")
    assert tally(inside, "three") == {"dots": 3, "voters": 3}
    unmerge(inside, "two")
    assert tally(inside, "two") == {"dots": 2, "voters": 2}
    assert tally(inside, "three") == {"dots": 1, "voters": 1}


def test_when_the_card_rests_so_do_the_votes_merged_into_it(inside: World) -> None:
    give(inside, "boris", "three", 2)
    merge(inside, "three", "one")
    ideas.withdraw_idea(inside.member("anna"), inside.board("dots"), inside.idea("one"))
    assert left(inside, "boris") == 5
    give(inside, "boris", "two", 2)
    unmerge(inside, "three")
    assert tally(inside, "three") == {"dots": 2, "voters": 1}


def test_opinions_on_merged_ideas(inside: World) -> None:
    say(inside, "boris", "yes", 1)
    say(inside, "boris", "no", -1)
    say(inside, "chris", "no", 1)
    merge(inside, "no", "yes")
    assert tally(inside, "yes") == {"voters": 2, "agree": 2}
    say(inside, "boris", "yes", None)  # nothing at all, not what they had said of the other
    assert tally(inside, "yes") == {"voters": 1, "agree": 1}
    unmerge(inside, "no")
    assert tally(inside, "no") == {"voters": 1, "agree": 1}


# Notices --------------------------------------------------------------------------------------------------------


def notices(world: World, who: str) -> list[tuple[int, bool]]:
    return [(one["idea"], one["mine"]) for one in queries.notices(world.member(who), world.board("dots"))]


def test_author_and_supporters_are_told_of_a_merge_until_they_have_read_it(inside: World) -> None:
    give(inside, "boris", "one", 1)
    merge(inside, "one", "two")
    one = inside.ideas["one"]
    assert notices(inside, "anna") == [(one, True)] and notices(inside, "boris") == [(one, False)]
    assert notices(inside, "chris") == notices(inside, "max") == []
    found = queries.notices(inside.member("boris"), inside.board("dots"))[0]
    assert (found["text"], found["into"]) == ("The idea called one", inside.ideas["two"])
    seen = queries.merge_by_id(found["merge"])
    assert seen is not None
    commands.dismiss_notice(inside.member("boris"), seen, concerned=True)
    commands.dismiss_notice(inside.member("boris"), seen, concerned=True)
    assert notices(inside, "boris") == [] and notices(inside, "anna") == [(one, True)]
    with pytest.raises(Forbidden):
        commands.dismiss_notice(inside.member("chris"), seen, concerned=False)


def test_a_merge_that_was_undone_is_no_news(inside: World) -> None:
    give(inside, "boris", "one", 1)
    merge(inside, "one", "two")
    unmerge(inside, "one")
    assert notices(inside, "boris") == []


# The database ------------------------------------------------------------------------------------------------------


def test_one_row_per_member_and_idea_is_the_databases_rule(inside: World, any_database: str) -> None:
    give(inside, "boris", "one", 1)
    row: dict[str, Any] = {"idea_id": inside.ideas["one"], "member_id": inside.members["boris"], "value": 1}
    with pytest.raises(sa.exc.IntegrityError):
        session().execute(sa.insert(Vote).values(**row, at=now()))
    session().rollback()
    with pytest.raises(sa.exc.IntegrityError):
        session().execute(sa.insert(Vote).values(**row | {"idea_id": inside.ideas["two"], "value": 101}, at=now()))
    session().rollback()


def test_a_vote_is_not_in_the_change_log(inside: World) -> None:
    """The order in which people voted is nobody's business; and the board's revision stays."""
    revision = session().get_one(Board, inside.boards["dots"]).revision
    give(inside, "boris", "one", 1)
    assert session().get_one(Board, inside.boards["dots"]).revision == revision
    assert "vote" not in repr(session().execute(sa.text("SELECT type FROM activity")).all())
