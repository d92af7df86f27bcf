"""What voters have left to spend under equal shares: exact, and fast with numpy for a hundred thousand of them.

Who is still there has the first share less a few prices times points. So sums over voters are sums of points, which are
whole numbers, times a few fractions. What each voter has is also held as a lower bound in whole 2⁻⁴⁸ seats, with a
bound of its error; that settles most comparisons, and the others are made with fractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from youthforum.polls.counting.phragmen import Loads

SCALE = 1 << 48  # with points up to 255 and 10,000 seats, every number stays under 2⁶³
VALUES = np.arange(256, dtype=np.int64)  # of points

Points = NDArray[np.uint8]
Marks = NDArray[np.bool_]


class Purses:
    """`points[option]`, one per voter. Who has spent everything leaves the lists of those who are `still` there."""

    def __init__(self, points: dict[str, Points], voters: int, seats: int) -> None:
        self.all_points, self.voters = points, voters
        self.share = Fraction(seats, voters or 1)
        self.support = {option: int(np.count_nonzero(column)) for option, column in points.items()}
        self.still = np.arange(voters)
        self.points = dict(points)  # of those who are still there
        self.total = {option: int(column.sum()) for option, column in points.items()}
        self.most = max((int(column.max(initial=0)) for column in points.values()), default=0)
        # What everybody has, times SCALE, is from `least` to `least + slack`.
        self.least = np.full(voters, floor(self.share * SCALE), np.int64)
        self.slack = 1
        self.bounds = dict.fromkeys(points, 0)  # lower bounds of prices, times SCALE; prices only rise
        self.prices: dict[str, Fraction] = {}  # of what has been bought
        self.paid: dict[str, Marks] = {}  # by all voters, in the order of purchases

    def cheapest(self) -> tuple[Fraction | None, list[str]]:
        """The lowest price and the options that cost it; None and nothing when no option can be paid."""
        lowest: Fraction | None = None
        cheapest: list[str] = []
        near: NDArray[np.intp] | None = None
        enough = SCALE
        for option in sorted(self.bounds, key=self.bounds.__getitem__):
            if self.bounds[option] > enough:
                break
            bound = self._climb(option, near, enough)
            price = self._price(option, bound) if bound is not None and bound <= enough else None
            if bound is not None and bound > enough:
                self.bounds[option] = bound
            elif price is None:
                del self.bounds[option]
            else:
                self.bounds[option] = floor(price * SCALE)
                if lowest is None or price < lowest:
                    lowest, cheapest, enough = price, [option], ceil(price * SCALE)
                    if near is None:
                        # Whoever can pay the most points at this price will not run short at a lower one.
                        near = np.flatnonzero(self.least < enough * self.most)
                elif price == lowest:
                    cheapest.append(option)
        return lowest, cheapest

    def _climb(self, option: str, near: NDArray[np.intp] | None, enough: int) -> int | None:
        """A lower bound of the price, nearly as good as it gets or above `enough`; None if nobody could pay it.

        If some of the supporters gave all that they have and the others shared the rest, the others would pay no more
        than the price, whoever those some are. Here they are who has less than the bound asks for, for certain.
        """
        bound, total = self.bounds[option], self.total[option]
        column, least = self.points[option], self.least
        if near is not None:
            column, least = column[near], least[near]
        while True:
            short = least < (bound * VALUES - self.slack)[column]
            points = int(column[short].sum())
            if points == total:
                return None
            have = int(least[short].sum()) + self.slack * int(np.count_nonzero(short))
            higher = (SCALE - have) // (total - points)
            if higher <= bound or higher > enough:
                return max(bound, higher)
            bound = higher

    def _price(self, option: str, bound: int) -> Fraction | None:
        """The smallest ρ with Σ min(ρ × points, left) = 1, from `bound` up; None when supporters don't have so much."""
        total, price, short_points = self.total[option], Fraction(bound, SCALE), -1
        while True:
            short = np.flatnonzero(self._left_after(option, price) < 0)
            points = int(self.points[option][short].sum())
            if points == total:
                return None  # each of them would have to pay more than they have
            if points == short_points:
                return price
            # Those who run short give all that they have, the others share the rest.
            short_points = points
            price = (1 - self._left(short)) / (total - points)

    def _left(self, voters: NDArray[np.intp]) -> Fraction:
        """What these voters have left together."""
        spent = (price * int(self.points[bought][voters].sum()) for bought, price in self.prices.items())
        return self.share * len(voters) - sum(spent, Fraction(0))

    def _left_after(self, option: str, price: Fraction) -> NDArray[np.int8]:
        """Per voter, once they have paid this price for each point: is something left (1), nothing, or debts (-1)?"""
        column = self.points[option]
        signs = (self.least > (ceil(price * SCALE) * VALUES)[column]).astype(np.int8)
        signs[self.least < (floor(price * SCALE) * VALUES - self.slack)[column]] = -1
        if len(unclear := np.flatnonzero(signs == 0)):
            prices = [*self.prices.values(), price]
            rows = np.stack([self.points[each][unclear] for each in (*self.prices, option)])
            kinds, which = np.unique(rows, axis=1, return_inverse=True)
            left = [self.share - sum(map(Fraction.__mul__, prices, kind), Fraction(0)) for kind in kinds.T.tolist()]
            signs[unclear] = np.array([(each > 0) - (each < 0) for each in left], np.int8)[which.ravel()]
        return signs

    def pay(self, option: str, price: Fraction) -> int:
        """Let the supporters pay; the answer is how many of them had something left."""
        payers = self.still[self.points[option] > 0]
        self._note(option, payers)
        stay = self._left_after(option, price) > 0
        self.least -= (ceil(price * SCALE) * VALUES)[self.points[option]]
        self.slack += self.most
        self.prices[option] = price
        del self.bounds[option]
        if not stay.all():
            self.still, self.least = self.still[stay], self.least[stay]
            needed = {*self.prices, *self.bounds}
            self.points = {each: column[stay] for each, column in self.points.items() if each in needed}
            self.total = {each: int(self.points[each].sum()) for each in self.bounds}
        return len(payers)

    def _note(self, option: str, payers: NDArray[np.intp] | Marks) -> None:
        self.paid[option] = np.zeros(self.voters, np.bool_)
        self.paid[option][payers] = True

    def loads(self) -> Loads:
        """The same voters for the completion: what is left is a load below zero."""

        def of_all(amounts: Points | int) -> Points:
            found = np.zeros(self.voters, np.uint8)
            found[self.still] = amounts
            return found

        first = [(-self.share, of_all(1)), *((price, of_all(self.points[each])) for each, price in self.prices.items())]
        return Loads({option: column > 0 for option, column in self.all_points.items()}, self.voters, first)

    def complete(self, option: str, bearing: Marks) -> int:
        """Remember who has paid in the completion; the answer is how many."""
        self._note(option, bearing)
        return int(np.count_nonzero(bearing))

    def paid_by(self) -> tuple[tuple[str, ...], ...]:
        """Which options each voter has paid for, in the order of purchases."""
        if not self.paid:
            return ((),) * self.voters
        bits = np.packbits(np.stack(list(self.paid.values())), axis=0)
        found = [column.tobytes() for column in np.ascontiguousarray(bits.T)]
        named = {
            each: tuple(option for at, option in enumerate(self.paid) if each[at // 8] >> (7 - at % 8) & 1)
            for each in set(found)
        }
        return tuple(map(named.__getitem__, found))


def columns_of(options: Sequence[str], utilities: Sequence[tuple[int, ...]]) -> dict[str, Points]:
    """Points by option, one per voter."""
    flat = np.frombuffer(b"".join(map(bytes, utilities)), np.uint8)
    table = np.ascontiguousarray(flat.reshape(len(utilities), len(options)).T)
    return dict(zip(options, table, strict=True))
