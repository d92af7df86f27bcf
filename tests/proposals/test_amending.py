"""Amendments: other words for a section, merged into a draft that has moved on, and never over somebody's words."""

from __future__ import annotations

import uuid
from typing import Any

import pycrdt
from flask import Flask

from tests.proposals.desk import (
    Editor,
    amend,
    ask,
    complete,
    content,
    drafting,
    join,
    notices,
    phase,
    refused,
    save,
    says,
    start,
    the,
    write,
)
from tests.threads import at_once
from tests.world import World, snapshot
from youthforum.core.db import session
from youthforum.core.errors import Forbidden
from youthforum.core.richtext import EMPTY, from_markdown, markdown
from youthforum.proposals.commands.amending import suggest_amendment
from youthforum.proposals.models import Amendment, Answer
from youthforum.proposals.queries.amendments import amendments_of
from youthforum.proposals.queries.drafts import writers_of

TEXT = "Wir reden bald.\n\nDann sehen wir weiter.\n\nZum Schluss ein Fest."


def begun(world: World, text: str = TEXT) -> int:
    """Anna's proposal with a version that others can read."""
    proposal = start(drafting(world))
    write(world, proposal, {"need:de": text})
    save(world, proposal)
    return proposal


def answer(world: World, who: str, amendment: int, what: str = "accept", words: str = "") -> None:
    ask(world, who, "amendment:answer", amendment=amendment, answer=what, words=words)


def row(amendment: int) -> Amendment:
    session().expire_all()
    return session().get_one(Amendment, amendment)


def shown(proposal: int) -> dict[int, tuple[list[int], bool]]:
    """`{amendment: (those it collides with, whether the draft has moved on under it)}`"""
    return {one.amendment.id: (one.collides, one.overtaken) for one in amendments_of(the(proposal))}


def test_an_amendment_goes_into_a_draft_that_has_moved_on_elsewhere(inside: World, any_database: str) -> None:
    proposal = begun(inside)
    amendment = amend(inside, proposal, "boris", TEXT.replace("bald", "oft"), reason="Öfter ist besser")
    found = row(amendment)
    assert (found.state, found.reason, found.author_id) == (Answer.open, "Öfter ist besser", inside.members["boris"])
    assert markdown(found.base).strip() == TEXT
    data = {"proposal": proposal, "amendment": amendment}
    assert notices(inside, "anna") == [("amendment.made", data)]
    write(inside, proposal, {"need:de": TEXT.replace("ein Fest", "**das** Fest") + "\n\nUnd Tanz."})
    assert shown(proposal) == {amendment: ([], False)}
    writing = Editor(inside, "anna", proposal).type("need:de", " Ja!", block=2)
    answer(inside, "anna", amendment)
    writing.send()  # typed before she heard of it
    assert says(proposal) == "Wir reden oft.\n\nDann sehen wir weiter.\n\nZum Schluss **das** Fest. Ja!\n\nUnd Tanz."
    assert writing.pull().says("need:de") == says(proposal)
    found = row(amendment)
    assert (found.state, found.answered_by_id) == (Answer.accepted, inside.members["anna"])
    assert notices(inside, "boris") == [("amendment.answered", data)]
    writers = writers_of(proposal)[("need", "de")]
    assert writers == [inside.members["anna"], inside.members["boris"]]  # Boris's words, Boris's name
    with refused("not_coauthor"):
        Editor(inside, "boris", proposal)  # which makes nobody a co-author


def test_where_the_same_words_were_changed_both_stay(inside: World, app: Flask) -> None:
    proposal = begun(inside)
    amendment = amend(inside, proposal, "boris", TEXT.replace("bald", "oft"))
    write(inside, proposal, {"need:de": TEXT.replace("bald", "nie")})
    assert shown(proposal) == {amendment: ([], True)}
    before = snapshot(app)
    with refused("conflict") as found:
        answer(inside, "anna", amendment)
    assert found.value.extra == {
        "mine": TEXT.replace("bald", "oft"),
        "theirs": TEXT.replace("bald", "nie"),
    }
    assert snapshot(app) == before
    write(inside, proposal, {"need:de": TEXT.replace("bald", "oft")})  # brought together by hand
    assert shown(proposal) == {amendment: ([], False)}
    answer(inside, "anna", amendment)
    assert says(proposal) == TEXT.replace("bald", "oft")


def test_a_paragraph_that_somebody_is_about_to_fill_is_in_nobodys_way(inside: World) -> None:
    """Enter at the end of a section leaves an empty paragraph: an amendment that goes on there fits all the same."""
    proposal = begun(inside)
    amendment = amend(inside, proposal, "boris", TEXT + "\n\nUnd ein Lied.")
    editor = Editor(inside, "anna", proposal)
    editor.fragment("need:de").children.append(pycrdt.XmlElement("paragraph"))
    editor.send()
    assert shown(proposal) == {amendment: ([], False)}
    answer(inside, "anna", amendment)
    assert says(proposal) == TEXT + "\n\nUnd ein Lied."
    assert editor.pull().says("need:de") == says(proposal)


def test_an_accepted_amendment_leaves_room_for_those_who_write(inside: World, app: Flask) -> None:
    """Two long additions that don't touch each other: together they would be more than anybody could go on writing."""
    proposal = begun(inside, "Anfang.\n\nEnde.")
    first = amend(inside, proposal, "boris", f"Anfang.\n\n{'a' * 2900}\n\nEnde.")
    second = amend(inside, proposal, "chris", f"Anfang. {'b' * 2900}\n\nEnde.")
    third = amend(inside, proposal, "boris", f"Anfang.\n\nEnde. {'c' * 2900}")
    answer(inside, "anna", first)
    answer(inside, "anna", second)
    before = snapshot(app)
    with refused("too_long"):
        answer(inside, "anna", third)
    assert snapshot(app) == before
    Editor(inside, "anna", proposal).type("need:de", "!").send()


def test_those_that_touch_the_same_words_name_one_another(inside: World) -> None:
    """Also when they were begun from different versions; and no longer when one of them is answered."""
    proposal = begun(inside)
    one = amend(inside, proposal, "boris", TEXT.replace("bald", "oft"))
    apart = amend(inside, proposal, "chris", TEXT.replace("ein Fest", "ein Konzert"))
    russian = amend(inside, proposal, "chris", "Скоро", language="ru")
    text = "Vorwort.\n\n" + TEXT
    write(inside, proposal, {"need:de": text})
    save(inside, proposal)
    other = amend(inside, proposal, "chris", text.replace("bald", "selten"))
    same = amend(inside, proposal, "max", text.replace("bald", "oft"))
    assert shown(proposal) == {
        one: ([other], False),
        other: ([one, same], False),
        same: ([other], False),
        apart: ([], False),
        russian: ([], False),
    }
    answer(inside, "anna", one)
    assert shown(proposal) == {
        one: ([], False),
        other: ([], True),
        same: ([], False),  # says what the draft says by now
        apart: ([], False),
        russian: ([], False),
    }
    with refused("conflict"):
        answer(inside, "anna", other)
    answer(inside, "anna", apart)
    answer(inside, "anna", russian)
    assert says(proposal) == text.replace("bald", "oft").replace("ein Fest", "ein Konzert")
    assert says(proposal, "need", "ru") == "Скоро"
    assert list(shown(proposal))[:2] == [same, other]  # open ones first


def test_asking_back_rewording_and_declining_with_a_reason(inside: World, app: Flask) -> None:
    proposal = begun(inside)
    amendment = amend(inside, proposal, "boris", TEXT.replace("bald", "oft"))
    before = snapshot(app)
    for what in ("ask", "decline"):
        for words in ("", "  \n"):
            with refused("invalid", "words"):
                answer(inside, "anna", amendment, what, words)
    assert snapshot(app) == before
    answer(inside, "anna", amendment, "ask", "Wie oft?")
    assert (row(amendment).state, row(amendment).answer) == (Answer.asked, "Wie oft?")
    wording = TEXT.replace("bald", "jede Woche")
    with refused("not_yours"):
        ask(inside, "chris", "amendment:reword", amendment=amendment, wording=wording, reason="x")
    with refused("invalid", "wording"):
        ask(inside, "boris", "amendment:reword", amendment=amendment, wording=TEXT, reason="Doch nicht")
    ask(inside, "boris", "amendment:reword", amendment=amendment, wording=wording, reason="Jede Woche")
    assert (row(amendment).state, markdown(row(amendment).wording).strip()) == (Answer.open, wording)
    assert [kind for kind, _ in notices(inside, "anna")] == ["amendment.made"] * 2
    answer(inside, "anna", amendment, "decline", "Zu oft")
    assert (row(amendment).state, row(amendment).answer) == (Answer.declined, "Zu oft")
    assert [kind for kind, _ in notices(inside, "boris")] == ["amendment.answered"] * 2
    before = snapshot(app)
    for what in ("accept", "decline", "ask"):
        with refused("answered"):
            answer(inside, "anna", amendment, what, "Noch einmal")
    with refused("answered"):
        ask(inside, "boris", "amendment:withdraw", amendment=amendment)
    assert snapshot(app) == before and says(proposal) == TEXT


def test_withdrawing_ones_own(inside: World, app: Flask) -> None:
    proposal = begun(inside)
    amendment = amend(inside, proposal, "boris", "Anders")
    before = snapshot(app)
    for who, code in (
        ("chris", "not_yours"),
        ("anna", "not_yours"),
        ("max", "not_yours"),
        ("vera", "not_yours"),
        ("nina", "not_found"),
    ):
        with refused(code):
            ask(inside, who, "amendment:withdraw", amendment=amendment)
    assert snapshot(app) == before
    ask(inside, "boris", "amendment:withdraw", amendment=amendment)
    assert row(amendment).state is Answer.withdrawn and shown(proposal) == {}
    with refused("answered"):
        answer(inside, "anna", amendment)


def test_who_suggests_and_who_answers(inside: World, app: Flask) -> None:
    proposal = start(drafting(inside), "anna", ("chris",))
    given: dict[str, Any] = {"base": EMPTY, "wording": from_markdown("x"), "reason": "y", "key": str(uuid.uuid4())}
    with refused("no_version"):  # before there is anything to read
        suggest_amendment(inside.member("boris"), the(proposal), part="need", language="de", **given)
    complete(inside, proposal)
    save(inside, proposal)
    amendment = amend(inside, proposal, "boris", "Anders")
    ask(inside, "anna", "proposal:remove", proposal=proposal, member=inside.members["chris"])
    before = snapshot(app)
    for who, code in (
        ("anna", "coauthor"),
        ("olga", "wrong_role"),
        ("vera", "wrong_role"),
        ("sven", "suspended"),
        ("nina", "not_found"),
        ("otto", "not_found"),
    ):
        with refused(code):
            amend(inside, proposal, who, "Meins")
    for who, code in (
        ("boris", "not_coauthor"),
        ("chris", "not_coauthor"),  # taken off
        ("max", "not_coauthor"),
        ("olga", "wrong_role"),
        ("vera", "wrong_role"),
        ("sven", "suspended"),
        ("nina", "not_found"),
        ("otto", "not_found"),
    ):
        for what in ("accept", "decline", "ask"):
            with refused(code):
                answer(inside, who, amendment, what, "Darum")
    assert snapshot(app) == before
    phase(inside, "decide")
    with refused("wrong_phase"):
        amend(inside, proposal, "boris", "Zu spät")
    with refused("wrong_phase"):
        answer(inside, "anna", amendment)
    with refused("wrong_phase"):
        ask(inside, "boris", "amendment:withdraw", amendment=amendment)
    phase(inside, "discuss")
    ask(inside, "anna", "proposal:move", proposal=proposal, move="submit")
    with refused("not_editable"):
        amend(inside, proposal, "max", "Zu spät")
    with refused("not_editable"):
        answer(inside, "anna", amendment)
    ask(inside, "max", "proposal:move", proposal=proposal, move="return", reason="Bitte kürzer")
    assert amend(inside, proposal, "chris", "Kürzer")  # once a co-author, now like everybody
    answer(inside, "anna", amendment)


def test_what_does_not_fit_is_no_amendment(inside: World, app: Flask) -> None:
    proposal = begun(inside)
    before = snapshot(app)
    more: dict[str, Any]
    for more, code, field in (
        ({"part": "people"}, "invalid", "part"),
        ({"part": "nothing"}, "invalid", "part"),
        ({"language": "fr"}, "invalid", "part"),
        ({"version": 2}, "not_found", "version"),
        ({"wording": TEXT}, "invalid", "wording"),
        ({"wording": TEXT + "\n\n"}, "invalid", "wording"),
        ({"wording": "x" * 3001}, "too_long", None),
        ({"wording": "zwei\n\nZeilen", "part": "title"}, "invalid", None),
        ({"wording": "x" * 121, "part": "title"}, "too_long", None),
        ({"reason": " "}, "invalid", "reason"),
    ):
        with refused(code, field):
            amend(inside, proposal, "boris", **{"wording": "Anders"} | more)
    assert snapshot(app) == before


def test_a_line_stays_a_line(inside: World) -> None:
    proposal = start(drafting(inside), "anna", ("boris",), title="Karte der Orte")
    save(inside, proposal)
    amendment = amend(inside, proposal, "chris", "Karte aller Orte", part="title")
    write(inside, proposal, {"title:de": "Eine Karte der Orte"}, who="boris")
    answer(inside, "boris", amendment)
    assert says(proposal, "title") == "Eine Karte aller Orte"
    assert save(inside, proposal) == 2 and the(proposal).title["de"] == "Eine Karte aller Orte"


def test_the_same_key_is_the_same_amendment(world: World, any_database: str) -> None:
    key = str(uuid.uuid4())
    with world.inside():
        proposal = begun(world)

    def suggest(number: int) -> int:
        with world.inside():
            return amend(world, proposal, "boris", f"Anders {number}", key=key)

    assert len(set(at_once(suggest, 6))) == 1
    with world.inside():
        assert len(amendments_of(the(proposal))) == 1 == len(notices(world, "anna"))
        assert amend(world, proposal, "chris", "Meins", key=key) != amend(world, proposal, "boris", "Neu", key=key)


def test_answered_by_two_at_once_is_answered_once(world: World, any_database: str) -> None:
    """Co-authors accept, decline, and others suggest more of it: one answer each, and the words are in once."""
    with world.inside():
        proposal = begun(world)
        join(world, proposal, "max")
        lines = [f"{TEXT}\n\nZeile {number}." for number in range(2)]
        found = [amend(world, proposal, "boris", lines[0]), amend(world, proposal, "chris", f"Vorab.\n\n{TEXT}")]

    def act(number: int) -> Any:
        with world.inside():
            answer(
                world, ("anna", "max")[number % 2], found[number // 2 % 2], "decline" if number == 5 else "accept", "x"
            )

    results = at_once(act, 6)
    refusals = [one for one in results if one is not None]
    assert len(refusals) == 4 and all(isinstance(one, Forbidden) and one.code == "answered" for one in refusals)
    with world.inside():
        said = says(proposal)
        for amendment, words in zip(found, ("Zeile 0.", "Vorab."), strict=True):
            assert said.count(words) == (row(amendment).state is Answer.accepted)
        assert content(proposal).fields == {}
