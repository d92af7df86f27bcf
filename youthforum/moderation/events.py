"""What happens to reports. Only moderators hear of them: nothing of it is in a channel."""

from __future__ import annotations

from dataclasses import dataclass

from youthforum.core.events import Fact


@dataclass(frozen=True, kw_only=True)
class ReportMade(Fact):
    """Made, or said again with newer words. `danger`: its reporter says that somebody is in danger."""

    type = "report.made"
    forum_id: int
    report_id: int
    danger: bool


@dataclass(frozen=True, kw_only=True)
class ReportsSettled(Fact):
    """All open reports on one thing."""

    type = "report.settled"
    forum_id: int
    reports: tuple[int, ...]
