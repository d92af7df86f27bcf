"""A server with a world in it, and short ways to do in it what tests do again and again."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from tests.live.client import Client
from tests.live.replica import Replica
from tests.serving.server import Browser, Server, eventually
from tests.serving.world import PASSWORD, World, world_in

CATALOGUES = Path(__file__).parents[2] / "youthforum" / "catalogues"
TRANSLATED = all((CATALOGUES / code / "LC_MESSAGES" / "messages.mo").exists() for code in ("de", "ru"))


class Hall:
    def __init__(self, server: Server, world: World) -> None:
        self.server, self.world = server, world
        self._browsers: dict[str, Browser] = {}

    @classmethod
    def open(cls, folder: Path, **options: Any) -> Hall:
        """A running server on SQLite in `folder`."""
        world = world_in(folder)
        return cls(Server(folder, **options).start(), world)

    def client(self, name: str, **options: Any) -> Client:
        return Client(self.server, self.world.tokens[name], **options)

    def guest(self, name: str = "Guest", language: str = "en") -> Client:
        """Somebody new, with a sign-in of their own."""
        return Client.join(self.server, self.world.codes["here"], name=name, language=language)

    def browser(self, name: str) -> Browser:
        if name not in self._browsers:
            self._browsers[name] = Browser(self.server).sign_in(self.world.email(name), PASSWORD)
        return self._browsers[name]

    def board(self, forum: str = "here", by: str = "olga", *, closed: bool = False, **facts: Any) -> int:
        """A board of its own, with voting open unless `closed`: its id."""
        given = {"question_en": "And this?", "columns_en": "First\nSecond", "kind": "dots", "budget": 5, "cap": 3}
        given |= {"tallies": "live", "show_authors": "yes", "writing_open": "yes"} | facts
        answer = self.browser(by).fill(f"/f/{forum}/boards/new", **given)
        board = int(answer.url.rpartition("/")[2])
        if not closed:
            self.ask(by, "POST", f"/boards/{board}/voting", {"open": True})
        return board

    def ask(self, name: str, method: str, path: str, body: Any = None) -> Any:
        """One API call that must succeed."""
        status, answer = self.server.ask(method, "/api/v1" + path, body, token=self.world.tokens[name])
        assert status in (200, 201), (status, answer)
        return answer

    def read(self, name: str, board: int) -> dict[str, Any]:
        return self.server.board(self.world.tokens[name], board)

    def columns(self, board: int) -> list[int]:
        return [column["id"] for column in self.read("olga", board)["board"]["columns"]]

    def idea(self, client: Client, board: int, text: str = "An idea", **more: Any) -> int:
        answer = client.ok("idea:post", key=str(uuid.uuid4()), board=board, text=text, **{"language": "en"} | more)
        return int(answer["idea"]["id"])

    def equal(self, name: str, client: Client, replica: Replica, board: int, *, within: float = 10.0) -> Replica:
        """Apply what `client` hears until the replica equals what the API tells `name`."""
        done = {"change": 0, "tally": 0}

        def same() -> bool:
            for change in client.changes(f"board:{board}")[done["change"] :]:
                done["change"] += 1
                replica.apply(change)
            for told in client.heard("tally")[done["tally"] :]:
                done["tally"] += 1
                replica.hear(told["tally"])
            same.why = replica.differs(self.read(name, board))  # type: ignore[attr-defined]
            return not same.why  # type: ignore[attr-defined]

        try:
            eventually(same, within)
        except AssertionError:
            raise AssertionError(same.why) from None  # type: ignore[attr-defined]
        return replica


def said(messages: list[Any]) -> str:
    """Everything in these messages as one text, to look for what must not be in it."""
    return json.dumps(messages, ensure_ascii=False)
