"""The method of equal shares: a proportional set of k from approval or score ballots.

Exact and still fast: budgets are whole numbers over one common unit, and equal ballots are counted together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import compress
from math import ceil, gcd
from operator import mul

from youthforum.polls.counting.ballots import Approval, Ballot, Scores
from youthforum.polls.counting.lots import Decision, Lots, Tie
from youthforum.polls.counting.phragmen import Loads

Utilities = tuple[int, ...]
"""What each option is worth to one voter, 0 (no support) to 255, in the order of the options."""


class Phase(StrEnum):
    SHARES = "shares"  # its supporters could pay for it
    COMPLETION = "completion"  # its supporters were the first who could, once everybody got more
    LOT = "lot"  # nobody supports it; only so that all seats are taken


@dataclass(frozen=True, slots=True)
class Purchase:
    """One option elected.

    `price`: what one point of support cost at most (None when nobody supports it); in the completion, how much
    more everybody had been given by then, in seats. `supporters` have given it at least one point, `payers` of them
    had something left to pay with.
    """

    option: str
    phase: Phase
    price: Fraction | None
    supporters: int
    payers: int


@dataclass(frozen=True, slots=True)
class EqualShares:
    """`share`: what each voter had to spend, in seats. `paid[i]`: the elected options that ballot i has paid for."""

    share: Fraction
    rounds: tuple[Purchase, ...]
    elected: tuple[str, ...]
    ties: tuple[Tie, ...]
    paid: tuple[tuple[str, ...], ...]


def utilities_of(options: Sequence[str], ballots: Sequence[Ballot]) -> list[Utilities]:
    """Scores as they are; approving is worth 1, as in Peters, Pierczyński and Skowron 2021, section 2."""
    found: list[Utilities] = []
    for ballot in ballots:
        match ballot.choice:
            case Scores(by_option):
                found.append(by_option)
            case Approval(approved):
                found.append(tuple(int(option in approved) for option in options))
            case _:
                raise TypeError("equal shares are counted on approval and score ballots")
    return found


def equal_shares(
    options: Sequence[str], utilities: Sequence[Utilities], seats: int, order: Sequence[str]
) -> EqualShares:
    """Every voter gets the same share of the seats to spend, and only on what they support.

    An option costs one seat. It can be bought at price ρ when its supporters together have enough, each paying ρ per
    point that they gave it, or all that they have left. Elected is, again and again, the option with the lowest ρ;
    `order` is the order of the lot. When nothing more can be bought, everybody is given more, at the same pace and
    without starting again, until the supporters of some option have enough: it is elected and they have spent
    everything. On approval ballots, that is the completion by Phragmén's sequential method. What nobody supports is
    elected by lot, last.

    Sources: Peters and Skowron 2020, “Proportionality and the limits of welfarism” (EC ’20), Rule X and its completion
    by seq-Phragmén; for scores: Peters, Pierczyński and Skowron 2021, “Proportional participatory budgeting with
    additive utilities” (NeurIPS 34), with equal costs. That the completion asks for scores, too, who gave at least one
    point is our choice: there, supporters pay all that they have, so points no longer matter.
    """
    purse = _Purses(options, utilities, seats)
    lots = Lots(order)
    rounds: list[Purchase] = []
    affordable = dict.fromkeys(options, Fraction(0))
    while affordable and len(rounds) < seats:
        price, cheapest = purse.cheapest(affordable)
        if price is None:
            break
        option = lots.first(Decision.ELECT, cheapest)
        rounds.append(Purchase(option, Phase.SHARES, price, purse.support[option], purse.pay(option, price)))
        del affordable[option]
    elected = {each.option for each in rounds}
    remaining = [option for option in options if option not in elected]
    voters = purse.loads() if remaining and len(rounds) < seats else None
    while voters and remaining and len(rounds) < seats:
        option, given = voters.lightest(remaining, lots)
        remaining.remove(option)
        if given is None:
            rounds.append(Purchase(option, Phase.LOT, None, 0, 0))
        else:
            payers = purse.complete(option, voters.bear(option, given))
            rounds.append(Purchase(option, Phase.COMPLETION, given, purse.support[option], payers))
    names = tuple(each.option for each in rounds)
    return EqualShares(purse.share, tuple(rounds), names, tuple(lots.used), purse.paid_by(utilities))


class _Purses:
    """What voters have left, in groups with equal ballots.

    Groups that have something left stand in `still`, with `left` / `unit` each, their `sizes` and `points`; a group
    that has spent everything leaves these lists.
    """

    def __init__(self, options: Sequence[str], utilities: Sequence[Utilities], seats: int) -> None:
        piles = Counter(utilities)
        self.ballots = list(piles)
        self.all_sizes = self.sizes = list(piles.values())
        self.alone = len(piles) == len(utilities)
        self.unit = len(utilities) or 1
        self.share = Fraction(seats, self.unit)
        self.still = list(range(len(piles)))
        self.left = [seats] * len(piles)
        columns = map(bytes, zip(*piles, strict=True)) if piles else [b""] * len(options)
        self.all_points = dict(zip(options, columns, strict=True))
        self.points = dict(self.all_points)  # one byte per group
        self.support = {option: sum(compress(self.sizes, column)) for option, column in self.points.items()}
        self.bought = [0] * len(piles)  # bits, in the order of purchases
        self.purchases: list[str] = []
        self.most = {option: max(column, default=0) for option, column in self.points.items()}
        self._sum_up()

    def _sum_up(self) -> None:
        """`total` points that those who still have something gave to each option."""
        self.least = min(self.left, default=0)
        self.total = {
            option: sum(column) if self.alone else sum(map(mul, self.sizes, column))
            for option, column in self.points.items()
        }

    def cheapest(self, affordable: dict[str, Fraction]) -> tuple[Fraction | None, list[str]]:
        """The lowest price and the options that cost it; None and nothing when no option can be paid.

        `affordable` holds a lower bound of each price. Budgets only fall and prices only rise, so bounds stay true;
        they are raised here, and what can't be paid any more is taken out.
        """
        lowest: Fraction | None = None
        cheapest: list[str] = []
        near: list[bool] | None = None
        for option in sorted(affordable, key=affordable.__getitem__):
            if lowest is not None and affordable[option] > lowest:
                break
            price = self._price(option, affordable[option], lowest, near)
            if price is None:
                del affordable[option]
                continue
            affordable[option] = price
            if lowest is None or price < lowest:
                lowest, cheapest = price, [option]
                if near is None:
                    # Whoever can pay the most points at this price will not run short at a lower one.
                    limit = ceil(price * self.unit * max(self.most.values()))
                    near = [left < limit for left in self.left]
            elif price == lowest:
                cheapest.append(option)
        return lowest, cheapest

    def _price(
        self, option: str, bound: Fraction, enough: Fraction | None, near: Sequence[bool] | None
    ) -> Fraction | None:
        """The smallest ρ with Σ min(ρ × points, left) = 1; None when the supporters don't have so much.

        The search climbs from `bound`. Above `enough` it stops, and the answer is only a lower bound. `near` marks who
        could run short at prices up to `enough`; None if all could.
        """
        total, most = self.total[option], self.most[option]
        column, left, sizes = self.points[option], self.left, self.sizes
        price, short_points = bound, -1
        if near is not None:
            column, left = bytes(compress(column, near)), list(compress(left, near))
            sizes = sizes if self.alone else list(compress(sizes, near))
        left, sizes = list(compress(left, column)), sizes if self.alone else list(compress(sizes, column))
        column = column.replace(b"\0", b"")
        while True:
            have, points = 0, 0
            if ceil(price * self.unit * most) > self.least:
                limits = [ceil(price * self.unit * each) for each in range(most + 1)]
                short = [each < limits[at] for at, each in zip(column, left, strict=True)]
                has, gave = compress(left, short), compress(column, short)
                if self.alone:
                    have, points = sum(has), sum(gave)
                else:
                    weights = list(compress(sizes, short))
                    have, points = sum(map(mul, has, weights)), sum(map(mul, gave, weights))
            if points == total:
                return None  # each of them would have to pay more than they have
            if points == short_points:
                return price
            # Those who run short give all that they have, the others share the rest.
            short_points = points
            price = Fraction(self.unit - have, (total - points) * self.unit)
            if enough is not None and price > enough:
                return price

    def pay(self, option: str, price: Fraction) -> int:
        """Let the supporters pay; the answer is how many of them had something left."""
        column = self.points[option]
        payers = self._note(option, compress(self.still, column))
        factor = price.denominator // gcd(price.denominator, self.unit)
        self.unit *= factor
        each = price.numerator * (self.unit // price.denominator)
        due = [points * each for points in range(self.most[option] + 1)]
        left = [factor * before - due[points] for points, before in zip(column, self.left, strict=True)]
        some = [after > 0 for after in left]
        self.left = list(compress(left, some))
        if len(self.left) < len(left):
            self.still, self.sizes = list(compress(self.still, some)), list(compress(self.sizes, some))
            self.points = {each: bytes(compress(column, some)) for each, column in self.points.items()}
            self._sum_up()
        else:
            self.least = min(left)
        return payers

    def _note(self, option: str, groups: Iterable[int]) -> int:
        """Remember which groups have paid for this option; the answer is how many voters that is."""
        bit, payers = 1 << len(self.purchases), 0
        self.purchases.append(option)
        for group in groups:
            self.bought[group] |= bit
            payers += self.all_sizes[group]
        return payers

    def loads(self) -> Loads:
        """The same voters for the completion: what is left is a load below zero."""
        marks: dict[str, Sequence[bool]] = {
            option: [points > 0 for points in column] for option, column in self.all_points.items()
        }
        loads = [0] * len(self.ballots)
        for group, left in zip(self.still, self.left, strict=True):
            loads[group] = -left
        return Loads(self.all_sizes, marks, loads, self.unit)

    def complete(self, option: str, bearing: Sequence[bool]) -> int:
        """Remember who has paid in the completion; the answer is how many."""
        return self._note(option, compress(range(len(bearing)), bearing))

    def paid_by(self, utilities: Sequence[Utilities]) -> tuple[tuple[str, ...], ...]:
        """Which options each of these voters has paid for, in the order of purchases."""
        named = {
            bits: tuple(option for at, option in enumerate(self.purchases) if bits >> at & 1)
            for bits in set(self.bought)
        }
        by_ballot = {ballot: named[bits] for ballot, bits in zip(self.ballots, self.bought, strict=True)}
        return tuple(by_ballot[each] for each in utilities)
