"""Who sees how others vote: live, after one's own vote, or when voting has closed."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from tests.world import Api, World
from youthforum.boards.models import Board, Kind, Tallies, Voting
from youthforum.core.db import session
from youthforum.forums.models import Member
from youthforum.forums.phases import Role
from youthforum.votes import policy
from youthforum.votes.queries import TallyMemory

ALL = None

# (tallies, voting, kind, role, has voted on idea 1) → ideas whose tally is seen
EXPECTED = {
    ("live", "open"): lambda kind, role, voted: ALL,
    ("live", "not_yet"): lambda kind, role, voted: ALL,
    ("live", "closed"): lambda kind, role, voted: ALL,
    ("after_vote", "closed"): lambda kind, role, voted: ALL,
    ("after_close", "closed"): lambda kind, role, voted: ALL,
    ("after_close", "open"): lambda kind, role, voted: set(),
    ("after_close", "not_yet"): lambda kind, role, voted: set(),
    ("after_vote", "open"): lambda kind, role, voted: (
        ALL if role in ("moderator", "organiser") or (kind == "dots" and voted) else voted
    ),
    ("after_vote", "not_yet"): lambda kind, role, voted: (
        ALL if role in ("moderator", "organiser") or (kind == "dots" and voted) else voted
    ),
}


@pytest.mark.parametrize(
    ("tallies", "voting", "kind", "role", "voted"),
    list(itertools.product(Tallies, Voting, Kind, Role, [set(), {1}])),
)
def test_who_sees_which_tally(tallies: Tallies, voting: Voting, kind: Kind, role: Role, voted: set[int]) -> None:
    board, member = Board(tallies=tallies, voting=voting, kind=kind), Member(role=role)
    expected = EXPECTED[tallies.value, voting.value](kind.value, role.value, set(voted))
    assert policy.open_to(member, board, set(voted)) == expected
    assert policy.open_to_all(board) is (tallies is Tallies.live or voting is Voting.closed)


def seen(api: Api, world: World, board: str) -> dict[str, int] | None:
    """The dots (or opinions) that this reader's view of the board shows; None without any tally."""
    tally = api.get(f"/boards/{world.boards[board]}").get_json().get("tally")
    return None if tally is None else {idea: row["dots"] + row["voters"] for idea, row in tally.items()}


def set_board(world: World, board: str, **values: object) -> None:
    with world.inside():
        for name, value in values.items():
            setattr(world.board(board), name, value)
        session().commit()


def test_hidden_until_closing_means_hidden_from_organisers_too(api_for: Callable[..., Api], world: World) -> None:
    assert api_for("boris").post(f"/ideas/{world.ideas['early']}/dots", {"dots": 2}).status_code == 200
    for who in ("boris", "anna", "vera", "max", "olga"):
        assert seen(api_for(who), world, "late") is None
    assert api_for("boris").get(f"/boards/{world.boards['late']}").get_json()["mine"] == {str(world.ideas["early"]): 2}
    assert api_for("max").post(f"/boards/{world.boards['late']}/voting", {"open": False}).status_code == 200
    for who in ("boris", "anna", "vera", "max"):
        assert seen(api_for(who), world, "late") == {str(world.ideas["early"]): 3}


def test_after_ones_own_vote_on_a_board_of_dots(api_for: Callable[..., Api], world: World) -> None:
    set_board(world, "dots", tallies=Tallies.after_vote)
    api_for("boris").post(f"/ideas/{world.ideas['one']}/dots", {"dots": 2})
    assert seen(api_for("anna"), world, "dots") is None
    assert len(seen(api_for("boris"), world, "dots") or {}) == 4
    assert len(seen(api_for("max"), world, "dots") or {}) == 4
    assert seen(api_for("vera"), world, "dots") is None


def test_after_ones_own_opinion_idea_by_idea(api_for: Callable[..., Api], world: World) -> None:
    set_board(world, "opinions", tallies=Tallies.after_vote)
    api_for("boris").post(f"/ideas/{world.ideas['yes']}/opinion", {"opinion": 1})
    first = api_for("anna").post(f"/ideas/{world.ideas['yes']}/opinion", {"opinion": -1}).get_json()
    assert first["tally"]["agree"] == first["tally"]["disagree"] == 1
    assert set(seen(api_for("anna"), world, "opinions") or {}) == {str(world.ideas["yes"])}
    taken_back = api_for("anna").post(f"/ideas/{world.ideas['yes']}/opinion", {"opinion": None}).get_json()
    assert "tally" not in taken_back and seen(api_for("anna"), world, "opinions") is None


def test_no_answer_says_who_voted(api_for: Callable[..., Api], world: World) -> None:
    api_for("boris").post(f"/ideas/{world.ideas['one']}/dots", {"dots": 2})
    for who in ("anna", "max", "olga"):
        body = api_for(who).get(f"/boards/{world.boards['dots']}").get_json()
        assert body["mine"] == {}
        assert "boris" not in repr([body["tally"], body["mine"], body.get("dots_left")]).lower()


def test_tallies_come_back_the_same_after_the_memory_was_lost(api_for: Callable[..., Api], world: World) -> None:
    """A process that has counted before and one that has not say the same."""
    for who, dots in (("anna", 1), ("boris", 2)):
        api_for(who).post(f"/ideas/{world.ideas['one']}/dots", {"dots": dots})
        seen(api_for("chris"), world, "dots")
    remembered = api_for("chris").get(f"/boards/{world.boards['dots']}").get_json()["tally"]
    assert world.app is not None
    world.app.extensions["tallies"] = TallyMemory()
    assert api_for("chris").get(f"/boards/{world.boards['dots']}").get_json()["tally"] == remembered
    assert remembered[str(world.ideas["one"])]["dots"] == 3
