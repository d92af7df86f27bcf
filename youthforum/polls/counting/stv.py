"""The single transferable vote: a proportional set from ranked ballots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from youthforum.polls.counting.ballots import Ranking
from youthforum.polls.counting.lots import Decision, Lots, Tie


class Step(StrEnum):
    FIRST = "first"  # first preferences are counted
    TRANSFER = "transfer"  # an elected option's surplus is handed on
    EXCLUDE = "exclude"  # the lowest option leaves, and its ballots are handed on
    REST = "rest"  # as many options are left as there are seats


@dataclass(frozen=True, slots=True)
class Stage:
    """What happened to `option` (None when first preferences are counted), and how it stands afterwards.

    `votes` of all options; excluded ones stand at 0. `exhausted`: votes that found no further preference, in all.
    `elected` are those that are elected at the end of this stage, the highest first.
    """

    step: Step
    option: str | None
    votes: Mapping[str, Fraction]
    exhausted: Fraction
    elected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TransferableVote:
    """`quota`: votes that are enough for a seat. `elected` in the order in which they were elected."""

    quota: int
    stages: tuple[Stage, ...]
    elected: tuple[str, ...]
    ties: tuple[Tie, ...]


def single_transferable_vote(
    options: Sequence[str], rankings: Iterable[Ranking], seats: int, order: Sequence[str]
) -> TransferableVote:
    """Count as in Scottish council elections, but with exact fractions; `order` is the order of the lot.

    - The quota is Droop's: ballots / (seats + 1), rounded down, plus 1. Blank ballots don't count for it.
    - Whoever reaches the quota at the end of a stage is elected, the highest first.
    - A surplus is handed on before anybody is excluded, the largest one first. Every ballot that the elected option
      holds moves to its next preference among the continuing options, at its value × surplus / votes of the option
      (weighted inclusive Gregory). What has no further preference is exhausted.
    - Without a surplus, the lowest option is excluded, and its ballots move on at the value that they have.
    - When no more options are left than seats, they are elected; when all seats are taken, the count ends.
    - Equal options are told apart by the latest earlier stage at which they differed; else by lot: the better lot is
      elected and handed on first, and excluded last.

    Source: The Scottish Local Government Elections Order 2007 (SSI 2007/42), schedule 1, rules 45–52. Its rule 48 cuts
    values to five decimal places for the sake of paper; here nothing is cut, so no vote is lost.
    """
    return _Count(options, rankings, seats, order).result()


class _Count:
    def __init__(self, options: Sequence[str], rankings: Iterable[Ranking], seats: int, order: Sequence[str]) -> None:
        self.seats = seats
        self.lots = Lots(order)
        self.continuing = list(options)
        self.votes = dict.fromkeys(options, Fraction(0))
        self.exhausted = Fraction(0)
        # What each option holds: {preferences: value of all these ballots together}.
        self.held: dict[str, dict[tuple[str, ...], Fraction]] = {option: {} for option in options}
        self.surpluses: list[str] = []
        self.stages: list[Stage] = []
        self.elected: list[str] = []
        self.piles = Counter(ranking.order for ranking in rankings if ranking.order)
        self.quota = self.piles.total() // (seats + 1) + 1

    def result(self) -> TransferableVote:
        for preferences, ballots in self.piles.items():
            self._give(preferences, Fraction(ballots))
        self._close(Step.FIRST, None, self._reaching_quota())
        while len(self.elected) < self.seats and self.continuing:
            if len(self.continuing) <= self.seats - len(self.elected):
                self._close(Step.REST, None, self.continuing)
            elif self.surpluses:
                self._transfer()
            else:
                self._exclude()
        return TransferableVote(self.quota, tuple(self.stages), tuple(self.elected), tuple(self.lots.used))

    def _give(self, preferences: tuple[str, ...], value: Fraction) -> None:
        """To the first continuing option of these preferences."""
        for option in preferences:
            if option in self.continuing:
                self.votes[option] += value
                self.held[option][preferences] = self.held[option].get(preferences, Fraction(0)) + value
                return
        self.exhausted += value

    def _transfer(self) -> None:
        most = max(self.votes[option] for option in self.surpluses)
        option = self._told_apart(
            [each for each in self.surpluses if self.votes[each] == most], Decision.TRANSFER, highest=True
        )
        self.surpluses.remove(option)
        share = (most - self.quota) / most
        self.votes[option] = Fraction(self.quota)
        for preferences, value in self.held[option].items():
            self._give(preferences, value * share)
        self._close(Step.TRANSFER, option, self._reaching_quota())

    def _exclude(self) -> None:
        least = min(self.votes[option] for option in self.continuing)
        option = self._told_apart(
            [each for each in self.continuing if self.votes[each] == least], Decision.EXCLUDE, highest=False
        )
        self.continuing.remove(option)
        self.votes[option] = Fraction(0)
        for preferences, value in self.held[option].items():
            self._give(preferences, value)
        self._close(Step.EXCLUDE, option, self._reaching_quota())

    def _reaching_quota(self) -> list[str]:
        return [option for option in self.continuing if self.votes[option] >= self.quota]

    def _close(self, step: Step, option: str | None, reaching: Collection[str]) -> None:
        """The end of a stage: those who have reached a seat are elected, the highest first."""
        waiting, now = list(reaching), []
        while waiting:
            most = max(self.votes[each] for each in waiting)
            level = [each for each in waiting if self.votes[each] == most]
            first = self._told_apart(level, Decision.ELECT, highest=True)
            waiting.remove(first)
            self.continuing.remove(first)
            now.append(first)
            if most > self.quota:
                self.surpluses.append(first)
        self.elected += now
        self.stages.append(Stage(step, option, dict(self.votes), self.exhausted, tuple(now)))

    def _told_apart(self, level: list[str], decision: Decision, *, highest: bool) -> str:
        """The highest or lowest of options with equal votes, by the latest stage that differs, else by lot."""
        extreme = max if highest else min
        for stage in reversed(self.stages):
            if len(level) == 1:
                break
            bound = extreme(stage.votes[each] for each in level)
            level = [each for each in level if stage.votes[each] == bound]
        return self.lots.first(decision, level) if highest else self.lots.last(decision, level)
