"""Rich text: what is taken in, and that every other form of it says the same."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.documents import documents
from youthforum.core.errors import Invalid
from youthforum.core.richtext import (
    EMPTY,
    blocks,
    check,
    count,
    document,
    from_markdown,
    from_plain,
    html,
    is_empty,
    markdown,
    normalise,
    plain,
)


def text(words: str, *marks: Any) -> dict[str, Any]:
    return {"type": "text", "text": words} | ({"marks": list(marks)} if marks else {})


def para(*inline: Any) -> dict[str, Any]:
    return {"type": "paragraph", "content": list(inline)}


def heading(level: Any, *inline: Any) -> dict[str, Any]:
    return {"type": "heading", "attrs": {"level": level}, "content": list(inline)}


def listed(kind: str, *items: list[Any]) -> dict[str, Any]:
    return {"type": kind, "content": [{"type": "list_item", "content": item} for item in items]}


def doc(*found: Any) -> dict[str, Any]:
    return {"type": "doc", "content": list(found)}


STRONG = {"type": "strong"}
EM = {"type": "em"}


def link(href: Any = "https://essen.example/a?b=1&c=2") -> dict[str, Any]:
    return {"type": "link", "attrs": {"href": href}}


EVERYTHING = doc(
    heading(2, text("Der Bedarf")),
    para(text("Wir "), text("wollen", STRONG), text(" "), text("reden", STRONG, EM), text("."), {"type": "hard_break"}),
    para(text("Siehe "), text("hier", link()), {"type": "hard_break"}, text("und dort")),
    heading(3, text("Schritte")),
    listed(
        "ordered_list",
        [para(text("Anrufen")), listed("bullet_list", [para(text("Дима"))], [para(text("Lena"))])],
        [para(text("Treffen"))],
    ),
    listed("bullet_list", [para(text("Ende"))]),
)


# Taking in --------------------------------------------------------------------------------------------------------


def test_what_an_editor_sends_is_stored_in_normal_form() -> None:
    sent = doc(
        {"type": "paragraph"},
        para(
            text("Cafe\u0301 "),
            text("und ", STRONG),
            text("Tee", STRONG),
            text("\u2028so ", EM),
            {"type": "hard_break"},
        ),
        heading(3),
    )
    assert check(sent, limit=100) == doc(
        para(text("Café "), text("und Tee", STRONG), text(" "), text("so", EM)),
    )


def test_nothing_is_one_empty_paragraph() -> None:
    for nothing in (doc(), doc(para()), doc(para(text(" ", STRONG)), heading(2, {"type": "hard_break"}))):
        assert check(nothing, limit=0) == EMPTY == {"type": "doc", "content": [{"type": "paragraph"}]}
        assert is_empty(nothing)
    assert not is_empty(EVERYTHING)


def test_a_break_may_carry_the_marks_around_it() -> None:
    sent = doc(para(text("a", STRONG), {"type": "hard_break", "marks": [STRONG]}, text("b", STRONG)))
    assert check(sent, limit=9) == doc(para(text("a", STRONG), {"type": "hard_break"}, text("b", STRONG)))


@given(documents())
@settings(max_examples=50)
def test_what_was_checked_passes_again_unchanged(document: dict[str, Any]) -> None:
    assert check(document, limit=10_000) == document == normalise(document)


DEEP: Any = para(text("x"))
for _ in range(4):
    DEEP = listed("bullet_list", [para(text("x")), DEEP] if DEEP["type"] == "bullet_list" else [DEEP])
ENDLESS: Any = {}
for _ in range(900):
    ENDLESS = {"type": "list_item", "content": [ENDLESS]}


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "text",
        [],
        {},
        {"type": "paragraph"},
        {"type": ["doc"]},
        {"type": "doc", "content": None},
        {"type": "doc", "content": {}},
        {"type": "doc", "content": [], "attrs": {}},
        {"type": "doc", 7: []},
        doc(None),
        doc(7),
        doc([]),
        doc({"type": "image", "attrs": {"src": "https://a.example"}}),
        doc({"type": "code_block", "content": [text("x")]}),
        doc(text("x")),
        doc(doc()),
        doc({"type": "paragraph", "attrs": {"align": "left"}}),
        doc({"type": "heading", "content": [text("x")]}),
        doc(heading(1, text("x"))),
        doc(heading(4, text("x"))),
        doc(heading(2.0, text("x"))),
        doc(heading("2", text("x"))),
        doc(heading([2], text("x"))),
        doc({"type": "heading", "attrs": {"level": 2, "id": "x"}}),
        doc({"type": "bullet_list"}),
        doc({"type": "bullet_list", "attrs": {"tight": True}, "content": []}),
        doc(listed("bullet_list", [])),
        doc(listed("bullet_list", [listed("bullet_list", [para(text("x"))])])),
        doc(listed("bullet_list", [para(text("x")), para(text("y"))])),
        doc(listed("bullet_list", [heading(2, text("x"))])),
        doc({"type": "ordered_list", "content": [para(text("x"))]}),
        doc(DEEP),
        doc(ENDLESS),
        doc(*[{"type": "paragraph"}] * 100_000),
        doc(para(*[{"type": "hard_break"}] * 100_000)),
        doc(para("x")),
        doc(para(para(text("x")))),
        doc(para({"type": "text"})),
        doc(para({"type": "text", "text": 7})),
        doc(para({"type": "text", "text": "x", "class": "y"})),
        doc(para({"type": "text", "text": "x", "marks": None})),
        doc(para({"type": "hard_break", "text": "x"})),
        doc(para(text("x", "strong"))),
        doc(para(text("x", {"type": "underline"}))),
        doc(para(text("x", {"type": {}}))),
        doc(para(text("x", {"type": "strong", "attrs": {}}))),
        doc(para(text("x", {"type": "link"}))),
        doc(para(text("x", {"type": "link", "attrs": {"href": "https://a.example", "target": "_blank"}}))),
        doc(para(text("x", link(), link("https://b.example")))),
        doc(para(text("x\x00"))),
        doc(para(text("x\u202ey"))),
        doc(para(text("x\ud800"))),
        doc(para(text("x" * 101))),
        doc(para(text("x"), *[{"type": "hard_break"}] * 100, text("x"))),
    ],
)
def test_everything_else_is_refused_with_a_sentence(app: Flask, sent: Any) -> None:
    with pytest.raises(Invalid) as refused:
        check(sent, limit=100)
    with app.test_request_context():
        assert len(str(refused.value.message)) > 20


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " https://a.example",
        "https://a.example/b c",
        "https:a.example",
        "https://",
        "//a.example",
        "/boards",
        "data:text/html,x",
        "ftp://a.example",
        "https://city.example@elsewhere.example/",
        "https://a.example/\u202egnp.exe",
        'https://a.example/"onclick="x',
        "https://a.example/" + "a" * 2000,
        "mailto:",
        "",
        None,
        7,
        ["https://a.example"],
    ],
)
def test_a_link_goes_to_the_web_or_to_an_address(href: Any) -> None:
    with pytest.raises(Invalid):
        check(doc(para(text("x", link(href)))), limit=100)


@pytest.mark.parametrize("href", ["http://a.example", "https://путь.example/а?b=(c)&d#e", "mailto:team@essen.example"])
def test_such_links_stay(href: str) -> None:
    sent = doc(para(text("x", link(href))))
    assert check(sent, limit=100) == sent
    assert from_markdown(markdown(sent)) == sent
    assert 'href="' in html(sent)


def test_addresses_cannot_be_longer_than_the_text_by_far() -> None:
    sent = doc(para(*(text(str(n), link(f"https://a.example/{n}" + "a" * 1900)) for n in range(10))))
    with pytest.raises(Invalid):
        check(sent, limit=100)


@pytest.mark.parametrize(
    "sent",
    [
        doc(para(text("a")), para(text("b"))),
        doc(heading(2, text("a"))),
        doc(listed("bullet_list", [para(text("a"))])),
        doc(para(text("a", STRONG))),
        doc(para(text("a"), {"type": "hard_break"}, text("b"))),
    ],
)
def test_a_line_is_one_paragraph_without_marks(sent: Any) -> None:
    assert check(sent, limit=100)
    with pytest.raises(Invalid):
        check(sent, limit=100, line=True)


def test_a_title_is_a_line() -> None:
    sent = doc({"type": "paragraph"}, para(text(" Radio Essen ")))
    assert check(sent, limit=11, line=True) == doc(para(text("Radio Essen")))
    assert check(EMPTY, limit=11, line=True) == EMPTY


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(["doc", "paragraph", "text"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "content", "attrs", "marks", "text", "level", "href"]), inner)
    ),
)


@given(json_values)
def test_no_json_does_more_than_be_refused(sent: Any) -> None:
    for found in (sent, {"type": "doc", "content": [sent]}, doc(para(sent))):
        with contextlib.suppress(Invalid):
            assert json.loads(json.dumps(check(found, limit=50)))["type"] == "doc"


def test_a_long_section_is_taken_as_it_is() -> None:
    words = [text("Austausch der Städte, на двух языках. "), text("wichtig", STRONG)]
    sent = doc(*(para(*words * 5) for _ in range(90)))
    assert 19_000 < count(sent) < 21_000
    assert check(sent, limit=25_000) == normalise(sent)


# Other forms ------------------------------------------------------------------------------------------------------


@given(documents())
def test_blocks_are_the_document(document_: dict[str, Any]) -> None:
    assert document(blocks(document_)) == document_


def test_plain_text_shows_lists_and_paragraphs() -> None:
    assert plain(normalise(EVERYTHING)).splitlines() == [
        "Der Bedarf",
        "",
        "Wir wollen reden.",
        "",
        "Siehe hier",
        "und dort",
        "",
        "Schritte",
        "",
        "1. Anrufen",
        "  - Дима",
        "  - Lena",
        "2. Treffen",
        "- Ende",
    ]


def test_plain_paragraphs_come_back() -> None:
    found = from_plain("Eins\r\nzwei  \n\n \n  Drei\n")
    assert found == doc(para(text("Eins"), {"type": "hard_break"}, text("zwei")), para(text("Drei")))
    assert plain(found) == "Eins\nzwei\n\nDrei"
    assert from_plain(" \n\n ") == EMPTY


def test_html_is_nested_and_its_headings_stand_below_those_of_the_page() -> None:
    assert html(normalise(EVERYTHING)) == (
        "<h3>Der Bedarf</h3><p>Wir <strong>wollen</strong> <strong><em>reden</em></strong>.</p>"
        '<p>Siehe <a href="https://essen.example/a?b=1&amp;c=2" rel="nofollow noopener noreferrer ugc">hier</a><br>'
        "und dort</p><h4>Schritte</h4>"
        "<ol><li>Anrufen<ul><li>Дима</li><li>Lena</li></ul></li><li>Treffen</li></ol><ul><li>Ende</li></ul>"
    )
    assert html(doc(heading(2, text("x")), heading(3, text("y"))), offset=4) == "<h6>x</h6><h6>y</h6>"


def test_html_in_a_text_is_text() -> None:
    shown = html(doc(para(text("<img src=x onerror=alert(1)> & <b>", STRONG))))
    assert shown == "<p><strong>&lt;img src=x onerror=alert(1)&gt; &amp; &lt;b&gt;</strong></p>"


def test_markdown_is_what_a_person_would_write() -> None:
    assert markdown(EVERYTHING) == (
        "## Der Bedarf\n\nWir **wollen** **_reden_**.\n\nSiehe [hier](https://essen.example/a?b=1&c=2)\\\nund dort\n\n"
        "### Schritte\n\n1. Anrufen\n   - Дима\n   - Lena\n2. Treffen\n- Ende\n"
    )
    assert markdown(EMPTY) == ""


@given(documents())
@settings(max_examples=400)
def test_markdown_reads_back_the_same(found: dict[str, Any]) -> None:
    assert from_markdown(markdown(found)) == found


@pytest.mark.parametrize(
    "words",
    [
        "1. no list",
        "- no list",
        "# no heading",
        "a\n===",
        "a\n---",
        "***",
        "> no quote",
        "```\nno code",
        "    no code",
        "[no](https://link.example)",
        "[no]: https://link.example",
        "<https://link.example>",
        "![no](https://image.example)",
        "&amp; &#42; &copy",
        "snake_case_word and 2*3*4",
        "\\* \\\\",
        "<script>",
        "a ~~b~~",
        "| a | b |\n|---|---|\n| c | d |",
    ],
)
def test_signs_of_markdown_in_a_text_stay_signs(words: str) -> None:
    found = from_plain(words)
    assert from_markdown(markdown(found)) == found
    marked = doc(para(text("a!"), text(words.replace("\n", " ").strip(), STRONG, link()), text("b")))
    assert from_markdown(markdown(marked)) == marked


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("# One\n\nTwo\n---\n\n##### Three", "One\n\nTwo\n\nThree"),
        ("> quoted\n> twice", "quoted twice"),
        ("```py\na = 1\nb = 2\n```", "a = 1\nb = 2"),
        ("![A bridge](https://a.example/b.png) stands", "A bridge stands"),
        ("<b>bold</b>", "<b>bold</b>"),
        ("a `code` b", "a code b"),
        ("[x](javascript:alert)", "[x](javascript:alert)"),
        ("- a\n\n  b\n- c", "- a\n  b\n- c"),
        ("3. a\n4. b", "1. a\n2. b"),
        ("- - a", "- a"),
        ("- 1\n  - 2\n    - 3\n      - 4", "- 1\n  - 2\n    - 3\n    - 4"),
        ("a\n\n***\n\nb", "a\n\nb"),
        ("", ""),
    ],
)
def test_what_we_dont_have_comes_out_as_its_words(source: str, words: str) -> None:
    assert plain(from_markdown(source)) == words


def test_bold_in_bold_is_bold_to_the_outer_end() -> None:
    assert markdown(from_markdown("**a **b** c** d")) == "**a b c** d\n"


@given(st.text(alphabet="ab *_[]()<>#-+1.\n`!\\&;>~=|:/\t", max_size=60))
def test_any_markdown_gives_a_document_in_normal_form(source: str) -> None:
    found = from_markdown(source)
    assert check(found, limit=1000) == found
    assert from_markdown(markdown(found)) == found
