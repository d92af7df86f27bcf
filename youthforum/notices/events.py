"""What happens to notices. Nobody but their member hears of them, so nothing stands in the forum's log."""

from __future__ import annotations

from dataclasses import dataclass

from youthforum.core.events import Fact


@dataclass(frozen=True, kw_only=True)
class NoticesGiven(Fact):
    type = "notice.given"
    logged = False
    members: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class NoticesRead(Fact):
    type = "notice.read"
    logged = False
    members: tuple[int, ...]
