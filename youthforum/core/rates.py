"""Rates: stop guessing and floods, and never take a hall behind one address for one person."""

from __future__ import annotations

import math
import time

from flask import Flask, current_app
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from youthforum.core.errors import SlowDown
from youthforum.core.settings import settings


def init_app(app: Flask, redis_url: str) -> None:
    app.extensions["rates"] = FixedWindowRateLimiter(storage_from_string(redis_url or "memory://"))


class Rate:
    """So many of one kind of thing for one key, e.g. `Rate("wrong-code", "10/10 minutes")`."""

    def __init__(self, name: str, limit: str) -> None:
        self.name = name
        self.item: RateLimitItem = parse(limit)

    def spend(self, *key: object) -> None:
        """Count one; raises SlowDown with the seconds to wait when that is one too many."""
        if _enabled() and not _limiter().hit(self.item, self.name, *map(str, key)):
            raise SlowDown(self._wait(*key))

    def ask(self, *key: object) -> None:
        """Count nothing; raises SlowDown when the limit has been reached."""
        if _enabled() and not _limiter().test(self.item, self.name, *map(str, key)):
            raise SlowDown(self._wait(*key))

    def count(self, *key: object) -> bool:
        """Count one; whether it was still within the limit."""
        return not _enabled() or _limiter().hit(self.item, self.name, *map(str, key))

    def _wait(self, *key: object) -> int:
        reset = _limiter().get_window_stats(self.item, self.name, *map(str, key)).reset_time
        return max(1, math.ceil(reset - time.time()))


def _limiter() -> FixedWindowRateLimiter:
    return current_app.extensions["rates"]


def _enabled() -> bool:
    return settings().rates_enabled
