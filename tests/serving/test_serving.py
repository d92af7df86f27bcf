"""`python wsgi.py` as an operator meets it: signals, a port in use, a second start, both engines."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.live.client import Client
from tests.live.hall import Hall
from tests.serving.server import Server, eventually

pytestmark = pytest.mark.xdist_group("serving")


@pytest.mark.parametrize("mode", ["eventlet", "threading"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_stop_lets_requests_finish_and_exits_with_0(tmp_path: Path, mode: str, number: int):
    hall = Hall.open(tmp_path / "instance", mode=mode)
    with hall.server, hall.client("ann") as ann:
        ann.watch(f"board:{hall.world.boards['dots']}")
        answers: list[tuple[int, Any]] = []
        # A request that is under way when the signal comes: its body arrives in two parts.
        body = b'{"dots": 1}'
        idea = hall.world.ideas["dots"][0]
        link = socket.create_connection(("127.0.0.1", hall.server.port), 10)
        head = (
            f"POST /api/v1/ideas/{idea}/dots HTTP/1.1\r\nHost: 127.0.0.1:{hall.server.port}\r\n"
            f"Authorization: Bearer {hall.world.tokens['ann']}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        link.sendall(head.encode() + body[:4])
        hall.server.ask("GET", "/healthz")  # by now the first part has been read
        started = time.monotonic()
        stopping = threading.Thread(target=lambda: answers.append((hall.server.stop(number), None)))
        stopping.start()
        time.sleep(0.3)
        link.sendall(body[4:])
        raw = b"".join(iter(lambda: link.recv(65536), b""))
        stopping.join(20)
        assert raw.startswith(b"HTTP/1.1 200"), raw[:300]
        assert answers == [(0, None)]
        assert time.monotonic() - started < 8
        ann.wait_closed()
        link.close()
        assert "Traceback" not in hall.server.log, hall.server.log[-3000:]
        hall.server.start()
        assert hall.read("ann", hall.world.boards["dots"])["mine"] == {str(idea): 1}


def test_a_stop_with_nobody_there_is_quick(tmp_path: Path):
    with Server(tmp_path / "instance") as server:
        started = time.monotonic()
        assert server.stop() == 0 and time.monotonic() - started < 5


@pytest.mark.parametrize("mode", ["eventlet", "threading"])
def test_a_port_in_use_is_one_clear_line(tmp_path: Path, mode: str):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = Server(tmp_path / "instance", mode=mode, port=port)
        assert server.launch().wait(30) == 1
    lines = [line for line in server.log.splitlines() if line.strip() and not line.startswith("SQLite ")]
    assert len(lines) == 1 and str(port) in lines[0] and "Traceback" not in server.log


def test_a_second_server_on_the_same_port_does_not_start(tmp_path: Path):
    with Server(tmp_path / "one") as first:
        second = Server(tmp_path / "two", port=first.port)
        assert second.launch().wait(30) == 1
        assert first.ask("GET", "/healthz")[0] == 200


def test_the_first_start_makes_the_demo_and_the_second_is_fast(tmp_path: Path):
    with Server(tmp_path / "instance") as server:
        first = server.log
        assert "/join/" in first and "moderator" in first and "organiser" in first
        assert oct((tmp_path / "instance" / "demo.json").stat().st_mode)[-3:] == "600"
        assert server.stop() == 0
        before, spent = server.log, time.monotonic()
        server.start()
        spent = time.monotonic() - spent
        assert spent < 4 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)), f"{spent:.1f} s"
        again = server.log[len(before) :]
        assert [line for line in first.splitlines() if "/join/" in line or "@" in line] == [
            line for line in again.splitlines() if "/join/" in line or "@" in line
        ]


@pytest.mark.parametrize("mode", ["eventlet", "threading"])
def test_both_engines_serve_pages_the_api_and_sockets(tmp_path: Path, mode: str):
    hall = Hall.open(tmp_path / "instance", mode=mode)
    with hall.server:
        status, page = hall.server.ask("GET", "/")
        assert status == 200 and "<html" in page
        board = hall.world.boards["dots"]
        with hall.client("ann") as ann, Client.join(hall.server, hall.world.codes["here"]) as guest:
            guest.watch(f"board:{board}")
            idea = ann.ok("idea:post", key=str(uuid.uuid4()), board=board, text="Words", language="de")["idea"]["id"]
            assert guest.wait_for(lambda it: it.changes())[0]["data"]["idea"] == idea
        shown = hall.browser("olga").get(f"{hall.server.url}/f/here/boards/{board}")
        assert shown.status_code == 200 and f'id="idea-{idea}"' in shown.text
        assert shown.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"ASYNC_MODE": "gevent"}, "ASYNC_MODE"),
        ({"PORT": "many"}, "PORT"),
    ],
    ids=["no secret", "short secret", "unknown engine", "no port"],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence(tmp_path: Path, environment: dict[str, str], word: str):
    server = Server(tmp_path / "instance")
    server.environment |= environment
    assert server.launch().wait(30) == 1
    assert word in server.log and "Traceback" not in server.log
    assert len([line for line in server.log.splitlines() if line.strip()]) == 1


def test_health_is_answered_while_many_connect(tmp_path: Path):
    hall = Hall.open(tmp_path / "instance")
    with hall.server:
        people = [Client(hall.server, hall.world.tokens["ann"], connect=False) for _ in range(150)]
        assert hall.server.ask("GET", "/healthz")[0] == 200
        for one in people:
            one.close()
        eventually(lambda: "youthforum_sockets 0.0" in hall.server.ask("GET", "/metrics")[1])
