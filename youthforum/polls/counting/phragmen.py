"""Phragmén's sequential method: a proportional set from approval ballots, and what fills up equal shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from youthforum.polls.counting.ballots import Approval
from youthforum.polls.counting.lots import Decision, Lots, Tie

Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Burden:
    """`option` was elected, and each of its `supporters` then bears `load` (in seats). None when nobody supports it."""

    option: str
    load: Fraction | None
    supporters: int


@dataclass(frozen=True, slots=True)
class Phragmen:
    rounds: tuple[Burden, ...]
    elected: tuple[str, ...]
    ties: tuple[Tie, ...]


class Loads:
    """Voters, each bearing a load, in whole steps of few fractions, so that sums over them are exact and fast.

    `supporters[option]` marks who supports the option. Whoever has borne something has the load `levels[level]`. The
    others have `first`, a sum of fractions, each so many times per voter; nobody's is above the first new load.
    """

    def __init__(
        self, supporters: dict[str, Marks], voters: int, first: Sequence[tuple[Fraction, NDArray[np.uint8]]] = ()
    ) -> None:
        self.supporters, self.first = supporters, first
        self.support = {option: int(np.count_nonzero(marks)) for option, marks in supporters.items()}
        self.level = np.zeros(voters, np.intp)  # 0: nothing borne yet
        self.levels = [Fraction(0)]

    def after(self, option: str) -> Fraction | None:
        """The load of each supporter once they bear this option too; None without supporters."""
        if not self.support[option]:
            return None
        supporters = np.flatnonzero(self.supporters[option])
        levels = self.level[supporters]
        borne = sum(map(Fraction.__mul__, self.levels, np.bincount(levels).tolist()), Fraction(0))
        fresh = supporters[levels == 0] if self.first else supporters
        for load, times in self.first:
            borne += load * int(times[fresh].sum())
        return (1 + borne) / self.support[option]

    def bear(self, option: str, load: Fraction) -> Marks:
        """Give the option's supporters their new load; the answer marks those who bear more than before."""
        # Loads never fall from one election to the next: each was the smallest, and none gets smaller by bearing more.
        if load > self.levels[-1]:
            self.levels.append(load)
        now = len(self.levels) - 1
        bearing = self.supporters[option] & (self.level < now)
        self.level[bearing] = now
        return bearing

    def lightest(self, options: Sequence[str], lots: Lots) -> tuple[str, Fraction | None]:
        """Whose election leaves its supporters with the smallest load; without any supporters, by lot."""
        after = {option: load for option in options if (load := self.after(option)) is not None}
        if not after:
            return lots.first(Decision.ELECT, options), None
        least = min(after.values())
        return lots.first(Decision.ELECT, [option for option, load in after.items() if load == least]), least


def sequential_phragmen(
    options: Sequence[str], approvals: Sequence[Approval], seats: int, order: Sequence[str]
) -> Phragmen:
    """Elect one option after another; each costs one seat of load, shared so that its supporters bear the same.

    The next one is that which leaves its supporters with the smallest load; `order` is the order of the lot.
    Sources: Phragmén 1894; Brill, Freeman, Janson and Lackner 2017/2024, “Phragmén’s voting methods and justified
    representation”, Mathematical Programming 203, section 3 (seq-Phragmén).
    """
    marks = {option: np.array([option in each.options for each in approvals], np.bool_) for option in options}
    voters = Loads(marks, len(approvals))
    lots = Lots(order)
    rounds: list[Burden] = []
    remaining = list(options)
    while remaining and len(rounds) < seats:
        option, load = voters.lightest(remaining, lots)
        if load is not None:
            voters.bear(option, load)
        remaining.remove(option)
        rounds.append(Burden(option, load, voters.support[option]))
    return Phragmen(tuple(rounds), tuple(each.option for each in rounds), tuple(lots.used))
