"""The wire over real sockets, in both async modes. The server is a subprocess: pytest stays unpatched."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVER = """
import sys
mode, port, ping = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if mode == "eventlet":
    import eventlet
    eventlet.monkey_patch()
import importlib.util, logging
from youthforum.live import fanout
from flask import Flask, current_app
logging.getLogger("werkzeug").setLevel(logging.ERROR)
app = Flask(__name__)
wire = fanout.make_socketio(app, async_mode=mode, allowed_origins=["https://partner.example"],
                            ping_interval=ping, ping_timeout=ping)
gone = []

def dispatch(sid, event, data):
    assert current_app.name
    if event == "enter":
        return {"ok": wire.enter(sid, data["room"])}
    if event == "leave":
        wire.leave(sid, data["room"])
    if event == "shout":
        for n in range(data["times"]):
            wire.broadcast(data["room"], "change", {"n": n, "pad": "ж" * data.get("pad", 0)})
    if event == "slow":
        wire.sleep(1)
    if event == "out":
        wire.send_to(sid, "sign-out", {"reason": "test"})
        wire.disconnect(sid)
    if event == "fail":
        raise RuntimeError("meant to fail")
    if event == "state":
        return {"refused": dict(wire.refused), "gone": gone, "members": len(wire.members(data["room"])),
                "sockets": len(wire.server.eio.sockets), "eventlet": "eventlet" in sys.modules}
    return {"ok": event != "unknown", "echo": data}

wire.on_events(dispatch, connect=lambda sid, environ, auth: (auth or {}).get("token") != "wrong",
               disconnect=lambda sid, reason: gone.append(reason))
if mode == "eventlet":
    import eventlet.wsgi
    listener = eventlet.listen(("127.0.0.1", port), backlog=4096, reuse_port=False)
    eventlet.wsgi.server(listener, app, max_size=20000, log_output=False)
else:
    wire.run(app, port=port, allow_unsafe_werkzeug=True)
"""


class Server:
    def __init__(self, mode: str, folder: Path, ping: int = 25) -> None:
        self.mode = mode
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SERVER, mode, str(self.port), str(ping)],
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 15
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise AssertionError(self.log.read_text()) from None
                time.sleep(0.05)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, query: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            link.request(method, "/socket.io/?EIO=4&transport=polling" + query, body, headers)
            answer = link.getresponse()
            return answer.status, answer.read()
        finally:
            link.close()


# Sockets that tests have opened; each test leaves none behind.
opened: list[socket.socket] = []


class Person:
    """A raw websocket client that speaks Engine.IO 4. No wait is longer than ten seconds."""

    def __init__(self, server: Server, *, connect: bool = True, small: bool = False, **headers: str) -> None:
        self.events: list[dict] = []
        self.order: list[tuple[str, object]] = []
        self.buffer, self.number, self.pongs = b"", 0, True
        self.sock = socket.socket()
        opened.append(self.sock)
        self.sock.settimeout(10)
        if small:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.sock.connect(("127.0.0.1", server.port))
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall(
            "\r\n".join(
                [
                    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
                    f"Host: 127.0.0.1:{server.port}",
                    "Upgrade: websocket",
                    "Connection: Upgrade",
                    "Sec-WebSocket-Version: 13",
                    f"Sec-WebSocket-Key: {key}",
                    "Sec-WebSocket-Extensions: permessage-deflate",
                    *lines,
                    "\r\n",
                ]
            ).encode()
        )
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self._read()
        self.head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        self.status = int(self.head.split()[1])
        if connect:
            assert self.status == 101, self.head
            assert self.receive().startswith("0{")
            self.send('40{"token":"right"}')
            assert self.receive().startswith("40{")

    def _read(self) -> bytes:
        data = self.sock.recv(65536)
        if not data:
            raise ConnectionError("the server hung up")
        return data

    def raw(self, payload: bytes, opcode: int = 1, final: bool = True) -> None:
        size = len(payload)
        first = opcode | (0x80 if final else 0)
        if size < 126:
            head = struct.pack("!BB", first, 0x80 | size)
        elif size < 65536:
            head = struct.pack("!BBH", first, 0xFE, size)
        else:
            head = struct.pack("!BBQ", first, 0xFF, size)
        mask = os.urandom(4)
        key = (mask * (size // 4 + 1))[:size]
        body = (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")
        self.sock.sendall(head + mask + body)

    def send(self, text: str) -> None:
        self.raw(text.encode())

    def receive(self) -> str:
        """The next text message. ConnectionError once the server closes, AssertionError for torn frames."""
        while True:
            while len(self.buffer) < 10 and not self._complete():
                self.buffer += self._read()
            first, size, at = self.buffer[0], self.buffer[1], 2
            if size == 126:
                size, at = struct.unpack("!H", self.buffer[2:4])[0], 4
            elif size == 127:
                size, at = struct.unpack("!Q", self.buffer[2:10])[0], 10
            while len(self.buffer) < at + size:
                self.buffer += self._read()
            body, self.buffer = self.buffer[at : at + size], self.buffer[at + size :]
            assert first in (0x81, 0x88, 0x8A), f"a torn frame: {first:#x}"
            if first == 0x88:
                raise ConnectionError(f"closed {struct.unpack('!H', body[:2])[0] if body else ''}")
            if first == 0x81 and body != b"2":
                return body.decode()
            if body == b"2" and self.pongs:
                self.send("3")

    def _complete(self) -> bool:
        return len(self.buffer) >= 2 and self.buffer[1] < 126 and len(self.buffer) >= 2 + self.buffer[1]

    def issue(self, event: str, data: object) -> int:
        self.number += 1
        self.send(f"42{self.number}" + json.dumps([event, data]))
        return self.number

    def until_ack(self, number: int) -> dict:
        while True:
            text = self.receive()
            if text.startswith("43"):
                at = text.index("[")
                self.order.append(("ack", int(text[2:at])))
                if int(text[2:at]) == number:
                    return json.loads(text[at:])[0]
            elif text.startswith("42"):
                name, data = json.loads(text[2:])
                self.events.append(data)
                self.order.append((name, data.get("n")))

    def call(self, event: str, data: object) -> dict:
        return self.until_ack(self.issue(event, data))

    def closed(self, patience: float = 5) -> str:
        """Why the server ended this connection; fails when it didn't within `patience` seconds."""
        self.sock.settimeout(patience)
        try:
            while True:
                self.receive()
        except TimeoutError:
            raise AssertionError("still connected") from None
        except OSError as error:
            return str(error)


@pytest.fixture(scope="module", params=["eventlet", "threading"])
def server(request, tmp_path_factory):
    running = Server(request.param, tmp_path_factory.mktemp(request.param))
    yield running
    running.process.terminate()
    running.process.wait(10)


@pytest.fixture(autouse=True)
def all_closed():
    yield
    while opened:
        opened.pop().close()


def eventually(check, patience: float = 5.0) -> None:
    deadline = time.monotonic() + patience
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_acks_and_broadcasts_keep_the_order_of_issue(server):
    ann, ben = Person(server), Person(server)
    for person in (ann, ben):
        assert person.call("enter", {"room": "order"})["ok"]
    numbers = []
    for _ in range(10):
        numbers.append(ann.issue("shout", {"room": "order", "times": 5}))
    ann.until_ack(numbers[-1])
    expected = []
    for number in numbers:
        expected += [("change", n) for n in range(5)] + [("ack", number)]
    assert ann.order[-60:] == expected
    while len(ben.events) < 50:
        ben.events.append(json.loads(ben.receive()[2:])[1])
    assert [event["n"] for event in ben.events] == list(range(5)) * 10


def test_events_of_one_client_wait_for_each_other_and_for_nobody_else(server):
    ann, ben = Person(server), Person(server)
    slow = ann.issue("slow", {})
    quick = ann.issue("quick", {})
    begun = time.monotonic()
    ben.call("hello", {})
    assert time.monotonic() - begun < 0.5
    ann.until_ack(quick)
    assert ann.order == [("ack", slow), ("ack", quick)]


def test_compression_is_not_negotiated(server):
    assert b"extensions" not in Person(server).head.lower()


def test_large_broadcasts_reach_a_slow_reader_whole(server):
    slow, loud = Person(server, small=True), Person(server)
    for person in (slow, loud):
        person.call("enter", {"room": "large"})
    loud.call("shout", {"room": "large", "times": 30, "pad": 20_000})
    time.sleep(0.5)
    pings = [slow.issue("echo", {"k": k}) for k in range(5)]
    slow.until_ack(pings[-1])
    assert [event["n"] for event in slow.events] == list(range(30))
    assert all(event["pad"] == "ж" * 20_000 for event in slow.events)


def test_who_does_not_read_is_cut_off_and_nobody_else_notices(server):
    stuck, loud, reader = Person(server, small=True), Person(server), Person(server)
    for person in (stuck, loud, reader):
        person.call("enter", {"room": "stuck"})
    worst = 0.0
    for _ in range(40):
        begun = time.monotonic()
        loud.call("shout", {"room": "stuck", "times": 10, "pad": 3000})
        worst = max(worst, time.monotonic() - begun)
        while len(reader.events) < 10:
            reader.events.append(json.loads(reader.receive()[2:])[1])
        worst = max(worst, time.monotonic() - begun)
        reader.events.clear()
    assert worst < 1.5

    def cut_off() -> bool:
        loud.call("shout", {"room": "stuck", "times": 1})  # a thread notices who is late at the next send
        return "slow reader" in loud.call("state", {"room": "stuck"})["gone"]

    eventually(cut_off, 12)
    state = loud.call("state", {"room": "stuck"})
    assert state["members"] == 2
    assert state["refused"]["slow reader"] == 1


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "{own}.evil.example", "{own}0", "", "{other}"])
def test_foreign_origins_are_refused_on_both_transports(server, origin):
    origin = origin.format(own=server.origin, other=server.origin.replace("http:", "https:"))
    assert server.ask("GET", "", Origin=origin)[0] == 403
    assert Person(server, connect=False, Origin=origin).status == 403


def test_own_configured_and_absent_origins_are_welcome(server):
    for headers in ({"Origin": server.origin}, {"Origin": "https://partner.example"}, {}):
        assert server.ask("GET", "", **headers)[0] == 200
        Person(server, **headers)


def test_jsonp_and_cross_site_requests_without_origin_are_refused(server):
    assert server.ask("GET", "&j=0")[0] == 403
    assert server.ask("GET", "", **{"Sec-Fetch-Site": "cross-site"})[0] == 403


BAD = {
    "binary event": (b'451-["x",{"_placeholder":true,"num":0}]', 1),
    "binary ack": (b"461-1[]", 1),
    "attachments on a text event": (b'425-["x",{}]', 1),
    "binary frame": (b"\x04hello", 2),
    "base64 binary": (b"bAAAA", 1),
    "not JSON": (b'421["x",', 1),
    "not a number": (b'421["x",NaN]', 1),
    "no event": (b"421{}", 1),
    "event is no text": (b"421[7,{}]", 1),
    "nested": (b"421" + b"[" * 30_000, 1),
    "unknown type": (b"49", 1),
    "empty message": (b"", 1),
    "empty packet": (b"4", 1),
    "no UTF-8": (b'421["\xff"]', 1),
    "ack nobody asked for": (b"431[]", 1),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_packet_ends_its_sender_only(server, name):
    bad, good = Person(server), Person(server)
    before = len(server.log.read_text())
    payload, opcode = BAD[name]
    bad.raw(payload, opcode)
    bad.closed()
    assert good.call("hello", {"a": 1})["echo"] == {"a": 1}
    assert "Traceback" not in server.log.read_text()[before:]


def test_a_bad_polling_packet_ends_its_sender_only(server):
    sid = json.loads(server.ask("GET", "")[1][1:])["sid"]
    assert server.ask("POST", f"&sid={sid}", b"40")[0] == 200
    assert server.ask("GET", f"&sid={sid}")[1].startswith(b"40")
    server.ask("POST", f"&sid={sid}", b"bAAAA")
    eventually(lambda: server.ask("GET", f"&sid={sid}")[0] == 400)
    assert "Traceback" not in server.log.read_text()


def test_polling_works_and_moves_to_websocket_in_order(server):
    sid = json.loads(server.ask("GET", "", Origin=server.origin)[1][1:])["sid"]
    server.ask("POST", f"&sid={sid}", b"40")
    assert server.ask("GET", f"&sid={sid}")[1].startswith(b"40")
    server.ask("POST", f"&sid={sid}", b'421["enter",{"room":"poll"}]\x1e422["shout",{"room":"poll","times":3}]')
    got = server.ask("GET", f"&sid={sid}")[1].split(b"\x1e")
    assert [packet[:3] for packet in got] == [b"431", b"42[", b"42[", b"42[", b"432"]


def test_too_large_is_answered_and_far_too_large_is_cut_off(server):
    ann, ben = Person(server), Person(server)
    answer = ann.call("idea:post", {"text": "x" * 70_000})
    assert answer["ok"] is False and answer["error"]["code"] == "invalid"
    assert ann.call("hello", {"still": "here"})["ok"]
    assert ann.call("hello", {"text": "x" * 60_000})["ok"]
    with contextlib.suppress(OSError):
        ann.raw(b'429["x","' + b"x" * 3_000_000 + b'"]')
    ann.closed()
    assert ben.call("hello", {})["ok"]


def test_fragments_are_put_together_within_the_limit(server):
    ann, bad = Person(server), Person(server)
    ann.raw(b'427["hello",', final=False)
    ann.raw(b"ping", opcode=9)
    ann.raw(b'{"a":1}]', opcode=0)
    assert ann.until_ack(7)["echo"] == {"a": 1}
    with pytest.raises(OSError):  # which one depends on who is quicker
        bad.raw(b'428["hello","', final=False)
        for _ in range(400):
            bad.raw(b"x" * 60_000, opcode=0, final=False)
        bad.receive()


def test_joins_and_leaves_during_broadcasts(server):
    loud = Person(server)
    people = [Person(server) for _ in range(10)]
    errors: list[BaseException] = []

    def wander(person: Person) -> None:
        try:
            for _ in range(5):
                assert person.call("enter", {"room": "busy"})["ok"]
                person.call("leave", {"room": "busy"})
            person.sock.close()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=wander, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for _ in range(20):
        loud.call("shout", {"room": "busy", "times": 5})
    for thread in threads:
        thread.join(10)
    assert not errors
    assert loud.call("state", {"room": "busy"})["members"] == 0
    assert "Traceback" not in server.log.read_text()


def test_disconnect_tells_why_and_empties_the_rooms(server):
    ann, ben = Person(server), Person(server)
    ann.call("enter", {"room": "going"})
    ann.issue("out", {})
    texts = []
    with pytest.raises(ConnectionError):
        while True:
            texts.append(ann.receive())
    assert texts[0] == '42["sign-out",{"reason":"test"}]' and "41" in texts
    assert ben.call("state", {"room": "going"})["members"] == 0
    eventually(lambda: "server disconnect" in ben.call("state", {"room": "going"})["gone"])


def test_a_refused_connection_gets_no_further(server):
    ann = Person(server, connect=False)
    ann.receive()
    ann.send('40{"token":"wrong"}')
    assert ann.receive().startswith("44")
    ann.send('421["hello",{}]')
    ann.sock.settimeout(0.3)
    with pytest.raises(TimeoutError):
        ann.receive()


def test_an_error_of_ours_is_answered(server):
    assert Person(server).call("fail", {})["error"]["code"] == "internal"
    server.log.write_text("")  # the one traceback that belongs there


def test_threading_never_imports_eventlet(server):
    assert Person(server).call("state", {"room": "x"})["eventlet"] == (server.mode == "eventlet")


@pytest.mark.parametrize("mode", ["eventlet", "threading"])
def test_pings_keep_the_living_and_let_go_of_the_rest(mode, tmp_path):
    server = Server(mode, tmp_path, ping=1)
    try:
        alive, silent, nameless = Person(server), Person(server), Person(server, connect=False)
        silent.pongs = False
        threads = [threading.Thread(target=person.closed, args=(8,)) for person in (silent, nameless)]
        for thread in threads:
            thread.start()
        begun = time.monotonic()
        while any(thread.is_alive() for thread in threads):
            assert time.monotonic() < begun + 7
            assert alive.call("hello", {})["ok"]
            time.sleep(0.05)
        state = alive.call("state", {"room": "x"})
        assert state["gone"] == ["ping timeout"]
        assert state["refused"] == {"no connect": 1}
        eventually(lambda: alive.call("state", {"room": "x"})["sockets"] == 1)
    finally:
        server.process.terminate()
        server.process.wait(10)
