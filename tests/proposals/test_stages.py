"""From stage to stage: who, from where, with what reason, and what each move leaves behind."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.proposals.desk import (
    COMPLETE,
    Editor,
    ask,
    complete,
    content,
    drafting,
    join,
    notices,
    phase,
    refused,
    save,
    start,
    the,
    versions,
    write,
)
from tests.threads import at_once
from tests.world import World, snapshot
from youthforum.activity.models import Activity
from youthforum.core.db import session
from youthforum.core.errors import DomainError, Forbidden
from youthforum.core.richtext import plain
from youthforum.proposals import policy
from youthforum.proposals.content import Content
from youthforum.proposals.models import StageMove
from youthforum.proposals.queries.proposals import history_of
from youthforum.proposals.stages import EDITABLE, MOVES, Stage

# The table once more, as product.md and the co-authors would put it: {move: (from where, where to, whose it is)}
TABLE: dict[str, tuple[str, str, str]] = {
    "submit": ("draft returned", "submitted", "authors"),
    "take_back": ("submitted", "draft", "authors"),
    "withdraw": ("draft submitted under_review shortlisted returned", "withdrawn", "authors"),
    "resume": ("withdrawn", "draft", "authors"),
    "review": ("submitted", "under_review", "moderators"),
    "shortlist": ("submitted under_review", "shortlisted", "moderators"),
    "return": ("submitted under_review shortlisted", "returned", "moderators"),
    "adopt": ("shortlisted", "adopted", "moderators"),
    "not_adopt": ("shortlisted", "not_adopted", "moderators"),
    "reopen": ("shortlisted adopted not_adopted", "under_review", "moderators"),
}
REASONED = {"return", "not_adopt", "reopen"}
# Everybody towards a proposal that Anna writes with Sven (suspended since) and from which Boris was removed; Chris
# was asked. What they are told when the move is not theirs: {who: (a move of authors, a move of moderators)}
PEOPLE: dict[str, tuple[str | None, str | None]] = {
    "anna": (None, "wrong_role"),
    "boris": ("not_coauthor", "wrong_role"),
    "chris": ("not_coauthor", "wrong_role"),
    "max": ("not_coauthor", None),
    "olga": ("wrong_role", None),
    "vera": ("wrong_role", "wrong_role"),
    "sven": ("suspended", "suspended"),
    "nina": ("not_found", "not_found"),
    "otto": ("not_found", "not_found"),
}


def move(world: World, who: str, proposal: int, name: str, reason: str = "") -> str:
    return str(ask(world, who, "proposal:move", proposal=proposal, move=name, reason=reason)["proposal"]["stage"])


def put(proposal: int, stage: str) -> None:
    the(proposal).stage = Stage(stage)
    session().commit()


def towards(world: World) -> int:
    proposal = start(drafting(world), "anna", ("boris",))
    complete(world, proposal)
    ask(world, "anna", "proposal:remove", proposal=proposal, member=world.members["boris"])
    for who in ("chris", "sven"):
        ask(world, "anna", "proposal:invite", proposal=proposal, member=world.members[who])
    session().execute(
        sa.text("UPDATE co_author SET state = 'writing' WHERE member_id = :sven"), {"sven": world.members["sven"]}
    )
    session().commit()
    return proposal


def test_the_table_is_the_one_that_was_agreed() -> None:
    found = {
        move.name: (" ".join(stage for stage in Stage if stage in move.start), move.to.value, move.by)
        for move in MOVES.values()
    }
    assert found == TABLE
    assert {move.name for move in MOVES.values() if move.reasoned} == REASONED
    assert {stage.value for stage in EDITABLE} == {"draft", "returned"}


@pytest.mark.parametrize("by", ["authors", "moderators"])
def test_every_move_from_every_stage_by_everybody(inside: World, app: Flask, by: str) -> None:
    proposal = towards(inside)
    save(inside, proposal)
    lines, known = 0, snapshot(app)
    for name, (starts, to, whose) in TABLE.items():
        if whose != by:
            continue
        for stage in Stage:
            put(proposal, stage)
            for who, codes in PEOPLE.items():
                code = codes[whose == "moderators"]
                if code is None and stage not in starts.split():
                    code = "wrong_stage"
                offered = {one.name for one in policy.moves_of(inside.member(who), the(proposal))}
                assert (name in offered) == (code is None), (name, stage, who)
                if code is not None:
                    with refused(code):
                        move(inside, who, proposal, name, "Deshalb")
                    assert the(proposal).stage is stage
                    continue
                assert move(inside, who, proposal, name, "Deshalb") == to == the(proposal).stage
                lines += 1
                line = history_of(the(proposal))[-1]
                assert line.version is not None and line.version.number == 1  # no word has changed
                assert (line.move, line.after.value, line.reason) == (name, to, "Deshalb")
                assert line.member_id == inside.members[who]
                put(proposal, stage)
    assert lines == len(history_of(the(proposal))) > 0
    changed = {table for table, rows in snapshot(app).items() if rows != known[table]}
    assert changed <= {"proposal", "stage_move", "activity", "notice", "draft", "draft_update"}


def test_each_move_leaves_a_version_a_line_and_a_notice_to_the_others(inside: World, any_database: str) -> None:
    proposal = start(drafting(inside), "anna", ("boris",))
    ask(inside, "anna", "proposal:invite", proposal=proposal, member=inside.members["chris"])
    complete(inside, proposal)
    assert move(inside, "anna", proposal, "submit") == "submitted"
    assert [version.number for version in versions(proposal)] == [1]
    move(inside, "anna", proposal, "take_back")
    write(inside, proposal, {"need:de": "Besser"}, who="boris")
    move(inside, "boris", proposal, "submit")
    move(inside, "max", proposal, "review")
    move(inside, "olga", proposal, "return", "Zu kurz")
    write(inside, proposal, {"need:de": "Viel besser"})
    move(inside, "anna", proposal, "submit")
    move(inside, "max", proposal, "shortlist")
    phase(inside, "decide")
    move(inside, "max", proposal, "adopt")
    found = [
        (line.move, line.after.value, line.member.name, line.version.number, line.reason)
        for line in history_of(the(proposal))
        if line.member is not None and line.version is not None
    ]
    assert found == [
        ("submit", "submitted", "Anna", 1, ""),
        ("take_back", "draft", "Anna", 1, ""),
        ("submit", "submitted", "Boris", 2, ""),
        ("review", "under_review", "Max", 2, ""),
        ("return", "returned", "Olga", 2, "Zu kurz"),
        ("submit", "submitted", "Anna", 3, ""),
        ("shortlist", "shortlisted", "Max", 3, ""),
        ("adopt", "adopted", "Max", 3, ""),
    ]
    ids = [line.id for line in history_of(the(proposal))]

    def heard(who: str) -> list[int]:
        return [ids.index(data["move"]) for _, data in notices(inside, who, "proposal.moved")]

    assert heard("anna") == [2, 3, 4, 6, 7]  # not of her own moves
    assert heard("boris") == [0, 1, 3, 4, 5, 6, 7]
    assert heard("chris") == heard("max") == heard("olga") == []  # only asked; and those who moved it
    facts = session().scalars(sa.select(Activity).where(Activity.type == "proposal.moved").order_by(Activity.id)).all()
    assert [fact.data["move"] for fact in facts] == [line[0] for line in found]
    assert {fact.channel for fact in facts} == {f"proposal:{proposal}"}


def test_moderators_who_write_a_proposal_move_it_as_what_they_are(inside: World) -> None:
    """Max writes along: he may submit, and he may review; that somebody else should, people agree among themselves."""
    proposal = start(drafting(inside))
    join(inside, proposal, "max")
    complete(inside, proposal)
    assert move(inside, "max", proposal, "submit") == "submitted"
    assert move(inside, "max", proposal, "review") == "under_review"
    assert [kind for kind, _ in notices(inside, "anna", "proposal.moved")] == ["proposal.moved"] * 2
    assert notices(inside, "max", "proposal.moved") == []


def test_who_decides_owes_a_reason(inside: World, app: Flask) -> None:
    proposal = start(drafting(inside))
    complete(inside, proposal)
    save(inside, proposal)
    for name in REASONED:
        put(proposal, TABLE[name][0].split()[0])
        before = snapshot(app)
        for reason in ("", "  \n "):
            with refused("invalid", "reason"):
                move(inside, "max", proposal, name, reason)
        assert snapshot(app) == before
        move(inside, "max", proposal, name, "Weil\n\nes so ist.")
        assert history_of(the(proposal))[-1].reason == "Weil\n\nes so ist."


def test_in_which_phases(inside: World, app: Flask) -> None:
    """Co-authors move theirs while proposals are written; those who facilitate until the archive."""
    proposal = start(drafting(inside))
    complete(inside, proposal)
    for step, author, moderator in (
        ("discuss", None, None),
        ("decide", "wrong_phase", None),
        ("recommend", "wrong_phase", None),
        ("follow_up", "wrong_phase", None),
        ("archived", "wrong_phase", "wrong_phase"),
    ):
        phase(inside, step)
        for who, stage, name, code in (
            ("anna", "draft", "submit", author),
            ("anna", "draft", "withdraw", author),
            ("max", "shortlisted", "adopt", moderator),
        ):
            put(proposal, stage)
            if code is None:
                move(inside, who, proposal, name)
            else:
                with refused(code):
                    move(inside, who, proposal, name)


def test_what_is_incomplete_is_not_submitted_and_says_what_is_missing(inside: World, app: Flask) -> None:
    proposal = start(drafting(inside), title="Nur ein Titel")
    before = snapshot(app)
    with refused("incomplete") as found:
        move(inside, "anna", proposal, "submit")
    required = ["pitch", "need", "format", "target", "languages", "schedule", "safety", "first_steps"]
    assert found.value.extra == {"missing": required}
    assert all(f"“{name}”" in str(found.value.message) for name in ("Why it is needed", "First steps"))
    assert snapshot(app) == before
    # A translation alone is no original; a typed value of nothing is none.
    complete(inside, proposal, need="")
    write(inside, proposal, {"need:ru": "Нужно"}, {"languages": []})
    with refused("incomplete") as found:
        move(inside, "anna", proposal, "submit")
    assert found.value.extra == {"missing": ["need", "languages"]}
    write(inside, proposal, {"need:de": "Bedarf"}, {"languages": ["de"]})
    assert move(inside, "anna", proposal, "submit") == "submitted"


def test_what_is_too_long_is_not_submitted(inside: World, app: Flask) -> None:
    proposal = start(drafting(inside))
    complete(inside, proposal, target="x" * 2001)
    write(inside, proposal, {"schedule:ru": "й" * 2000, "pitch:ru": "й" * 301})
    before = snapshot(app)
    with refused("incomplete") as found:
        move(inside, "anna", proposal, "submit")
    assert found.value.extra == {"too_long": ["pitch", "target"]}
    assert snapshot(app) == before
    write(inside, proposal, {"pitch:ru": "Й" * 300, "target:de": "x" * 2000})
    assert move(inside, "anna", proposal, "submit") == "submitted"


def test_a_withdrawn_proposal_can_be_gone_on_with(inside: World) -> None:
    """Even an empty one is withdrawn; nothing of it is lost."""
    proposal = start(drafting(inside))
    write(inside, proposal, {"need:de": COMPLETE["need:de"]})
    assert move(inside, "anna", proposal, "withdraw") == "withdrawn"
    with refused("not_editable"):
        write(inside, proposal, {"need:de": "Weg"})
    said = content(proposal).texts
    assert move(inside, "anna", proposal, "resume") == "draft"
    assert content(proposal).texts == said
    write(inside, proposal, {"need:de": "Weiter"})


def test_one_move_of_two_at_once(world: World, any_database: str) -> None:
    """Anna takes back what Max shortlists, Olga returns it: the history is one way, whoever was first."""
    with world.inside():
        proposal = start(drafting(world), "anna", ("boris",))
        complete(world, proposal)
        move(world, "anna", proposal, "submit")
    wishes = [*(("max", one) for one in ("shortlist", "review")), ("olga", "return")]
    wishes += [("anna", "take_back"), ("boris", "take_back")]

    def act(number: int) -> Any:
        with world.inside():
            return move(world, wishes[number][0], proposal, wishes[number][1], "Darum")

    results = at_once(act, len(wishes))
    errors = [one for one in results if isinstance(one, Exception)]
    assert all(isinstance(one, Forbidden) and one.code == "wrong_stage" for one in errors), results
    assert len(errors) < len(wishes)
    with world.inside():
        stage = Stage.draft
        rows = session().scalars(sa.select(StageMove).order_by(StageMove.id)).all()
        for line in rows:
            assert stage in MOVES[line.move].start and line.after is MOVES[line.move].to
            stage = line.after
        assert the(proposal).stage is stage and len(rows) == 1 + len(wishes) - len(errors)


def test_writing_and_submitting_at_once(world: World, any_database: str) -> None:
    """Whatever was acknowledged before the submission is in its version; what comes later is refused."""
    with world.inside():
        proposal = start(drafting(world), "anna", ("boris",))
        complete(world, proposal)
    with world.inside():
        editors = [Editor(world, who, proposal) for who in ("anna", "boris", "anna")]

    def act(number: int) -> Any:
        if number == 3:
            with world.inside():
                return move(world, "boris", proposal, "submit")
        said = []
        for step in range(4):
            word = f"{number}{step}"
            try:
                with world.inside():
                    editors[number].type("tools:ru", f"{word} ").send()
            except DomainError as error:
                assert error.code == "not_editable", error
                break
            said.append(word)
        return said

    results = at_once(act, 4)
    assert results[3] == "submitted", results
    with world.inside():
        submitted = plain(Content.read(versions(proposal)[-1].content).text("tools", "ru"))
        assert sorted(submitted.split()) == sorted(word for said in results[:3] for word in said)
