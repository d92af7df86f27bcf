"""Voting while others vote and while somebody closes: on real databases, with real threads."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
import sqlalchemy as sa

from tests.threads import at_once
from tests.world import Api, World
from youthforum.activity.models import Activity
from youthforum.boards import commands as boards
from youthforum.core.db import session
from youthforum.core.errors import Forbidden, Invalid
from youthforum.ideas import commands as ideas
from youthforum.ideas.models import Idea
from youthforum.votes import commands, queries
from youthforum.votes.models import Vote


def give(world: World, who: str, idea: str, dots: int) -> Any:
    with world.inside():
        row = world.idea(idea)
        return commands.give_dots(world.member(who), row.board, row, dots=dots)


def stored(world: World) -> dict[tuple[int, int], int]:
    with world.inside():
        found = session().execute(sa.select(Vote.idea_id, Vote.member_id, Vote.value)).all()
        return {(idea, member): value for idea, member, value in found}


def recount(world: World, board: str = "dots") -> dict[str, dict[str, int]]:
    with world.inside():
        return queries.tallies(world.board(board))


def test_a_double_tap_fifty_times_is_one_row(world: World, any_database: str) -> None:
    api = Api(world.app, world.tokens["boris"])
    path = f"/ideas/{world.ideas['one']}/dots"
    answers = at_once(lambda _: api.client.post(f"/api/v1{path}", json={"dots": 2}, headers=api.headers), 50)
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.get_json()["left"] for answer in answers} == {3}
    assert {answer.get_json()["version"] for answer in answers} == {1}
    assert stored(world) == {(world.ideas["one"], world.members["boris"]): 2}


def test_an_idea_posted_fifty_times_with_one_key_is_one_idea(world: World, any_database: str) -> None:
    api = Api(world.app, world.tokens["boris"])
    path = f"/api/v1/boards/{world.boards['dots']}/ideas"
    idea = {"key": "0d3c1b3e-6f40-4f0e-9d55-0123456789ab", "text": "Once", "language": "en"}
    answers = at_once(lambda _: api.client.post(path, json=idea, headers=api.headers), 50)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.get_json()["idea"]["id"] for answer in answers}) == 1
    with world.inside():
        count = sa.select(sa.func.count()).select_from(Idea).where(Idea.text == "Once")
        assert session().scalar(count) == 1


def test_a_budget_holds_when_one_member_votes_from_many_devices(world: World, any_database: str) -> None:
    """Eight devices of Boris's at once, four ideas, two dots each: five dots, whichever came first."""
    names = ("one", "two", "three", "four")
    results = at_once(lambda n: give(world, "boris", names[n % 4], 2), 8)
    refused = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, Invalid) and error.code == "over_budget" for error in refused)
    given = stored(world)
    assert sum(given.values()) <= 5 and max(given.values()) <= 2
    assert sum(given.values()) == 4  # two fit whole; a third would be one too many


def test_many_members_vote_at_once_and_every_dot_is_counted(world: World, any_database: str) -> None:
    voters = ("anna", "boris", "chris")
    at_once(lambda n: give(world, voters[n % 3], ("one", "two")[n % 2], 1), 24)
    tallies = recount(world)
    assert [tallies[str(world.ideas[name])]["dots"] for name in ("one", "two")] == [3, 3]
    assert [tallies[str(world.ideas[name])]["voters"] for name in ("one", "two")] == [3, 3]


def close_while_voting(world: World, rounds: int) -> None:
    """In every round votes race the closing. Whoever was told "yes" is stored; whoever is stored was told "yes";
    after the closing nothing changes; the tally is a recount of the rows."""
    chance = random.Random(7)
    for number in range(rounds):
        with world.inside():
            boards.open_voting(world.member("max"), world.board("dots"), open_=True)
        before = stored(world)
        wishes = {who: chance.choice((0, 1, 2)) for who in ("anna", "boris", "chris")}

        def act(n: int, wishes: dict[str, int] = wishes) -> Any:
            if n == 3:
                with world.inside():
                    boards.open_voting(world.member("max"), world.board("dots"), open_=False)
                return "closed"
            who = ("anna", "boris", "chris")[n]
            return give(world, who, "one", wishes[who])

        results = at_once(act, 4)
        after = stored(world)
        assert results[3] == "closed", results[3]
        for who, result in zip(("anna", "boris", "chris"), results, strict=False):
            place = world.ideas["one"], world.members[who]
            if isinstance(result, Exception):
                assert isinstance(result, Forbidden) and result.code == "voting_closed", (number, result)
                assert after.get(place, 0) == before.get(place, 0), (number, who)
            else:
                assert after.get(place, 0) == wishes[who], (number, who)
        with pytest.raises(Forbidden):
            give(world, "boris", "two", 1)
        counted = recount(world)[str(world.ideas["one"])]
        given = [value for (idea, _), value in after.items() if idea == world.ideas["one"]]
        assert (counted["dots"], counted["voters"]) == (sum(given), len(given))


def test_closing_while_people_vote(world: World, any_database: str) -> None:
    close_while_voting(world, 15)


@pytest.mark.torture
def test_closing_while_people_vote_a_thousand_times(world: World, any_database: str) -> None:
    close_while_voting(world, int(os.environ.get("ROUNDS", "1000")))


def test_merging_while_people_vote_loses_nothing(world: World, any_database: str) -> None:
    """A vote on an idea that is being merged counts under the new card, or is refused; never lost, never double."""
    for _ in range(6):

        def act(n: int) -> Any:
            if n == 3:
                with world.inside():
                    idea, into = world.idea("one"), world.idea("two")
                    ideas.merge_ideas(world.member("max"), idea.board, idea, into)
                return "merged"
            return give(world, ("anna", "boris", "chris")[n], "one", 2)

        results = at_once(act, 4)
        assert results[3] == "merged", results[3]
        accepted = [result for result in results[:3] if not isinstance(result, Exception)]
        assert all(result.code == "merged" for result in results[:3] if isinstance(result, Exception))
        given = {place: value for place, value in stored(world).items() if place[0] == world.ideas["one"]}
        assert len(given) >= len(accepted)
        counted = recount(world)
        assert str(world.ideas["one"]) not in counted
        assert counted[str(world.ideas["two"])]["dots"] == sum(given.values())
        with world.inside():
            ideas.unmerge_idea(world.member("max"), world.idea("one").board, world.idea("one"))


def test_revisions_of_a_board_have_no_gap_when_many_write_at_once(world: World, any_database: str) -> None:
    def act(n: int) -> Any:
        who = ("anna", "boris", "chris", "max")[n % 4]
        api = Api(world.app, world.tokens[who])
        key = f"0d3c1b3e-6f40-4f0e-9d55-{n:012}"
        idea = {"key": key, "text": f"Idea {n}", "language": "en"}
        return api.post(f"/boards/{world.boards['dots']}/ideas", idea).status_code

    assert set(at_once(act, 16)) == {200}
    with world.inside():
        channel = f"board:{world.boards['dots']}"
        revisions = session().scalars(sa.select(Activity.revision).where(Activity.channel == channel)).all()
        assert sorted(revisions) == list(range(1, world.board("dots").revision + 1))
