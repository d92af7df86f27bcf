"""The method of equal shares: a proportional set of k from approval or score ballots.

Exact and still fast: budgets are whole numbers over one common unit, and equal ballots are counted together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import compress
from math import gcd
from operator import mul

from youthforum.polls.counting.ballots import Approval, Ballot, Scores
from youthforum.polls.counting.lots import Decision, Lots, Tie
from youthforum.polls.counting.phragmen import Loads

Utilities = tuple[int, ...]
"""What each option is worth to one voter, in the order of the options; 0 is no support."""


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
    # Budgets only fall, so a price only rises: an old price is a lower bound, and most need not be found anew.
    bounds = {option: Fraction(0) for option in options}
    while bounds and len(rounds) < seats:
        prices: dict[str, Fraction] = {}
        for option in sorted(bounds, key=bounds.__getitem__):
            if prices and bounds[option] > min(prices.values()):
                break
            price = purse.price(option)
            if price is None:
                del bounds[option]  # they will never have more
            else:
                bounds[option] = prices[option] = price
        if not prices:
            break
        price = min(prices.values())
        option = lots.first(Decision.ELECT, [each for each in prices if prices[each] == price])
        rounds.append(Purchase(option, Phase.SHARES, price, purse.support[option], purse.pay(option, price)))
        del bounds[option]
    elected = {each.option for each in rounds}
    remaining = [option for option in options if option not in elected]
    voters = purse.loads() if remaining and len(rounds) < seats else None
    while voters and remaining and len(rounds) < seats:
        option, given = voters.lightest(remaining, lots)
        remaining.remove(option)
        if given is None:
            rounds.append(Purchase(option, Phase.LOT, None, 0, 0))
        else:
            payers = purse.note(option, voters.bear(option, given))
            rounds.append(Purchase(option, Phase.COMPLETION, given, purse.support[option], payers))
    names = tuple(each.option for each in rounds)
    return EqualShares(purse.share, tuple(rounds), names, tuple(lots.used), purse.paid_by(utilities, names))


class _Purses:
    """What groups of voters with equal ballots have left: `left[group]` / `unit` each."""

    def __init__(self, options: Sequence[str], utilities: Sequence[Utilities], seats: int) -> None:
        piles = Counter(utilities)
        self.options = options
        self.ballots = list(piles)
        self.sizes = list(piles.values())
        self.alone = len(piles) == len(utilities)
        self.unit = len(utilities) or 1
        self.share = Fraction(seats, self.unit)
        self.left = [seats] * len(piles)
        self.least = seats
        columns = list(zip(*piles, strict=True)) if piles else [()] * len(options)
        self.points = dict(zip(options, columns, strict=True))
        self.support = {option: sum(compress(self.sizes, column)) for option, column in self.points.items()}
        self.total = {option: sum(map(mul, self.sizes, column)) for option, column in self.points.items()}
        self.most = {option: max(column, default=0) for option, column in self.points.items()}
        self.bought = [0] * len(piles)  # bits, in the order of purchases
        self.purchases: list[str] = []

    def price(self, option: str) -> Fraction | None:
        """The smallest ρ with Σ min(ρ × points, left) = 1; None when the supporters don't have enough."""
        column, most = self.points[option], self.most[option]
        poor_have, poor_points, rich_points = 0, 0, self.total[option]
        while rich_points:
            # ρ = missing / (rich_points × unit); poor is who has less than ρ × points.
            missing = self.unit - poor_have
            if self.least * rich_points >= missing * most:
                return Fraction(missing, rich_points * self.unit)
            limits = [-(-missing * points // rich_points) for points in range(most + 1)]
            poor = [left < limits[points] for points, left in zip(column, self.left, strict=True)]
            sizes = compress(self.sizes, poor)
            have, points = list(compress(self.left, poor)), list(compress(column, poor))
            if not self.alone:
                weights = list(sizes)
                have, points = list(map(mul, have, weights)), list(map(mul, points, weights))
            if sum(points) == poor_points:
                return Fraction(missing, rich_points * self.unit)
            poor_have, poor_points = sum(have), sum(points)
            rich_points = self.total[option] - poor_points
        # Each of them would have to pay more than they have.
        return None

    def pay(self, option: str, price: Fraction) -> int:
        """Let the supporters pay; the answer is how many had something to pay with."""
        factor = price.denominator // gcd(price.denominator, self.unit)
        self.unit *= factor
        each = price.numerator * (self.unit // price.denominator)
        column = self.points[option]
        due = [points * each for points in range(self.most[option] + 1)]
        paying = [bool(points and left) for points, left in zip(column, self.left, strict=True)]
        self.left = [max(factor * left - due[points], 0) for points, left in zip(column, self.left, strict=True)]
        self.least = min(self.left, default=0)
        return self.note(option, paying)

    def note(self, option: str, paying: Sequence[bool]) -> int:
        """Remember who has paid for this option; the answer is how many."""
        bit = 1 << len(self.purchases)
        self.purchases.append(option)
        self.bought = [bought | bit if pays else bought for bought, pays in zip(self.bought, paying, strict=True)]
        return sum(compress(self.sizes, paying))

    def loads(self) -> Loads:
        """The same voters for the completion: what is left is a load below zero."""
        marks = {option: [points > 0 for points in column] for option, column in self.points.items()}
        return Loads(self.sizes, dict(marks), [-left for left in self.left], self.unit)

    def paid_by(self, utilities: Sequence[Utilities], elected: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        named = {
            bits: tuple(option for at, option in enumerate(self.purchases) if bits >> at & 1)
            for bits in set(self.bought)
        }
        by_ballot = {ballot: named[bits] for ballot, bits in zip(self.ballots, self.bought, strict=True)}
        return tuple(by_ballot[each] for each in utilities)
