"""Two processes on one PostgreSQL and one Redis: the same board for everybody, whatever becomes of Redis."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from tests.conftest import a_postgres_database, missing
from tests.live.client import Client
from tests.live.hall import Hall
from tests.live.replica import Replica
from tests.serving.redis import Redis
from tests.serving.server import Server, eventually
from tests.serving.world import world_in

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.xdist_group("several-processes")]

CONVERGED_WITHIN = 5.0
LONG = os.environ.get("TORTURE") == "1"


@dataclass
class Pair:
    """Two processes of one installation."""

    one: Hall
    two: Hall
    redis: Redis
    engine: sa.Engine

    def rows(self, sql: str, **values: object) -> list[tuple]:
        with self.engine.connect() as link:
            return [tuple(row) for row in link.execute(sa.text(sql), values)]


@pytest.fixture(scope="module")
def pair(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    if not Redis.installed():
        missing("redis-server is not installed")
    folder = tmp_path_factory.mktemp("pair")
    with Redis(folder) as redis, a_postgres_database(postgres_server) as url:
        world = world_in(folder / "made", url)
        halls = [
            Hall(Server(folder / name, database_url=url, redis_url=redis.url, RATES_ENABLED="true"), world)
            for name in ("one", "two")
        ]
        for hall in halls:
            hall.server.launch()
        engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg2"), poolclass=sa.NullPool)
        try:
            for hall in halls:
                eventually(lambda hall=hall: _answers(hall.server), 30)
            redis.subscribers(2)
            yield Pair(*halls, redis, engine)
        finally:
            for hall in halls:
                hall.server.kill()
            engine.dispose()


def _answers(server: Server) -> bool:
    assert server.process is not None and server.process.poll() is None, server.log
    try:
        return server.ask("GET", "/healthz", timeout=5)[0] == 200
    except OSError:
        return False


def both_converge(pair: Pair, board: int, ann: Client, ben: Client, at: Replica, also: Replica) -> float:
    """Until Ann, on the first process, and Ben, on the second, both hold what the API says: the seconds."""
    started = time.monotonic()
    pair.one.equal("ann", ann, at, board)
    pair.two.equal("ben", ben, also, board)
    return time.monotonic() - started


def test_both_processes_tell_the_same_at_once(pair: Pair):
    board = pair.one.board()
    with pair.one.client("ann") as ann, pair.two.client("ben") as ben:
        for client in (ann, ben):
            client.watch(f"board:{board}")
        replicas = [Replica.of(pair.one.read(name, board)) for name in ("ann", "ben")]
        for number in range(10):
            writer = (ann, ben)[number % 2]
            idea = pair.one.idea(writer, board, f"idea {number}")
            if number < 5:
                ann.ok("vote:dots", idea=idea, dots=1)
                ben.ok("vote:dots", idea=idea, dots=1)
        spent = both_converge(pair, board, ann, ben, *replicas)
        assert spent < CONVERGED_WITHIN
        for client in (ann, ben):
            client.wait_for(lambda it: it.heard("presence")[-1]["count"] == 2)


def test_signing_out_at_one_process_cuts_sockets_at_the_other(pair: Pair):
    body = pair.one.server.join(pair.one.world.codes["here"], name="Leaver")
    with Client(pair.two.server, body["token"]) as client:
        member = body["member"]["id"]
        pair.one.browser("olga").fill("/f/here/people", "/f/here/people/suspend", member=member, reason="Rude")
        assert client.wait_closed() < 2 and client.heard("sign-out") == [{"reason": "suspended"}]


def test_cut_off_from_redis_for_a_moment_nobody_misses_anything(pair: Pair):
    board = pair.one.board()
    with pair.one.client("ann") as ann, pair.two.client("ben") as ben:
        for client in (ann, ben):
            client.watch(f"board:{board}")
        replicas = [Replica.of(pair.one.read(name, board)) for name in ("ann", "ben")]
        for number in range(3):
            assert pair.redis.cut_subscribers() >= 1
            writer = (ann, ben)[number % 2]
            idea = pair.one.idea(writer, board, f"idea {number}")
            writer.ok("vote:dots", idea=idea, dots=1)
            assert both_converge(pair, board, ann, ben, *replicas) < CONVERGED_WITHIN
            pair.redis.subscribers(2)


def test_the_same_key_at_both_processes_at_once_is_one_idea(pair: Pair):
    board = pair.one.board()
    with pair.one.client("ann") as here, pair.two.client("ann") as there, ThreadPoolExecutor(2) as pool:
        for number in range(300 if LONG else 15):
            payload = {"key": str(uuid.uuid4()), "board": board, "text": f"idea {number}", "language": "de"}
            tries = [pool.submit(client.call, "idea:post", payload) for client in (here, there)]
            answers = [one.result() for one in tries]
            assert all(answer["ok"] for answer in answers), answers
            assert answers[0]["idea"]["id"] == answers[1]["idea"]["id"]
    assert pair.rows("SELECT count(*), count(DISTINCT key) FROM idea WHERE board_id = :b", b=board) == [
        (300 if LONG else 15,) * 2
    ]


def test_the_same_member_at_both_processes_never_spends_more_than_the_budget(pair: Pair):
    board = pair.one.board()
    with pair.one.client("ann") as here, pair.two.client("ann") as there, ThreadPoolExecutor(6) as pool:
        ideas = [pair.one.idea(here, board, f"idea {number}") for number in range(3)]
        for _ in range(100 if LONG else 5):
            tries = [
                pool.submit(client.call, "vote:dots", {"idea": idea, "dots": 3})
                for client in (here, there)
                for idea in ideas
            ]
            answers = [one.result() for one in tries]
            assert {answer["error"]["code"] for answer in answers if not answer["ok"]} <= {"over_budget"}
            assert pair.rows(
                "SELECT sum(value), count(*) FROM vote JOIN idea ON idea.id = idea_id WHERE board_id = :b", b=board
            ) == [(3, 1)]
            for idea in ideas:
                here.ok("vote:dots", idea=idea, dots=0)


def test_closing_while_people_vote_counts_exactly_what_was_acknowledged(pair: Pair):
    board = pair.one.board()
    halls, world = (pair.one, pair.two), pair.one.world
    voters = [halls[n % 2].guest(f"Voter {n}") for n in range(8)]
    with pair.one.client("ann") as ann, pair.two.client("olga") as olga:
        ideas = [pair.one.idea(ann, board, f"idea {number}") for number in range(2)]
        for turn in range(60 if LONG else 4):
            closed, held = threading.Event(), [0] * len(voters)
            errors: list[BaseException] = []

            def vote(
                number: int, held: Any = held, closed: Any = closed, turn: int = turn, errors: Any = errors
            ) -> None:
                client, dots = voters[number], 0
                try:
                    while True:
                        dots = dots % 3 + 1
                        after = closed.is_set()
                        answer = client.call("vote:dots", {"idea": ideas[turn % 2], "dots": dots})
                        if answer["ok"]:
                            assert not after, "a vote was taken after the closing was acknowledged"
                            held[number] = dots
                        else:
                            assert answer["error"]["code"] in ("voting_closed", "slow_down"), answer
                        if after:
                            return
                        time.sleep(0.03)
                except BaseException as error:
                    errors.append(error)

            threads = [threading.Thread(target=vote, args=(number,)) for number in range(len(voters))]
            for thread in threads:
                thread.start()
            eventually(lambda held=held: sum(map(bool, held)) >= 6)
            olga.ok("board:voting", board=board, open=False)
            closed.set()
            for thread in threads:
                thread.join(20)
            assert not errors, errors[0]
            told = world.tokens["ann"]
            tally = eventually(lambda told=told: pair.two.server.board(told, board)["tally"])[str(ideas[turn % 2])]
            rows = pair.rows("SELECT coalesce(sum(value), 0), count(*) FROM vote WHERE idea_id = :i", i=ideas[turn % 2])
            assert rows == [(tally["dots"], tally["voters"])] == [(sum(held), sum(map(bool, held)))]
            olga.ok("board:voting", board=board, open=True)
            for number, client in enumerate(voters):
                if held[number]:
                    eventually(lambda client=client, turn=turn: _take_back(client, ideas[turn % 2]), 15, 0.5)
    for client in voters:
        client.close()


def _take_back(client: Client, idea: int) -> bool:
    return bool(client.call("vote:dots", {"idea": idea, "dots": 0})["ok"])


def test_without_redis_everything_goes_on_and_readyz_says_so(pair: Pair):
    """The last test here: it ends the Redis of the others, and brings it back."""
    board = pair.one.board()
    for hall in (pair.one, pair.two):
        assert hall.server.ask("GET", "/readyz") == (200, {"ok": True, "problems": []})
    with pair.one.client("ann") as ann, pair.two.client("ben") as ben:
        for client in (ann, ben):
            client.watch(f"board:{board}")
        replicas = [Replica.of(pair.one.read(name, board)) for name in ("ann", "ben")]
        pair.redis.kill()
        dead = time.monotonic()
        waits = []
        for number in range(6):
            writer = (ann, ben)[number % 2]
            started = time.monotonic()
            idea = pair.one.idea(writer, board, f"idea {number}")
            if number < 5:
                writer.ok("vote:dots", idea=idea, dots=1)
            waits.append(time.monotonic() - started)
        assert max(waits) < 1.0, waits
        assert both_converge(pair, board, ann, ben, *replicas) < CONVERGED_WITHIN
        for hall in (pair.one, pair.two):
            status = eventually(lambda hall=hall: _problems(hall.server) == ["queue"], 25)
            assert status and time.monotonic() - dead < 25
        pair.redis.start()
        pair.one.idea(ann, board, "after its return")
        assert both_converge(pair, board, ann, ben, *replicas) < CONVERGED_WITHIN
        for hall in (pair.one, pair.two):
            eventually(lambda hall=hall: _problems(hall.server) == [], 15)


def _problems(server: Server) -> list[str]:
    status, body = server.ask("GET", "/readyz")
    assert status == (503 if body["problems"] else 200)
    return list(body["problems"])
