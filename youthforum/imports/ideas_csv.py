"""Reading a spreadsheet of ideas: one a row, with the headings text, column, language, author, delegation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from youthforum.core.errors import Invalid
from youthforum.ideas.forms import LONGEST_IDEA
from youthforum.ideas.language import detect
from youthforum.imports.rows import BadRows, Progress, one_of, read_rows, silent, words

HEADINGS = ("text", "column", "language", "author", "delegation")
LONGEST_NAME = 60


@dataclass(frozen=True)
class Places:
    """What cells may name: columns and delegations by their names (and slugs), and languages by their codes."""

    columns: dict[str, int]
    delegations: dict[str, int]
    languages: Sequence[str]


@dataclass(frozen=True)
class SheetIdea:
    """One row. `nth` tells rows apart that say the same: 1 for the first of them."""

    text: str
    column: int | None
    language: str
    author: str
    delegation: int | None
    nth: int


def read_ideas(file: Path, places: Places, progress: Progress = silent) -> list[SheetIdea]:
    """The ideas of a file separated by commas, semicolons or tabs, in their order.

    Raises Invalid that names every bad row.
    """
    bad = BadRows()
    found: list[SheetIdea] = []
    said: Counter[tuple[str, str, int | None]] = Counter()
    rows = read_rows(file, bad, needed=("text",), known=HEADINGS, delimiters=",;\t", progress=progress)
    for line, row in rows:
        try:
            text = words(row["text"], "text", LONGEST_IDEA)
            author = _optional(row, "author")
            name = words(" ".join(author.split()), "author", LONGEST_NAME) if author else ""
            column = one_of(cell, "column", places.columns) if (cell := _optional(row, "column")) else None
            delegation = (
                one_of(cell, "delegation", places.delegations) if (cell := _optional(row, "delegation")) else None
            )
            language = _language(_optional(row, "language"), text, places.languages)
        except Invalid as error:
            bad.note(file.name, line, error.message)
            continue
        said[text, name, delegation] += 1
        found.append(SheetIdea(text, column, language, name, delegation, said[text, name, delegation]))
    bad.refuse()
    return found


def _optional(row: dict[str, str], heading: str) -> str:
    return row.get(heading, "").strip()


def _language(cell: str, text: str, languages: Sequence[str]) -> str:
    if not cell:
        return detect(text, list(languages))
    return languages[one_of(cell, "language", {code: number for number, code in enumerate(languages)})]
