"""The Schulze method: a winner and a full ranking from ranked ballots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from youthforum.polls.counting.ballots import Ranking
from youthforum.polls.counting.lots import Decision, Lots, Tie

Pairs = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Schulze:
    """`preferred[a, b]`: ballots with a before b; `strength[a, b]`: of the strongest path from a to b, 0 without any.

    `winners` are unbeaten by every other option. `ranking` holds all options; `elected` are its first ones.
    """

    preferred: Pairs
    strength: Pairs
    winners: tuple[str, ...]
    ranking: tuple[str, ...]
    elected: tuple[str, ...]
    ties: tuple[Tie, ...]


def schulze(options: Sequence[str], rankings: Iterable[Ranking], seats: int, order: Sequence[str]) -> Schulze:
    """Compare every two options, and follow chains of wins; `order` is the order of the lot.

    - An option on a ballot is before all that are missing on it; two missing ones are equal there.
    - A link a→b exists when more ballots have a before b than b before a; it is as strong as the number of ballots with
      a before b (winning votes). A path is as strong as its weakest link.
    - a beats b when the strongest path from a to b is stronger than the one back. That is transitive, so somebody is
      unbeaten. The ranking takes, again and again, an option that none of the remaining ones beats; where there are
      several, the lot says which one.

    Source: Schulze 2011, “A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent
    single-winner election method”, Social Choice and Welfare 36.
    """
    preferred = count_preferred(options, rankings)
    strength = {(a, b): votes if votes > preferred[b, a] else 0 for (a, b), votes in preferred.items()}
    for middle in options:
        for start in options:
            if start == middle:
                continue
            first = strength[start, middle]
            for end in options:
                if end not in (start, middle):
                    path = min(first, strength[middle, end])
                    if path > strength[start, end]:
                        strength[start, end] = path

    def unbeaten(among: Sequence[str]) -> list[str]:
        return [a for a in among if all(strength[a, b] >= strength[b, a] for b in among if b != a)]

    lots = Lots(order)
    ranking: list[str] = []
    remaining = list(options)
    while remaining:
        following = lots.first(Decision.RANK, unbeaten(remaining))
        ranking.append(following)
        remaining.remove(following)
    return Schulze(
        preferred, strength, tuple(unbeaten(options)), tuple(ranking), tuple(ranking[:seats]), tuple(lots.used)
    )


def count_preferred(options: Sequence[str], rankings: Iterable[Ranking]) -> dict[tuple[str, str], int]:
    """`{(a, b): ballots with a before b}` for every two different options; source as for `schulze`."""
    preferred = {(a, b): 0 for a in options for b in options if a != b}
    for ranking, ballots in Counter(ranking.order for ranking in rankings).items():
        missing = [option for option in options if option not in ranking]
        for place, better in enumerate(ranking):
            for worse in (*ranking[place + 1 :], *missing):
                preferred[better, worse] += ballots
    return preferred
