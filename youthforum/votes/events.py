"""What happens to votes. Not in the change log: tallies are absolute, and the order of votes is nobody's business."""

from __future__ import annotations

from dataclasses import dataclass

from youthforum.core.events import Fact


@dataclass(frozen=True, kw_only=True)
class VoteCast(Fact):
    type = "vote.cast"
    logged = False
    board_id: int
    idea_id: int
    person_id: int
