"""Who is here: people per channel, and how many of them are writing. Nothing of it is stored."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

# Somebody who has not typed for this long is no longer writing, in seconds.
WRITING_LASTS = 60.0
# What another process said about its people counts for this long, in seconds.
REPORT_LASTS = 10.0


@dataclass
class _Room:
    people: Counter[int] = field(default_factory=Counter)
    writing: dict[int, float] = field(default_factory=dict)


class Presence:
    """Counts for this process, plus what the other processes reported."""

    def __init__(self) -> None:
        self._rooms: dict[str, _Room] = {}
        self._reports: dict[str, tuple[float, dict[str, list[int]]]] = {}
        self._told: dict[str, tuple[int, int]] = {}

    def enter(self, channel: str, person: int) -> None:
        self._rooms.setdefault(channel, _Room()).people[person] += 1

    def leave(self, channel: str, person: int) -> None:
        room = self._rooms.get(channel)
        if room is None:
            return
        room.people[person] -= 1
        if room.people[person] <= 0:
            del room.people[person]
            room.writing.pop(person, None)
        if not room.people:
            del self._rooms[channel]
            self._told.pop(channel, None)

    def write(self, channel: str, person: int, writing: bool) -> None:
        room = self._rooms.get(channel)
        if room is None or person not in room.people:
            return
        if writing:
            room.writing[person] = time.monotonic() + WRITING_LASTS
        else:
            room.writing.pop(person, None)

    def own(self) -> dict[str, list[int]]:
        """`{"board:7": [people, writing]}` of this process."""
        return {name: self._own(name) for name in self._rooms}

    def _own(self, name: str) -> list[int]:
        room, at = self._rooms.get(name), time.monotonic()
        return [len(room.people), sum(until > at for until in room.writing.values())] if room else [0, 0]

    def hear(self, process: str, counts: dict[str, list[int]]) -> None:
        self._reports[process] = (time.monotonic(), counts)

    def news(self) -> dict[str, tuple[int, int]]:
        """`{channel: (people, writing)}` for the channels watched here whose numbers changed since last asked."""
        fresh = time.monotonic() - REPORT_LASTS
        self._reports = {name: report for name, report in self._reports.items() if report[0] > fresh}
        news = {}
        for name in self._rooms:
            count = self.count(name)
            if self._told.get(name) != count:
                news[name] = self._told[name] = count
        return news

    def count(self, channel: str) -> tuple[int, int]:
        """`(people, writing)` on a channel, in all processes; (0, 0) where nobody is."""
        counts = [self._own(channel), *(others.get(channel, [0, 0]) for _, others in self._reports.values())]
        return sum(people for people, _ in counts), sum(writing for _, writing in counts)
