"""A small client of the wire: one websocket, one thread that reads, calls that wait for their acknowledgement."""

from __future__ import annotations

import contextlib
import itertools
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import websocket

from tests.serving.server import Server

Message = tuple[str, Any]


class Gone(ConnectionError):
    """The connection ended before the answer came."""


class Late(AssertionError):
    """What was waited for did not come in time."""


class Client:
    """One person at one socket. `received` is everything that was not an acknowledgement, in order:
    `[(event, payload)]`."""

    def __init__(
        self,
        server: Server,
        token: str | None = None,
        *,
        cookie: str | None = None,
        origin: str | None = None,
        connect: bool = True,
        timeout: float = 10.0,
    ) -> None:
        self.server, self.token, self.timeout = server, token, timeout
        self.received: list[Message] = []
        self.closed, self.refused = False, None
        self._acks: dict[int, Any] = {}
        self._numbers = itertools.count(1)
        self._news = threading.Condition()
        self._sending = threading.Lock()
        self._up = False
        self.ws = websocket.create_connection(
            f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket",
            timeout=timeout,
            cookie=cookie,
            origin=origin,
            suppress_origin=origin is None,
        )
        self.ws.settimeout(None)
        threading.Thread(target=self._read, daemon=True).start()
        if connect:
            self.send("40" + (json.dumps({"token": token}) if token is not None else ""))
            self._until(lambda: self._up or self.refused is not None)
            if not self._up:
                self.close()
                raise Gone(f"refused: {self.refused}")

    @classmethod
    def join(cls, server: Server, code: str, *, name: str = "Guest", language: str = "en") -> Client:
        """Join with a code and connect."""
        return cls(server, server.join(code, name=name, language=language)["token"])

    # Out ------------------------------------------------------------------------------------------------

    def send(self, text: str) -> None:
        """One text frame as it stands."""
        try:
            with self._sending:
                self.ws.send(text)
        except (OSError, websocket.WebSocketException) as error:
            raise Gone(str(error)) from None

    def send_bytes(self, data: bytes) -> None:
        """Bytes straight to the socket, whatever they are."""
        try:
            with self._sending:
                self.ws.sock.sendall(data)
        except (OSError, AttributeError) as error:
            raise Gone(str(error)) from None

    def post(self, event: Any, *payload: Any) -> int:
        """Send an event without waiting: its number."""
        number = next(self._numbers)
        self.send(f"42{number}" + json.dumps([event, *payload]))
        return number

    def call(self, event: Any, *payload: Any, timeout: float | None = None) -> dict[str, Any]:
        """Send an event and wait for its acknowledgement. Gone where the connection ends before."""
        return self.answer(self.post(event, *payload), timeout)

    def answer(self, number: int, timeout: float | None = None) -> dict[str, Any]:
        self._until(lambda: number in self._acks or self.closed, timeout)
        if number not in self._acks:
            raise Gone("the connection ended")
        return dict(self._acks.pop(number))

    def ok(self, event: str, **payload: Any) -> dict[str, Any]:
        """The same, for what must succeed."""
        answer = self.call(event, payload)
        assert answer["ok"] is True, (event, payload, answer)
        return answer

    def refusal(self, event: str, **payload: Any) -> dict[str, Any]:
        """The same, for what must be refused: the error."""
        answer = self.call(event, payload)
        assert answer["ok"] is False, (event, payload, answer)
        assert set(answer) == {"ok", "error"} and answer["error"]["message"], answer
        return dict(answer["error"])

    def watch(self, channel: str, after: int | None = None) -> dict[str, Any]:
        return self.ok("watch", channel=channel, after=after)

    # In -------------------------------------------------------------------------------------------------

    def heard(self, *events: str) -> list[Any]:
        """Payloads of these events so far, in order."""
        return [payload for event, payload in list(self.received) if event in events]

    def changes(self, channel: str | None = None) -> list[dict[str, Any]]:
        return [change for change in self.heard("change") if channel in (None, change["channel"])]

    def tally(self, start: dict[str, Any] | None = None) -> dict[str, Any]:
        """The newest tally of every idea, on top of what `watch` answered."""
        known = dict(start or {})
        for told in self.heard("tally"):
            for idea, tally in told["tally"].items():
                if idea not in known or tally["version"] >= known[idea]["version"]:
                    known[idea] = tally
        return known

    def wait_for(self, predicate: Callable[[Client], Any], timeout: float | None = None) -> Any:
        """What `predicate(self)` answers as soon as that is true. AssertionError when it never is."""
        found: list[Any] = [None]

        def look() -> bool:
            found[0] = predicate(self)
            return bool(found[0])

        self._until(look, timeout)
        return found[0]

    def wait_closed(self, timeout: float = 10.0) -> float:
        """Wait until the server has hung up: the seconds that took."""
        started = time.monotonic()
        self._until(lambda: self.closed, timeout)
        return time.monotonic() - started

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.ws.close(timeout=0)
        with contextlib.suppress(Exception):
            self.ws.shutdown()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _until(self, done: Callable[[], bool], timeout: float | None = None) -> None:
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        with self._news:
            while not done():
                left = deadline - time.monotonic()
                if left <= 0:
                    tail = [(event, str(payload)[:200]) for event, payload in self.received[-5:]]
                    raise Late(f"nothing of the kind in time; closed={self.closed}, last heard: {tail}")
                self._news.wait(min(left, 0.5))

    def _read(self) -> None:
        try:
            while True:
                text = self.ws.recv()
                if not isinstance(text, str) or not text:
                    break
                with self._news:
                    self._take(text)
                    self._news.notify_all()
        except Exception:  # whatever ended it, it is over
            pass
        with contextlib.suppress(Exception):
            self.ws.shutdown()
        with self._news:
            self.closed = True
            if not self._up and self.refused is None:
                self.refused = "closed"
            self._news.notify_all()

    def _take(self, text: str) -> None:
        if text == "2":
            self.send("3")
        elif text.startswith("40"):
            self._up = True
        elif text.startswith("44"):
            self.refused = text[2:]
        elif text.startswith("42"):
            event, *rest = json.loads(text[2:])
            self.received.append((event, rest[0] if rest else None))
        elif text.startswith("43"):
            number, bracket, rest = text[2:].partition("[")
            self._acks[int(number)] = json.loads(bracket + rest)[0]
