"""Pictures and sentences about results: what they show, what they leave out, and that no text gets out of its place."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from youthforum.polls import pictures
from youthforum.polls.explaining import arithmetic, needed
from youthforum.polls.pictures import Side, Supported

SVG = "{http://www.w3.org/2000/svg}"
LEFT = Side("Germany", {"ballots": 8, "shown": {"a": {"yes": 6, "no": 2}, "b": {"yes": 5}}})
RIGHT = Side("Russia", {"ballots": 16, "shown": {"a": {"yes": 8}}})
OPTIONS = [("a", "en", "A map"), ("b", "de", "Ein Chor")]


def drawn(lines: list[Supported], title: str = "Title") -> ET.Element:
    svg = pictures.two_sided(lines, "Left", "Right", title=title, told=["One."], write=lambda share: str(share or "–"))
    return ET.fromstring(svg)


def test_support_is_a_share_of_each_side_and_nothing_is_made_up() -> None:
    lines = pictures.supported(OPTIONS, LEFT, RIGHT)
    assert [(line.left, line.right) for line in lines] == [
        (Fraction(3, 4), Fraction(1, 2)),
        (Fraction(5, 8), None),
    ]
    found = drawn(lines)
    widths = [int(rect.get("width") or 0) for rect in found.iter(f"{SVG}rect")]
    assert widths[0] > widths[2] > widths[1] > widths[3] == 0
    said = [text.text for text in found.iter(f"{SVG}text")]
    assert said == ["Left", "Right", "A map", "3/4", "1/2", "Ein Chor", "5/8", "–"]
    assert found.get("role") == "img" and found.find(f"{SVG}desc") is not None


def test_texts_stay_texts() -> None:
    nasty = '"><script>alert(1)</script>'
    found = drawn([Supported(nasty, 'x" onload="y', None, None)], title=nasty)
    assert not list(found.iter(f"{SVG}script")) and found.get("aria-label") == nasty
    assert all("onload" not in each.attrib for each in found.iter())
    long_word = "Donaudampfschifffahrt" * 20
    lines = [text.text or "" for text in drawn([Supported(long_word, "de", None, None)]).iter(f"{SVG}text")]
    assert max(map(len, lines)) <= pictures.LETTERS


@pytest.mark.parametrize(
    ("parts", "whole", "widths"),
    [([("yes", 1), ("no", 3)], 4, ["25.000", "75.000"]), ([("yes", 0)], 4, []), ([("yes", 0)], 0, [])],
)
def test_a_bar_is_as_long_as_its_share(parts: list[tuple[str, int]], whole: int, widths: list[str]) -> None:
    svg = ET.fromstring(str(pictures.bar(parts, whole)))
    assert [rect.get("width") for rect in svg.iter("rect")] == widths


def comparison(left: int, relation: str, share: str, of: int, base: str = "ballots", **more: Any) -> dict[str, Any]:
    found = {"what": "yes", "left": left, "relation": relation, "share": share, "base": base, "of": of}
    return found | {"holds": left >= needed(found)} | more


@pytest.mark.parametrize(
    ("relation", "share", "of", "least"),
    [(">", "1/2", 23, 12), (">", "1/2", 24, 13), (">=", "2/3", 23, 16), (">=", "2/3", 24, 16), (">=", "2/3", 0, 1)],
)
def test_what_is_needed_is_the_smallest_number_that_holds(relation: str, share: str, of: int, least: int) -> None:
    assert needed(comparison(0, relation, share, of)) == least


def test_the_arithmetic_is_said_in_every_language(make_app: Any, tmp_path: Any) -> None:
    app: Flask = make_app(tmp_path)
    with app.test_request_context("/"):
        with force_locale("en"):
            assert arithmetic(comparison(12, ">=", "2/3", 18)) == [
                "12 yes among 18 ballots.",
                "Two thirds are needed, so at least 12.",
                "Reached.",
            ]
            assert arithmetic(comparison(3, ">", "1", 3, "no"))[1] == "Not more yes than no: not reached."
        for language in ("de", "ru"):
            with force_locale(language):
                assert all(
                    arithmetic(comparison(1, ">", "1/2", 5, base)) for base in ("ballots", "decided", "electorate")
                )
