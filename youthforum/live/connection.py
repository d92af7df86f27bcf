"""One client's connection: its bytes in and out, and how it is cut off when it doesn't read."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import logging
import socket as net
import struct
import time
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import simple_websocket  # type: ignore[import-untyped]
from engineio import exceptions
from engineio import packet as eio
from engineio.async_drivers._websocket_wsgi import SimpleWebSocketWSGI
from engineio.payload import Payload
from engineio.socket import Socket

from youthforum.live.packets import Refused, ws_frame

if TYPE_CHECKING:
    from youthforum.live.fanout import _Engine

LIMIT = 64 * 1024  # bytes of one message that is read and handled
ANSWERED = 1024 * 1024  # bytes up to which a larger one is skipped and answered; beyond, a cut
BEHIND_PACKETS, BEHIND_SECONDS = 200, 5.0
LAST_WORDS = 1.0  # seconds for a client to read why it is disconnected
HEAD = 256  # bytes of a skipped message that are looked at, for its number and event

log = logging.getLogger("youthforum.live.connection")


def _tune(raw: net.socket) -> net.socket:
    """Nagle would hold a small frame back until the one before is acknowledged: up to 40 ms. The kernel may
    keep 128 KiB (it doubles the figure) for one who doesn't read, instead of growing to megabytes."""
    raw.setsockopt(net.IPPROTO_TCP, net.TCP_NODELAY, 1)
    raw.setsockopt(net.SOL_SOCKET, net.SO_SNDBUF, LIMIT)
    return raw


class ThreadedSocket(SimpleWebSocketWSGI):
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


class Client(Socket):
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


class GreenClient(Client):
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
        return self.push(ws_frame(pkt.encode())) if self.live else super().send(pkt)

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
            self.push(ws_frame(struct.pack("!H", code), 8))
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
                self.push(ws_frame("3probe"))
                self.queue.put(eio.Packet(eio.NOOP))
                if next(messages, "") != "5":
                    return
            finally:
                self.upgrading = False
        self.connected = self.upgraded = self.live = True
        while self.queue.qsize():
            pkt = self.queue.get()
            if pkt is not None and pkt.packet_type != eio.NOOP:
                self.out.append(ws_frame(pkt.encode()))
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


def _messages(client: GreenClient, raw: net.socket) -> Iterator[str]:
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
                    client.push(ws_frame(body, opcode if opcode == 8 else 10))
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
