"""A proposal leaves the platform as Markdown, HTML and JSON, in one language or several."""

from __future__ import annotations

import json
import re
import uuid
from datetime import date
from typing import Any

import pytest
from markdown_it import MarkdownIt

from tests.world import Page, World
from youthforum.core.commands import unit_of_work
from youthforum.core.errors import NotFound
from youthforum.core.richtext import from_markdown, from_plain
from youthforum.core.text import Text
from youthforum.forums.phases import Phase
from youthforum.ideas.commands import hide_idea
from youthforum.proposals.commands.starting import start_proposal
from youthforum.proposals.commands.versions import save_version
from youthforum.proposals.commands.writing import rewrite
from youthforum.proposals.content import Content
from youthforum.proposals.document import SCHEMA, Author, Document, Source, Team, as_json, html, markdown
from youthforum.proposals.queries.documents import all_proposals, document_from
from youthforum.proposals.queries.drafts import locked_draft
from youthforum.proposals.queries.proposals import proposal_by_id
from youthforum.proposals.stages import Stage
from youthforum.proposals.template import default_template

NASTY = "<script>alert(1)</script> *stars* | [link](javascript:alert(1)) & # 1."

ESSEN = Team(3, "essen", Text({"de": "Essen", "ru": "Эссен"}), "DE")
PERM = Team(7, "perm", Text({"de": "Perm", "ru": "Пермь"}), "RU")


def a_document(**more: Any) -> Document:
    content = Content(
        "de",
        {
            "title": {"de": from_plain("Radio Brücke"), "ru": from_plain("Радио «Мост»")},
            "pitch": {"de": from_plain("Zwei Städte, eine Stunde.")},
            "need": {
                "de": from_markdown("Wir hören **nichts** voneinander.\n\n## Ein Beispiel\n\n- eins\n- zwei\n"),
                "ru": from_markdown("Мы друг о друге **не слышим**.\n"),
            },
            "format": {"de": from_plain("Erst die eine, dann die andere."), "ru": from_plain("По очереди.")},
            "safety": {"de": from_plain("Niemand ist allein.")},
        },
        {
            "people": 1200,
            "languages": ["de", "ru"],
            "first_date": "2027-05-01",
            "partners": [7, 3, 99],
            "budget/b": {"label": "Miete", "amount": 5, "position": 2.0},
            "budget/a": {"label": "Mikrofone", "amount": 120050, "position": 1.0},
        },
        {
            "need": {"ru": {"state": "out_of_date", "machine": False, "checked": True, "writers": [4]}},
            "format": {"ru": {"state": "current", "machine": True, "checked": False, "writers": []}},
        },
    )
    given: dict[str, Any] = {
        "id": 12, "forum_slug": "bridges", "forum": Text({"de": "Brücken", "ru": "Мосты"}), "languages": ["de", "ru"],
        "template": default_template(), "content": content, "stage": Stage.submitted, "version": 3,
        "saved": date(2027, 3, 14), "started": date(2027, 2, 1), "note": "Vor der Abgabe",
        "authors": [Author("Lotta", ESSEN), Author("Варя", PERM), Author("Max", None)],
        "sources": [Source(5, "Ein Radio\nfür alle", "de"), Source(6, "Радиочас", "ru")],
        "teams": {3: ESSEN, 7: PERM},
    }  # fmt: skip
    return Document(**given | more)


def rendered(text: str) -> Page:
    """Markdown as a reader of CommonMark shows it."""
    return Page(MarkdownIt("commonmark", {"html": False}).render(text))


@pytest.fixture(autouse=True)
def _inside(inside: World) -> None:
    """Labels are looked up in catalogues, which belong to an app."""


# Markdown --------------------------------------------------------------------------------------------------------


def test_markdown_has_everything_in_the_templates_order() -> None:
    text = markdown(a_document(), ["de"])
    names = [part.name["de"] for part in default_template().parts]
    found = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert text.startswith("# Radio Brücke\n\n*Zwei Städte, eine Stunde.*\n")
    assert [name for name in names if name in found] == found[:-1], "parts in order, then the sources"
    assert "### Ein Beispiel" in text and "Wir hören **nichts** voneinander." in text
    assert "Lotta (Essen), Варя (Perm), Max" in text and "14. März 2027" in text
    read = rendered(text).text
    assert "1.200 Personen" in read and "1. Mai 2027" in read and "Deutsch, Russisch" in read
    assert "Perm, Essen\n" in text, "delegations that are gone are left out"
    assert re.search(r"- Mikrofone: 1\.200,50\s€\n- Miete: 0,05\s€\n\n\*\*.*1\.200,55\s€\*\*", text)
    assert "- Ein Radio für alle\n- Радиочас" in text


def test_labels_and_numbers_are_in_the_language_of_the_document() -> None:
    text = markdown(a_document(), ["ru"])
    assert text.startswith("# Радио «Мост»")
    assert "Варя (Пермь)" in text and "1 мая 2027" in rendered(text).text and "немецкий, русский" in text
    assert "## Зачем это нужно" in text and "Мы друг о друге **не слышим**." in text


def test_what_a_reader_should_know_of_a_translation_is_said() -> None:
    english = {"need": "changed after this was translated", "format": "machine", "safety": "Not translated yet"}
    page = html(a_document(languages=["de", "ru"]), ["ru"])
    sections = dict(re.findall(r"<section><h2>([^<]*)</h2>(.*?)</section>", page, re.DOTALL))
    names = {part.id: part.name["ru"] for part in default_template().parts}
    assert all('class="note"' in sections[names[part]] for part in english)
    assert '<div lang="de"><p>Niemand ist allein.' in sections[names["safety"]]
    assert '<div lang="ru">' in sections[names["need"]]
    assert 'class="note"' not in html(a_document(), ["de"])


def test_several_languages_stand_one_after_the_other() -> None:
    text = markdown(a_document(), ["ru", "de"])
    assert text.index("# Радио «Мост»") < text.index("\n---\n") < text.index("# Radio Brücke")
    page = html(a_document(), ["ru", "de"])
    assert re.findall(r'<article lang="(..)">', page) == ["ru", "de"] and '<html lang="ru">' in page
    assert page.index("Радио «Мост»</h1>") < page.index("Radio Brücke</h1>")


# What comes from people is text ------------------------------------------------------------------------------------


def nasty() -> Document:
    plain = a_document()
    texts = {part: {"de": from_plain(NASTY)} for part in ("title", "pitch", "need")}
    fields = {"budget/a": {"label": NASTY, "amount": 1, "position": 1.0}, "partners": [3]}
    team = Team(3, "essen", Text({"de": NASTY}), "DE")
    return a_document(
        content=Content("de", texts, fields, plain.content.translations),
        forum=Text({"de": NASTY}),
        authors=[Author(NASTY, team)],
        sources=[Source(1, NASTY, '"><script>')],
        teams={3: team},
        note=NASTY,
    )


def test_html_is_one_harmless_page_that_loads_nothing() -> None:
    page = html(nasty(), ["de"])
    seen = Page(page)
    assert not seen.all("script") and "&lt;script&gt;" in page
    loading = {"img", "link", "iframe", "object", "embed", "base", "form", "audio", "video"}
    assert not loading & {tag for tag, _ in seen.elements}
    for _tag, attributes in seen.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style", "srcdoc")]
    assert not re.search(r"url\(|@import", page)
    assert NASTY in Page(page).text


def test_markdown_reads_back_as_the_same_text() -> None:
    page = rendered(markdown(nasty(), ["de"]))
    assert page.text.count(NASTY) >= 7
    assert {tag for tag, _ in page.elements} <= {"h1", "h2", "p", "em", "strong", "ul", "li"}


# JSON --------------------------------------------------------------------------------------------------------------


def test_json_has_a_stable_shape() -> None:
    body = as_json(a_document(), ["de", "ru"])
    assert json.loads(json.dumps(body)) == body
    assert list(body) == [
        "schema", "id", "forum", "language", "languages", "stage", "version", "started", "title", "pitch", "authors",
        "sources", "parts",
    ]  # fmt: skip
    assert body["schema"] == SCHEMA == "youthforum/proposal/1"
    assert (body["stage"], body["language"], body["started"]) == ("submitted", "de", "2027-02-01")
    assert body["version"] == {"number": 3, "saved": "2027-03-14", "note": "Vor der Abgabe"}
    assert body["authors"] == [
        {"name": "Lotta", "delegation": "essen"},
        {"name": "Варя", "delegation": "perm"},
        {"name": "Max", "delegation": None},
    ]
    assert body["sources"][1] == {"idea": 6, "language": "ru", "text": "Радиочас"}
    parts = {part["id"]: part for part in body["parts"]}
    assert list(parts) == [part.id for part in default_template().parts]
    assert parts["need"]["texts"]["ru"]["translation"] == {"state": "out_of_date", "machine": False, "checked": True}
    assert parts["need"]["texts"]["de"]["translation"] is None
    assert parts["need"]["texts"]["de"]["markdown"].startswith("Wir hören **nichts**")
    assert parts["people"]["value"] == 1200 and parts["people"]["unit"]["de"] == "Personen"
    assert parts["first_date"]["value"] == "2027-05-01" and parts["languages"]["value"] == ["de", "ru"]
    assert [team["slug"] for team in parts["partners"]["value"]] == ["perm", "essen"]
    assert parts["budget"]["value"] == {
        "currency": "EUR",
        "cents": 120055,
        "lines": [{"label": "Mikrofone", "cents": 120050}, {"label": "Miete", "cents": 5}],
    }
    assert parts["sessions"]["value"] is None and parts["roles"]["texts"] == {}


def test_json_in_one_language() -> None:
    body = as_json(a_document(), ["ru"])
    assert body["title"] == {"ru": "Радио «Мост»"} and body["pitch"] == {} and body["languages"] == ["de", "ru"]
    assert {code for part in body["parts"] for code in part.get("texts", {})} == {"ru"}


def test_an_empty_proposal_is_a_document_too() -> None:
    empty = a_document(
        content=Content("de", {"title": {"de": from_plain("Nur ein Titel")}}, {}), sources=[], authors=[]
    )
    assert markdown(empty, ["de", "ru"]).count("# Nur ein Titel") == 2
    assert "<h2>" not in html(empty, ["de"])
    assert as_json(empty, ["de"])["parts"][13]["value"]["lines"] == []


# From the database -------------------------------------------------------------------------------------------------


@pytest.fixture
def written(world: World) -> int:
    """The id of a proposal with two versions, made from two ideas, one of which was hidden since."""
    with world.inside():
        with unit_of_work():
            world.forum().phase = Phase.draft
        anna = world.member("anna")
        ideas = [world.idea("one"), world.idea("three")]
        proposal = start_proposal(anna, title="Alt", language="de", key=str(uuid.uuid4()), ideas=ideas)
        for title in ("Erste", "Zweite"):
            with unit_of_work():
                draft = locked_draft(proposal.id)
                fields = {"partners": [world.delegations["perm"]]}
                rewrite(anna, proposal, draft, {"title:de": from_plain(title)}, fields)
            save_version(anna, proposal, note=title)
        hide_idea(world.member("max"), world.board("dots"), world.idea("three"), reason="Nein")
        return proposal.id


def test_the_last_version_or_any_other_becomes_a_document(world: World, written: int) -> None:
    proposal = proposal_by_id(written)
    assert proposal is not None
    last, first = document_from(proposal), document_from(proposal, 1)
    assert (last.title, last.version, first.title, first.version) == ({"de": "Zweite"}, 2, {"de": "Erste"}, 1)
    assert [author.name for author in last.authors] == ["Anna"] and last.authors[0].team is not None
    assert [source.text for source in last.sources] == ["The idea called one"], "the hidden idea stays hidden"
    assert as_json(last, ["de"])["parts"][11]["value"][0]["slug"] == "perm"
    with pytest.raises(NotFound):
        document_from(proposal, 3)
    assert [(row[0].id, *row[1:]) for row in all_proposals(world.forum())] == [(written, 2, 1, 0)]


def test_without_a_version_there_is_nothing_to_read(world: World) -> None:
    with unit_of_work():
        world.forum().phase = Phase.draft
    proposal = start_proposal(world.member("anna"), title="Neu", language="de", key=str(uuid.uuid4()))
    with pytest.raises(NotFound):
        document_from(proposal)
    assert [row[1] for row in all_proposals(world.forum())] == [0]
