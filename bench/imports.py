"""Polis conversations: the small one from tests/data, the large one where POLIS_AUSTRIA names its folder."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from bench.report import Figure
from bench.servers import ROOT, Server, cores, fresh_folder, on_core


def imports(quick: bool) -> list[Figure]:
    small = next(iter(sorted((ROOT / "tests" / "data" / "polis").glob("*/votes.csv"))), None)
    large = os.environ.get("POLIS_AUSTRIA", "")
    found = [_one("Polis import, small", small.parent, "")] if small else []
    if large and not quick:
        found.append(_one("Polis import, large", Path(large).expanduser(), "≤ 20 s, ≤ 300 MB"))
    elif not quick:
        print("The large Polis import was not measured: POLIS_AUSTRIA names no folder.", flush=True)
    return found


def _one(name: str, source: Path, target: str) -> Figure:
    """The command line's own time and peak memory, with everything from the start of Python."""
    with fresh_folder() as folder:
        server = Server(folder)
        server.start()
        server.stop()
        forum = server.demo["forum"]
        begun = time.monotonic()
        with (folder / "import.log").open("wb") as log:
            running = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", "import", "polis", str(source), "--forum", forum],
                cwd=ROOT,
                env=server.environment,
                stdout=log,
                stderr=log,
                preexec_fn=on_core(cores()[0]),
            )
            _, status, used = os.wait4(running.pid, 0)
            running.returncode = os.waitstatus_to_exitcode(status)
        took, peak = time.monotonic() - begun, used.ru_maxrss / 1024
        if running.returncode:
            raise RuntimeError(f"the import failed: {(folder / 'import.log').read_text()[-800:]}")
    with (source / "votes.csv").open("rb") as votes:
        lines = sum(1 for _ in votes) - 1
    return Figure(
        f"{name} ({lines:,} votes)",
        target,
        f"{took:.1f} s, peak {peak:.0f} MiB",
        took <= 20 and peak * 1.048576 <= 300 if target else None,
    )
