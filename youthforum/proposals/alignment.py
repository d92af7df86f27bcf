"""What changed between two sequences: common words that occur once hold them together, as in patience diff.

Bram Cohen's patience diff finds the anchors, Eugene W. Myers' "An O(ND) Difference Algorithm and Its Variations"
(Algorithmica 1, 1986) the small gaps between them. Either alone is slow on long texts or reads badly: the shortest way
from one text to a very different one goes over every comma and “und”.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple

# A gap without anchors that needs more edits than this counts as rewritten.
_MOST_EDITS = 48
_MOST_ROUNDS = 30


class Hunk(NamedTuple):
    """`before[start:end]` became `after[new_start:new_end]`; one of the two may be empty."""

    start: int
    end: int
    new_start: int
    new_end: int


def hunks(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[Hunk]:
    """The changes that make `after` out of `before`, in order and apart; none if they are equal."""
    partner = _partners(before, after)
    found: list[Hunk] = []
    at = new_at = 0
    for here, there in (*((i, j) for i, j in enumerate(partner) if j >= 0), (len(before), len(after))):
        if here > at or there > new_at:
            found.append(Hunk(at, here, new_at, there))
        at, new_at = here + 1, there + 1
    return found


def _partners(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[int]:
    """For each place of `before` where it stayed in `after`, or -1."""
    numbers: dict[Hashable, int] = {}
    a = [numbers.setdefault(part, len(numbers)) for part in before]
    b = [numbers.setdefault(part, len(numbers)) for part in after]
    partner = [-1] * len(a)
    gaps = [(0, len(a), 0, len(b), 0)]
    while gaps:
        start, end, new_start, new_end, rounds = gaps.pop()
        while start < end and new_start < new_end and a[start] == b[new_start]:
            partner[start] = new_start
            start, new_start = start + 1, new_start + 1
        while start < end and new_start < new_end and a[end - 1] == b[new_end - 1]:
            end, new_end = end - 1, new_end - 1
            partner[end] = new_end
        if start == end or new_start == new_end:
            continue
        anchors = _anchors(a[start:end], b[new_start:new_end]) if rounds < _MOST_ROUNDS else []
        if not anchors:
            for i, j in _shortest(a[start:end], b[new_start:new_end]):
                partner[start + i] = new_start + j
            continue
        at, new_at = start, new_start
        for i, j in anchors:
            partner[start + i] = new_start + j
            gaps.append((at, start + i, new_at, new_start + j, rounds + 1))
            at, new_at = start + i + 1, new_start + j + 1
        gaps.append((at, end, new_at, new_end, rounds + 1))
    return partner


def _anchors(a: list[int], b: list[int]) -> list[tuple[int, int]]:
    """Places of what occurs once on both sides: the longest run of them that is in the same order."""
    often, new_often = Counter(a), Counter(b)
    where = {part: j for j, part in enumerate(b) if new_often[part] == 1}
    both = [(i, where[part]) for i, part in enumerate(a) if part in where and often[part] == 1]
    # Longest increasing subsequence: the pair that ends the best run of each length, and who stands before whom.
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(both):
        length = bisect_left(ends, j)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [j]
        last[length : length + 1] = [number]
    chain: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        chain.append(both[number])
        number = before[number]
    return chain[::-1]


def _shortest(a: list[int], b: list[int]) -> list[tuple[int, int]]:
    """What stays when as little as possible changes; nothing if that is more than `_MOST_EDITS`."""
    if abs(len(a) - len(b)) > _MOST_EDITS:
        return []
    reach = {1: 0}  # per diagonal, how far into `a` one gets
    trace: list[dict[int, int]] = []
    for edits in range(_MOST_EDITS + 1):
        trace.append(dict(reach))
        for diagonal in range(-edits, edits + 1, 2):
            down = diagonal == -edits or (diagonal != edits and reach[diagonal - 1] < reach[diagonal + 1])
            x = reach[diagonal + 1] if down else reach[diagonal - 1] + 1
            while x < len(a) and x - diagonal < len(b) and a[x] == b[x - diagonal]:
                x += 1
            reach[diagonal] = x
            if x >= len(a) and x - diagonal >= len(b):
                return _back(trace, len(a), len(b))
    return []


def _back(trace: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    """The pairs on the way that `_shortest` found, from its end to its beginning."""
    pairs: list[tuple[int, int]] = []
    for edits in range(len(trace) - 1, -1, -1):
        reach, diagonal = trace[edits], x - y
        down = diagonal == -edits or (diagonal != edits and reach[diagonal - 1] < reach[diagonal + 1])
        came_from = diagonal + 1 if down else diagonal - 1
        came_x = reach[came_from] if edits else 0
        came_y = came_x - came_from if edits else 0
        while x > came_x and y > came_y:
            x, y = x - 1, y - 1
            pairs.append((x, y))
        x, y = came_x, came_y
    return pairs
