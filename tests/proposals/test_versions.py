"""Versions stay as they are; the draft can go back to one, and nothing is lost on the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pycrdt
import sqlalchemy as sa
from flask import Flask

from tests.proposals.desk import (
    Editor,
    ask,
    complete,
    content,
    drafting,
    phase,
    refused,
    save,
    says,
    start,
    the,
    versions,
    write,
)
from tests.threads import at_once
from tests.world import World, snapshot
from youthforum.activity.models import Activity
from youthforum.core.clock import now
from youthforum.core.commands import lock_row, unit_of_work
from youthforum.core.db import session
from youthforum.core.richtext import from_markdown
from youthforum.proposals.content import Content
from youthforum.proposals.models import Draft, DraftUpdate, Version
from youthforum.proposals.queries.drafts import revision_of
from youthforum.proposals.queries.versions import version_of

TYPED: dict[str, Any] = {
    "people": 40,
    "languages": ["de", "ru"],
    "first_date": "2027-05-01",
    "budget/a": {"label": "Bus", "amount": 12050, "position": 1},
    "budget/b": {"label": "Карты", "amount": 0, "position": 0.5},
}


def restore(world: World, proposal: int, number: int, *, who: str = "anna") -> None:
    ask(world, who, "proposal:restore", proposal=proposal, version=number)


def test_a_version_holds_all_languages_and_typed_fields_and_never_changes(inside: World, any_database: str) -> None:
    proposal = start(drafting(inside), "anna", ("boris",))
    fields = TYPED | {"partners": [inside.delegations["perm"], inside.delegations["essen"]]}
    words = {
        "title:de": "Karte",
        "title:ru": "Карта",
        "pitch:de": "Ein Satz.",
        "need:de": "**Fett** und\n\n- ein Punkt",
        "need:ru": "Нужно",
        "need:en": "Needed",
    }
    write(inside, proposal, words, fields)
    assert save(inside, proposal, note="Erster Stand") == 1
    (first,) = versions(proposal)
    found = Content.read(first.content)
    assert {f"{part}:{code}" for part, codes in found.texts.items() for code in codes} == set(words)
    assert all(found.text(*root.split(":")) == from_markdown(text) for root, text in words.items())
    assert found.fields == fields and found.language == "de"
    assert [line.label for line in found.budget("budget")] == ["Карты", "Bus"]
    assert (first.note, first.member_id) == ("Erster Stand", inside.members["anna"])
    assert (the(proposal).title, the(proposal).pitch) == ({"de": "Karte", "ru": "Карта"}, {"de": "Ein Satz."})
    kept = first.content
    write(inside, proposal, {"need:de": "Anders", "need:ru": "", "title:de": "Plan"}, {"people": 7}, who="boris")
    assert (versions(proposal)[0].content, the(proposal).title["de"]) == (kept, "Karte")
    assert save(inside, proposal, who="boris") == 2
    assert versions(proposal)[0].content == kept and versions(proposal)[1].content != kept
    assert (versions(proposal)[1].member_id, the(proposal).title["de"]) == (inside.members["boris"], "Plan")
    facts = session().scalars(sa.select(Activity.data).where(Activity.type == "version.saved").order_by(Activity.id))
    assert [data["version"] for data in facts] == [1, 2]


def test_the_same_words_are_the_same_version(inside: World, app: Flask) -> None:
    proposal = start(drafting(inside))
    write(inside, proposal, {"need:de": "Eins"})
    assert save(inside, proposal) == 1
    before = snapshot(app)
    assert save(inside, proposal, note="Noch einmal") == 1
    assert snapshot(app) == before
    write(inside, proposal, {"need:de": "Zwei"}, {"people": 5})
    editor = Editor(inside, "anna", proposal).fill({"need:de": "Eins"})
    del editor.doc.get("fields", type=pycrdt.Map)["people"]
    editor.send()
    assert save(inside, proposal) == 1  # written, and taken out again
    ask(inside, "anna", "proposal:open", proposal=proposal, open=True)
    assert save(inside, proposal) == 1 and len(versions(proposal)) == 1
    write(inside, proposal, {"need:de": "Zwei"})
    assert save(inside, proposal) == 2


def test_others_neither_save_nor_restore(inside: World, app: Flask) -> None:
    proposal = start(drafting(inside), "anna", ("boris",))
    ask(inside, "anna", "proposal:remove", proposal=proposal, member=inside.members["boris"])
    write(inside, proposal, {"need:de": "Eins"})
    save(inside, proposal)
    write(inside, proposal, {"need:de": "Zwei"})
    before = snapshot(app)
    for who, code in (
        ("boris", "not_coauthor"),
        ("chris", "not_coauthor"),
        ("max", "not_coauthor"),
        ("olga", "wrong_role"),
        ("vera", "wrong_role"),
        ("sven", "suspended"),
        ("nina", "not_found"),
        ("otto", "not_found"),
    ):
        with refused(code):
            save(inside, proposal, who=who)
        with refused(code):
            restore(inside, proposal, 1, who=who)
    assert snapshot(app) == before


def test_neither_in_another_phase_nor_while_submitted_nor_what_there_is_not(inside: World, app: Flask) -> None:
    proposal = start(drafting(inside))
    complete(inside, proposal)
    save(inside, proposal)
    other = start(inside)
    for number in (2, 2**31 - 1):
        with refused("not_found", "version"):
            restore(inside, proposal, number)
    with refused("not_found", "version"):
        restore(inside, other, 1)  # a version of another proposal
    phase(inside, "decide")
    with refused("wrong_phase"):
        save(inside, proposal)
    phase(inside, "draft")
    ask(inside, "anna", "proposal:move", proposal=proposal, move="submit")
    before = snapshot(app)
    for act in (lambda: save(inside, proposal), lambda: restore(inside, proposal, 1)):
        with refused("not_editable"):
            act()
    assert snapshot(app) == before


def test_going_back_says_exactly_what_the_version_says_and_keeps_the_present(inside: World, any_database: str) -> None:
    proposal = start(drafting(inside), "anna", ("boris",))
    write(inside, proposal, {"need:de": "Alt\n\n- Punkt", "need:ru": "Старое", "pitch:de": "Alt."}, TYPED)
    save(inside, proposal)
    write(
        inside,
        proposal,
        {"need:de": "Neu", "need:ru": "", "need:en": "New", "format:de": "Ablauf", "pitch:de": ""},
        {"people": 3, "first_date": None, "budget/c": {"label": "Neu", "amount": 1, "position": 2}},
        who="boris",
    )
    present = content(proposal)
    restore(inside, proposal, 1)
    old = Content.read(versions(proposal)[0].content)
    now = content(proposal)
    assert (now.texts, now.fields) == (old.texts, old.fields)
    assert [version.number for version in versions(proposal)] == [1, 2]
    kept = Content.read(versions(proposal)[1].content)
    assert (kept.texts, kept.fields) == (present.texts, present.fields)
    assert "1" in versions(proposal)[1].note
    restore(inside, proposal, 2)  # and forward again
    now = content(proposal)
    assert (now.texts, now.fields) == (present.texts, present.fields)
    assert Editor(inside, "boris", proposal).says("need:de") == "Neu"


def test_restoring_what_is_there_already_writes_nothing(inside: World, app: Flask) -> None:
    proposal = start(drafting(inside))
    write(inside, proposal, {"need:de": "Eins"}, TYPED)
    save(inside, proposal)
    before = snapshot(app)
    restore(inside, proposal, 1)
    assert snapshot(app) == before


def test_whoever_writes_while_somebody_goes_back_loses_nothing(inside: World) -> None:
    """Boris's words, written before he heard of it, stand in the document of both, once."""
    proposal = start(drafting(inside), "anna", ("boris",))
    write(inside, proposal, {"need:de": "Der Anfang bleibt.\n\nDas Ende."})
    save(inside, proposal)
    write(inside, proposal, {"need:de": "Der Anfang bleibt.\n\nDas Ende ist nun anders."})
    anna, boris = Editor(inside, "anna", proposal), Editor(inside, "boris", proposal)
    boris.type("need:de", "Wirklich: ", at=0).type("need:ru", "И по-русски.")
    restore(inside, proposal, 1)
    boris.send()
    assert boris.pull().says("need:de") == anna.pull().says("need:de") == says(proposal)
    assert says(proposal) == "Wirklich: Der Anfang bleibt.\n\nDas Ende."
    assert says(proposal, "need", "ru") == "И по-русски."


def test_versions_saved_at_once_have_no_gap(world: World, any_database: str) -> None:
    """Two write and save without a pause: numbers grow by one, each version is a state that the draft was in."""
    with world.inside():
        proposal = start(drafting(world), "anna", ("boris",))

    def work(number: int) -> list[int]:
        who, found = ("anna", "boris")[number % 2], []
        with world.inside():
            editor = Editor(world, who, proposal)
        for step in range(4):
            with world.inside():
                editor.pull().type(f"need:{'de' if number < 2 else 'ru'}", f"{number}{step} ")
                editor.send()
            with world.inside():
                found.append(save(world, proposal, who=who))
        return found

    results = at_once(work, 4)
    assert all(isinstance(found, list) and found == sorted(found) for found in results), results
    with world.inside():
        kept = versions(proposal)
        assert [version.number for version in kept] == list(range(1, len(kept) + 1))
        assert {number for found in results for number in found} == {version.number for version in kept}
        last = content(proposal)
        assert Content.read(kept[-1].content).texts == last.texts
        words = (says(proposal) + " " + says(proposal, "need", "ru")).split()
        assert sorted(words) == sorted(f"{number}{step}" for number in range(4) for step in range(4))


def test_writing_does_not_wait_for_whoever_holds_the_proposal(world: World, on_postgres: str) -> None:
    """Commands hold the proposal and then ask for the draft: who has the draft must not ask for the proposal."""
    with world.inside():
        proposal = start(drafting(world), "anna", ("boris",))
        the(proposal).active_at = now() - timedelta(hours=1)
        session().commit()
        editor = Editor(world, "boris", proposal)

    def boris_writes() -> int:
        with world.inside():
            return editor.type("need:de", "Wort").send()

    with world.inside(), ThreadPoolExecutor(1) as threads, unit_of_work():
        lock_row(the(proposal))
        revision = threads.submit(boris_writes).result(20)
    with world.inside():
        assert says(proposal) == "Wort" and revision_of(proposal) == revision


def test_the_stored_draft_is_the_replay_of_its_log(inside: World) -> None:
    """Before and after older updates became one; memory is not what anybody relies on."""
    proposal = start(drafting(inside))
    editor = Editor(inside, "anna", proposal)
    for number in range(210):
        editor.type("need:de", f"{number} ").send()
    draft = session().get_one(Draft, proposal)
    assert draft.state_revision == 200 and draft.revision == 210
    left = session().scalars(sa.select(DraftUpdate.revision).order_by(DraftUpdate.revision)).all()
    assert list(left) == list(range(1, 211))
    text = says(proposal)
    assert text.split() == [str(number) for number in range(210)]
    assert inside.app is not None
    inside.app.extensions["drafts"].forget(proposal)
    assert says(proposal) == text
    assert save(inside, proposal) == 1
    assert version_of(the(proposal), 1).draft_revision == 210
    assert session().scalar(sa.select(sa.func.count(Version.id))) == 1
