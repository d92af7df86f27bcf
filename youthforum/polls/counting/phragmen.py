"""Phragmén's sequential method: a proportional set from approval ballots, and what fills up equal shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import compress
from math import gcd
from operator import mul

from youthforum.polls.counting.ballots import Approval
from youthforum.polls.counting.lots import Decision, Lots, Tie


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
    """Voters in groups with equal ballots, each bearing a load: `loads[group]` / `unit`, whole numbers throughout.

    `supporters[option]` marks the groups that support the option.
    """

    def __init__(
        self, sizes: Sequence[int], supporters: dict[str, Sequence[bool]], loads: list[int], unit: int
    ) -> None:
        self.sizes, self.supporters, self.loads, self.unit = sizes, supporters, loads, unit
        self.support = {option: sum(compress(sizes, marks)) for option, marks in supporters.items()}

    def after(self, option: str) -> Fraction | None:
        """The load of each supporter once they bear this option too; None without supporters."""
        if not self.support[option]:
            return None
        marks = self.supporters[option]
        borne = sum(map(mul, compress(self.loads, marks), compress(self.sizes, marks)))
        return Fraction(self.unit + borne, self.unit * self.support[option])

    def bear(self, option: str, load: Fraction) -> list[bool]:
        """Give the option's supporters their new load; the answer marks the groups that bear more than before."""
        factor = load.denominator // gcd(load.denominator, self.unit)
        if factor > 1:
            self.unit *= factor
            self.loads = [factor * each for each in self.loads]
        new = load.numerator * (self.unit // load.denominator)
        marks = self.supporters[option]
        bearing = [mark and each < new for mark, each in zip(marks, self.loads, strict=True)]
        self.loads = [new if mark else each for mark, each in zip(marks, self.loads, strict=True)]
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
    piles = Counter(approval.options for approval in approvals)
    marks: dict[str, Sequence[bool]] = {option: [option in pile for pile in piles] for option in options}
    voters = Loads(list(piles.values()), marks, [0] * len(piles), 1)
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
