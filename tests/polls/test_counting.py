"""Ballots, lots, majorities and highest totals; whole polls in plain data."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from youthforum.polls.counting.ballots import (
    Answer,
    Answers,
    Approval,
    Ballot,
    Fault,
    InvalidBallot,
    Method,
    Ranking,
    Scores,
    plain_choice,
    read_choice,
)
from youthforum.polls.counting.highest import count_totals, highest
from youthforum.polls.counting.lots import Decision, Tie, lot_order
from youthforum.polls.counting.majority import (
    Base,
    Comparison,
    Counts,
    Electorate,
    MajorityRule,
    Quorum,
    Relation,
    Side,
    Threshold,
    Within,
    majority,
    quorum_reached,
)
from youthforum.polls.counting.outcome import Rules, Winners, count_poll
from youthforum.polls.counting.plain import plain_outcome, plain_rules, read_rules

YES, NO, ABSTAIN = Answer.YES, Answer.NO, Answer.ABSTAIN
OPTIONS = ["a", "b", "c"]
NOBODY = Electorate(100, {}, {})


def answers(yes: int, no: int, abstain: int = 0, delegation: str = "", country: str = "") -> list[Ballot]:
    given = [*[YES] * yes, *[NO] * no, *[ABSTAIN] * abstain]
    return [Ballot(Answers((answer,)), delegation, country) for answer in given]


def approvals(*ballots: str) -> list[Ballot]:
    return [Ballot(Approval(frozenset(ballot))) for ballot in ballots]


# Ballots -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "plain", "choice"),
    [
        (Method.YES_NO, {"a": "yes", "b": "no", "c": "abstain"}, Answers((YES, NO, ABSTAIN))),
        (Method.APPROVAL, ["a", "c"], Approval(frozenset("ac"))),
        (Method.APPROVAL, [], Approval(frozenset())),
        (Method.SCORE, {"a": 5, "b": 0, "c": 3}, Scores((5, 0, 3))),
        (Method.RANKING, ["c", "a"], Ranking(("c", "a"))),
    ],
)
def test_choices_are_read_and_written(method: Method, plain: object, choice: object) -> None:
    read = read_choice(method, OPTIONS, plain)
    assert read == choice
    assert plain_choice(OPTIONS, read) == plain


def test_what_is_left_out_is_an_abstention_or_no_points() -> None:
    assert read_choice(Method.YES_NO, OPTIONS, {"b": "yes"}) == Answers((ABSTAIN, YES, ABSTAIN))
    assert read_choice(Method.SCORE, OPTIONS, {"b": 2}) == Scores((0, 2, 0))


@pytest.mark.parametrize(
    ("method", "plain", "fault"),
    [
        (Method.YES_NO, ["a"], Fault.SHAPE),
        (Method.YES_NO, {"a": "maybe"}, Fault.VALUE),
        (Method.YES_NO, {"a": ["yes"]}, Fault.VALUE),
        (Method.YES_NO, {"z": "yes"}, Fault.UNKNOWN_OPTION),
        (Method.SCORE, {"a": 6}, Fault.VALUE),
        (Method.SCORE, {"a": -1}, Fault.VALUE),
        (Method.SCORE, {"a": 2.0}, Fault.VALUE),
        (Method.SCORE, {"a": True}, Fault.VALUE),
        (Method.SCORE, {"a": "3"}, Fault.VALUE),
        (Method.SCORE, None, Fault.SHAPE),
        (Method.APPROVAL, "abc", Fault.SHAPE),
        (Method.APPROVAL, ["a", "a"], Fault.TWICE),
        (Method.APPROVAL, [["a"]], Fault.UNKNOWN_OPTION),
        (Method.RANKING, ["a", "b", "a"], Fault.TWICE),
        (Method.RANKING, ["a", "b", "c", "d"], Fault.UNKNOWN_OPTION),
        (Method.RANKING, {"a": 1}, Fault.SHAPE),
    ],
)
def test_a_ballot_that_is_not_valid_is_refused_with_the_reason(method: Method, plain: object, fault: Fault) -> None:
    with pytest.raises(InvalidBallot) as refused:
        read_choice(method, OPTIONS, plain)
    assert refused.value.fault is fault


# Lots ----------------------------------------------------------------------------------------------------------


def test_the_lot_follows_from_the_seed_alone() -> None:
    drawn = lot_order("Kaluga 2021", ["1", "2", "3", "4"])
    assert sorted(drawn) == ["1", "2", "3", "4"]
    assert drawn == lot_order("Kaluga 2021", ["4", "3", "2", "1"])
    assert len({tuple(lot_order(str(seed), OPTIONS)) for seed in range(60)}) == 6


def test_another_option_does_not_turn_the_order_of_the_others() -> None:
    assert [each for each in lot_order("s", ["1", "2", "3", "4"]) if each != "4"] == lot_order("s", ["1", "2", "3"])


# Majorities ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "ballots", "holds", "right"),
    [
        (MajorityRule(Threshold.SIMPLE), answers(3, 2, 90), True, 2),
        (MajorityRule(Threshold.SIMPLE), answers(3, 3), False, 3),
        (MajorityRule(Threshold.ABSOLUTE), answers(5, 2, 3), False, 5),
        (MajorityRule(Threshold.ABSOLUTE), answers(6, 1, 3), True, 5),
        (MajorityRule(Threshold.ABSOLUTE, Base.DECIDED), answers(3, 2, 5), True, Fraction(5, 2)),
        (MajorityRule(Threshold.ABSOLUTE, Base.ELECTORATE), answers(50, 0), False, 50),
        (MajorityRule(Threshold.ABSOLUTE, Base.ELECTORATE), answers(51, 0), True, 50),
        (MajorityRule(Threshold.TWO_THIRDS), answers(2, 1), True, 2),
        (MajorityRule(Threshold.TWO_THIRDS), answers(2, 1, 1), False, Fraction(8, 3)),
        (MajorityRule(Threshold.TWO_THIRDS, Base.DECIDED), answers(2, 1, 1), True, 2),
        (MajorityRule(Threshold.TWO_THIRDS, Base.DECIDED), answers(0, 0, 4), False, 0),
        (MajorityRule(Threshold.SIMPLE), [], False, 0),
    ],
)
def test_majorities(rule: MajorityRule, ballots: list[Ballot], holds: bool, right: Fraction | int) -> None:
    outcome = majority(rule, ["a"], ballots, NOBODY)["a"]
    assert (outcome.holds, outcome.overall.right) == (holds, right)


def test_an_outcome_carries_its_arithmetic() -> None:
    outcome = majority(MajorityRule(Threshold.ABSOLUTE), ["a"], answers(12, 8, 3), NOBODY)["a"]
    assert outcome.counts == Counts(12, 8, 3)
    assert outcome.overall == Comparison(Side.YES, 12, Relation.MORE, Fraction(1, 2), Side.BALLOTS, 23)


def test_approving_is_yes_and_not_approving_is_no() -> None:
    ballots = approvals("ab", "a", "c")
    rule = MajorityRule(Threshold.SIMPLE)
    assert [option for option, each in majority(rule, OPTIONS, ballots, NOBODY).items() if each.holds] == ["a"]


def test_within_each_country_both_must_agree() -> None:
    electorate = Electorate(60, {"DE": 30, "RU": 30}, {})
    rule = MajorityRule(Threshold.SIMPLE, within=Within.EACH_COUNTRY)
    apart = [*answers(20, 0, country="DE"), *answers(4, 5, country="RU")]
    together = [*answers(20, 0, country="DE"), *answers(5, 4, country="RU")]
    outcome = majority(rule, ["a"], apart, electorate)["a"]
    assert outcome.overall.holds
    assert not outcome.holds
    assert [(group.group, group.holds) for group in outcome.groups] == [("DE", True), ("RU", False)]
    assert majority(rule, ["a"], together, electorate)["a"].holds


def test_a_country_where_nobody_or_hardly_anybody_voted_does_not_agree() -> None:
    electorate = Electorate(60, {"DE": 30, "RU": 30}, {})
    rule = MajorityRule(Threshold.SIMPLE, within=Within.EACH_COUNTRY)
    ballots = [*answers(20, 0, country="DE"), *answers(4, 0, country="RU")]
    outcome = majority(rule, ["a"], ballots, electorate)["a"]
    assert not outcome.holds
    assert outcome.groups[1].comparison is None
    assert majority(rule, ["a"], ballots, electorate, smallest_group=1)["a"].holds


def test_a_double_majority_counts_delegations() -> None:
    electorate = Electorate(60, {}, {"Essen": 20, "Perm": 20, "Ufa": 20})
    ballots = [
        *answers(9, 1, delegation="Essen"),
        *answers(6, 4, delegation="Perm"),
        *answers(1, 6, delegation="Ufa"),
        *answers(1, 0, delegation="a guest"),
    ]
    for needed, holds in ((2, True), (3, False)):
        rule = MajorityRule(Threshold.SIMPLE, within=Within.DELEGATIONS, at_least=needed)
        outcome = majority(rule, ["a"], ballots, electorate)["a"]
        assert outcome.enough == Comparison(Side.GROUPS, 2, Relation.AT_LEAST, Fraction(1), Side.GROUPS, needed)
        assert outcome.holds is holds


def test_within_a_group_the_electorate_is_the_group_s() -> None:
    electorate = Electorate(100, {}, {"Essen": 10, "Perm": 90})
    rule = MajorityRule(Threshold.ABSOLUTE, Base.ELECTORATE, Within.DELEGATIONS, 1)
    outcome = majority(rule, ["a"], answers(6, 0, delegation="Essen"), electorate)["a"]
    assert outcome.groups[0].comparison is not None
    assert outcome.groups[0].comparison.of == 10
    assert (outcome.groups[0].holds, outcome.overall.holds, outcome.holds) == (True, False, False)


def test_quorums() -> None:
    assert quorum_reached(Quorum(number=20), 20, NOBODY).holds
    assert not quorum_reached(Quorum(number=20), 19, NOBODY).holds
    assert quorum_reached(Quorum(share=Fraction(1, 3)), 34, NOBODY).holds
    assert not quorum_reached(Quorum(share=Fraction(1, 3)), 33, NOBODY).holds
    for both in ({}, {"number": 1, "share": Fraction(1, 2)}):
        with pytest.raises(ValueError, match="a number or a share"):
            Quorum(**both)  # type: ignore[arg-type]


# Highest -------------------------------------------------------------------------------------------------------


def test_totals_of_each_method() -> None:
    assert count_totals(OPTIONS, approvals("ab", "a", "c")) == {"a": 2, "b": 1, "c": 1}
    assert count_totals(OPTIONS, [Ballot(Scores((5, 0, 1))), Ballot(Scores((1, 4, 0)))]) == {"a": 6, "b": 4, "c": 1}
    assert count_totals(["a"], answers(3, 5, 2)) == {"a": -2}
    assert count_totals(["a"], []) == {"a": 0}
    with pytest.raises(TypeError):
        count_totals(["a"], [Ballot(Ranking(("a",)))])


def test_a_tie_is_broken_by_lot_and_said_only_where_it_matters() -> None:
    totals = {"a": 3, "b": 5, "c": 3, "d": 3, "e": 1}
    assert highest(totals, 1, "edcba").ties == ()
    assert highest(totals, 4, "edcba").elected == ("b", "d", "c", "a")
    assert highest(totals, 4, "edcba").ties == ()
    two = highest(totals, 3, "edcba")
    assert two.elected == ("b", "d", "c")
    assert two.ties == (Tie(Decision.LAST_SEATS, ("d", "c", "a"), ("d", "c")),)


# Whole polls ---------------------------------------------------------------------------------------------------


def test_only_winners_with_a_majority_are_adopted_and_nothing_without_a_quorum() -> None:
    ballots = approvals("ab", "ab", "a", "c")
    rules = Rules(
        Method.APPROVAL,
        tuple(OPTIONS),
        "seed",
        Electorate(10, {}, {}),
        secret=False,
        quorum=Quorum(number=4),
        majority=MajorityRule(Threshold.SIMPLE),
        winners=Winners.HIGHEST,
        seats=2,
    )
    outcome = count_poll(rules, ballots)
    assert outcome.winners is not None
    assert outcome.winners.elected == ("a", "b")
    assert outcome.adopted == ("a",)
    assert count_poll(rules, ballots[:3]).adopted == ()


@pytest.mark.parametrize(
    ("method", "more"),
    [
        (Method.YES_NO, {}),
        (Method.SCORE, {"majority": MajorityRule(Threshold.SIMPLE)}),
        (Method.APPROVAL, {"winners": Winners.SCHULZE, "seats": 1}),
        (Method.RANKING, {"winners": Winners.EQUAL_SHARES, "seats": 1}),
        (Method.APPROVAL, {"winners": Winners.HIGHEST, "seats": 4}),
        (Method.APPROVAL, {"winners": Winners.HIGHEST}),
        (Method.APPROVAL, {"majority": MajorityRule(Threshold.SIMPLE), "seats": 1}),
    ],
)
def test_rules_that_do_not_fit_together_are_refused(method: Method, more: dict) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Rules(method, tuple(OPTIONS), "seed", NOBODY, **more)


def test_rules_survive_being_written_down() -> None:
    rules = Rules(
        Method.APPROVAL,
        ("a", "b"),
        "seed",
        Electorate(9, {"DE": 9}, {"Essen": 9}),
        quorum=Quorum(share=Fraction(1, 3)),
        majority=MajorityRule(Threshold.TWO_THIRDS, Base.DECIDED, Within.DELEGATIONS, 1),
        winners=Winners.EQUAL_SHARES,
        seats=1,
    )
    assert read_rules(json.loads(json.dumps(plain_rules(rules)))) == rules


def test_a_secret_result_shows_of_groups_only_what_the_breakdown_shows() -> None:
    """Perm's four against eight is small, so neither country's numbers appear, only how many agreed."""
    electorate = Electorate(60, {"DE": 30, "RU": 30}, {})
    rules = Rules(
        Method.YES_NO,
        ("a",),
        "seed",
        electorate,
        majority=MajorityRule(Threshold.SIMPLE, within=Within.EACH_COUNTRY),
    )
    small = [*answers(20, 9, country="DE"), *answers(4, 8, country="RU")]
    shown = plain_outcome(rules, small, count_poll(rules, small))["majority"]["a"]
    assert shown["groups"] == []
    assert (shown["enough"]["left"], shown["holds"]) == (1, False)
    large = [*answers(20, 9, country="DE"), *answers(7, 8, country="RU")]
    shown = plain_outcome(rules, large, count_poll(rules, large))["majority"]["a"]
    assert [(each["group"], each["comparison"]["left"]) for each in shown["groups"]] == [("DE", 20), ("RU", 7)]


def test_who_is_represented_by_what() -> None:
    rules = Rules(
        Method.APPROVAL,
        ("a", "b", "c"),
        "seed",
        Electorate(40, {}, {}),
        winners=Winners.EQUAL_SHARES,
        seats=2,
    )
    sides = {"Essen": ["a"] * 12 + ["b"] * 6 + [""] * 5, "Perm": ["b"] * 9 + ["a"] * 5 + [""] * 6}
    ballots = [Ballot(Approval(frozenset(each)), side) for side, all_of in sides.items() for each in all_of]
    found = count_poll(rules, ballots).representation
    assert found is not None
    assert (found.ballots, found.represented, dict(found.payers)) == (43, 32, {"a": 17, "b": 15})
    essen, perm = found.delegations
    assert (essen.groups, essen.ballots, essen.represented, dict(essen.by)) == (("Essen",), 23, 18, {"a": 12, "b": 6})
    assert (perm.represented, list(perm.by.items())) == (14, [("b", 9), ("a", 5)])
