"""What a page shows of a result: totals, what decided and its arithmetic, groups, two sides, how to check it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from flask import current_app, render_template, request
from flask_babel import format_decimal, format_percent, get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from youthforum.core.text import Text
from youthforum.forums.models import Forum, Member
from youthforum.forums.queries import delegations_of
from youthforum.polls import explaining, pictures, policy, queries, sentences
from youthforum.polls.counting.ballots import HIGHEST_SCORE, Method
from youthforum.polls.models import Poll
from youthforum.polls.routes.rooms import country_name

Plain = Mapping[str, Any]

# More codes than this are not listed on a page; they are in the download.
MOST_RECEIPTS = 2000
# Results that are kept as they were drawn.
MOST_DRAWN = 32
# More groups than this are counted, not named, where they are kept together.
MOST_NAMED = 3
# A table of comparisons in pairs of more options can't be read any more; it is in the download.
MOST_IN_PAIRS = 12
# In the order in which they stand beside each other in a bar.
_BARS = {
    Method.YES_NO: ("yes", "no", "abstain"),
    Method.APPROVAL: ("approved",),
    Method.SCORE: ("points",),
    Method.RANKING: ("first", "later"),
}


@dataclass
class Group:
    """One row of the breakdown for one option: `words` is None where too few are in it to show."""

    name: str
    ballots: int
    bar: Markup
    words: str | None


@dataclass
class Line:
    """One option: how it came out."""

    key: str
    text: Text
    proposal_id: int | None
    adopted: bool
    bar: Markup
    words: str
    verdict: list[str]
    within: list[tuple[str, list[str]]]
    represented: str = ""
    represented_groups: list[str] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)


@dataclass
class Names:
    """The words of options and groups, by their keys."""

    option: Callable[[str], str]
    country: Callable[[str], str]
    delegation: Callable[[str], str]

    def row(self, groups: Sequence[str], kind: str) -> str:
        """One group, or several that are kept together, since some are small."""
        name = self.country if kind == "countries" else self.delegation
        if len(groups) > MOST_NAMED:
            return ngettext("%(num)d group together", "%(num)d groups together", len(groups))
        return " + ".join(map(name, groups))


def drawn_result(poll: Poll, member: Member) -> Markup:
    """The result as a part of a page; nothing for whoever may not see it (yet).

    It is the same for everybody who may, and a whole hall asks for it when a poll is closed: what was drawn last is
    kept, for each language.
    """
    if policy.why_not_see_result(member, poll) is not None or poll.outcome is None or poll.facts is None:
        return Markup()
    drawn: dict[tuple[Any, ...], Markup] = current_app.extensions.setdefault("drawn_results", {})
    key = (poll.id, poll.revision, poll.forum.revision, _language())
    if key in drawn and not request.args:
        return drawn[key]
    # Jinja has escaped what is in it.
    drawn_now = render_template("polls/_result.html", poll=poll, result=_result(poll, poll.outcome, poll.facts))
    found = Markup(drawn_now)  # noqa: S704
    if not request.args:
        drawn[key] = found
        while len(drawn) > MOST_DRAWN:
            drawn.pop(next(iter(drawn)), None)
    return found


def _result(poll: Poll, outcome: Plain, facts: Plain) -> dict[str, Any]:
    rules, cast = facts["rules"], outcome["ballots"]
    names = _names(facts, poll.forum)
    lines = _lines(poll, outcome, names)
    receipts = queries.receipts_of(poll) if cast <= MOST_RECEIPTS else []
    protocol = queries.lines_of(poll)
    winners = outcome["winners"]
    return {
        "lines": lines,
        "turnout": _turnout(cast, rules["electorate"]["size"]),
        "turnout_bar": pictures.bar([("yes", cast)], rules["electorate"]["size"]),
        "quorum": explaining.arithmetic(outcome["quorum"]) if outcome["quorum"] else [],
        "adopted": len(outcome["adopted"]),
        "suppressed": any(group.words is None for line in lines for group in line.groups),
        "ties": [explaining.tie(each, names.option) for each in winners["ties"]] if winners else [],
        "rounds": explaining.rounds(winners, names.option) if winners else [],
        "stages": _stages(winners, names) if winners else [],
        "pairs": _pairs(winners, names) if winners else None,
        "quota": winners.get("quota") if winners else None,
        "represented": _represented(outcome),
        "how": explaining.how_counted(rules),
        "picture": _picture(outcome, facts, names),
        "receipts": receipts,
        "receipt_count": cast,
        "head": protocol[-1].hash if protocol else "",
    }


def _turnout(cast: int, size: int) -> str:
    return ngettext("%(num)d ballot of %(of)s who may vote.", "%(num)d ballots of %(of)s who may vote.", cast, of=size)


def _names(facts: Plain, forum: Forum) -> Names:
    """As they were when the poll was opened; delegations as they are called now."""
    texts = {option["key"]: str(Text(option["text"])) or option["key"] for option in facts["options"]}
    teams = {team.slug: str(team.name) for team in delegations_of(forum)}
    return Names(
        option=lambda key: texts.get(key, key),
        country=lambda code: country_name(code) if code else _("Without a country"),
        delegation=lambda slug: teams.get(slug, slug) if slug else _("Without a delegation"),
    )


# Options -------------------------------------------------------------------------------------------------------------


def _lines(poll: Poll, outcome: Plain, names: Names) -> list[Line]:
    """The adopted ones first, in the order in which they were; then the others, the most supported first."""
    told = {
        key: (words, groups)
        for key, words, groups in explaining.represented(outcome, names.option, names.country, names.delegation)
    }
    lines = []
    for option in (poll.facts or {})["options"]:
        key = option["key"]
        words, groups = told.get(key, ("", []))
        verdict, within = _verdict(poll, outcome, key, names)
        bar, numbers = _total(poll.method, outcome["totals"][key], outcome["ballots"])
        lines.append(
            Line(
                key=key,
                text=Text(option["text"]),
                proposal_id=option["proposal"],
                adopted=key in outcome["adopted"],
                bar=bar,
                words=numbers,
                verdict=verdict,
                within=within,
                represented=words,
                represented_groups=groups,
                groups=_groups(outcome, key, names),
            )
        )
    place = {key: at for at, key in enumerate(_order(poll.method, outcome))}
    return sorted(lines, key=lambda line: place[line.key])


def _order(method: Method, outcome: Plain) -> list[str]:
    winners, totals = outcome["winners"], outcome["totals"]
    first = list(outcome["adopted"])
    if winners and winners["kind"] == "schulze":
        rest = winners["ranking"]
    else:
        rest = [
            *(winners["elected"] if winners else ()),
            *sorted(totals, key=lambda key: -_support(method, totals[key])),
        ]
    return list(dict.fromkeys([*first, *rest]))


def _support(method: Method, total: Plain) -> int:
    if method is Method.YES_NO:
        return int(total.get("yes", 0) - total.get("no", 0))
    if method is Method.SCORE:
        return _points(total)
    return int(total.get("approved", 0) if method is Method.APPROVAL else total.get("first", 0))


def _points(total: Plain) -> int:
    return sum(int(points) * number for points, number in total.items())


def _total(method: Method, total: Plain, ballots: int) -> tuple[Markup, str]:
    """A bar, and the same in words."""
    if method is Method.SCORE:
        points = _points(total)
        average = format_decimal(points / ballots if ballots else 0, format="0.0")
        words = ngettext(
            "%(num)d point, %(average)s on average", "%(num)d points, %(average)s on average", points, average=average
        )
        return pictures.bar([("yes", points)], HIGHEST_SCORE * ballots), words
    if method is Method.APPROVAL:
        number = total.get("approved", 0)
        words = ngettext(
            "Ticked on %(num)d of %(of)s ballots", "Ticked on %(num)d of %(of)s ballots", number, of=ballots
        )
        return pictures.bar([("yes", number)], ballots), words
    if method is Method.RANKING:
        first, ranked = total.get("first", 0), total.get("ranked", 0)
        words = _("First on %(first)s ballots, ranked on %(ranked)s of %(of)s", first=first, ranked=ranked, of=ballots)
        return pictures.bar([("yes", first), ("later", ranked - first)], ballots), words
    yes, no, abstain = (total.get(part, 0) for part in _BARS[Method.YES_NO])
    words = _("%(yes)s yes, %(no)s no, %(abstain)s abstained", yes=yes, no=no, abstain=abstain)
    return pictures.bar([("yes", yes), ("no", no), ("abstain", abstain)], ballots), words


def _verdict(poll: Poll, outcome: Plain, key: str, names: Names) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """The arithmetic of its majority: in the whole, and in each group as far as it may be shown."""
    if not outcome["majority"]:
        return [], []
    found, within = outcome["majority"][key], (poll.rules["majority"] or {}).get("within")
    verdict = explaining.arithmetic(found["overall"], poll.method)
    if found["enough"]:
        verdict.append(explaining.enough(found["enough"], within or ""))
    name = names.country if within == "each_country" else names.delegation
    groups = [
        (
            name(each["group"]),
            explaining.arithmetic(each["comparison"], poll.method)
            if each["comparison"]
            else [_("Too few ballots to be counted by itself.")],
        )
        for each in found["groups"]
    ]
    return verdict, groups


def _groups(outcome: Plain, key: str, names: Names) -> list[Group]:
    found = []
    for kind in ("countries", "delegations"):
        for row in outcome["breakdown"][kind]:
            shown = row["shown"].get(key)
            name, ballots = names.row(row["groups"], kind), row["ballots"]
            bar = pictures.bar(_colours(shown), ballots)
            found.append(Group(name, ballots, bar, _shown(shown, ballots) if shown else None))
    return found


# A part of a breakdown, and as what a bar draws it.
_DRAWN = {
    "yes": "yes",
    "approved": "yes",
    "4_to_5": "yes",
    "first": "yes",
    "2_to_3": "later",
    "later": "later",
    "no": "no",
}


def _colours(shown: Plain | None) -> list[tuple[str, int]]:
    return [(_DRAWN.get(part, "abstain"), number) for part, number in (shown or {}).items()]


def _shown(shown: Plain, ballots: int) -> str:
    """All parts where they are shown, else support alone."""
    if len(shown) == 1:
        ((part, number),) = shown.items()
        return _("%(part)s: %(number)s of %(of)s", part=sentences.PARTS[part], number=number, of=ballots)
    return ", ".join(
        _("%(part)s: %(number)s", part=sentences.PARTS[part], number=number) for part, number in shown.items()
    )


# The way to the set --------------------------------------------------------------------------------------------------


def _stages(winners: Plain, names: Names) -> list[list[tuple[str, str]]]:
    """After each stage of a transferable vote, who has how many votes: `[[(option, votes)]]`."""
    return [
        [(names.option(key), explaining.votes(votes)) for key, votes in stage["votes"].items() if votes != "0"]
        for stage in winners.get("stages", ())
    ]


def _pairs(winners: Plain, names: Names) -> dict[str, Any] | None:
    """Comparisons in pairs, in the order of the ranking: how many ballots have the row before the column."""
    if winners["kind"] != "schulze" or len(winners["ranking"]) > MOST_IN_PAIRS:
        return None
    order = winners["ranking"]
    preferred = winners["preferred"]
    rows = [
        (names.option(one), [None if one == other else preferred.get(one, {}).get(other, 0) for other in order])
        for one in order
    ]
    return {"options": [names.option(key) for key in order], "rows": rows}


def _represented(outcome: Plain) -> str:
    found = outcome["represented"]
    if not found:
        return ""
    return ngettext(
        "%(num)d of %(all)s voters is represented by at least one of them.",
        "%(num)d of %(all)s voters are represented by at least one of them.",
        found["represented"],
        all=found["ballots"],
    )


# Two sides -----------------------------------------------------------------------------------------------------------


def _picture(outcome: Plain, facts: Plain, names: Names) -> dict[str, Any] | None:
    """Who supports what: two groups beside each other, those that the address asks for or the two largest."""
    sides = {
        f"{kind}:{at}": pictures.Side(names.row(row["groups"], kind), row)
        for kind in ("countries", "delegations")
        for at, row in enumerate(outcome["breakdown"][kind])
    }
    if len(sides) < 2:
        return None
    usual = _usual(outcome)
    left, right = (request.args.get(name, "") for name in ("left", "right"))
    left = left if left in sides else usual[0]
    right = (
        right if right in sides and right != left else next(key for key in (*reversed(usual), *sides) if key != left)
    )
    options = [(option["key"], *Text(option["text"]).pick(_language())) for option in facts["options"]]
    lines = pictures.supported(options, sides[left], sides[right])
    told = [
        _(
            "%(option)s: %(left)s in %(first)s, %(right)s in %(second)s.",
            option=line.words,
            left=_percent(line.left, _("too few to show")),
            first=sides[left].name,
            right=_percent(line.right, _("too few to show")),
            second=sides[right].name,
        )
        for line in lines
    ]
    title = _("Who supports what: %(left)s and %(right)s", left=sides[left].name, right=sides[right].name)
    return {
        "svg": pictures.two_sided(lines, sides[left].name, sides[right].name, title=title, told=told, write=_percent)
        if any(line.left is not None or line.right is not None for line in lines)
        else None,
        "told": told,
        "caption": explaining.support(Method(facts["rules"]["method"])),
        "left": left,
        "right": right,
        "sides": [(key, side.name) for key, side in sides.items()],
    }


def _usual(outcome: Plain) -> tuple[str, str]:
    """Two countries, or two delegations where more is shown of these: those with the most to show, then the largest."""
    found = []
    for kind in ("countries", "delegations"):
        rows = outcome["breakdown"][kind]
        best = sorted(range(len(rows)), key=lambda at: (-len(rows[at]["shown"]), -rows[at]["ballots"]))[:2]
        if len(best) == 2:
            found.append((sum(len(rows[at]["shown"]) for at in best), [f"{kind}:{at}" for at in sorted(best)]))
    _shown, (first, second) = max(found, key=lambda each: each[0])
    return first, second


def _percent(share: Fraction | None, unknown: str = "–") -> str:
    return unknown if share is None else str(format_percent(pictures.whole_percent(share) / 100))


def _language() -> str:
    return str(get_locale() or "en")
