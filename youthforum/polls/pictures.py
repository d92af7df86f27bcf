"""Results as pictures: pure, plain data in, an SVG with a text equivalent out; for a page, the stage and a PDF alike.

A picture says in words what it shows (`title`, `desc`), names no colour (classes do; see static/css/polls.css), and has
all its text inside, so that it can be shown anywhere.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from markupsafe import Markup, escape

# In units of the picture, which are pixels at its natural size.
WIDTH, MIDDLE, NUMBER = 340, 170, 44
LETTERS = 44
LEADING, BAR, GAP = 18, 14, 14
HEAD = 30


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the picture: the name of a group, and its row of the breakdown as plain data."""

    name: str
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Supported:
    """Support for one option on both sides, as a share of the ballots; None where it is not published."""

    words: str
    language: str
    left: Fraction | None
    right: Fraction | None


def supported(options: Sequence[tuple[str, str, str]], left: Side, right: Side) -> list[Supported]:
    """Who supports what, for `options` as (key, language, words). The first part of a question is support."""
    return [Supported(words, language, _share(left, key), _share(right, key)) for key, language, words in options]


def _share(side: Side, key: str) -> Fraction | None:
    shown, ballots = side.row["shown"].get(key), side.row["ballots"]
    return None if not shown or not ballots else Fraction(next(iter(shown.values())), ballots)


def whole_percent(share: Fraction) -> int:
    """Rounded half up, so that a half is not sometimes more and sometimes less."""
    return int(share * 100 + Fraction(1, 2))


def two_sided(
    lines: Sequence[Supported],
    left: str,
    right: str,
    *,
    title: str,
    told: Sequence[str],
    write: Callable[[Fraction | None], str],
) -> Markup:
    """Bars to the left and to the right of a middle line, one pair for each option.

    `title` names the picture and `told` says what it shows, a sentence for each line: that is its text equivalent.
    `write`: how a share is written in the reader’s language, and one that is not published.
    """
    at, drawn = HEAD, []
    for line in lines:
        rows = textwrap.wrap(line.words, LETTERS, break_long_words=True)[:4] or ["–"]
        for row in rows:
            at += LEADING
            drawn.append(
                Markup('<text class="picture-words" x="{}" y="{}" text-anchor="middle" lang="{}">{}</text>').format(
                    MIDDLE, at - 5, line.language, row
                )
            )
        axis = Markup('<path class="picture-axis" d="M{} {}v{}"/>').format(MIDDLE, at - 2, BAR + 4)
        drawn += [axis, _bar(line.left, at, write, to_left=True), _bar(line.right, at, write, to_left=False)]
        at += BAR + GAP
    heads = Markup(
        '<text class="picture-side" x="{}" y="18" text-anchor="end">{}</text>'
        '<text class="picture-side" x="{}" y="18">{}</text>'
    ).format(MIDDLE - 10, _short(left), MIDDLE + 10, _short(right))
    return Markup(
        '<svg class="picture" viewBox="0 0 {w} {h}" role="img" aria-label="{title}" xmlns="http://www.w3.org/2000/svg">'
        "<title>{title}</title><desc>{told}</desc>{inside}</svg>"
    ).format(w=WIDTH, h=at, title=title, told=" ".join(told), inside=Markup("").join([heads, *drawn]))


def _short(name: str) -> str:
    return textwrap.shorten(name, 22, placeholder="…") or name[:21] + "…"


def _bar(share: Fraction | None, top: int, write: Callable[[Fraction | None], str], *, to_left: bool) -> Markup:
    room = MIDDLE - NUMBER - 2
    width = round(float(share or 0) * room)
    x = MIDDLE - 1 - width if to_left else MIDDLE + 1
    number_at = x - 6 if to_left else x + width + 6
    bar = Markup('<rect class="picture-{}" x="{}" y="{}" width="{}" height="{}" rx="3"/>').format(
        "left" if to_left else "right", x, top, width, BAR
    )
    number = Markup('<text class="picture-number" x="{}" y="{}" text-anchor="{}">{}</text>').format(
        number_at, top + 12, "end" if to_left else "start", write(share)
    )
    return bar + number


def bar(parts: Sequence[tuple[str, int]], whole: int) -> Markup:
    """One bar of parts side by side, `(name, number)` each, of a `whole`. The numbers stand in words beside it."""
    x, drawn = Fraction(0), []
    for name, number in parts:
        width = Fraction(100 * number, whole) if whole else Fraction(0)
        if width:
            drawn.append(
                Markup('<rect class="part-{}" x="{}" y="0" width="{}" height="8"/>').format(
                    escape(name), f"{float(x):.3f}", f"{float(width):.3f}"
                )
            )
        x += width
    return Markup(
        '<svg class="result-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
    ).format(Markup("").join(drawn))
