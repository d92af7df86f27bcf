"""Messages that nobody would send: no crash, no error of ours, and rows only where an acknowledgement said so."""

from __future__ import annotations

import contextlib
import json
import os
import random
import sqlite3
import struct
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st

from tests.live.client import Client, Gone
from tests.live.hall import Hall

COUNTED = ("idea", "vote", "cluster", "merge", "hiding", "activity", "member", "board", "tally_version", "merge_seen")
# Events whose `ok` may leave a row in these tables behind; nothing else may.
WRITES = ("idea:", "vote:", "cluster:", "board:", "notice:", "forum:")
EVENTS = [
    "watch", "unwatch", "here", "idea:post", "idea:edit", "idea:language", "idea:withdraw", "idea:return", "idea:move",
    "idea:hide", "idea:restore", "idea:merge", "idea:unmerge", "vote:dots", "vote:opinion", "cluster:make",
    "cluster:name", "cluster:move", "cluster:dissolve", "board:writing", "board:voting", "board:freeze", "notice:seen",
    "forum:phase",
]  # fmt: skip
FIELDS = [
    "key", "board", "column", "text", "language", "idea", "base", "cluster", "before", "before_cluster", "dots",
    "opinion", "channel", "after", "writing", "reason", "into", "name", "ideas", "open", "frozen", "merge", "forum",
    "phase",
]  # fmt: skip

odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-3, 40),
    st.sampled_from([2**31 - 1, 2**31, 2**63, -(2**63), 10**40, 0, -0.0, 1e308, 1.5]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.sampled_from(["", " ", "\x00", "\ud800", "‮", "board:1", "forum:1", "person:1", "de", "1", "true", "x" * 600,
                     "<script>alert(1)</script>", "';--", "__proto__", "constructor", "е́", "👩‍👩‍👧", "{{7*7}}"]),
)  # fmt: skip
deep = st.recursive(
    odd,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def nearly_valid(draw: Any, ids: dict[str, list[int]]) -> tuple[str, Any]:
    """An event with its own payload, of which a field or two may be wrong, missing or too many."""
    idea, board = st.sampled_from(ids["idea"]), st.sampled_from(ids["board"])
    column, cluster = st.sampled_from(ids["column"]), st.integers(1, 6)
    channel = board.map("board:{}".format) | st.sampled_from(["forum:1", "forum:2", "board:99"])
    word = st.sampled_from(["Words", "Слова", "Mehr Bänke", "a b\nc"]) | st.text(max_size=20)
    shapes: dict[str, dict[str, Any]] = {
        "watch": {"channel": channel, "after": st.none() | st.integers(-2, 50)},
        "unwatch": {"channel": channel},
        "here": {"channel": channel, "writing": st.booleans()},
        "idea:post": {"key": st.uuids().map(str) | st.just("0b3f0f6e-6a0e-4f0e-9b7e-2f6f0f8c4a11"), "board": board,
                      "text": word, "language": st.sampled_from(["de", "ru", "en", "fr"]), "column": column},
        "idea:edit": {"idea": idea, "text": word, "base": st.integers(0, 4)},
        "idea:language": {"idea": idea, "language": st.sampled_from(["de", "ru", "xx"])},
        "idea:withdraw": {"idea": idea},
        "idea:return": {"idea": idea},
        "idea:move": {"idea": idea, "column": column, "cluster": st.none() | cluster, "before": st.none() | idea},
        "idea:hide": {"idea": idea, "reason": word},
        "idea:restore": {"idea": idea},
        "idea:merge": {"idea": idea, "into": idea},
        "idea:unmerge": {"idea": idea},
        "vote:dots": {"idea": idea, "dots": st.integers(-1, 6)},
        "vote:opinion": {"idea": idea, "opinion": st.sampled_from([1, -1, 0, None, 2])},
        "cluster:make": {"board": board, "name": word, "ideas": st.lists(idea, max_size=5)},
        "cluster:name": {"cluster": cluster, "name": word},
        "cluster:move": {"cluster": cluster, "column": column, "before": st.none() | idea},
        "cluster:dissolve": {"cluster": cluster},
        "board:writing": {"board": board, "open": st.booleans()},
        "board:voting": {"board": board, "open": st.booleans()},
        "board:freeze": {"board": board, "frozen": st.booleans()},
        "notice:seen": {"merge": st.integers(1, 5)},
        "forum:phase": {"forum": st.integers(1, 3), "phase": st.sampled_from(["collect", "cluster", "draft", "x"])},
    }  # fmt: skip
    event = draw(st.sampled_from(EVENTS))
    payload = {name: draw(value) for name, value in shapes[event].items()}
    for _ in range(draw(st.integers(0, 2))):
        kind = draw(st.sampled_from(["wrong", "missing", "more", "swap"]))
        name = draw(st.sampled_from(list(payload) or ["board"]))
        if kind == "wrong":
            payload[name] = draw(deep)
        elif kind == "missing":
            payload.pop(name, None)
        elif kind == "more":
            payload[draw(st.sampled_from(FIELDS) | st.text(max_size=10))] = draw(deep)
        else:
            event = draw(st.sampled_from(EVENTS))
    return event, payload


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


frames = st.one_of(
    st.text(max_size=80).map(lambda text: "4" + text),
    st.text(max_size=80).map(lambda text: "42" + text),
    st.text(alphabet='0123456789[]{}",:-eE', max_size=60).map(lambda text: "42" + text),
    st.text(max_size=60),
    st.integers(1, 3000).map(lambda depth: "421" + nested(depth)),
    st.integers(1, 3000).map(lambda depth: '421["idea:post",' + nested(depth) + "]"),
    st.sampled_from(["2", "3", "5", "6", "41", "40", "40{}", '40{"token":1}', "44{}", "451-[]", "bAAAA", "42/x,[]",
                     '42/admin,1["watch",{}]', '429999999999999999999["watch",{}]', '42["watch"]', "4", "0{}"]),
)  # fmt: skip


@dataclass
class Target:
    hall: Hall
    ids: dict[str, list[int]]
    folder: Path
    people: dict[str, Client]
    cases: int = 0
    accepted: int = 0

    def rows(self) -> dict[str, int]:
        """Counted by another connection that only reads."""
        with contextlib.closing(sqlite3.connect(f"file:{self.folder / 'youthforum.db'}?mode=ro", uri=True)) as link:
            return {table: link.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in COUNTED}

    def client(self, name: str) -> Client:
        if self.people[name].closed:
            self.people[name] = self.hall.client(name)
        return self.people[name]

    def still_serves(self) -> None:
        witness = self.people["witness"]
        assert not witness.closed, "a stranger's message ended the connection of another"
        assert witness.call("unwatch", {"channel": "board:1"})["ok"]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("fuzz") / "instance"
    hall = Hall.open(folder)
    world = hall.world
    ids = {
        "idea": [idea for ideas in world.ideas.values() for idea in ideas],
        "board": list(world.boards.values()),
        "column": [column for columns in world.columns.values() for column in columns],
    }
    with hall.server:
        people = {name: hall.client(name) for name in ("zoe", "ann", "max", "olga", "obi", "tom")}
        people["witness"] = hall.client("cat")
        target = Target(hall, ids, folder, people)
        yield target
        print(f"\n{target.cases} messages, {target.accepted} accepted")
        for client in people.values():
            client.close()
        assert hall.server.stop() == 0
        assert "Traceback" not in hall.server.log, hall.server.log[-6000:]


def fuzz(target: Target, messages: int, share_of_garbage: float = 0.15) -> None:
    """So many messages, several in each example that Hypothesis makes (an example costs more than a message)."""
    batch = 25
    one = st.tuples(st.sampled_from(["zoe", "ann", "max", "olga", "obi", "tom"]), nearly_valid(target.ids))
    odd_event = st.tuples(
        st.sampled_from(["ann", "max"]), st.tuples(st.text(max_size=20) | st.integers() | st.none(), deep)
    )

    @settings(
        max_examples=messages // batch,
        deadline=None,
        database=None,
        derandomize=os.environ.get("TORTURE") != "1",
        phases=[Phase.generate],
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.lists(one, min_size=batch - 6, max_size=batch - 6),
        st.lists(odd_event, min_size=2, max_size=2),
        st.lists(frames, min_size=4, max_size=4),
    )
    def check(valid: list[Any], odd_events: list[Any], garbage: list[str]) -> None:
        before, wrote = target.rows(), set()
        for name, (event, payload) in [*valid, *odd_events]:
            target.cases += 1
            try:
                answer = target.client(name).call(event, payload)
            except Gone:  # refused as no Socket.IO at all (an event that is no text), or one's own role changed
                continue
            assert answer["ok"] in (True, False) and json.dumps(answer)
            if answer["ok"]:
                target.accepted += 1
                wrote.add(event)
                continue
            error = answer["error"]
            assert error["code"] not in ("internal", "unavailable"), (event, payload, error)
            assert isinstance(error["message"], str) and error["message"], (event, payload, error)
        for text in garbage:
            target.cases += 1
            # On a connection of its own: it may end it, or just leave the namespace.
            stranger = Client(target.hall.server, target.hall.world.tokens["ann"])
            with contextlib.suppress(Gone):
                stranger.send(text.encode("utf-8", "replace").decode())
            stranger.close()
        target.still_serves()
        after = target.rows()
        if not any(event.startswith(WRITES) for event in wrote):
            assert after == before, (before, after)
        if not {"idea:post"} & wrote:
            assert after["idea"] == before["idea"] and after["tally_version"] == before["tally_version"]
        if not any(event.startswith("vote:") for event in wrote):
            # Bringing an idea back may take overspent dots away, but nothing else adds or removes votes.
            assert after["vote"] <= before["vote"]
        if "cluster:make" not in wrote:
            assert after["cluster"] <= before["cluster"]
        assert (after["member"], after["board"]) == (before["member"], before["board"])

    check()


def raw_frames(target: Target, cases: int) -> None:
    """Bytes instead of websocket frames; whoever sends them may be cut off, nobody else."""
    dice = random.Random(11)
    before = target.rows()
    for _ in range(cases):
        target.cases += 1
        client = Client(target.hall.server, target.hall.world.tokens["ann"])
        body = dice.randbytes(dice.randrange(0, 200))
        head = bytes([dice.randrange(256), dice.randrange(256)])
        kind = dice.randrange(4)
        if kind == 0:
            data = body
        elif kind == 1:
            data = head + body
        elif kind == 2:  # a proper frame of nonsense
            data = bytes([0x81, 0x80 | min(len(body), 125)]) + b"\0\0\0\0" + body[:125]
        else:  # says it is longer than it is
            data = (
                bytes([0x81, 0xFF])
                + struct.pack(">Q", dice.choice([2**63, 2**31, 70_000, 10**12]))
                + b"\0\0\0\0"
                + body
            )
        with contextlib.suppress(Gone):
            client.send_bytes(data)
        client.close()
    target.still_serves()
    assert target.rows() == before


def test_fuzzed_messages(target: Target):
    fuzz(target, 1500)


def test_raw_bytes(target: Target):
    raw_frames(target, 40)


def test_a_stored_key_is_not_taken_by_another(target: Target):
    """What Hypothesis finds rarely: the key of one member, sent by another, makes an idea of the other's own."""
    board, key = target.hall.board(), str(uuid.uuid4())
    payload = {"key": key, "board": board, "text": "Words", "language": "en"}
    ideas = {
        target.client(name).ok("idea:post", **payload)["idea"]["id"] for name in ("witness", "ann") for _ in range(2)
    }
    assert len(ideas) == 2


@pytest.mark.torture
@pytest.mark.timeout(3000)
def test_twenty_thousand_messages(target: Target):
    before = target.cases
    fuzz(target, 20_000)
    raw_frames(target, 500)
    assert target.cases - before >= 20_000
