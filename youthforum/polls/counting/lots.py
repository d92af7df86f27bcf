"""Ties, broken by a lot that is drawn before the poll opens.

The seed is published when the poll opens, so everybody can draw the lot again, and nobody can turn it once ballots
are there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Decision(StrEnum):
    """What a lot was needed for."""

    LAST_SEATS = "last_seats"  # equal totals, and not enough seats for all of them
    RANK = "rank"  # which of several equal ones stands first
    ELECT = "elect"  # which one is elected in this round
    TRANSFER = "transfer"  # whose surplus is handed on first
    EXCLUDE = "exclude"  # who is excluded


@dataclass(frozen=True, slots=True)
class Tie:
    """One use of the lot: `between` in the order of the lot, and those that it picked."""

    decision: Decision
    between: tuple[str, ...]
    picked: tuple[str, ...]


def lot_order(seed: str, options: Sequence[str]) -> list[str]:
    """The options in an order that nobody chose: by SHA-256 of the seed, a zero byte and the option, in UTF-8.

    The idea: random elements from a public seed, as in RFC 3797 (Eastlake 2004), with one hash per option, so that
    adding an option does not turn the order of the others.
    """
    return sorted(options, key=lambda option: hashlib.sha256(f"{seed}\0{option}".encode()).digest())


class Lots:
    """Breaks ties in a fixed order and keeps a record of each."""

    def __init__(self, order: Sequence[str]) -> None:
        self._place = {option: place for place, option in enumerate(order)}
        self.used: list[Tie] = []

    def sorted(self, options: Collection[str]) -> list[str]:
        """In the order of the lot; nothing is recorded."""
        return sorted(options, key=self._place.__getitem__)

    def first(self, decision: Decision, options: Collection[str]) -> str:
        """The one that the lot puts first; a tie is recorded unless there is only one."""
        return self.pick(decision, options, 1)[0]

    def last(self, decision: Decision, options: Collection[str]) -> str:
        """The one that the lot puts last: the better lot stays."""
        between = self.sorted(options)
        if len(between) > 1:
            self.used.append(Tie(decision, tuple(between), (between[-1],)))
        return between[-1]

    def pick(self, decision: Decision, options: Collection[str], number: int) -> list[str]:
        """The first `number` in the order of the lot; a tie is recorded unless all are picked."""
        between = self.sorted(options)
        picked = between[:number]
        if len(picked) < len(between):
            self.used.append(Tie(decision, tuple(between), tuple(picked)))
        return picked
