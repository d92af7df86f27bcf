"""The parts of a forum's proposals: what is asked by default, and how organisers change it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.world import Browser, Page, World
from youthforum.core.commands import unit_of_work
from youthforum.core.db import session
from youthforum.core.errors import Conflict, Forbidden
from youthforum.core.text import Text
from youthforum.forums.phases import Phase
from youthforum.proposals.commands.starting import start_proposal
from youthforum.proposals.commands.templates import change_template, current_template
from youthforum.proposals.models import ProposalTemplate
from youthforum.proposals.queries.templates import template_in_force, template_of, written_with
from youthforum.proposals.routes.templates import LARGEST_TEMPLATE
from youthforum.proposals.template import MOST_PARTS, Part, Template, default_template

HERE = "/f/bridges/template"


class Form(HTMLParser):
    """What a browser would send of the page's template form, in the order of its fields."""

    def __init__(self, page: TestResponse) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self._open: str | None = None
        self._inside = False
        self.feed(page.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._inside = self._inside or "data-template-form" in given
        name = given.get("name") or ""
        if not self._inside or (not name and tag != "option"):
            return
        if tag == "textarea":
            self.fields.append((name, ""))
            self._open = name
        elif tag == "select":
            self._open = name
        elif tag == "option" and "selected" in given and self._open:
            self.fields.append((self._open, given.get("value") or ""))
        elif tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.fields.append((name, given.get("value") or ""))

    def handle_data(self, data: str) -> None:
        if self._open and self.fields and self.fields[-1][0] == self._open and self.lasttag == "textarea":
            self.fields[-1] = (self._open, self.fields[-1][1] + data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("textarea", "select"):
            self._open = None
        if tag == "form":
            self._inside = False

    def sent(self, action: str = "save", **changed: str) -> dict[str, str | list[str]]:
        """Fields as they stand, some of them typed over (`need_name_de` for `need-name-de`)."""
        found: dict[str, str | list[str]] = {name: value for name, value in self.fields if name != "csrf_token"}
        typed = {name.replace("__", "-"): value for name, value in changed.items()}
        return found | {"order": [value for name, value in self.fields if name == "order"], "action": action} | typed

    @property
    def order(self) -> list[str]:
        return [value for name, value in self.fields if name == "order"]


@pytest.fixture
def olga(app: Flask, world: World) -> Browser:
    return Browser(app, world.tokens["olga"])


@contextmanager
def drafting(world: World) -> Iterator[None]:
    """Inside, in the phase in which proposals are begun."""
    with world.inside():
        with unit_of_work():
            world.forum().phase = Phase.draft
        yield


def in_force(world: World) -> tuple[int, Template]:
    with world.inside():
        return template_in_force(world.forum())


# The default -----------------------------------------------------------------------------------------------------


def test_the_default_has_the_products_parts_in_three_languages() -> None:
    parts = default_template().parts
    assert [part.id for part in parts] == (
        "title pitch need format target people languages tools schedule sessions first_date partners roles budget "
        "helpers safety success first_steps"
    ).split()
    for part in parts:
        assert set(part.name) == {"de", "ru", "en"} and set(part.help) in ({"de", "ru", "en"}, set()), part.id
        assert all(part.name.values()) and (part.kind == "number") == bool(part.unit), part.id
    assert {"title", "pitch", "need", "format", "target", "safety", "first_steps"} <= {
        part.id for part in parts if part.required
    }
    assert [part.longest for part in parts[:2]] == [120, 300]
    assert Template.read(default_template().dump()) == default_template()


# Commands --------------------------------------------------------------------------------------------------------


def renamed(template: Template, name: str) -> Template:
    parts = template.dump()
    parts[2]["name"] = {"de": name}
    return Template.read(parts)


def test_the_default_is_kept_when_somebody_first_needs_it(world: World) -> None:
    with world.inside():
        assert template_of(world.forum()) is None and template_in_force(world.forum()) == (0, default_template())
        with unit_of_work():
            first = current_template(world.member("anna"))
            assert current_template(world.member("boris")) is first
        assert (first.version, Template.read(first.parts), first.member_id) == (1, default_template(), None)


def test_a_change_is_a_new_version_and_proposals_keep_theirs(world: World) -> None:
    with drafting(world):
        olga, anna = world.member("olga"), world.member("anna")
        old = start_proposal(anna, title="Alt", language="de", key=str(uuid.uuid4()))
        before = list(old.template.parts)
        second = change_template(olga, base=1, template=renamed(default_template(), "Wozu"))
        assert (second.version, second.member_id) == (2, olga.id)
        new = start_proposal(anna, title="Neu", language="de", key=str(uuid.uuid4()))
        assert (old.template.version, new.template.version) == (1, 2)
        assert old.template.parts == before and new.template.parts[2]["name"] == {"de": "Wozu"}
        assert written_with(world.forum()) == [(2, 1), (1, 1)]


def test_saving_the_same_is_no_new_version(world: World) -> None:
    with world.inside():
        olga = world.member("olga")
        assert change_template(olga, base=0, template=default_template()).version == 1
        changed = renamed(default_template(), "Wozu")
        assert [change_template(olga, base=1, template=changed).version for _ in "ab"] == [2, 2]
    assert in_force(world)[0] == 2


def test_a_stale_base_is_a_conflict(world: World) -> None:
    with world.inside():
        olga = world.member("olga")
        change_template(olga, base=0, template=renamed(default_template(), "Wozu"))
        with pytest.raises(Conflict) as conflict:
            change_template(olga, base=0, template=renamed(default_template(), "Warum"))
        assert conflict.value.extra == {"version": 2}
        assert template_in_force(world.forum())[1].parts[2].name == {"de": "Wozu"}


@pytest.mark.parametrize("name", ["anna", "max", "vera", "sven"])
def test_only_organisers_change_it(world: World, name: str) -> None:
    with world.inside(), pytest.raises(Forbidden):
        change_template(world.member(name), base=0, template=renamed(default_template(), "Wozu"))


# The page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "status"), [("anna", 403), ("max", 403), ("otto", 404), (None, 401)])
def test_who_may_not_open_it(app: Flask, world: World, name: str | None, status: int) -> None:
    browser = Browser(app, world.tokens[name] if name else None)
    assert browser.get(HERE).status_code == status
    assert browser.post(HERE, {"action": "save", "base": "0"}).status_code == status
    assert in_force(world)[0] == 0


def test_what_the_page_shows_can_be_saved_as_it_is(olga: Browser, world: World) -> None:
    page = olga.get(HERE)
    assert page.status_code == 200
    assert olga.post(HERE, Form(page).sent()).status_code == 302
    assert in_force(world) == (1, default_template())
    assert "Nothing was changed." in olga.get(HERE).text


def test_renaming_requiring_and_numbers(olga: Browser, world: World) -> None:
    typed = Form(olga.get(HERE)).sent(
        need__name__ru="Зачем", tools__required="yes", people__most="500", people__unit__de="Leute", roles__limit="800",
        success__kind="number", success__least="1",
    )  # fmt: skip
    del typed["need-required"]
    assert olga.post(HERE, typed).status_code == 302
    version, saved = in_force(world)
    parts = {part.id: part for part in saved.parts}
    assert version == 2 and parts["need"].name["ru"] == "Зачем" and not parts["need"].required
    assert parts["need"].name["de"] == default_template().parts[2].name["de"]
    assert parts["tools"].required and parts["people"].most == 500 and parts["people"].unit["de"] == "Leute"
    assert parts["roles"].limit == 800 and (parts["success"].kind, parts["success"].least) == ("number", 1)


def test_buttons_move_parts_without_saving_and_without_losing_a_word(olga: Browser, world: World) -> None:
    first = Form(olga.get(HERE))
    answer = olga.post(HERE, first.sent("up:format", need__name__de="Noch nicht gespeichert"))
    moved = Form(answer)
    assert answer.status_code == 200 and "Not saved yet." in answer.text
    assert moved.order[2:4] == ["format", "need"] and sorted(moved.order) == sorted(first.order)
    assert ("need-name-de", "Noch nicht gespeichert") in moved.fields
    again = Form(olga.post(HERE, moved.sent("up:format")))
    assert again.order == moved.order, "title and pitch stay at the beginning"
    down = Form(olga.post(HERE, again.sent("down:format")))
    assert down.order == first.order
    assert Form(olga.post(HERE, down.sent("up:title"))).order == first.order
    assert Form(olga.post(HERE, down.sent("remove:pitch"))).order == first.order
    assert in_force(world)[0] == 0
    assert olga.post(HERE, moved.sent()).status_code == 302
    assert [part.id for part in in_force(world)[1].parts][:4] == ["title", "pitch", "format", "need"]


def test_adding_and_taking_out(olga: Browser, world: World) -> None:
    form = Form(olga.post(HERE, Form(olga.get(HERE)).sent("add")))
    added = form.order[-1]
    assert added.startswith("part_")
    nameless = olga.post(HERE, form.sent(need__name__de="Bleibt stehen"))
    assert nameless.status_code == 422 and "Every part needs a name in at least one language." in nameless.text
    assert f'id="f-{added}-name-de-error"' in nameless.text and "Bleibt stehen" in nameless.text
    typed = Form(nameless).sent("remove:budget") | {f"{added}-name-de": "Ort", f"{added}-kind": "delegations"}
    assert olga.post(HERE, Form(olga.post(HERE, typed)).sent()).status_code == 302
    saved = in_force(world)[1]
    assert (
        saved.part("budget") is None and saved.parts[-1].kind == "delegations" and saved.parts[-1].name == {"de": "Ort"}
    )


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("people-most", "1", "The most is less than the least."),
        ("people-least", "many", "This is not of the expected kind."),
        ("need-limit", "0", "At least 1."),
        ("need-name-ru", "я" * 121, "At most 120 characters."),
        ("need-help-de", "x" * 501, "At most 500 characters."),
        ("people-unit-de", "\u202eweird", "This contains a character that can’t be stored (U+202E)."),
        ("need-kind", "song", "Please choose one of the values offered."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    olga: Browser, world: World, name: str, typed: str, sentence: str
) -> None:
    answer = olga.post(HERE, Form(olga.get(HERE)).sent(safety__name__de="Sicherheit!") | {name: typed})
    assert answer.status_code == 422
    assert sentence in answer.text.partition(f'id="f-{name}-error"')[2].partition("</p>")[0]
    assert Form(answer).sent()["safety-name-de"] == "Sicherheit!" and in_force(world)[0] == 0


def test_somebody_elses_version_meanwhile_costs_nobody_a_word(olga: Browser, world: World) -> None:
    mine = Form(olga.get(HERE)).sent(need__name__de="Meins")
    assert olga.post(HERE, Form(olga.get(HERE)).sent(need__name__de="Ihrs")).status_code == 302
    answer = olga.post(HERE, mine)
    assert answer.status_code == 409
    assert "Somebody else saved version 2" in answer.text and "Meins" in answer.text
    assert in_force(world)[1].parts[2].name["de"] == "Ihrs"
    assert olga.post(HERE, Form(answer).sent()).status_code == 302
    assert in_force(world)[0] == 3 and in_force(world)[1].parts[2].name["de"] == "Meins"
    with world.inside():
        kept = session().query(ProposalTemplate).order_by(ProposalTemplate.version).all()
        assert [row.version for row in kept] == [1, 2, 3]


def test_words_in_a_language_that_the_forum_left_stay(olga: Browser, world: World) -> None:
    with world.inside(), unit_of_work():
        world.forum().languages = ["de", "en"]
    form = Form(olga.get(HERE))
    assert not [name for name, _value in form.fields if name.endswith("-ru")]
    assert olga.post(HERE, form.sent(need__name__de="Wozu")).status_code == 302
    assert in_force(world)[1].parts[2].name["ru"] == default_template().parts[2].name["ru"]


def test_the_largest_template_fits_and_a_larger_one_is_refused(olga: Browser, world: World) -> None:
    words = dict.fromkeys(("de", "ru", "en"), "ы" * 120)
    helps = dict.fromkeys(("de", "ru", "en"), "ы" * 500)
    parts = [*default_template().parts[:2]]
    parts += [
        Part(id=f"part_{number}", kind="number", name=words, help=helps, unit=words) for number in range(MOST_PARTS - 2)
    ]
    with world.inside():
        change_template(world.member("olga"), base=0, template=Template(parts=parts))
    page = olga.get(HERE)
    assert "disabled" in page.text.partition('value="add"')[2][:20]
    assert olga.post(HERE, Form(page).sent(part_1__name__de="kurz")).status_code == 302
    assert in_force(world)[0] == 3
    form = Form(page).sent()
    form["order"] = [*form["order"], "one_more"]
    answer = olga.post(HERE, form | {"one_more-kind": "text", "one_more-name-de": "Zu viel"})
    assert answer.status_code == 422 and "These are too many." in answer.text
    assert olga.post(HERE, {"need-help-de": "x" * LARGEST_TEMPLATE}).status_code == 413
    assert in_force(world)[0] == 3


def test_it_says_how_many_proposals_are_written_with_which_version(olga: Browser, world: World) -> None:
    with drafting(world):
        for title in ("Eins", "Zwei"):
            start_proposal(world.member("anna"), title=title, language="de", key=str(uuid.uuid4()))
    assert "2 proposals are written with version 1." in Page(olga.get(HERE).text).text


def test_what_is_written_in_a_name_is_text(olga: Browser, world: World) -> None:
    name = "<b onclick=x>&\"'"
    assert olga.post(HERE, Form(olga.get(HERE)).sent(need__name__en=name)).status_code == 302
    page = olga.get(HERE)
    assert "<b onclick" not in page.text and Text(in_force(world)[1].parts[2].name)["en"] == name
