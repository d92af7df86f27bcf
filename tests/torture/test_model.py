"""Board, ideas and votes against a model of them, the database, and what two clients were told: always the same."""

from __future__ import annotations

import itertools
import os
import tempfile
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask_babel import force_locale
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.live.replica import Replica
from tests.serving.world import World, an_app, world_in
from youthforum.core import db
from youthforum.core.errors import DomainError
from youthforum.ideas.live import _draw
from youthforum.live.channels import CHANNELS, Audience, log
from youthforum.live.intake import INTAKES
from youthforum.people.queries import sign_in_by_token

BUDGET, CAP = 5, 3
WRITERS = ["ann", "ben", "zoe"]
MODERATORS = ["max", "olga"]


@dataclass
class Card:
    author: str
    text: str
    column: int
    version: int = 1
    cluster: int | None = None
    hidden: bool = False
    withdrawn: bool = False
    into: int | None = None

    @property
    def state(self) -> str:
        if self.hidden:
            return "hidden"
        return "withdrawn" if self.withdrawn else "merged" if self.into else "shown"


@dataclass
class Model:
    """What should be, in plain Python."""

    cards: dict[int, Card] = field(default_factory=dict)
    clusters: dict[int, tuple[str, int]] = field(default_factory=dict)
    votes: dict[tuple[int, str], int] = field(default_factory=dict)
    writing: bool = True
    voting: str = "open"
    frozen: bool = False

    def root(self, idea: int) -> int:
        while (above := self.cards[idea].into) is not None:
            idea = above
        return idea

    def family(self, root: int) -> list[int]:
        return [idea for idea in self.cards if self.root(idea) == root]

    def held(self, member: str) -> dict[int, int]:
        """`{card: dots that count}` of one member."""
        held: dict[int, int] = {}
        for (idea, who), value in self.votes.items():
            root = self.root(idea)
            if who == member and self.cards[root].state == "shown" and value:
                held[root] = min(CAP, held.get(root, 0) + value)
        return held

    def tally(self, root: int) -> tuple[int, int]:
        given = [held[root] for who in WRITERS if root in (held := self.held(who))]
        return sum(given), len(given)

    # Why not: codes, or None ---------------------------------------------------------------------------

    def unseen(self, who: str, idea: int) -> str | None:
        card = self.cards[idea]
        if card.author == who or (not card.withdrawn and (not card.hidden or who in MODERATORS)):
            return None
        return "not_found"

    def why_not_write(self, who: str) -> str | None:
        return None if self.writing or who in MODERATORS else "writing_closed"

    def why_not_arrange(self, who: str) -> str | None:
        return "wrong_role" if who not in MODERATORS else "frozen" if self.frozen else None

    def stands(self, idea: int) -> str | None:
        state = self.cards[idea].state
        return None if state == "shown" else state

    def why_not_change(self, who: str, idea: int) -> str | None:
        own = None if self.cards[idea].author == who else "not_yours"
        why = self.unseen(who, idea) or self.why_not_write(who) or own or self.stands(idea)
        return why or ("frozen" if self.frozen else None)


class Board(RuleBasedStateMachine):
    numbers = itertools.count()

    @initialize()
    def begin(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="youthforum-model-"))
        self.world: World = world_in(folder / "instance")
        self.app = an_app(folder / "instance")
        self.board, self.columns = self.world.boards["dots"], self.world.columns["dots"]
        self.model, self.http = Model(), self.app.test_client()
        for number, idea in enumerate(self.world.ideas["dots"]):
            self.model.cards[idea] = Card("zoe", f"dots idea {number}", self.columns[0])
        self.replicas = {who: Replica.of(self.read(who)) for who in ("ann", "max")}
        self.late = {who: Replica.of(self.read(who)) for who in ("ann", "max")}
        self.old_key: tuple[str, str, int] | None = None

    # The two sides ---------------------------------------------------------------------------------------

    def read(self, who: str) -> dict[str, Any]:
        answer = self.http.get(
            f"/api/v1/boards/{self.board}", headers={"Authorization": f"Bearer {self.world.tokens[who]}"}
        )
        assert answer.status_code == 200, answer.data
        return answer.get_json()

    def do(self, who: str, event: str, why: str | None, **payload: Any) -> dict[str, Any] | None:
        """Ask as `who`; it must be refused with the code `why`, or done when that is None."""
        with self.app.app_context():
            signed_in = sign_in_by_token(self.world.tokens[who])
            assert signed_in is not None
            try:
                answer = INTAKES[event](signed_in.person, payload)
            except DomainError as error:
                assert error.code == why, (event, payload, error.code, why)
                return None
        assert why is None, (event, payload, "should be", why)
        return answer

    def catch_up(self, replica: Replica, who: str) -> None:
        audience = Audience(f"board:{self.board}", "moderators" if who == "max" else "members", "de")
        with self.app.app_context():
            kind = CHANNELS["board"]
            for change in log().after(audience.channel, replica.revision, 1000):
                replica.apply(kind.render(change, audience))
            with force_locale(audience.language):
                for idea, fragment in replica.html.items():
                    assert fragment == _draw([idea], audience), f"card {idea} is drawn otherwise by now"

    def check(self) -> None:
        """Database, model and both clients say the same."""
        shown = {
            "ann": {idea for idea, card in self.model.cards.items() if card.state == "shown"},
            "max": {idea for idea, card in self.model.cards.items() if not card.withdrawn and card.into is None},
        }
        for who, replica in self.replicas.items():
            body = self.read(who)
            self.catch_up(replica, who)
            assert replica.differs(body, tallies=False) == ""
            found = {idea["id"]: idea for idea in body["ideas"]}
            assert set(found) == shown[who]
            for idea, facts in found.items():
                card = self.model.cards[idea]
                wanted = (card.text, card.version, card.column, card.cluster, card.state)
                assert tuple(facts[name] for name in ("text", "version", "column", "cluster", "state")) == wanted
            clusters = {one["id"]: (one["name"], one["column"]) for one in body["board"]["clusters"]}
            assert clusters == self.model.clusters
            tally = {int(idea): (one["dots"], one["voters"]) for idea, one in body["tally"].items()}
            assert tally == {idea: self.model.tally(idea) for idea in shown["ann"]}
            replica.hear(body["tally"])  # versions only grow: an older one would be dropped, and differ
            assert replica.differs(body) == ""
        for who in WRITERS:
            body, held = self.read(who), self.model.held(who)
            assert body["mine"] == {str(idea): dots for idea, dots in held.items()}
            assert body["dots_left"] == BUDGET - sum(held.values()) >= 0

    def rows(self) -> dict[tuple[int, str], int]:
        names = {member: name for name, member in self.world.members.items()}
        with self.app.app_context():
            found = db.session().execute(sa.text("SELECT idea_id, member_id, value FROM vote")).all()
            return {(idea, names[member]): value for idea, member, value in found}

    def votes_as_before(self) -> None:
        assert self.rows() == self.model.votes

    def votes_within_budget(self, *ideas: int) -> None:
        """After something came back: rows of it may have shrunk, for those who would be over their budget."""
        rows = self.rows()
        overspent = {who for who in WRITERS if sum(self.model.held(who).values()) > BUDGET}
        for place in {*rows, *self.model.votes}:
            before, now = self.model.votes.get(place, 0), rows.get(place, 0)
            may = place[1] in overspent and self.model.root(place[0]) in ideas
            assert now == before or (may and now < before), (place, before, now)
        self.model.votes = rows
        assert all(sum(self.model.held(who).values()) <= BUDGET for who in WRITERS)
        assert all(sum(self.model.held(who).values()) == BUDGET for who in overspent)

    # Who and what ----------------------------------------------------------------------------------------

    anybody = st.sampled_from(WRITERS + MODERATORS)
    mostly_moderators = st.sampled_from(MODERATORS * 4 + WRITERS)
    pick = st.integers(0, 10**6)

    def card(self, number: int) -> int:
        return sorted(self.model.cards)[number % len(self.model.cards)]

    def cluster(self, number: int) -> int:
        return sorted(self.model.clusters)[number % len(self.model.clusters)]

    @precondition(lambda self: len(self.model.cards) < 12)
    @rule(who=anybody, column=st.integers(0, 1), text=st.sampled_from(["a <b> & “c”", "Слова", "x\ny"]))
    def post(self, who: str, column: int, text: str) -> None:
        key, place = str(uuid.UUID(int=next(self.numbers))), self.columns[column]
        payload = {"key": key, "board": self.board, "column": place, "text": text, "language": "de"}
        answer = self.do(who, "idea:post", self.model.why_not_write(who), **payload)
        if answer:
            self.model.cards[answer["idea"]["id"]] = Card(who, text, place)
            again = self.do(who, "idea:post", None, **payload)
            assert again and again["idea"] == answer["idea"]
        self.check()

    @rule(who=anybody, number=pick, text=st.sampled_from(["edited", "edited again"]), stale=st.booleans())
    def edit(self, who: str, number: int, text: str, stale: bool) -> None:
        idea = self.card(number)
        card, why = self.model.cards[idea], self.model.why_not_change(who, idea)
        if why is None and stale and card.text != text:
            why = "conflict"
        if self.do(who, "idea:edit", why, idea=idea, text=text, base=card.version - stale) and card.text != text:
            card.text, card.version = text, card.version + 1
        self.check()

    @rule(number=pick, mine=st.booleans(), who=anybody)
    def withdraw(self, number: int, mine: bool, who: str) -> None:
        idea = self.card(number)
        card = self.model.cards[idea]
        who = card.author if mine else who
        why = None if card.author == who and card.withdrawn else self.model.why_not_change(who, idea)
        if self.do(who, "idea:withdraw", why, idea=idea):
            card.withdrawn = True
        self.votes_as_before()
        self.check()

    @rule(number=pick, mine=st.booleans(), who=anybody)
    def take_back(self, number: int, mine: bool, who: str) -> None:
        idea = self.card(number)
        card = self.model.cards[idea]
        who = card.author if mine else who
        own = None if card.author == who else "not_yours"
        why = self.model.unseen(who, idea) or self.model.why_not_write(who) or own
        if self.do(who, "idea:return", why or ("hidden" if card.hidden else None), idea=idea):
            card.withdrawn = False
        self.votes_within_budget(idea)
        self.check()

    @rule(who=mostly_moderators, number=pick)
    def hide(self, who: str, number: int) -> None:
        idea = self.card(number)
        card = self.model.cards[idea]
        role = None if who in MODERATORS else "wrong_role"
        why = self.model.unseen(who, idea) or role or ("merged" if card.into else None)
        if self.do(who, "idea:hide", why, idea=idea, reason="because"):
            card.hidden = True
        self.votes_as_before()
        self.check()

    @rule(who=mostly_moderators, number=pick)
    def restore(self, who: str, number: int) -> None:
        idea = self.card(number)
        role = None if who in MODERATORS else "wrong_role"
        if self.do(who, "idea:restore", self.model.unseen(who, idea) or role, idea=idea):
            self.model.cards[idea].hidden = False
        self.votes_within_budget(idea)
        self.check()

    @rule(who=anybody, number=pick, column=st.integers(0, 1), other=pick, grouped=st.booleans())
    def move(self, who: str, number: int, column: int, other: int, grouped: bool) -> None:
        idea, before, place = self.card(number), self.card(other), self.columns[column]
        card, cluster = self.model.cards[idea], None
        own = card.author == who and who not in MODERATORS
        why = self.model.unseen(who, idea)
        why = why or (self.model.why_not_write(who) if own else self.model.why_not_arrange(who))
        why = why or self.model.stands(idea) or ("frozen" if self.model.frozen else None)
        if grouped and self.model.clusters:
            cluster = self.cluster(other)
            place = self.model.clusters[cluster][1]
        answer = self.do(who, "idea:move", why, idea=idea, column=place, cluster=cluster, before=before)
        if answer:
            card.column, card.cluster = place, cluster
            order = [
                one["id"] for one in self.read("max")["ideas"] if (one["column"], one["cluster"]) == (place, cluster)
            ]
            if before in order and before != idea:
                assert order.index(before) == order.index(idea) + 1
        self.check()

    @precondition(lambda self: len(self.model.clusters) < 3)
    @rule(who=mostly_moderators, numbers=st.lists(pick, min_size=1, max_size=3))
    def group(self, who: str, numbers: list[int]) -> None:
        ideas = list(dict.fromkeys(self.card(number) for number in numbers))
        why = next(filter(None, (self.model.unseen(who, idea) for idea in ideas)), None)
        why = why or self.model.why_not_arrange(who)
        if why is None and any(self.model.stands(idea) for idea in ideas):
            why = "invalid"
        answer = self.do(who, "cluster:make", why, board=self.board, name="A <group>", ideas=ideas)
        if answer:
            made = answer["cluster"]
            self.model.clusters[made["id"]] = ("A <group>", made["column"])
            assert made["column"] == self.model.cards[ideas[0]].column
            for idea in ideas:
                self.model.cards[idea].column, self.model.cards[idea].cluster = made["column"], made["id"]
        self.check()

    @precondition(lambda self: self.model.clusters)
    @rule(who=mostly_moderators, number=pick, column=st.integers(0, 1))
    def move_group(self, who: str, number: int, column: int) -> None:
        cluster, place = self.cluster(number), self.columns[column]
        why = self.model.why_not_arrange(who)
        if self.do(who, "cluster:move", why, cluster=cluster, column=place):
            self.model.clusters[cluster] = (self.model.clusters[cluster][0], place)
            for card in self.model.cards.values():
                if card.cluster == cluster:
                    card.column = place
        self.check()

    @precondition(lambda self: self.model.clusters)
    @rule(who=mostly_moderators, number=pick)
    def dissolve(self, who: str, number: int) -> None:
        cluster = self.cluster(number)
        if self.do(who, "cluster:dissolve", self.model.why_not_arrange(who), cluster=cluster):
            del self.model.clusters[cluster]
            for card in self.model.cards.values():
                if card.cluster == cluster:
                    card.cluster = None
        self.check()

    @rule(who=mostly_moderators, number=pick, other=pick)
    def merge(self, who: str, number: int, other: int) -> None:
        idea, into = self.card(number), self.card(other)
        why = self.model.unseen(who, idea) or self.model.unseen(who, into) or self.model.why_not_arrange(who)
        why = why or ("itself" if idea == into else None) or self.model.stands(idea) or self.model.stands(into)
        if self.do(who, "idea:merge", why, idea=idea, into=into):
            self.model.cards[idea].into = into
        self.votes_as_before()
        self.check()

    @rule(who=mostly_moderators, number=pick)
    def unmerge(self, who: str, number: int) -> None:
        merged = [idea for idea, card in self.model.cards.items() if card.into]
        idea = merged[number % len(merged)] if merged else self.card(number)
        root = self.model.root(idea)
        why = self.model.unseen(who, idea) or self.model.why_not_arrange(who)
        why = why or (None if self.model.cards[idea].into else "invalid")
        if self.do(who, "idea:unmerge", why, idea=idea):
            self.model.cards[idea].into = None
        self.votes_within_budget(idea, root)
        self.check()

    @rule(who=st.sampled_from(WRITERS * 3 + MODERATORS), number=pick, dots=st.integers(0, CAP + 1))
    def vote(self, who: str, number: int, dots: int) -> None:
        idea, held = self.card(number), self.model.held(who)
        before = held.get(idea, 0)
        role = "neutral" if who in MODERATORS else None if self.model.voting == "open" else "voting_closed"
        why = self.model.unseen(who, idea) or role or self.model.stands(idea) or ("over_cap" if dots > CAP else None)
        if why is None and dots > before and sum(held.values()) - before + dots > BUDGET:
            why = "over_budget"
        answer = self.do(who, "vote:dots", why, idea=idea, dots=dots)
        if answer is None:
            self.votes_as_before()
            return
        rows, family = self.rows(), self.model.family(idea)
        changed = {place for place in {*rows, *self.model.votes} if rows.get(place) != self.model.votes.get(place)}
        assert all(place[1] == who and place[0] in family for place in changed), changed
        assert not changed or dots != before
        self.model.votes = rows
        assert self.model.held(who).get(idea, 0) == dots
        assert answer["left"] == BUDGET - sum(self.model.held(who).values())
        self.check()

    @rule(
        who=mostly_moderators,
        what=st.sampled_from(["writing", "voting", "freeze"]),
        on=st.sampled_from([True, True, False]),
    )
    def switch(self, who: str, what: str, on: bool) -> None:
        why = None if who in MODERATORS else "wrong_role"
        given = {"frozen": not on} if what == "freeze" else {"open": on}
        if self.do(who, f"board:{what}", why, board=self.board, **given):
            if what == "writing":
                self.model.writing = on
            elif what == "voting":
                self.model.voting = "open" if on else "closed"
            else:
                self.model.frozen = not on
        self.check()

    def teardown(self) -> None:
        if not hasattr(self, "app"):
            return
        for who, replica in self.late.items():  # somebody who slept all the while
            self.catch_up(replica, who)
            assert replica.differs(self.read(who), tallies=False) == ""
        self.app.extensions["engine"].dispose()


def play(games: int, steps: int) -> None:
    how = settings(
        max_examples=games,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=os.environ.get("TORTURE") != "1",
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Board, settings=how)


def test_a_few_games():
    play(6, 25)


@pytest.mark.torture
@pytest.mark.timeout(3000)
def test_many_long_games():
    play(150, 60)
