"""What may be published of a breakdown, so that no small number can be worked out.

Everybody may see the ballots without their groups, so whoever wants to know how a group voted asks: which ballots are
theirs? A number stays hidden if ballots of one group can change places with as many of another, nothing that is
published changes, and the number does. That is shown here for every number that is left out: an exchange of one ballot
or of two is found for it; where there is none, more is left out. That a suppressed number must have several possible
values, given all published margins: Willenborg and de Waal 2001, “Elements of Statistical Disclosure Control”.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations, product
from operator import add

Place = tuple[str, ...]
"""Where a ballot belongs, one group per grouping, such as (delegation, country)."""

Answers = tuple[int, ...]
"""Which value a ballot has for each question; 0 is support."""

RowName = tuple[int, frozenset[str]]
"""A row of the breakdown: which grouping, and which of its groups stand in this row together."""

SINGLES, PAIRED = 40, 12  # different ballots of one place that exchanges of one and of two are sought among
TRIED = 3  # ballots of either side, where less must be published
LARGEST_COUNT = 8  # above any count within an exchange


class Detail(IntEnum):
    """How much of a row is published for one question."""

    NOTHING = 0
    SUPPORT = 1  # how many support, and so how many don't
    ALL = 2  # every value


@dataclass(frozen=True, slots=True)
class _Hidden:
    """The number of `value` among the ballots of `groups`, which must not be found out."""

    grouping: int
    groups: frozenset[str]
    question: int
    value: int

    def holds(self, place: Place) -> bool:
        return place[self.grouping] in self.groups

    def number_in(self, bundle: Answers) -> int:
        return bundle[self.question] // LARGEST_COUNT**self.value % LARGEST_COUNT


def detail_to_publish(
    values: Sequence[int],
    ballots: Sequence[tuple[Place, Answers]],
    rows: Sequence[RowName],
    minimum: int,
) -> dict[tuple[RowName, int], Detail]:
    """How much of each row may be published for each question.

    `values[q]`: how many values question q has (2 to 7). A number under `minimum` is never published, nor is what it
    could be worked out from, given the totals, the number of ballots in each row, and all ballots without their places.
    What the totals alone tell is no secret: a value that nobody or everybody chose.
    """
    return _Suppression(values, ballots, rows, minimum).result()


class _Suppression:
    def __init__(
        self, values: Sequence[int], ballots: Sequence[tuple[Place, Answers]], rows: Sequence[RowName], minimum: int
    ) -> None:
        self.values, self.rows = values, rows
        self.counts = {row: [[0] * number for number in values] for row in rows}
        self.totals = [[0] * number for number in values]
        self.size = len(ballots)
        by_place: dict[Place, list[Answers]] = defaultdict(list)
        for place, answers in ballots:
            by_place[place].append(answers)
        self.rows_of = {place: [row for row in rows if place[row[0]] in row[1]] for place in by_place}
        for place, cast in by_place.items():
            for question, column in enumerate(zip(*cast, strict=True)):
                for value, number in Counter(column).items():
                    self.totals[question][value] += number
                    for row in self.rows_of[place]:
                        self.counts[row][question][value] += number
        self.samples = {place: _sample(set(cast)) for place, cast in sorted(by_place.items())}
        self.bundles = {place: _bundles(sample) for place, sample in self.samples.items()}
        groups = {(at, frozenset([group])) for place in by_place for at, group in enumerate(place)}
        self.guarded = [
            (grouping, names)
            for grouping, names in sorted(groups | set(rows), key=lambda row: (row[0], sorted(row[1])))
            if any(place[grouping] not in names for place in by_place)  # else its numbers are the totals
        ]
        self.safe: set[_Hidden] = set()
        self.detail = {
            (row, question): self._at_most(row, question, minimum) for row in rows for question in range(len(values))
        }

    def _at_most(self, row: RowName, question: int, minimum: int) -> Detail:
        """What the numbers of this row allow by themselves. A value that nobody chose anywhere is no secret."""
        counts, totals = self.counts[row][question], self.totals[question]
        if all(count >= minimum or not total for count, total in zip(counts, totals, strict=True)):
            return Detail.ALL
        if counts[0] >= minimum and sum(counts[1:]) >= minimum:
            return Detail.SUPPORT
        return Detail.NOTHING

    def result(self) -> dict[tuple[RowName, int], Detail]:
        while True:
            self._secure([each for each in self._all_hidden() if each not in self.safe])
            # Once safe, always safe: with less published, every exchange that was possible still is.
            unsafe = [each for each in self._all_hidden() if each not in self.safe]
            if not unsafe:
                return self.detail
            for each in {(each.grouping, each.groups): each for each in reversed(unsafe)}.values():
                self._publish_less_for(each)

    def _all_hidden(self) -> Iterator[_Hidden]:
        """Every number that is not published, of each row and of each group."""
        for grouping, groups in self.guarded:
            for question, number in enumerate(self.values):
                detail = self.detail.get(((grouping, groups), question), Detail.NOTHING)
                for value in range(number):
                    told = detail is Detail.ALL or (detail is Detail.SUPPORT and value == 0)
                    # What nobody or everybody chose, the totals tell.
                    if not told and self.totals[question][value] not in (0, self.size):
                        yield _Hidden(grouping, groups, question, value)

    def _secure(self, hidden: Sequence[_Hidden]) -> None:
        """Mark as safe what some exchange between two places changes while nothing published changes."""
        for here, there in combinations(self.bundles, 2):
            wanted = [each for each in hidden if each.holds(here) != each.holds(there) and each not in self.safe]
            if not wanted:
                continue
            published = self._published_between(here, there)
            alike: dict[tuple[int, ...], tuple[list[Answers], list[Answers]]] = defaultdict(lambda: ([], []))
            for side, place in enumerate((here, there)):
                for size, bundle in self.bundles[place]:
                    seen = tuple(_seen(bundle[question], detail) for question, detail in published.items())
                    alike[(size, *seen)][side].append(bundle)
            exchanges = [sides for sides in alike.values() if all(sides)]
            for each in wanted:
                for sides in exchanges:
                    first, *others = (each.number_in(bundle) for side in sides for bundle in side)
                    # The two sides differ somewhere, unless all numbers on both are the same.
                    if any(number != first for number in others):
                        self.safe.add(each)
                        break

    def _published_between(self, here: Place, there: Place) -> dict[int, Detail]:
        """What an exchange between two places must leave as it is, per question."""
        apart = self._rows_between(here, there)
        published = {}
        for question in range(len(self.values)):
            detail = max((self.detail[row, question] for row in apart), default=Detail.NOTHING)
            if detail:
                published[question] = detail
        return published

    def _publish_less_for(self, hidden: _Hidden) -> None:
        """Leave out what speaks against the exchange of two ballots that needs least to be left out."""
        least = min(self._against_exchanges(hidden), key=self._loss)
        self.detail.update(least)

    def _loss(self, changes: Mapping[tuple[RowName, int], Detail]) -> int:
        return sum(sum(self.counts[row][0]) for row, _ in changes)

    def _against_exchanges(self, hidden: _Hidden) -> Iterator[dict[tuple[RowName, int], Detail]]:
        """For exchanges that change this number: what is published against them. There is always one to begin with."""
        question, value = hidden.question, hidden.value
        for here, there in product(filter(hidden.holds, self.samples), self.samples):
            if hidden.holds(there):
                continue
            apart = self._rows_between(here, there)
            for has_it in (True, False):
                ours = [each for each in self.samples[here] if (each[question] == value) is has_it]
                theirs = [each for each in self.samples[there] if (each[question] == value) is not has_it]
                for one, other in product(ours[:TRIED], theirs[:TRIED]):
                    yield self._changes(one, other, apart)

    def _rows_between(self, here: Place, there: Place) -> list[RowName]:
        return [row for row in self.rows if (row in self.rows_of[here]) != (row in self.rows_of[there])]

    def _changes(self, one: Answers, other: Answers, apart: Sequence[RowName]) -> dict[tuple[RowName, int], Detail]:
        """What must be published less so that these two ballots can change places."""
        changes = {}
        for question, (first, second) in enumerate(zip(one, other, strict=True)):
            if first == second:
                continue
            alike = Detail.NOTHING if 0 in (first, second) else Detail.SUPPORT
            for row in apart:
                if self.detail[row, question] > alike:
                    changes[row, question] = alike
        return changes


def _sample(different: Collection[Answers]) -> list[Answers]:
    """Up to `SINGLES` ballots, in an order that the voters don't influence, and every value of every question first."""
    missing = {(question, value) for answers in different for question, value in enumerate(answers)}
    first: list[Answers] = []
    for answers in sorted(different):
        if new := missing & set(enumerate(answers)):
            missing -= new
            first.append(answers)
    chosen = set(first)
    return first + [answers for answers in sorted(different) if answers not in chosen][: max(0, SINGLES - len(first))]


def _bundles(sample: Sequence[Answers]) -> list[tuple[int, Answers]]:
    """One ballot, or two together: `(how many, a number per question)` whose digits count its values."""
    coded = [tuple(LARGEST_COUNT**value for value in answers) for answers in sample]
    pairs = [tuple(map(add, one, other)) for one, other in combinations(coded[:PAIRED], 2)]
    return [(1, each) for each in coded] + [(2, each) for each in pairs]


def _seen(code: int, detail: Detail) -> int:
    return code if detail is Detail.ALL else code % LARGEST_COUNT
