"""A whole poll counted: quorum, majorities, winners, what is adopted, and the breakdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from youthforum.polls.counting.ballots import Approval, Ballot, Method, Ranking
from youthforum.polls.counting.breakdown import Breakdown, break_down
from youthforum.polls.counting.equal_shares import EqualShares, equal_shares, utilities_of
from youthforum.polls.counting.highest import Highest, count_totals, highest
from youthforum.polls.counting.lots import lot_order
from youthforum.polls.counting.majority import (
    SMALLEST_GROUP,
    Comparison,
    Electorate,
    MajorityOutcome,
    MajorityRule,
    Quorum,
    majority,
    quorum_reached,
)
from youthforum.polls.counting.phragmen import Phragmen, sequential_phragmen
from youthforum.polls.counting.represented import Representation, questions_of_payment, representation
from youthforum.polls.counting.schulze import Schulze, schulze
from youthforum.polls.counting.stv import TransferableVote, single_transferable_vote

WinnersOutcome = Highest | Schulze | TransferableVote | EqualShares | Phragmen


class Winners(StrEnum):
    HIGHEST = "highest"
    SCHULZE = "schulze"
    TRANSFERABLE_VOTE = "transferable_vote"
    EQUAL_SHARES = "equal_shares"
    PHRAGMEN = "phragmen"


FITTING = {
    Winners.HIGHEST: {Method.YES_NO, Method.APPROVAL, Method.SCORE},
    Winners.SCHULZE: {Method.RANKING},
    Winners.TRANSFERABLE_VOTE: {Method.RANKING},
    Winners.EQUAL_SHARES: {Method.APPROVAL, Method.SCORE},
    Winners.PHRAGMEN: {Method.APPROVAL},
}
"""Which methods of voting each way of finding winners can count."""

WITH_MAJORITY = {Method.YES_NO, Method.APPROVAL}
"""Methods on which a majority can be asked for."""


@dataclass(frozen=True, slots=True)
class Rules:
    """All that the count depends on besides the ballots; fixed when the poll opens.

    `seed` decides the lot. `winners` picks `seats` options; with `majority`, only options that reach it are adopted.
    At least one of the two is needed. `secret`: small groups are suppressed, and can't carry by themselves.
    """

    method: Method
    options: tuple[str, ...]
    seed: str
    electorate: Electorate
    secret: bool = True
    quorum: Quorum | None = None
    majority: MajorityRule | None = None
    winners: Winners | None = None
    seats: int = 0

    def __post_init__(self) -> None:
        if self.majority is None and self.winners is None:
            raise ValueError("a poll needs a majority, winners, or both")
        if self.majority is not None and self.method not in WITH_MAJORITY:
            raise ValueError(f"no majority can be asked for on {self.method} ballots")
        if self.winners is not None and self.method not in FITTING[self.winners]:
            raise ValueError(f"{self.winners} does not count {self.method} ballots")
        if len(set(self.options)) != len(self.options) or not self.options:
            raise ValueError("a poll needs options, each once")
        if (self.winners is not None) != (1 <= self.seats <= len(self.options)):
            raise ValueError("winners need seats, from one to the number of options")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`adopted` is empty without a quorum; `lot` is the order in which the lot puts the options.

    In a secret poll, `majority` and `winners` hold numbers of small groups and who paid for what, ballot by ballot.
    Only what `plain_outcome` makes of them may leave the server.
    """

    ballots: int
    lot: tuple[str, ...]
    quorum: Comparison | None
    majority: dict[str, MajorityOutcome] | None
    winners: WinnersOutcome | None
    adopted: tuple[str, ...]
    breakdown: Breakdown
    representation: Representation | None


def count_poll(rules: Rules, ballots: Sequence[Ballot]) -> Outcome:
    """Count everything that the rules ask for; sources stand with each rule."""
    lot = tuple(lot_order(rules.seed, rules.options))
    quorum = quorum_reached(rules.quorum, len(ballots), rules.electorate) if rules.quorum else None
    majorities = None
    if rules.majority is not None:
        smallest = SMALLEST_GROUP if rules.secret else 1
        majorities = majority(rules.majority, rules.options, ballots, rules.electorate, smallest_group=smallest)
    winners = _winners(rules, ballots, lot)
    adopted = [
        option
        for option in (winners.elected if winners else rules.options)
        if (majorities is None or majorities[option].holds) and (quorum is None or quorum.holds)
    ]
    extra = questions_of_payment(winners.elected, winners.paid) if isinstance(winners, EqualShares) else {}
    breakdown = break_down(rules.options, ballots, extra=extra, minimum=SMALLEST_GROUP if rules.secret else 0)
    represented = representation(winners.elected, breakdown) if isinstance(winners, EqualShares) else None
    return Outcome(len(ballots), lot, quorum, majorities, winners, tuple(adopted), breakdown, represented)


def _winners(rules: Rules, ballots: Sequence[Ballot], lot: Sequence[str]) -> WinnersOutcome | None:
    match rules.winners:
        case None:
            return None
        case Winners.HIGHEST:
            return highest(count_totals(rules.options, ballots), rules.seats, lot)
        case Winners.SCHULZE:
            return schulze(rules.options, _rankings(ballots), rules.seats, lot)
        case Winners.TRANSFERABLE_VOTE:
            return single_transferable_vote(rules.options, _rankings(ballots), rules.seats, lot)
        case Winners.EQUAL_SHARES:
            return equal_shares(rules.options, utilities_of(rules.options, ballots), rules.seats, lot)
        case Winners.PHRAGMEN:
            return sequential_phragmen(rules.options, _approvals(ballots), rules.seats, lot)


def _rankings(ballots: Sequence[Ballot]) -> list[Ranking]:
    return [ballot.choice for ballot in ballots if isinstance(ballot.choice, Ranking)]


def _approvals(ballots: Sequence[Ballot]) -> list[Approval]:
    return [ballot.choice for ballot in ballots if isinstance(ballot.choice, Approval)]
