"""The shared document: read, checked, and changed as little as possible while others write in it."""

from __future__ import annotations

import math
from typing import Any

import pycrdt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Map, XmlElement, XmlFragment, XmlText

from tests.documents import documents
from youthforum.core.errors import Conflict, Invalid
from youthforum.core.richtext import (
    EMPTY,
    Block,
    Run,
    blocks,
    document,
    from_markdown,
    from_plain,
    markdown,
    normalise,
    plain,
)
from youthforum.proposals.drafting import (
    FIELDS,
    MOST_BUDGET_LINES,
    MOST_CENTS,
    ROOM,
    Frame,
    SharedDocument,
    blank,
    check_fields,
    read_fragment,
)
from youthforum.proposals.template import Template, default_template

RichText = dict[str, Any]
FRAME = Frame(default_template(), ("de", "ru"), frozenset({3, 7}))
ROOT = "format:de"  # 6000 characters, twice as much while it is written
QUICK = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck), max_examples=80
)
TORTURE = settings(QUICK, max_examples=5000)
# A few parts: a document of the default template has 24 fragments, which takes most of the time.
SMALL = Frame(
    Template.read([part for part in default_template().dump() if part["id"] in ("title", "pitch", "format", "people")]),
    ("de",),
    frozenset(),
)


def shared(text: RichText = EMPTY, frame: Frame = SMALL) -> SharedDocument:
    made = SharedDocument(frame, [blank(frame)], 0)
    made.write({ROOT: text})
    return made


def replica(of: SharedDocument) -> Doc:
    doc: Doc = Doc()
    doc.apply_update(of.state)
    return doc


def read(doc: Doc, root: str = ROOT) -> RichText:
    return normalise(read_fragment(doc.get(root, type=XmlFragment)))


def md(text: str) -> RichText:
    return from_markdown(text)


# Rewriting ---------------------------------------------------------------------------------------------------------


@st.composite
def reworked(draw: st.DrawFn) -> tuple[RichText, RichText]:
    """A text, and another one that may have much in common with it."""
    old = draw(documents())
    found = blocks(old)
    if draw(st.booleans()):
        return old, draw(documents())
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(found)))
        found[at : at + draw(st.integers(0, 2))] = blocks(draw(documents(2)))
        if found:
            at = draw(st.integers(0, len(found) - 1))
            words = list(found[at].runs)
            words.insert(draw(st.integers(0, len(words))), Run(draw(st.sampled_from(["neu ", " 📻", "é", "  x"]))))
            found[at] = found[at]._replace(runs=tuple(words))
    return old, normalise(document(found))


def says_exactly(old: RichText, new: RichText) -> None:
    one = shared(old)
    other, state = replica(one), one.state
    assert one.text("format", "de") == old
    update = one.write({ROOT: new})
    assert one.text("format", "de") == new == normalise(new)
    assert (update == b"") == (old == new)
    if update:
        other.apply_update(update)
    assert read(other) == new
    assert one.write({ROOT: new}) == b""
    again = SharedDocument(SMALL, [state, *([update] if update else [])], 1)
    assert again.text("format", "de") == new and again.take(one.state) is None


@QUICK
@given(reworked())
def test_after_writing_it_says_exactly_that_and_so_does_every_replica(pair: tuple[RichText, RichText]) -> None:
    says_exactly(*pair)


@pytest.mark.torture
@pytest.mark.timeout(900)
@TORTURE
@given(reworked())
def test_after_writing_it_says_exactly_that_at_length(pair: tuple[RichText, RichText]) -> None:
    says_exactly(*pair)


PARAGRAPHS = [f"Absatz {number} über «Städte» № {number} 👩\u200d👧, é." for number in range(4)]
CHANGED = [
    "",
    "Ganz neu.",
    "## Absatz 1 als Titel",
    "- Absatz\n- Punkt",
    "Absatz 2 über **Städte**",
    "Davor.\n\nAbsatz 3 über",
]


def insertion_survives(kept: int, others: list[str], at: int) -> None:
    """Somebody types into a paragraph while the server rewrites all others: their words stay where they were typed."""
    one = shared(md("\n\n".join(PARAGRAPHS)))
    typist = replica(one)
    block: Any = typist.get(ROOT, type=XmlFragment).children[kept]
    cut = len(PARAGRAPHS[kept][:at].encode())
    before = typist.get_state()
    block.children[0].insert(cut, "HIER")
    typed = typist.get_update(before)
    parts = [PARAGRAPHS[number] if number == kept or others[number] == "." else others[number] for number in range(4)]
    written = one.write({ROOT: md("\n\n".join(filter(None, parts)))})
    if written:
        typist.apply_update(written)
    one.take(typed)
    parts[kept] = PARAGRAPHS[kept][:at] + "HIER" + PARAGRAPHS[kept][at:]
    wanted = md("\n\n".join(filter(None, parts)))
    assert markdown(read(typist)) == markdown(one.text("format", "de")) == markdown(wanted)


SURVIVAL = given(
    st.integers(0, 3), st.lists(st.sampled_from([*CHANGED, "."]), min_size=4, max_size=4), st.integers(7, 20)
)


@settings(QUICK, max_examples=100)
@SURVIVAL
def test_words_typed_meanwhile_into_a_paragraph_that_stays_survive(kept: int, others: list[str], at: int) -> None:
    insertion_survives(kept, others, at)


@pytest.mark.torture
@pytest.mark.timeout(900)
@TORTURE
@SURVIVAL
def test_words_typed_meanwhile_survive_at_length(kept: int, others: list[str], at: int) -> None:
    insertion_survives(kept, others, at)


@settings(QUICK, max_examples=100)
@given(st.lists(st.sampled_from("Wir reden bald oft 📻 é. über".split()), min_size=2, max_size=8), st.data())
def test_words_that_both_have_are_not_rewritten(words: list[str], data: st.DataObject) -> None:
    """Inside of a paragraph that is changed: what is typed into a word that stays, stands in that word."""
    old = [f"{word}{number}" for number, word in enumerate(words)]
    kept = data.draw(st.integers(0, len(old) - 1))
    new = [
        word if number == kept else data.draw(st.sampled_from([word, "anders", "ganz anders"]))
        for number, word in enumerate(old)
    ]
    one = shared(from_plain(" ".join(old)))
    typist = replica(one)
    block: Any = typist.get(ROOT, type=XmlFragment).children[0]
    before = typist.get_state()
    block.children[0].insert(len(" ".join([*old[:kept], old[kept][:1]]).encode()), "HIER")
    typed = typist.get_update(before)
    one.write({ROOT: from_plain(" ".join(new))})
    one.take(typed)
    new[kept] = f"{old[kept][:1]}HIER{old[kept][1:]}"
    assert plain(one.text("format", "de")) == " ".join(new)


def test_a_heading_and_a_list_are_rewritten_beside_a_list_that_stays() -> None:
    one = shared(md("## Titel\n\n- a\n- b\n\nEnde"))
    other = replica(one)
    update = one.write({ROOT: md("### Titel\n\n- a\n- b\n\n1. Ende")})
    other.apply_update(update)
    assert markdown(read(other)) == "### Titel\n\n- a\n- b\n1. Ende\n" == markdown(one.text("format", "de"))


def test_a_line_in_which_two_began_at_once_is_one_line() -> None:
    one = SharedDocument(SMALL, [blank(SMALL)], 0)
    doc = replica(one)
    for words in ("Erster", "Zweiter"):
        doc.get("title:de", type=XmlFragment).children.append(XmlElement("paragraph", None, [XmlText(words)]))
    one.take(doc.get_update())
    assert plain(one.text("title", "de")) == "Erster Zweiter"
    one.write({"title:de": from_plain("Einer")})
    assert plain(one.text("title", "de")) == "Einer"
    doc.apply_update(one.state)
    assert plain(read(doc, "title:de")) == "Einer"


def test_what_a_browser_may_not_write_the_server_does_not_either() -> None:
    for texts in (
        {ROOT: from_plain("x" * (ROOM * 6000 + 1))},
        {"title:de": md("**fett**")},
        {"title:de": md("zwei\n\nZeilen")},
        {"title:de": from_plain("x" * (ROOM * 120 + 1))},
    ):
        with pytest.raises(Invalid):
            SharedDocument(SMALL, [blank(SMALL)], 0).write(texts)
    shared(from_plain("x" * ROOM * 6000))


# What comes from browsers ------------------------------------------------------------------------------------------


def test_the_same_twice_is_once_and_a_gap_says_so() -> None:
    one = shared()
    doc = replica(one)
    updates = []
    for word in ("eins ", "zwei "):
        before = doc.get_state()
        paragraph: Any = doc.get(ROOT, type=XmlFragment).children[0]
        if not len(paragraph.children):
            paragraph.children.append(XmlText())
        text: Any = paragraph.children[0]
        text.insert(len(text), word)
        updates.append(doc.get_update(before))
    with pytest.raises(Conflict) as gap:
        SharedDocument(SMALL, [one.state], 0).take(updates[1])
    assert gap.value.code == "draft_gap"
    assert one.take(updates[0]) == {ROOT} and one.take(updates[0]) is None
    assert one.take(updates[1]) == {ROOT} and one.take(doc.get_update()) is None
    assert plain(one.text("format", "de")) == "eins zwei"
    assert one.lacking(doc.get_state()) == b"\0\0"
    with pytest.raises(Invalid):
        one.lacking(b"\xff" * 9)


def test_both_ways_of_a_language_that_the_forum_gave_up() -> None:
    """What stands there already stays; the roots that are read and written are those of today."""
    before = Frame(SMALL.template, ("de", "ru"), frozenset())
    old = SharedDocument(before, [blank(before)], 0)
    old.write({"format:ru": from_plain("Слова")})
    now = SharedDocument(SMALL, [old.state], 0)
    doc = replica(old)
    doc.get(FIELDS, type=Map)["people"] = 5
    assert now.take(doc.get_update()) == {FIELDS}
    assert now.content("de").texts == {} and now.content("de").fields == {"people": 5}


# Typed values ------------------------------------------------------------------------------------------------------

LINE = {"label": "Bus", "amount": 12050, "position": 1.5}
GOOD: list[dict[str, Any]] = [
    {},
    {"people": 2},
    {"people": 100_000},
    {"people": None},
    {"helpers": 0},
    {"first_date": "2027-05-01"},
    {"first_date": None},
    {"first_date": "2028-02-29"},
    {"languages": []},
    {"languages": ["ru", "de"]},
    {"partners": [7, 3]},
    {"partners": None},
    {"budget/a": LINE},
    {"budget/a": LINE | {"label": "", "amount": 0, "position": -3}, "budget/b": LINE | {"amount": MOST_CENTS}},
    {f"budget/{number}": LINE for number in range(MOST_BUDGET_LINES)},
]
BAD: list[dict[str, Any]] = [
    {"people": 1},  # the template says at least 2
    {"people": 100_001},
    {"people": "40"},
    {"people": 2.5},
    {"people": True},
    {"people": [40]},
    {"helpers": -1},
    {"first_date": "1.5.2027"},
    {"first_date": "2027-02-29"},
    {"first_date": "20270501"},
    {"first_date": "2027-W01-1"},
    {"first_date": "1027-05-01"},
    {"first_date": 20270501},
    {"languages": "de"},
    {"languages": ["fr"]},
    {"languages": ["de", "de"]},
    {"languages": [["de"]]},
    {"languages": {"de": True}},
    {"partners": [1]},
    {"partners": ["3"]},
    {"partners": [3, 3]},
    {"partners": [[3]]},
    {"partners": [{"id": 3}]},
    {"partners": [None]},
    {"partners": [True]},
    {"need": "Text"},  # is no typed part
    {"evil": 1},
    {"": 1},
    {"people/a": 1},
    {"budget": LINE},
    {"budget/": LINE},
    {f"budget/{'x' * 37}": LINE},
    {"budget/a": None},
    {"budget/a": {}},
    {"budget/a": "Bus"},
    {"budget/a": LINE | {"more": 1}},
    {"budget/a": LINE | {"label": 5}},
    {"budget/a": LINE | {"label": "x" * 201}},
    {"budget/a": LINE | {"label": "a\x07b"}},
    {"budget/a": LINE | {"label": "a\u202eb"}},
    {"budget/a": LINE | {"amount": -1}},
    {"budget/a": LINE | {"amount": MOST_CENTS + 1}},
    {"budget/a": LINE | {"amount": 1.5}},
    {"budget/a": LINE | {"amount": True}},
    {"budget/a": LINE | {"position": "1"}},
    {"budget/a": LINE | {"position": 10**9}},
    {"budget/a": LINE | {"position": math.nan}},
    {"budget/a": LINE | {"position": math.inf}},
    {f"budget/{number}": LINE for number in range(MOST_BUDGET_LINES + 1)},
]
ONE = Frame(default_template(), ("de", "ru"), frozenset({1, 3, 7}))


@pytest.mark.parametrize("values", GOOD, ids=str)
def test_typed_values_that_fit(values: dict[str, Any]) -> None:
    check_fields(values, FRAME)
    if len(values) < 3:
        one = SharedDocument(FRAME, [blank(FRAME)], 0)
        assert (one.write({}, values) == b"") == (values == {})
        doc = replica(one)
        assert one.content("de").fields == values
        assert {key: doc.get(FIELDS, type=Map)[key] for key in values} == values
        assert one.write({}, values) == b""
        one.write({}, {})
        assert one.content("de").fields == {}


@pytest.mark.parametrize("values", BAD, ids=lambda values: str(values)[:40])
def test_typed_values_that_do_not_fit(values: dict[str, Any]) -> None:
    frame = ONE if "True" in str(values) else FRAME
    with pytest.raises(Invalid) as refused:
        check_fields(values, frame)
    assert refused.value.field or "U+" in str(refused.value.message)
    with pytest.raises(Invalid):
        SharedDocument(frame, [blank(frame)], 0).write({}, values)


@pytest.mark.parametrize(
    "value",
    [Map({"a": 1}), pycrdt.Array([1]), pycrdt.Text("x"), b"bytes", 40.0, 2**60],
    ids=lambda one: type(one).__name__,
)
def test_values_as_browsers_may_send_them(value: Any) -> None:
    """yjs has one kind of number; what is no plain value fits nowhere."""
    one = SharedDocument(FRAME, [blank(FRAME)], 0)
    doc = replica(one)
    doc.get(FIELDS, type=Map)["people"] = value
    if value == 40.0:
        assert one.take(doc.get_update()) == {FIELDS}
        assert one.content("de").fields == {"people": 40} and type(one.content("de").fields["people"]) is int
        return
    with pytest.raises(Invalid):
        one.take(doc.get_update())


def test_fragments_are_read_as_editors_write_them() -> None:
    one = shared()
    doc = replica(one)
    fragment = doc.get(ROOT, type=XmlFragment)
    fragment.children.append(XmlElement("heading", {"level": 2.0}, [XmlText("Titel")]))
    fragment.children.append(
        XmlElement(
            "bullet_list", None, [XmlElement("list_item", None, [XmlElement("paragraph", None, [XmlText("a")])])]
        )
    )
    fragment.children.append(XmlElement("paragraph", None, [XmlText()]))
    text: Any = fragment.children[3].children[0]
    text.insert(0, "fett", {"strong": {}})
    text.insert(4, " und mehr", {"strong": None})
    assert one.take(doc.get_update()) == {ROOT}
    assert markdown(one.text("format", "de")) == "## Titel\n\n- a\n\n**fett** und mehr\n"
    assert one.text("format", "de") == normalise(one.as_typed("format", "de"))
    assert one.as_typed("format", "de") == document([Block("paragraph"), *blocks(one.text("format", "de"))])
