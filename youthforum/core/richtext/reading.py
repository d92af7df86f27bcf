"""What is taken in, how much it is, and the same as plain text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _ln

from youthforum.core.errors import Invalid
from youthforum.core.richtext.tree import Block, Marks, RichText, Run, blocks, document, joined
from youthforum.core.text import refuse_unfit

_PLAIN = Marks()
# What pasting brings along and no reader can tell from a space.
_SPACES = dict.fromkeys(map(ord, "\t\r\u2028\u2029"), " ")
_AROUND_BREAK = re.compile(r"[^\S\n]*\n[^\S\n]*")
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")


def check(doc: object, *, limit: int, line: bool = False) -> RichText:
    """What may be stored of what somebody sent: its normal form, of at most `limit` characters.

    With `line` it is one paragraph without breaks, links or marks. Raises Invalid on anything that is not our rich
    text, on characters that can't be stored, on links that are not http(s) or mailto, on lists that are too deep.
    """
    found = [tidy(block) for block in blocks(doc) if block.runs]
    refuse_unfit("".join(block.text for block in found), allowed="\n")
    if sum(len(block.text) for block in found) > limit:
        raise Invalid(
            _ln("This is longer than %(num)d character.", "This is longer than %(num)d characters.", limit),
            code="too_long",
        )
    # Nobody writes as much in addresses as in words; without a bound each character could carry one.
    if sum(len(run.marks.href) for block in found for run in block.runs) > limit + 2000:
        raise Invalid(_l("The links in this text are too long."), code="too_long")
    found = [block for block in found if block.runs]
    if line and (len(found) > 1 or any(not _is_line(block) for block in found)):
        raise Invalid(_l("This is one line, without formatting."))
    return document(found)


def normalise(doc: RichText) -> RichText:
    """The document as it is stored: what nobody sees (empty blocks, spaces at edges, marks on spaces) is left out."""
    return document(block for block in map(tidy, blocks(doc)) if block.runs)


def count(doc: RichText) -> int:
    """Characters that people wrote; a line break is one, the end of a block none."""
    return sum(len(block.text) for block in blocks(doc))


def is_empty(doc: RichText) -> bool:
    return not any(block.text.strip() for block in blocks(doc))


def plain(doc: RichText) -> str:
    """The words alone: blocks set apart by a blank line, items with "- " or their number."""
    lines: list[str] = []
    before = 0
    for block in blocks(doc):
        if not block.text:
            continue
        indent = "  " * (block.depth - 1)
        marker = f"{block.number}. " if block.kind == "ordered" else "- " if block.depth else ""
        if lines and not (before and block.depth):
            lines.append("")
        lines.append(indent + marker + block.text.replace("\n", "\n" + indent + " " * len(marker)))
        before = block.depth
    return "\n".join(lines)


def from_plain(text: str) -> RichText:
    """Paragraphs from plain text: a blank line ends one, a single line break stays one. Not checked."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = (tidy(Block("paragraph", (Run(part),))) for part in _BLANK_LINES.split(text))
    return document(block for block in found if block.runs)


def tidy(block: Block) -> Block:
    """The block in normal form; without any runs if there is nothing to see."""
    heading = block.kind.startswith("heading")
    runs: list[Run] = []
    for text, marks in joined(run for written in joined(block.runs) for run in _bare_edges(written)):
        if marks == _PLAIN:
            text = _AROUND_BREAK.sub("\n", text)
            text = text.replace("\n", " ") if heading else text
        runs.append(Run(text, marks))
    # Only plain runs can begin or end with a space here.
    if runs and runs[0].marks == _PLAIN:
        runs[0] = Run(runs[0].text.lstrip())
    if runs and runs[-1].marks == _PLAIN:
        runs[-1] = Run(runs[-1].text.rstrip())
    return block._replace(runs=joined(runs))


def _bare_edges(run: Run) -> Iterator[Run]:
    """The run with its outer spaces unmarked: nobody sees bold spaces, and Markdown can't write them."""
    text = unicodedata.normalize("NFC", run.text.translate(_SPACES))
    words = text.strip()
    if run.marks == _PLAIN or words == text:
        yield Run(text, run.marks)
        return
    if not words:
        yield Run(text)
        return
    start = text.index(words)
    yield Run(text[:start])
    yield Run(words, run.marks)
    yield Run(text[start + len(words) :])


def _is_line(block: Block) -> bool:
    return block.kind == "paragraph" and "\n" not in block.text and all(run.marks == _PLAIN for run in block.runs)
