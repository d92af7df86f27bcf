"""Results by delegation and country: what is published, and that nothing small follows from it."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction

import pytest

from youthforum.polls.counting.ballots import Answer, Answers, Approval, Ballot, Ranking, Scores
from youthforum.polls.counting.breakdown import Breakdown, Row, break_down, two_sides
from youthforum.polls.counting.suppression import Detail

YES, NO, ABSTAIN = Answer.YES, Answer.NO, Answer.ABSTAIN
PARTS = {YES: 0, NO: 1, ABSTAIN: 2}


def cast(delegation: str, country: str, *answers: Answer) -> Ballot:
    return Ballot(Answers(answers), delegation, country)


def many(number: int, delegation: str, country: str, *answers: Answer) -> list[Ballot]:
    return [cast(delegation, country, *answers)] * number


def row(rows: Sequence[Row], *groups: str) -> Row:
    return next(each for each in rows if each.groups == groups)


# By example ----------------------------------------------------------------------------------------------------


def test_large_groups_show_all_their_numbers() -> None:
    ballots = [
        *many(8, "Essen", "DE", YES),
        *many(6, "Essen", "DE", NO),
        *many(5, "Perm", "RU", YES),
        *many(9, "Perm", "RU", NO),
    ]
    result = break_down(["a"], ballots)
    assert result.totals == {"a": (13, 15, 0)}
    assert row(result.delegations, "Essen").cells["a"].counts == (8, 6, 0)
    assert row(result.countries, "RU").cells["a"].counts == (5, 9, 0)
    assert two_sides(["a"], *result.countries)[0].left == Fraction(8, 14)


def test_a_small_number_hides_what_it_could_be_subtracted_from() -> None:
    """Four of Essen say no: with the totals, Perm's row would tell, so it is left out too."""
    ballots = [
        *many(9, "Essen", "DE", YES),
        *many(4, "Essen", "DE", NO),
        *many(7, "Perm", "RU", YES),
        *many(7, "Perm", "RU", NO),
    ]
    result = break_down(["a"], ballots)
    assert {each.cells["a"].detail for each in (*result.delegations, *result.countries)} == {Detail.NOTHING}
    assert two_sides(["a"], *result.countries)[0].right is None


def test_few_abstentions_leave_support_and_the_rest() -> None:
    ballots = [
        *many(9, "Essen", "DE", YES),
        *many(8, "Essen", "DE", NO),
        *many(2, "Essen", "DE", ABSTAIN),
        *many(7, "Perm", "RU", YES),
        *many(7, "Perm", "RU", NO),
        *many(3, "Perm", "RU", ABSTAIN),
    ]
    cells = row(break_down(["a"], ballots).delegations, "Essen").cells["a"]
    assert (cells.detail, cells.support, cells.counts) == (Detail.SUPPORT, 9, None)


def test_a_unanimous_group_shows_nothing() -> None:
    ballots = [
        *many(12, "Essen", "DE", YES),
        *many(9, "Perm", "RU", YES),
        *many(9, "Perm", "RU", NO),
        *many(8, "Ufa", "RU", YES),
        *many(8, "Ufa", "RU", NO),
    ]
    result = break_down(["a"], ballots)
    assert row(result.delegations, "Essen").cells["a"].support is None
    assert row(result.countries, "RU").cells["a"].support is None  # the totals less this one would be Essen


def test_small_delegations_stand_together_and_never_alone() -> None:
    ballots = [
        *many(3, "Tula", "RU", YES),
        *many(6, "Ufa", "RU", YES),
        *many(6, "Ufa", "RU", NO),
        *many(10, "Essen", "DE", YES),
        *many(10, "Essen", "DE", NO),
        *many(10, "Bonn", "DE", YES),
        *many(12, "Bonn", "DE", NO),
    ]
    result = break_down(["a"], ballots)
    assert [each.groups for each in result.delegations] == [("Bonn",), ("Essen",), ("Tula", "Ufa")]
    assert row(result.delegations, "Tula", "Ufa").ballots == 15


def test_a_country_less_its_large_delegation_does_not_tell_of_its_small_one() -> None:
    """Bonn and Ufa stand in one row, but Germany less Essen is Bonn."""
    ballots = [
        *many(10, "Essen", "DE", YES),
        *many(10, "Essen", "DE", NO),
        *many(3, "Bonn", "DE", YES),
        *many(10, "Perm", "RU", YES),
        *many(10, "Perm", "RU", NO),
        *many(3, "Ufa", "RU", NO),
    ]
    result = break_down(["a"], ballots)
    assert [each.groups for each in result.delegations] == [("Essen",), ("Perm",), ("Bonn", "Ufa")]
    for country, large in (("DE", "Essen"), ("RU", "Perm")):
        together, alone = row(result.countries, country).cells["a"], row(result.delegations, large).cells["a"]
        assert None in (together.support, alone.support)


def test_where_one_row_would_hold_everybody_there_is_none() -> None:
    result = break_down(["a"], [*many(3, "Ufa", "RU", YES), *many(20, "Perm", "RU", NO)])
    assert result.delegations == result.countries == ()


def test_open_polls_show_everything() -> None:
    result = break_down(["a"], [cast("Ufa", "RU", YES), cast("Essen", "DE", NO)], minimum=0)
    assert row(result.delegations, "Ufa").cells["a"].counts == (1, 0, 0)


def test_options_that_exclude_each_other_can_t_be_worked_out_from_each_other() -> None:
    """Everybody approves of exactly one: what two options show would tell the third."""
    ballots = [
        Ballot(Approval(frozenset(option)), group, group)
        for group, numbers in {"x": (6, 5, 3), "y": (7, 6, 6), "z": (6, 7, 7)}.items()
        for option, number in zip("abc", numbers, strict=True)
        for _ in range(number)
    ]
    shown = row(break_down(["a", "b", "c"], ballots).delegations, "x").cells
    assert shown["c"].support is None
    assert shown["a"].support is None or shown["b"].support is None


@pytest.mark.parametrize(
    ("choice", "parts"),
    [
        (Scores((5, 3, 1, 4, 2, 0)), (0, 1, 2, 0, 1, 2)),
        (Ranking(("c", "a")), (1, 2, 0, 2, 2, 2)),
        (Approval(frozenset("ab")), (0, 0, 1, 1, 1, 1)),
    ],
)
def test_every_method_has_its_parts(choice: Scores | Ranking | Approval, parts: tuple[int, ...]) -> None:
    totals = break_down(list("abcdef"), [Ballot(choice)]).totals
    assert [count.index(1) for count in totals.values()] == list(parts)


# For every poll ------------------------------------------------------------------------------------------------


def published(result: Breakdown, groups: Sequence[tuple[str, str]], answers: Sequence[tuple[int, ...]]) -> object:
    """All that a reader would see if these ballots were cast in these groups, at the given level of detail."""
    found: list[object] = []
    for at, rows in enumerate((result.delegations, result.countries)):
        for each in rows:
            inside = [answer for group, answer in zip(groups, answers, strict=True) if group[at] in each.groups]
            found.append(len(inside))
            for question, cells in enumerate(each.cells.values()):
                counts = [sum(answer[question] == part for answer in inside) for part in range(3)]
                found.append((counts[0], *counts[1:]) if cells.detail is Detail.ALL else None)
                found.append(counts[0] if cells.detail is Detail.SUPPORT else None)
    return found


def assignments(groups: Sequence[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], ...]]:
    """Every way in which the same ballots could be spread over groups of the same sizes."""
    yield from set(itertools.permutations(groups))


def random_poll(chance: random.Random, smallest: int) -> tuple[list[str], list[Ballot]]:
    countries = {"p": "A", "q": "A", "r": "B", "s": "B"}
    delegations = chance.sample(sorted(countries), chance.randint(2, 4))
    while True:
        where = [chance.choice(delegations) for _ in range(chance.randint(4, 8))]
        options = ["a", "b", "c"][: chance.randint(1, 3)]
        weights = chance.choice([(1, 1, 0), (2, 2, 1), (3, 1, 1)])
        ballots = [
            cast(each, countries[each], *chance.choices((YES, NO, ABSTAIN), weights, k=len(options))) for each in where
        ]
        if len(set(where)) > 1:
            return options, ballots


def test_nothing_that_is_left_out_can_be_worked_out() -> None:
    """Brute force: of every hidden number, two values or more fit all that is published, and all ballots as a pile.

    A limit of 2 stands for 5, so that all ways of spreading few ballots over the delegations can be tried.
    """
    chance = random.Random(20261)
    shown = hidden = 0
    for _ in range(150):
        options, ballots = random_poll(chance, 2)
        result = break_down(options, ballots, minimum=2)
        groups = [(each.delegation or "", each.country or "") for each in ballots]
        answers = [tuple(PARTS[answer] for answer in each.choice.by_option) for each in ballots]  # type: ignore[union-attr]
        seen = published(result, groups, answers)
        possible: dict[tuple[int, str, int, int], set[int]] = defaultdict(set)
        for spread in assignments(groups):
            if published(result, spread, answers) != seen:
                continue
            for at, names in enumerate(zip(*groups, strict=True)):
                for name in set(names):
                    for question in range(len(options)):
                        for part in range(3):
                            count = sum(
                                group[at] == name and answer[question] == part
                                for group, answer in zip(spread, answers, strict=True)
                            )
                            possible[at, name, question, part].add(count)
        for (at, name, question, part), values in possible.items():
            rows = (result.delegations, result.countries)[at]
            own = [each for each in rows if each.groups == (name,)]
            cells = own[0].cells[options[question]] if own else None
            told = cells and (cells.detail is Detail.ALL or (cells.detail is Detail.SUPPORT and part == 0))
            total = result.totals[options[question]][part]
            everybody = all(group[at] == name for group in groups)
            if told:
                shown += 1
                assert cells.detail is Detail.ALL or values == {cells.support}  # type: ignore[union-attr]
                assert next(iter(values)) >= 2 or total == 0
            elif total not in (0, len(ballots)) and not everybody:
                hidden += 1
                assert len(values) > 1, (ballots, result, name, question, part)
    assert shown > 60
    assert hidden > 800
