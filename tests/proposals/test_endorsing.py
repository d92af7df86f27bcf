"""“We would join this”: once for each member, counted by delegation, and never a vote."""

from __future__ import annotations

import random
from typing import Any

from flask import Flask

from tests.proposals.desk import ask, complete, drafting, phase, refused, save, start, the
from tests.threads import at_once
from tests.world import World, snapshot
from youthforum.core.db import session
from youthforum.forums.commands import suspend
from youthforum.proposals.queries.proposals import endorses, support_of


def endorse(world: World, who: str, proposal: int, join: bool = True) -> int:
    return int(ask(world, who, "proposal:endorse", proposal=proposal, join=join)["total"])


def support(proposal: int) -> tuple[int, list[tuple[str | None, int]]]:
    session().expire_all()
    found = support_of(the(proposal))
    return found.total, [(team.slug if team else None, count) for team, count in found.teams]


def test_twice_is_once_and_it_is_counted_by_delegation(inside: World, app: Flask, any_database: str) -> None:
    proposal = start(drafting(inside))
    save(inside, proposal)
    assert support(proposal) == (0, [])
    assert [endorse(inside, who, proposal) for who in ("boris", "chris", "max", "anna")] == [1, 2, 3, 4]
    before = snapshot(app)
    assert endorse(inside, "boris", proposal) == 4
    assert snapshot(app) == before
    assert support(proposal) == (4, [(None, 2), ("essen", 1), ("perm", 1)])
    assert endorses(inside.member("boris"), the(proposal)) and not endorses(inside.member("vera"), the(proposal))
    assert endorse(inside, "boris", proposal, join=False) == 3 == endorse(inside, "boris", proposal, join=False)
    assert support(proposal) == (3, [(None, 2), ("essen", 1)])
    other = start(inside)
    save(inside, other)
    assert support(other) == (0, [])


def test_there_must_be_something_to_read_and_the_end_is_the_end(inside: World, app: Flask) -> None:
    proposal = start(drafting(inside), "anna", ("boris",))
    with refused("no_version"):
        endorse(inside, "chris", proposal)
    assert endorse(inside, "boris", proposal) == 1  # who writes it can read it
    complete(inside, proposal)
    ask(inside, "anna", "proposal:move", proposal=proposal, move="submit")
    assert endorse(inside, "chris", proposal) == 2
    ask(inside, "anna", "proposal:move", proposal=proposal, move="withdraw")
    before = snapshot(app)
    for join in (True, False):
        with refused("not_editable"):
            endorse(inside, "chris", proposal, join)
    assert snapshot(app) == before and support(proposal)[0] == 2


def test_who_endorses_and_when(inside: World, app: Flask) -> None:
    proposal = start(drafting(inside))
    save(inside, proposal)
    phase(inside, "discuss")
    assert (endorse(inside, "chris", proposal), endorse(inside, "max", proposal)) == (1, 2)
    for who, step, code in (
        ("chris", "decide", "wrong_phase"),
        ("chris", "archived", "wrong_phase"),
        ("olga", "draft", "wrong_role"),
        ("vera", "draft", "wrong_role"),
        ("sven", "draft", "suspended"),
        ("nina", "draft", "not_found"),
        ("otto", "draft", "not_found"),
    ):
        phase(inside, step)
        before = snapshot(app)
        for join in (True, False):
            with refused(code):
                endorse(inside, who, proposal, join)
        assert snapshot(app) == before


def test_whoever_is_suspended_later_keeps_what_they_said(inside: World) -> None:
    proposal = start(drafting(inside))
    save(inside, proposal)
    endorse(inside, "boris", proposal)
    suspend(inside.member("max"), inside.member("boris"), reason="Shouting")
    assert support(proposal) == (1, [("perm", 1)])


def test_many_at_once_and_everybody_counts_once(world: World, any_database: str) -> None:
    with world.inside():
        proposal = start(drafting(world))
        save(world, proposal)
        before = the(proposal).revision
    names = ("anna", "boris", "chris", "max")

    def act(number: int) -> Any:
        with world.inside():
            return endorse(world, names[number % 4], proposal)

    results = at_once(act, 16)
    assert all(isinstance(one, int) for one in results), results
    with world.inside():
        assert support(proposal) == (4, [(None, 2), ("essen", 1), ("perm", 1)])
        assert the(proposal).revision == before + 4  # nothing is told of what changed nothing
    wishes = random.Random(5).choices((True, False), k=16)

    def waver(number: int) -> Any:
        with world.inside():
            return endorse(world, names[number % 2], proposal, wishes[number])

    assert all(isinstance(one, int) for one in at_once(waver, 16))
    with world.inside():
        total, teams = support(proposal)
        assert total == sum(count for _, count in teams) and (None, 2) in teams
