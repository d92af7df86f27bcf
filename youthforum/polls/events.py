"""What happens to polls. Nothing is recorded of a single ballot: neither that it was cast, nor when."""

from __future__ import annotations

from dataclasses import dataclass

from youthforum.core.events import Fact
from youthforum.forums.events import ForumFact


@dataclass(frozen=True, kw_only=True)
class PollFact(Fact):
    """A change that everybody who watches the poll hears of."""

    channel_kind = "poll"
    poll_id: int
    forum_id: int
    revision: int


@dataclass(frozen=True, kw_only=True)
class PollMade(PollFact):
    type = "poll.made"


@dataclass(frozen=True, kw_only=True)
class PollChanged(PollFact):
    """Question, options or rules, while it is being prepared."""

    type = "poll.changed"


@dataclass(frozen=True, kw_only=True)
class PollOpened(PollFact):
    type = "poll.opened"


@dataclass(frozen=True, kw_only=True)
class PollClosed(PollFact):
    type = "poll.closed"


@dataclass(frozen=True, kw_only=True)
class PollCounted(PollFact):
    """Its outcome is there; who may see it is another question."""

    type = "poll.counted"


@dataclass(frozen=True, kw_only=True)
class PollPublished(PollFact):
    type = "poll.published"


@dataclass(frozen=True, kw_only=True)
class PollCancelled(PollFact):
    type = "poll.cancelled"


@dataclass(frozen=True, kw_only=True)
class PollMoved(ForumFact):
    """A poll stands elsewhere now: for the pages that list polls."""

    type = "poll.moved"
    poll_id: int
    state: str
