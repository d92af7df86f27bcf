"""A result in words: the arithmetic of each rule, the way to the set, and how it was counted.

Plain data in, sentences out. `rules` and `outcome` are as counting/plain.py makes them; `name` gives the words of an
option by its key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from youthforum.polls.counting.ballots import Method
from youthforum.polls.counting.majority import Within
from youthforum.polls.counting.outcome import Winners
from youthforum.polls.sentences import share

Plain = Mapping[str, Any]
Name = Callable[[str], str]


# The arithmetic ------------------------------------------------------------------------------------------------------


def needed(comparison: Plain) -> int:
    """The smallest whole number that holds; nothing is reached with 0."""
    right = Fraction(comparison["share"]) * comparison["of"]
    return max(1, floor(right) + 1 if comparison["relation"] == ">" else ceil(right))


def arithmetic(comparison: Plain, method: Method | None = None) -> list[str]:
    """A comparison as sentences: what was counted, what is needed, and whether it is reached."""
    left, of, base = comparison["left"], comparison["of"], comparison["base"]
    ticked = method is Method.APPROVAL
    if comparison["what"] == "ballots":
        return _quorum(comparison)
    if base == "no":
        first = (
            _("%(yes)s ticked it, %(no)s did not.", yes=left, no=of)
            if ticked
            else _("%(yes)s yes, %(no)s no.", yes=left, no=of)
        )
        return [
            first,
            _("More yes than no: reached.") if comparison["holds"] else _("Not more yes than no: not reached."),
        ]
    least = needed(comparison)
    if base == "decided":
        first = ngettext("%(num)d yes among %(of)s yes or no.", "%(num)d yes among %(of)s yes or no.", left, of=of)
    elif base == "electorate":
        first = ngettext(
            "%(num)d yes among %(of)s who may vote.", "%(num)d yes among %(of)s who may vote.", left, of=of
        )
    elif ticked:
        first = ngettext("Ticked on %(num)d of %(of)s ballots.", "Ticked on %(num)d of %(of)s ballots.", left, of=of)
    else:
        first = ngettext("%(num)d yes among %(of)s ballots.", "%(num)d yes among %(of)s ballots.", left, of=of)
    if comparison["share"] == "2/3":
        second = _("Two thirds are needed, so at least %(least)s.", least=least)
    else:
        second = _("More than half is needed, so at least %(least)s.", least=least)
    return [first, second, _("Reached.") if comparison["holds"] else _("Not reached.")]


def _quorum(comparison: Plain) -> list[str]:
    cast, of = comparison["left"], comparison["of"]
    if comparison["base"] == "electorate":
        first = ngettext(
            "%(num)d ballot of %(of)s who may vote.", "%(num)d ballots of %(of)s who may vote.", cast, of=of
        )
        parts = {"share": share(comparison["share"]), "least": needed(comparison)}
        second = _("The quorum is %(share)s, so at least %(least)s.", **parts)
    else:
        first = ngettext("%(num)d ballot.", "%(num)d ballots.", cast)
        second = _("The quorum is %(least)s.", least=of)
    return [first, second, _("Reached.") if comparison["holds"] else _("Not reached: nothing is adopted.")]


def enough(comparison: Plain, within: str) -> str:
    """In how many groups it is reached, and how many are needed."""
    told = {"needed": comparison["of"]}
    if within == Within.EACH_COUNTRY:
        return ngettext(
            "Reached in %(num)d country; %(needed)s are needed.",
            "Reached in %(num)d countries; %(needed)s are needed.",
            comparison["left"],
            **told,
        )
    return ngettext(
        "Reached in %(num)d delegation; %(needed)s are needed.",
        "Reached in %(num)d delegations; %(needed)s are needed.",
        comparison["left"],
        **told,
    )


# The way to the result -----------------------------------------------------------------------------------------------


def tie(told: Plain, name: Name) -> str:
    """A use of the lot."""
    names = {"options": _listed(told["between"], name), "picked": _listed(told["picked"], name)}
    if told["decision"] == "last_seats":
        return _("Equal totals: %(options)s. The lot gave the last place to %(picked)s.", **names)
    if told["decision"] == "rank":
        return _("Equal: %(options)s. The lot put %(picked)s first.", **names)
    if told["decision"] == "elect":
        return _("Equal in this round: %(options)s. The lot chose %(picked)s.", **names)
    if told["decision"] == "transfer":
        return _("Equal surplus: %(options)s. The lot handed on the votes of %(picked)s first.", **names)
    return _("Equally low: %(options)s. The lot excluded %(picked)s.", **names)


def _listed(keys: Sequence[str], name: Name) -> str:
    return " · ".join(_("“%(option)s”", option=name(key)) for key in keys)


def rounds(winners: Plain, name: Name) -> list[str]:
    """How a set came about, round by round."""
    kind = Winners(winners["kind"])
    if kind is Winners.EQUAL_SHARES:
        return [_purchase(each, name) for each in winners["rounds"]]
    if kind is Winners.PHRAGMEN:
        return [
            ngettext(
                "“%(option)s”, ticked by %(num)d person, weighs least now: elected.",
                "“%(option)s”, ticked by %(num)d people, weighs least now: elected.",
                each["supporters"],
                option=name(each["option"]),
            )
            for each in winners["rounds"]
        ]
    if kind is Winners.TRANSFERABLE_VOTE:
        return [sentence for stage in winners["stages"] for sentence in _stage(stage, name)]
    return []


def _purchase(each: Plain, name: Name) -> str:
    told = {"option": name(each["option"])}
    if each["phase"] == "lot":
        return _("“%(option)s” has no supporters; it takes a place that was left, by lot.", **told)
    if each["phase"] == "completion":
        return ngettext(
            "“%(option)s”: its %(num)d supporter was the first who could pay once everybody got more.",
            "“%(option)s”: its %(num)d supporters were the first who could pay once everybody got more.",
            each["supporters"],
            **told,
        )
    return ngettext(
        "“%(option)s”: its %(num)d supporter paid for it together, at the lowest price per point.",
        "“%(option)s”: its %(num)d supporters paid for it together, at the lowest price per point.",
        each["supporters"],
        **told,
    )


def _stage(stage: Plain, name: Name) -> list[str]:
    told = {"option": name(stage["option"]) if stage["option"] else ""}
    found = [
        {
            "first": _("First preferences are counted."),
            "transfer": _("What “%(option)s” did not need is handed on.", **told),
            "exclude": _("“%(option)s” has the fewest votes and leaves; its ballots are handed on.", **told),
            "rest": _("As many options are left as places."),
        }[stage["step"]]
    ]
    return found + [_("Elected: “%(option)s”.", option=name(key)) for key in stage["elected"]]


def votes(fraction: str) -> str:
    """An exact number of votes, to two decimal places."""
    number = Fraction(fraction)
    return format_decimal(float(number), format="#,##0" if number.denominator == 1 else "#,##0.00")


def represented(outcome: Plain, name: Name, country: Name, delegation: Name) -> list[tuple[str, str, list[str]]]:
    """Of a proportional set: `[(option, sentence, sentences about groups)]`, in the order of election."""
    found = outcome["represented"]
    if not found:
        return []
    lines = []
    for option, payers in found["payers"].items():
        sentence = ngettext(
            "%(num)d of %(all)s voters is represented by “%(option)s”.",
            "%(num)d of %(all)s voters are represented by “%(option)s”.",
            payers,
            all=found["ballots"],
            option=name(option),
        )
        groups = []
        for rows, named in ((found["countries"], country), (found["delegations"], delegation)):
            for row in rows:
                if len(row["groups"]) == 1 and option in row["by"]:
                    told = {"of": row["ballots"], "group": named(row["groups"][0])}
                    groups.append(
                        ngettext(
                            "%(group)s: %(num)d of %(of)s", "%(group)s: %(num)d of %(of)s", row["by"][option], **told
                        )
                    )
        lines.append((option, sentence, groups))
    return lines


def support(method: Method) -> str:
    """What counts as support where groups stand beside each other."""
    return {
        Method.YES_NO: _("Shown is which share of each group said yes."),
        Method.APPROVAL: _("Shown is which share of each group ticked it."),
        Method.SCORE: _("Shown is which share of each group gave it 4 or 5 points."),
        Method.RANKING: _("Shown is which share of each group put it first."),
    }[method]


# How this is counted -------------------------------------------------------------------------------------------------


def how_counted(rules: Plain) -> list[str]:
    """The method in plain words, a paragraph each, for whoever has never heard of it."""
    method = Method(rules["method"])
    found = [
        {
            Method.YES_NO: _(
                "Everybody answers to each option with yes, no or abstain. An option left out is an abstention."
            ),
            Method.APPROVAL: _("Everybody ticks the options that they want, as many as they like."),
            Method.SCORE: _("Everybody gives each option 0 to 5 points. An option left out has 0."),
            Method.RANKING: _(
                "Everybody puts options in an order. What is left out counts as behind everything that was named."
            ),
        }[method]
    ]
    if rules["winners"]:
        found += _how_winners(Winners(rules["winners"]["kind"]), method)
    if rules["majority"]:
        found.append(_("For a majority each option is looked at by itself. The sum beside it shows every number."))
        if rules["majority"]["within"] and rules["secret"]:
            found.append(
                _(
                    "A group of fewer than five ballots counts in the whole, but can’t agree by itself: that would "
                    "tell how its few people voted."
                )
            )
    found.append(
        _("Where options are equal a lot decides. It was drawn when the poll opened, before anybody had voted.")
    )
    return found


def _how_winners(kind: Winners, method: Method) -> list[str]:
    if kind is Winners.HIGHEST:
        return [
            {
                Method.SCORE: _("All points of an option are added up; the highest sums win."),
                Method.YES_NO: _("The number of no is taken off the number of yes; the largest leads win."),
            }.get(method, _("It is counted how many people ticked each option; the highest numbers win."))
        ]
    if kind is Winners.SCHULZE:
        return [
            _("Every two options are compared: how many people put the one before the other?"),
            _(
                "A chain of such wins is as strong as its weakest one. An option is ahead of another if its strongest "
                "chain is stronger than the one back."
            ),
        ]
    if kind is Winners.TRANSFERABLE_VOTE:
        return [
            _("An option that reaches the quota is elected. What it has beyond that moves on to the next preferences."),
            _("When nobody has more than the quota, the lowest option leaves and its ballots move on."),
        ]
    if kind is Winners.EQUAL_SHARES:
        return [
            _("Everybody gets the same share of the places to spend, and only on what they support."),
            _(
                "Elected is, again and again, the option whose supporters can pay for it most cheaply, each with the "
                "same amount per point."
            ),
            _("So a large group can’t decide about everything: when it has spent its share, it is the others’ turn."),
        ]
    return [
        _("Each elected option is a weight that its supporters carry together, in equal parts."),
        _("Elected is whatever keeps the heaviest load as small as possible, so support is spread evenly."),
    ]
