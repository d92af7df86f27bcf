"""Facts: what happened, in the past tense, with ids only; and who wants to hear of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import structlog

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Base of all facts. `type` is its name on the wire ("idea.posted"); a fact with a channel and a
    revision is part of that channel's change log."""

    type: ClassVar[str] = ""
    channel_kind: ClassVar[str] = ""
    # Votes are many and secret in their order: they leave a row of their own, not a line in the log.
    logged: ClassVar[bool] = True

    @property
    def channel(self) -> str | None:
        """`"board:7"` when the fact belongs to a live channel."""
        return f"{self.channel_kind}:{getattr(self, self.channel_kind + '_id')}" if self.channel_kind else None

    @property
    def data(self) -> dict[str, Any]:
        """The fact's ids by their short names: `{"idea": 12}`."""
        hidden = {"revision", f"{self.channel_kind}_id"}
        return {f.name.removesuffix("_id"): getattr(self, f.name) for f in fields(self) if f.name not in hidden}


Listener = Callable[[Any], None]
_within: dict[type[Fact], list[Listener]] = defaultdict(list)
_after: dict[type[Fact], list[Listener]] = defaultdict(list)


def within(*kinds: type[Fact]) -> Callable[[Listener], Listener]:
    """Hear of a fact inside the transaction that records it; an error undoes the whole write."""
    return _register(_within, kinds)


def on(*kinds: type[Fact]) -> Callable[[Listener], Listener]:
    """Hear of a fact after its commit; an error is logged and stops nobody else."""
    return _register(_after, kinds)


def _register(register: dict[type[Fact], list[Listener]], kinds: tuple[type[Fact], ...]) -> Any:
    def add(listener: Listener) -> Listener:
        for kind in kinds:
            register[kind].append(listener)
        return listener

    return add


def tell_within(fact: Fact) -> None:
    for listener in _listeners(_within, fact):
        listener(fact)


def publish(facts: list[Fact]) -> None:
    """Tell the listeners of committed facts, in the order in which they were recorded."""
    for fact in facts:
        for listener in _listeners(_after, fact):
            try:
                listener(fact)
            except Exception:
                log.exception("listener_failed", fact=fact.type, listener=listener.__qualname__)


def _listeners(register: dict[type[Fact], list[Listener]], fact: Fact) -> list[Listener]:
    return [listener for kind in type(fact).__mro__ if kind in register for listener in register[kind]]
