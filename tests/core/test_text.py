"""What may be stored of what people write, and what a reader gets of several translations."""

from __future__ import annotations

import unicodedata
from typing import Annotated

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from youthforum.core.errors import Invalid
from youthforum.core.forms import Form, InvalidForm, parse
from youthforum.core.text import Line, Prose, Text, clean


class Note(Form):
    title: Annotated[str, Line(10)] = "x"
    body: Annotated[str, Prose(20)] = "x"
    aside: Annotated[str, Line(10, empty=True)] = ""


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Guten Tag  ", "Guten Tag"),
        ("Cafe\u0301", "Café"),
        ("й", "й"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("🫨", "🫨"),  # an emoji that is newer than the Unicode tables of some Pythons
        ("مرحبا", "مرحبا"),
    ],
)
def test_text_is_trimmed_and_composed_and_otherwise_left_alone(typed: str, stored: str) -> None:
    assert clean(typed) == stored


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\ud800", "\udfff", "\u202a", "\u202e", "\u2066", "\u2069", "\ufffe"],
)
def test_controls_lone_surrogates_and_marks_that_turn_the_order_are_refused(app: Flask, character: str) -> None:
    with pytest.raises(Invalid) as refused, app.test_request_context():
        clean(f"a{character}b", lines=True)
    with app.test_request_context():
        assert f"U+{ord(character):04X}" in str(refused.value.message)


def test_line_breaks_are_for_prose_only(app: Flask) -> None:
    assert clean("a\r\nb\rc\nd", lines=True) == "a\nb\nc\nd"
    with pytest.raises(Invalid):
        clean("a\nb")


@given(st.text(max_size=60))
def test_what_is_stored_can_be_stored_anywhere(text: str) -> None:
    try:
        stored = clean(text, lines=True)
    except Invalid:
        return
    stored.encode("utf-8")
    assert "\x00" not in stored and "\r" not in stored
    assert stored == unicodedata.normalize("NFC", stored).strip()
    assert clean(stored, lines=True) == stored


def test_length_is_that_of_what_is_stored(app: Flask) -> None:
    """A browser counts a line break as one character and sends two; composing can make text longer."""
    assert parse(Note, {"body": "\r\n".join(["x"] * 10) + "y"}).body.count("\n") == 9
    assert parse(Note, {"title": "  " + "x" * 10 + "  "}).title == "x" * 10
    with pytest.raises(InvalidForm), app.test_request_context():
        parse(Note, {"title": "\u0958" * 10})  # stored as twenty


def test_too_long_says_how_long_it_may_be(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(InvalidForm) as refused:
        parse(Note, {"title": "x" * 11})
    with app.test_request_context():
        assert refused.value.field == "title" and "10" in str(refused.value.message)


def test_empty_is_refused_unless_it_may_be(app: Flask) -> None:
    assert parse(Note, {"aside": "   "}).aside == ""
    for nothing in ("", "   ", "\t" if False else " \u00a0 "):
        with pytest.raises(InvalidForm):
            parse(Note, {"title": nothing})


def test_a_reader_gets_their_language_then_the_forums_then_any() -> None:
    text = Text({"de": "Brücken", "ru": "Мосты"})
    assert text.pick("ru") == ("ru", "Мосты")
    assert text.pick("fr", "de") == ("de", "Brücken")
    assert text.pick("fr") == ("de", "Brücken")
    assert Text().pick("de") == ("", "")
    assert text.in_("ru") == "Мосты"


def test_an_empty_translation_is_none() -> None:
    assert Text({"de": "", "en": "Bridges"}).pick("de") == ("en", "Bridges")
