"""The demo forum on a server of its own, and quick ways to get people and boards into it that no test is about."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.serving.server import Browser, Server

WORDS = ("Apfel Brücke Chor Dach Eule Fahrrad Garten Hafen Insel Juli Karte Laterne Markt Nacht Orgel Park").split()


@dataclass
class Guest:
    """Somebody who joined: the cookie of a browser, and a token for what happens without one."""

    name: str
    language: str
    cookies: list[dict[str, Any]] = field(default_factory=list)


class Site:
    """A server with the demo forum in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.server = Server(folder)

    @property
    def demo(self) -> dict[str, Any]:
        return dict(json.loads((self.server.folder / "demo.json").read_text("utf-8")))

    @property
    def printed_link(self) -> str:
        """What the server said at its start; a restart says it again."""
        found = re.search(r"Join the demo forum\s+(http\S+)", self.server.log)
        assert found, self.server.log
        return found[1]

    def board_path(self, board: int, forum: str = "") -> str:
        return f"/f/{forum or self.demo['forum']}/boards/{board}"

    # People ---------------------------------------------------------------------------------------------------------

    @cached_property
    def _organiser(self) -> Browser:
        return Browser(self.server).sign_in(**self.demo["organiser"])

    def staff(self, role: str, language: str = "en") -> Guest:
        """The demo's moderator or organiser, in a browser that is signed in already."""
        browser = Browser(self.server).sign_in(**self.demo[role])
        browser.fill("/", "/language", language=language, next="/")
        return self._guest(browser, role, language)

    def join(self, name: str = "Anna", language: str = "de", team: str = "", code: str = "") -> Guest:
        """Somebody joins by the form, as everyone does: the demo forum, or the one that has this code."""
        browser, path = Browser(self.server), f"/join/{code or self.demo['join_code']}"
        answer = browser.fill(path, name=name, language=language, delegation=team, age_band="16-17", accept_rules="yes")
        assert urlsplit(answer.url).path.endswith("/welcome"), answer.text[:2000]
        return self._guest(browser, name, language)

    def _guest(self, browser: Browser, name: str, language: str) -> Guest:
        cookies = [{"name": c.name, "value": c.value, "url": self.server.url} for c in browser.cookies]
        return Guest(name, language, cookies)

    def author(self, team: str) -> str:
        """The token of somebody of a team, who writes without a browser."""
        body = {
            "code": self.demo["join_code"],
            "name": "Kim",
            "delegation": team,
            "language": "de",
            "age_band": "18+",
            "accept_rules": True,
        }
        status, answer = self.server.ask("POST", "/api/v1/join", body)
        assert status == 201, answer
        return str(answer["token"])

    # Boards ---------------------------------------------------------------------------------------------------------

    def board(self, *, columns: int = 2, ideas: int = 0, forum: str = "", **more: Any) -> Board:
        """A board of dots that is open for everything, with so many ideas of somebody who isn't there; in the demo
        forum, or in the one with this slug."""
        names = {
            "de": ["Zuerst", "Danach", "Am Ende"],
            "ru": ["Сначала", "Потом", "В конце"],
            "en": ["First", "Then", "Last"],
        }
        given = {
            "question_de": "Was machen wir zuerst?",
            "question_ru": "С чего начнём?",
            "question_en": "What do we do first?",
            "kind": "dots",
            "budget": 5,
            "cap": 2,
            "tallies": "live",
            "writing_open": "yes",
            "voting_open": "yes",
            "show_authors": "yes",
            **{f"columns_{code}": "\n".join(names[code][:columns]) for code in names},
        }
        path = f"/f/{forum or self.demo['forum']}/boards/new"
        answer = self._organiser.fill(path, **given | more)
        found = re.fullmatch(r"/f/[^/]+/boards/(\d+)", urlsplit(answer.url).path)
        assert found, answer.text[:3000]
        board = Board(self, int(found[1]), forum)
        for number in range(ideas):
            board.post(f"Idee {WORDS[number % len(WORDS)]}: wir treffen uns jede Woche am selben Ort")
        return board


class Board:
    """A board of a test, and an author who writes to it without a browser."""

    def __init__(self, site: Site, number: int, forum: str = "") -> None:
        self.site, self.id, self.path = site, number, site.board_path(number, forum)

    @cached_property
    def token(self) -> str:
        return str(self.site.server.join(self.site.demo["join_code"], name="Zoe")["token"])

    def ask(self, path: str, body: dict[str, Any], token: str | None = None) -> dict[str, Any]:
        status, answer = self.site.server.ask("POST", f"/api/v1/{path}", body, token=token or self.token)
        assert answer.get("ok", status < 300), (path, status, answer)
        return dict(answer)

    def post(self, text: str, author: str | None = None, **more: Any) -> int:
        answer = self.ask(f"boards/{self.id}/ideas", {"key": str(uuid.uuid4()), "text": text, **more}, author)
        return int(answer["idea"]["id"])

    def state(self) -> dict[str, Any]:
        return self.site.server.board(self.token, self.id)

    def texts(self) -> list[str]:
        return [idea["text"] for idea in self.state()["ideas"]]

    def dots(self, idea: int) -> int:
        return int(self.state()["tally"].get(str(idea), {}).get("dots", 0))
