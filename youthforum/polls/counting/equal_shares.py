"""The method of equal shares: a proportional set of k from approval or score ballots.

The purchases are here; who has what left, and what an option costs, is worked out in `purses`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from youthforum.polls.counting.ballots import Approval, Ballot, Scores
from youthforum.polls.counting.lots import Decision, Lots, Tie
from youthforum.polls.counting.purses import Purses, columns_of

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
    purse = Purses(columns_of(options, utilities), len(utilities), seats)
    lots = Lots(order)
    rounds: list[Purchase] = []
    while len(rounds) < seats:
        price, cheapest = purse.cheapest()
        if price is None:
            break
        option = lots.first(Decision.ELECT, cheapest)
        rounds.append(Purchase(option, Phase.SHARES, price, purse.support[option], purse.pay(option, price)))
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
    return EqualShares(purse.share, tuple(rounds), names, tuple(lots.used), purse.paid_by())
