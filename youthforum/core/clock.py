"""The time, in one place so that a test can hold it still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_held: list[datetime] = []


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _held[-1] if _held else datetime.now(UTC)


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` (aware) for the length of a block; for tests."""
    _held.append(moment)
    try:
        yield
    finally:
        _held.pop()
