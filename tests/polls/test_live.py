"""Polls on a real server and real sockets: who hears what, the turnout in steps, the clock, a retry after a cut."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.live.client import Client
from tests.live.hall import Hall, said
from tests.polls.booth import a_poll


@pytest.fixture(scope="module", params=["eventlet", "threading"])
def hall(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    found = Hall.open(tmp_path_factory.mktemp(f"polls-{request.param}") / "instance", mode=request.param)
    with found.server:
        found.ask("olga", "POST", f"/forums/{found.world.forums['here']}/phase", {"phase": "decide"})
        yield found
        assert "Traceback" not in found.server.log, found.server.log[-6000:]


def prepare(hall: Hall, **more: Any) -> int:
    body = hall.ask("max", "POST", f"/forums/{hall.world.forums['here']}/polls", a_poll(**more))
    return int(body["poll"]["id"])


def opened(hall: Hall, **more: Any) -> int:
    poll = prepare(hall, **more)
    hall.ask("max", "POST", f"/polls/{poll}/open")
    return poll


def cast(client: Client, poll: int, choice: Any) -> dict[str, Any]:
    return client.ok("ballot:cast", poll=poll, choice=choice, half=secrets.token_hex(16))


def types(client: Client, channel: str) -> list[str]:
    return [change["type"] for change in client.changes(channel)]


def test_everybody_hears_of_opening_closing_and_the_result_and_nobody_of_a_ballot(hall: Hall) -> None:
    poll = prepare(hall)
    channel, forum = f"poll:{poll}", f"forum:{hall.world.forums['here']}"
    with hall.client("ann") as ann, hall.client("ben") as ben, hall.client("max") as moderator:
        assert ann.refusal("watch", channel=channel)["code"] == "not_found"  # it is being prepared
        moderator.watch(channel)
        ann.watch(forum)
        moderator.ok("poll:open", poll=poll)
        moved = ann.wait_for(lambda it: it.changes(forum))[0]
        assert (moved["type"], moved["data"]) == ("poll.moved", {"poll": poll, "state": "open"})
        greeting = ann.watch(channel)
        assert greeting["voted"] is False and greeting["state"]["why_not_cast"] is None
        assert greeting["turnout"] == {"cast": 0, "of": 4}
        ben.watch(channel)
        zebra = cast(ben, poll, ["b"])["receipt"]
        assert ben.watch(channel)["voted"] is True and ann.watch(channel)["voted"] is False
        for client in (ann, moderator):
            client.call("unwatch", {"channel": "board:999999"})  # a round trip: whatever was sent has arrived
            assert types(client, channel) == (["poll.opened"] if client is moderator else [])
            assert client.heard("turnout") == [] and zebra not in said(client.received)
        moderator.ok("poll:close", poll=poll)
        heard = ann.wait_for(lambda it: len(types(it, channel)) == 3 and types(it, channel))
        assert heard == ["poll.closed", "poll.counted", "poll.published"]
        assert ann.changes(channel)[-1]["data"] == {"forum": hall.world.forums["here"]}
        result = hall.ask("ann", "GET", f"/polls/{poll}")["result"]
        assert result["adopted"] == ["b"]
        assert ann.refusal("ballot:cast", poll=poll, choice=["a"], half=secrets.token_hex(16))["code"] == "poll_closed"


def test_outsiders_neither_watch_nor_read_nor_vote(hall: Hall) -> None:
    poll = opened(hall)
    attempts: list[tuple[str, dict[str, Any]]] = [
        ("watch", {"channel": f"poll:{poll}", "after": 0}),
        ("ballot:cast", {"poll": poll, "choice": ["a"], "half": secrets.token_hex(16)}),
        ("poll:change", {"poll": poll, **a_poll()}),
        *((f"poll:{what}", {"poll": poll}) for what in ("open", "close", "publish")),
        ("poll:cancel", {"poll": poll, "reason": "x"}),
        ("poll:make", {"forum": hall.world.forums["here"], **a_poll()}),
    ]
    with hall.client("tom") as tom, hall.client("otto") as otto:
        for stranger in (tom, otto):
            for event, payload in attempts:
                assert stranger.refusal(event, **payload)["code"] == "not_found", event
    for path in ("", "/export", "/result.csv"):
        assert hall.server.ask("GET", f"/api/v1/polls/{poll}{path}", token=hall.world.tokens["tom"])[0] == 404
    assert hall.ask("ann", "GET", f"/polls/{poll}")["turnout"]["cast"] == 0


def test_turnout_is_told_in_steps_of_five(hall: Hall) -> None:
    guests = [hall.guest(f"Voter {n}") for n in range(6)]
    poll = opened(hall)
    with hall.client("obi") as observer:
        observer.watch(f"poll:{poll}")
        for place, guest in enumerate(guests):
            cast(guest, poll, ["a"])
            if place == 3:
                time.sleep(1.3)  # longer than the clock waits
                assert observer.heard("turnout") == []
        told = observer.wait_for(lambda it: it.heard("turnout"), 5)
        time.sleep(1.3)
        assert observer.heard("turnout") == told == [{"channel": f"poll:{poll}", "cast": 5, "of": len(guests) + 4}]
    for guest in guests:
        guest.close()


def test_the_clock_of_the_server_closes_and_results_appear(hall: Hall) -> None:
    poll = opened(hall, closes_at=(datetime.now(UTC) + timedelta(seconds=2)).isoformat())
    with hall.client("ann") as ann, hall.client("cat") as cat:
        cat.watch(f"poll:{poll}")
        cast(ann, poll, ["c"])
        cat.wait_for(lambda it: "poll.published" in types(it, f"poll:{poll}"), 8)
        body = hall.ask("cat", "GET", f"/polls/{poll}")
        assert body["result"]["adopted"] == ["c"] and body["turnout"] == {"cast": 1, "of": body["turnout"]["of"]}


def test_a_ballot_whose_answer_was_lost_is_sent_again_over_another_connection(hall: Hall) -> None:
    poll = opened(hall)
    ballot = {"poll": poll, "choice": ["a", "b"], "half": secrets.token_hex(16)}
    with hall.client("zoe") as zoe:
        zoe.post("ballot:cast", ballot)  # and gone, without waiting
    with hall.client("zoe") as zoe:
        answer = zoe.ok("ballot:cast", **ballot)
        assert len(answer["receipt"]) == 20
        assert zoe.ok("ballot:cast", **ballot) == answer | {"already": True}
        other = zoe.refusal("ballot:cast", **ballot | {"half": secrets.token_hex(16)})
        assert other["code"] == "already_voted"
    exported = hall.ask("max", "POST", f"/polls/{poll}/close")
    assert exported["poll"]["state"] == "published"
    file = hall.ask("ann", "GET", f"/polls/{poll}/export")
    assert len(file["ballots"]) == 1 and file["receipts"] == [answer["receipt"]]
    assert answer["receipt"] not in json.dumps(file["ballots"])


def test_refusals_come_in_the_members_language(hall: Hall) -> None:
    poll = opened(hall)
    with hall.client("max") as moderator, hall.client("ben") as ben:
        assert (
            moderator.refusal("ballot:cast", poll=poll, choice=["a"], half=secrets.token_hex(16))["code"] == "neutral"
        )
        error = ben.refusal("ballot:cast", poll=poll, choice=["zebra"], half=secrets.token_hex(16))
        assert (error["code"], error["field"]) == ("invalid", "choice") and "zebra" not in error["message"]
        for wrong in ("", "0" * 31, "G" * 32, "0" * 33):
            assert ben.refusal("ballot:cast", poll=poll, choice=["a"], half=wrong)["field"] == "half"
