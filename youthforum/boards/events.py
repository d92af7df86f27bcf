"""What happens to boards."""

from __future__ import annotations

from dataclasses import dataclass

from youthforum.core.events import Fact
from youthforum.forums.events import ForumFact


@dataclass(frozen=True, kw_only=True)
class BoardFact(Fact):
    """A change that everybody who watches the board hears of."""

    channel_kind = "board"
    board_id: int
    revision: int


@dataclass(frozen=True, kw_only=True)
class BoardChanged(BoardFact):
    """Writing, voting or freezing switched, or the settings changed; `what` says which."""

    type = "board.changed"
    what: str


@dataclass(frozen=True, kw_only=True)
class BoardMade(ForumFact):
    type = "board.made"
    board_id: int
