"""Translations of sections: from which original, by whom, checked by whom, and for how long that holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from flask import Flask

from tests.proposals.desk import Editor, ask, content, drafting, phase, refused, save, says, start, the, versions, write
from tests.world import Browser, World, snapshot
from youthforum.core.db import session
from youthforum.core.errors import Conflict
from youthforum.core.richtext import EMPTY, from_markdown
from youthforum.forums.commands import suspend
from youthforum.proposals.commands.translating import take_suggestion
from youthforum.proposals.models import SectionTranslation
from youthforum.proposals.queries.versions import TranslationState, translation_states


def state(proposal: int, language: str = "ru", part: str = "need") -> TranslationState:
    return translation_states(the(proposal), content(proposal))[part][language]


def told(proposal: int, language: str = "ru", part: str = "need") -> tuple[str, list[str], bool, bool]:
    """`(state, writers, checked, machine)`"""
    found = state(proposal, language, part)
    return found.state, [member.name for member in found.writers], found.checked, found.machine


def check(world: World, who: str, proposal: int, part: str = "need", language: str = "ru") -> None:
    ask(world, who, "proposal:checked", proposal=proposal, part=part, language=language)


def current(world: World, who: str, proposal: int, part: str = "need", language: str = "ru") -> None:
    ask(world, who, "proposal:current", proposal=proposal, part=part, language=language)


def suggested(world: World, who: str, proposal: int, wording: str, original: str | None = None, **more: str) -> None:
    """What `proposal:suggest` does when the machine has answered."""
    section = {"part": "need", "language": "ru"} | more
    base = content(proposal).original(section["part"]) if original is None else from_markdown(original)
    take_suggestion(world.member(who), the(proposal), original=base, wording=from_markdown(wording), **section)


def test_a_translation_knows_its_writers_and_the_original_it_was_begun_from(inside: World, any_database: str) -> None:
    proposal = start(drafting(inside), "anna", ("boris", "chris"))
    write(inside, proposal, {"need:de": "Erstens."})
    assert told(proposal) == ("missing", [], False, False)
    assert "de" not in translation_states(the(proposal), content(proposal))["need"]
    write(inside, proposal, {"need:ru": "Во-первых."}, who="boris")
    assert told(proposal) == ("current", ["Boris"], False, False)
    write(inside, proposal, {"need:de": "Erstens und zweitens."})
    write(inside, proposal, {"need:ru": "Во-первых и"}, who="chris")
    assert told(proposal) == ("out_of_date", ["Boris", "Chris"], False, False)
    assert state(proposal).base == from_markdown("Erstens.")  # from the first word on, whoever writes later
    current(inside, "chris", proposal)
    assert told(proposal)[0] == "current"
    write(inside, proposal, {"need:de": "Erstens."})
    assert told(proposal)[0] == "out_of_date"  # back again is a change as well
    write(inside, proposal, {"need:de": "Erstens und zweitens."})
    assert told(proposal)[0] == "current"


def test_languages_and_sections_are_independent(inside: World) -> None:
    proposal = start(drafting(inside), "anna", ("boris",))
    write(inside, proposal, {"need:de": "Bedarf", "format:de": "Ablauf", "need:en": "Need"})
    write(inside, proposal, {"need:ru": "Нужно", "format:ru": "Порядок"}, who="boris")
    check(inside, "boris", proposal, language="en")
    check(inside, "chris", proposal, part="format")
    assert told(proposal, "en") == ("current", ["Anna"], True, False)
    assert told(proposal, "ru") == ("current", ["Boris"], False, False)
    assert told(proposal, "ru", "format") == ("current", ["Boris"], True, False)
    write(inside, proposal, {"need:de": "Bedarf!"})
    current(inside, "boris", proposal, language="en")
    assert told(proposal, "en")[0] == "current" and told(proposal, "ru")[0] == "out_of_date"
    assert told(proposal, "ru", "format")[0] == "current"


def test_a_second_person_checks_and_the_check_falls_with_the_words(inside: World, app: Flask) -> None:
    proposal = start(drafting(inside), "anna", ("boris",))
    write(inside, proposal, {"need:de": "Bedarf"})
    write(inside, proposal, {"need:ru": "Нужно"}, who="boris")
    before = snapshot(app)
    for who, code in (
        ("boris", "own_translation"),
        ("vera", "wrong_role"),
        ("sven", "suspended"),
        ("nina", "not_found"),
        ("otto", "not_found"),
    ):
        with refused(code):
            check(inside, who, proposal)
    assert snapshot(app) == before
    for who in ("anna", "chris", "max", "olga"):  # anybody else of the forum who may translate
        check(inside, who, proposal)
        assert told(proposal)[2] and getattr(state(proposal).checked_by, "name", "") == who.capitalize()
    write(inside, proposal, {"need:ru": "Нужно!"}, who="boris")
    assert (told(proposal)[2], state(proposal).checked_by) == (False, None)
    write(inside, proposal, {"need:ru": "Нужно"}, who="boris")
    assert told(proposal)[2]  # these words were checked
    write(inside, proposal, {"need:de": "Anderer Bedarf"})
    assert told(proposal)[:1] + told(proposal)[2:] == ("out_of_date", True, False)
    phase(inside, "recommend")  # translations are checked until the end
    check(inside, "chris", proposal)
    phase(inside, "archived")
    with refused("wrong_phase"):
        check(inside, "chris", proposal)


def test_only_coauthors_say_that_a_translation_is_current(inside: World, app: Flask) -> None:
    proposal = start(drafting(inside), "anna", ("boris",))
    write(inside, proposal, {"need:de": "Bedarf", "need:ru": "Нужно"})
    write(inside, proposal, {"need:de": "Bedarf!"})
    ask(inside, "anna", "proposal:remove", proposal=proposal, member=inside.members["boris"])
    before = snapshot(app)
    for who, code in (
        ("boris", "not_coauthor"),
        ("max", "not_coauthor"),
        ("vera", "wrong_role"),
        ("sven", "suspended"),
        ("nina", "not_found"),
    ):
        with refused(code):
            current(inside, who, proposal)
    phase(inside, "decide")
    with refused("wrong_phase"):
        current(inside, "anna", proposal)
    phase(inside, "draft")
    ask(inside, "anna", "proposal:move", proposal=proposal, move="withdraw")
    with refused("not_editable"):
        current(inside, "anna", proposal)
    ask(inside, "anna", "proposal:move", proposal=proposal, move="resume")
    suspend(inside.member("max"), inside.member("anna"), reason="Shouting")
    with refused("suspended"):
        current(inside, "anna", proposal)
    assert snapshot(app)["section_translation"] == before["section_translation"]


def test_there_must_be_a_translation(inside: World, app: Flask) -> None:
    proposal = start(drafting(inside))
    write(inside, proposal, {"need:de": "Bedarf", "need:ru": "Нужно"}, {"people": 4})
    before = snapshot(app)
    for part, language in (
        ("need", "de"),  # the original
        ("need", "fr"),  # not of this forum
        ("format", "ru"),  # nothing there
        ("people", "ru"),  # no words
        ("nothing", "ru"),
    ):
        for who, event in (("chris", "proposal:checked"), ("anna", "proposal:current")):
            with refused("invalid", "language"):
                ask(inside, who, event, proposal=proposal, part=part, language=language)
        with refused("invalid", "part" if part == "format" else "language"):
            suggested(inside, "anna", proposal, "слова", part=part, language=language)
    assert snapshot(app) == before


def test_a_machine_writes_into_empty_sections_only_and_is_named(inside: World, app: Flask) -> None:
    proposal = start(drafting(inside), "anna", ("boris",))
    write(inside, proposal, {"need:de": "Bedarf"})
    suggested(inside, "boris", proposal, "Потребность")
    assert says(proposal, "need", "ru") == "Потребность"
    assert told(proposal) == ("current", [], False, True)
    assert Editor(inside, "anna", proposal).says("need:ru") == "Потребность"
    before = snapshot(app)
    with pytest.raises(Conflict):
        suggested(inside, "boris", proposal, "Другое")  # it is not empty
    with pytest.raises(Conflict):
        suggested(inside, "boris", proposal, "Need", "Old original", language="en")
    with refused("not_coauthor"):
        suggested(inside, "chris", proposal, "Need", language="en")
    with refused("invalid"):
        suggested(inside, "anna", proposal, "Ablauf", part="format")  # there is nothing to translate yet
    assert snapshot(app) == before
    check(inside, "boris", proposal)  # who asked a machine has not written it
    assert told(proposal) == ("current", [], True, False)
    write(inside, proposal, {"need:ru": "Потребность есть"}, who="boris")
    assert told(proposal) == ("current", ["Boris"], False, False)
    write(inside, proposal, {"need:ru": ""}, who="boris")
    assert told(proposal)[0] == "missing"
    suggested(inside, "anna", proposal, "Потребность")  # empty again: it may; and nobody has checked this one
    assert told(proposal) == ("current", ["Boris"], False, True)


def test_versions_say_what_was_known_of_their_translations(inside: World) -> None:
    """What somebody checks or calls current after a version stands in the next one, though no word has changed."""
    proposal = start(drafting(inside), "anna", ("boris",))
    write(inside, proposal, {"need:de": "Bedarf"})
    write(inside, proposal, {"need:ru": "Нужно"}, who="boris")
    save(inside, proposal)
    check(inside, "chris", proposal)
    assert save(inside, proposal) == 2 == save(inside, proposal)
    write(inside, proposal, {"need:de": "Bedarf!"})
    save(inside, proposal)
    current(inside, "boris", proposal)
    assert save(inside, proposal) == 4

    def known(number: int) -> dict[str, Any]:
        return dict(versions(proposal)[number - 1].content["translations"]["need"]["ru"])

    writers = [inside.members["boris"]]
    assert [known(number) for number in (1, 2, 3, 4)] == [
        {"state": "current", "machine": False, "checked": False, "writers": writers},
        {"state": "current", "machine": False, "checked": True, "writers": writers},
        {"state": "out_of_date", "machine": False, "checked": True, "writers": writers},
        {"state": "current", "machine": False, "checked": True, "writers": writers},
    ]


def test_a_translation_that_no_person_began_is_measured_from_when_somebody_speaks_of_it(inside: World) -> None:
    """Words that came with a restored version: no row says from which original; checking makes one."""
    proposal = start(drafting(inside), "anna", ("boris",))
    write(inside, proposal, {"need:de": "Bedarf", "need:ru": "Нужно"})
    session().delete(session().get_one(SectionTranslation, (proposal, "need", "ru")))
    session().commit()
    assert told(proposal)[0] == "current"
    check(inside, "chris", proposal)
    assert told(proposal) == ("current", ["Anna"], True, False)
    assert asdict(state(proposal))["base"] == from_markdown("Bedarf") != EMPTY


def test_whoever_reads_a_version_checks_what_they_read(world: World, client_for: Callable[..., Browser]) -> None:
    with world.inside():
        proposal = start(drafting(world), "anna", ("boris",))
        write(world, proposal, {"need:de": "Bedarf"})
        write(world, proposal, {"need:ru": "Нужно"}, who="boris")
        ask(world, "anna", "proposal:version", proposal=proposal)
    button, page = 'data-ask="proposal:checked"', f"/f/bridges/proposals/{proposal}?language=ru"
    shown = {who: button in client_for(who).get(page).text for who in ("chris", "boris", "vera")}
    assert shown == {"chris": True, "boris": False, "vera": False}  # who wrote it, and who only reads, is not asked
    read = {"proposal": proposal, "part": "need", "language": "ru", "version": 1}
    with world.inside():
        with refused("invalid"):
            ask(world, "chris", "proposal:checked", **read | {"language": "de"})
        write(world, proposal, {"need:ru": "Нужно иначе"}, who="boris")
        with refused("conflict"):
            ask(world, "chris", "proposal:checked", **read)
        assert not told(proposal)[2]
        write(world, proposal, {"need:ru": "Нужно"}, who="boris")
        ask(world, "chris", "proposal:checked", **read)
        assert told(proposal)[2]
    assert button not in client_for("chris").get(page).text
