"""Closing, by hand or by the clock, while people vote; counting; publishing; what becomes of proposals."""

from __future__ import annotations

import json
import os
import random
import runpy
import time
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from config import ROOT
from tests.polls.booth import (
    APPROVAL,
    RANKING,
    SCORE,
    YES_NO,
    ask,
    cast,
    close,
    crowd,
    deciding,
    half,
    in_the_box,
    opened,
    prepare,
    refused,
    the_poll,
)
from tests.proposals.desk import phase
from tests.proposals.desk import start as start_proposal
from tests.threads import at_once
from tests.world import World
from youthforum.activity.models import Activity
from youthforum.core.clock import frozen, now
from youthforum.core.commands import unit_of_work
from youthforum.core.db import release, session
from youthforum.core.errors import DomainError, Forbidden
from youthforum.forums.models import Member
from youthforum.polls import box, commands, queries
from youthforum.polls.counting.ballots import Ballot, read_choice
from youthforum.polls.counting.outcome import count_poll
from youthforum.polls.counting.plain import plain_outcome, read_rules
from youthforum.polls.live.clockwork import Clockwork
from youthforum.polls.live.polls import count
from youthforum.polls.models import Poll, Results, State
from youthforum.proposals.models import Proposal
from youthforum.proposals.queries.proposals import history_of
from youthforum.proposals.stages import Stage


@pytest.fixture
def deciders(inside: World) -> World:
    return deciding(inside)


def clock(world: World) -> Clockwork:
    assert world.app is not None
    return Clockwork(world.app, world.app.extensions["live"])


def recounted(poll: Poll) -> dict[str, Any]:
    """The result, counted from the rows of the database."""
    assert poll.facts is not None
    rules = read_rules(poll.facts["rules"])
    ballots = [
        Ballot(read_choice(rules.method, rules.options, row["choice"]), row.get("delegation"), row.get("country"))
        for row in queries.ballots_of(poll)
    ]
    return plain_outcome(rules, ballots, count_poll(rules, ballots))


# Counted from the rows as anybody can; a secret ballot no longer says which group it belongs to.
FROM_ROWS = ("ballots", "lot", "totals", "quorum", "winners", "adopted")


# While people vote ------------------------------------------------------------------------------------------------


def close_while_voting(world: World, rounds: int, voters: int = 7) -> dict[str, int]:
    """In every round voters race the closing, which comes by hand or by the clock. Whoever has a receipt is counted,
    whoever has none is not; nothing comes after the closing; the result is a recount of the rows."""
    chance, seen = random.Random(7), {"accepted": 0, "refused": 0}
    with world.inside():
        deciding(world)
        names = crowd(world, {"essen": voters})
    for number in range(rounds):
        kind, choices = chance.choice(
            [(APPROVAL, [["a"], ["b", "c"]]), (SCORE, [{"a": 5}, {"b": 3}]), (RANKING, [["c", "a"], ["b"]])]
        )
        secret, by_clock = chance.random() < 0.7, number % 3 == 2
        with world.inside():
            poll = opened(world, **kind, secret=secret)
        wishes = [chance.choice(choices) for _ in names]
        pause = chance.uniform(0, 0.05)

        def act(
            n: int, poll: int = poll, wishes: list[Any] = wishes, by_clock: bool = by_clock, pause: float = pause
        ) -> Any:
            if n == len(names):
                time.sleep(pause)
            with world.inside():
                if n < len(names):
                    return cast(world, names[n], poll, wishes[n], half())
                if by_clock:
                    with unit_of_work():
                        row = the_poll_in_work(poll)
                        row.closes_at = queries.database_now()
                    clock(world).tick()
                else:
                    ask(world, "max", "poll:close", poll=poll)
                return "closed"

        results = at_once(act, len(names) + 1)
        assert results[-1] == "closed", repr(results[-1].__cause__)
        accepted = [n for n, result in enumerate(results[:-1]) if not isinstance(result, Exception)]
        for result in results[:-1]:
            if isinstance(result, Exception):
                assert isinstance(result, Forbidden) and result.code == "poll_closed", (number, result)
        with world.inside():
            row = the_poll(poll)
            assert row.state is State.published and row.outcome is not None, number
            assert in_the_box(poll) == {
                "roll": len(accepted),
                "sealed_ballot": 0,
                "ballot": len(accepted),
                "receipt": len(accepted),
            }, number
            assert queries.receipts_of(row) == sorted(results[n]["receipt"] for n in accepted)
            choices_of_rows = sorted(repr(one["choice"]) for one in queries.ballots_of(row))
            assert choices_of_rows == sorted(repr(plain(row, wishes[n])) for n in accepted)
            again = recounted(row)
            assert {name: again[name] for name in FROM_ROWS} == {name: row.outcome[name] for name in FROM_ROWS}
            if not secret:
                assert again == row.outcome
            release()
            with pytest.raises(DomainError):
                cast(world, names[0], poll, wishes[0])
            assert in_the_box(poll)["ballot"] == len(accepted)
        seen["accepted"] += len(accepted)
        seen["refused"] += len(names) - len(accepted)
    return seen


def the_poll_in_work(number: int) -> Poll:
    return session().get_one(Poll, number)


def plain(poll: Poll, choice: Any) -> Any:
    if isinstance(choice, dict):
        return {option.key: choice.get(option.key, 0) for option in poll.options}
    return choice


def test_closing_while_people_vote(world: World, any_database: str) -> None:
    seen = close_while_voting(world, 30)
    assert seen["accepted"] and seen["refused"], seen


@pytest.mark.torture
@pytest.mark.timeout(1800)
def test_closing_while_people_vote_a_thousand_times(world: World, any_database: str) -> None:
    seen = close_while_voting(world, int(os.environ.get("ROUNDS", "1000")))
    assert seen["accepted"] and seen["refused"], seen
    print(seen)


# By the clock -----------------------------------------------------------------------------------------------------


def test_the_clock_opens_and_closes_and_counts(deciders: World) -> None:
    opens, closes = now() + timedelta(seconds=60), now() + timedelta(seconds=120)
    number = prepare(deciders, opens_at=opens.isoformat(), closes_at=closes.isoformat())
    clock(deciders).tick()
    assert the_poll(number).state is State.prepared
    with frozen(opens):
        clock(deciders).tick()
        assert the_poll(number).state is State.open
        cast(deciders, "anna", number, ["b"])
        clock(deciders).tick()
        assert the_poll(number).state is State.open
    with frozen(closes):
        clock(deciders).tick()
        poll = the_poll(number)
        assert (poll.state, poll.closed_at) == (State.published, closes)
        assert poll.outcome is not None and poll.outcome["adopted"] == ["b"]
        clock(deciders).tick()
    lines = session().scalars(sa.select(Activity.type).where(Activity.channel == poll.channel).order_by(Activity.id))
    assert list(lines) == ["poll.made", "poll.opened", "poll.closed", "poll.counted", "poll.published"]


def test_a_poll_whose_maker_has_left_opens_by_hand_only_and_holds_nobody_up(deciders: World) -> None:
    then = (now() - timedelta(seconds=1)).isoformat()
    left, other = prepare(deciders, opens_at=then), prepare(deciders, opens_at=then)
    with unit_of_work():
        the_poll_in_work(left).maker_id = None
    clock(deciders).tick()
    assert (the_poll(left).state, the_poll(other).state) == (State.prepared, State.open)


def test_what_was_closed_before_a_crash_is_counted_after_it(deciders: World) -> None:
    number = opened(deciders)
    cast(deciders, "anna", number, ["c"])
    commands.close_poll(deciders.member("max"), the_poll(number))
    assert in_the_box(number)["sealed_ballot"] == 1
    clock(deciders).tick()
    assert the_poll(number).state is State.published
    assert in_the_box(number) == {"roll": 1, "sealed_ballot": 0, "ballot": 1, "receipt": 1}


def test_counting_twice_keeps_the_first_outcome(deciders: World) -> None:
    number = opened(deciders, results="when_published")
    cast(deciders, "anna", number, ["c"])
    poll = the_poll(number)
    key, rules = queries.key_to(poll), dict((poll.facts or {})["rules"])
    assert key is not None
    sealed = queries.box_of(poll)
    one, other = (box.open_box(rules, key, number, sealed) for _ in range(2))
    assert one.ballots != other.ballots  # other ids
    commands.close_poll(deciders.member("max"), poll)
    commands.store_outcome(None, the_poll(number), opened=one)
    before = queries.export(the_poll(number))
    commands.store_outcome(None, the_poll(number), opened=other)
    assert queries.export(the_poll(number)) == before


def test_a_box_that_somebody_has_changed_is_not_counted(deciders: World) -> None:
    number = opened(deciders)
    cast(deciders, "anna", number, ["c"])
    with unit_of_work():
        session().execute(sa.text("UPDATE sealed_ballot SET content = zeroblob(length(content))"))
    poll = close(deciders, number)
    assert (poll.state, poll.outcome) == (State.closed, None)
    assert count(poll) is False
    ask(deciders, "max", "poll:cancel", poll=number, reason="The box was damaged.")


def test_somebody_who_is_erased_after_voting_stays_counted(deciders: World) -> None:
    [gone, *_] = crowd(deciders, {"perm": 2})
    number = opened(deciders)
    for name in (gone, "anna"):
        cast(deciders, name, number, ["c"])
    with unit_of_work():
        session().execute(sa.delete(Member).where(Member.id == deciders.members[gone]))
    file = json.loads(json.dumps(queries.export(close(deciders, number))))
    said: list[str] = []
    assert runpy.run_path(str(ROOT / "tools" / "verify_poll.py"))["verify"](file, said.append), said
    assert (file["roll"], len(file["ballots"]), file["result"]["totals"]["c"]) == (2, 2, {"approved": 2})


# Publishing -------------------------------------------------------------------------------------------------------


def test_a_result_is_for_facilitators_until_it_is_published(deciders: World) -> None:
    number = opened(deciders, results="when_published")
    cast(deciders, "anna", number, ["c"])
    with refused("poll_not_counted"):
        ask(deciders, "max", "poll:publish", poll=number)
    poll = close(deciders, number)
    assert poll.state is State.closed and poll.outcome is not None
    queries.export_for(deciders.member("max"), poll)
    with refused("result_hidden"):
        queries.export_for(deciders.member("anna"), poll)
    with refused("wrong_role"):
        ask(deciders, "anna", "poll:publish", poll=number)
    ask(deciders, "max", "poll:publish", poll=number)
    queries.export_for(deciders.member("anna"), the_poll(number))
    with refused("poll_published"):
        ask(deciders, "max", "poll:publish", poll=number)


def test_a_result_is_shown_on_closing_even_if_its_opener_has_no_say_any_more(deciders: World) -> None:
    number = opened(deciders)
    cast(deciders, "anna", number, ["c"])
    with unit_of_work():
        the_poll_in_work(number).opener_id = None
    poll = close(deciders, number)
    assert (poll.state, poll.results) == (State.closed, Results.on_closing)
    assert queries.export_for(deciders.member("anna"), poll)["result"]["adopted"] == ["c"]


def shortlisted(world: World, *titles: str) -> list[int]:
    """Proposals that have come so far."""
    phase(world, "draft")
    found = []
    for title in titles:
        number = start_proposal(world, "anna", title=title)
        with unit_of_work():
            session().get_one(Proposal, number).stage = Stage.shortlisted
        found.append(number)
    deciding(world)
    return found


def test_proposals_follow_the_published_result_and_say_which_poll_it_was(deciders: World) -> None:
    yes, no, gone = shortlisted(deciders, "Karte", "Chor", "Camp")
    options = [{"proposal": each} for each in (yes, no, gone)] + [{"text": {"en": "Something else"}}]
    number = opened(deciders, **YES_NO, options=options, results="when_published")
    assert [option.text.in_("de") for option in the_poll(number).options][:3] == ["Karte", "Chor", "Camp"]
    cast(deciders, "anna", number, {"a": "yes", "b": "no", "c": "yes", "d": "yes"})
    ask(deciders, "max", "proposal:move", proposal=gone, move="return", reason="Please think again")
    close(deciders, number)
    assert {session().get_one(Proposal, each).stage for each in (yes, no)} == {Stage.shortlisted}
    ask(deciders, "max", "poll:publish", poll=number)
    stages = [session().get_one(Proposal, each).stage for each in (yes, no, gone)]
    assert stages == [Stage.adopted, Stage.not_adopted, Stage.returned]
    history = [history_of(session().get_one(Proposal, each))[-1] for each in (yes, no)]
    assert [line.move for line in history] == ["adopt", "not_adopt"]
    assert all("Was zuerst?" in line.reason for line in history)
    found = queries.polls_about(deciders.member("anna"), [yes, no, gone])
    assert {proposal: [poll.id for poll in polls] for proposal, polls in found.items()} == {
        each: [number] for each in (yes, no, gone)
    }


def test_publishing_and_the_proposals_are_one_transaction(deciders: World) -> None:
    """Where one proposal can't be moved, nothing is published; here the database refuses."""
    first, second = shortlisted(deciders, "Karte", "Chor")
    options = [{"proposal": each} for each in (first, second)]
    number = opened(deciders, **YES_NO, options=options, results="when_published")
    cast(deciders, "anna", number, {"a": "yes", "b": "no"})
    close(deciders, number)
    with unit_of_work():
        session().execute(
            sa.text(
                "CREATE TRIGGER refuse BEFORE UPDATE ON proposal WHEN NEW.stage = 'not_adopted' "
                "BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        )
    with pytest.raises(DomainError):
        ask(deciders, "max", "poll:publish", poll=number)
    release()
    assert the_poll(number).state is State.closed
    assert session().get_one(Proposal, first).stage is Stage.shortlisted
