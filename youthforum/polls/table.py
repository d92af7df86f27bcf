"""A result as a table for spreadsheets: pure, plain data in, rows out."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

HEAD = ("what", "group", "ballots", "option", "text", "part", "number")
# A cell that begins like this is read as a formula by spreadsheets.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = tuple[object, ...]


def rows_of(facts: Mapping[str, Any], outcome: Mapping[str, Any], language: str) -> list[Row]:
    """One row for each number of the result, as far as it is published: totals, then delegations and countries.

    `facts` and `outcome` as in the export; `language`: which words the options have where there are several.
    """
    texts = {option["key"]: _words(option["text"], language) for option in facts["options"]}
    adopted = outcome["adopted"]
    ballots = outcome["ballots"]
    found: list[Row] = [
        ("electorate", "", "", "", "", "", facts["rules"]["electorate"]["size"]),
        ("ballots", "", ballots, "", "", "", ballots),
    ]
    for key, text in texts.items():
        found += [("total", "", ballots, key, text, part, number) for part, number in outcome["totals"][key].items()]
        found.append(("adopted", "", ballots, key, text, "", int(key in adopted)))
    for name in ("delegations", "countries"):
        for row in outcome["breakdown"][name]:
            group = " + ".join(one or "–" for one in row["groups"])
            for question, cells in row["shown"].items():
                text = texts.get(question, "")
                found += [(name, group, row["ballots"], question, text, part, n) for part, n in cells.items()]
    return found


def _words(text: Mapping[str, str], language: str) -> str:
    return text.get(language) or next(iter(text.values()), "")


def as_csv(rows: Sequence[Row]) -> str:
    """RFC 4180 with a byte order mark, since spreadsheets take anything else for the language of the system; texts that
    would be read as formulas begin with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    writer.writerows([[_harmless(cell) for cell in row] for row in rows])
    return "\ufeff" + out.getvalue()


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
