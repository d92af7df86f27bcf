"""Channels: what can be watched, by whom, and how a change of it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from youthforum.core.errors import Invalid, NotFound
from youthforum.core.events import Fact

# A watcher this many changes behind loads the page again instead of replaying them.
REACHES_BACK = 500


@dataclass(frozen=True)
class Audience:
    """Everybody who may see the same and reads the same language: one room."""

    channel: str
    tier: str  # "members" or "moderators"
    language: str

    @property
    def room(self) -> str:
        middle = ":moderators" if self.tier == "moderators" else ""
        return f"{self.channel}{middle}:{self.language}"


@dataclass(frozen=True)
class Change:
    """One line of a channel's log: `data` holds ids, never text."""

    revision: int
    type: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Admission:
    """What somebody who may watch gets to hear: `tier`, and what was found on the way (the domain's own; its
    greetings get it back)."""

    tier: str
    found: Any = None


@dataclass
class Channel:
    """A kind of channel, e.g. "board". Domains fill in what they know about it."""

    kind: str
    admit: Callable[[Any, int], Admission]
    revision: Callable[[int], int]
    draws: dict[str, Callable[[Change, Audience], str | None]] = field(default_factory=dict)
    greets: list[Callable[[Admission], dict[str, Any]]] = field(default_factory=list)
    tallies: TallySource | None = None
    own_log: ChangeLog | None = None
    """Where its changes stand; None: in the log of all."""
    readmits: frozenset[str] = frozenset()
    """Types of changes after which everybody who watches is admitted anew, or leaves."""
    left: Callable[[int], None] | None = None
    """Called when nobody in this process watches any more."""

    @property
    def log(self) -> ChangeLog:
        return self.own_log or log()

    def drawn_by(self, *facts: type[Fact]) -> Callable[[Any], Any]:
        """Register the function that draws the HTML fragment of these changes for an audience (None: none)."""

        def add(function: Any) -> Any:
            self.draws.update({fact.type: function for fact in facts})
            return function

        return add

    def greeting(self, function: Callable[[Admission], dict[str, Any]]) -> Callable[[Admission], dict[str, Any]]:
        """Register what the answer to `watch` adds for one person, e.g. their own votes."""
        self.greets.append(function)
        return function

    def render(self, change: Change, audience: Audience) -> dict[str, Any]:
        """The `change` message for one audience; without HTML where there is nothing for it to see."""
        body: dict[str, Any] = {
            "channel": audience.channel,
            "revision": change.revision,
            "type": change.type,
            "data": change.data,
        }
        draw = self.draws.get(change.type)
        if draw is not None:
            with force_locale(audience.language):
                html = draw(change, audience)
            if html is not None:
                body["html"] = html
        return body


@dataclass(frozen=True)
class TallySource:
    """How a channel's tallies are counted and who may hear them.

    `pulse(id)` grows with every vote; `count(id, ideas or None)` → `{"<idea>": {...}}`;
    `open_to_all(id)` → whether everybody who watches may hear all of it;
    `open_to(person, id)` → None for everything, else the set of idea ids this person may hear of.
    """

    pulse: Callable[[int], int]
    count: Callable[[int, set[int] | None], dict[str, Any]]
    open_to_all: Callable[[int], bool]
    open_to: Callable[[Any, int], set[int] | None]


CHANNELS: dict[str, Channel] = {}


def channel(kind: str, admit: Callable[[Any, int], Admission], revision: Callable[[int], int]) -> Channel:
    """Register a kind of channel. `admit(person, id)` raises NotFound for whoever may not watch; `revision(id)`
    reads anew where the channel stands."""
    CHANNELS[kind] = Channel(kind, admit, revision)
    return CHANNELS[kind]


def find(name: object) -> tuple[Channel, int]:
    """`("board" channel, 7)` for `"board:7"`. Raises Invalid for no name, NotFound for no such channel."""
    if not isinstance(name, str) or len(name) > 64:
        raise Invalid(_l("A channel is named like board:7."), field="channel")
    kind, _, number = name.partition(":")
    if not number.isascii() or not number.isdigit() or len(number) > 12:
        raise Invalid(_l("A channel is named like board:7."), field="channel")
    if kind not in CHANNELS:
        raise NotFound(field="channel")
    return CHANNELS[kind], int(number)


class ChangeLog:
    """Where changes are read from; the activity domain provides it."""

    def after(self, channel: str, revision: int, limit: int) -> list[Change]:
        """Up to `limit` changes after `revision`, oldest first."""
        raise NotImplementedError

    def latest(self, channels: list[str]) -> dict[str, int]:
        """The newest revision of each of these channels that has one."""
        raise NotImplementedError


_log: list[ChangeLog] = []


def read_from(log: ChangeLog) -> None:
    _log[:] = [log]


def log() -> ChangeLog:
    return _log[0]
