"""Runs the measurements and writes docs/benchmarks.md.

python -m bench                 all of them: about ten minutes on a machine that does nothing else
python -m bench --only hall     one of them (again: two of them)
python -m bench --quick         tiny numbers, to see that the tool works; nothing is written
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from bench import browsing, drafts, halls, imports, kills, pages, polls, polls_counting, starts
from bench.report import Figure, machine, write
from bench.servers import NotMeasured, more_files

RUNS: dict[str, Callable[[bool], list[Figure]]] = {
    "start": starts.starts,
    "hall": halls.of_350,
    "thousand": halls.of_1000,
    "connect": halls.connect,
    "burst": halls.burst,
    "page": pages.page,
    "chromium": browsing.chromium,
    "journey": browsing.journey,
    "typing": drafts.typing,
    "draft": drafts.long_draft,
    "ballots": polls.ballots,
    "counting": polls_counting.counting,
    "import": imports.imports,
    "kill": kills.kills,
}


def main() -> int:
    """0 when everything was measured and every target holds."""
    asked = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("--only", action="append", choices=RUNS, metavar="NAME", help=", ".join(RUNS))
    asked.add_argument("--quick", action="store_true", help="tiny numbers; nothing is written")
    given = asked.parse_args()
    more_files()
    print(machine(), flush=True)
    good = True
    for name in given.only or RUNS:
        try:
            figures = RUNS[name](given.quick)
        except NotMeasured as reason:
            print(f"{name}: not measured, {reason}", flush=True)
            continue
        except Exception as error:  # one run that fails must not cost the others
            print(f"{name}: failed: {error}", file=sys.stderr, flush=True)
            good = False
            continue
        for figure in figures:
            print(figure, flush=True)
            good = good and figure.good is not False
        if not given.quick:
            write(figures)
    return 0 if good or given.quick else 1


if __name__ == "__main__":
    sys.exit(main())
