#!/usr/bin/env python3
"""Ask the public advisory database about all that is locked; skip with one line where it cannot be reached.

A finding fails. What is accepted for now stands in ACCEPTED with its reason, never in a command line.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
ACCEPTED: dict[str, str] = {}  # advisory: why it does not touch us
PATIENCE = 180  # seconds


def main() -> int:
    found: list[str] = []
    for lock in LOCKS:
        report = audited(ROOT / lock)
        if report is None:
            print(f"{lock}: not audited, the advisory database cannot be reached from here")
            continue
        known = findings(report)
        found += [f"{lock}: {line}" for line in known]
        if not known:
            print(f"{lock}: no known vulnerabilities in {len(report['dependencies'])} packages")
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


def audited(lock: Path) -> dict | None:
    """pip-audit's report, or None when it could not make one."""
    with tempfile.TemporaryDirectory() as place:
        output = Path(place) / "report.json"
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--require-hashes"]
        command += ["--disable-pip", "--progress-spinner", "off", "--timeout", "15"]
        command += ["--format", "json", "--output", str(output)]
        try:
            subprocess.run(command, capture_output=True, timeout=PATIENCE, cwd=ROOT, check=False)
        except subprocess.TimeoutExpired:
            return None
        # It exits with 1 for a finding and for a missing network alike; only the first writes a report.
        return json.loads(output.read_text()) if output.exists() and output.stat().st_size else None


def findings(report: dict) -> list[str]:
    lines = []
    for package in report["dependencies"]:
        for flaw in package.get("vulns", []):
            if not {flaw["id"], *flaw.get("aliases", [])} & ACCEPTED.keys():
                mended = ", ".join(flaw.get("fix_versions", [])) or "no version yet"
                lines.append(f"{package['name']} {package['version']}: {flaw['id']} (mended in {mended})")
    return lines


if __name__ == "__main__":
    sys.exit(main())
