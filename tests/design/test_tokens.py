"""Colours keep their promise: readable in both themes, and named in one file alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text()
COLOUR = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")

LIGHT = dict(COLOUR.findall(TOKENS.split("prefers-color-scheme")[0]))
DARK = dict(COLOUR.findall(TOKENS.split(':root[data-theme="dark"]')[1]))
DARK_BY_DEVICE = dict(COLOUR.findall(TOKENS.split("prefers-color-scheme")[1].split(':root[data-theme="dark"]')[0]))

TINTS = [f"tint-{number}" for number in range(1, 9)]
PAPERS = ["paper", "paper-deep", "surface", "surface-raised", "accent-soft"]


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, as WCAG 2.2 defines it."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def pairs() -> list[tuple[str, str, float]]:
    needed = [("ink", paper, 7.0) for paper in PAPERS + TINTS]
    needed += [("ink-quiet", paper, 4.5) for paper in PAPERS + TINTS]
    needed += [("accent", paper, 4.5) for paper in PAPERS + TINTS]
    needed += [(f"{tint}-deep", paper, 4.5) for tint in TINTS for paper in (tint, "paper", "surface")]
    needed += [("on-accent", "accent", 4.5), ("on-accent", "accent-hover", 4.5), ("on-banner", "banner", 4.5)]
    needed += [(word, f"{word}-soft", 4.5) for word in ("good", "bad", "warn")]
    needed += [("ink", f"{word}-soft", 7.0) for word in ("good", "bad", "warn")]
    needed += [("bad", paper, 4.5) for paper in ("paper", "surface", "surface-raised")]
    needed += [("line-strong", paper, 3.0) for paper in ("paper", "surface", "surface-raised")]
    needed += [("focus", paper, 3.0) for paper in PAPERS + TINTS]
    return needed


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_pair_of_colours_that_meets_on_a_page_can_be_read(theme: str) -> None:
    colours = LIGHT if theme == "light" else {**LIGHT, **DARK}
    unreadable = [
        f"{front} on {back}: {contrast(colours[front], colours[back]):.2f} < {least}"
        for front, back, least in pairs()
        if contrast(colours[front], colours[back]) < least
    ]
    assert unreadable == []


def test_dark_by_device_and_dark_by_choice_are_the_same() -> None:
    assert DARK_BY_DEVICE == DARK


def test_no_colour_is_named_outside_the_tokens() -> None:
    named = re.compile(
        r"#[0-9a-fA-F]{3,8}\b(?![^{}]*\{)|\b(?:rgb|rgba|hsl|hsla|oklch|lab)\(|:\s*(?:white|black|red|grey|gray)\b"
    )
    found = [
        f"{path.name}: {match.group(0)}"
        for path in sorted(CSS.glob("*.css"))
        if path.name != "tokens.css"
        for match in named.finditer(re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S))
    ]
    assert found == []
