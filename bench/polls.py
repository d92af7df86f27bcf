"""A hall votes: everybody casts a secret ballot within five seconds of the opening, over sockets."""

from __future__ import annotations

import json
import random
import re
import runpy
import secrets
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
import websocket

from bench.report import Figure
from bench.servers import ROOT, NotMeasured, Server, postgres, serving

WITHIN = 5.0  # seconds in which everybody votes, and in which everybody must have the answer
OPTIONS = 12


@dataclass
class Voter:
    """One phone: connected, watching the forum, and filling in its ballot at a pace of its own."""

    server: Server
    token: str
    forum: int
    poll: int
    took: float | None = None
    receipt: str = ""
    refused: str = ""

    def connect(self) -> None:
        self.ws = websocket.create_connection(
            f"ws://127.0.0.1:{self.server.port}/socket.io/?EIO=4&transport=websocket", timeout=30
        )
        self.ws.send("40" + json.dumps({"token": self.token}))
        self._call(1, "watch", {"channel": f"forum:{self.forum}"})

    def vote(self, opened: threading.Event, chance: random.Random) -> None:
        choice = {chr(97 + place): chance.randint(0, 5) for place in range(OPTIONS)}
        pause, half = chance.uniform(0, WITHIN), secrets.token_hex(16)
        opened.wait(60)
        time.sleep(pause)
        begun = time.perf_counter()
        answer = self._call(2, "ballot:cast", {"poll": self.poll, "choice": choice, "half": half})
        self.took = time.perf_counter() - begun
        self.receipt, self.refused = answer.get("receipt", ""), answer.get("error", {}).get("code", "")

    def _call(self, number: int, event: str, payload: dict[str, Any]) -> dict[str, Any]:
        self.ws.send(f"42{number}" + json.dumps([event, payload]))
        while True:
            frame = self.ws.recv()
            if frame == "2":
                self.ws.send("3")
            elif frame.startswith(f"43{number}["):
                return dict(json.loads(frame[3:])[0])


class Desk:
    """The moderator, who opens and closes."""

    def __init__(self, server: Server) -> None:
        self.server, self.browser = server, requests.Session()
        account = server.demo["moderator"]
        page = self.browser.get(f"{server.url}/sign-in").text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        sent = {"email": account["email"], "password": account["password"], "csrf_token": token[1] if token else ""}
        self.browser.post(f"{server.url}/sign-in", data=sent)

    def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """A GET, or with a body a POST with the page's token, as our own pages send it."""
        if body is None:
            answer = self.browser.get(f"{self.server.url}/api/v1{path}")
        else:
            page = self.browser.get(f"{self.server.url}/account").text
            token = re.search(r'name="csrf-token" content="([^"]+)"', page)
            headers = {"X-CSRFToken": token[1] if token else ""}
            answer = self.browser.post(f"{self.server.url}/api/v1{path}", json=body, headers=headers)
        answer.raise_for_status()
        return dict(answer.json())


def _hall_votes(server: Server, voters: int) -> dict[str, Any]:
    desk = Desk(server)
    tokens = [server.join(f"Voter {number}") for number in range(voters)]
    forum = desk.ask(f"/forums/{server.demo['forum']}")["forum"]["id"]
    desk.ask(f"/forums/{forum}/phase", {"phase": "decide"})
    made = desk.ask(
        f"/forums/{forum}/polls",
        {
            "question": {"en": "Which four formats first?"},
            "options": [{"text": {"en": f"Format {place}"}} for place in range(OPTIONS)],
            "method": "score",
            "winners": {"kind": "equal_shares", "seats": 4},
        },
    )
    poll = int(made["poll"]["id"])
    phones = [Voter(server, token, forum, poll) for token in tokens]
    for phone in phones:
        phone.connect()
    opened, chance = threading.Event(), random.Random(1)
    threads = [threading.Thread(target=phone.vote, args=(opened, random.Random(chance.random()))) for phone in phones]
    for thread in threads:
        thread.start()
    desk.ask(f"/polls/{poll}/open", {})
    begun = time.perf_counter()
    opened.set()
    for thread in threads:
        thread.join(60)
    everybody = time.perf_counter() - begun
    begun = time.perf_counter()
    desk.ask(f"/polls/{poll}/close", {})
    closing = time.perf_counter() - begun
    file = desk.ask(f"/polls/{poll}/export")
    verify: Callable[..., bool] = runpy.run_path(str(ROOT / "tools" / "verify_poll.py"))["verify"]
    said: list[str] = []
    well = verify(file, said.append)
    return {
        "took": sorted(phone.took for phone in phones if phone.took is not None and phone.receipt),
        "refused": [phone.refused for phone in phones if not phone.receipt],
        "everybody": everybody,
        "closing": closing,
        "same": sorted(phone.receipt for phone in phones) == file["receipts"] and len(file["ballots"]) == voters,
        "verified": well,
    }


def _figure(name: str, voters: int, found: dict[str, Any]) -> Figure:
    took = found["took"]
    worst = took[-1] if took else float("inf")
    good = len(took) == voters and worst <= WITHIN and found["same"] and found["verified"]
    return Figure(
        f"{voters} ballots within {WITHIN:.0f} s of opening, {name}",
        f"all acknowledged within {WITHIN:.0f} s; as many in the export, which counts the same again",
        f"{len(took)} acked, {len(found['refused'])} refused; ack p50 {1000 * statistics.median(took or [0]):.0f} ms, "
        f"max {1000 * worst:.0f} ms; the last one {found['everybody']:.2f} s after the opening; closed and counted in "
        f"{1000 * found['closing']:.0f} ms; export {'verified' if found['verified'] and found['same'] else 'WRONG'}",
        good,
    )


def ballots(quick: bool) -> list[Figure]:
    voters = 20 if quick else 350
    with serving() as server:
        figures = [_figure("SQLite", voters, _hall_votes(server, voters))]
    try:
        with postgres() as settings, serving(**settings) as server:
            figures.append(_figure("PostgreSQL", voters, _hall_votes(server, voters)))
    except NotMeasured as reason:
        print(f"PostgreSQL: not measured, {reason}", flush=True)
    return figures
