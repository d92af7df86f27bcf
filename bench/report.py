"""Figures, the machine they were seen on, and the table in docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.servers import ROOT, cores

PLACE = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
HEAD = ["| figure | target | seen | |", "|---|---|---|---|"]


@dataclass(frozen=True)
class Figure:
    """One line of the table. `good` is None where there is no target to hold it against."""

    name: str
    target: str
    seen: str
    good: bool | None = None

    @property
    def mark(self) -> str:
        return {True: "holds", False: "**missed**", None: ""}[self.good]

    @property
    def row(self) -> str:
        return f"| {self.name} | {self.target or '–'} | {self.seen} | {self.mark} |"

    def __str__(self) -> str:
        target = f"   (target: {self.target}{'; ' + self.mark.strip('*') if self.mark else ''})" if self.target else ""
        return f"{self.name}: {self.seen}{target}"


def machine() -> str:
    """What the figures depend on, without a name or a path of this machine."""
    model = re.search(r"^model name\s*:\s*(.+)$", _read("/proc/cpuinfo"), re.M)
    memory = re.search(r"^MemTotal:\s*(\d+)", _read("/proc/meminfo"), re.M)
    server, load = cores()
    return ", ".join(
        [
            f"{model[1].strip() if model else platform.machine()}, {os.cpu_count()} cores",
            f"{int(memory[1]) / 1024**2:.1f} GiB" if memory else "memory unknown",
            f"Python {platform.python_version()}",
            f"SQLite {sqlite3.sqlite_version}",
            f"{platform.system()} {platform.release()}",
            f"server on core {server}, load on core {load}" if server != load else "server and load on the only core",
        ]
    )


def _read(path: str) -> str:
    file = Path(path)
    return file.read_text() if file.exists() else ""


def write(figures: list[Figure]) -> None:
    """Put figures into docs/benchmarks.md. Rows of the same machine that were not measured now stay."""
    text = PLACE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    old, _, after = rest.partition(END)
    here = machine()
    rows = {name: line for line in old.splitlines() if (name := _name(line))} if here in old else {}
    rows |= {figure.name: figure.row for figure in figures}
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    table = "\n".join(["", "", f"Machine: {here}. Last run: {day}.", "", *HEAD, *rows.values(), "", ""])
    PLACE.write_text(f"{before}{BEGIN}{table}{END}{after}", "utf-8")


def _name(line: str) -> str:
    cells = [cell.strip() for cell in line.split("|")]
    return cells[1] if line.startswith("| ") and len(cells) > 4 and line not in HEAD else ""
