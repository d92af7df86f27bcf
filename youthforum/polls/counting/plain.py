"""Rules and results in plain data, as the export and the API show them: numbers, texts, lists and objects only.

A fraction is a text such as “2/3”, so that nothing is rounded. docs/counting.md describes every field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from youthforum.polls.counting.ballots import Answer, Answers, Approval, Ballot, Method, Ranking, Scores
from youthforum.polls.counting.breakdown import Breakdown, Row
from youthforum.polls.counting.equal_shares import EqualShares
from youthforum.polls.counting.highest import Highest
from youthforum.polls.counting.lots import Tie
from youthforum.polls.counting.majority import (
    Base,
    Comparison,
    Electorate,
    MajorityOutcome,
    MajorityRule,
    Quorum,
    Side,
    Threshold,
    Within,
)
from youthforum.polls.counting.outcome import Outcome, Rules, Winners, WinnersOutcome
from youthforum.polls.counting.phragmen import Phragmen
from youthforum.polls.counting.represented import Representation, RepresentedGroup
from youthforum.polls.counting.schulze import Pairs, Schulze
from youthforum.polls.counting.stv import TransferableVote
from youthforum.polls.counting.suppression import Detail

Plain = dict[str, Any]


def plain_rules(rules: Rules) -> Plain:
    """`read_rules` gives the same rules back."""
    quorum, majority, winners = rules.quorum, rules.majority, rules.winners
    return {
        "method": rules.method.value,
        "options": list(rules.options),
        "seed": rules.seed,
        "secret": rules.secret,
        "electorate": {
            "size": rules.electorate.size,
            "countries": dict(rules.electorate.countries),
            "delegations": dict(rules.electorate.delegations),
        },
        "quorum": quorum and {"number": quorum.number, "share": _fraction(quorum.share)},
        "majority": majority
        and {
            "threshold": majority.threshold.value,
            "base": majority.base.value,
            "within": majority.within and majority.within.value,
            "at_least": majority.at_least,
        },
        "winners": winners and {"kind": winners.value, "seats": rules.seats},
    }


def read_rules(plain: Plain) -> Rules:
    """Raises KeyError, TypeError or ValueError where `plain` is not what `plain_rules` makes."""
    quorum, majority, winners = plain["quorum"], plain["majority"], plain["winners"]
    return Rules(
        method=Method(plain["method"]),
        options=tuple(plain["options"]),
        seed=plain["seed"],
        secret=plain["secret"],
        electorate=Electorate(**plain["electorate"]),
        quorum=quorum and Quorum(quorum["number"], None if quorum["share"] is None else Fraction(quorum["share"])),
        majority=majority
        and MajorityRule(
            Threshold(majority["threshold"]),
            Base(majority["base"]),
            majority["within"] and Within(majority["within"]),
            majority["at_least"],
        ),
        winners=winners and Winners(winners["kind"]),
        seats=winners["seats"] if winners else 0,
    )


def plain_outcome(rules: Rules, ballots: Sequence[Ballot], outcome: Outcome) -> Plain:
    """All of a result that may be published; of groups, only what the breakdown shows."""
    rows = {
        at: {row.groups[0]: row for row in at_rows if len(row.groups) == 1}
        for at, at_rows in (
            (Within.DELEGATIONS, outcome.breakdown.delegations),
            (Within.EACH_COUNTRY, outcome.breakdown.countries),
        )
    }
    within = rules.majority.within if rules.majority else None
    own_rows = rows[within] if within else {}
    return {
        "ballots": outcome.ballots,
        "lot": list(outcome.lot),
        "totals": plain_totals(rules.options, ballots),
        "quorum": outcome.quorum and _comparison(outcome.quorum),
        "majority": outcome.majority
        and {option: _majority(rules, option, each, own_rows) for option, each in outcome.majority.items()},
        "winners": outcome.winners and plain_winners(outcome.winners),
        "adopted": list(outcome.adopted),
        "breakdown": _breakdown(outcome.breakdown),
        "represented": outcome.representation and _representation(outcome.representation),
    }


def plain_totals(options: Sequence[str], ballots: Iterable[Ballot]) -> dict[str, dict[str, int]]:
    """How often each value was given to each option; for rankings, how many rank it first and how many at all."""
    counts: dict[str, Counter[str]] = {option: Counter() for option in options}
    lines: list[tuple[Answer, ...] | tuple[int, ...]] = []
    for ballot in ballots:
        match ballot.choice:
            case Answers(by_option) | Scores(by_option):
                lines.append(by_option)
            case Approval(approved):
                for option in approved:
                    counts[option]["approved"] += 1
            case Ranking(order):
                for place, option in enumerate(order):
                    counts[option].update(["ranked", "first"] if place == 0 else ["ranked"])
    if lines:
        for option, column in zip(options, zip(*lines, strict=True), strict=True):
            counts[option].update({str(value): number for value, number in Counter(column).items()})
    return {option: dict(counts[option]) for option in options}


def plain_winners(winners: WinnersOutcome) -> Plain:
    found: Plain
    match winners:
        case Highest():
            found = {"kind": "highest", "totals": dict(winners.totals)}
        case Schulze():
            found = {
                "kind": "schulze",
                "preferred": _pairs(winners.preferred),
                "strength": _pairs(winners.strength),
                "winners": list(winners.winners),
                "ranking": list(winners.ranking),
            }
        case TransferableVote():
            stages = [
                {
                    "step": stage.step.value,
                    "option": stage.option,
                    "votes": {option: _fraction(votes) for option, votes in stage.votes.items()},
                    "exhausted": _fraction(stage.exhausted),
                    "elected": list(stage.elected),
                }
                for stage in winners.stages
            ]
            found = {"kind": "transferable_vote", "quota": winners.quota, "stages": stages}
        case EqualShares():
            purchases = [
                {
                    "option": each.option,
                    "phase": each.phase.value,
                    "price": _fraction(each.price),
                    "supporters": each.supporters,
                    "payers": each.payers,
                }
                for each in winners.rounds
            ]
            found = {"kind": "equal_shares", "share": _fraction(winners.share), "rounds": purchases}
        case Phragmen():
            burdens = [
                {"option": each.option, "load": _fraction(each.load), "supporters": each.supporters}
                for each in winners.rounds
            ]
            found = {"kind": "phragmen", "rounds": burdens}
    return {**found, "elected": list(winners.elected), "ties": [_tie(tie) for tie in winners.ties]}


def _fraction(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _tie(tie: Tie) -> Plain:
    return {"decision": tie.decision.value, "between": list(tie.between), "picked": list(tie.picked)}


def _pairs(pairs: Pairs) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (one, other), number in pairs.items():
        found.setdefault(one, {})[other] = number
    return found


def _comparison(comparison: Comparison) -> Plain:
    return {
        "what": comparison.what.value,
        "left": comparison.left,
        "relation": comparison.relation.value,
        "share": str(comparison.share),
        "base": comparison.base.value,
        "of": comparison.of,
        "holds": comparison.holds,
    }


def _majority(rules: Rules, option: str, outcome: MajorityOutcome, rows: Mapping[str, Row]) -> Plain:
    groups = []
    for group in outcome.groups:
        shown = group.comparison is not None and _may_be_shown(group.comparison, option, rows.get(group.group))
        if not rules.secret or shown:
            groups.append({"group": group.group, "comparison": group.comparison and _comparison(group.comparison)})
    return {
        "overall": _comparison(outcome.overall),
        "groups": groups,
        "enough": outcome.enough and _comparison(outcome.enough),
        "holds": outcome.holds,
    }


def _may_be_shown(comparison: Comparison, option: str, row: Row | None) -> bool:
    """Whether the breakdown shows every number of a group's comparison."""
    needed = Detail.ALL if comparison.base in (Side.NO, Side.DECIDED) else Detail.SUPPORT
    return row is not None and row.cells[option].detail >= needed


def _breakdown(breakdown: Breakdown) -> Plain:
    def plain_row(row: Row) -> Plain:
        cells = {}
        for question in breakdown.questions:
            cell = row.cells[question.name]
            if cell.counts is not None:
                cells[question.name] = dict(zip(question.parts, cell.counts, strict=True))
            elif cell.support is not None:
                cells[question.name] = {question.parts[0]: cell.support}
        return {"groups": list(row.groups), "ballots": row.ballots, "shown": cells}

    return {
        "totals": {
            question.name: dict(zip(question.parts, breakdown.totals[question.name], strict=True))
            for question in breakdown.questions
        },
        "delegations": [plain_row(row) for row in breakdown.delegations],
        "countries": [plain_row(row) for row in breakdown.countries],
    }


def _representation(found: Representation) -> Plain:
    def plain_group(group: RepresentedGroup) -> Plain:
        return {
            "groups": list(group.groups),
            "ballots": group.ballots,
            "represented": group.represented,
            "by": dict(group.by),
        }

    return {
        "ballots": found.ballots,
        "represented": found.represented,
        "payers": dict(found.payers),
        "delegations": list(map(plain_group, found.delegations)),
        "countries": list(map(plain_group, found.countries)),
    }
