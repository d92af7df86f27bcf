"""Counting a large poll: 100,000 score ballots with 60 options, in this process; CPU seconds of one core."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from bench.report import Figure
from youthforum.polls.counting.ballots import Ballot, Method, Scores
from youthforum.polls.counting.breakdown import break_down
from youthforum.polls.counting.equal_shares import equal_shares, utilities_of
from youthforum.polls.counting.majority import Electorate
from youthforum.polls.counting.outcome import Rules, Winners, count_poll
from youthforum.polls.counting.plain import plain_outcome

OPTIONS, SEATS, DELEGATIONS = tuple(f"option-{at}" for at in range(60)), 20, 25


def counting(quick: bool) -> list[Figure]:
    many, few = (2_000, 100) if quick else (100_000, 350)
    ballots, hall = _ballots(many), _ballots(few)
    rules = Rules(Method.SCORE, OPTIONS, "bench", Electorate(many, {}, {}), winners=Winners.EQUAL_SHARES, seats=SEATS)
    outcome = count_poll(rules, ballots)
    size = f"{many:,} score ballots × {len(OPTIONS)} options"
    return [
        _timed(
            f"Equal shares, {SEATS} seats ({size})",
            lambda: equal_shares(OPTIONS, utilities_of(OPTIONS, ballots), SEATS, OPTIONS),
            5,
        ),
        _timed(f"Whole count with breakdown and who is represented ({size})", lambda: count_poll(rules, ballots), 5),
        _timed(f"Result in plain data ({size})", lambda: plain_outcome(rules, ballots, outcome), None),
        _timed(
            f"Breakdown with suppression ({few} score ballots × {len(OPTIONS)} options, {DELEGATIONS} delegations)",
            lambda: break_down(OPTIONS, hall),
            1,
        ),
    ]


def _timed(name: str, work: Callable[[], object], most: int | None) -> Figure:
    begun = time.process_time()
    work()
    took = time.process_time() - begun
    return Figure(name, f"≤ {most} s" if most else "", f"{took:.2f} s CPU", took <= most if most else None)


def _ballots(number: int) -> list[Ballot]:
    """Nearly all different, which is the hardest case; some options are liked more, and delegations have tastes."""
    chance = random.Random(60)
    liked = [chance.uniform(0, 5) for _ in OPTIONS]
    tastes = [[each + chance.gauss(0, 1) for each in liked] for _ in range(DELEGATIONS)]
    ballots = []
    for _ in range(number):
        delegation = chance.randrange(DELEGATIONS)
        scores = tuple(min(5, max(0, round(chance.gauss(each, 1.5)))) for each in tastes[delegation])
        ballots.append(Ballot(Scores(scores), f"delegation-{delegation}", "DE" if delegation % 2 else "RU"))
    return ballots
