"""Counting, without a database: what a pile of votes comes to, and what must hold for every pile."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from youthforum.votes.tally import (
    Cast,
    Tally,
    count_dots,
    count_opinions,
    dots_held,
    opinions_held,
    rows_for,
)

IDEAS, MEMBERS = st.integers(1, 6), st.integers(1, 5)


@st.composite
def families(draw: st.DrawFn) -> dict[int, int]:
    """Which ideas are merged into which card; a card is never merged itself."""
    roots = draw(st.sets(IDEAS, min_size=1))
    return {idea: draw(st.sampled_from(sorted(roots))) for idea in range(1, 7) if idea not in roots}


@st.composite
def piles(draw: st.DrawFn, values: st.SearchStrategy[int]) -> list[Cast]:
    """Votes as the table holds them: one row per idea and member."""
    places = draw(st.lists(st.tuples(IDEAS, MEMBERS), unique=True))
    order = draw(st.permutations(range(len(places))))
    return [Cast(idea, member, draw(values), at) for (idea, member), at in zip(places, order, strict=True)]


DOTS, OPINIONS = st.integers(1, 4), st.sampled_from([-1, 0, 1])

# By example ----------------------------------------------------------------------------------------------------


def test_dots_add_up_and_people_are_counted_once() -> None:
    casts = [Cast(1, 10, 2), Cast(1, 11, 1), Cast(2, 10, 1)]
    assert count_dots(casts, {}, cap=2) == {1: Tally(dots=3, voters=2), 2: Tally(dots=1, voters=1)}


def test_merged_ideas_count_under_their_card_and_nobody_twice() -> None:
    """Ten gave dots to both: their dots add up, but never above the cap, and they are one supporter."""
    casts = [Cast(1, 10, 2), Cast(2, 10, 2), Cast(2, 11, 1)]
    assert count_dots(casts, {2: 1}, cap=3) == {1: Tally(dots=4, voters=2)}
    assert dots_held(casts, {2: 1}, cap=3) == {(1, 10): 3, (1, 11): 1}


def test_nothing_given_is_nothing_counted() -> None:
    assert count_dots([], {}, 2) == count_opinions([], {}) == {}


def test_opinions_are_counted_by_kind() -> None:
    casts = [Cast(1, 10, 1), Cast(1, 11, -1), Cast(1, 12, 0), Cast(1, 13, 1)]
    assert count_opinions(casts, {}) == {1: Tally(voters=4, agree=2, disagree=1, passed=1)}


def test_what_was_said_of_the_card_itself_comes_first_then_what_was_said_last() -> None:
    said_of_the_card = [Cast(1, 10, 1, 1.0), Cast(2, 10, -1, 9.0)]
    assert opinions_held(said_of_the_card, {2: 1}) == {(1, 10): 1}
    only_of_merged_ones = [Cast(2, 10, 1, 1.0), Cast(3, 10, -1, 2.0)]
    assert opinions_held(only_of_merged_ones, {2: 1, 3: 1}) == {(1, 10): -1}


def test_the_wire_has_every_number_and_a_version() -> None:
    assert Tally(dots=3, voters=2).as_dict(7) == {
        "dots": 3,
        "voters": 2,
        "agree": 0,
        "disagree": 0,
        "pass": 0,
        "version": 7,
    }


def test_taking_dots_back_takes_them_from_the_card_first() -> None:
    """So that undoing the merge gives the merged idea back what it had."""
    own = [Cast(2, 10, 2, 1.0), Cast(1, 10, 1, 2.0)]
    assert rows_for(2, own, root=1) == {2: 2, 1: 0}
    assert rows_for(1, own, root=1) == {2: 1, 1: 0}
    assert rows_for(0, own, root=1) == {2: 0, 1: 0}
    assert rows_for(3, own, root=1) == {2: 2, 1: 1}
    assert rows_for(4, own, root=1) == {2: 2, 1: 2}


def test_of_merged_ideas_the_newest_gives_first() -> None:
    own = [Cast(2, 10, 1, 1.0), Cast(3, 10, 1, 2.0)]
    assert rows_for(1, own, root=1) == {1: 0, 2: 1, 3: 0}


# For every pile -----------------------------------------------------------------------------------------------


@given(piles(DOTS), families(), st.integers(1, 4))
def test_nobody_holds_more_than_the_cap_or_less_than_a_dot(casts: list[Cast], family: dict[int, int], cap: int) -> None:
    assert all(1 <= held <= cap for held in dots_held(casts, family, cap).values())


@given(piles(DOTS), families(), st.integers(1, 4))
def test_a_card_has_as_many_dots_as_people_hold_on_it(casts: list[Cast], family: dict[int, int], cap: int) -> None:
    held, tallies = dots_held(casts, family, cap), count_dots(casts, family, cap)
    for root, tally in tallies.items():
        mine = [dots for (card, _), dots in held.items() if card == root]
        assert tally == Tally(dots=sum(mine), voters=len(mine))
    assert set(tallies) == {root for root, _ in held}


@given(piles(DOTS), families(), st.integers(1, 4), st.randoms())
def test_dots_count_the_same_in_any_order(casts: list[Cast], family: dict[int, int], cap: int, random: object) -> None:
    shuffled = list(casts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert count_dots(shuffled, family, cap) == count_dots(casts, family, cap)
    assert opinions_held(shuffled, family) == opinions_held(casts, family)


@given(piles(DOTS), families(), st.integers(1, 4))
def test_merging_never_adds_dots_or_people(casts: list[Cast], family: dict[int, int], cap: int) -> None:
    apart, together = count_dots(casts, {}, cap), count_dots(casts, family, cap)
    assert sum(t.dots for t in together.values()) <= sum(t.dots for t in apart.values())
    assert sum(t.voters for t in together.values()) <= sum(t.voters for t in apart.values())


@given(piles(OPINIONS), families())
def test_everybody_has_one_opinion_of_a_card_and_it_is_one_they_gave(casts: list[Cast], family: dict[int, int]) -> None:
    given_by = defaultdict(set)
    for cast in casts:
        given_by[family.get(cast.idea, cast.idea), cast.member].add(cast.value)
    held = opinions_held(casts, family)
    assert set(held) == set(given_by)
    assert all(held[place] in values for place, values in given_by.items())
    for root, tally in count_opinions(casts, family).items():
        people = {member for card, member in held if card == root}
        assert tally.voters == tally.agree + tally.disagree + tally.passed == len(people)


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(1, 3)), unique_by=lambda row: row[0]),
    st.integers(1, 6),
    st.integers(0, 20),
)
def test_rows_come_to_exactly_what_is_wanted_and_never_below_nothing(
    rows: list[tuple[int, int]], root: int, target: int
) -> None:
    own = [Cast(idea, 10, dots, float(at)) for at, (idea, dots) in enumerate(rows)]
    wanted = rows_for(target, own, root)
    assert sum(wanted.values()) == target
    assert all(dots >= 0 for dots in wanted.values())
    assert set(wanted) == {idea for idea, _ in rows} | {root}
    before = dict(rows)
    for idea, dots in wanted.items():
        if idea != root:
            assert dots <= before[idea]  # a merged idea never gains: it might be taken apart again
    same = rows_for(target, [Cast(i, 10, d, n) for n, (i, d) in enumerate(wanted.items()) if d], root)
    assert {i: d for i, d in same.items() if d} == {i: d for i, d in wanted.items() if d}
