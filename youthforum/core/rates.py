"""Rates: stop guessing and floods, and never take a hall behind one address for one person."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from flask import Flask, current_app
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

from youthforum.core.errors import SlowDown
from youthforum.core.settings import settings

T = TypeVar("T")

log = structlog.get_logger()

# A Redis that did not answer is not asked again for so many seconds.
WITHOUT_REDIS = 5.0


def init_app(app: Flask, redis_url: str) -> None:
    app.extensions["rates"] = _Limiters(redis_url)
    app.extensions["paces"] = {}


class _Limiters:
    """Counts of all processes together; where Redis does not answer, of this one: nobody waits for it."""

    def __init__(self, redis_url: str) -> None:
        self._own = self._shared = FixedWindowRateLimiter(MemoryStorage())
        self._away_until = 0.0
        if redis_url:
            at_once: dict[str, Any] = {"retry": Retry(NoBackoff(), 0), "socket_connect_timeout": 1}
            storage = storage_from_string(redis_url, wrap_exceptions=True, **at_once)
            self._shared = FixedWindowRateLimiter(storage)

    def ask(self, question: Callable[[FixedWindowRateLimiter], T]) -> T:
        if time.monotonic() >= self._away_until:
            try:
                return question(self._shared)
            except StorageError as error:
                self._away_until = time.monotonic() + WITHOUT_REDIS
                log.warning("rates_without_redis", error=str(error))
        return question(self._own)


class Rate:
    """So many of one kind of thing for one key, e.g. `Rate("wrong-code", "10/10 minutes")`."""

    def __init__(self, name: str, limit: str) -> None:
        self.name = name
        self.item: RateLimitItem = parse(limit)

    def spend(self, *key: object) -> None:
        """Count one; raises SlowDown with the seconds to wait when that is one too many."""
        too_much = self.overspent(*key)
        if too_much is not None:
            raise too_much

    def overspent(self, *key: object) -> SlowDown | None:
        """Count one; what to raise when it was one too many. For whoever wants to count before asking the
        database: counting may let others have their turn, and they should not find the connection taken."""
        return None if self.count(*key) else SlowDown(self._wait(*key))

    def ask(self, *key: object) -> None:
        """Count nothing; raises SlowDown when the limit has been reached."""
        if _enabled() and not self._within("test", key):
            raise SlowDown(self._wait(*key))

    def count(self, *key: object) -> bool:
        """Count one; whether it was still within the limit."""
        return not _enabled() or self._within("hit", key)

    def _within(self, method: str, key: tuple[object, ...]) -> bool:
        names = (self.name, *map(str, key))
        return bool(_limiters().ask(lambda limiter: getattr(limiter, method)(self.item, *names)))

    def _wait(self, *key: object) -> int:
        names = (self.name, *map(str, key))
        window = _limiters().ask(lambda limiter: limiter.get_window_stats(self.item, *names))
        return max(1, math.ceil(window.reset_time - time.time()))


class Pace(Rate):
    """A rate for what happens all the time: counted in this process alone, within microseconds."""

    def count(self, *key: object) -> bool:
        if not _enabled():
            return True
        windows: dict[tuple[object, ...], list[int]] = current_app.extensions["paces"].setdefault(self.name, {})
        present = int(time.time()) // self.item.get_expiry()
        window = windows.setdefault(key, [present, 0])
        if window[0] != present:
            window[:] = [present, 0]
            if len(windows) > 10_000:
                for old in [one for one, (when, _) in windows.items() if when != present]:
                    del windows[old]
        window[1] += 1
        return window[1] <= self.item.amount

    def _wait(self, *key: object) -> int:
        length = self.item.get_expiry()
        return max(1, length - int(time.time()) % length)


def _limiters() -> _Limiters:
    return current_app.extensions["rates"]


def _enabled() -> bool:
    return settings().rates_enabled
