"""An editor without a screen: it writes as the browser does, keeps what was not acknowledged, and catches up."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from typing import Any

import pycrdt

from tests.live.client import Client
from tests.live.hall import Hall


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def start(hall: Hall, by: str = "mia", coauthors: tuple[str, ...] = ("nik",), **more: Any) -> int:
    """A proposal in the forum "drafting" with these co-authors: its id."""
    forum = hall.world.forums["drafting"]
    body = {"key": str(uuid.uuid4()), "title": "Radio Brücke", "language": "de"} | more
    proposal = hall.ask(by, "POST", f"/forums/{forum}/proposals", body)["proposal"]["id"]
    for name in coauthors:
        hall.ask(by, "POST", f"/proposals/{proposal}/invite", {"member": hall.world.members[name]})
        hall.ask(name, "POST", f"/proposals/{proposal}/invitation", {"accept": True})
    return int(proposal)


class Writer:
    """One editor of one draft. `unsent` are updates that nobody has acknowledged yet, oldest first."""

    def __init__(self, proposal: int) -> None:
        self.proposal = proposal
        self.doc: pycrdt.Doc = pycrdt.Doc(allow_multithreading=True)
        self.unsent: list[bytes] = []
        self.revision: int | None = None
        self.acknowledged: list[str] = []
        self.client: Client | None = None
        self._taken = 0

    @property
    def channel(self) -> str:
        return f"draft:{self.proposal}"

    def open(self, client: Client) -> Writer:
        """Watch, take what the server has, and send what it lacks."""
        self.client, self._taken = client, 0
        client.watch(self.channel)
        answer = client.ok("draft:sync", proposal=self.proposal, vector=encoded(self.doc.get_state()))
        self.doc.apply_update(base64.b64decode(answer["update"]))
        self.flush()
        return self

    def text(self, root: str) -> pycrdt.XmlText:
        """The first paragraph's text of a fragment; made when it has none."""
        paragraph: Any = self.fragment(root).children[0]
        if not len(paragraph.children):
            self.change(lambda: paragraph.children.append(pycrdt.XmlText()))
        return paragraph.children[0]

    def fragment(self, root: str) -> pycrdt.XmlFragment:
        return self.doc.get(root, type=pycrdt.XmlFragment)

    def read(self, root: str) -> str:
        return str(self.fragment(root))

    def change(self, how: Callable[[], Any]) -> None:
        """Do something to the document: one more update that waits to be sent."""
        before = self.doc.get_state()
        how()
        self.unsent.append(self.doc.get_update(before))

    def type(self, root: str, words: str, at: int | None = None) -> None:
        """Type into the first paragraph, at its end by default."""
        text = self.text(root)
        self.change(lambda: text.insert(len(text) if at is None else at, words))

    def flush(self) -> None:
        """Send everything, and wait for each acknowledgement. Gone or Late where none comes."""
        assert self.client is not None
        while self.unsent:
            answer = self.client.ok("draft:write", proposal=self.proposal, update=encoded(self.unsent[0]), client=1)
            self.revision = answer["revision"]
            self.unsent.pop(0)

    def write(self, root: str, words: str) -> None:
        """Type, send, and remember what was acknowledged."""
        self.type(root, words)
        self.flush()
        self.acknowledged.append(words)

    def listen(self) -> None:
        """Take in what came from the others."""
        assert self.client is not None
        for change in self.client.changes(self.channel)[self._taken :]:
            self._taken += 1
            if change["type"] == "draft.updated":
                self.doc.apply_update(base64.b64decode(change["data"]["update"]))
