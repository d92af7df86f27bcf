"""Majorities and quorums: every outcome carries the comparison that it rests on.

A rule asks for a threshold (simple, absolute, two thirds), and may ask for the same within each country or in at least
k delegations on top (a double majority, as in article 16(4) of the Treaty on European Union). What the words mean, and
that an abstention counts neither way in the first: Robert’s Rules of Order Newly Revised, 12th edition, § 44.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from youthforum.polls.counting.ballots import Answer, Answers, Approval, Ballot

SMALLEST_GROUP = 5
"""In a secret poll, a group with fewer ballots can't carry anything: what it carried would tell how they voted."""


class Threshold(StrEnum):
    SIMPLE = "simple"  # yes > no
    ABSOLUTE = "absolute"  # yes > 1/2
    TWO_THIRDS = "two_thirds"  # yes ≥ 2/3


class Base(StrEnum):
    """What a share is a share of."""

    DECIDED = "decided"  # yes and no; abstentions don't count
    BALLOTS = "ballots"  # every valid ballot; an abstention counts like a no
    ELECTORATE = "electorate"  # everybody who may vote; staying away counts like a no


class Side(StrEnum):
    """What the left side of a comparison, or the base of its right side, counts."""

    YES = "yes"
    NO = "no"
    DECIDED = "decided"
    BALLOTS = "ballots"
    ELECTORATE = "electorate"
    GROUPS = "groups"


class Relation(StrEnum):
    MORE = ">"
    AT_LEAST = ">="


class Within(StrEnum):
    EACH_COUNTRY = "each_country"
    DELEGATIONS = "delegations"  # in at least `at_least` of them


@dataclass(frozen=True, slots=True)
class Counts:
    yes: int = 0
    no: int = 0
    abstain: int = 0

    @property
    def ballots(self) -> int:
        return self.yes + self.no + self.abstain


@dataclass(frozen=True, slots=True)
class Electorate:
    """How many may vote: in all, by country and by delegation. A group in which nobody may vote has no entry."""

    size: int
    countries: Mapping[str, int]
    delegations: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left` `relation` `share` × `of`, for example 12 > 1/2 × 23. Nothing is reached with a left side of 0."""

    what: Side
    left: int
    relation: Relation
    share: Fraction
    base: Side
    of: int

    @property
    def right(self) -> Fraction:
        return self.share * self.of

    @property
    def holds(self) -> bool:
        if self.left == 0:
            return False
        return self.left > self.right if self.relation is Relation.MORE else self.left >= self.right


@dataclass(frozen=True, slots=True)
class MajorityRule:
    """`base` is not asked for a simple majority. `at_least` is the number of delegations, with `Within.DELEGATIONS`."""

    threshold: Threshold
    base: Base = Base.BALLOTS
    within: Within | None = None
    at_least: int = 0


@dataclass(frozen=True, slots=True)
class GroupOutcome:
    """`comparison` is None in a group that is too small to be counted by itself; it carries nothing."""

    group: str
    comparison: Comparison | None

    @property
    def holds(self) -> bool:
        return self.comparison is not None and self.comparison.holds


@dataclass(frozen=True, slots=True)
class MajorityOutcome:
    """`overall` and, for a double majority, `groups` with `enough`: how many of them hold against how many must."""

    counts: Counts
    overall: Comparison
    groups: tuple[GroupOutcome, ...] = ()
    enough: Comparison | None = None

    @property
    def holds(self) -> bool:
        return self.overall.holds and (self.enough is None or self.enough.holds)


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many must have voted: a `number`, or a `share` of the electorate; exactly one of the two."""

    number: int | None = None
    share: Fraction | None = None

    def __post_init__(self) -> None:
        if (self.number is None) == (self.share is None):
            raise ValueError("a quorum is a number or a share")


def count_answers(options: Sequence[str], ballots: Iterable[Ballot]) -> dict[str, Counts]:
    """Yes, no and abstentions per option. On approval ballots, approving is yes and not approving is no."""
    yes, no, abstain = ([0] * len(options) for _ in range(3))
    columns = {Answer.YES: yes, Answer.NO: no, Answer.ABSTAIN: abstain}
    for ballot in ballots:
        match ballot.choice:
            case Answers(by_option):
                for at, answer in enumerate(by_option):
                    columns[answer][at] += 1
            case Approval(approved):
                for at, option in enumerate(options):
                    (yes if option in approved else no)[at] += 1
            case _:
                raise TypeError("majorities are counted on yes/no and approval ballots")
    return {option: Counts(*at) for option, *at in zip(options, yes, no, abstain, strict=True)}


def majority(
    rule: MajorityRule,
    options: Sequence[str],
    ballots: Sequence[Ballot],
    electorate: Electorate,
    *,
    smallest_group: int = SMALLEST_GROUP,
) -> dict[str, MajorityOutcome]:
    """Which options reach the rule, `{option: outcome}`.

    - simple: more yes than no;
    - absolute: yes from more than half of the rule's base;
    - two thirds: yes from at least two thirds of the rule's base.

    Within each country: overall, and in every country of the electorate. In at least k delegations: overall, and in k
    of them. A group with fewer than `smallest_group` ballots is part of the whole but does not carry by itself; open
    polls pass 1. Sources: see the head of this file.
    """
    counts = count_answers(options, ballots)
    if rule.within is None:
        return {
            option: MajorityOutcome(count, _compared(rule, count, electorate.size)) for option, count in counts.items()
        }
    by_country = rule.within is Within.EACH_COUNTRY
    sizes = electorate.countries if by_country else electorate.delegations
    members: dict[str, list[Ballot]] = {group: [] for group in sizes}
    for ballot in ballots:
        group = ballot.country if by_country else ballot.delegation
        if group in members:
            members[group].append(ballot)
    group_counts = {
        group: count_answers(options, cast) for group, cast in members.items() if len(cast) >= smallest_group
    }
    needed = len(sizes) if by_country else rule.at_least
    outcomes = {}
    for option, count in counts.items():
        groups = tuple(
            GroupOutcome(
                group,
                _compared(rule, group_counts[group][option], sizes[group]) if group in group_counts else None,
            )
            for group in sizes
        )
        held = sum(group.holds for group in groups)
        enough = Comparison(Side.GROUPS, held, Relation.AT_LEAST, Fraction(1), Side.GROUPS, needed)
        outcomes[option] = MajorityOutcome(count, _compared(rule, count, electorate.size), groups, enough)
    return outcomes


def quorum_reached(quorum: Quorum, ballots: int, electorate: Electorate) -> Comparison:
    """Whether enough have voted; every valid ballot counts, blank ones too (Robert’s Rules, § 40)."""
    if quorum.share is not None:
        return Comparison(Side.BALLOTS, ballots, Relation.AT_LEAST, quorum.share, Side.ELECTORATE, electorate.size)
    return Comparison(Side.BALLOTS, ballots, Relation.AT_LEAST, Fraction(1), Side.BALLOTS, quorum.number or 0)


def _compared(rule: MajorityRule, counts: Counts, size: int) -> Comparison:
    if rule.threshold is Threshold.SIMPLE:
        return Comparison(Side.YES, counts.yes, Relation.MORE, Fraction(1), Side.NO, counts.no)
    of = {
        Base.DECIDED: (Side.DECIDED, counts.yes + counts.no),
        Base.BALLOTS: (Side.BALLOTS, counts.ballots),
        Base.ELECTORATE: (Side.ELECTORATE, size),
    }[rule.base]
    if rule.threshold is Threshold.ABSOLUTE:
        return Comparison(Side.YES, counts.yes, Relation.MORE, Fraction(1, 2), *of)
    return Comparison(Side.YES, counts.yes, Relation.AT_LEAST, Fraction(2, 3), *of)
