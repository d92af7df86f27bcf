"""Winners: the examples of the papers, abcvoting, and plain counts that share no code with ours, on random profiles."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction

import pytest
from abcvoting import abcrules
from abcvoting.preferences import Profile

from youthforum.polls.counting import purses
from youthforum.polls.counting.ballots import Approval, Ranking
from youthforum.polls.counting.equal_shares import Phase, Utilities, equal_shares
from youthforum.polls.counting.lots import Decision, Tie
from youthforum.polls.counting.phragmen import sequential_phragmen
from youthforum.polls.counting.schulze import Schulze, schulze
from youthforum.polls.counting.stv import Step, single_transferable_vote

PROFILES = 2000


def rankings(*piles: tuple[int, str]) -> list[Ranking]:
    return [Ranking(tuple(order)) for number, order in piles for _ in range(number)]


def approved(*piles: tuple[int, str]) -> list[Approval]:
    return [Approval(frozenset(options)) for number, options in piles for _ in range(number)]


def points(options: str, approvals: Sequence[Approval]) -> list[Utilities]:
    return [tuple(int(option in each.options) for option in options) for each in approvals]


def random_rankings(chance: random.Random) -> tuple[str, list[Ranking]]:
    options = "abcdef"[: chance.randint(1, 6)]
    return options, [
        Ranking(tuple(chance.sample(options, chance.randint(0, len(options))))) for _ in range(chance.randint(0, 14))
    ]


def random_order(chance: random.Random, options: str) -> list[str]:
    return chance.sample(options, len(options))


# Schulze -------------------------------------------------------------------------------------------------------

# The example of 45 ballots in Schulze's papers, where e wins and the ranking is e a c b d.
SCHULZE_45 = rankings(
    (5, "acbed"), (5, "adecb"), (8, "bedac"), (3, "cabed"), (7, "caebd"), (2, "cbade"), (7, "dceba"), (8, "ebadc")
)


def test_schulze_s_example_of_45_ballots() -> None:
    result = schulze("abcde", SCHULZE_45, 1, "abcde")
    assert "".join(result.ranking) == "eacbd"
    assert (result.winners, result.elected, result.ties) == (("e",), ("e",), ())
    assert [result.preferred["a", other] for other in "bcde"] == [20, 26, 30, 22]
    assert [result.strength["a", other] for other in "bcde"] == [28, 28, 30, 24]
    assert [result.strength["e", other] for other in "abcd"] == [25, 28, 28, 31]


def test_a_cycle_is_cut_at_its_weakest_link() -> None:
    """Each path back to d holds the link from c to d, with 12 ballots; the paths from d are 13 or stronger."""
    ballots = rankings((8, "acdb"), (2, "badc"), (4, "cdba"), (4, "dbac"), (3, "dcba"))
    assert schulze("abcd", ballots, 1, "abcd").winners == ("d",)


def test_several_unbeaten_ones_are_ranked_by_lot() -> None:
    result = schulze("abc", rankings((1, "abc"), (1, "bac")), 1, "cba")
    assert result.winners == ("a", "b")
    assert result.ranking == ("b", "a", "c")
    assert result.ties == (Tie(Decision.RANK, ("b", "a"), ("b",)),)


def reachable(links: dict[tuple[str, str], int], start: str, at_least: int) -> set[str]:
    found, edge = {start}, [start]
    while edge:
        here = edge.pop()
        for (one, other), strength in links.items():
            if one == here and strength >= at_least and other not in found:
                found.add(other)
                edge.append(other)
    return found


def schulze_plainly(options: str, ballots: list[Ranking]) -> dict[tuple[str, str], int]:
    """The strongest paths, by asking for every strength what can be reached."""
    prefer = dict.fromkeys([(a, b) for a in options for b in options if a != b], 0)
    for each in ballots:
        for a, b in prefer:
            if a in each.order and (b not in each.order or each.order.index(a) < each.order.index(b)):
                prefer[a, b] += 1
    links = {(a, b): votes for (a, b), votes in prefer.items() if votes > prefer[b, a]}
    paths = dict.fromkeys(prefer, 0)
    for strength in sorted(set(links.values())):
        for a in options:
            for b in reachable(links, a, strength) - {a}:
                paths[a, b] = strength
    return paths


def test_schulze_equals_a_plain_count() -> None:
    chance = random.Random(2011)
    for _ in range(PROFILES):
        options, ballots = random_rankings(chance)
        result = schulze(options, ballots, 1, random_order(chance, options))
        paths = schulze_plainly(options, ballots)
        assert result.strength == paths
        beats = {(a, b) for a, b in paths if paths[a, b] > paths[b, a]}
        assert set(result.winners) == {b for b in options if not any((a, b) in beats for a in options)}
        assert sorted(result.ranking) == sorted(options)
        assert all(result.ranking.index(a) < result.ranking.index(b) for a, b in beats)
        assert_ties_follow_the_beats(result, beats)


def assert_ties_follow_the_beats(result: Schulze, beats: set[tuple[str, str]]) -> None:
    for tie in result.ties:
        assert not any((a, b) in beats for a in tie.between for b in tie.between)


# Single transferable vote --------------------------------------------------------------------------------------


def test_the_food_for_a_party() -> None:
    """The textbook example of 20 guests and 3 kinds of food: oranges, pears, chocolate, strawberries, hard sweets."""
    ballots = rankings((4, "o"), (2, "po"), (8, "cs"), (4, "ch"), (1, "s"), (1, "h"))
    result = single_transferable_vote("opcsh", ballots, 3, "opcsh")
    assert result.quota == 6
    assert result.elected == ("c", "o", "s")
    assert [(stage.step, stage.option) for stage in result.stages] == [
        (Step.FIRST, None),
        (Step.TRANSFER, "c"),
        (Step.EXCLUDE, "p"),
        (Step.EXCLUDE, "h"),
        (Step.REST, None),
    ]
    assert [result.stages[1].votes[option] for option in "opcsh"] == [4, 2, 6, 5, 3]
    assert result.stages[3].exhausted == 3  # of whom chose sweets, nobody named anything else that was left
    assert result.ties == ()


def test_values_are_handed_on_exactly() -> None:
    """Of 7 votes, 2 are surplus: each ballot moves on with 2/7, those without a further preference are exhausted."""
    ballots = rankings((5, "ab"), (2, "a"), (4, "b"), (3, "c"))
    result = single_transferable_vote("abc", ballots, 2, "abc")
    assert (result.quota, result.elected) == (5, ("a", "b"))
    assert result.stages[1].votes == {"a": 5, "b": 4 + Fraction(10, 7), "c": 3}
    assert result.stages[1].exhausted == Fraction(4, 7)


def test_the_lot_excludes_whom_it_puts_last() -> None:
    result = single_transferable_vote("abcd", rankings((3, "a"), (2, "bc"), (2, "cb"), (4, "d")), 1, "cbad")
    assert [stage.option for stage in result.stages[1:3]] == ["b", "a"]
    assert result.ties == (Tie(Decision.EXCLUDE, ("c", "b"), ("b",)),)


def test_equal_options_are_told_apart_by_earlier_stages_before_the_lot() -> None:
    """When c is excluded, b has as many as a. It had less before, so it goes, though its lot is better."""
    result = single_transferable_vote("abcd", rankings((4, "a"), (3, "b"), (1, "cb"), (6, "d")), 1, "bacd")
    assert [stage.option for stage in result.stages[1:3]] == ["c", "b"]
    assert result.stages[1].votes["a"] == result.stages[1].votes["b"] == 4
    assert result.ties == ()


def test_without_ballots_the_lot_decides() -> None:
    result = single_transferable_vote("abc", [], 2, "cab")
    assert sorted(result.elected) == ["a", "c"]
    assert result.ties[0] == Tie(Decision.EXCLUDE, ("c", "a", "b"), ("b",))


class PlainCount:
    """One paper at a time, each with its own value; nothing in common with ours but the law."""

    def __init__(self, options: str, ballots: list[Ranking], seats: int, order: list[str]) -> None:
        self.papers = [[each.order, Fraction(1)] for each in ballots if each.order]
        self.quota = len(self.papers) // (seats + 1) + 1
        self.order, self.seats, self.running = order, seats, set(options)
        self.elected: list[str] = []
        self.history: list[dict[str, Fraction]] = []
        self.piles: dict[str, list[list]] = {option: [] for option in options}
        self.fixed: dict[str, Fraction] = {}

    def deal(self, papers: list[list]) -> None:
        for paper in papers:
            target = [option for option in paper[0] if option in self.running]
            if target:
                self.piles[target[0]].append(paper)

    def votes(self, option: str) -> Fraction:
        return self.fixed.get(option, sum((paper[1] for paper in self.piles[option]), Fraction(0)))

    def sorted(self, options: set[str]) -> list[str]:
        """Best first: by votes now, then by every earlier stage from the last, then by lot."""
        return sorted(
            options,
            key=lambda option: (
                [-self.votes(option), *(-stage[option] for stage in reversed(self.history))],
                self.order.index(option),
            ),
        )

    def close(self, reaching: set[str]) -> None:
        now = self.sorted(reaching)
        self.elected += now
        self.running -= reaching
        self.history.append({option: self.votes(option) for option in self.piles})

    def count(self) -> list[str]:
        self.deal(self.papers)
        self.close({option for option in self.running if self.votes(option) >= self.quota})
        while len(self.elected) < self.seats and self.running:
            surplus = {option for option in self.elected if self.votes(option) > self.quota}
            if len(self.running) + len(self.elected) <= self.seats:
                self.close(set(self.running))
                continue
            if surplus:
                option = self.sorted(surplus)[0]
                share = (self.votes(option) - self.quota) / self.votes(option)
                self.fixed[option] = Fraction(self.quota)
            else:
                option, share = self.sorted(self.running)[-1], Fraction(1)
                self.running.remove(option)
                self.fixed[option] = Fraction(0)
            self.deal([[order, value * share] for order, value in self.piles[option]])
            self.close({each for each in self.running if self.votes(each) >= self.quota})
        return self.elected


def test_the_transferable_vote_equals_a_plain_count() -> None:
    chance = random.Random(2007)
    transfers = 0
    for _ in range(PROFILES):
        options, ballots = random_rankings(chance)
        seats, order = chance.randint(1, len(options)), random_order(chance, options)
        result = single_transferable_vote(options, ballots, seats, order)
        plain = PlainCount(options, ballots, seats, order)
        assert list(result.elected) == plain.count()
        assert len(result.elected) == seats
        assert [stage.votes for stage in result.stages] == plain.history
        cast = sum(1 for each in ballots if each.order)
        assert all(sum(stage.votes.values()) + stage.exhausted == cast for stage in result.stages)
        transfers += any(stage.step is Step.TRANSFER for stage in result.stages)
    assert transfers > 200


# Equal shares and Phragmén -------------------------------------------------------------------------------------

# Examples 1, 10 and 11 of Lackner and Skowron, “Approval-based multi-winner voting: axioms, algorithms, and
# applications”, as abcvoting's scripts for that survey hold them.
TWELVE = approved((3, "ab"), (3, "ac"), (2, "ad"), (1, "bcf"), (1, "e"), (1, "f"), (1, "g"))
FIFTEEN = approved((6, "abc"), (4, "abcde"), (2, "abde"), (3, "de"))


def test_equal_shares_in_the_survey_s_example_10() -> None:
    result = equal_shares("abcdefg", points("abcdefg", TWELVE), 4, "abcdefg")
    assert sorted(result.elected) == ["a", "b", "c", "d"]
    first = result.rounds[0]
    assert (first.option, first.price, first.payers) == ("a", Fraction(1, 8), 8)
    assert result.share == Fraction(1, 3)


def test_equal_shares_in_the_survey_s_example_11() -> None:
    """It elects a, b, c and either d or e."""
    shares = points("abcde", FIFTEEN)
    assert sorted(equal_shares("abcde", shares, 4, "abcde").elected) == ["a", "b", "c", "d"]
    other = equal_shares("abcde", shares, 4, "edcba")
    assert sorted(other.elected) == ["a", "b", "c", "e"]
    assert Tie(Decision.ELECT, ("e", "d"), ("e",)) in other.ties


def test_phragmén_in_the_survey_s_example_11() -> None:
    """The script names a, b, d, e alone, but that is one of three: b, d and e are equal in the second round.

    Each then bears 1/6. If the lot takes b, c is elected in place of d or e; abcvoting, counting exactly, agrees.
    """
    result = sequential_phragmen("abcde", FIFTEEN, 4, "adebc")
    assert sorted(result.elected) == ["a", "b", "d", "e"]
    assert [each.load for each in result.rounds[:2]] == [Fraction(1, 12), Fraction(1, 6)]
    assert Tie(Decision.ELECT, ("d", "e", "b"), ("d",)) in result.ties
    assert sorted(sequential_phragmen("abcde", FIFTEEN, 4, "abcde").elected) == ["a", "b", "c", "d"]


def test_a_minority_gets_its_share() -> None:
    """51 % like ten red options, 49 % ten blue ones: of ten, five are red (electing the highest would take ten)."""
    options = "abcdefghijklmnopqrst"
    result = equal_shares(options, points(options, approved((51, options[:10]), (49, options[10:]))), 10, options)
    assert sum(option in options[:10] for option in result.elected) == 5
    assert all(paid for paid in result.paid)


def test_points_weigh() -> None:
    """Both have the same supporters. The three poor in points of a give all their sixths, the others 2 × 1/12 each."""
    result = equal_shares("ab", [(5, 1)] * 3 + [(2, 5)] * 3, 1, "ba")
    assert (result.elected, result.rounds[0].price) == (("a",), Fraction(1, 12))
    assert result.paid == (("a",),) * 6
    assert equal_shares("ab", [(1, 1)] * 6, 1, "ba").elected == ("b",)


def test_what_nobody_supports_is_elected_last_by_lot() -> None:
    result = equal_shares("abc", [(1, 0, 0)], 2, "cba")
    assert result.elected == ("a", "c")
    assert result.rounds[1].phase is Phase.LOT
    assert result.ties == (Tie(Decision.ELECT, ("c", "b"), ("c",)),)
    assert equal_shares("abc", [], 2, "cba").elected == ("c", "b")
    assert sequential_phragmen("abc", [], 2, "cba").elected == ("c", "b")


def random_approvals(chance: random.Random) -> tuple[str, list[Approval], int]:
    options = "abcdef"[: chance.randint(1, 6)]
    density = chance.choice([0.2, 0.4, 0.7])
    approvals = [
        Approval(frozenset(option for option in options if chance.random() < density))
        for _ in range(chance.randint(1, 9))
    ]
    return options, approvals, chance.randint(1, len(options))


def profile_of(options: str, approvals: list[Approval]) -> Profile:
    profile = Profile(len(options))
    profile.add_voters([[options.index(option) for option in each.options] for each in approvals])
    return profile


def named(options: str, committees: list) -> set[str]:
    return {options[at] for at in committees[0]}


def test_equal_shares_equals_abcvoting() -> None:
    chance = random.Random(2020)
    completed = 0
    for _ in range(PROFILES):
        options, approvals, seats = random_approvals(chance)
        result = equal_shares(options, points(options, approvals), seats, options)
        theirs = abcrules.compute_equal_shares(
            profile_of(options, approvals), seats, algorithm="standard-fractions", completion="seqphragmen"
        )
        assert set(result.elected) == named(options, theirs)
        completed += any(each.phase is Phase.COMPLETION for each in result.rounds)
    assert completed > 500


def test_phragmén_equals_abcvoting() -> None:
    chance = random.Random(1894)
    for _ in range(PROFILES):
        options, approvals, seats = random_approvals(chance)
        result = sequential_phragmen(options, approvals, seats, options)
        theirs = abcrules.compute_seqphragmen(profile_of(options, approvals), seats, algorithm="standard-fractions")
        assert set(result.elected) == named(options, theirs)


def equal_shares_plainly(
    options: str, voters: list[Utilities], seats: int, order: list[str]
) -> list[tuple[str, Fraction | None, list[int]]]:
    """Each voter alone, each price by trying who runs short, from the poorest on: `[(option, price, who paid)]`."""
    left = [Fraction(seats, len(voters))] * len(voters)
    rounds: list[tuple[str, Fraction | None, list[int]]] = []
    remaining = list(options)
    while len(rounds) < seats:
        best: tuple[Fraction, int, str] | None = None
        for option in remaining:
            at = options.index(option)
            fans = sorted((v for v in range(len(voters)) if voters[v][at]), key=lambda v: left[v] / voters[v][at])
            for short in range(len(fans)):
                price = (Fraction(1) - sum(left[v] for v in fans[:short])) / sum(voters[v][at] for v in fans[short:])
                if left[fans[short]] >= price * voters[fans[short]][at]:
                    best = min(filter(None, (best, (price, order.index(option), option))))
                    break
        if best:
            price, _, option = best
            at = options.index(option)
            rounds.append((option, price, [v for v, voter in enumerate(voters) if voter[at] and left[v]]))
            left = [max(Fraction(0), has - price * voter[at]) for has, voter in zip(left, voters, strict=True)]
            remaining.remove(option)
            continue
        # Nothing can be paid: find how much more everybody must be given for each option.
        waits = []
        for option in remaining:
            fans = [v for v, voter in enumerate(voters) if voter[options.index(option)]]
            if fans:
                waits.append(((1 - sum(left[v] for v in fans)) / len(fans), order.index(option), option))
        if not waits:
            option = min(remaining, key=order.index)
            rounds.append((option, None, []))
        else:
            wait, _, option = min(waits)
            left = [has + wait for has in left]
            fans = [v for v, voter in enumerate(voters) if voter[options.index(option)]]
            rounds.append((option, None, [v for v in fans if left[v]]))
            for v in fans:
                left[v] = Fraction(0)
        remaining.remove(option)
    return rounds


def test_equal_shares_of_scores_equals_a_plain_count() -> None:
    chance = random.Random(2021)
    seen = dict.fromkeys(Phase, 0)
    for _ in range(PROFILES):
        options = "abcdef"[: chance.randint(1, 6)]
        worth = chance.choice([range(6), (0, 0, 0, 1, 5), (0, 5)])
        different = [tuple(chance.choices(worth, k=len(options))) for _ in range(chance.randint(1, 8))]
        voters = chance.choices(different, k=chance.randint(1, 12))
        seats, order = chance.randint(1, len(options)), random_order(chance, options)
        result = equal_shares(options, voters, seats, order)
        plain = equal_shares_plainly(options, voters, seats, order)
        assert list(result.elected) == [option for option, _, _ in plain]
        for ours, (option, price, payers) in zip(result.rounds, plain, strict=True):
            seen[ours.phase] += 1
            if ours.phase is Phase.SHARES:
                assert ours.price == price
            assert ours.payers == len(payers)
            assert [v for v, paid in enumerate(result.paid) if option in paid] == payers
    assert min(seen.values()) > 50


@pytest.mark.parametrize("seed", range(3))
def test_many_ballots_count_the_same_as_few_that_weigh_more(seed: int) -> None:
    """The same profile a hundred times over elects the same at a hundredth of the price."""
    chance = random.Random(seed)
    voters = [tuple(chance.choices(range(6), k=8)) for _ in range(40)]
    once, often = (equal_shares("abcdefgh", voters * times, 5, "abcdefgh") for times in (1, 100))
    assert once.elected == often.elected
    assert [each.price for each in once.rounds if each.phase is Phase.SHARES] == [
        each.price * 100 for each in often.rounds if each.phase is Phase.SHARES and each.price is not None
    ]


@pytest.mark.parametrize("scale", [1, 64])
def test_the_fast_estimates_of_equal_shares_decide_nothing(monkeypatch: pytest.MonkeyPatch, scale: int) -> None:
    """With estimates so coarse that they are of no use, fractions decide everything, and the count stays the same."""
    chance = random.Random(scale)
    for _ in range(PROFILES // 20):
        options = "abcdefgh"[: chance.randint(1, 8)]
        worth = chance.choice([range(6), (0, 0, 1), (0, 1, 255)])
        voters = [tuple(chance.choices(worth, k=len(options))) for _ in range(chance.randint(1, 60))]
        seats, order = chance.randint(1, len(options)), random_order(chance, options)
        fast = equal_shares(options, voters, seats, order)
        with monkeypatch.context() as coarse:
            coarse.setattr(purses, "SCALE", scale)
            assert equal_shares(options, voters, seats, order) == fast
