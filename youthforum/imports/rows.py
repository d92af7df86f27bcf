"""Reading a CSV file row by row, and saying of every bad row where it is and why."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import TextIO

from flask_babel import force_locale

from youthforum.core.errors import Invalid
from youthforum.core.text import clean

# `progress("votes.csv", 120, 3000)`: what is being done, how much of it, out of how much.
Progress = Callable[[str, int, int], None]

MOST_SHOWN = 50
_SOMETIMES = 500
_NOT_UTF8 = re.compile("[\ud800-\udfff]")
_WHOLE = re.compile(r"-?[0-9]{1,15}")


def silent(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""


class BadRows:
    """Everything that is wrong with the files of one import, in the order in which it was found."""

    def __init__(self) -> None:
        self.count = 0
        self._shown: list[str] = []

    def note(self, file: str, line: int, reason: object) -> None:
        """Remember `file:line: reason`; only the first 50 are kept."""
        self.count += 1
        if len(self._shown) < MOST_SHOWN:
            with force_locale("en"):  # whoever imports sits at a terminal
                self._shown.append(f"{file}:{line}: {reason}")

    def refuse(self) -> None:
        """Raise Invalid with one line for each bad row, if there was any."""
        if not self.count:
            return
        more = [f"… and {self.count - len(self._shown)} more"] if self.count > len(self._shown) else []
        rows = "1 bad row" if self.count == 1 else f"{self.count} bad rows"
        raise Invalid("\n".join([f"{rows}; nothing was stored.", *self._shown, *more]))


def read_rows(
    file: Path,
    bad: BadRows,
    *,
    needed: tuple[str, ...],
    known: tuple[str, ...] = (),
    delimiters: str = ",",
    progress: Progress = silent,
) -> Iterator[tuple[int, dict[str, str]]]:
    """`(line, {heading: cell})` for each row that isn't empty; a row of several lines counts from its first.

    `needed` headings must be there; with `known`, no others than these may be. What can't be read goes to
    `bad`. Raises Invalid for a file that can't be opened.
    """
    try:
        raw = file.open("rb")
    except OSError as error:
        raise Invalid(f"{file}: {error.strerror}") from None
    with TextIOWrapper(raw, "utf-8-sig", errors="surrogateescape", newline="") as stream:
        size = file.stat().st_size
        table = _records(stream, file.name, bad, delimiters)
        line, first = next(table, (1, []))
        headings = [cell.strip().casefold() for cell in first]
        if wrong := _wrong_headings(headings, needed, known):
            bad.note(file.name, line, wrong)
            return
        for number, (line, cells) in enumerate(table):
            if number % _SOMETIMES == 0:
                progress(file.name, raw.tell(), size)
            if any(cell.strip() for cell in cells[len(headings) :]):
                bad.note(file.name, line, f"{len(cells)} cells, but there are {len(headings)} headings")
            elif any(cell.strip() for cell in cells):
                cells += [""] * (len(headings) - len(cells))
                yield line, dict(zip(headings, cells, strict=False))
        progress(file.name, size, size)


def _records(stream: TextIO, name: str, bad: BadRows, delimiters: str) -> Iterator[tuple[int, list[str]]]:
    first = stream.readline()
    delimiter = max(delimiters, key=first.count)
    reader = csv.reader(chain([first], stream), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            bad.note(name, line, f"not CSV: {error}")
            continue
        if any(map(_NOT_UTF8.search, cells)):
            bad.note(name, line, "not UTF-8; save the file as “CSV UTF-8”")
        else:
            yield line, cells


def _wrong_headings(headings: list[str], needed: tuple[str, ...], known: tuple[str, ...]) -> str | None:
    missing = [name for name in needed if name not in headings]
    if missing:
        return f"the first row has no heading {_listed(missing)}"
    if known and (unknown := [name for name in headings if name and name not in known]):
        return f"unknown heading {_listed(unknown)}; known are {_listed(known)}"
    twice = [name for name in dict.fromkeys(headings) if name and headings.count(name) > 1]
    return f"heading {_listed(twice)} stands there twice" if twice else None


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"“{name}”" for name in names)


# Cells: each raises Invalid with the reason ------------------------------------------------------------------


def whole(cell: str, name: str) -> int:
    """A whole number."""
    if not _WHOLE.fullmatch(cell.strip()):
        raise Invalid(f"{name} must be a whole number, not “{cell.strip()[:40]}”")
    return int(cell)


def words(cell: str, name: str, longest: int) -> str:
    """Text of one or several lines that is fit for storing, with blanks for tabs."""
    text = clean(cell.replace("\t", " "), lines=True)
    if not text:
        raise Invalid(f"{name} is empty")
    if len(text) > longest:
        raise Invalid(f"{name} has {len(text)} characters; at most {longest} are possible")
    return text


def one_of(cell: str, name: str, choices: dict[str, int]) -> int:
    """What a name stands for; large and small letters don't matter."""
    wanted = cell.strip().casefold()
    for label, value in choices.items():
        if label.casefold() == wanted:
            return value
    known = _listed(list(choices)) if choices else "none"
    raise Invalid(f"no {name} “{cell.strip()[:80]}”; known: {known}")
