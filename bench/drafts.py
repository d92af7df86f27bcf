"""The shared draft: how soon the others see a keystroke, and what a long history costs."""

from __future__ import annotations

import base64
import itertools
import json
import re
import sqlite3
import statistics
import threading
import time
import uuid
from typing import Any

import pycrdt
import requests
import websocket

from bench.report import Figure
from bench.servers import Server, serving
from youthforum.proposals.template import default_template

TYPISTS = 8
KEYS = 8.0  # keystrokes a second of each: nobody types faster for a minute
LONG = 20_000
SECTIONS = [f"{part}:{language}" for part in ("need", "format", "target") for language in ("de", "ru", "en")]


class Editor:
    """One co-author at a websocket of their own; what comes in is stamped by a thread that does nothing else."""

    def __init__(self, server: Server, token: str, proposal: int) -> None:
        self.proposal, self.doc = proposal, pycrdt.Doc(allow_multithreading=True)
        self.heard: dict[int, float] = {}
        self._numbers, self._answers, self._news = itertools.count(1), {}, threading.Condition()
        self._ws = websocket.create_connection(
            f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket", timeout=30
        )
        self._ws.send("40" + json.dumps({"token": token}))
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                frame = self._ws.recv()
            except (OSError, websocket.WebSocketException):
                return
            at = time.perf_counter()
            if frame == "2":
                self._ws.send("3")
            elif frame.startswith("43"):
                number, _, body = frame[2:].partition("[")
                with self._news:
                    self._answers[int(number)] = json.loads("[" + body)[0]
                    self._news.notify_all()
            elif frame.startswith('42["change"'):
                self.heard[json.loads(frame[2:])[1]["revision"]] = at

    def call(self, event: str, **payload: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._ws.send(f"42{number}" + json.dumps([event, payload]))
        with self._news:
            self._news.wait_for(lambda: number in self._answers, 30)
        answer: dict[str, Any] = self._answers.pop(number)
        if not answer["ok"]:
            raise RuntimeError(f"{event}: {answer['error']}")
        return answer

    def open(self) -> float:
        """Watch, and take the whole document; the seconds that it took."""
        begun = time.perf_counter()
        self.call("watch", channel=f"draft:{self.proposal}", after=None)
        answer = self.call("draft:sync", proposal=self.proposal)
        self.doc.apply_update(base64.b64decode(answer["update"]))
        return time.perf_counter() - begun

    def typed(self, root: str, words: str) -> bytes:
        """Type at the end of a section's first paragraph: the update."""
        before = self.doc.get_state()
        paragraph: Any = self.doc.get(root, type=pycrdt.XmlFragment).children[0]
        if not len(paragraph.children):
            paragraph.children.append(pycrdt.XmlText())
        text = paragraph.children[0]
        text.insert(len(text), words)
        return self.doc.get_update(before)

    def send(self, update: bytes) -> int:
        answer = self.call("draft:write", proposal=self.proposal, update=base64.b64encode(update).decode(), client=1)
        return int(answer["revision"])

    def close(self) -> None:
        self._ws.close()


def a_proposal(server: Server, authors: int) -> tuple[int, list[str]]:
    """A proposal in the demo forum with so many co-authors: its id, and their tokens."""
    demo, browser = server.demo, requests.Session()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get(f"{server.url}/sign-in").text)
    account = {"email": demo["organiser"]["email"], "password": demo["organiser"]["password"]}
    browser.post(f"{server.url}/sign-in", data=account | {"csrf_token": token[1] if token else ""})
    page = browser.get(f"{server.url}/f/{demo['forum']}").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    browser.post(
        f"{server.url}/f/{demo['forum']}/phase", data={"phase": "draft", "csrf_token": token[1] if token else ""}
    )
    tokens = [server.join(f"Author {number}") for number in range(authors)]
    listing = [server.api("GET", f"/forums/{demo['forum']}", token=one) for one in tokens]
    start = {"key": str(uuid.uuid4()), "title": "A long proposal", "language": "en"}
    made = server.api("POST", f"/forums/{listing[0]['forum']['id']}/proposals", start, tokens[0])
    proposal = int(made["proposal"]["id"])
    for one, seen in zip(tokens[1:], listing[1:], strict=True):
        server.api("POST", f"/proposals/{proposal}/invite", {"member": seen["member"]["id"]}, tokens[0])
        server.api("POST", f"/proposals/{proposal}/invitation", {"accept": True}, one)
    return proposal, tokens


def typing(quick: bool) -> list[Figure]:
    seconds = 3 if quick else 60
    with serving() as server:
        proposal, tokens = a_proposal(server, TYPISTS)
        editors = [Editor(server, token, proposal) for token in tokens]
        for editor in editors:
            editor.open()
        sent: dict[int, float] = {}
        until = time.perf_counter() + seconds

        def type_along(number: int, editor: Editor) -> None:
            root = SECTIONS[number % 3]
            while (at := time.perf_counter()) < until:
                sent[editor.send(editor.typed(root, "x"))] = at
                time.sleep(max(0.0, at + 1 / KEYS - time.perf_counter()))

        threads = [threading.Thread(target=type_along, args=each) for each in enumerate(editors)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        time.sleep(0.5)
        took = [
            1000 * (editor.heard[one] - at) for editor in editors for one, at in sent.items() if one in editor.heard
        ]
        lost = len(sent) * len(editors) - len(took)
        for editor in editors:
            editor.close()
    p50, p95 = statistics.median(took), statistics.quantiles(took, n=100)[94]
    return [
        Figure(
            f"{TYPISTS} type in one draft for {seconds} s",
            "keystroke to the others' screens p95 ≤ 150 ms",
            f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, {len(sent)} keystrokes, {lost} not heard of",
            p95 <= 150 and not lost,
        )
    ]


def _plan(updates: int) -> list[str]:
    """Where each keystroke goes: all sections in three languages, each for as long as it may be."""
    parts = [part for part in default_template().written if part.kind == "text"]
    whole = sum(part.limit for part in parts) * 3
    plan = [
        f"{part.id}:{language}"
        for part in parts
        for language in ("de", "ru", "en")
        for _ in range(updates * part.limit // whole)
    ]
    return plan + plan[: updates - len(plan)]


def long_draft(quick: bool) -> list[Figure]:
    updates = 1000 if quick else LONG
    with serving() as server:
        proposal, tokens = a_proposal(server, 4)
        editors = [Editor(server, token, proposal) for token in tokens]
        for editor in editors:
            editor.open()
        plan = _plan(updates)

        def write(number: int, editor: Editor) -> None:
            for key, root in enumerate(plan[number :: len(editors)]):
                at = time.perf_counter()
                editor.send(editor.typed(root, f"{key % 7} words"))
                time.sleep(max(0.0, at + 0.07 - time.perf_counter()))  # within the pace that is shipped

        threads = [threading.Thread(target=write, args=one) for one in enumerate(editors)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for editor in editors:
            editor.close()
        time.sleep(1.0)
        reader = Editor(server, tokens[0], proposal)
        opened = reader.open()
        characters = sum(len(str(reader.doc.get(root, type=pycrdt.XmlFragment))) for root in set(plan))
        reader.close()
        with sqlite3.connect(server.folder / "youthforum.db") as link:
            (state,) = link.execute("SELECT length(state) FROM draft WHERE proposal_id = ?", (proposal,)).fetchone()
            (rest,) = link.execute("SELECT sum(length(content)) FROM draft_update").fetchone()
    kib = (state + rest) / 1024
    return [
        Figure(
            f"a draft of {characters:,} characters after {updates:,} updates",
            "opens within 1 s; ≤ 2 MB on disk",
            f"opened in {1000 * opened:.0f} ms; {kib:.0f} KiB on disk",
            opened <= 1 and kib <= 2000,
        )
    ]
