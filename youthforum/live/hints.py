"""Wake-up calls between processes. A hint says where to look; the truth is read from the database."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import redis
import structlog

log = structlog.get_logger()

# A process that has not heard its own heartbeat for this many seconds is deaf, and says so in /readyz.
DEAF_AFTER = 15.0


class Hints:
    """Without Redis there is one process and nothing to tell; with it, `tell` reaches every other process."""

    def __init__(self, redis_url: str, installation: str) -> None:
        self.url = redis_url
        # Two installations that share a Redis must not cut each other's people off.
        self._topic = f"youthforum:{installation}:hints"
        self.name = secrets.token_hex(8)
        self.heard_at = time.monotonic()
        # A Redis that is gone for long is not told everything afterwards: nobody needs old hints.
        self._outgoing: deque[dict[str, Any]] = deque(maxlen=1000)
        self._news = threading.Event()
        self._client = redis.Redis.from_url(redis_url) if redis_url else None

    def tell(self, **hint: Any) -> None:
        """Have a hint published. Never waits: who has just voted isn't held up by Redis, and a hint that is lost
        costs a second, since every process also looks by itself."""
        if self._client is not None:
            self._outgoing.append(hint)
            self._news.set()

    def send(self, sleep: Callable[[float], None]) -> None:
        """Publish what was told, for ever."""
        while self._client is not None:
            self._news.wait()
            self._news.clear()
            try:
                while self._outgoing:
                    self._client.publish(self._topic, json.dumps({"from": self.name} | self._outgoing[0]))
                    self._outgoing.popleft()
            except redis.RedisError as error:
                log.warning("hint_not_sent", error=str(error))
                self._outgoing.clear()
                sleep(1.0)

    def listen(self, heard: Callable[[dict[str, Any]], None], sleep: Callable[[float], None]) -> None:
        """Call `heard(hint)` for every hint of the others, for ever; reconnects by itself, also from a connection
        that looks open and has gone silent: our own heartbeat is to be heard on it."""
        while self._client is not None:
            pubsub = self._client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
            try:
                pubsub.subscribe(self._topic)
                listening_since = time.monotonic()
                while time.monotonic() - max(self.heard_at, listening_since) < DEAF_AFTER:
                    message = pubsub.get_message(timeout=DEAF_AFTER / 3)
                    if message is None:
                        continue
                    hint = json.loads(message["data"])
                    if hint.get("from") != self.name:
                        heard(hint)
                    elif "beat" in hint:
                        self.heard_at = time.monotonic()
            except (redis.RedisError, ValueError, OSError) as error:
                log.warning("hints_interrupted", error=str(error))
                sleep(1.0)
            finally:
                pubsub.close()

    @property
    def deaf(self) -> bool:
        return self._client is not None and time.monotonic() - self.heard_at > DEAF_AFTER
