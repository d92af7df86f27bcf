"""What may be published of a breakdown, so that no small number can be worked out.

Everybody may see the ballots without their groups, so whoever wants to know how a group voted asks: which ballots are
theirs? A number stays hidden if ballots of one group can change places with as many of another, nothing that is
published changes, and the number does. That is shown here for every number that is left out: an exchange of one ballot
or of two is found for it; where there is none, more is left out. That a suppressed number must have several possible
values, given all published margins: Willenborg and de Waal 2001, “Elements of Statistical Disclosure Control”.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

Place = tuple[str, ...]
"""Where a ballot belongs, one group per grouping, such as (delegation, country)."""

Table = NDArray[np.uint8]
"""Which value each ballot (first axis) has for each question (second axis); 0 is support."""

RowName = tuple[int, frozenset[str]]
"""A row of the breakdown: which grouping, and which of its groups stand in this row together."""

SINGLES, PAIRED = 40, 12  # different ballots of one place that exchanges of one and of two are sought among
TRIED = 3  # ballots of either side, where less must be published


class Detail(IntEnum):
    """How much of a row is published for one question."""

    NOTHING = 0
    SUPPORT = 1  # how many support, and so how many don't
    ALL = 2  # every value


def tally(answers: Table, width: int) -> NDArray[np.int64]:
    """How often each question (first axis) has each value (second axis) from 0 to `width` - 1."""
    return np.stack([np.count_nonzero(answers == value, axis=0) for value in range(width)], axis=1)


def detail_to_publish(
    values: Sequence[int], cast: Mapping[Place, Table], rows: Sequence[RowName], minimum: int
) -> dict[tuple[RowName, int], Detail]:
    """How much of each row may be published for each question.

    `values[q]`: how many values question q has (2 to 7). `cast`: the ballots of each place. A number under `minimum` is
    never published, nor is what it could be worked out from, given the totals, the number of ballots in each row, and
    all ballots without their places. What the totals alone tell is no secret: a value that nobody or everybody chose.
    """
    if not rows or not values:
        return {}
    found = _Suppression(values, cast, rows, minimum).result().tolist()
    return {(row, at): Detail(each) for row, line in zip(rows, found, strict=True) for at, each in enumerate(line)}


@dataclass(frozen=True, slots=True)
class _Bundles:
    """One ballot, or two together, per line: `digits[line, question, value]`, how many of them have this value.

    `codes` holds all digits of a question in one number, and `size` is 1 or 2.
    """

    digits: NDArray[np.uint8]
    codes: NDArray[np.uint16]
    size: NDArray[np.uint16]

    def seen(self, published: NDArray[np.int8]) -> list[bytes]:
        """What is published of each line, with this detail per question."""
        everything, support = self.codes[:, published == Detail.ALL], self.digits[:, published == Detail.SUPPORT, 0]
        return [line.tobytes() for line in np.hstack([everything, support, self.size], dtype=np.uint16)]


class _Suppression:
    """`detail[row, question]`, `safe[guarded, question, value]`; `in_row[row, place]`, `guards[guarded, place]`.

    Guarded is every row and every group by itself, unless it is everybody.
    """

    def __init__(
        self, values: Sequence[int], cast: Mapping[Place, Table], rows: Sequence[RowName], minimum: int
    ) -> None:
        self.places = sorted(cast)
        width = max(values)
        counts = np.stack([tally(cast[place], width) for place in self.places])
        self.in_row = self._holding(rows)
        self.ballots = self.in_row @ np.array([len(cast[place]) for place in self.places])
        totals, size = counts.sum(axis=0), sum(map(len, cast.values()))
        self.samples = [_sample(cast[place], width) for place in self.places]
        self.bundles = [_bundles(sample, width) for sample in self.samples]
        groups = {(at, frozenset([group])) for place in self.places for at, group in enumerate(place)}
        guarded = sorted(groups | set(rows), key=lambda row: (row[0], sorted(row[1])))
        # Where a group is everybody, its numbers are the totals.
        guarded = [each for each, held in zip(guarded, self._holding(guarded), strict=True) if not held.all()]
        self.guards = self._holding(guarded)
        self.row_of = [rows.index(each) if each in rows else None for each in guarded]
        # What nobody or everybody chose, the totals tell.
        self.secret = (totals > 0) & (totals < size)
        self.safe = np.zeros((len(guarded), *totals.shape), np.bool_)
        self.tried: dict[tuple[int, int], bytes] = {}
        self.detail = np.stack([_at_most(each, totals, minimum) for each in np.tensordot(self.in_row, counts, 1)])

    def _holding(self, rows: Sequence[RowName]) -> NDArray[np.bool_]:
        return np.array([[place[at] in groups for place in self.places] for at, groups in rows], np.bool_)

    def result(self) -> NDArray[np.int8]:
        while True:
            hidden = self._hidden()
            self._secure(hidden)
            # Once safe, always safe: with less published, every exchange that was possible still is.
            unsafe = hidden & ~self.safe
            if not unsafe.any():
                return self.detail
            for at in reversed(np.flatnonzero(unsafe.any(axis=(1, 2))).tolist()):
                question, value = np.argwhere(unsafe[at])[0].tolist()
                self._publish_less_for(at, question, value)

    def _hidden(self) -> NDArray[np.bool_]:
        """Every number that is not published, of each row and of each group."""
        hidden = np.broadcast_to(self.secret, self.safe.shape).copy()
        for at, row in enumerate(self.row_of):
            if row is not None:
                hidden[at, self.detail[row] == Detail.ALL] = False
                hidden[at, self.detail[row] == Detail.SUPPORT, 0] = False
        return hidden

    def _secure(self, hidden: NDArray[np.bool_]) -> None:
        """Mark as safe what some exchange between two places changes while nothing published changes."""
        for here, there in combinations(range(len(self.places)), 2):
            between = self.guards[:, here] != self.guards[:, there]
            if not (hidden[between] & ~self.safe[between]).any():
                continue
            # What an exchange must leave as it is, per question.
            published = self.detail[self._rows_between(here, there)].max(axis=0, initial=Detail.NOTHING)
            if self.tried.get((here, there)) != published.tobytes():
                self.tried[here, there] = published.tobytes()
                self.safe[between] |= self._changed(self.bundles[here], self.bundles[there], published)

    def _changed(self, here: _Bundles, there: _Bundles, published: NDArray[np.int8]) -> NDArray[np.bool_]:
        """Which numbers, by question and value, differ between bundles that can change places."""
        ours, theirs = here.seen(published), there.seen(published)
        first: dict[bytes, int] = {}
        for at, seen in enumerate(ours):
            first.setdefault(seen, at)
        both = first.keys() & set(theirs)
        changed = np.zeros(self.secret.shape, np.bool_)
        for lines, side in ((ours, here), (theirs, there)):
            # Two bundles differ somewhere, unless all are the same as the first one.
            alike = [(first[seen], at) for at, seen in enumerate(lines) if seen in both]
            if alike:
                one, other = map(list, zip(*alike, strict=True))
                changed |= (here.digits[one] != side.digits[other]).any(axis=0)
        return changed

    def _rows_between(self, here: int, there: int) -> NDArray[np.bool_]:
        return self.in_row[:, here] != self.in_row[:, there]

    def _publish_less_for(self, guarded: int, question: int, value: int) -> None:
        """Leave out what speaks against the exchange of two ballots that needs least to be left out.

        Those that change the number of `value` among what is guarded; there is always one to begin with.
        """
        least: tuple[int, Table, Table, NDArray[np.bool_]] | None = None
        inside = self.guards[guarded]
        for here, there in product(np.flatnonzero(inside).tolist(), np.flatnonzero(~inside).tolist()):
            apart = self._rows_between(here, there)
            # How many ballots are in the rows of which less would be published, if it went down to either detail.
            to_nothing, to_support = (
                self.ballots[apart] @ (self.detail[apart] > down) for down in (Detail.NOTHING, Detail.SUPPORT)
            )
            for one, other in self._exchanges(here, there, question, value):
                loss = np.where((one == 0) | (other == 0), to_nothing, to_support) * (one != other)
                at = int(loss.sum(axis=1).argmin())
                if least is None or loss[at].sum() < least[0]:
                    least = int(loss[at].sum()), one[at], other[at], apart
        if least is None:
            raise AssertionError("a number that nobody or everybody chose needs no exchange")
        _, one, other, apart = least
        alike = np.where((one == 0) | (other == 0), Detail.NOTHING, Detail.SUPPORT)
        allowed = np.where(one == other, Detail.ALL, alike).astype(np.int8)
        self.detail[apart] = np.minimum(self.detail[apart], allowed)

    def _exchanges(self, here: int, there: int, question: int, value: int) -> Iterator[tuple[Table, Table]]:
        """Ballots of here, and line by line those of there that they could be exchanged for: one has the value."""
        ours, theirs = self.samples[here], self.samples[there]
        for has_it in (True, False):
            out = ours[(ours[:, question] == value) == has_it][:TRIED]
            back = theirs[(theirs[:, question] == value) != has_it][:TRIED]
            if len(out) and len(back):
                yield np.repeat(out, len(back), axis=0), np.tile(back, (len(out), 1))


def _at_most(counts: NDArray[np.int64], totals: NDArray[np.int64], minimum: int) -> NDArray[np.int8]:
    """What the numbers of a row allow by themselves, per question. A value that nobody chose anywhere is no secret."""
    everything = ((counts >= minimum) | (totals == 0)).all(axis=1)
    support = (counts[:, 0] >= minimum) & (counts[:, 1:].sum(axis=1) >= minimum)
    return np.where(everything, Detail.ALL, np.where(support, Detail.SUPPORT, Detail.NOTHING)).astype(np.int8)


def _sample(answers: Table, width: int) -> Table:
    """Up to `SINGLES` ballots, in an order that the voters don't influence, and every value of every question first."""
    different = sorted({line.tobytes() for line in np.ascontiguousarray(answers)})
    lines = np.frombuffer(b"".join(different), np.uint8).reshape(len(different), -1)
    first = np.zeros(len(lines), np.bool_)
    for value in range(width):
        has_it = lines == value
        first[has_it.argmax(axis=0)[has_it.any(axis=0)]] = True
    others = np.flatnonzero(~first)[: max(0, SINGLES - int(np.count_nonzero(first)))]
    return np.concatenate([lines[first], lines[others]])


def _bundles(sample: Table, width: int) -> _Bundles:
    single = (sample[:, :, None] == np.arange(width)).astype(np.uint8)
    pairs = [single[one] + single[other] for one, other in combinations(range(min(PAIRED, len(single))), 2)]
    digits = np.concatenate([single, np.stack(pairs)]) if pairs else single
    codes = (digits * 3 ** np.arange(width)).sum(axis=2).astype(np.uint16)
    return _Bundles(digits, codes, digits[:, 0].sum(axis=1, dtype=np.uint16)[:, None])
