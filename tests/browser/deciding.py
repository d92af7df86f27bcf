"""A forum that decides, on the server of the demo forum, and quick ways to make polls in it."""

from __future__ import annotations

import secrets
from typing import Any

from tests.browser.drafting import Drafting, token_of
from tests.browser.site import Guest, Site

OPTIONS = (
    {"de": "Eine Karte", "ru": "Карта", "en": "A map"},
    {"de": "Ein Chor", "ru": "Хор", "en": "A choir"},
    {"de": "Ein Lager", "ru": "Лагерь", "en": "A camp"},
)
QUESTION = {"de": "Was zuerst?", "ru": "Что сначала?", "en": "What first?"}
RULES: dict[str, dict[str, Any]] = {
    "yes_no": {"method": "yes_no", "majority": {"threshold": "simple"}},
    "approval": {"method": "approval", "winners": {"kind": "equal_shares", "seats": 2}},
    "score": {"method": "score", "winners": {"kind": "equal_shares", "seats": 2}},
    "ranking": {"method": "ranking", "winners": {"kind": "schulze", "seats": 1}},
}


class Deciding(Drafting):
    """A forum of its own in the phase “decide”; whoever shall vote joins before a poll is opened."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.phase("decide")

    def prepare(self, method: str, **more: Any) -> Poll:
        body = {"question": QUESTION, "options": [{"text": words} for words in OPTIONS], **RULES[method], **more}
        made = self.ask(self.organiser, f"forums/{self.id}/polls", **body)
        return Poll(self, int(made["poll"]["id"]))

    def opened(self, method: str, **more: Any) -> Poll:
        return self.prepare(method, **more).open()


class Poll:
    """A poll of a test."""

    def __init__(self, forum: Deciding, number: int) -> None:
        self.forum, self.id, self.path = forum, number, f"{forum.path}/polls/{number}"

    def open(self) -> Poll:
        self.forum.ask(self.forum.organiser, f"polls/{self.id}/open")
        return self

    def close(self) -> None:
        self.forum.ask(self.forum.organiser, f"polls/{self.id}/close")

    def cast(self, guest: Guest, choice: Any) -> str:
        body = {"choice": choice, "half": secrets.token_hex(16)}
        return str(self.forum.ask(guest, f"polls/{self.id}/ballot", **body)["receipt"])

    def told(self) -> dict[str, Any]:
        """The poll as the API shows it to whoever runs it."""
        token = token_of(self.forum.organiser)
        status, answer = self.forum.site.server.ask("GET", f"/api/v1/polls/{self.id}", token=token)
        assert status == 200, answer
        return dict(answer)
