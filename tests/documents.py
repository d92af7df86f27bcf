"""Hypothesis strategies for rich text."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from youthforum.core.richtext import Block, Marks, Run, document, normalise

SIGNS = "a b Stadt город und 1 1. - # ! * _ ** [x] ( ) « » “ . &amp; \\ ` < > + = ~~~ é don’t $ № _a_"
WORDS = st.sampled_from([*SIGNS.split(), "👩\u200d👧", "\u0301", "\u200b", "\xa0", "  "])
WRITTEN = st.lists(WORDS | st.just(" ") | st.just(" "), min_size=1, max_size=5).map("".join)
ANY_TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn")), max_size=6).filter(
    lambda text: not set(text) & set("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
HREFS = st.sampled_from(["", "", "", "https://a.example/b_c?d=(1)&copy;=2", "mailto:a*b@c.example"])
MARKS = st.builds(Marks, strong=st.booleans(), em=st.booleans(), href=HREFS)
RUNS = st.lists(st.builds(Run, WRITTEN | ANY_TEXT, MARKS) | st.just(Run("\n")), max_size=5)


@st.composite
def blocks_of_any_kind(draw: st.DrawFn) -> Block:
    kind = draw(st.sampled_from(["paragraph", "paragraph", "heading2", "heading3", "bullet", "bullet", "ordered"]))
    depth = draw(st.integers(1, 3)) if kind in ("bullet", "ordered") else 0
    return Block(kind, tuple(draw(RUNS)), depth)


def documents(most: int = 6) -> st.SearchStrategy[dict[str, Any]]:
    """Rich text in normal form."""
    return st.lists(blocks_of_any_kind(), max_size=most).map(document).map(normalise)
