"""Counting votes: pure, plain data in and out.

An idea that was merged into another counts under it, its root. Every person counts once per root:

- dots: the sum of their dots on the root and what was merged into it, at most the cap of the board;
- opinions: what they said of the root itself, else what they said last of anything merged into it.

Votes on hidden and withdrawn ideas are not handed to these functions: they rest, and come back with the idea.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Cast(NamedTuple):
    """One stored vote: `value` is 1… for dots, or -1, 0, 1 for an opinion; `order` grows with time."""

    idea: int
    member: int
    value: int
    order: float = 0.0


@dataclass(frozen=True)
class Tally:
    """What was given to one root: dots and the people who gave some, or people by opinion."""

    dots: int = 0
    voters: int = 0
    agree: int = 0
    disagree: int = 0
    passed: int = 0

    def as_dict(self, version: int) -> dict[str, int]:
        """The shape of the wire; `version` grows with every change of this idea's votes."""
        return {
            "dots": self.dots,
            "voters": self.voters,
            "agree": self.agree,
            "disagree": self.disagree,
            "pass": self.passed,
            "version": version,
        }


def dots_held(casts: Iterable[Cast], root_of: Mapping[int, int], cap: int) -> dict[tuple[int, int], int]:
    """`{(root, member): dots that count}`. `root_of` maps merged ideas to their root; others are their own."""
    held: dict[tuple[int, int], int] = {}
    for cast in casts:
        place = (root_of.get(cast.idea, cast.idea), cast.member)
        held[place] = min(cap, held.get(place, 0) + cast.value)
    return held


def opinions_held(casts: Iterable[Cast], root_of: Mapping[int, int]) -> dict[tuple[int, int], int]:
    """`{(root, member): -1 | 0 | 1}`."""
    held: dict[tuple[int, int], tuple[tuple[bool, float, int], int]] = {}
    for cast in casts:
        root = root_of.get(cast.idea, cast.idea)
        weight = (cast.idea == root, cast.order, cast.idea)
        before = held.get((root, cast.member))
        if before is None or weight > before[0]:
            held[root, cast.member] = (weight, cast.value)
    return {place: value for place, (_, value) in held.items()}


def count_dots(casts: Iterable[Cast], root_of: Mapping[int, int], cap: int) -> dict[int, Tally]:
    """`{root: Tally}` for every root that has a dot."""
    dots: dict[int, int] = {}
    voters: dict[int, int] = {}
    for (root, _member), given in dots_held(casts, root_of, cap).items():
        dots[root] = dots.get(root, 0) + given
        voters[root] = voters.get(root, 0) + 1
    return {root: Tally(dots=dots[root], voters=voters[root]) for root in dots}


def count_opinions(casts: Iterable[Cast], root_of: Mapping[int, int]) -> dict[int, Tally]:
    """`{root: Tally}` for every root that somebody has an opinion on."""
    counts: dict[int, list[int]] = {}
    for (root, _member), value in opinions_held(casts, root_of).items():
        counts.setdefault(root, [0, 0, 0])[value] += 1
    return {
        root: Tally(voters=passed + agree + disagree, agree=agree, disagree=disagree, passed=passed)
        for root, (passed, agree, disagree) in counts.items()
    }


def rows_for(target: int, own: list[Cast], root: int) -> dict[int, int]:
    """How one member's rows on a root and its merged ideas must stand so that they hold `target` dots there.

    `own` are the member's present rows; the answer is `{idea: dots}` with 0 for a row to delete. What was
    given to the root changes first, so that undoing a merge gives back as much as possible.
    """
    rows = {cast.idea: cast.value for cast in own}
    rows.setdefault(root, 0)
    surplus = sum(rows.values()) - target
    if surplus < 0:
        rows[root] -= surplus
        return rows
    for idea in [root, *(cast.idea for cast in reversed(own) if cast.idea != root)]:
        taken = min(surplus, rows[idea])
        rows[idea] -= taken
        surplus -= taken
    return rows
