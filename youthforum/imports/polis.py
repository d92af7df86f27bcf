"""Reading what Polis exports: comments.csv, votes.csv and, where it is there, summary.csv.

In votes.csv 1 is agree, -1 disagree and 0 pass; a voter's last row for a statement counts. In comments.csv
`moderated` is 1 for accepted, 0 for not looked at, and -1 for rejected.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from youthforum.core.errors import Invalid
from youthforum.ideas.language import detect
from youthforum.imports.rows import BadRows, Progress, read_rows, silent, whole, words

# Polis lets its hosts choose; this is beyond what any of them chose.
LONGEST_STATEMENT = 5000
LONGEST_TOPIC = 300
_YEAR_2100 = 4_102_444_800_000


class Opinion(NamedTuple):
    """1 agree, -1 disagree, 0 pass; `at` in milliseconds since 1970."""

    value: int
    at: int


@dataclass(frozen=True)
class Statement:
    """`author` is a voter's number; `at` in milliseconds since 1970."""

    number: int
    author: int | None
    text: str
    language: str
    rejected: bool
    at: int


@dataclass(frozen=True)
class Conversation:
    """A whole export. `opinions` maps (statement, voter) to what counts; `language` is that of most statements."""

    source: str
    topic: str
    language: str
    statements: list[Statement]
    opinions: dict[tuple[int, int], Opinion]

    @property
    def voters(self) -> list[int]:
        """The numbers of all who voted or wrote."""
        authors = {statement.author for statement in self.statements if statement.author is not None}
        return sorted(authors | {voter for _, voter in self.opinions})


def moment(milliseconds: int) -> datetime:
    """The aware time of a Polis timestamp."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def read_conversation(folder: Path, languages: Sequence[str], progress: Progress = silent) -> Conversation:
    """The export in a folder; the language of each statement is the likeliest of `languages`.

    Raises Invalid that names every bad row, or the file that is not there.
    """
    bad = BadRows()
    topic, source = _about(folder / "summary.csv", bad)
    statements = _statements(folder / "comments.csv", languages, bad, progress)
    opinions = _opinions(folder / "votes.csv", set(statements), bad, progress)
    bad.refuse()
    if not statements:
        raise Invalid(f"{folder / 'comments.csv'}: there are no statements")
    counted = Counter(statement.language for statement in statements.values())
    return Conversation(source, topic, counted.most_common(1)[0][0], list(statements.values()), opinions)


def _about(file: Path, bad: BadRows) -> tuple[str, str]:
    """Topic and source, from the names and values in summary.csv; else both are the folder's name."""
    name = file.parent.resolve().name
    topic, source = name, name
    if file.exists():
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
            reader = csv.reader(stream)
            for label, value in (row[:2] for row in reader if len(row) > 1):
                try:
                    if label.strip() == "topic" and value.strip():
                        topic = words(" ".join(value.split()), "topic", LONGEST_TOPIC)
                    elif label.strip() == "url":
                        source = value.strip().rstrip("/").rpartition("/")[2] or name
                except Invalid as error:
                    bad.note(file.name, reader.line_num, error.message)
    return topic, f"polis:{source}"[:200]


def _statements(file: Path, languages: Sequence[str], bad: BadRows, progress: Progress) -> dict[int, Statement]:
    found: dict[int, Statement] = {}
    lines: dict[int, int] = {}
    needed = ("timestamp", "comment-id", "author-id", "moderated", "comment-body")
    for line, row in read_rows(file, bad, needed=needed, progress=progress):
        try:
            statement = _statement(row, languages)
            if statement.number in found:
                raise Invalid(f"statement {statement.number} is in line {lines[statement.number]} already")
        except Invalid as error:
            bad.note(file.name, line, error.message)
            continue
        found[statement.number], lines[statement.number] = statement, line
    return found


def _statement(row: dict[str, str], languages: Sequence[str]) -> Statement:
    text = words(row["comment-body"], "comment-body", LONGEST_STATEMENT)
    moderated = whole(row["moderated"], "moderated")
    if moderated not in (-1, 0, 1):
        raise Invalid(f"moderated must be 1, 0 or -1, not {moderated}")
    return Statement(
        number=whole(row["comment-id"], "comment-id"),
        author=whole(row["author-id"], "author-id") if row["author-id"].strip() else None,
        text=text,
        language=detect(text, list(languages)),
        rejected=moderated == -1,
        at=_timestamp(row),
    )


def _timestamp(row: dict[str, str]) -> int:
    milliseconds = whole(row["timestamp"], "timestamp")
    if not 0 <= milliseconds < _YEAR_2100:
        raise Invalid(f"timestamp must be in milliseconds since 1970, not {milliseconds}")
    return milliseconds


def _opinions(file: Path, statements: set[int], bad: BadRows, progress: Progress) -> dict[tuple[int, int], Opinion]:
    found: dict[tuple[int, int], Opinion] = {}
    # Where comments.csv itself has bad rows, its missing statements are not the votes' fault.
    complete = not bad.count
    needed = ("timestamp", "comment-id", "voter-id", "vote")
    for line, row in read_rows(file, bad, needed=needed, progress=progress):
        try:
            opinion = Opinion(whole(row["vote"], "vote"), _timestamp(row))
            place = whole(row["comment-id"], "comment-id"), whole(row["voter-id"], "voter-id")
            if opinion.value not in (-1, 0, 1):
                raise Invalid(f"vote must be 1, -1 or 0, not {opinion.value}")
            if complete and place[0] not in statements:
                raise Invalid(f"there is no statement {place[0]} in comments.csv")
        except Invalid as error:
            bad.note(file.name, line, error.message)
            continue
        # Rows of the same moment: the later one in the file.
        if place not in found or opinion.at >= found[place].at:
            found[place] = opinion
    return found
