"""Making, opening, voting, cancelling: what is stored, what is refused and why, and what can't be changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask_babel import force_locale

from tests.polls.booth import (
    APPROVAL,
    RANKING,
    SCORE,
    YES_NO,
    a_poll,
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
from tests.threads import at_once
from tests.world import Api, World, snapshot
from youthforum.core.clock import frozen, now
from youthforum.core.commands import unit_of_work
from youthforum.core.db import session
from youthforum.core.errors import DomainError
from youthforum.forums.commands import appoint, readmit
from youthforum.forums.phases import Phase, Role
from youthforum.polls.models import Elector, State


@pytest.fixture
def deciders(inside: World) -> World:
    return deciding(inside)


# Preparing --------------------------------------------------------------------------------------------------------


def test_a_poll_is_prepared_changed_and_seen_by_facilitators_alone(deciders: World) -> None:
    number = prepare(deciders)
    ask(deciders, "olga", "poll:change", poll=number, **a_poll(**YES_NO, secret=False))
    poll = the_poll(number)
    assert (poll.state, poll.method, poll.secret, poll.revision) == (State.prepared, "yes_no", False, 2)
    assert [option.key for option in poll.options] == ["a", "b", "c"]
    with refused("not_found"):
        ask(deciders, "anna", "poll:open", poll=number)
    with refused("not_found"):
        cast(deciders, "anna", number, ["a"])


@pytest.mark.parametrize("who", ["anna", "vera", "sven"])
def test_only_facilitators_make_polls(deciders: World, who: str) -> None:
    with refused("suspended" if who == "sven" else "wrong_role"):
        prepare(deciders, who)


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("question", {"question": {"de": ""}}),
        ("options", {"options": []}),
        ("options", {"options": [{"text": {}}]}),
        ("options", {"options": [{"proposal": 999}]}),
        ("majority", {"winners": None}),
        ("majority", {"method": "score", "majority": {"threshold": "simple"}}),
        ("majority", {**YES_NO, "majority": {"threshold": "simple", "within": "delegations"}}),
        ("winners", {"method": "ranking", "winners": {"kind": "highest", "seats": 1}}),
        ("winners", {"method": "approval", "winners": {"kind": "highest", "seats": 4}}),
        ("quorum", {**YES_NO, "quorum": {}}),
        ("quorum", {**YES_NO, "quorum": {"number": 3, "share": "1/2"}}),
        ("delegation", {**YES_NO, "delegations": [999]}),
        ("closes_at", {**YES_NO, "closes_at": "tomorrow"}),
        ("closes_at", {**YES_NO, "closes_at": "2030-01-01T10:00:00"}),
        ("closes_at", {**YES_NO, "opens_at": "2030-01-01T10:00:00Z", "closes_at": "2030-01-01T10:00:00Z"}),
    ],
)
def test_what_does_not_fit_together_is_refused_before_it_is_stored(
    deciders: World, field: str, more: dict[str, Any]
) -> None:
    before = snapshot(deciders.app)  # type: ignore[arg-type]
    with pytest.raises(DomainError) as found:
        ask(deciders, "max", "poll:make", **({"forum": deciders.forums["bridges"], **a_poll()} | more))
    assert (found.value.field or "").startswith(field), found.value.as_dict()
    assert snapshot(deciders.app) == before  # type: ignore[arg-type]


def test_once_open_nothing_about_it_can_be_changed(deciders: World) -> None:
    number = opened(deciders)
    facts = the_poll(number).facts
    with refused("poll_fixed"):
        ask(deciders, "olga", "poll:change", poll=number, **a_poll(secret=False))
    with refused("poll_fixed"):
        ask(deciders, "olga", "poll:open", poll=number)
    assert the_poll(number).facts == facts and the_poll(number).secret


def test_it_opens_only_in_the_phase_in_which_people_can_vote(deciders: World) -> None:
    number = prepare(deciders)
    deciding(deciders, Phase.discuss)
    with refused("wrong_phase"):
        ask(deciders, "max", "poll:open", poll=number)
    deciding(deciders)
    ask(deciders, "max", "poll:open", poll=number)
    assert the_poll(number).state is State.open


def test_it_does_not_open_when_its_time_is_over_or_nobody_may_vote(deciders: World) -> None:
    past = prepare(deciders, closes_at=(now() - timedelta(seconds=1)).isoformat())
    with refused("invalid", "closes_at"):
        ask(deciders, "max", "poll:open", poll=past)
    many = prepare(deciders, **YES_NO | {"majority": {"threshold": "simple", "within": "delegations", "at_least": 9}})
    with refused("invalid", "majority"):
        ask(deciders, "max", "poll:open", poll=many)
    assert session().scalar(sa.select(sa.func.count()).select_from(Elector)) == 0
    with unit_of_work():
        for name in ("anna", "boris", "chris", "sven"):
            deciders.member(name).role = Role.observer
    nobody = prepare(deciders)
    with refused("invalid", "delegations"):
        ask(deciders, "max", "poll:open", poll=nobody)


def test_who_may_vote_is_written_down_at_the_opening(deciders: World) -> None:
    number = opened(deciders, delegations=[deciders.delegations["essen"]])
    facts = the_poll(number).facts
    assert facts is not None
    assert facts["rules"]["electorate"] == {"size": 2, "countries": {"DE": 2}, "delegations": {"essen": 2}}
    with unit_of_work():
        deciders.member("anna").delegation_id = deciders.delegations["perm"]
    cast(deciders, "anna", number, ["a"])  # it is still for her
    with refused("not_in_electorate"):
        cast(deciders, "boris", number, ["a"])


# Voting -----------------------------------------------------------------------------------------------------------


VALID: list[tuple[dict[str, Any], Any]] = [
    (APPROVAL, []),
    (APPROVAL, ["a", "c"]),
    (YES_NO, {"a": "yes", "b": "no"}),
    (SCORE, {"a": 5, "b": 0}),
    (RANKING, ["c", "a", "b"]),
    (RANKING, ["b"]),
]


@pytest.mark.parametrize(("kind", "choice"), VALID)
def test_a_ballot_is_stored_once_with_its_receipt(deciders: World, kind: dict[str, Any], choice: Any) -> None:
    number = opened(deciders, **kind)
    answer = cast(deciders, "anna", number, choice)
    assert len(answer["receipt"]) == 20 and answer["already"] is False
    assert in_the_box(number) == {"roll": 1, "sealed_ballot": 1, "ballot": 0, "receipt": 1}
    close(deciders, number)
    assert in_the_box(number) == {"roll": 1, "sealed_ballot": 0, "ballot": 1, "receipt": 1}


INVALID: list[tuple[dict[str, Any], Any]] = [
    (APPROVAL, ["a", "d"]),
    (APPROVAL, ["a", "a"]),
    (APPROVAL, {"a": "yes"}),
    (YES_NO, {"a": "maybe"}),
    (YES_NO, {"d": "yes"}),
    (YES_NO, ["a"]),
    (SCORE, {"a": 6}),
    (SCORE, {"a": -1}),
    (SCORE, {"a": "5"}),
    (SCORE, {"a": True}),
    (SCORE, {"a": 2.5}),
    (RANKING, ["a", "b", "c", "a"]),
    (RANKING, ["a", "b", "c", "d"]),
    (RANKING, ["a"] * 5000),
    (RANKING, "abc"),
    (RANKING, None),
]


@pytest.mark.parametrize(("kind", "choice"), INVALID)
@pytest.mark.parametrize("language", ["de", "ru", "en"])
def test_an_invalid_ballot_is_refused_in_the_members_language_and_nothing_is_stored(
    deciders: World, kind: dict[str, Any], choice: Any, language: str
) -> None:
    number = opened(deciders, **kind)
    before = snapshot(deciders.app)  # type: ignore[arg-type]
    with force_locale(language), pytest.raises(DomainError) as found:
        cast(deciders, "anna", number, choice)
    assert found.value.code == "invalid" and (found.value.field or "").startswith("choice")
    assert snapshot(deciders.app) == before  # type: ignore[arg-type]
    cast(deciders, "anna", number, {} if kind in (YES_NO, SCORE) else [])  # nothing was lost by trying


def test_who_may_not_vote_is_told_why_and_nothing_is_stored(deciders: World) -> None:
    number = opened(deciders, delegations=[deciders.delegations["essen"]])
    late = crowd(deciders, {"essen": 1})[0]
    cast(deciders, "anna", number, ["a"])
    before = snapshot(deciders.app)  # type: ignore[arg-type]
    for who, code in (
        ("boris", "not_in_electorate"),
        (late, "not_in_electorate"),
        ("sven", "suspended"),
        ("vera", "wrong_role"),
        ("max", "neutral"),
        ("olga", "neutral"),
        ("nina", "not_found"),
        ("anna", "already_voted"),
    ):
        with refused(code):
            cast(deciders, who, number, ["b"])
        assert snapshot(deciders.app) == before, who  # type: ignore[arg-type]
    readmit(deciders.member("max"), deciders.member("sven"))
    deciding(deciders, Phase.recommend)
    before = snapshot(deciders.app)  # type: ignore[arg-type]
    with refused("wrong_phase"):
        cast(deciders, "sven", number, ["b"])
    assert snapshot(deciders.app) == before  # type: ignore[arg-type]


def test_a_ballot_after_the_closing_is_refused_by_hand_or_by_the_clock(deciders: World) -> None:
    by_hand, by_clock = opened(deciders), opened(deciders, closes_at=(now() + timedelta(seconds=60)).isoformat())
    cast(deciders, "anna", by_hand, ["a"])
    close(deciders, by_hand)
    before = snapshot(deciders.app)  # type: ignore[arg-type]
    with refused("poll_closed"):
        cast(deciders, "boris", by_hand, ["a"])
    with frozen(now() + timedelta(seconds=61)), refused("poll_closed"):
        cast(deciders, "boris", by_clock, ["a"])  # though nobody has closed it yet
    assert the_poll(by_clock).state is State.open
    assert snapshot(deciders.app) == before  # type: ignore[arg-type]


def test_sending_the_same_ballot_again_gives_the_same_receipt(deciders: World) -> None:
    number, mine = opened(deciders), half()
    first = cast(deciders, "anna", number, ["a"], mine)
    again = cast(deciders, "anna", number, ["a"], mine)
    assert again == {"receipt": first["receipt"], "already": True}
    assert cast(deciders, "boris", number, ["a"], mine)["receipt"] != first["receipt"]
    with refused("already_voted"):
        cast(deciders, "anna", number, ["a"])
    assert in_the_box(number)["sealed_ballot"] == 2


def test_readmitted_members_vote_and_demoted_ones_do_not(deciders: World) -> None:
    number = opened(deciders)
    readmit(deciders.member("max"), deciders.member("sven"))
    cast(deciders, "sven", number, ["a"])
    appoint(deciders.member("olga"), deciders.member("boris"), deciders.forum(), role=Role.observer)
    with refused("wrong_role"):
        cast(deciders, "boris", number, ["a"])


@pytest.mark.parametrize("same", [True, False], ids=["a double tap", "many devices"])
def test_fifty_submissions_of_one_voter_at_once_are_one_ballot(world: World, any_database: str, same: bool) -> None:
    with world.inside():
        number = opened(deciding(world))
    api, mine = Api(world.app, world.tokens["boris"]), half()

    def send(_: int) -> tuple[int, Any]:
        answer = api.post(f"/polls/{number}/ballot", {"choice": ["a"], "half": mine if same else half()})
        return answer.status_code, answer.get_json()

    answers = at_once(send, 50)
    done = [body for status, body in answers if status == 200]
    refusals = [body["error"]["code"] for status, body in answers if status == 409]
    assert len(done) + len(refusals) == 50, answers
    if same:
        assert len(done) == 50 and len({body["receipt"] for body in done}) == 1
        assert sum(not body["already"] for body in done) >= 1
    else:
        assert len(done) == 1 and set(refusals) == {"already_voted"}
    with world.inside():
        assert in_the_box(number) == {"roll": 1, "sealed_ballot": 1, "ballot": 0, "receipt": 1}


# Cancelling -------------------------------------------------------------------------------------------------------


def test_a_cancelled_poll_keeps_nothing_that_was_cast(deciders: World) -> None:
    number = opened(deciders)
    cast(deciders, "anna", number, ["a"])
    with refused("invalid", "reason"):
        ask(deciders, "max", "poll:cancel", poll=number, reason=" ")
    ask(deciders, "max", "poll:cancel", poll=number, reason="The question was wrong.")
    assert in_the_box(number) == {"roll": 0, "sealed_ballot": 0, "ballot": 0, "receipt": 0}
    poll = the_poll(number)
    assert (poll.state, poll.box_key, poll.cancelled_because) == (State.cancelled, None, "The question was wrong.")
    with refused("poll_cancelled"):
        cast(deciders, "boris", number, ["a"])
    with refused("poll_cancelled"):
        ask(deciders, "max", "poll:cancel", poll=number, reason="Again")


def test_a_published_result_can_not_be_cancelled(deciders: World) -> None:
    number = opened(deciders)
    assert close(deciders, number).state is State.published
    with refused("poll_published"):
        ask(deciders, "olga", "poll:cancel", poll=number, reason="I don't like it")
