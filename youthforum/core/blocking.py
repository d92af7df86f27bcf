"""Run what blocks (hashing a password, detecting a language) off the event loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import g

from youthforum.core.db import release
from youthforum.core.settings import settings

T = TypeVar("T")


def blocking(function: Callable[..., T], *args: Any) -> T:
    """The result of `function(*args)`, computed in a native thread while other people are served.

    Raises RuntimeError inside a command: whoever waits must not hold the write lock.
    """
    if "work" in g:
        raise RuntimeError("blocking() inside a transaction would hold everybody up")
    release()
    if settings().async_mode == "eventlet" and _patched():
        from eventlet import tpool

        return tpool.execute(function, *args)
    return function(*args)


def _patched() -> bool:
    """Whether this process runs under eventlet's hub; tests and the command line do not."""
    import sys

    patcher = sys.modules.get("eventlet.patcher")
    return bool(patcher and patcher.is_monkey_patched("socket"))
