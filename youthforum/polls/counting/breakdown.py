"""The result by delegation and by country, as far as it can be published without giving anybody away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from youthforum.polls.counting.ballots import Answer, Answers, Approval, Ballot, Ranking, Scores
from youthforum.polls.counting.majority import SMALLEST_GROUP
from youthforum.polls.counting.suppression import Detail, Place, RowName, Table, detail_to_publish, tally

NO_GROUP = ""
"""Ballots of people without a delegation or country stand together under this name."""

DELEGATION, COUNTRY = 0, 1
PARTS = {
    "yes_no": ("yes", "no", "abstain"),
    "approval": ("approved", "not_approved"),
    "score": ("4_to_5", "2_to_3", "0_to_1"),
    "ranking": ("first", "later", "not_ranked"),
}
"""What ballots are broken down into, by method; the first part of each is support."""

PART_OF_ANSWER = {Answer.YES: 0, Answer.NO: 1, Answer.ABSTAIN: 2}
PART_OF_SCORE = bytes(0 if score >= 4 else 1 if score >= 2 else 2 for score in range(256))


@dataclass(frozen=True, slots=True)
class Question:
    """What is broken down: an option, or something else that is yes or no of each ballot."""

    name: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """What is published of one row for one question, `detail` says how much.

    `counts` per part with `Detail.ALL`; `support` (and by subtraction the rest) from `Detail.SUPPORT` on.
    """

    detail: Detail
    support: int | None = None
    counts: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One group, or several small ones together, with the number of their ballots."""

    groups: tuple[str, ...]
    ballots: int
    cells: Mapping[str, Cells]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """`totals` of all ballots, per question and part; rows by delegation and by country.

    There are no rows where all ballots would be in one.
    """

    questions: tuple[Question, ...]
    ballots: int
    totals: Mapping[str, tuple[int, ...]]
    delegations: tuple[Row, ...]
    countries: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Sides:
    """Support for one option on two sides, as a share of the side's ballots; None where it is not published."""

    option: str
    left: Fraction | None
    right: Fraction | None


def break_down(
    options: Sequence[str],
    ballots: Sequence[Ballot],
    *,
    extra: Mapping[str, Sequence[bool]] | None = None,
    minimum: int = SMALLEST_GROUP,
) -> Breakdown:
    """Count ballots by delegation and by country, and leave out what is under `minimum` or would reveal it.

    - Groups with fewer ballots than `minimum` stand in one row together, with the next smallest ones until there are
      enough. A row that would hold everybody is left out.
    - Within a row, an option shows all its parts, or only support and the rest, or nothing; every number shown is at
      least `minimum`, so a unanimous group shows nothing.
    - More is left out until nothing can be worked out from all that is published; see `suppression`.

    `extra`: further questions, `{name: yes or no per ballot}`. Open polls pass `minimum=0`. Sources: see `suppression`.
    """
    extra = extra or {}
    questions = (
        *(Question(option, _parts(ballots)) for option in options),
        *(Question(name, ("yes", "no")) for name in extra),
    )
    cast = _by_place(ballots, _table(options, ballots, extra))
    sizes = {place: len(answers) for place, answers in cast.items()}
    rows = [(at, groups) for at in (DELEGATION, COUNTRY) for groups in _rows(sizes, at, minimum)]
    widths = [len(question.parts) for question in questions]
    if minimum:
        detail = detail_to_publish(widths, cast, rows, minimum)
    else:
        detail = {(row, question): Detail.ALL for row in rows for question in range(len(questions))}
    tallies = {place: tally(answers, max(widths)) for place, answers in cast.items()}

    def counted(groups: RowName | None) -> list[tuple[int, ...]]:
        inside = (each for place, each in tallies.items() if groups is None or place[groups[0]] in groups[1])
        counts = sum(inside, np.zeros((len(questions), max(widths, default=0)), np.int64))
        return [tuple(line[:width]) for line, width in zip(counts.tolist(), widths, strict=True)]

    found = {row: _row(row, questions, sizes, counted(row), detail) for row in rows}
    return Breakdown(
        questions,
        len(ballots),
        {question.name: counts for question, counts in zip(questions, counted(None), strict=True)},
        tuple(found[row] for row in rows if row[0] == DELEGATION),
        tuple(found[row] for row in rows if row[0] == COUNTRY),
    )


def two_sides(options: Sequence[str], left: Row, right: Row) -> list[Sides]:
    """What a two-sided picture shows, in the order of the options."""
    return [Sides(option, _share(left, option), _share(right, option)) for option in options]


def _share(row: Row, option: str) -> Fraction | None:
    support = row.cells[option].support
    return None if support is None or not row.ballots else Fraction(support, row.ballots)


def _table(options: Sequence[str], ballots: Sequence[Ballot], extra: Mapping[str, Sequence[bool]]) -> Table:
    """Which part each ballot (a line) is in for each question."""
    flat = np.frombuffer(b"".join(_values(options, each) for each in ballots), np.uint8)
    further = [~np.array(answers, np.bool_) for answers in extra.values()]
    return np.column_stack([flat.reshape(len(ballots), len(options)), *further])


def _by_place(ballots: Sequence[Ballot], values: Table) -> dict[Place, Table]:
    numbers: dict[Place, int] = {}
    of_ballot = [
        numbers.setdefault((each.delegation or NO_GROUP, each.country or NO_GROUP), len(numbers)) for each in ballots
    ]
    at = np.array(of_ballot, np.intp)
    return {place: values[at == number] for place, number in numbers.items()}


def _rows(places: Mapping[Place, int], grouping: int, minimum: int) -> list[frozenset[str]]:
    """Which groups stand in a row of their own, and which together: by name, those together last."""
    groups: Counter[str] = Counter()
    for place, ballots in places.items():
        groups[place[grouping]] += ballots
    sizes = sorted((size, group) for group, size in groups.items())
    together: list[str] = []
    gathered = 0
    for size, group in sizes:
        if size < minimum or (together and (gathered < minimum or len(together) < 2)):
            together.append(group)
            gathered += size
    alone = sorted(group for _, group in sizes if group not in together)
    found = [*(frozenset([group]) for group in alone), *([frozenset(together)] if together else [])]
    return found if len(found) > 1 else []


def _row(
    row: RowName,
    questions: Sequence[Question],
    sizes: Mapping[Place, int],
    counted: Sequence[tuple[int, ...]],
    detail: Mapping[tuple[RowName, int], Detail],
) -> Row:
    grouping, groups = row
    cells = {}
    for at, (question, counts) in enumerate(zip(questions, counted, strict=True)):
        shown = detail[row, at]
        cells[question.name] = Cells(
            shown,
            counts[0] if shown >= Detail.SUPPORT else None,
            counts if shown is Detail.ALL else None,
        )
    return Row(tuple(sorted(groups)), sum(size for place, size in sizes.items() if place[grouping] in groups), cells)


def _parts(ballots: Sequence[Ballot]) -> tuple[str, ...]:
    names = {Answers: "yes_no", Approval: "approval", Scores: "score", Ranking: "ranking"}
    return PARTS[names[type(ballots[0].choice)]] if ballots else ()


def _values(options: Sequence[str], ballot: Ballot) -> bytes:
    """Which part each option is in on this ballot."""
    match ballot.choice:
        case Answers(by_option):
            return bytes(map(PART_OF_ANSWER.__getitem__, by_option))
        case Approval(approved):
            return bytes(option not in approved for option in options)
        case Scores(by_option):
            return bytes(by_option).translate(PART_OF_SCORE)
        case Ranking(order):
            parts = {option: int(place > 0) for place, option in enumerate(order)}
            return bytes(parts.get(option, 2) for option in options)
