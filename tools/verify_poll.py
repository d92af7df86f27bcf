#!/usr/bin/env python3
"""Check an exported poll and count it again, with nothing but Python's standard library.

    python3 verify_poll.py FILE [--head HASH] [--code CODE]

--head  the protocol's head as it was shown when the poll closed. Without it, the file is only compared with itself.
--code  a receipt's code: says whether it is among those that were counted.

One line per check; the exit code is 0 when all is well and 1 when something is not. This is written independently of
the platform's own counting, plainly rather than fast; docs/counting.md describes the rules and the format.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from fractions import Fraction
from itertools import pairwise

FORMAT = "youth-forum-poll/1"
KEYS = {"format", "poll", "roll", "ballots", "receipts", "result", "protocol", "head"}
LINES = ["opened", "closed", "result", "root"]
SMALLEST_GROUP = 5


class Wrong(Exception):
    """A check that failed; its text says why."""


def require(holds, why):
    if not holds:
        raise Wrong(why)


# Hashes -----------------------------------------------------------------------------------------------------------


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest(value):
    return hashlib.sha256(canonical(value)).hexdigest()


def tree(entries):
    """RFC 6962: a list is split at the largest power of two below its length."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    half = 1 << ((len(entries) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + tree(entries[:half]) + tree(entries[half:])).digest()


def lot(seed, options):
    return sorted(options, key=lambda option: hashlib.sha256(seed.encode() + b"\0" + option.encode()).digest())


# The file ---------------------------------------------------------------------------------------------------------


def check_form(file):
    require(isinstance(file, dict) and set(file) == KEYS, "this is not the export of a poll")
    require(file["format"] == FORMAT, f"unknown format {file['format']!r}")
    return "the file has the form of an exported poll"


def check_chain(file):
    before = "0" * 64
    for number, line in enumerate(file["protocol"]):
        require(set(line) == {"number", "kind", "data", "before", "hash"}, f"line {number} has other fields")
        require(line["number"] == number, f"line {number} has number {line['number']}")
        require(line["before"] == before, f"line {number} does not continue the line before it")
        content = {name: value for name, value in line.items() if name != "hash"}
        require(line["hash"] == digest(content), f"line {number} was changed after it was written")
        before = line["hash"]
    require([line["kind"] for line in file["protocol"]] == LINES, f"the lines are not {', '.join(LINES)}")
    require(file["head"] == before, "the head is not that of the last line")
    return f"the protocol's {len(LINES)} lines form a chain with the head {before}"


def data(file, kind):
    return file["protocol"][LINES.index(kind)]["data"]


def check_facts(file):
    require(data(file, "opened")["poll"] == digest(file["poll"]), "question or rules were changed after opening")
    return "question, options and rules are those of the opening"


def check_ballots(file):
    rules = file["poll"]["rules"]
    fields = {"id", "choice"} | (set() if rules["secret"] else {"delegation", "country"})
    for number, ballot in enumerate(file["ballots"]):
        require(set(ballot) == fields, f"ballot {number} has other fields")
        require(isinstance(ballot["id"], str) and ballot["id"], f"ballot {number} has no id")
        require(valid(rules, ballot["choice"]), f"ballot {ballot['id']} is not valid")
    for one, other in pairwise(file["ballots"]):
        require(one["id"] < other["id"], f"ballot {other['id']} is there twice or out of order")
    return f"all {len(file['ballots'])} ballots are valid, in the order of their ids, and none is there twice"


def check_receipts(file):
    for number, code in enumerate(file["receipts"]):
        require(isinstance(code, str) and code, f"receipt {number} is no code")
    for one, other in pairwise(file["receipts"]):
        require(one < other, f"receipt {other} is there twice or out of order")
    root = tree([code.encode() for code in file["receipts"]]).hex()
    require(data(file, "root")["receipts"] == root, "the receipts are not those of the closing")
    return f"the {len(file['receipts'])} receipts are those of the closing, with the root {root}"


def valid(rules, choice):
    options, method = rules["options"], rules["method"]
    if method in ("yes_no", "score"):
        if not isinstance(choice, dict) or set(choice) != set(options):
            return False
        if method == "yes_no":
            return all(value in ("yes", "no", "abstain") for value in choice.values())
        return all(type(value) is int and 0 <= value <= 5 for value in choice.values())
    if not isinstance(choice, list) or not all(option in options for option in choice):
        return False
    return len(set(choice)) == len(choice)


def check_numbers(file):
    ballots, receipts, closed = len(file["ballots"]), len(file["receipts"]), data(file, "closed")
    size = file["poll"]["rules"]["electorate"]["size"]
    require(closed["ballots"] == ballots, f"at closing there were {closed['ballots']} ballots, here are {ballots}")
    require(closed["roll"] == file["roll"], "the roll is not that of the closing")
    require(ballots == file["roll"], f"{ballots} ballots, but {file['roll']} people have voted")
    require(ballots == receipts, f"{ballots} ballots, but {receipts} receipts")
    require(file["roll"] <= size, f"{file['roll']} people have voted, but only {size} may")
    return f"{ballots} ballots, as many receipts and people marked as having voted, {size} entitled"


def check_root(file):
    root = tree([canonical(ballot) for ballot in file["ballots"]]).hex()
    require(data(file, "root")["ballots"] == root, "the ballots are not those of the closing")
    return f"the ballots are those of the closing, with the root {root}"


def check_result(file):
    require(data(file, "result")["result"] == digest(file["result"]), "the result was changed after closing")
    return "the result is that of the protocol"


# Counting again ---------------------------------------------------------------------------------------------------


def recount(file):
    """What can be counted from the file: `{part of the result: what it must be}`."""
    rules, ballots = file["poll"]["rules"], file["ballots"]
    options, choices = rules["options"], [ballot["choice"] for ballot in ballots]
    order = lot(rules["seed"], options)
    quorum = count_quorum(rules, len(ballots))
    majority = rules["majority"] and {
        option: count_majority(rules, option, ballots, file["result"]) for option in options
    }
    winners = rules["winners"] and COUNTS[rules["winners"]["kind"]](rules, choices, order)
    if winners:
        winners["kind"] = rules["winners"]["kind"]
    adopted = [
        option
        for option in (winners["elected"] if winners else options)
        if (not quorum or quorum["holds"]) and (not majority or majority[option]["holds"])
    ]
    return {
        "ballots": len(ballots),
        "lot": order,
        "totals": {option: count_values(rules["method"], option, choices) for option in options},
        "quorum": quorum,
        "majority": majority,
        "winners": winners,
        "adopted": adopted,
    }


def count_values(method, option, choices):
    if method in ("yes_no", "score"):
        return dict(Counter(str(choice[option]) for choice in choices))
    if method == "approval":
        found = {"approved": sum(option in choice for choice in choices)}
    else:
        found = {
            "ranked": sum(option in choice for choice in choices),
            "first": sum(choice[:1] == [option] for choice in choices),
        }
    return {name: number for name, number in found.items() if number}


def compared(what, left, relation, share, base, of):
    right = Fraction(share) * of
    holds = left > 0 and (left > right if relation == ">" else left >= right)
    return {
        "what": what,
        "left": left,
        "relation": relation,
        "share": str(share),
        "base": base,
        "of": of,
        "holds": holds,
    }


def count_quorum(rules, ballots):
    quorum = rules["quorum"]
    if not quorum:
        return None
    if quorum["share"] is not None:
        return compared("ballots", ballots, ">=", quorum["share"], "electorate", rules["electorate"]["size"])
    return compared("ballots", ballots, ">=", 1, "ballots", quorum["number"])


def count_majority(rules, option, ballots, result):
    rule, electorate = rules["majority"], rules["electorate"]

    def of_these(ballots, size):
        if rules["method"] == "yes_no":
            answers = Counter(ballot["choice"][option] for ballot in ballots)
        else:
            answers = Counter("yes" if option in ballot["choice"] else "no" for ballot in ballots)
        if rule["threshold"] == "simple":
            return compared("yes", answers["yes"], ">", 1, "no", answers["no"])
        bases = {"decided": answers["yes"] + answers["no"], "ballots": len(ballots), "electorate": size}
        how = (">", Fraction(1, 2)) if rule["threshold"] == "absolute" else (">=", Fraction(2, 3))
        return compared("yes", answers["yes"], *how, rule["base"], bases[rule["base"]])

    overall = of_these(ballots, electorate["size"])
    if rule["within"] is None:
        return {"overall": overall, "groups": [], "enough": None, "holds": overall["holds"]}
    label, sizes = (
        ("country", electorate["countries"])
        if rule["within"] == "each_country"
        else ("delegation", electorate["delegations"])
    )
    needed = len(sizes) if label == "country" else rule["at_least"]
    if rules["secret"]:
        # Secret ballots don't say where they come from: what is published of groups can only be checked by itself.
        stated = result["majority"][option]
        groups, carried = stated["groups"], stated["enough"]["left"]
        for group in groups:
            shown = group["comparison"]
            again = compared(*(shown[name] for name in ("what", "left", "relation", "share", "base", "of")))
            require(shown == again, f"{option}: the comparison of {group['group']} is wrong")
            require(shown["left"] <= overall["left"], f"{option}: more yes in {group['group']} than in all")
        require(
            sum(group["comparison"]["holds"] for group in groups) <= carried <= len(sizes),
            f"{option}: the number of groups that carry it is impossible",
        )
    else:
        groups = []
        for name in sizes:
            inside = [ballot for ballot in ballots if ballot[label] == name]
            groups.append({"group": name, "comparison": of_these(inside, sizes[name]) if inside else None})
        carried = sum(bool(group["comparison"]) and group["comparison"]["holds"] for group in groups)
    enough = compared("groups", carried, ">=", 1, "groups", needed)
    return {
        "overall": overall,
        "groups": groups,
        "enough": enough,
        "holds": overall["holds"] and enough["holds"],
    }


class Ties:
    """Breaks ties by the lot, and remembers each."""

    def __init__(self, order):
        self.order, self.used = order, []

    def pick(self, decision, options, number=1, last=False):
        between = [option for option in self.order if option in options]
        picked = between[-number:] if last else between[:number]
        if len(picked) < len(between):
            self.used.append({"decision": decision, "between": between, "picked": picked})
        return picked

    def one(self, decision, options, last=False):
        return self.pick(decision, options, last=last)[0]


def count_highest(rules, choices, order):
    ties, elected, seats = Ties(order), [], rules["winners"]["seats"]
    worth = {"yes": 1, "no": -1, "abstain": 0}
    totals = {}
    for option in rules["options"]:
        if rules["method"] == "approval":
            totals[option] = sum(option in choice for choice in choices)
        else:
            totals[option] = sum(worth.get(choice[option], choice[option]) for choice in choices)
    while len(elected) < seats:
        left = {option: total for option, total in totals.items() if option not in elected}
        level = [option for option, total in left.items() if total == max(left.values())]
        elected += ties.pick("last_seats", level, seats - len(elected))
    return {"totals": totals, "elected": elected, "ties": ties.used}


def count_schulze(rules, choices, order):
    options, ties = rules["options"], Ties(order)
    preferred = {a: {b: 0 for b in options if b != a} for a in options}
    for choice in choices:
        place = {option: at for at, option in enumerate(choice)}
        for a in choice:
            for b in options:
                if b != a and place[a] < place.get(b, len(options)):
                    preferred[a][b] += 1
    strength = {a: {b: n if n > preferred[b][a] else 0 for b, n in row.items()} for a, row in preferred.items()}
    changed = True
    while changed:
        changed = False
        for a in options:
            for b in options:
                for c in options:
                    if len({a, b, c}) == 3 and min(strength[a][b], strength[b][c]) > strength[a][c]:
                        strength[a][c] = min(strength[a][b], strength[b][c])
                        changed = True

    def unbeaten(among):
        return [a for a in among if not any(strength[b][a] > strength[a][b] for b in among if b != a)]

    ranking = []
    while len(ranking) < len(options):
        ranking.append(ties.one("rank", unbeaten([option for option in options if option not in ranking])))
    return {
        "preferred": {a: row for a, row in preferred.items() if row},
        "strength": {a: row for a, row in strength.items() if row},
        "winners": unbeaten(options),
        "ranking": ranking,
        "elected": ranking[: rules["winners"]["seats"]],
        "ties": ties.used,
    }


def count_transferable_vote(rules, choices, order):
    options, seats, ties = rules["options"], rules["winners"]["seats"], Ties(order)
    papers = [[tuple(choice), Fraction(number), None] for choice, number in Counter(map(tuple, choices)).items()]
    quota = sum(1 for choice in choices if choice) // (seats + 1) + 1
    running, elected, waiting, stages = list(options), [], [], []
    kept = {option: Fraction(0) for option in options}  # what elected options keep once their surplus has gone

    def deal(moving):
        for paper in moving:
            paper[2] = next((option for option in paper[0] if option in running), "")

    def standing(option):
        if kept[option]:
            return kept[option]
        return sum((value for _, value, at in papers if at == option), Fraction(0))

    def best(level, decision, lowest=False):
        for stage in reversed(stages):
            edge = (min if lowest else max)(Fraction(stage["votes"][option]) for option in level)
            level = [option for option in level if Fraction(stage["votes"][option]) == edge]
        return ties.one(decision, level, last=lowest)

    def close(step, option, reaching):
        votes, now = {each: standing(each) for each in options}, []
        while len(now) < len(reaching):
            left = [each for each in reaching if each not in now]
            now.append(best([each for each in left if votes[each] == max(votes[e] for e in left)], "elect"))
        for each in now:
            running.remove(each)
            elected.append(each)
            if votes[each] > quota:
                waiting.append(each)
        stages.append(
            {
                "step": step,
                "option": option,
                "votes": {each: str(number) for each, number in votes.items()},
                "exhausted": str(sum((value for _, value, at in papers if at == ""), Fraction(0)) - blank),
                "elected": now,
            }
        )

    def over_quota():
        return [option for option in running if standing(option) >= quota]

    deal(papers)
    blank = Fraction(sum(1 for choice in choices if not choice))
    close("first", None, over_quota())
    while len(elected) < seats and running:
        if len(running) <= seats - len(elected):
            close("rest", None, list(running))
        elif waiting:
            most = max(standing(option) for option in waiting)
            option = best([each for each in waiting if standing(each) == most], "transfer")
            waiting.remove(option)
            moving = [paper for paper in papers if paper[2] == option]
            for paper in moving:
                paper[1] *= (most - quota) / most
            deal(moving)
            kept[option] = Fraction(quota)
            close("transfer", option, over_quota())
        else:
            least = min(standing(option) for option in running)
            option = best([each for each in running if standing(each) == least], "exclude", lowest=True)
            running.remove(option)
            deal([paper for paper in papers if paper[2] == option])
            close("exclude", option, over_quota())
    return {"quota": quota, "stages": stages, "elected": elected, "ties": ties.used}


def points(rules, choice):
    if rules["method"] == "score":
        return tuple(choice[option] for option in rules["options"])
    return tuple(int(option in choice) for option in rules["options"])


def phragmen_round(options, remaining, voters, loads, ties):
    """`(option, load of each supporter then)`; `voters`: `{points: how many}`, `loads`: `{points: load of each}`."""
    after = {}
    for option in remaining:
        at = options.index(option)
        supporters = sum(number for voter, number in voters.items() if voter[at])
        if supporters:
            borne = sum(number * loads[voter] for voter, number in voters.items() if voter[at])
            after[option] = (1 + borne) / Fraction(supporters)
    if not after:
        return ties.one("elect", remaining), None
    least = min(after.values())
    return ties.one("elect", [option for option in after if after[option] == least]), least


def count_phragmen(rules, choices, order):
    options, ties, rounds = rules["options"], Ties(order), []
    voters = Counter(points(rules, choice) for choice in choices)
    loads = dict.fromkeys(voters, Fraction(0))
    while len(rounds) < rules["winners"]["seats"]:
        chosen = [each["option"] for each in rounds]
        remaining = [option for option in options if option not in chosen]
        option, load = phragmen_round(options, remaining, voters, loads, ties)
        supporters = [voter for voter in voters if voter[options.index(option)]]
        for voter in supporters:
            loads[voter] = load
        rounds.append(
            {
                "option": option,
                "load": load if load is None else str(load),
                "supporters": sum(voters[voter] for voter in supporters),
            }
        )
    return {"rounds": rounds, "elected": [each["option"] for each in rounds], "ties": ties.used}


def price_of(at, voters, purse):
    """The lowest price per point at which the supporters can pay one seat together, or None."""
    supporters = sorted((voter for voter in voters if voter[at]), key=lambda voter: purse[voter] / voter[at])
    spent, weight = Fraction(0), sum(voters[voter] * voter[at] for voter in supporters)
    for voter in supporters:  # the poorest first: those before give all that they have
        price = (1 - spent) / weight
        if price * voter[at] <= purse[voter]:
            return price
        spent += voters[voter] * purse[voter]
        weight -= voters[voter] * voter[at]
    return None


def count_equal_shares(rules, choices, order):
    options, seats, ties, rounds = rules["options"], rules["winners"]["seats"], Ties(order), []
    voters = Counter(points(rules, choice) for choice in choices)
    share = Fraction(seats, len(choices) or 1)
    purse = dict.fromkeys(voters, share)
    remaining = list(options)

    def bought(option, phase, price, payers):
        remaining.remove(option)
        at = options.index(option)
        rounds.append(
            {
                "option": option,
                "phase": phase,
                "price": price if price is None else str(price),
                "supporters": sum(number for voter, number in voters.items() if voter[at]),
                "payers": sum(voters[voter] for voter in payers),
            }
        )

    while len(rounds) < seats:
        prices = {option: price_of(options.index(option), voters, purse) for option in remaining}
        prices = {option: price for option, price in prices.items() if price is not None}
        if not prices:
            break
        price = min(prices.values())
        option = ties.one("elect", [each for each in prices if prices[each] == price])
        at = options.index(option)
        payers = [voter for voter in voters if voter[at] and purse[voter]]
        for voter in payers:
            purse[voter] -= min(purse[voter], price * voter[at])
        bought(option, "shares", price, payers)
    loads = {voter: -left for voter, left in purse.items()}
    while len(rounds) < seats:
        option, given = phragmen_round(options, remaining, voters, loads, ties)
        supporters = [voter for voter in voters if voter[options.index(option)]]
        payers = [voter for voter in supporters if loads[voter] < given]
        bought(option, "lot" if given is None else "completion", given, payers)
        for voter in supporters:
            loads[voter] = given
    elected = [each["option"] for each in rounds]
    return {"share": str(share), "rounds": rounds, "elected": elected, "ties": ties.used}


COUNTS = {
    "highest": count_highest,
    "schulze": count_schulze,
    "transferable_vote": count_transferable_vote,
    "equal_shares": count_equal_shares,
    "phragmen": count_phragmen,
}


# By group ---------------------------------------------------------------------------------------------------------


PARTS = {
    "yes_no": ["yes", "no", "abstain"],
    "approval": ["approved", "not_approved"],
    "score": ["4_to_5", "2_to_3", "0_to_1"],
    "ranking": ["first", "later", "not_ranked"],
}


def part(method, option, choice):
    if method == "yes_no":
        return choice[option]
    if method == "approval":
        return "approved" if option in choice else "not_approved"
    if method == "score":
        return "4_to_5" if choice[option] >= 4 else "2_to_3" if choice[option] >= 2 else "0_to_1"
    return "first" if choice[:1] == [option] else "later" if option in choice else "not_ranked"


def check_groups(file):
    rules, shown = file["poll"]["rules"], file["result"]["breakdown"]

    def parts(ballots, option):
        counts = Counter(part(rules["method"], option, ballot["choice"]) for ballot in ballots)
        return {name: counts[name] for name in PARTS[rules["method"]]} if file["ballots"] else {}

    for option in rules["options"]:
        require(shown["totals"][option] == parts(file["ballots"], option), f"the totals of {option} are wrong")
    for label, rows in (("delegation", shown["delegations"]), ("country", shown["countries"])):
        require(
            not rows or sum(row["ballots"] for row in rows) == len(file["ballots"]), f"ballots per {label} don't add up"
        )
        for row in rows:
            for name, cells in row["shown"].items():
                total = shown["totals"][name]
                for cell, number in cells.items():
                    least = SMALLEST_GROUP if rules["secret"] and total[cell] else 0
                    require(
                        least <= number <= min(row["ballots"], total[cell]),
                        f"{number} for {name} in {', '.join(row['groups'])} can't be",
                    )
            if not rules["secret"]:
                inside = [ballot for ballot in file["ballots"] if (ballot[label] or "") in row["groups"]]
                for option in rules["options"]:
                    require(row["shown"][option] == parts(inside, option), f"the row {row['groups']} is wrong")
    represented = file["result"]["represented"]
    if represented:
        payers = {each["option"]: each["payers"] for each in file["result"]["winners"]["rounds"]}
        require(represented["payers"] == payers, "who has paid for what does not fit the rounds")
    if rules["secret"]:
        return "the breakdown fits the totals and shows nothing small (secret ballots don't say where they come from)"
    return "the breakdown by delegation and country, counted again, is the same"


def check_count(file):
    counted = recount(file)
    missing = set(file["result"]) ^ (set(counted) | {"breakdown", "represented"})
    require(not missing, f"the result has other parts: {', '.join(sorted(missing))}")
    for name, value in counted.items():
        require(file["result"][name] == value, f"counted again, “{name}” is different")
    adopted = ", ".join(counted["adopted"]) or "nothing"
    return f"counted again, the result is the same; adopted: {adopted}"


CHECKS = [
    check_form,
    check_chain,
    check_facts,
    check_ballots,
    check_receipts,
    check_numbers,
    check_root,
    check_result,
    check_count,
    check_groups,
]


def verify(file, say, head=None, code=None):
    """Whether every check holds; `say` gets one line for each."""
    well = True
    for check in CHECKS:
        try:
            say(f"ok     {check(file)}")
        except Wrong as problem:
            well = False
            say(f"WRONG  {problem}")
        except (AttributeError, IndexError, KeyError, TypeError, ValueError, ZeroDivisionError) as problem:
            well = False
            say(f"WRONG  {check.__name__.replace('_', ' ')}: the file is not complete ({problem!r})")
        if not well and check is check_form:
            return False
    if head is None:
        say(f"note   compare the head with the one that was shown at closing: {file['head']}")
    elif head != file["head"]:
        well = False
        say("WRONG  this is not the protocol whose head was shown")
    else:
        say("ok     the head is the one that was shown")
    if code is not None:
        counted = code.replace("-", "").upper() in file["receipts"]
        well &= counted
        say(f"ok     the receipt {code} was counted" if counted else f"WRONG  there is no receipt {code}")
    return well


def unique(pairs):
    """JSON that names a key twice can be read in two ways."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Check an exported poll and count it again.")
    parser.add_argument("file")
    parser.add_argument("--head", help="the head that was shown at closing")
    parser.add_argument("--code", help="the code of a receipt")
    given = parser.parse_args(arguments)
    try:
        with open(given.file, encoding="utf-8") as source:
            file = json.load(source, object_pairs_hook=unique)
    except (OSError, RecursionError, ValueError) as problem:
        print(f"WRONG  {given.file} can't be read: {problem}")
        return 1
    return 0 if verify(file, print, given.head, given.code) else 1


if __name__ == "__main__":
    sys.exit(main())
