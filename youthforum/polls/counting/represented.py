"""Who is represented by what: which voters have paid for which options of a set elected by equal shares.

That a voter who has paid for an elected option is represented by it is how Peters and Skowron 2020 (“Proportionality
and the limits of welfarism”) read their price systems.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from youthforum.polls.counting.breakdown import Breakdown, Row

REPRESENTED = "represented"
"""Name of the breakdown's question “has paid for at least one elected option”."""


@dataclass(frozen=True, slots=True)
class RepresentedGroup:
    """One row of the breakdown, with the number of its `ballots`.

    `represented` of them have paid for at least one elected option; `by`: how many have paid for each, the most first.
    None, and missing in `by`, where it is not published.
    """

    groups: tuple[str, ...]
    ballots: int
    represented: int | None
    by: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Representation:
    """`represented` of all `ballots`; `payers` of each elected option in the order of election; and the groups."""

    ballots: int
    represented: int
    payers: Mapping[str, int]
    delegations: tuple[RepresentedGroup, ...]
    countries: tuple[RepresentedGroup, ...]


def paid_for(option: str) -> str:
    """Name of the breakdown's question “has paid for this option”."""
    return f"paid_for:{option}"


def questions_of_payment(elected: Sequence[str], paid: Sequence[Sequence[str]]) -> dict[str, list[bool]]:
    """The `extra` questions that `break_down` needs for `representation`; `paid` as in `EqualShares`."""
    columns = {option: [False] * len(paid) for option in elected}
    for at, options in enumerate(paid):
        for option in options:
            columns[option][at] = True
    return {
        REPRESENTED: [bool(options) for options in paid],
        **{paid_for(option): column for option, column in columns.items()},
    }


def representation(elected: Sequence[str], breakdown: Breakdown) -> Representation:
    """What the breakdown publishes about who has paid for what; it must hold `questions_of_payment`."""

    def group(row: Row) -> RepresentedGroup:
        shown = {option: row.cells[paid_for(option)].support for option in elected}
        by = sorted(((payers, option) for option, payers in shown.items() if payers is not None), key=_most_first)
        return RepresentedGroup(
            row.groups, row.ballots, row.cells[REPRESENTED].support, {option: payers for payers, option in by}
        )

    return Representation(
        breakdown.ballots,
        breakdown.totals[REPRESENTED][0],
        {option: breakdown.totals[paid_for(option)][0] for option in elected},
        tuple(map(group, breakdown.delegations)),
        tuple(map(group, breakdown.countries)),
    )


def _most_first(entry: tuple[int, str]) -> int:
    return -entry[0]  # equal ones stay in the order of election
