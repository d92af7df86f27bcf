"""Polls in words: what can be chosen when one is made, and what it then asks for. Plain data in, sentences out.

Every function gives whole sentences in the reader’s language; `rules` are plain data as counting/plain.py makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from youthforum.polls.counting.ballots import Method
from youthforum.polls.counting.majority import Base, Threshold, Within
from youthforum.polls.counting.outcome import Winners
from youthforum.polls.models import Breaking, Results, State

Plain = Mapping[str, Any]
Name = Callable[[str], str]


class Named(NamedTuple):
    """Something that can be chosen: its name, what it means, and perhaps an example."""

    title: Any
    about: Any
    example: Any = ""


STATE_LABELS = {
    State.prepared: _l("Being prepared"),
    State.open: _l("Open"),
    State.closed: _l("Closed"),
    State.published: _l("Result published"),
    State.cancelled: _l("Cancelled"),
}

METHODS = {
    Method.YES_NO: Named(
        _l("Yes, no or abstain"),
        _l("One answer to each option."),
        _l("Example: “Shall we found a choir?” Yes. “A radio?” No."),
    ),
    Method.APPROVAL: Named(
        _l("Tick all that you want"),
        _l("As many options as you like, none has more weight than another."),
        _l("Example: the map and the camp are ticked, the choir is not."),
    ),
    Method.SCORE: Named(
        _l("Give 0 to 5 points"),
        _l("Each option gets points, several may get the same."),
        _l("Example: map 5, camp 4, choir 0."),
    ),
    Method.RANKING: Named(
        _l("Put in order"),
        _l("From the best option down, as far as you like."),
        _l("Example: first the camp, then the map; the choir is left out."),
    ),
}

DECIDING = {
    "each:simple": Named(
        _l("Each option by itself: more yes than no"),
        _l("Abstaining counts neither way. As many options as reach it are adopted."),
    ),
    "each:absolute": Named(
        _l("Each option by itself: more than half"),
        _l("Of whom, is said below."),
    ),
    "each:two_thirds": Named(
        _l("Each option by itself: two thirds"),
        _l("For what should have wide support. Of whom, is said below."),
    ),
    "highest": Named(
        _l("Those with the most"),
        _l("The options with the most support are adopted. A large group can decide about all of them."),
    ),
    "equal_shares": Named(
        _l("A set that represents everybody"),
        _l("Each group decides about its share of the set: a tenth of the voters about a tenth of it. Equal shares."),
    ),
    "phragmen": Named(
        _l("A set that spreads support evenly"),
        _l("Another proportional set, by Phragmén’s method."),
    ),
    "schulze": Named(
        _l("The best by comparison in pairs"),
        _l("Adopted is what wins against each of the others. Schulze’s method."),
    ),
    "transferable_vote": Named(
        _l("A set by transferable votes"),
        _l("Proportional: a vote that is not needed moves on to its next preference."),
    ),
}
"""What a poll can be decided by, as whoever makes it chooses; “each” by a majority alone."""

FITTING_DECISIONS = {
    Method.YES_NO: ("each:simple", "each:absolute", "each:two_thirds", "highest"),
    Method.APPROVAL: ("equal_shares", "highest", "each:absolute", "each:two_thirds", "phragmen"),
    Method.SCORE: ("equal_shares", "highest"),
    Method.RANKING: ("schulze", "transferable_vote"),
}

BASES = {
    Base.DECIDED: _l("All who say yes or no"),
    Base.BALLOTS: _l("All who vote; abstaining works like a no"),
    Base.ELECTORATE: _l("All who may vote; staying away works like a no"),
}

PARTS = {
    "yes": _l("Yes"),
    "no": _l("No"),
    "abstain": _l("Abstained"),
    "approved": _l("Ticked"),
    "not_approved": _l("Not ticked"),
    "4_to_5": _l("4 or 5 points"),
    "2_to_3": _l("2 or 3 points"),
    "0_to_1": _l("0 or 1 point"),
    "first": _l("First place"),
    "later": _l("Further down"),
    "not_ranked": _l("Left out"),
}
"""The parts of a breakdown and of totals."""

ANSWERS = {"yes": _l("Yes"), "no": _l("No"), "abstain": _l("Abstain")}

SECRET = _l("Secret: nobody sees how you voted, not even those who run the poll.")
NOT_SECRET = _l("Open: ballots are published with the delegation, and the organisers’ records say who cast which.")
FINAL = _l("A ballot can’t be changed once it is cast.")
FIXED = _l("Once opened, nothing of this can be changed.")


# What is asked -------------------------------------------------------------------------------------------------------


def deciding(rules: Plain, method: Method) -> list[str]:
    """What decides, one sentence for each rule."""
    found = []
    winners, majority, quorum = rules["winners"], rules["majority"], rules["quorum"]
    if winners:
        found.append(_winners(Winners(winners["kind"]), winners["seats"], method))
    if majority:
        found += _majority(majority, method, alone=not winners)
    if quorum and quorum["number"]:
        found.append(
            ngettext(
                "It counts only if at least %(num)d ballot is cast.",
                "It counts only if at least %(num)d ballots are cast.",
                quorum["number"],
            )
        )
    elif quorum:
        found.append(
            _("It counts only if at least %(share)s of those who may vote do so.", share=share(quorum["share"]))
        )
    return found


def _winners(kind: Winners, seats: int, method: Method) -> str:
    if kind is Winners.HIGHEST and method is Method.SCORE:
        return ngettext(
            "The option with the most points is adopted.",
            "The %(num)d options with the most points are adopted.",
            seats,
        )
    if kind is Winners.HIGHEST and method is Method.YES_NO:
        return ngettext(
            "The option with the largest lead of yes over no is adopted.",
            "The %(num)d options with the largest lead of yes over no are adopted.",
            seats,
        )
    if kind is Winners.HIGHEST:
        return ngettext(
            "The option that most people tick is adopted.",
            "The %(num)d options that most people tick are adopted.",
            seats,
        )
    if kind is Winners.SCHULZE:
        return ngettext(
            "The option is adopted that wins against each of the others in a comparison of two.",
            "The %(num)d options are adopted that do best in comparisons of two.",
            seats,
        )
    if kind is Winners.TRANSFERABLE_VOTE:
        return ngettext(
            "One option is adopted by transferable votes.",
            "A proportional set of %(num)d is adopted by transferable votes.",
            seats,
        )
    if kind is Winners.EQUAL_SHARES:
        return ngettext(
            "One option is adopted by the method of equal shares.",
            "A set of %(num)d that represents everybody is adopted by the method of equal shares.",
            seats,
        )
    return ngettext(
        "One option is adopted by Phragmén’s method.",
        "A set of %(num)d that spreads support evenly is adopted by Phragmén’s method.",
        seats,
    )


def _majority(majority: Plain, method: Method, *, alone: bool) -> list[str]:
    threshold, base = Threshold(majority["threshold"]), Base(majority["base"])
    if not alone:
        found = [_("Of these, only those are adopted that also reach a majority.")]
    else:
        found = []
    if threshold is Threshold.SIMPLE and method is Method.APPROVAL:
        found.append(_("An option needs more people who tick it than people who don’t."))
    elif threshold is Threshold.SIMPLE:
        found.append(_("An option needs more yes than no."))
    elif threshold is Threshold.ABSOLUTE:
        found.append(
            {
                Base.DECIDED: _("An option needs more than half of all who say yes or no."),
                Base.BALLOTS: _("An option needs more than half of all ballots."),
                Base.ELECTORATE: _("An option needs more than half of all who may vote."),
            }[base]
        )
    else:
        found.append(
            {
                Base.DECIDED: _("An option needs two thirds of all who say yes or no."),
                Base.BALLOTS: _("An option needs two thirds of all ballots."),
                Base.ELECTORATE: _("An option needs two thirds of all who may vote."),
            }[base]
        )
    if majority["within"] == Within.EACH_COUNTRY:
        found.append(_("It needs the same in each country."))
    elif majority["within"] == Within.DELEGATIONS:
        found.append(
            ngettext(
                "It needs the same in at least %(num)d delegation.",
                "It needs the same in at least %(num)d delegations.",
                majority["at_least"],
            )
        )
    return found


def shown_when(results: Results) -> str:
    if results is Results.on_closing:
        return _("The result appears as soon as the poll is closed and counted.")
    return _("The result appears when the moderators publish it.")


def broken_down(breaking: Breaking, *, secret: bool) -> str:
    if breaking is Breaking.none:
        return _("The result is not broken down by delegation or country.")
    if breaking is Breaking.country and secret:
        return _("The result is also shown by country; groups of fewer than five are kept together.")
    if breaking is Breaking.country:
        return _("The result is also shown by country.")
    if secret:
        return _("The result is also shown by delegation and country; groups of fewer than five are kept together.")
    return _("The result is also shown by delegation and country.")


def share(fraction: str | None) -> str:
    """A fraction in words where it has some: “half”, else 3/5."""
    words = {"1/2": _("half"), "1/3": _("a third"), "2/3": _("two thirds"), "1/4": _("a quarter"), "1/5": _("a fifth")}
    return words.get(fraction or "", fraction or "")
