"""Halls of people: bench/hall.py against a fresh server."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from bench.report import Figure
from bench.servers import ROOT, Server, cores, on_core, serving


def hall(server: Server, clients: int, votes: float, seconds: float) -> dict[str, Any]:
    """What bench/hall.py reports. Raises RuntimeError where it could not."""
    demo = server.demo
    command = [sys.executable, str(ROOT / "bench" / "hall.py"), "--url", server.url, "--code", demo["join_code"]]
    command += ["--board", str(demo["board"]), "--clients", str(clients), "--votes", str(votes)]
    command += ["--seconds", str(seconds), "--pid", str(server.pid)]
    done = subprocess.run(
        command, capture_output=True, text=True, preexec_fn=on_core(cores()[1]), timeout=600 + seconds, check=False
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise RuntimeError(f"hall.py ended with {done.returncode}: {done.stderr[-800:]}")
    return dict(json.loads(lines[-1]))


def _experienced(report: dict[str, Any]) -> str:
    ack, tally = report["ack_ms"] or {}, report["everybody_ms"] or {}
    return (
        f"{report['errors']} errors, {report['clients_with_wrong_tally']} wrong tallies; "
        f"ack p50 {ack.get('p50')}, p95 {ack.get('p95')}, p99 {ack.get('p99')} ms; "
        f"everybody's tally p50 {tally.get('p50')}, p99 {tally.get('p99')} ms; "
        f"server {report['server_cpu_s']} s CPU, {report['peak_mib'][0]} MiB"
    )


def _good(report: dict[str, Any]) -> bool:
    return not report["errors"] and not report["clients_with_wrong_tally"] and bool(report["ack_ms"])


def of_350(quick: bool) -> list[Figure]:
    clients, seconds = (20, 3) if quick else (350, 60)
    with serving() as server:
        report = hall(server, clients, 20 if quick else 100, seconds)
    within = _good(report) and report["ack_ms"]["p95"] <= 50 and report["everybody_ms"]["p99"] <= 250
    return [
        Figure(
            "350 clients, 100 votes/s, 60 s",
            "0 errors, everybody ends on the API's tally; ack p95 ≤ 50 ms; tally p99 ≤ 250 ms",
            _experienced(report),
            within,
        )
    ]


def of_1000(quick: bool) -> list[Figure]:
    clients, seconds = (40, 3) if quick else (1000, 60)
    with serving() as server:
        report = hall(server, clients, 20 if quick else 100, seconds)
    return [Figure("1,000 clients, 100 votes/s, 60 s", "0 errors", _experienced(report), _good(report))]


def connect(quick: bool) -> list[Figure]:
    with serving() as server:
        report = hall(server, 60 if quick else 2000, 1, 2)
    took = report["connect_and_watch_s"]
    return [
        Figure(
            "2,000 clients connect and watch",
            "≤ 6 s",
            f"{took} s; {report['memory_connected_mib'][0]} MiB; joining before took {report['join_s']} s",
            took <= 6 and not report["cut_off"],
        )
    ]


def burst(quick: bool) -> list[Figure]:
    """Each of the clients votes once, all within two seconds."""
    clients = 41 if quick else 351  # the first one measures
    with serving() as server:
        report = hall(server, clients, clients / 2, 2)
    last = 2 + (report["ack_ms"] or {"max": 0})["max"] / 1000
    return [
        Figure(
            "350 vote within 2 s",
            "all acked ≤ 3 s",
            f"{report['acked']} acked, the last after at most {last:.2f} s; {report['errors']} errors",
            _good(report) and last <= 3,
        )
    ]
