"""The word diff: nothing is lost in showing it, and suggestions that don't touch each other can all be accepted."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from flask import Flask, render_template
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.documents import documents
from youthforum.core.richtext import (
    Block,
    Marks,
    Run,
    blocks,
    document,
    from_markdown,
    markdown,
    normalise,
    plain,
)
from youthforum.proposals.alignment import hunks
from youthforum.proposals.diff import DiffBlock, collide, compare, from_tokens, merge, tokens, touched

Doc = dict[str, Any]


def md(text: str) -> Doc:
    return from_markdown(text)


def shown(found: list[DiffBlock]) -> list[str]:
    """Blocks as `state kind: words [-removed-] {+added+} (note)`."""
    signs = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return [
        f"{block.state} {block.kind}: "
        + "".join(signs[state].format(text) for state, text in block.spans)
        + (f" ({block.note})" if block.note else "")
        for block in found
    ]


@st.composite
def edited(draw: st.DrawFn, base: Doc) -> Doc:
    """The document after somebody worked on it: blocks reworded, taken out, put in, turned into something else."""
    found = blocks(base)
    for _ in range(draw(st.integers(0, 3))):
        fresh = blocks(draw(documents(2)))
        at = draw(st.integers(0, len(found)))
        found[at : at + draw(st.integers(0, 1))] = fresh
        if found:
            at = draw(st.integers(0, len(found) - 1))
            words = [
                Run(token.text, token.marks) for token in tokens(document(found[at : at + 1])) if isinstance(token, Run)
            ]
            place = draw(st.integers(0, len(words)))
            words[place : place + draw(st.integers(0, 2))] = [Run(draw(st.sampled_from(["neu ", "a", "", " b"])))]
            found[at] = found[at]._replace(runs=tuple(words))
    return normalise(document(found))


@st.composite
def versions(draw: st.DrawFn) -> tuple[Doc, Doc, Doc]:
    base = draw(documents())
    return base, draw(edited(base)), draw(edited(base) | documents())


# Sequences --------------------------------------------------------------------------------------------------------


@given(st.text("abcde", max_size=40), st.text("abcde", max_size=40))
@settings(max_examples=300)
def test_hunks_lead_from_one_to_the_other_and_stand_apart(before: str, after: str) -> None:
    found, out, at = hunks(before, after), "", 0
    for hunk in found:
        assert at == 0 or hunk.start > at, "two hunks that meet would be one"
        out += before[at : hunk.start] + after[hunk.new_start : hunk.new_end]
        assert len(out) == hunk.new_end
        at = hunk.end
    assert out + before[at:] == after
    assert (found == []) == (before == after)


def test_a_changed_word_is_found_between_the_same_ones_again_and_again() -> None:
    before = ["ja", " "] * 3000
    after = before.copy()
    after[2000], after[2200] = "nein", "doch"
    assert [(hunk.start, hunk.end) for hunk in hunks(before, after)] == [(2000, 2001), (2200, 2201)]


# Tokens -----------------------------------------------------------------------------------------------------------


@given(documents())
def test_tokens_are_the_document(base: Doc) -> None:
    assert from_tokens(tokens(base)) == base


def test_words_signs_and_spaces_are_tokens_of_their_own() -> None:
    found = tokens(md("Don’t, Ёлка 2-й\xa0ß 👩\u200d👧👍🏽!"))
    words = [token.text for token in found if isinstance(token, Run)]
    assert words == ["Don’t", ",", " ", "Ёлка", " ", "2", "-", "й", "\xa0", "ß", " ", "👩\u200d👧", "👍🏽", "!"]


# Showing ----------------------------------------------------------------------------------------------------------


@given(versions())
@settings(max_examples=200)
def test_what_is_shown_holds_both_texts(docs: tuple[Doc, Doc, Doc]) -> None:
    before, after, _ = docs
    found = compare(before, after)

    def side(gone: str, here: str) -> list[str]:
        return [
            "".join(text for state, text in block.spans if state != gone)
            for block in found
            if block.state not in (gone,)
        ]

    assert side("added", "removed") == [block.text for block in blocks(before)]
    assert side("removed", "added") == [block.text for block in blocks(after)]
    assert all(block.state == "same" for block in found) == (before == after)
    for block in found:
        assert all(text for _, text in block.spans)
        assert block.state == "changed" or {state for state, _ in block.spans} <= {block.state}


def test_words_are_compared_within_the_blocks_that_belong_together() -> None:
    before = md("## Bedarf\n\nWir treffen uns zu selten.\n\nDas ist alt und fällt weg.\n\n- Zoom\n- Jitsi\n")
    after = md(
        "## Bedarf\n\nWir treffen uns, online, viel zu selten!\n\n- Zoom\n- BigBlueButton\n- Jitsi\n\nЭто новое."
    )
    assert shown(compare(before, after)) == [
        "same heading2: Bedarf",
        "changed paragraph: Wir treffen uns{+, online, viel+} zu selten[-.-]{+!+}",
        "removed paragraph: [-Das ist alt und fällt weg.-]",
        "same bullet: Zoom",
        "added bullet: {+BigBlueButton+}",
        "same bullet: Jitsi",
        "added paragraph: {+Это новое.+}",
    ]


def test_a_replaced_phrase_is_one_replacement() -> None:
    assert shown(compare(md("Wir reden in Essen oder bald in Perm."), md("Wir reden in Bonn und sofort in Perm."))) == [
        "changed paragraph: Wir reden in [-Essen oder bald-]{+Bonn und sofort+} in Perm."
    ]


def test_a_change_of_form_alone_is_said_and_not_written_twice() -> None:
    assert shown(compare(md("Wir reden."), md("Wir **reden**."))) == ["changed paragraph: Wir reden. (formatting)"]
    assert shown(compare(md("Wir reden."), md("## Wir reden."))) == ["changed heading2: Wir reden. (kind)"]
    assert shown(compare(md("[x](https://a.example)"), md("[x](https://b.example)"))) == [
        "changed paragraph: x (formatting)"
    ]


def test_a_rewritten_block_is_one_out_and_one_in() -> None:
    assert [block.state for block in compare(md("Alles ist neu hier"), md("Nichts blieb wie damals"))] == [
        "removed",
        "added",
    ]


# Merging ----------------------------------------------------------------------------------------------------------


@given(versions())
@settings(max_examples=200)
def test_merging_with_who_changed_nothing_or_the_same_changes_nothing(docs: tuple[Doc, Doc, Doc]) -> None:
    base, ours, theirs = docs
    assert merge(base, base, theirs) == theirs
    assert merge(base, ours, base) == ours
    assert merge(base, theirs, theirs) == theirs
    assert not collide(base, ours, base)


@given(versions())
@settings(max_examples=200)
def test_who_comes_first_makes_no_difference(docs: tuple[Doc, Doc, Doc]) -> None:
    base, ours, theirs = docs
    merged = merge(base, ours, theirs)
    assert merge(base, theirs, ours) == merged
    assert collide(base, ours, theirs) == collide(base, theirs, ours) == (merged is None)
    if merged is not None:
        assert from_tokens(tokens(merged)) == merged


PARAGRAPHS = [
    f"Absatz {name} sagt, was Stadt {number} will."
    for number, name in enumerate(["eins", "zwei", "drei", "vier", "fünf"])
]
PART = st.sampled_from(
    ["", "## Neu", "**ganz** anders", "- ein Punkt", "*wichtig* {}", "{} und mehr", "Auch {}", "{}\n\nNoch einer"]
)


@given(st.lists(PART, min_size=5, max_size=5), st.lists(st.booleans(), min_size=5, max_size=5))
@settings(max_examples=200)
def test_changes_in_different_paragraphs_are_both_in_the_result(parts: list[str], mine: list[bool]) -> None:
    def written(chosen: list[bool]) -> Doc:
        return md(
            "\n\n".join(
                part.format(old) if on else old for old, part, on in zip(PARAGRAPHS, parts, chosen, strict=True)
            )
        )

    ours, theirs, both = written(mine), written([not on for on in mine]), written([True] * 5)
    merged = merge(md("\n\n".join(PARAGRAPHS)), ours, theirs)
    # A paragraph that one side takes out may hold the place at which the other one adds: people decide that.
    assert merged == both or (merged is None and "" in parts)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        ("Wir reden bald.", "Wir sprechen bald.", "Wir reden oft.", "Wir sprechen oft."),
        ("Wir reden bald.", "Wir **reden** bald.", "Wir reden bald!", "Wir **reden** bald!"),
        ("Eins zwei", "Eins zwei drei", "Null eins zwei", "Null eins zwei drei"),
        ("eins zwei", "null zwei", "eins und zwei", "null und zwei"),
        ("eins", "null", "eins zwei", None),
        ("a b", "a b c", "a b c", "a b c"),
        ("a b", "a b c", "a b d", None),
        ("a b", "a x", "a y", None),
        ("a b", "a", "a x", None),
        ("a b c", "a c", "a b c d", "a c d"),
        ("- a\n- b", "- a\n- b\n- c", "- z\n- a\n- b", "- z\n- a\n- b\n- c"),
        ("- a\n- b", "- a\n  - b", "- a\n- b\n- c", "- a\n  - b\n- c"),
        ("- a\n- b", "1. a\n2. b", "- a\n- b!", "1. a\n2. b!"),
        ("a\n\nb", "a\n\n## b", "a\n\nb c", "a\n\n## b c"),
        ("a\n\nb", "a und\n\nb", "a\n\nneu\n\nb", "a und\n\nneu\n\nb"),
        ("a\n\nb", "a\n\n## b", "a\n\nneu\n\nb", "a\n\nneu\n\n## b"),
        ("a\n\nb", "a\n\nneu\n\nb", "a\n\nnoch\n\nb", None),
        ("a\n\nb c", "a", "a\n\nb d", None),
        ("a b\n\nc", "a b c", "a b\n\nc d", "a b c d"),
        ("a b c d", "a b\n\nc d", "x b c d", "x b\n\nc d"),
        ("", "a", "", "a"),
        ("", "a", "b", None),
    ],
)
def test_three_way_merge(base: str, ours: str, theirs: str, merged: str | None) -> None:
    found = merge(md(base), md(ours), md(theirs))
    assert (None if found is None else markdown(found).strip()) == merged
    assert collide(md(base), md(ours), md(theirs)) == (merged is None)


def test_touched_are_the_words_that_change() -> None:
    base = md("Wir reden bald.\n\nDann mehr.")
    line = tokens(base)
    assert touched(base, base) == []
    ((start, end),) = touched(base, md("Wir sprechen bald.\n\nDann mehr."))
    assert line[start:end] == [Run("reden")]
    ((start, end),) = touched(base, md("Wir reden bald.\n\nNeu.\n\nDann mehr."))
    assert start == end and line[start] == line[0]
    ((start, end),) = touched(base, md("Wir **reden** bald.\n\nDann mehr."))
    assert line[start:end] == [Run("reden")]


# The page ---------------------------------------------------------------------------------------------------------


def test_the_difference_can_be_read_and_heard_without_colour(app: Flask) -> None:
    before = md("## Bedarf\n\nWir treffen uns zu selten.\n\nFällt weg.\n\n1. Zoom")
    after = md("## Bedarf\n\nWir <treffen> uns viel zu *selten*.\n\n1. Zoom\n   - Neu")
    with app.test_request_context(headers={"Accept-Language": "en"}):
        page = render_template("proposals/_diff.html", blocks=compare(before, after), diff_language="de")
    heard = re.sub(r"<[^>]*>", "", re.sub(r"<span [^>]*aria-hidden.*?</span>", "", page))
    assert [" ".join(line.split()) for line in heard.splitlines() if line.strip()] == [
        "Bedarf",
        "Wir added: &lt; end treffen added: &gt; end uns added: viel end zu selten. Formatting changed",
        "removed: Fällt weg.",
        "Zoom",
        "added: Neu",
    ]
    assert page.count("<ins") == page.count(">+</span>") == 4
    assert page.count("<del") == page.count(">−</span>") == 1
    assert 'lang="de"' in page


def test_nothing_to_compare_is_said(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        page = render_template("proposals/_diff.html", blocks=compare(md("a"), md("a")), diff_language="de")
    assert "No words changed." in page


# How long it takes ------------------------------------------------------------------------------------------------


def long_text(seed: int, *, paragraphs: int) -> Doc:
    """About 20,000 characters with the words of a small vocabulary, the way people repeat theirs."""
    chance = random.Random(0)
    vocabulary = ["".join(chance.choices("aeinrstlдоне", k=chance.randint(2, 11))) for _ in range(900)]
    chance.seed(seed)
    weights = [1 / (rank + 2) for rank in range(900)]
    size = 3000 // paragraphs
    return document(
        Block("paragraph", (Run(" ".join(chance.choices(vocabulary, weights, k=size)) + "."),))
        for _ in range(paragraphs)
    )


def lightly_edited(base: Doc, seed: int) -> Doc:
    chance = random.Random(seed)
    line = [token for token in tokens(base) if not isinstance(token, Run) or chance.random() > 0.1]
    return normalise(from_tokens(line))


@pytest.mark.parametrize("paragraphs", [1, 60, 600])
@pytest.mark.parametrize("kind", ["edited", "rewritten", "reordered", "bold"])
def test_two_long_texts_are_compared_whatever_was_done_to_them(paragraphs: int, kind: str) -> None:
    before = long_text(1, paragraphs=paragraphs)
    assert 17_000 < len(plain(before)) < 26_000
    found = blocks(before)
    after = {
        "edited": lambda: lightly_edited(before, 2),
        "rewritten": lambda: long_text(3, paragraphs=paragraphs),
        "reordered": lambda: document(random.Random(4).sample(found, len(found))),
        "bold": lambda: document(b._replace(runs=(Run(b.text, Marks(strong=True)),)) for b in found),
    }[kind]()
    assert merge(before, before, after) == after
    places = touched(before, after)
    assert places == sorted(places) and all(start <= end for start, end in places)
    assert (compare(before, after) == compare(before, before)) == (before == after)
