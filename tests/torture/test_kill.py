"""`kill -9` under load: what was acknowledged is there, nothing is counted twice, clients find their way back."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.live.client import Client, Gone, Late
from tests.live.hall import Hall
from tests.live.replica import Gap, Replica
from tests.serving.server import eventually


@dataclass
class Faithful:
    """A client as a browser is one: it keeps what it has not been told to be stored, sends it again after a
    reconnect (votes as they should stand, ideas with their key), and watches on from where it was."""

    hall: Hall
    board: int
    token: str
    ideas: list[int]
    random: random.Random
    votes: dict[int, int] = field(default_factory=dict)
    """What each idea should hold; sent until acknowledged."""
    acknowledged: dict[int, int] = field(default_factory=dict)
    keys: dict[str, int | None] = field(default_factory=dict)
    """Keys of ideas posted; the id once acknowledged."""
    errors: list[BaseException] = field(default_factory=list)
    stopping: bool = False
    reconnects: int = -1
    server: object = None
    """The process at which it watched last."""
    client: Client | None = None
    replica: Replica | None = None
    taken: int = 0
    acks: int = 0

    def run(self) -> None:
        try:
            while not self.stopping:
                try:
                    self._connect()
                    while not self.stopping:
                        self._step()
                        time.sleep(self.random.uniform(0.005, 0.03))
                except (Gone, Late, OSError):  # no answer in time: as a page does, it connects anew
                    time.sleep(self.random.uniform(0.02, 0.1))
                except Exception as error:
                    if "Handshake" not in repr(error) and "WebSocket" not in type(error).__name__:
                        raise
                    time.sleep(0.05)
        except BaseException as error:
            self.errors.append(error)

    def _connect(self) -> None:
        if self.client is not None:
            self.client.close()
        self.client = Client(self.hall.server, self.token, timeout=8)
        self.taken = 0
        self.reconnects += 1
        answer = self.client.watch(f"board:{self.board}", self.replica.revision if self.replica else None)
        if self.replica is None or answer.get("reload"):
            self.replica = Replica.of(self.hall.server.board(self.token, self.board))
        for change in answer.get("changes", ()):
            self.replica.apply(change)
        self.replica.hear(answer["tally"])
        self.server = self.hall.server.process
        # Set again what was not acknowledged; it may be stored already, and then stays one.
        for idea, dots in self.votes.items():
            if self.acknowledged.get(idea, 0) != dots:
                self._vote(idea, dots)
        for key, found in list(self.keys.items()):
            if found is None:
                self._post(key)

    def _step(self) -> None:
        assert self.client is not None and self.replica is not None
        self.listen()
        if self.random.random() < 0.1:
            key = str(uuid.uuid4())
            self.keys[key] = None
            self._post(key)
            return
        held = [idea for idea, dots in self.votes.items() if dots]
        idea = self.random.choice(held) if len(held) >= 4 else self.random.choice(self.ideas)
        dots = 0 if len(held) >= 4 else 1 - self.votes.get(idea, 0)
        self.votes[idea] = dots
        self._vote(idea, dots)

    def listen(self) -> None:
        assert self.client is not None and self.replica is not None
        for event, payload in self.client.received[self.taken :]:
            self.taken += 1
            if event == "tally":
                self.replica.hear(payload["tally"])
            elif event == "change":
                try:
                    self.replica.apply(payload)
                except Gap:  # as the page does: it asks for what is missing
                    for missed in self.client.watch(f"board:{self.board}", self.replica.revision)["changes"]:
                        self.replica.apply(missed)

    def _vote(self, idea: int, dots: int) -> None:
        assert self.client is not None
        answer = self.client.call("vote:dots", {"idea": idea, "dots": dots})
        assert answer["ok"] or answer["error"]["code"] == "unavailable", answer
        if answer["ok"]:
            self.acknowledged[idea] = dots
            self.acks += 1

    def _post(self, key: str) -> None:
        assert self.client is not None
        payload = {"key": key, "board": self.board, "text": f"idea {key[:8]}", "language": "en"}
        answer = self.client.call("idea:post", payload)
        assert answer["ok"] or answer["error"]["code"] == "unavailable", answer
        if answer["ok"]:
            assert self.keys[key] in (None, answer["idea"]["id"])
            self.keys[key] = answer["idea"]["id"]


def killed_under_load(folder: Path, kills: int, clients: int, mode: str = "eventlet") -> dict[str, int]:
    """Kill the server so many times while people vote and post; what was counted."""
    hall = Hall.open(folder, mode=mode)
    dice = random.Random(7)
    board = hall.board(budget=5, cap=1)
    with hall.server, contextlib.ExitStack() as leaving:
        with hall.client("zoe") as zoe:
            ideas = [hall.idea(zoe, board, f"start {number}") for number in range(8)]
        people = []
        for number in range(clients):
            token = hall.server.join(hall.world.codes["here"], name=f"Guest {number}")["token"]
            people.append(Faithful(hall, board, token, ideas, random.Random(number)))
        threads = [threading.Thread(target=person.run, daemon=True) for person in people]
        leaving.callback(lambda: [setattr(person, "stopping", True) for person in people])
        for thread in threads:
            thread.start()
        for _ in range(kills):
            enough = sum(person.acks for person in people) + 2 * clients
            eventually(lambda enough=enough: sum(person.acks for person in people) > enough or _failed(people), 60)
            time.sleep(dice.uniform(0.0, 0.3))  # not a wait for something: a random moment for the cut
            hall.server.kill()
            assert _intact(folder)
            hall.server.start()
        # Everybody finds the last server by themselves (one may have missed a server that lived shortly).
        eventually(lambda: all(person.server == hall.server.process for person in people) or _failed(people), 60)
        for person in people:
            person.stopping = True
        for thread in threads:
            thread.join(30)
        assert not _failed(people), next(person.errors for person in people if person.errors)
        _settle(people)
        body = hall.server.board(hall.world.tokens["zoe"], board)
        for person in people:
            eventually(lambda person=person: (person.listen(), not person.replica.differs(body))[1])  # type: ignore[union-attr]
            assert person.client is not None
            mine = person.client.watch(f"board:{board}")["mine"]
            assert mine == {str(idea): dots for idea, dots in person.votes.items() if dots}
            person.client.close()
        assert hall.server.stop() == 0
    assert "Traceback" not in hall.server.log, hall.server.log[-3000:]
    return _recount(folder, board, people, body)


def _failed(people: list[Faithful]) -> bool:
    return any(person.errors for person in people)


def _settle(people: list[Faithful]) -> None:
    """Whatever was on its way when the last thread stopped is sent again, as a page does."""
    for person in people:
        person.stopping = False
        person._connect()
        assert person.votes == {idea: person.acknowledged.get(idea, 0) for idea in person.votes}
        assert None not in person.keys.values()


def _intact(folder: Path) -> bool:
    """Looked at by a process that is not the server, while no server runs."""
    with contextlib.closing(sqlite3.connect(folder / "youthforum.db")) as link:
        return (
            link.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            and not link.execute("PRAGMA foreign_key_check").fetchall()
        )


def _recount(folder: Path, board: int, people: list[Faithful], body: dict) -> dict[str, int]:
    assert _intact(folder)
    with contextlib.closing(sqlite3.connect(folder / "youthforum.db")) as link:
        votes = link.execute(
            "SELECT idea_id, member_id, value FROM vote JOIN idea ON idea.id = idea_id WHERE board_id = ?", (board,)
        ).fetchall()
        keys = [key for (key,) in link.execute("SELECT key FROM idea WHERE board_id = ?", (board,))]
        revisions = [
            revision
            for (revision,) in link.execute(
                "SELECT revision FROM activity WHERE channel = ? ORDER BY revision", (f"board:{board}",)
            )
        ]
    posted = {key for person in people for key in person.keys}
    assert len(keys) == len(set(keys)) and posted <= set(keys) and len(keys) == len(posted) + 8
    assert len({vote[:2] for vote in votes}) == len(votes)
    wanted = sorted(dots for person in people for dots in person.votes.values() if dots)
    assert sorted(value for _, _, value in votes) == wanted
    for idea in body["ideas"]:
        rows = [value for one, _, value in votes if one == idea["id"]]
        tally = body["tally"][str(idea["id"])]
        assert (tally["dots"], tally["voters"]) == (sum(rows), len(rows))
    assert revisions == list(range(1, len(revisions) + 1)) and body["revision"] == len(revisions)
    return {
        "acknowledged": sum(p.acks for p in people),
        "ideas": len(posted),
        "votes held": len(votes),
        "reconnects": sum(p.reconnects for p in people),
    }


def test_two_kills(tmp_path: Path):
    killed_under_load(tmp_path / "instance", 2, 8)


@pytest.mark.torture
@pytest.mark.timeout(900)
@pytest.mark.parametrize("mode", ["eventlet", "threading"])
def test_twenty_kills(tmp_path: Path, mode: str):
    print(killed_under_load(tmp_path / "instance", 20, 30, mode))
