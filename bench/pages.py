"""The board page with 300 ideas: the server's time for it, and what goes over the wire."""

from __future__ import annotations

import http.client
import json
import random
import re
import statistics
import time
import uuid
from urllib.parse import urljoin

from bench.report import Figure
from bench.servers import ROOT, Server, serving

CARDS = 300
# One member may send 150 events in ten seconds; nobody here comes near that.
EACH = 50
# What browsers accept. Over plain http, as in a hall's own network, they take neither brotli nor zstd.
ACCEPTS = {"https": "gzip, deflate, br, zstd", "http": "gzip, deflate"}


def fill(server: Server, cards: int = CARDS) -> str:
    """Bring the demo board to so many cards, in three languages; the token of a participant."""
    content = json.loads((ROOT / "youthforum" / "demo" / "content.json").read_text("utf-8"))
    sentences: dict[str, list[str]] = {}
    for board in content["boards"]:
        for idea in board["ideas"]:
            sentences.setdefault(idea["language"], []).append(idea["text"])
    dice, board = random.Random(300), server.demo["board"]
    tokens = [server.join("Reader")]
    state = server.api("GET", f"/boards/{board}", token=tokens[0])
    columns = [column["id"] for column in state["board"]["columns"]]
    for number in range(max(0, cards - len(state["ideas"]))):
        if number % EACH == 0:
            tokens.append(server.join(f"Writer {number // EACH}"))
        language = ("de", "ru", "en")[number % 3]
        # Two halves of real sentences: as long as what people write, and no two alike.
        first, second = (dice.choice(sentences[language]).split() for _ in range(2))
        text = " ".join(first[: len(first) // 2] + second[len(second) // 2 :])[:480] + f" ({number})"
        idea = {"key": str(uuid.UUID(int=dice.getrandbits(128))), "text": text, "language": language}
        server.api("POST", f"/boards/{board}/ideas", idea | {"column": dice.choice(columns)}, tokens[-1])
    return tokens[0]


def address(server: Server) -> str:
    return f"/f/{server.demo['forum']}/boards/{server.demo['board']}"


def page(quick: bool) -> list[Figure]:
    with serving() as server:
        token = fill(server, 60 if quick else CARDS)
        path = address(server)
        times = _times(server, path, token, 5 if quick else 20)
        _, plain = server.ask("GET", path, token=token)
        sizes = {kind: _size(server, path, token, kind) for kind in ACCEPTS}
        eager, lazy = modules(server, path, plain.decode())
        scripts = {
            kind: [sum(_size(server, each, token, kind) / 1000 for each in some) for some in (eager, lazy)]
            for kind in ACCEPTS
        }
        cards = plain.count(b'<li class="card"')
    told = [f"{kind}: {now:.1f} KB at once, {later:.1f} KB when needed" for kind, (now, later) in scripts.items()]
    median = statistics.median(times)
    return [
        Figure(
            "Board with 300 ideas: server time",
            "≤ 80 ms",
            f"median {median:.0f} ms, worst {max(times):.0f} ms of {len(times)} requests ({cards} cards; "
            "request to last byte on loopback, compression included)",
            median <= 80,
        ),
        Figure(
            "Board with 300 ideas: HTML",
            "≤ 80 KB compressed",
            f"https: {sizes['https'] / 1000:.1f} KB, http: {sizes['http'] / 1000:.1f} KB; "
            f"plain {len(plain) / 1000:.0f} KB",
            max(sizes.values()) <= 80_000,
        ),
        Figure(
            "Board with 300 ideas: JavaScript",
            "≤ 60 KB compressed",
            f"{'; '.join(told)} ({len(eager)} and {len(lazy)} files)",
            all(now <= 60 for now, _ in scripts.values()),
        ),
    ]


def _times(server: Server, path: str, token: str, count: int) -> list[float]:
    """Milliseconds from sending a request to the last byte of its answer, over one kept connection."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": ACCEPTS["https"]}
    taken = []
    for _ in range(count + 3):
        begun = time.perf_counter()
        line.request("GET", path, headers=headers)
        answer = line.getresponse()
        answer.read()
        taken.append((time.perf_counter() - begun) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
    line.close()
    return taken[3:]  # templates are compiled and caches filled by the first ones


def _size(server: Server, path: str, token: str, kind: str) -> int:
    status, body = server.ask("GET", path, token=token, Accept_Encoding=ACCEPTS[kind])
    if status != 200:
        raise RuntimeError(f"{path} answered {status}")
    return len(body)


def modules(server: Server, path: str, html: str) -> tuple[list[str], list[str]]:
    """Addresses of all scripts of a page: those that it loads, and those that it would load when needed."""
    eager: dict[str, None] = {}
    lazy: dict[str, None] = {}
    todo = [(urljoin(path, found), True) for found in re.findall(r'<script[^>]*\ssrc="([^"]+)"', html)]
    todo += [(urljoin(path, found), True) for found in re.findall(r'rel="modulepreload" href="([^"]+)"', html)]
    while todo:
        script, now = todo.pop()
        if script in eager or (script in lazy and not now):
            continue
        lazy.pop(script, None)
        (eager if now else lazy)[script] = None
        _, source = server.ask("GET", script)
        text = re.sub(r"/\*.*?\*/|^\s*//[^\n]*$", "", source.decode(), flags=re.S | re.M)
        todo += [(urljoin(script, found), False) for found in re.findall(r'\bimport\(\s*["\'](\.[^"\']+)', text)]
        static = re.findall(r'(?:\bfrom|^\s*import)\s*["\'](\.[^"\']+)["\']', text, re.M)
        todo += [(urljoin(script, found), now) for found in static]
    return list(eager), list(lazy)
