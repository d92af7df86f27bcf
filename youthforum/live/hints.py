"""Wake-up calls between processes. A hint says where to look; the truth is read from the database."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from typing import Any

import redis
import structlog

log = structlog.get_logger()

TOPIC = "youthforum:hints"
# A process that has not heard its own heartbeat for this many seconds is deaf, and says so in /readyz.
DEAF_AFTER = 15.0


class Hints:
    """Without Redis there is one process and nothing to tell; with it, `tell` reaches every other process."""

    def __init__(self, redis_url: str) -> None:
        self.url = redis_url
        self.name = secrets.token_hex(8)
        self.heard_at = time.monotonic()
        self._client = redis.Redis.from_url(redis_url) if redis_url else None

    def tell(self, **hint: Any) -> None:
        """Publish a hint; a dead Redis costs nothing but time, since every process also looks by itself."""
        if self._client is None:
            return
        try:
            self._client.publish(TOPIC, json.dumps({"from": self.name} | hint))
        except redis.RedisError as error:
            log.warning("hint_not_sent", error=str(error))

    def listen(self, heard: Callable[[dict[str, Any]], None], sleep: Callable[[float], None]) -> None:
        """Call `heard(hint)` for every hint of the others, for ever; reconnects by itself."""
        while self._client is not None:
            try:
                pubsub = self._client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
                pubsub.subscribe(TOPIC)
                for message in pubsub.listen():
                    hint = json.loads(message["data"])
                    if hint.get("from") != self.name:
                        heard(hint)
                    elif "beat" in hint:
                        self.heard_at = time.monotonic()
            except (redis.RedisError, ValueError) as error:
                log.warning("hints_interrupted", error=str(error))
                sleep(1.0)

    @property
    def deaf(self) -> bool:
        return self._client is not None and time.monotonic() - self.heard_at > DEAF_AFTER
