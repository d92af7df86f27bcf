"""What must not be sent: a clear code, words in the member's language, nothing stored, nobody else disturbed."""

from __future__ import annotations

import os
import struct
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.client import Client
from tests.live.hall import TRANSLATED, Hall
from tests.serving.server import eventually

K = "0b3f0f6e-6a0e-4f0e-9b7e-2f6f0f8c4a11"


@pytest.fixture(scope="module")
def room(hall: Hall) -> dict[str, Any]:
    """A board with one idea by Ann, one of opinions, one with voting closed, one frozen."""
    with hall.client("ann") as ann:
        boards = {
            name: hall.board(closed=name == "closed", kind="opinions" if name == "opinions" else "dots")
            for name in ("dots", "opinions", "closed", "frozen")
        }
        ideas = {name: hall.idea(ann, board) for name, board in boards.items()}
        ann.ok("idea:edit", idea=ideas["dots"], text="Second words", base=1)
        hall.ask("olga", "POST", f"/boards/{boards['frozen']}/freeze", {"frozen": True})
        other = hall.idea(ann, boards["dots"])
    for name in ("ann", "ben", "cat"):
        hall.ask(name, "POST", f"/ideas/{other}/dots", {"dots": 3})
    return {"boards": boards, "ideas": ideas, "column": hall.columns(boards["opinions"])[0], "hall": hall}


def post(board: int, text: Any = "Words", **more: Any) -> tuple[str, dict[str, Any]]:
    return "idea:post", {"key": str(uuid.uuid4()), "board": board, "text": text, "language": "en"} | more


# name → (event and payload, code, field)
BAD: dict[str, Any] = {
    "too long": (lambda r: post(r["boards"]["dots"], "x" * 501), "invalid", "text"),
    "empty": (lambda r: post(r["boards"]["dots"], ""), "invalid", "text"),
    "blank": (lambda r: post(r["boards"]["dots"], " \n\t "), "invalid", "text"),
    "no text": (lambda r: ("idea:post", {"key": K, "board": r["boards"]["dots"]}), "invalid", "text"),
    "control character": (lambda r: post(r["boards"]["dots"], "a\x00b"), "invalid", "text"),
    "escape": (lambda r: post(r["boards"]["dots"], "a\x1b[31m"), "invalid", "text"),
    "reversing mark": (lambda r: post(r["boards"]["dots"], "a\u202eb"), "invalid", "text"),
    "half a character": (lambda r: post(r["boards"]["dots"], "a\ud800b"), "invalid", "text"),
    "text is a number": (lambda r: post(r["boards"]["dots"], 7), "invalid", "text"),
    "text is a list": (lambda r: post(r["boards"]["dots"], ["a"]), "invalid", "text"),
    "key is none": (lambda r: post(r["boards"]["dots"], key="1234"), "invalid", "key"),
    "key is a number": (lambda r: post(r["boards"]["dots"], key=5), "invalid", "key"),
    "board as text": (lambda r: post(str(r["boards"]["dots"])), "invalid", "board"),
    "board is true": (lambda r: post(True), "invalid", "board"),
    "board is half": (lambda r: post(1.5), "invalid", "board"),
    "unknown board": (lambda r: post(2**31 - 1), "not_found", "board"),
    "negative board": (lambda r: post(-1), "invalid", "board"),
    "huge board": (lambda r: post(10**40), "invalid", "board"),
    "column of another board": (
        lambda r: post(r["boards"]["dots"], column=r["column"]),
        "invalid",
        "column",
    ),
    "unknown language": (lambda r: post(r["boards"]["dots"], language="tlh"), "invalid", "language"),
    "unknown field": (lambda r: post(r["boards"]["dots"], author=1), "invalid", "author"),
    "__proto__": (lambda r: post(r["boards"]["dots"], __proto__={"ok": True}), "invalid", "__proto__"),
    "__class__": (lambda r: post(r["boards"]["dots"], __class__="x"), "invalid", "__class__"),
    "stale edit": (
        lambda r: ("idea:edit", {"idea": r["ideas"]["dots"], "text": "Other words", "base": 1}),
        "conflict",
        "text",
    ),
    "edit in the future": (
        lambda r: ("idea:edit", {"idea": r["ideas"]["dots"], "text": "Other words", "base": 10**30}),
        "conflict",
        "text",
    ),
    "unknown idea": (lambda r: ("vote:dots", {"idea": 2**31 - 1, "dots": 1}), "not_found", "idea"),
    "voting not open": (lambda r: ("vote:dots", {"idea": r["ideas"]["closed"], "dots": 1}), "voting_closed", None),
    "over the cap": (lambda r: ("vote:dots", {"idea": r["ideas"]["dots"], "dots": 4}), "over_cap", "dots"),
    "over budget": (lambda r: ("vote:dots", {"idea": r["ideas"]["dots"], "dots": 3}), "over_budget", "dots"),
    "negative dots": (lambda r: ("vote:dots", {"idea": r["ideas"]["dots"], "dots": -1}), "invalid", "dots"),
    "half a dot": (lambda r: ("vote:dots", {"idea": r["ideas"]["dots"], "dots": 0.5}), "invalid", "dots"),
    "dots as text": (lambda r: ("vote:dots", {"idea": r["ideas"]["dots"], "dots": "1"}), "invalid", "dots"),
    "dots for opinions": (lambda r: ("vote:dots", {"idea": r["ideas"]["opinions"], "dots": 1}), "wrong_kind", None),
    "an opinion for dots": (
        lambda r: ("vote:opinion", {"idea": r["ideas"]["dots"], "opinion": 1}),
        "wrong_kind",
        None,
    ),
    "a strong opinion": (
        lambda r: ("vote:opinion", {"idea": r["ideas"]["opinions"], "opinion": 2}),
        "invalid",
        "opinion",
    ),
    "frozen": (lambda r: ("idea:withdraw", {"idea": r["ideas"]["frozen"]}), "frozen", None),
    "a moderator's business": (
        lambda r: ("idea:hide", {"idea": r["ideas"]["dots"], "reason": "x"}),
        "wrong_role",
        None,
    ),
    "no channel": (lambda r: ("watch", {"channel": 7}), "invalid", "channel"),
    "a strange channel": (lambda r: ("watch", {"channel": "board:1:de"}), "invalid", "channel"),
    "a person's room": (lambda r: ("watch", {"channel": "person:1"}), "not_found", "channel"),
    "somewhere far": (lambda r: ("watch", {"channel": "board:999999999999"}), "not_found", None),
    "a far forum": (lambda r: ("watch", {"channel": "forum:999999999999"}), "not_found", None),
    "after is text": (lambda r: ("watch", {"channel": "board:1", "after": "1"}), "invalid", "after"),
    "here but not there": (lambda r: ("here", {"channel": "board:1", "writing": True}), "not_found", "channel"),
    "writing is a word": (lambda r: ("here", {"channel": "board:1", "writing": "yes"}), "invalid", "writing"),
    "a huge forum": (lambda r: ("forum:phase", {"forum": 10**30, "phase": "draft"}), None, None),
    "an event of nobody": (lambda r: ("idea:destroy", {"idea": 1}), "invalid", "event"),
    "the server's own event": (lambda r: ("change", {"channel": "board:1"}), "invalid", "event"),
    "disconnect as an event": (lambda r: ("disconnect", {}), "invalid", "event"),
    "connect as an event": (lambda r: ("connect", {}), "invalid", "event"),
    "a list": (lambda r: ("idea:post", []), "invalid", None),
    "nothing": (lambda r: ("idea:post", None), "invalid", None),
    "a word": (lambda r: ("idea:post", "hello"), "invalid", None),
    "nested": (lambda r: ("idea:post", _nested(400)), "invalid", None),
}


def _nested(depth: int) -> Any:
    value: Any = {}
    for _ in range(depth):
        value = {"a": [value]}
    return value


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_by_name_and_stores_nothing(room: dict[str, Any], people: dict[str, Client], name: str):
    make, code, field = BAD[name]
    event, payload = make(room)
    before = room.pop("stored", None) or _stored(room)
    words = set()
    # Ann for what only the author may do; the others for the languages.
    answer = people["ann"].call(event, payload)
    assert answer["ok"] is False and set(answer) == {"ok", "error"}, answer
    error = answer["error"]
    assert error["code"] not in ("internal", "unavailable") and (code is None or error["code"] == code), error
    assert field is None or error.get("field") == field, error
    assert error["message"].strip() and "Traceback" not in error["message"]
    for name_ in ("ann", "ben", "cat"):
        words.add(people[name_].call(event, payload)["error"]["message"])
    assert len(words) == 3 or not TRANSLATED, words
    assert people["cat"].call("watch", {"channel": f"board:{room['boards']['dots']}", "after": None})["ok"]
    room["stored"] = _stored(room)
    assert room["stored"] == before


@pytest.fixture(scope="module")
def people(hall: Hall) -> Iterator[dict[str, Client]]:
    clients = {name: hall.client(name) for name in ("ann", "ben", "cat")}
    yield clients
    for client in clients.values():
        assert not client.closed
        client.close()


def _stored(room: dict[str, Any]) -> Any:
    boards = [room["hall"].read("olga", board) for board in room["boards"].values()]
    return [(body["revision"], body["ideas"], body.get("tally")) for body in boards]


def test_a_message_of_64_kib_is_answered_not_stored(room: dict[str, Any]):
    hall, board = room["hall"], room["boards"]["dots"]
    before = _stored(room)
    with hall.client("ann") as ann, hall.client("ben") as ben:
        event, payload = post(board, "ж" * 40_000)
        error = ann.refusal(event, **payload)
        assert error["code"] == "invalid"
        assert len({error["message"], ben.refusal(event, **payload)["message"]}) == 2 or not TRANSLATED
        assert ann.watch(f"board:{board}")["ok"]
        assert (
            hall.server.ask("POST", f"/api/v1/boards/{board}/ideas", {"key": K, "text": "x" * 70_000}, token=ann.token)[
                0
            ]
            == 413
        )
    assert _stored(room) == before


FRAMES = {
    "binary frame": bytes([0x82, 0x85]) + b"\0\0\0\0" + b"\x04abcd",
    "binary event": b'451-["idea:post",{"_placeholder":true,"num":0}]',
    "not JSON": b'421["idea:post",{"board":',
    "no number": b'42["watch"',
    "event is a number": b"421[7,{}]",
    "unknown packet": b"49nothing",
    "not a number in JSON": b'421["vote:dots",{"idea":1,"dots":NaN}]',
    "no UTF-8": b'421["\xff\xfe",{}]',
    "unmasked": bytes([0x81, 0x03]) + b"421",
    "reserved bits": bytes([0xF1, 0x83]) + b"\0\0\0\0" + b"421",
    "random": os.urandom(512),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_bad_frame_ends_at_most_its_senders_connection(room: dict[str, Any], name: str):
    hall, data = room["hall"], FRAMES[name]
    raw = data[:1] in (b"\x82", b"\x81", b"\xf1") or name == "random"
    with hall.client("ann") as ann, hall.client("ben") as ben:
        ben.watch(f"board:{room['boards']['dots']}")
        ann.send_bytes(data if raw else bytes([0x81, 0xFE]) + struct.pack(">H", len(data)) + b"\0\0\0\0" + data)
        if name == "random":
            ann.close()
        ann.wait_closed()
        assert ben.watch(f"board:{room['boards']['dots']}")["ok"] and not ben.closed


def test_what_has_no_acknowledgement_number_is_still_handled(room: dict[str, Any]):
    hall, board = room["hall"], room["boards"]["opinions"]
    with hall.client("ann") as ann:
        ann.send(f'42["vote:opinion",{{"idea":{room["ideas"]["opinions"]},"opinion":1}}]')
        ann.send('42["vote:opinion",{"idea":"no"}]')
        eventually(lambda: ann.watch(f"board:{board}")["mine"] == {str(room["ideas"]["opinions"]): 1})
        ann.ok("vote:opinion", idea=room["ideas"]["opinions"], opinion=None)
        room.pop("stored", None)


def test_a_flood_is_told_to_slow_down_and_others_are_not(tmp_path: Path):
    hall = Hall.open(tmp_path / "instance", RATES_ENABLED="true")
    with hall.server, hall.client("ann") as ann, hall.client("ben") as ben:
        numbers = [ann.post("unwatch", {"channel": "board:1"}) for _ in range(200)]
        answers = [ann.answer(number) for number in numbers]
        refused = [answer["error"] for answer in answers if not answer["ok"]]
        assert len(refused) == 50 and {error["code"] for error in refused} == {"slow_down"}
        assert all(1 <= error["retry_after"] <= 10 and error["message"] for error in refused)
        assert ben.ok("unwatch", channel="board:1")
        status, body = hall.server.ask(
            "POST", f"/api/v1/ideas/{hall.world.ideas['dots'][0]}/dots", {"dots": 1}, token=ann.token
        )
        assert status == 429 and body["error"]["code"] == "slow_down" and body["error"]["retry_after"] >= 1
        assert not ann.closed
