"""How long a start takes: the first one migrates and makes the demo forum, the second finds both."""

from __future__ import annotations

from bench.report import Figure
from bench.servers import Server, fresh_folder


def starts(quick: bool) -> list[Figure]:
    with fresh_folder() as folder:
        server = Server(folder)
        try:
            first = server.start()
            server.stop()
            second = server.start()
        finally:
            server.kill()
    return [
        Figure("First start (migrations, demo forum)", "", f"{first:.1f} s from `python wsgi.py` to the first answer"),
        Figure("Second start", "< 4 s", f"{second:.1f} s", second < 4),
    ]
