"""Doing things at the same time, on databases that are real."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


def at_once(act: Callable[[int], Any], count: int) -> list[Any]:
    """`act(0)` … `act(count - 1)` from as many threads, let go together; results or what was raised, in order."""
    results: list[Any] = [None] * count
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        gate.wait(30)
        try:
            results[number] = act(number)
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return results
