"""Proposals against a model of them: whoever does what, no version changes, nothing is lost, no word stands unsaid."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import tempfile
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pycrdt
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.serving.world import World, an_app, world_in
from youthforum.core import db
from youthforum.core.clock import now
from youthforum.core.errors import DomainError
from youthforum.core.richtext import from_markdown, markdown, plain
from youthforum.forums.models import Forum, Member, Suspension
from youthforum.forums.phases import Phase
from youthforum.live.intake import INTAKES
from youthforum.people.queries import sign_in_by_token
from youthforum.proposals.content import Content
from youthforum.proposals.diff import collide, merge
from youthforum.proposals.drafting import SharedDocument, read_fragment
from youthforum.proposals.models import (
    Amendment,
    CoAuthor,
    Draft,
    DraftUpdate,
    Endorsement,
    Entry,
    Proposal,
    ProposalSource,
    StageMove,
    Version,
    Writing,
)
from youthforum.proposals.queries.drafts import document_of, frame_of, locked_draft
from youthforum.proposals.stages import CLOSED, EDITABLE, MOVES, Stage

WRITERS = ["mia", "nik", "sam", "mod"]
PEOPLE = [*WRITERS, "dora"]
REQUIRED = ("pitch", "need", "format", "target", "schedule", "safety", "first_steps")
PARAGRAPHS = ("Erstens.", "Zweitens.", "Drittens.")
WORDS = ("Boot", "Brücke", "радио", "tea 📻", "**fett**")


@dataclass
class Suggestion:
    proposal: int
    author: str
    base: dict[str, Any]
    wording: dict[str, Any]
    state: str = "open"


@dataclass
class Paper:
    """What a proposal should be: sections as rich text, versions as digests of what they say."""

    authors: dict[str, str]
    stage: Stage = Stage.draft
    open: bool = False
    texts: dict[str, dict[str, Any]] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    versions: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    moves: int = 0
    sources: set[int] = field(default_factory=set)
    endorsed: set[str] = field(default_factory=set)

    @property
    def said(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return {root: text for root, text in self.texts.items() if plain(text)}, dict(self.fields)

    def keep(self) -> int:
        """A version of what stands here now: its number."""
        if not self.versions or self.versions[-1] != self.said:
            self.versions.append(self.said)
        return len(self.versions)

    @property
    def complete(self) -> bool:
        return all(f"{part}:de" in self.said[0] for part in REQUIRED) and bool(self.fields.get("languages"))


def digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


class Proposals(RuleBasedStateMachine):
    numbers = itertools.count()

    @initialize()
    def begin(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="youthforum-model-"))
        self.world: World = world_in(folder / "instance")
        self.app = an_app(folder / "instance")
        self.names = {number: name for name, number in self.world.members.items()}
        self.papers: dict[int, Paper] = {}
        self.suggestions: dict[int, Suggestion] = {}
        self.kept: dict[int, str] = {}  # version id: digest of what it said when it was made
        self.phase, self.suspended = Phase.draft, set[str]()
        # One to begin with that could be submitted, and be amended by Sam.
        self.start("mia", 1, True)
        self.invite("mia", "nik", 0, False)
        self.answer_invitation("nik", 0, True, False)
        self.save("nik", 0, False)
        self.suggest("sam", 0, 1, "Boot", False)

    # The two sides ---------------------------------------------------------------------------------------

    def ask(self, who: str, event: str, why: str | None, **payload: Any) -> dict[str, Any] | None:
        """Ask as `who`: refused with the code `why` and nothing is changed, or done when that is None."""
        before = self.rows() if why is not None else {}
        with self.app.app_context():
            signed_in = sign_in_by_token(self.world.tokens[who])
            assert signed_in is not None
            try:
                answer = INTAKES[event](signed_in.person, payload)
            except DomainError as error:
                assert error.code == why, (who, event, payload, error.as_dict(), why)
                answer = None
        assert (answer is None) == (why is not None), (who, event, payload, "should be", why)
        assert why is None or self.rows() == before, (event, "was refused and changed something")
        return answer

    def rows(self) -> dict[str, list[Any]]:
        with self.app.app_context(), db.session().connection() as connection:
            return {
                table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
                for table in db.Base.metadata.sorted_tables
                if table.name not in ("sign_in", "person")
            }

    def check(self) -> None:
        with self.app.app_context():
            session = db.session()
            assert {row.id for row in session.scalars(sa.select(Proposal))} == set(self.papers)
            for number, paper in self.papers.items():
                self.check_paper(session.get_one(Proposal, number), paper)
            states = {row.id: row.state.value for row in session.scalars(sa.select(Amendment))}
            assert states == {number: one.state for number, one in self.suggestions.items()}

    def check_paper(self, proposal: Proposal, paper: Paper) -> None:
        session = db.session()
        assert (proposal.stage, proposal.open_draft) == (paper.stage, paper.open)
        authors = session.scalars(sa.select(CoAuthor).where(CoAuthor.proposal_id == proposal.id))
        assert {self.names[one.member_id]: one.state.value for one in authors} == paper.authors
        assert proposal.stage is Stage.withdrawn or Writing.writing in paper.authors.values()
        sources = session.scalars(sa.select(ProposalSource.idea_id).where(ProposalSource.proposal_id == proposal.id))
        assert set(sources) == paper.sources
        support = session.scalars(sa.select(Endorsement.member_id).where(Endorsement.proposal_id == proposal.id))
        assert {self.names[one] for one in support} == paper.endorsed

        rows = session.scalars(sa.select(Version).where(Version.proposal_id == proposal.id).order_by(Version.number))
        versions = list(rows)
        assert [version.number for version in versions] == list(range(1, len(paper.versions) + 1))
        for version, said in zip(versions, paper.versions, strict=True):
            assert self.kept.setdefault(version.id, digest(version.content)) == digest(version.content)
            assert self.said(Content.read(version.content)) == said

        stage = Stage.draft
        history = session.scalars(
            sa.select(StageMove).where(StageMove.proposal_id == proposal.id).order_by(StageMove.id)
        )
        lines = list(history)
        for line in lines:
            assert stage in MOVES[line.move].start and line.after is MOVES[line.move].to
            assert line.version_id in self.kept
            stage = line.after
        assert stage is proposal.stage and len(lines) == paper.moves

        draft = locked_draft(proposal.id)
        updates = session.scalars(
            sa.select(DraftUpdate).where(DraftUpdate.proposal_id == proposal.id).order_by(DraftUpdate.revision)
        ).all()
        assert [one.revision for one in updates] == list(range(1, draft.revision + 1))
        stored = [draft.state, *(one.content for one in updates if one.entry is Entry.update)]
        replayed = SharedDocument(frame_of(proposal), stored, draft.revision).content(proposal.language)
        assert self.said(replayed) == paper.said
        assert document_of(proposal, draft).content(proposal.language) == replayed

    @staticmethod
    def said(content: Content) -> tuple[dict[str, Any], dict[str, Any]]:
        texts = {f"{part}:{code}": text for part, codes in content.texts.items() for code, text in codes.items()}
        return texts, content.fields

    # Why not: codes, or None --------------------------------------------------------------------------------

    def why_not(self, who: str, roles: list[str], phases: tuple[Phase, ...]) -> str | None:
        if who in self.suspended:
            return "suspended"
        if who not in roles:
            return "wrong_role"
        return None if self.phase in phases else "wrong_phase"

    def why_not_draft(self, who: str) -> str | None:
        return self.why_not(who, WRITERS, (Phase.draft, Phase.discuss))

    def why_not_author(self, who: str, number: int) -> str | None:
        return self.why_not_draft(who) or (None if self.writes(who, number) else "not_coauthor")

    def why_not_write(self, who: str, number: int) -> str | None:
        why = self.why_not_author(who, number)
        return why or (None if self.papers[number].stage in EDITABLE else "not_editable")

    def why_not_discuss(self, who: str, number: int) -> str | None:
        readable = self.papers[number].versions or self.writes(who, number)
        return self.why_not_draft(who) or (None if readable else "no_version")

    def writes(self, who: str, number: int) -> bool:
        return self.papers[number].authors.get(who) == "writing"

    def last(self, who: str, number: int) -> bool:
        return [name for name, state in self.papers[number].authors.items() if state == "writing"] == [who]

    # Who and what ----------------------------------------------------------------------------------------

    anybody = st.sampled_from(PEOPLE)
    pick = st.integers(0, 10**6)
    mine = st.sampled_from([True, True, True, False])

    def paper(self, number: int) -> int:
        return sorted(self.papers)[number % len(self.papers)]

    def readable(self, number: int) -> int:
        found = sorted(number for number, paper in self.papers.items() if paper.versions)
        return found[number % len(found)]

    def somebody(self, who: str, number: int, mine: bool) -> str:
        """Mostly one of its co-authors, so that something happens."""
        writing = sorted(name for name, state in self.papers[number].authors.items() if state == "writing")
        return writing[PEOPLE.index(who) % len(writing)] if mine and writing else who

    @rule(who=anybody, count=st.integers(0, 3), ready=st.sampled_from([True, True, False]))
    def start(self, who: str, count: int, ready: bool) -> None:
        if len(self.papers) >= 3:
            return
        payload: dict[str, Any] = {
            "key": str(uuid.UUID(int=next(self.numbers))),
            "forum": self.world.forums["drafting"],
        }
        payload |= {"title": "Radio", "language": "de"} | ({"idea": self.world.ideas["notes"][count]} if count else {})
        answer = self.ask(who, "proposal:start", self.why_not_draft(who), **payload)
        if answer:
            number = answer["proposal"]["id"]
            # Nobody in this world has told their age: authors of ideas are people without a sign-in, and not asked.
            self.papers[number] = made = Paper({who: "writing"}, texts={"title:de": from_markdown("Radio")})
            made.sources = {payload["idea"]} if count else set()
            again = self.ask(who, "proposal:start", None, **payload)
            assert again and again["proposal"]["id"] == number
            if ready:
                self.fill(who, number)
        self.check()

    def fill(self, who: str, number: int) -> None:
        """Everything that it takes to be submitted."""
        texts = {f"{part}:de": from_markdown("\n\n".join(PARAGRAPHS)) for part in REQUIRED[1:]}
        texts["pitch:de"] = from_markdown("Ein Satz.")
        self.send(who, number, texts, {"languages": ["de"]}, None)

    def send(self, who: str, number: int, texts: dict[str, Any], fields: dict[str, Any], why: str | None) -> None:
        """Write with a replica of one's own, made from what is stored."""
        with self.app.app_context():
            proposal = db.session().get_one(Proposal, number)
            here = SharedDocument(frame_of(proposal), [document_of(proposal, locked_draft(number)).state], 0)
        wanted = self.papers[number].fields | fields
        update = base64.b64encode(here.write(texts, wanted) or b"\0\0").decode()
        if self.ask(who, "draft:write", why, proposal=number, update=update, client=7):
            self.papers[number].texts |= texts
            self.papers[number].fields = wanted
            again = self.ask(who, "draft:write", None, proposal=number, update=update, client=7)
            assert again

    @precondition(lambda self: self.papers)
    @rule(
        who=anybody,
        number=pick,
        mine=mine,
        root=st.sampled_from(["need:de", "need:de", "need:ru", "title:de", "format:en"]),
        place=st.integers(0, 3),
        word=st.sampled_from(WORDS),
        people=st.sampled_from([None, None, 5, 40]),
    )
    def write(self, who: str, number: int, mine: bool, root: str, place: int, word: str, people: int | None) -> None:
        proposal = self.paper(number)
        who = self.somebody(who, proposal, mine)
        if root.startswith("title"):
            words = word.strip("*")
        else:
            lines = markdown(self.papers[proposal].texts.get(root, from_markdown(""))).strip().split("\n\n")[:4]
            lines[place % len(lines) :][:1] = []
            lines = [*lines[: place % len(lines)], f"{word} {place}.", *lines[place % len(lines) :]]
            words = "\n\n".join(filter(None, lines[:5]))
        fields = {} if people is None else {"people": people}
        self.send(who, proposal, {root: from_markdown(words)}, fields, self.why_not_write(who, proposal))
        self.check()

    @precondition(lambda self: self.papers)
    @rule(who=anybody, number=pick, mine=mine)
    def save(self, who: str, number: int, mine: bool) -> None:
        proposal = self.paper(number)
        who = self.somebody(who, proposal, mine)
        answer = self.ask(who, "proposal:version", self.why_not_write(who, proposal), proposal=proposal)
        if answer:
            assert answer["version"] == self.papers[proposal].keep()
        self.check()

    @precondition(lambda self: any(paper.versions for paper in self.papers.values()))
    @rule(who=anybody, number=pick, mine=mine, version=pick)
    def restore(self, who: str, number: int, mine: bool, version: int) -> None:
        proposal = self.readable(number)
        paper, who = self.papers[proposal], self.somebody(who, proposal, mine)
        wanted = version % (len(paper.versions) + (not mine)) + 1  # one too many, sometimes
        why = "not_found" if wanted > len(paper.versions) else self.why_not_write(who, proposal)
        if self.ask(who, "proposal:restore", why, proposal=proposal, version=wanted):
            paper.keep()
            texts, fields = paper.versions[wanted - 1]
            paper.texts, paper.fields = dict(texts), dict(fields)
        self.check()

    @precondition(lambda self: self.papers)
    @rule(who=anybody, number=pick, mine=mine, move=pick, reason=st.sampled_from([True, True, False]))
    def move(self, who: str, number: int, mine: bool, move: int, reason: bool) -> None:
        proposal = self.paper(number)
        # Mostly one that is possible, and withdrawing seldom: little happens to what is withdrawn.
        usual = [one for one in MOVES.values() if one.name != "withdraw" or move % 5 == 0]
        possible = [one for one in usual if self.papers[proposal].stage in one.start]
        among = possible if mine else usual
        wanted = among[move % len(among)]
        paper = self.papers[proposal]
        if wanted.by == "authors":
            who = self.somebody(who, proposal, mine)
            why = self.why_not_author(who, proposal)
        else:
            who = "mod" if mine else who
            why = self.why_not(who, ["mod", "dora"], tuple(set(Phase) - {Phase.archived}))
        why = why or (None if paper.stage in wanted.start else "wrong_stage")
        why = why or ("invalid" if wanted.reasoned and not reason else None)
        why = why or ("incomplete" if wanted.name == "submit" and not paper.complete else None)
        if self.ask(who, "proposal:move", why, proposal=proposal, move=wanted.name, reason="weil" if reason else ""):
            paper.keep()
            paper.stage, paper.moves = wanted.to, paper.moves + 1
        self.check()

    @precondition(lambda self: self.papers)
    @rule(who=anybody, other=anybody, number=pick, mine=mine)
    def invite(self, who: str, other: str, number: int, mine: bool) -> None:
        proposal = self.paper(number)
        authors, who = self.papers[proposal].authors, self.somebody(who, proposal, mine)
        why = "wrong_role" if other not in WRITERS else None
        why = why or ("already" if authors.get(other) in ("writing", "invited") else None)
        why = why or self.why_not_author(who, proposal)
        if self.ask(who, "proposal:invite", why, proposal=proposal, member=self.world.members[other]):
            authors[other] = "invited"
        self.check()

    @precondition(lambda self: self.papers)
    @rule(who=anybody, number=pick, accept=st.sampled_from([True, True, False]), asked=mine)
    def answer_invitation(self, who: str, number: int, accept: bool, asked: bool) -> None:
        proposal = self.paper(number)
        authors = self.papers[proposal].authors
        invited = sorted(name for name, state in authors.items() if state == "invited")
        who = invited[0] if asked and invited else who
        why = self.why_not_draft(who) if authors.get(who) == "invited" else "not_invited"
        if self.ask(who, "proposal:answer", why, proposal=proposal, accept=accept):
            authors[who] = "writing" if accept else "declined"
        self.check()

    @precondition(lambda self: self.papers)
    @rule(who=anybody, number=pick, mine=mine)
    def leave(self, who: str, number: int, mine: bool) -> None:
        proposal = self.paper(number)
        who = self.somebody(who, proposal, mine)
        why = "not_coauthor" if not self.writes(who, proposal) else "last_author" if self.last(who, proposal) else None
        if self.ask(who, "proposal:leave", why, proposal=proposal):
            self.papers[proposal].authors[who] = "left"
        self.check()

    @precondition(lambda self: self.papers)
    @rule(who=st.sampled_from(["mod", "dora"]), other=anybody, number=pick)
    def remove(self, who: str, other: str, number: int) -> None:
        """By those who facilitate; what the starter may is a table in tests/proposals."""
        proposal = self.paper(number)
        authors = self.papers[proposal].authors
        why = "not_found" if other not in authors else "last_author" if self.last(other, proposal) else None
        why = why or self.why_not(who, ["mod", "dora"], tuple(set(Phase) - {Phase.archived}))
        if self.ask(who, "proposal:remove", why, proposal=proposal, member=self.world.members[other]):
            authors[other] = "removed" if authors[other] in ("writing", "invited") else authors[other]
        self.check()

    @precondition(lambda self: self.papers)
    @rule(who=anybody, number=pick, mine=mine, on=st.booleans())
    def open_draft(self, who: str, number: int, mine: bool, on: bool) -> None:
        proposal = self.paper(number)
        who = self.somebody(who, proposal, mine)
        if self.ask(who, "proposal:open", self.why_not_author(who, proposal), proposal=proposal, open=on):
            self.papers[proposal].open = on
        for name in PEOPLE:
            may = self.papers[proposal].open or name in ("mod", "dora") or self.writes(name, proposal)
            self.ask(name, "draft:sync", None if may else "not_coauthor", proposal=proposal)
        self.check()

    @precondition(lambda self: self.papers)
    @rule(who=anybody, number=pick, join=st.booleans())
    def endorse(self, who: str, number: int, join: bool) -> None:
        proposal = self.paper(number)
        paper = self.papers[proposal]
        why = self.why_not_discuss(who, proposal) or ("not_editable" if paper.stage in CLOSED else None)
        answer = self.ask(who, "proposal:endorse", why, proposal=proposal, join=join)
        if answer:
            paper.endorsed = paper.endorsed | {who} if join else paper.endorsed - {who}
            assert answer["total"] == len(paper.endorsed)
        self.check()

    @precondition(lambda self: self.papers)
    @rule(who=anybody, number=pick, part=st.sampled_from(["", "need"]))
    def comment(self, who: str, number: int, part: str) -> None:
        proposal = self.paper(number)
        payload = {"key": str(uuid.UUID(int=next(self.numbers))), "proposal": proposal, "text": "Aha", "language": "de"}
        payload |= {"part": part} if part else {}
        self.ask(who, "comment:post", self.why_not_discuss(who, proposal), **payload)
        self.check()

    # Amendments ------------------------------------------------------------------------------------------

    @precondition(lambda self: any(paper.versions for paper in self.papers.values()))
    @rule(
        who=st.sampled_from([*PEOPLE, "sam", "sam", "mod"]),
        number=pick,
        place=st.integers(0, 4),
        word=st.sampled_from(WORDS),
        end=st.booleans(),
    )
    def suggest(self, who: str, number: int, place: int, word: str, end: bool) -> None:
        proposal = self.readable(number)
        paper = self.papers[proposal]
        base = paper.versions[-1][0].get("need:de", from_markdown(""))
        lines = markdown(base).strip().split("\n\n")
        if end:
            lines.append(f"{word} am Ende.")
        else:
            lines[place % len(lines)] = f"{word} hier {place}."
        wording = from_markdown("\n\n".join(lines))
        why = self.why_not_discuss(who, proposal) or ("coauthor" if self.writes(who, proposal) else None)
        why = why or (None if paper.stage in EDITABLE else "not_editable")
        why = why or ("invalid" if wording == base else None)
        payload = {
            "key": str(uuid.UUID(int=next(self.numbers))),
            "proposal": proposal,
            "part": "need",
            "language": "de",
        }
        payload |= {"version": len(paper.versions), "wording": "\n\n".join(lines), "reason": "so"}
        answer = self.ask(who, "amendment:suggest", why, **payload)
        if answer:
            self.suggestions[answer["amendment"]["id"]] = Suggestion(proposal, who, base, wording)
            again = self.ask(who, "amendment:suggest", None, **payload)
            assert again == answer
        self.check()

    @precondition(lambda self: any(one.state in ("open", "asked") for one in self.suggestions.values()))
    @rule(number=pick)
    def accept(self, number: int) -> None:
        self.answer("mia", number, True, "accept")

    @precondition(lambda self: self.suggestions)
    @rule(who=anybody, number=pick, mine=mine, what=st.sampled_from(["accept", "accept", "decline", "ask"]))
    def answer(self, who: str, number: int, mine: bool, what: str) -> None:
        waiting = [key for key, one in self.suggestions.items() if one.state in ("open", "asked")]
        key = sorted(waiting or self.suggestions)[number % len(waiting or self.suggestions)]
        one = self.suggestions[key]
        paper, who = self.papers[one.proposal], self.somebody(who, one.proposal, mine)
        present = paper.texts.get("need:de", from_markdown(""))
        merged = merge(one.base, present, one.wording)
        assert (merged is None) == collide(one.base, present, one.wording)
        why = self.why_not_write(who, one.proposal) or (None if one.state in ("open", "asked") else "answered")
        why = why or ("conflict" if what == "accept" and merged is None else None)
        if self.ask(who, "amendment:answer", why, amendment=key, answer=what, words="weil"):
            one.state = {"accept": "accepted", "decline": "declined", "ask": "asked"}[what]
            if what == "accept" and merged is not None:
                paper.texts["need:de"] = merged
                # What it put in stands in the draft now, as check() then reads it there.
                added = set(plain(one.wording).split()) - set(plain(one.base).split())
                assert added <= set(plain(merged).split())
        self.check()

    @precondition(lambda self: self.suggestions)
    @rule(number=pick, who=anybody, mine=mine)
    def withdraw_amendment(self, number: int, who: str, mine: bool) -> None:
        key = sorted(self.suggestions)[number % len(self.suggestions)]
        one = self.suggestions[key]
        who = one.author if mine else who
        why = "not_yours" if who != one.author else None if one.state in ("open", "asked") else "answered"
        why = why or self.why_not_draft(who)
        if self.ask(who, "amendment:withdraw", why, amendment=key):
            one.state = "withdrawn"
        self.check()

    # Around it -------------------------------------------------------------------------------------------

    @rule(phase=st.sampled_from([Phase.draft, Phase.draft, Phase.draft, Phase.discuss, Phase.discuss, Phase.decide]))
    def turn(self, phase: Phase) -> None:
        with self.app.app_context():
            db.session().get_one(Forum, self.world.forums["drafting"]).phase = phase
            db.session().commit()
        self.phase = phase

    @rule(who=st.sampled_from(WRITERS[:3]), on=st.sampled_from([False, False, False, True]))
    def suspend(self, who: str, on: bool) -> None:
        if on == (who in self.suspended):
            return
        number = self.world.members[who]
        with self.app.app_context():
            session = db.session()
            if on:
                session.add(Suspension(member_id=number, moderator_id=None, reason="so", at=now()))
            else:
                session.delete(session.get_one(Member, number).suspension)
            session.commit()
        self.suspended ^= {who}

    @rule()
    def forget(self) -> None:
        """Another process has none of it in memory."""
        for proposal in self.papers:
            self.app.extensions["drafts"].forget(proposal)

    def teardown(self) -> None:
        if not hasattr(self, "app"):
            return
        with self.app.app_context():
            for proposal in self.papers:
                # A browser that comes now reads it all.
                draft = db.session().get_one(Draft, proposal)
                row = db.session().get_one(Proposal, proposal)
                doc: pycrdt.Doc = pycrdt.Doc()
                doc.apply_update(document_of(row, draft).state)
                read = read_fragment(doc.get("need:de", type=pycrdt.XmlFragment))
                assert plain(read).split() == plain(self.papers[proposal].texts.get("need:de", read)).split()
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
    run_state_machine_as_test(Proposals, settings=how)


def test_a_few_games():
    play(5, 30)


@pytest.mark.torture
@pytest.mark.timeout(3000)
def test_many_long_games():
    play(150, 60)
