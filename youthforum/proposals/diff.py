"""Two wordings word by word: what to show of the difference, and putting suggested changes together. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from youthforum.core.richtext import Block, Kind, RichText, Run, blocks, document
from youthforum.proposals.alignment import Hunk, hunks

SpanState = Literal["same", "added", "removed"]
Span = tuple[SpanState, str]

# A word with its accents and apostrophe, white space, or one sign (an emoji with all that is joined to it).
_TOKEN = re.compile(
    r"\w[\w\u0300-\u036f]*(?:['’]\w[\w\u0300-\u036f]*)*"
    r"|\s+"
    r"|[^\w\s](?:[\u0300-\u036f\ufe0f\U0001f3fb-\U0001f3ff]|\u200d[^\w\s]?)*"
)
_WORD = re.compile(r"\w+")
# Blocks with fewer words in common than this are shown as one taken out and another put in.
_ALIKE = 0.3
_MOST_PAIRS = 10_000


# Tokens -----------------------------------------------------------------------------------------------------------


class Edge(NamedTuple):
    """Where a block begins; or, without a kind, where it ends."""

    kind: Kind | None = None
    depth: int = 0
    fresh: bool = False


Token = Edge | Run
END: Final = Edge()


def tokens(doc: RichText) -> list[Token]:
    """The document as one line of block edges and words, each word with its marks; `from_tokens` is the way back."""
    found: list[Token] = []
    for block in blocks(doc):
        found.append(Edge(block.kind, block.depth, block.fresh))
        found += _words(block)
        found.append(END)
    return found


def from_tokens(found: Iterable[Token]) -> RichText:
    def read() -> Iterator[Block]:
        block, runs = Block("paragraph"), list[Run]()
        for token in found:
            if isinstance(token, Run):
                runs.append(token)
            elif token.kind is not None:
                block = Block(token.kind, (), token.depth, token.fresh)
            else:
                yield block._replace(runs=tuple(runs))
                runs = []

    return document(read())


def _words(block: Block) -> list[Run]:
    return [Run(word, run.marks) for run in block.runs for word in _TOKEN.findall(run.text)]


# Showing the difference -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DiffBlock:
    """A block of either document: its kind, depth and number are those after the change, if it is there still.

    `spans` are its words in reading order; "changed" blocks have spans of all three states, the others of their own.
    `note` is "formatting" where words that stayed look different, "kind" where the block became another kind.
    """

    kind: Kind
    state: Literal["same", "added", "removed", "changed"]
    spans: list[Span]
    depth: int = 0
    number: int = 0
    note: Literal["", "formatting", "kind"] = ""


def compare(before: RichText, after: RichText) -> list[DiffBlock]:
    """Both documents as one: blocks that belong together first, then their words.

    "same" and "removed" spans are the words of `before`, "same" and "added" ones those of `after`.
    """
    old, new = blocks(before), blocks(after)
    found: list[DiffBlock] = []
    at = 0
    for hunk in (*hunks([*map(_looks, old)], [*map(_looks, new)]), None):
        shift = hunk.new_start - hunk.start if hunk else len(new) - len(old)
        found += (_whole(block, "same") for block in new[at + shift : hunk.new_start if hunk else len(new)])
        if hunk:
            for one, other in _pairs(old[hunk.start : hunk.end], new[hunk.new_start : hunk.new_end]):
                if one and other:
                    found.append(_changed(one, other))
                elif one:
                    found.append(_whole(one, "removed"))
                elif other:
                    found.append(_whole(other, "added"))
            at = hunk.end
    return found


def _looks(block: Block) -> tuple[Kind, int, tuple[Run, ...]]:
    return block.kind, block.depth, block.runs


def _whole(block: Block, state: SpanState) -> DiffBlock:
    return DiffBlock(block.kind, state, [(state, block.text)] if block.runs else [], block.depth, block.number)


def _pairs(old: list[Block], new: list[Block]) -> Iterator[tuple[Block | None, Block | None]]:
    """Blocks that are versions of each other, in order, and those on one side alone.

    The pairs with the most words in common altogether; where that would take long, those at the same place.
    """
    words = [{*_WORD.findall(block.text)} for block in old]
    new_words = [{*_WORD.findall(block.text)} for block in new]

    def alike(i: int, j: int) -> float:
        if not words[i] or not new_words[j]:
            return float(old[i].text == new[j].text)
        share = 2 * len(words[i] & new_words[j]) / (len(words[i]) + len(new_words[j]))
        return share if share >= _ALIKE else 0

    together: list[tuple[int, int]] = []
    if len(old) * len(new) > _MOST_PAIRS:
        together = [(i, i) for i in range(min(len(old), len(new))) if alike(i, i)]
    else:
        # best[i][j]: how much old[i:] and new[j:] can have in common
        best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
        score = [[alike(i, j) for j in range(len(new))] for i in range(len(old))]
        for i in range(len(old) - 1, -1, -1):
            for j in range(len(new) - 1, -1, -1):
                best[i][j] = max(best[i + 1][j], best[i][j + 1], score[i][j] + best[i + 1][j + 1])
        i = j = 0
        while i < len(old) and j < len(new):
            if score[i][j] and best[i][j] == score[i][j] + best[i + 1][j + 1]:
                together.append((i, j))
                i, j = i + 1, j + 1
            elif best[i][j] == best[i + 1][j]:
                i += 1
            else:
                j += 1
    i = j = 0
    for one, other in (*together, (len(old), len(new))):
        yield from ((block, None) for block in old[i:one])
        yield from ((None, block) for block in new[j:other])
        if one < len(old):
            yield old[one], new[other]
        i, j = one + 1, other + 1


def _changed(old: Block, new: Block) -> DiffBlock:
    words, new_words = _words(old), _words(new)
    # By their letters alone: what only became bold is not written twice.
    found = hunks([word.text for word in words], [word.text for word in new_words])
    spans: list[Span] = []
    restyled = False
    at = new_at = 0
    for hunk in (*_readable(words, found), Hunk(len(words), len(words), len(new_words), len(new_words))):
        restyled = restyled or words[at : hunk.start] != new_words[new_at : hunk.new_start]
        spans += _span("same", words[at : hunk.start])
        spans += _span("removed", words[hunk.start : hunk.end])
        spans += _span("added", new_words[hunk.new_start : hunk.new_end])
        at, new_at = hunk.end, hunk.new_end
    moved = (old.kind, old.depth) != (new.kind, new.depth)
    note: Literal["", "formatting", "kind"] = "kind" if moved else "formatting" if restyled else ""
    return DiffBlock(new.kind, "changed", spans, new.depth, new.number, note)


def _span(state: SpanState, words: list[Run]) -> list[Span]:
    return [(state, "".join(word.text for word in words))] if words else []


def _readable(words: list[Run], found: list[Hunk]) -> list[Hunk]:
    """One replacement instead of two around a mere space or comma."""
    joined: list[Hunk] = []
    for hunk in found:
        last = joined[-1] if joined else None
        if (
            last
            and all(a < b for a, b in (last[:2], last[2:], hunk[:2], hunk[2:]))
            and not any(_WORD.match(word.text) for word in words[last.end : hunk.start])
        ):
            joined[-1] = Hunk(last.start, hunk.end, last.new_start, hunk.new_end)
        else:
            joined.append(hunk)
    return joined


# Putting changes together -----------------------------------------------------------------------------------------


class Change(NamedTuple):
    """`base[start:end]` becomes `new`."""

    start: int
    end: int
    new: tuple[Token, ...]


def changes(base: Sequence[Token], wording: Sequence[Token]) -> list[Change]:
    """What makes `wording` out of `base`, in order and apart; whole blocks come and go as such, edges included."""
    found = hunks(base, wording)
    settled: list[Change] = []
    for number, hunk in enumerate(found):
        behind = found[number - 1].end if number else 0
        ahead = found[number + 1].start if number + 1 < len(found) else len(base)
        step = _step_to_block(base, wording, hunk, behind - hunk.start, ahead - hunk.end)
        settled.append(
            Change(hunk.start + step, hunk.end + step, tuple(wording[hunk.new_start + step : hunk.new_end + step]))
        )
    return settled


def _step_to_block(base: Sequence[Token], wording: Sequence[Token], hunk: Hunk, least: int, most: int) -> int:
    """How far to move a pure insertion or deletion so that it begins with a block.

    "a][b" between "[" and "]" says the same as "[a]" before "[b]", but lies inside a block that nobody touched.
    """
    if hunk.start < hunk.end and hunk.new_start < hunk.new_end:
        return 0
    line, start, end = (
        (wording, hunk.new_start, hunk.new_end) if hunk.start == hunk.end else (base, hunk.start, hunk.end)
    )
    length = end - start
    for way, bound in ((-1, max(least, -length)), (1, min(most, length))):
        step = 0
        while not _begins(line[start + step]) and step != bound:
            drop, take = (end + step - 1, start + step - 1) if way < 0 else (start + step, end + step)
            if line[drop] != line[take]:
                break
            step += way
        if _begins(line[start + step]):
            return step
    return 0


def _begins(token: Token) -> bool:
    return isinstance(token, Edge) and token.kind is not None


def touched(base: RichText, wording: RichText) -> list[tuple[int, int]]:
    """Ranges of `tokens(base)` that `wording` changes; an empty one is a place where something is put in."""
    return [(change.start, change.end) for change in changes(tokens(base), tokens(wording))]


def merge(base: RichText, ours: RichText, theirs: RichText) -> RichText | None:
    """`ours` with the changes that `theirs` made to `base`; None where both changed the same words differently.

    The same change on both sides is made once. Text put in by both at the same place is a collision, because nobody can
    say which comes first; next to words that the other only took out, or a block beside a changed block, is not.
    """
    line = tokens(base)
    mine, others = changes(line, tokens(ours)), changes(line, tokens(theirs))
    known = {*mine}
    others = [change for change in others if change not in known]
    if any(_clash(line, one, other) for one, other in _neighbours(mine, others)):
        return None
    merged: list[Token] = []
    at = 0
    # An insertion stands before a change that begins at the same place.
    for change in sorted([*mine, *others], key=lambda change: change[:2]):
        merged += line[at : change.start]
        merged += change.new
        at = change.end
    merged += line[at:]
    return from_tokens(merged) if _well_formed(merged) else None


def collide(base: RichText, one: RichText, other: RichText) -> bool:
    """Whether two wordings for the same base change the same words, and differently: they can't both be accepted."""
    return merge(base, one, other) is None


def _neighbours(mine: list[Change], others: list[Change]) -> Iterator[tuple[Change, Change]]:
    """The pairs whose ranges overlap or meet."""
    ends = [change.end for change in others]
    for change in mine:
        for other in others[bisect_left(ends, change.start) :]:
            if other.start > change.end:
                break
            yield change, other


def _clash(line: list[Token], one: Change, other: Change) -> bool:
    """Of two changes that overlap or meet."""
    if one.start < one.end and other.start < other.end:
        return one.start < other.end and other.start < one.end
    if one.start == one.end and other.start == other.end:
        return True
    put_in, around = (one, other) if one.start == one.end else (other, one)
    if around.start < put_in.start < around.end:
        return True
    between_blocks = put_in.start == len(line) or _begins(line[put_in.start])
    return bool(around.new) and not between_blocks


def _well_formed(line: list[Token]) -> bool:
    inside = False
    for token in line:
        if isinstance(token, Edge):
            if (token.kind is None) != inside:
                return False
            inside = not inside
        elif not inside:
            return False
    return not inside
