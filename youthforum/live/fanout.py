"""From "here is an event for a room" to bytes on sockets: server, rooms, refusals, slow readers.

`make_socketio(app, …)` gives a `Wire`: a Flask-SocketIO server that checks origins, refuses what we never
speak (binary packets, JSONP, compression), runs our own `dispatch` for events, and sends cheaply. Each
app has its own; nothing is kept at module level. A Wire reaches the sockets of its own process only.

Under eventlet every websocket has one list of frames to send, `out`. Acknowledgements, broadcasts and
pings are appended when they are issued and leave from the front, together, in one send call: the order is
the order of issue and frames can't interleave. A broadcast builds its frame once; one greenlet, the post,
carries it out in slices, so that acknowledgements get through meanwhile. A client whose kernel buffer is
full gets a greenlet until it has caught up or is cut off. TLS ends at the proxy. Call a Wire from the
event loop's thread, never from inside `blocking()`. Under ASYNC_MODE=threading upstream's queues are
used, and eventlet is not imported.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import logging
import re
import socket as net
import struct
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import engineio
import flask_socketio
import simple_websocket  # type: ignore[import-untyped]
import socketio
from engineio import exceptions
from engineio import packet as eio
from engineio.async_drivers._websocket_wsgi import SimpleWebSocketWSGI
from engineio.payload import Payload
from engineio.socket import Socket
from flask import Flask
from socketio import packet as sio

LIMIT = 64 * 1024  # bytes of one message that is read and handled
ANSWERED = 1024 * 1024  # bytes up to which a larger one is skipped and answered; beyond, a cut
BEHIND_PACKETS, BEHIND_SECONDS = 200, 5.0
SLICE = 200  # sockets written before others get a turn: about 2 ms
LAST_WORDS = 1.0  # seconds for a client to read why it is disconnected
HEAD = 256  # bytes of a skipped message that are looked at, for its number and event
FAILED = {"ok": False, "error": {"code": "internal", "message": "Internal error"}}
TOO_LARGE = {"ok": False, "error": {"code": "invalid", "message": "More than 64 KiB"}}

log = logging.getLogger("youthforum.live.fanout")
Dispatch = Callable[[str, str, Any], dict[str, Any]]
Connect = Callable[[str, dict[str, Any], Any], "bool | None"]
Disconnect = Callable[[str, str], None]
TooLarge = Callable[[str, str], dict[str, Any]]


class Refused(Exception):
    """A client broke the protocol: counted under `reason`, disconnected with the websocket close `code`."""

    def __init__(self, reason: str, code: int = 1002) -> None:
        super().__init__(reason)
        self.reason, self.code = reason, code


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


class _Json:
    """Compact, Cyrillic unescaped (a third of the size), no NaN either way: browsers can't read it."""

    encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    decoder = json.JSONDecoder(parse_constant=_no_constant)

    @classmethod
    def dumps(cls, value: Any, **_: Any) -> str:
        return cls.encoder.encode(value)

    @classmethod
    def loads(cls, text: str, **_: Any) -> Any:
        return cls.decoder.decode(text)


class _Packet(sio.Packet):
    uses_binary_events = False  # spares a walk through every payload in search of bytes
    json = _Json

    def decode(self, encoded_packet: Any) -> int:
        text = isinstance(encoded_packet, str)
        if not text or encoded_packet[0] in "56" or super().decode(encoded_packet):
            raise Refused("binary", 1003)
        name = self.data[0] if isinstance(self.data, list) and self.data else None
        shape = {sio.CONNECT: self.data is None or isinstance(self.data, dict), sio.DISCONNECT: True}
        if not shape.get(self.packet_type, self.packet_type == sio.EVENT and isinstance(name, str)):
            raise Refused("malformed")
        return 0


def _frame(text: str | bytes, opcode: int = 1) -> bytes:
    """One server frame. A lone surrogate becomes "?": invalid UTF-8 would close every reader's socket."""
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    size = len(data)
    if size < 126:
        return struct.pack("!BB", 0x80 | opcode, size) + data
    if size < 65536:
        return struct.pack("!BBH", 0x80 | opcode, 126, size) + data
    return struct.pack("!BBQ", 0x80 | opcode, 127, size) + data


def _tune(raw: net.socket) -> net.socket:
    """Nagle would hold a small frame back until the one before is acknowledged: up to 40 ms. The kernel may
    keep 128 KiB (it doubles the figure) for one who doesn't read, instead of growing to megabytes."""
    raw.setsockopt(net.IPPROTO_TCP, net.TCP_NODELAY, 1)
    raw.setsockopt(net.SOL_SOCKET, net.SO_SNDBUF, LIMIT)
    return raw


class _Threaded(SimpleWebSocketWSGI):
    """simple-websocket with our limits; by itself it has none, and a bad packet would print a traceback."""

    def __init__(self, handler: Any, server: Any) -> None:
        super().__init__(handler, server, max_message_size=ANSWERED)
        self.client = handler.__self__

    def wait(self) -> str | None:
        refused, server = "malformed", self.client.server
        while True:
            try:
                text = self.ws.receive(timeout=1.0)  # in turns: it can miss that it has closed by itself
            except simple_websocket.ConnectionClosed:
                return None
            if text is None:
                continue
            if isinstance(text, bytes) or text[:1] == "b":
                refused = "binary"
            elif text and text[0] in "1234567":
                if len(text.encode("utf-8", "replace")) <= LIMIT:
                    return str(text)
                server.sio.too_large(self.client.sid, text[:HEAD])
                continue
            server.refused[refused] += 1
            return None


class _Client(Socket):
    """One connection; as it stands a polling one, or any in threading mode: upstream's queue, with limits."""

    since = 0.0  # monotonic seconds at which the oldest packet that waits was issued
    raw: net.socket | None = None
    parting: str | None = None  # why it is being disconnected
    last_ping: float | None

    def send(self, pkt: Any) -> None:
        waiting, now = self.queue.qsize(), time.monotonic()
        if not waiting:
            self.since = now
        behind = waiting >= BEHIND_PACKETS or (waiting and now - self.since > BEHIND_SECONDS)
        if behind and not self.closing:
            self.cut("slow reader")
        elif not self.closed:
            self.queue.put(pkt)

    def cut(self, reason: str) -> None:
        """Hang up without waiting for anything to be read."""
        if self.parting is not None:
            return
        self.server.refused[reason] += 1
        self.farewell(reason)
        if self.raw is not None:
            with contextlib.suppress(OSError):
                self.raw.shutdown(net.SHUT_RDWR)

    def farewell(self, reason: str, code: int = 1000) -> None:
        """Let go of it after what was already issued; its handlers run elsewhere, nobody waits for them."""
        if self.parting is None:
            self.parting = reason
            self.server.start_background_task(self.close, reason=reason)

    def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        # The first reason counts: a reader that finds its socket shut says "transport close". And no waiting:
        # nobody may be there to empty the queue.
        super().close(wait=False, abort=abort, reason=self.parting or reason)

    def _websocket_handler(self, ws: Any) -> Any:
        self.raw = raw = _tune(ws.ws.sock)
        try:
            return super()._websocket_handler(ws)
        finally:  # closing is not enough while the web server holds a file on the socket
            with contextlib.suppress(OSError):
                raw.shutdown(net.SHUT_RDWR)

    def _send_ping(self) -> None:
        self.server.sleep(self.server.ping_interval)
        self.ping()

    def ping(self) -> None:
        if self.closed or self.closing:
            return
        if not self.server.sio.manager.sid_from_eio_sid(self.sid, "/"):
            return self.cut("no connect")  # it never said CONNECT, or was refused
        self.last_ping = time.time()
        self.send(eio.Packet(eio.PING))

    def handle_post_request(self, environ: dict[str, Any]) -> None:
        """One polling POST. EngineIOError, so status 400 and the end, for what can't be understood."""
        length, source = int(environ.get("CONTENT_LENGTH") or 0), environ["wsgi.input"]
        try:
            if length > ANSWERED:
                raise Refused("too large")
            body = source.read(min(length, LIMIT))
            if length > LIMIT:
                for left in range(length - LIMIT, 0, -LIMIT):
                    source.read(min(left, LIMIT))
                return self.server.sio.too_large(self.sid, body[:HEAD].decode("utf-8", "replace"))
            for pkt in Payload(encoded_payload=body.decode()).packets:
                if not self.closed:
                    self.receive(pkt)
        except (ValueError, LookupError, RecursionError, exceptions.EngineIOError, Refused) as error:
            self.server.refused[error.reason if isinstance(error, Refused) else "malformed"] += 1
            raise exceptions.EngineIOError from None


class _GreenClient(_Client):
    """Under eventlet a websocket is read and written here: one greenlet, few system calls, no timers."""

    upgraded: bool
    connected: bool
    live = False  # a websocket is open and takes what is sent; until then the polling queue does
    blocked = False  # the kernel took only a part: the drainer owns the socket until it has caught up
    drainer: Any = None

    def __init__(self, server: _Engine, sid: str) -> None:
        super().__init__(server, sid)
        self.out: deque[bytes] = deque()

    def send(self, pkt: Any) -> None:
        return self.push(_frame(pkt.encode())) if self.live else super().send(pkt)

    def schedule_ping(self) -> None:
        if self.last_ping:  # a timer instead of a sleeping greenlet, which would hold a stack for each client
            self.last_ping = None
            self.server.green.spawn_after(self.server.ping_interval, self.ping)

    def push(self, frame: bytes) -> None:
        """Send at once, after whatever was issued before."""
        self.hold(frame)
        self.flush()

    def hold(self, frame: bytes) -> None:
        """Issue now, send at the next flush. One who is too far behind is cut off here."""
        if not self.out:
            self.since = time.monotonic()
        self.out.append(frame)
        if len(self.out) > BEHIND_PACKETS:
            self.flush()  # perhaps it only hasn't had its turn
            if len(self.out) > BEHIND_PACKETS:
                self.cut("slow reader")

    def flush(self) -> None:
        """Hand all that waits to the kernel; what it does not take, to a drainer. It never yields."""
        out = self.out
        if self.blocked or not out or self.raw is None:
            return
        data = out[0] if len(out) == 1 else b"".join(out)
        out.clear()
        try:
            sent = self.raw.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            return self.hang_up()
        if sent < len(data):
            self.blocked = True
            self.drainer = self.server.green.spawn(self._drain, data[sent:], self.since + BEHIND_SECONDS)

    def _drain(self, data: bytes, deadline: float) -> None:
        green = self.server.green
        while data and self.raw is not None:
            try:
                green.hubs.trampoline(self.raw, write=True, timeout=max(0.0, deadline - time.monotonic()))
                data = data[self.raw.send(data) :]
            except BlockingIOError:
                continue
            except green.Timeout:
                return self.cut("slow reader")
            except (OSError, green.hubs.IOClosed):
                return self.hang_up()
            if not data:
                data, deadline = b"".join(self.out), self.since + BEHIND_SECONDS
                self.out.clear()
        self.blocked, self.drainer = False, None

    def hang_up(self) -> None:
        """Shut the socket; its reader notices, and runs the disconnect handlers in its own greenlet."""
        self.live = False
        self.out.clear()
        if self.raw is not None:
            with contextlib.suppress(OSError):
                self.raw.shutdown(net.SHUT_RDWR)

    def cut(self, reason: str) -> None:
        if not self.upgraded or self.raw is None:
            return super().cut(reason)
        if self.live:
            self.server.refused[reason] += 1
        self.parting = reason
        with contextlib.suppress(OSError):  # so that the kernel drops what it holds for this client
            self.raw.setsockopt(net.SOL_SOCKET, net.SO_LINGER, struct.pack("ii", 1, 0))
        return self.hang_up()

    def farewell(self, reason: str, code: int = 1000) -> None:
        if not self.upgraded:
            return super().farewell(reason, code)
        if self.live:
            self.live, self.parting = False, reason
            self.push(_frame(struct.pack("!H", code), 8))
            self.server.green.spawn_after(LAST_WORDS, self.hang_up)

    def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        self.live = False
        super().close(abort=abort, reason=reason)
        self.hang_up()

    def _upgrade_websocket(self, environ: dict[str, Any], start_response: Any) -> Any:
        if self.upgrading:
            return self.server._bad_request()
        self.raw = raw = _tune(environ["eventlet.input"].get_socket().fd)
        key = environ["HTTP_SEC_WEBSOCKET_KEY"].encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key, usedforsecurity=False).digest())
        self.out.append(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        environ["eventlet.set_idle"]()  # a graceful stop need not wait for us
        self.server.green.wsgi.WSGI_LOCAL.already_handled = True
        try:
            self._converse(_messages(self, raw))
        except Refused as error:
            self.server.refused[error.reason] += 1
            self.farewell(error.reason, error.code)
        except Exception:
            log.exception("A websocket ended with an error of ours")
        if self.drainer is not None:
            self.drainer.kill()
        if self.upgraded:  # a probe that failed leaves the polling connection as it is
            self.close(abort=True, reason=self.server.reason.TRANSPORT_CLOSE)
        self.raw = None
        return []

    def _converse(self, messages: Iterator[str]) -> None:
        if self.connected:  # by polling so far: probe, then what is queued moves over in order
            self.upgrading = True
            try:
                self.flush()
                if next(messages, "") != "2probe":
                    return
                self.push(_frame("3probe"))
                self.queue.put(eio.Packet(eio.NOOP))
                if next(messages, "") != "5":
                    return
            finally:
                self.upgrading = False
        self.connected = self.upgraded = self.live = True
        while self.queue.qsize():
            pkt = self.queue.get()
            if pkt is not None and pkt.packet_type != eio.NOOP:
                self.out.append(_frame(pkt.encode()))
        self.flush()
        for text in messages:
            if not self.live:
                return
            if text[:1] == "4":
                self.server.sio._handle_eio_message(self.sid, text[1:])
            elif text[:1] == "3":
                self.schedule_ping()
            elif text != "1":
                raise Refused("binary" if text[:1] == "b" else "malformed", 1003)
            else:
                self.parting = self.server.reason.CLIENT_DISCONNECT
                return


def _messages(client: _GreenClient, raw: net.socket) -> Iterator[str]:
    """The text messages of a websocket until it ends. Refused for anything but masked, plain, small text.

    Waiting before each read spares a system call that would fail, and gives others a turn; so does the pause
    between two messages that came together. Who floods us is served in rotation."""
    green, buffer = client.server.green, bytearray()

    def take(size: int) -> bytes:
        while len(buffer) < size:
            green.hubs.trampoline(raw, read=True)
            with contextlib.suppress(BlockingIOError):
                if not (data := raw.recv(16384)):
                    raise EOFError
                buffer.extend(data)
        piece = bytes(buffer[:size])
        del buffer[:size]
        return piece

    parts: list[bytes] = []
    size = 0
    try:
        while True:
            first, second = take(2)
            final, opcode, length = first & 128, first & 15, second & 127
            control = opcode > 7 and (length > 125 or not final)
            if first & 0x70 or second < 128 or control or (opcode < 8 and (opcode == 0) != bool(parts)):
                raise Refused("malformed")
            if opcode not in (0, 1, 8, 9, 10):
                raise Refused("binary" if opcode == 2 else "malformed", 1003)
            if length > 125:
                length = int.from_bytes(take(2 if length == 126 else 8), "big")
            if (whole := length + size) > ANSWERED:
                raise Refused("too large", 1009)
            mask, read = take(4), length if whole <= LIMIT else min(length, HEAD)
            key = (mask * (read // 4 + 1))[:read]
            body = (int.from_bytes(take(read), "big") ^ int.from_bytes(key, "big")).to_bytes(read, "big")
            for left in range(length - read, 0, -LIMIT):
                take(min(left, LIMIT))
            if opcode > 7:
                if opcode < 10:
                    client.push(_frame(body, opcode if opcode == 8 else 10))
                if opcode == 8:
                    return
            else:
                parts, size = [*parts, body] if whole <= LIMIT else [(parts or [body])[0][:HEAD]], whole
                if final:
                    text = b"".join(parts).decode("utf-8", "strict" if size <= LIMIT else "replace")
                    if size <= LIMIT:
                        yield text
                    else:
                        client.server.sio.too_large(client.sid, text)
                    parts, size = [], 0
            if buffer:
                green.sleep(0)
    except UnicodeDecodeError:
        raise Refused("malformed", 1007) from None
    except (OSError, EOFError, green.hubs.IOClosed):
        return


def _origin(text: str) -> str:
    """An origin as browsers write it: small letters, without the port that the scheme implies."""
    return re.sub(r"^(http://.*):80$|^(https://.*):443$", r"\1\2", text.lower())


class _Engine(engineio.Server):
    """Engine.IO behind a door: origins first, then only what we speak."""

    sio: _Server
    _async: dict[str, Any]
    start_service_task: bool

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.refused: Counter[str] = Counter()
        self.waiting: deque[_GreenClient] = deque()  # whom the post has to visit
        self.carrying = False
        self.green: Any = None
        if self.async_mode == "eventlet":
            import eventlet  # only now: ASYNC_MODE=threading runs without it
            import eventlet.hubs
            import eventlet.wsgi

            self.green = eventlet
        else:
            self._async = {**self._async, "websocket": _Threaded}

    def handle_request(self, environ: dict[str, Any], start_response: Any) -> Any:
        query, origin = environ.get("QUERY_STRING", ""), environ.get("HTTP_ORIGIN")
        # A page elsewhere can make a browser ask without an Origin (image, script); the browser says so here.
        astray = origin is None and environ.get("HTTP_SEC_FETCH_SITE", "none") not in ("none", "same-origin")
        upgrade = environ.get("HTTP_UPGRADE", "").lower() == "websocket"
        reason = None
        if astray or (origin is not None and not self.cors_allowed_origins(origin, environ)):
            reason = "origin"
        elif re.search(r"(^|&)j=", query):  # JSONP: lets any page read the answers
            reason = "jsonp"
        elif upgrade and (
            environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13" or not environ.get("HTTP_SEC_WEBSOCKET_KEY")
        ):
            reason = "malformed"
        if reason:
            self.refused[reason] += 1
            status = "400 BAD REQUEST" if reason == "malformed" else "403 FORBIDDEN"
            start_response(status, [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])
            return [b"Refused: " + reason.encode()]
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)  # one frame must fit all: no compression is negotiated
        return super().handle_request(environ, start_response)

    def _handle_connect(self, environ: Any, start_response: Any, transport: str, jsonp_index: Any = None) -> Any:
        """As upstream, which names its socket class itself."""
        if self.start_service_task:
            self.start_service_task = False
            self.service_task_handle = self.start_background_task(self._service_task)
        sid = self.generate_id()
        client = self.sockets[sid] = (_GreenClient if self.green else _Client)(self, sid)
        opening = {"sid": sid, "upgrades": self._upgrades(sid, transport), "maxPayload": LIMIT}
        opening |= {"pingInterval": self.ping_interval * 1000, "pingTimeout": self.ping_timeout * 1000}
        client.send(eio.Packet(eio.OPEN, opening))
        self.handlers["connect"](sid, environ)
        client.schedule_ping()
        if transport == "websocket":
            answer = client.handle_get_request(environ, start_response)
            if not client.connected or client.closed:
                self.sockets.pop(sid, None)
            return answer
        client.connected = True
        return self._ok(client.poll())

    def carry(self) -> None:
        """The post: visits whoever waits, pausing after each slice."""
        turn = 0
        try:
            while self.waiting:
                self.waiting.popleft().flush()
                turn += 1
                if turn % SLICE == 0:
                    self.green.sleep(0)
        finally:
            self.carrying = False


class _Server(socketio.Server):
    """Socket.IO for one namespace and one dispatcher: no greenlet and no request context per event."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.app_dispatch: Dispatch | None = None
        self.oversize: TooLarge = lambda sid, event: TOO_LARGE
        self.eio.sio = self

    def _engineio_server_class(self) -> type[_Engine]:
        return _Engine

    def _send_packet(self, eio_sid: str, pkt: sio.Packet) -> None:
        if client := self.eio.sockets.get(eio_sid):
            client.send(eio.Packet(eio.MESSAGE, pkt.encode()))

    def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        """One packet. A bad one is counted and ends its connection; tracebacks would flood the log."""
        refused = None
        try:
            pkt = _Packet(encoded_packet=data or " ")
        except Refused as error:
            refused = error
        except (ValueError, LookupError, RecursionError):
            refused = Refused("malformed")
        client = self.eio.sockets.get(eio_sid)
        if refused:
            self.eio.refused[refused.reason] += 1
            if client:
                client.farewell(refused.reason, refused.code)
            return
        try:
            if pkt.packet_type == sio.EVENT:
                self._handle_event(eio_sid, pkt.namespace, pkt.id, pkt.data)
            elif pkt.packet_type == sio.CONNECT:
                self._handle_connect(eio_sid, pkt.namespace, pkt.data)
                if client and client.closed:  # it left meanwhile, when there was nothing to take out of rooms
                    self._handle_disconnect(eio_sid, pkt.namespace, self.reason.TRANSPORT_CLOSE)
            else:
                self._handle_disconnect(eio_sid, pkt.namespace, self.reason.CLIENT_DISCONNECT)
        except Exception:
            log.exception("A packet could not be handled")
            if client:
                client.farewell("error", 1011)

    def _handle_event(self, eio_sid: str, namespace: str | None, id: int | None, data: list[Any]) -> None:
        """In the connection's own greenlet or thread: in the order sent, and slow only for its sender."""
        if self.app_dispatch is None:
            super()._handle_event(eio_sid, namespace, id, data)
            return
        sid = self.manager.sid_from_eio_sid(eio_sid, "/")
        if namespace not in (None, "/") or not self.manager.is_connected(sid, "/"):
            return
        try:
            answer = self.app_dispatch(sid, data[0], data[1] if len(data) == 2 else data[1:])
        except Exception:
            log.exception("Event %.40r failed", data[0])
            answer = FAILED
        self._answer(eio_sid, id, answer)

    def _answer(self, eio_sid: str, id: int | None, answer: dict[str, Any]) -> None:
        if id is not None:
            self._send_packet(eio_sid, _Packet(sio.ACK, [answer], "/", id))

    def too_large(self, eio_sid: str, head: str) -> None:
        """Answer a message that was skipped: a cut-off would have an honest client send it for ever."""
        self.eio.refused["too large"] += 1
        found = re.match(r'4?2(\d{1,15})\["([^"\\]{1,64})"', head)
        sid = self.manager.sid_from_eio_sid(eio_sid, "/")
        if found and sid and self.manager.is_connected(sid, "/"):
            self._answer(eio_sid, int(found[1]), self.oversize(sid, found[2]))


class _Rooms(socketio.Manager):
    """Who is where; a broadcast's bytes are built once."""

    def __init__(self) -> None:
        super().__init__()
        self.entered: dict[str, set[str | None]] = {}  # upstream looks through every room when somebody leaves
        self.lock = threading.RLock()  # for threading mode; nothing yields inside

    def emit(self, event: str, data: Any, namespace: str, room: Any = None, skip_sid: Any = None,
             callback: Any = None, to: Any = None, **kwargs: Any) -> None:  # fmt: skip
        engine = self.server.eio
        if engine.green is None or callback is not None or isinstance(data, tuple):
            return super().emit(event, data, namespace, to or room, skip_sid, callback, **kwargs)
        skip = skip_sid if isinstance(skip_sid, list) else [skip_sid]
        pkt = eio.Packet(eio.MESSAGE, _Packet(sio.EVENT, [event] if data is None else [event, data]).encode())
        frame = _frame(pkt.encode())
        clients, waiting = engine.sockets, engine.waiting
        for sid, eio_sid in self.get_participants(namespace, to or room):
            client = clients.get(eio_sid)
            if sid in skip:
                continue
            if client is None or not client.live:
                self.server._send_eio_packet(eio_sid, pkt)
                continue
            if not client.out:
                waiting.append(client)
            client.hold(frame)
        if waiting and not engine.carrying:
            engine.carrying = True
            engine.green.spawn_n(engine.carry)
        return None

    def basic_enter_room(self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None) -> None:
        with self.lock:
            super().basic_enter_room(sid, namespace, room, eio_sid)
            self.entered.setdefault(sid, set()).add(room)

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        with self.lock:
            super().basic_leave_room(sid, namespace, room)
            self.entered.get(sid, set()).discard(room)

    def basic_disconnect(self, sid: str, namespace: str, **kwargs: Any) -> None:
        with self.lock:
            for room in self.entered.pop(sid, set()):
                super().basic_leave_room(sid, namespace, room)
            for pending in (self.pending_connect, self.pending_disconnect):
                if sid in pending.get(namespace, ()):
                    pending[namespace].remove(sid)
            self.callbacks.pop(sid, None)


class Wire(flask_socketio.SocketIO):
    """The configured server of one app. `refused` counts, by reason, what was turned away or cut off."""

    app: Flask
    stopping = False

    def init_app(self, app: Flask, **options: Any) -> None:
        """As upstream, which names its server class itself."""
        self.app = app
        app.extensions["socketio"] = self
        self.server = _Server(**options)
        self.async_mode = self.server.async_mode
        self.manage_session = False
        self.refused: Counter[str] = self.server.eio.refused
        self.sockio_mw = flask_socketio._SocketIOMiddleware(self.server, app, socketio_path="socket.io")
        app.wsgi_app = self.sockio_mw  # type: ignore[method-assign]

    def on_events(
        self,
        dispatch: Dispatch,
        connect: Connect | None = None,
        disconnect: Disconnect | None = None,
        too_large: TooLarge | None = None,
    ) -> None:
        """Register the app's side. All run inside a fresh `app.app_context()`, without a request.

        `dispatch(sid, event, data) -> dict` gets what the client sent as its one object, or something else
        that it must refuse, and returns the acknowledgement. `connect(sid, environ, auth)` refuses by False
        or by `socketio.exceptions.ConnectionRefusedError`. `disconnect(sid, reason)` always follows, once.
        `too_large(sid, event) -> dict` words the answer to one of 64 KiB to 1 MiB, which was not read."""

        def inside(function: Callable[..., Any]) -> Callable[..., Any]:
            def run(*args: Any) -> Any:
                with self.app.app_context():
                    return function(*args)

            return run

        self.server.app_dispatch = inside(dispatch)
        if too_large:
            self.server.oversize = inside(too_large)
        if connect:
            entering = inside(connect)
            self.server.on("connect", lambda sid, environ, auth=None: entering(sid, environ, auth))
        if disconnect:
            self.server.on("disconnect", inside(disconnect))

    def broadcast(self, room: str, event: str, payload: dict[str, Any]) -> None:
        """To everybody in `room` in this process, after whatever was sent before. ValueError for NaN."""
        self.server.manager.emit(event, payload, "/", room=room)

    def send_to(self, sid: str, event: str, payload: dict[str, Any]) -> None:
        self.server.manager.emit(event, payload, "/", room=sid)

    def enter(self, sid: str, room: str) -> bool:
        """False when the client has gone meanwhile."""
        try:
            self.server.manager.basic_enter_room(sid, "/", room)
        except (KeyError, ValueError):
            return False
        return True

    def leave(self, sid: str, room: str) -> None:
        self.server.manager.basic_leave_room(sid, "/", room)

    def members(self, room: str) -> list[str]:
        return [sid for sid, _ in self.server.manager.get_participants("/", room)]

    def disconnect(self, sid: str) -> None:
        """Out of every room now; the connection ends within LAST_WORDS seconds, after what was sent."""
        manager = self.server.manager
        with contextlib.suppress(KeyError):
            eio_sid = manager.eio_sid_from_sid(sid, "/")
            for room in manager.entered.get(sid, set()) - {None, sid}:
                manager.basic_leave_room(sid, "/", room)
            self.server._send_packet(eio_sid, _Packet(sio.DISCONNECT, namespace="/"))
            if client := self.server.eio.sockets.get(eio_sid):
                client.farewell(self.reason.SERVER_DISCONNECT)

    def background(self, function: Callable[..., Any], *args: Any) -> Any:
        """Start a greenlet or thread, without an app context; an error in it is logged."""

        def run() -> None:
            try:
                function(*args)
            except Exception:
                log.exception("Background work failed")

        return self.server.start_background_task(run)

    def shutdown(self) -> None:
        """Close every connection with "going away", upon which browsers reconnect by themselves."""
        self.stopping = True
        for client in list(self.server.eio.sockets.values()):
            client.farewell(self.reason.SERVER_DISCONNECT, 1001)


def make_socketio(
    app: Flask,
    *,
    async_mode: str,
    allowed_origins: Iterable[str] = (),
    ping_interval: int = 25,
    ping_timeout: int = 20,
) -> Wire:
    """Attach a Wire to `app` at /socket.io. `async_mode` is "eventlet" or "threading" (ValueError otherwise).

    Same origin is always allowed, judged by the request's scheme and Host: ProxyFix wraps `app.wsgi_app`
    after this. `allowed_origins` adds others, as browsers write them. No Origin at all (bots, load tests) may
    connect. `ping_interval` and `ping_timeout` are seconds."""
    if async_mode not in ("eventlet", "threading"):
        raise ValueError(f"async_mode is {async_mode!r}, not eventlet or threading")
    also = {_origin(text.rstrip("/")) for text in allowed_origins}

    def allowed(origin: str | None, environ: dict[str, Any]) -> bool:
        if not origin or origin == "null":  # upstream asks about an absent one when it writes CORS headers
            return False
        own = f"{environ.get('wsgi.url_scheme')}://{environ.get('HTTP_HOST')}"
        return _origin(origin) in also | {_origin(own)}

    quiet = logging.getLogger("youthforum.live.packets")
    quiet.setLevel(logging.ERROR)  # upstream logs every packet at INFO: tokens, ballots
    return Wire(
        app,
        async_mode=async_mode,
        client_manager=_Rooms(),
        serializer=_Packet,
        cors_allowed_origins=allowed,
        ping_interval=ping_interval,
        ping_timeout=ping_timeout,
        max_http_buffer_size=LIMIT,
        async_handlers=False,
        logger=quiet,
        engineio_logger=quiet,
    )
