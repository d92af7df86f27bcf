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

import contextlib
import logging
import re
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Any

import engineio
import flask_socketio
import socketio
from engineio import packet as eio
from flask import Flask
from socketio import packet as sio

from youthforum.live.connection import LIMIT, Client, GreenClient, ThreadedSocket
from youthforum.live.packets import Packet, Refused, ws_frame

SLICE = 200  # sockets written before others get a turn: about 2 ms
FAILED = {"ok": False, "error": {"code": "internal", "message": "Internal error"}}
TOO_LARGE = {"ok": False, "error": {"code": "invalid", "message": "More than 64 KiB"}}

log = logging.getLogger("youthforum.live.fanout")
Dispatch = Callable[[str, str, Any], dict[str, Any]]
Connect = Callable[[str, dict[str, Any], Any], "bool | None"]
Disconnect = Callable[[str, str], None]
TooLarge = Callable[[str, str], dict[str, Any]]


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
        self.waiting: deque[GreenClient] = deque()  # whom the post has to visit
        self.carrying = False
        self.green: Any = None
        if self.async_mode == "eventlet":
            import eventlet  # only now: ASYNC_MODE=threading runs without it
            import eventlet.hubs
            import eventlet.wsgi

            self.green = eventlet
        else:
            self._async = {**self._async, "websocket": ThreadedSocket}

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
        client = self.sockets[sid] = (GreenClient if self.green else Client)(self, sid)
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
            pkt = Packet(encoded_packet=data or " ")
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
            self._send_packet(eio_sid, Packet(sio.ACK, [answer], "/", id))

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
        pkt = eio.Packet(eio.MESSAGE, Packet(sio.EVENT, [event] if data is None else [event, data]).encode())
        frame = ws_frame(pkt.encode())
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
            self.server._send_packet(eio_sid, Packet(sio.DISCONNECT, namespace="/"))
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
        serializer=Packet,
        cors_allowed_origins=allowed,
        ping_interval=ping_interval,
        ping_timeout=ping_timeout,
        max_http_buffer_size=LIMIT,
        async_handlers=False,
        logger=quiet,
        engineio_logger=quiet,
    )
