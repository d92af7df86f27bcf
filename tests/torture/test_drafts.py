"""The shared draft under force: killed servers, damaged updates, a very long history, memory that comes back."""

from __future__ import annotations

import contextlib
import random
import re
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.live.client import Client, Gone, Late
from tests.live.hall import Hall
from tests.live.writer import Writer, encoded, start
from tests.serving.server import eventually

ROOT = "need:de"
# Several, since a section takes some thousand characters: all write in the same one at a time.
ROOTS = [f"{part}:{language}" for part in ("need", "format", "target", "tools") for language in ("de", "ru", "en")]
NAMES = ("mia", "nik", "sam", "eva")


class Faithful(Writer):
    """Types without a pause, connects anew after every cut, and sends again what nobody acknowledged."""

    def __init__(self, hall: Hall, proposal: int, name: str, number: int) -> None:
        super().__init__(proposal)
        self.hall, self.name, self.number = hall, name, number
        self.stopping, self.typed, self.errors = False, 0, []

    def all(self) -> str:
        return "".join(map(self.read, ROOTS))

    def run(self) -> None:
        dice = random.Random(self.number)
        try:
            while not self.stopping:
                try:
                    with self.hall.client(self.name, timeout=8) as client:
                        self.open(client)
                        while not self.stopping:
                            self.listen()
                            word = f"{self.number}-{self.typed}; "
                            self.type(ROOTS[self.typed // 40 % len(ROOTS)], word, at=dice.choice((None, 0)))
                            self.typed += 1
                            self.flush()
                            self.acknowledged.append(word)
                            time.sleep(dice.uniform(0.03, 0.12))
                except (Gone, Late, OSError):
                    time.sleep(dice.uniform(0.02, 0.1))
                except Exception as error:
                    if "Handshake" not in repr(error) and "WebSocket" not in type(error).__name__:
                        raise
                    time.sleep(0.05)
        except BaseException as error:
            self.errors.append(error)


def killed_while_writing(folder: Path, kills: int, mode: str = "eventlet") -> dict[str, int]:
    hall = Hall.open(folder, mode=mode)
    dice = random.Random(3)
    with hall.server:
        proposal = start(hall, "mia", ("nik", "sam", "eva"))
        writers = [Faithful(hall, proposal, name, number) for number, name in enumerate(NAMES * 2)]
        threads = [threading.Thread(target=writer.run, daemon=True) for writer in writers]
        for thread in threads:
            thread.start()

        def enough(more: int) -> bool:
            return sum(len(writer.acknowledged) for writer in writers) >= more or any(w.errors for w in writers)

        for _ in range(kills):
            more = sum(len(writer.acknowledged) for writer in writers) + 40
            eventually(lambda more=more: enough(more), 60)
            time.sleep(dice.uniform(0.0, 0.3))  # a random moment for the cut
            hall.server.kill()
            with contextlib.closing(sqlite3.connect(folder / "youthforum.db")) as link:
                assert link.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            hall.server.start()
        last = sum(len(writer.acknowledged) for writer in writers) + 20
        eventually(lambda: enough(last), 60)
        for writer in writers:
            writer.stopping = True
        for thread in threads:
            thread.join(30)
        assert not any(writer.errors for writer in writers), [writer.errors for writer in writers]
        with contextlib.ExitStack() as leaving:
            for writer in writers:  # what was on its way is sent again, as an editor does
                writer.open(leaving.enter_context(hall.client(writer.name)))
            reader = Faithful(hall, proposal, "mod", 99)
            reader.open(leaving.enter_context(hall.client("mod")))

            def alike() -> bool:
                for writer in writers:
                    writer.listen()
                return all(writer.all() == reader.all() for writer in writers)

            reader.listen()
            eventually(lambda: (reader.listen(), alike())[1], 20)
        text = reader.all()
        for writer in writers:
            for word in writer.acknowledged:
                assert text.count(word) == 1, (writer.number, word)
        assert hall.server.stop() == 0
    assert "Traceback" not in hall.server.log, hall.server.log[-3000:]
    return {"acknowledged": sum(len(writer.acknowledged) for writer in writers), "kills": kills}


def test_two_kills_while_eight_write(tmp_path: Path) -> None:
    killed_while_writing(tmp_path / "instance", 2)


@pytest.mark.torture
@pytest.mark.timeout(900)
@pytest.mark.parametrize("mode", ["eventlet", "threading"])
def test_twenty_kills_while_eight_write(tmp_path: Path, mode: str) -> None:
    print(killed_while_writing(tmp_path / "instance", 20, mode))


# Damaged updates -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory):
    hall = Hall.open(tmp_path_factory.mktemp("damaged") / "instance")
    with hall.server:
        proposal = start(hall)
        with hall.client("mia") as mia, hall.client("nik") as nik:
            yield Writer(proposal).open(mia), nik
        assert "Traceback" not in hall.server.log, hall.server.log[-3000:]


def damaged(writer: Writer, nik: Client, damage: list[tuple[int, int]]) -> None:
    """One update with some bytes changed: refused, or taken as what it then says; the document can be read after."""
    fork = Writer(writer.proposal)
    fork.doc.apply_update(writer.doc.get_update())
    fork.type(ROOT, "Wort ")
    update = bytearray(fork.unsent[-1])
    for place, value in damage:
        update[place % len(update)] = value
    assert writer.client is not None
    answer = writer.client.call("draft:write", {"proposal": writer.proposal, "update": encoded(bytes(update))})
    assert answer["ok"] or answer["error"]["code"] in ("invalid", "draft_gap", "too_long"), answer
    copy = Writer(writer.proposal).open(nik)
    assert isinstance(copy.read(ROOT), str)
    with contextlib.suppress(ValueError):
        writer.listen()


DAMAGE = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=4)
QUICK = {"deadline": None, "derandomize": True, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=150, **QUICK)
@given(damage=DAMAGE)
def test_damaged_updates_harm_nothing(desk, damage) -> None:
    damaged(*desk, damage)


@pytest.mark.torture
@pytest.mark.timeout(1800)
@settings(max_examples=5000, **QUICK)
@given(damage=DAMAGE)
def test_damaged_updates_harm_nothing_at_length(desk, damage) -> None:
    damaged(*desk, damage)


# A long history --------------------------------------------------------------------------------------------------


def drafts_in_memory(hall: Hall) -> int:
    found = re.search(r"^youthforum_drafts (\d+)", str(hall.server.ask("GET", "/metrics")[1]), re.M)
    assert found
    return int(found[1])


def test_memory_is_free_when_nobody_edits(tmp_path: Path) -> None:
    hall = Hall.open(tmp_path / "instance")
    with hall.server:
        proposals = [start(hall) for _ in range(3)]
        assert drafts_in_memory(hall) == 0
        with hall.client("mia") as mia, hall.client("nik") as nik:
            for proposal in proposals:
                Writer(proposal).open(mia).write(ROOT, "hier")
            Writer(proposals[0]).open(nik)
            assert drafts_in_memory(hall) == 3
            mia.ok("unwatch", channel=f"draft:{proposals[1]}")
            assert drafts_in_memory(hall) == 2
        eventually(lambda: drafts_in_memory(hall) == 0, 5)


@pytest.mark.torture
@pytest.mark.timeout(1800)
def test_twenty_thousand_updates_stay_small_on_disk(tmp_path: Path) -> None:
    """Fifty pages (150,000 characters) typed in 20,000 updates: what is stored of them in the end."""
    hall = Hall.open(tmp_path / "instance")
    with hall.server:
        proposal = start(hall)
        with hall.client("mia") as client:
            mia = Writer(proposal).open(client)
            for number in range(20_000):
                mia.type(ROOTS[number // 50 % len(ROOTS)], f"{number % 97} Wort")
                if number % 50 == 49:
                    mia.flush()
            mia.flush()
    with contextlib.closing(sqlite3.connect(tmp_path / "instance" / "youthforum.db")) as link:
        updates = link.execute("SELECT count(*), sum(length(content)) FROM draft_update").fetchone()
        state = link.execute("SELECT length(state) FROM draft WHERE proposal_id = ?", (proposal,)).fetchone()[0]
    print({"updates kept": updates, "state": state})
    assert updates[0] <= 400 and state + updates[1] <= 2_000_000
