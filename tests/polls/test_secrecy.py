"""What an attacker can find out: from the database and its bytes, activity, answers, exports and logs.

Twenty people vote in an order that everybody in the hall has seen. Each casts a ballot that is like no other, so that
whoever could tell which ballot came when would know what each of them chose.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
from collections.abc import Callable, Iterator
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.polls.booth import (
    APPROVAL,
    RANKING,
    SCORE,
    YES_NO,
    cast,
    close,
    crowd,
    deciding,
    half,
    opened,
    refused,
    the_poll,
)
from tests.world import Api, Browser, World, snapshot
from youthforum.core.db import engine, release, session
from youthforum.polls import queries
from youthforum.polls.box import BrokenBox, Envelope, key_of, receipt_code, seal, unseal
from youthforum.polls.models import Ballot, Poll, SealedBallot

VOTERS = 20
SMALLEST = 5


@pytest.fixture
def deciders(inside: World) -> World:
    return deciding(inside)


def unlike_any_other(number: int) -> dict[str, int]:
    """A score ballot that stands for one number below 216."""
    return {"a": number // 36, "b": number // 6 % 6, "c": number % 6}


def voted_by(choice: dict[str, int]) -> int:
    return choice["a"] * 36 + choice["b"] * 6 + choice["c"]


def an_evening(world: World, names: list[str], chance: random.Random) -> tuple[int, list[int]]:
    """A poll in which these people vote one after the other: its id, and who came first, second, … (by number)."""
    number = opened(world, **SCORE)
    order = chance.sample(range(len(names)), len(names))
    for who in order:
        cast(world, names[who], number, unlike_any_other(who))
    return number, order


# The database -----------------------------------------------------------------------------------------------------


def test_a_vote_changes_three_tables_and_says_nothing_in_any_of_them(deciders: World) -> None:
    """Whoever could even compare the database before and after each vote sees that somebody voted, and not what."""
    assert deciders.app is not None
    names = crowd(deciders, {"essen": 10, "perm": 10})
    number = opened(deciders, **SCORE)
    for who, name in enumerate(names):
        before = snapshot(deciders.app)
        cast(deciders, name, number, unlike_any_other(who))
        after = snapshot(deciders.app)
        changed = {table for table in after if after[table] != before[table]}
        assert changed == {"roll", "sealed_ballot", "receipt"}
        new = {table: [row for row in after[table] if row not in before[table]] for table in changed}
        assert new["roll"] == [(number, deciders.members[name])]  # no time, no serial number
        [(_id, poll, sealed)] = new["sealed_ballot"]
        assert poll == number
        assert len(sealed) == len(after["sealed_ballot"][0][2])
    assert session().scalars(sa.select(Ballot.id)).all() == []


def by_rows(poll: int) -> list[str]:
    """Ballots in the order in which the database gives them."""
    return list(session().scalars(sa.text("SELECT id FROM ballot WHERE poll_id = :poll"), {"poll": poll}))


def by_place_in(file: Path) -> Callable[[int], list[str]]:
    """Ballots in the order in which they stand in a file: in its pages, new rows come below the older ones."""

    def find(poll: int) -> list[str]:
        content = file.read_bytes() if file.exists() else b""
        places = {one: content.rfind(one.encode()) for one in by_rows(poll)}
        return sorted((one for one, place in places.items() if place >= 0), key=places.__getitem__)

    return find


def test_who_voted_when_tells_nothing_about_the_ballots_in_the_database_file(deciders: World) -> None:
    assert deciders.app is not None
    names = crowd(deciders, {"essen": 10, "perm": 10})
    folder = Path(deciders.app.instance_path)
    log, file = by_place_in(folder / "youthforum.db-wal"), by_place_in(folder / "youthforum.db")
    guesses: dict[str, Callable[[int], list[str]]] = {
        "rows": by_rows,
        "export": lambda poll: [one["id"] for one in queries.export(the_poll(poll))["ballots"]],
        "log": log,
        "log backwards": lambda poll: log(poll)[::-1],
        "file": file,
        "file backwards": lambda poll: file(poll)[::-1],
    }
    rounds, chance = 25, random.Random(11)
    hits, tried = dict.fromkeys(guesses, 0), dict.fromkeys(guesses, 0)
    for _ in range(rounds):
        poll, order = an_evening(deciders, names, chance)
        sealed = set(session().scalars(sa.select(SealedBallot.id).where(SealedBallot.poll_id == poll)))
        close(deciders, poll)
        choices = {row["id"]: voted_by(row["choice"]) for row in queries.ballots_of(the_poll(poll))}
        assert len(choices) == VOTERS and not sealed & set(choices)
        for name, guess in guesses.items():
            if name == "file":  # what is in the log moves there
                release()
                with engine().connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            guessed = guess(poll)
            tried[name] += len(guessed)
            # The best guess without any knowledge is right once in a poll, on average.
            hits[name] += sum(choices[one] == who for one, who in zip(guessed, order, strict=False))
    print({name: f"{hits[name]} of {tried[name]}" for name in hits})
    assert set(tried.values()) == {rounds * VOTERS}
    for name, right in hits.items():
        expected = tried[name] / VOTERS
        assert abs(right - expected) <= 4.5 * sqrt(max(expected, 1)), (name, right, expected)


def test_not_even_postgresql_knows_which_transaction_cast_a_ballot(world: World, on_postgres: str) -> None:
    """Each row there carries the number of its transaction, and a dump has the order in which rows were written."""
    with world.inside():
        names = crowd(deciding(world), {"essen": 10, "perm": 10})
        poll, order = an_evening(world, names, random.Random(5))
        close(world, poll)
        release()
        ballots = session().execute(sa.text("SELECT xmin::text, id, choice FROM ballot ORDER BY ctid")).all()
        roll = set(session().scalars(sa.text("SELECT xmin::text FROM roll")))
        assert len({xmin for xmin, _, _ in ballots}) == 1 and not {xmin for xmin, _, _ in ballots} & roll
        assert [one for _, one, _ in ballots] == sorted(one for _, one, _ in ballots)
        assert [voted_by(choice) for _, _, choice in ballots] != order


def test_a_stolen_database_does_not_open_the_box(deciders: World) -> None:
    """Not while people vote, without the server's secret; and its half of the key is gone after the count."""
    number = opened(deciders)
    cast(deciders, "anna", number, ["a"])
    poll = the_poll(number)
    [sealed] = queries.box_of(poll)
    key = queries.key_to(poll)
    assert key is not None and poll.box_key is not None
    assert unseal(key, number, sealed).choice == ["a"]
    for wrong in (poll.box_key, key_of(b"a guess", poll.box_key)):
        with pytest.raises(BrokenBox):
            unseal(wrong, number, sealed)
    assert close(deciders, number).box_key is None


def test_sealed_ballots_are_alike_and_can_not_be_moved_or_changed() -> None:
    key = key_of(b"secret", b"half")
    choices: list[Any] = [[], ["a", "b", "c"], {"a": "abstain", "b": "abstain", "c": "abstain"}, {"a": 5}]
    sealed = [seal(key, 7, 3, Envelope(choice, "ж" * 60, "RU", 2**31)) for choice in choices]
    sealed.append(seal(key, 7, 3, Envelope([], None, None, None)))
    assert len({len(one) for one in sealed}) == 1
    assert seal(key, 7, 3, Envelope([], None, None, None)) != sealed[-1]
    assert unseal(key, 7, sealed[0]) == Envelope([], "ж" * 60, "RU", 2**31)
    with pytest.raises(BrokenBox):
        unseal(key, 8, sealed[0])
    for place in range(0, len(sealed[0]), 17):
        changed = sealed[0][:place] + bytes([sealed[0][place] ^ 1]) + sealed[0][place + 1 :]
        with pytest.raises(BrokenBox):
            unseal(key, 7, changed)


def test_receipts_depend_on_both_halves_and_lead_nowhere(deciders: World) -> None:
    key = key_of(b"secret", b"half")
    codes = {receipt_code(key, 7, member, bytes([n]) * 16) for member in range(20) for n in range(20)}
    assert len(codes) == 400 and all(len(code) == 20 for code in codes)
    number, mine = opened(deciders), half()
    code = cast(deciders, "anna", number, ["a"], mine)["receipt"]
    poll = close(deciders, number)
    assert queries.receipts_of(poll) == [code]
    assert code not in json.dumps(queries.ballots_of(poll))


# What is told -----------------------------------------------------------------------------------------------------


def test_nothing_is_recorded_told_or_logged_of_single_ballots(
    deciders: World, api_for: Callable[..., Api], capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    names = crowd(deciders, {"essen": 10, "perm": 10})
    number = opened(deciders, **SCORE)
    release()
    watcher, turnouts = api_for("max"), []
    capfd.readouterr()
    with caplog.at_level("DEBUG"):
        for who, name in enumerate(names):
            cast(deciders, name, number, unlike_any_other(who))
            release()
            if who == 4:  # errors must not quote a ballot either
                with refused("already_voted"):
                    cast(deciders, name, number, {"a": 5, "b": 4})
                with refused("invalid"):
                    cast(deciders, names[-1], number, {"a": 5, "b": "zebra"})
            body = watcher.get(f"/polls/{number}").get_json()
            assert body["result"] is None
            turnouts.append(body["turnout"]["cast"])
    assert turnouts == [(who + 1) // 5 * 5 for who in range(VOTERS)]
    said = capfd.readouterr()
    assert "zebra" not in said.out + said.err + caplog.text and '"a"' not in said.out + said.err + caplog.text
    activity = session().execute(sa.text("SELECT type FROM activity WHERE channel = :c"), {"c": f"poll:{number}"})
    assert [kind for (kind,) in activity] == ["poll.made", "poll.opened"]


def cells(breakdown: dict[str, Any]) -> Iterator[tuple[int, str, str, int]]:
    """`(ballots of the row, question, part, number)` of everything that is shown of groups."""
    for row in breakdown["delegations"] + breakdown["countries"]:
        for question, parts in row["shown"].items():
            for part, number in parts.items():
                yield row["ballots"], question, part, number


KINDS = [
    YES_NO,
    YES_NO | {"majority": {"threshold": "absolute", "within": "each_country"}},
    YES_NO | {"majority": {"threshold": "simple", "within": "delegations", "at_least": 1}},
    APPROVAL,
    SCORE,
    RANKING,
]


def some_choice(kind: dict[str, Any], chance: random.Random) -> Any:
    if kind["method"] == "yes_no":
        return {key: chance.choice(["yes", "no", "abstain"]) for key in "abc"}
    if kind["method"] == "score":
        return {key: chance.randint(0, 5) for key in "abc"}
    return chance.sample("abc", chance.randint(0, 3))


@pytest.mark.parametrize("kind", KINDS, ids=[f"{k['method']}-{n}" for n, k in enumerate(KINDS)])
@pytest.mark.parametrize("breakdown", ["delegation", "country", "none"])
def test_no_sequence_of_queries_shows_a_small_cell(
    deciders: World, api_for: Callable[..., Api], kind: dict[str, Any], breakdown: str
) -> None:
    """Small teams beside large ones, asked for by everybody, in every shape, with every filter one may think of."""
    chance = random.Random(f"{kind} {breakdown}")
    sizes = {"essen": chance.randint(6, 14), "perm": chance.randint(1, 4), None: chance.randint(1, 6)}
    names = crowd(deciders, sizes)
    number = opened(deciders, **kind, breakdown=breakdown)
    for name in names:
        cast(deciders, name, number, some_choice(kind, chance))
    poll = close(deciders, number)
    assert all(
        (one.delegation, one.country, one.member_id) == (None, None, None)
        for one in session().scalars(sa.select(Ballot))
    )
    release()
    filters = ["", "?delegation=perm", "?country=RU", "?breakdown=delegation", "?group=perm&minimum=0", "?secret=false"]
    told: dict[str, set[str]] = {"": set(), "/export": set(), "/result.csv": set()}
    for who, more, path in itertools.product(("anna", "vera", "max"), filters, told):
        answer = api_for(who, "en").get(f"/polls/{number}{path}{more}")
        assert answer.status_code == 200
        body = answer.get_json() if answer.is_json else answer.get_data(as_text=True)
        shown = body["result"] if path == "" else body
        told[path].add(json.dumps(shown, sort_keys=True))
    assert all(len(answers) == 1 for answers in told.values())  # there is one result, and nothing else to ask for
    [exported], [table] = told["/export"], told["/result.csv"]
    result = json.loads(exported)["result"]
    assert told[""] == {json.dumps(result, sort_keys=True)} and result == poll.outcome
    found = list(cells(result["breakdown"]))
    assert all(row["ballots"] >= SMALLEST for name in ("delegations", "countries") for row in result["breakdown"][name])
    for ballots, question, part, count in found:
        total = result["breakdown"]["totals"][question][part]
        # What nobody or everybody chose, the totals tell already.
        assert SMALLEST <= count <= ballots - SMALLEST or total in (0, result["ballots"]), (question, part, count)
    for row in csv.DictReader(io.StringIO(json.loads(table).lstrip("\ufeff"))):
        assert row["what"] not in ("delegations", "countries") or int(row["number"]) >= SMALLEST or row["number"] == "0"
    groups = [one for each in (result["majority"] or {}).values() for one in each["groups"]]
    assert all(one["comparison"]["left"] >= SMALLEST for one in groups)
    if breakdown == "none" and "within" not in str(kind):
        assert found == []


def test_pages_and_lists_show_nothing_more(deciders: World, api_for: Callable[..., Api]) -> None:
    number = opened(deciders, results="when_published")
    cast(deciders, "anna", number, ["a"])
    close(deciders, number)
    release()
    for who in ("anna", "boris", "vera"):
        body = api_for(who).get(f"/polls/{number}").get_json()
        assert body["result"] is None and body["head"] is None
        assert api_for(who).get(f"/polls/{number}/export").status_code == 403
        assert api_for(who).get(f"/polls/{number}/result.csv").status_code == 403
        listing = api_for(who).get("/forums/bridges").get_json()["polls"]
        assert [one["id"] for one in listing] == [number] and "outcome" not in listing[0]
    assert deciders.app is not None
    home = Browser(deciders.app, deciders.tokens["boris"]).get("/f/bridges")
    assert home.status_code == 200


def test_an_open_poll_says_who_and_a_secret_one_never(deciders: World) -> None:
    for secret in (True, False):
        number = opened(deciders, secret=secret)
        cast(deciders, "anna", number, ["a"])
        close(deciders, number)
        found = session().scalars(sa.select(Ballot).where(Ballot.poll_id == number)).one()
        assert (found.member_id, found.delegation) == ((None, None) if secret else (deciders.members["anna"], "essen"))


def test_options_are_shuffled_for_each_voter_and_always_the_same_way(deciders: World) -> None:
    number = opened(deciders, options=[{"text": {"en": f"Option {n}"}} for n in range(8)], shuffled=True)
    poll: Poll = the_poll(number)

    def seen(who: str) -> list[str]:
        return [option.key for option in queries.options_for(deciders.member(who), poll)]

    assert seen("anna") == seen("anna") != seen("boris")
    assert sorted(seen("anna")) == list("abcdefgh")
    assert cast(deciders, "anna", number, ["h"])["already"] is False
