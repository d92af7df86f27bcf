"""The highest totals win."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from youthforum.polls.counting.ballots import Answer, Answers, Approval, Ballot, Scores
from youthforum.polls.counting.lots import Decision, Lots, Tie

WORTH = {Answer.YES: 1, Answer.NO: -1, Answer.ABSTAIN: 0}


@dataclass(frozen=True, slots=True)
class Highest:
    """`totals` of all options; `elected` from the highest total down, equal ones in the order of the lot."""

    totals: Mapping[str, int]
    elected: tuple[str, ...]
    ties: tuple[Tie, ...]


def count_totals(options: Sequence[str], ballots: Iterable[Ballot]) -> dict[str, int]:
    """Per option: how many approve of it; or the sum of its scores; or how many say yes, less how many say no.

    Sources: approval voting, Brams and Fishburn 1978 (American Political Science Review 72); range voting, Smith 2000.
    """
    choices = [ballot.choice for ballot in ballots]
    approvals = [choice.options for choice in choices if isinstance(choice, Approval)]
    scores = [choice.by_option for choice in choices if isinstance(choice, Scores)]
    answers = [tuple(map(WORTH.__getitem__, choice.by_option)) for choice in choices if isinstance(choice, Answers)]
    if len(choices) not in (len(approvals), len(scores), len(answers)):
        raise TypeError("rankings and mixed ballots have no totals")
    if approvals:
        return {option: sum(option in approved for approved in approvals) for option in options}
    columns = zip(*(scores or answers), strict=True) if choices else ((),) * len(options)
    return {option: sum(column) for option, column in zip(options, columns, strict=True)}


def highest(totals: Mapping[str, int], seats: int, order: Sequence[str]) -> Highest:
    """The `seats` options with the highest totals; `order` is the order of the lot, see `lot_order`.

    A lot is needed only when options with the same total contend for the last seats. Sources: see `count_totals`.
    """
    lots = Lots(order)
    elected: list[str] = []
    for total in sorted(set(totals.values()), reverse=True):
        level = [option for option in totals if totals[option] == total]
        elected += lots.pick(Decision.LAST_SEATS, level, seats - len(elected))
        if len(elected) >= seats:
            break
    return Highest(dict(totals), tuple(elected), tuple(lots.used))
