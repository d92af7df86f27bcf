"""Proposals in tests: started, written by editors without a screen, and read through the queries that pages use.

Everything goes through commands and intakes. The forum "bridges" of tests/world.py must be in the phase "draft":
`drafting(world)` sees to it.
"""

from __future__ import annotations

import base64
import contextlib
import uuid
from collections.abc import Iterator
from typing import Any

import pycrdt
import pytest
import sqlalchemy as sa

from tests.world import World
from youthforum.core.db import session
from youthforum.core.errors import DomainError
from youthforum.core.richtext import RichText, from_markdown, markdown
from youthforum.forums.phases import Phase
from youthforum.live.intake import INTAKES
from youthforum.notices.models import Notice
from youthforum.proposals.content import Content
from youthforum.proposals.drafting import SharedDocument, read_fragment
from youthforum.proposals.models import Proposal, Version
from youthforum.proposals.queries.drafts import frame_of
from youthforum.proposals.queries.versions import draft_content

# Enough to be submitted: every required part of the default template.
COMPLETE = {
    "title:de": "Zwei Städte, eine Karte",
    "pitch:de": "Wir zeichnen gemeinsam eine Karte unserer Lieblingsorte.",
    "need:de": "Wir kennen uns kaum.\n\nDas soll anders werden.",
    "format:de": "1. Treffen\n2. Zeichnen",
    "target:de": "Alle ab 14.",
    "schedule:de": "Jeden Montag.",
    "safety:de": "Niemand wird allein gelassen.",
    "first_steps:de": "Eine Nachricht an die Schule.",
}
FIELDS = {"languages": ["de", "ru"]}


def phase(world: World, name: str) -> None:
    world.forum().phase = Phase(name)
    session().commit()


def drafting(world: World) -> World:
    phase(world, "draft")
    return world


def ask(world: World, who: str, event: str, **payload: Any) -> dict[str, Any]:
    """What somebody does, as a socket, a form and the API let them do it."""
    return INTAKES[event](world.person(who), payload)


@contextlib.contextmanager
def refused(code: str, field: str | None = None) -> Iterator[pytest.ExceptionInfo[DomainError]]:
    with pytest.raises(DomainError) as found:
        yield found
    assert (found.value.code, field and found.value.field) == (code, field), found.value.as_dict()


def start(world: World, who: str = "anna", coauthors: tuple[str, ...] = (), **more: Any) -> int:
    """A proposal with these co-authors: its id."""
    given = {"key": str(uuid.uuid4()), "forum": world.forums["bridges"], "title": "Karte", "language": "de"} | more
    made = ask(world, who, "proposal:start", **given)["proposal"]["id"]
    for name in coauthors:
        join(world, made, name, by=who)
    return int(made)


def join(world: World, proposal: int, who: str, *, by: str = "anna") -> None:
    ask(world, by, "proposal:invite", proposal=proposal, member=world.members[who])
    ask(world, who, "proposal:answer", proposal=proposal, accept=True)


def the(proposal: int) -> Proposal:
    session().expire_all()
    return session().get_one(Proposal, proposal)


def content(proposal: int) -> Content:
    """What the draft says now."""
    return draft_content(the(proposal))


def says(proposal: int, part: str = "need", language: str = "de") -> str:
    return markdown(content(proposal).text(part, language)).strip()


def versions(proposal: int) -> list[Version]:
    session().expire_all()
    return list(session().scalars(sa.select(Version).where(Version.proposal_id == proposal).order_by(Version.number)))


def notices(world: World, who: str, kind: str = "") -> list[tuple[str, dict[str, Any]]]:
    rows = session().scalars(sa.select(Notice).where(Notice.member_id == world.members[who]).order_by(Notice.id))
    return [(row.type, row.data) for row in rows if row.type.startswith(kind)]


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Editor:
    """One person's replica of a draft. What it changes waits in the replica until `send`."""

    def __init__(self, world: World, who: str, proposal: int) -> None:
        self.world, self.who, self.proposal = world, who, proposal
        self.doc: pycrdt.Doc = pycrdt.Doc(allow_multithreading=True)
        self.pull()

    def pull(self) -> Editor:
        answer = ask(self.world, self.who, "draft:sync", proposal=self.proposal, vector=encoded(self.doc.get_state()))
        self.doc.apply_update(base64.b64decode(answer["update"]))
        self.sent = base64.b64decode(answer["vector"])
        return self

    def send(self) -> int:
        """Store what was changed here: the draft's revision."""
        update = encoded(self.doc.get_update(self.sent))
        answer = ask(self.world, self.who, "draft:write", proposal=self.proposal, update=update, client=1)
        self.sent = self.doc.get_state()
        return int(answer["revision"])

    def fragment(self, root: str) -> pycrdt.XmlFragment:
        return self.doc.get(root, type=pycrdt.XmlFragment)

    def type(self, root: str, words: str, *, block: int = 0, at: int | None = None) -> Editor:
        """Type into a paragraph, at its end by default; `at` counts bytes of UTF-8."""
        paragraph: Any = self.fragment(root).children[block]
        if not len(paragraph.children):
            paragraph.children.append(pycrdt.XmlText())
        text = paragraph.children[0]
        text.insert(len(text) if at is None else at, words)
        return self

    def fill(self, texts: dict[str, str], fields: dict[str, Any] | None = None) -> Editor:
        """Let sections read as this Markdown, and put these typed values in."""
        shared = SharedDocument(frame_of(the(self.proposal)), [self.doc.get_update()], 0)
        update = shared.write({root: from_markdown(words) for root, words in texts.items()})
        self.doc.apply_update(update or b"\0\0")
        map_ = self.doc.get("fields", type=pycrdt.Map)
        for key, value in (fields or {}).items():
            map_[key] = value
        return self

    def read(self, root: str) -> RichText:
        return read_fragment(self.fragment(root))

    def says(self, root: str) -> str:
        return markdown(self.read(root)).strip()


def write(
    world: World, proposal: int, texts: dict[str, str], fields: dict[str, Any] | None = None, *, who: str = "anna"
) -> int:
    """Somebody opens the draft, lets sections read as this Markdown, and sends it."""
    return Editor(world, who, proposal).fill(texts, fields).send()


def save(world: World, proposal: int, *, who: str = "anna", note: str = "") -> int:
    return int(ask(world, who, "proposal:version", proposal=proposal, note=note)["version"])


def complete(world: World, proposal: int, *, who: str = "anna", **texts: str) -> None:
    write(world, proposal, COMPLETE | {f"{part}:de": words for part, words in texts.items()}, FIELDS, who=who)


def amend(world: World, proposal: int, who: str, wording: str, **more: Any) -> int:
    given: dict[str, Any] = {"part": "need", "language": "de", "reason": "Klingt besser", "key": str(uuid.uuid4())}
    given |= {"version": versions(proposal)[-1].number} | more
    answer = ask(world, who, "amendment:suggest", proposal=proposal, wording=wording, **given)
    return int(answer["amendment"]["id"])
