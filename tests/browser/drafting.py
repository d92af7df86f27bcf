"""A forum in which proposals are being written, on the server of the demo forum, and quick ways to get some into it."""

from __future__ import annotations

import base64
import re
import uuid
from typing import Any
from urllib.parse import urlsplit

import pycrdt
from itsdangerous import URLSafeTimedSerializer
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.site import Guest, Site
from tests.serving.server import Browser
from youthforum.core.richtext import from_markdown, markdown
from youthforum.proposals.drafting import Frame, SharedDocument, read_fragment
from youthforum.proposals.template import default_template

LANGUAGES = ("de", "ru", "en")
TEAMS = "Essen, DE\nPerm, RU\nHamburg, DE\nUfa, RU"
# Enough to be submitted: every required part of the default template.
COMPLETE = {
    "title": "Zwei Städte, eine Karte",
    "pitch": "Wir zeichnen gemeinsam eine Karte unserer Lieblingsorte.",
    "need": "Wir kennen uns kaum. Das soll anders werden.",
    "format": "1. Treffen\n2. Zeichnen\n3. Zeigen",
    "target": "Alle ab 14, aus beiden Städten.",
    "schedule": "Jeden **Montag** nach der Schule.",
    "safety": "Niemand wird allein gelassen.",
    "first_steps": "Eine Nachricht an die Schule.",
}
FIELDS = {"languages": ["de", "ru"], "people": 24, "budget/room": {"label": "Raum", "amount": 12_050, "position": 1.0}}


def token_of(guest: Guest) -> str:
    """The secret of a browser's sign-in, with which a program may speak for the same person."""
    cookie = next(cookie["value"] for cookie in guest.cookies if cookie["name"] == "youthforum")
    return str(URLSafeTimedSerializer("").loads_unsafe(cookie)[1]["sign_in"])


class Drafting:
    """A forum of its own in the phase “draft”. People are Guests; what no test is about is done without a browser."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.organiser = site.staff("organiser")
        self._hand = Browser(site.server).sign_in(**site.demo["organiser"])
        titles = {"title_de": "Rat der Städte", "title_ru": "Совет городов", "title_en": "Council of cities"}
        more = {"delegations": TEAMS, "time_zone": "Europe/Berlin", "age_bands": "16-17, 18+"}
        made = self._hand.fill("/forums/new", languages=LANGUAGES, **titles, **more)
        found = re.fullmatch(r"/f/([^/]+)/codes", urlsplit(made.url).path)
        assert found, made.text[-3000:]
        self.slug, self.path = found[1], f"/f/{found[1]}"
        self.codes = {"participant": self._code(made.text)}
        for role in ("moderator", "observer"):
            shown = self._hand.fill(f"{self.path}/codes", role=role, delegation="", days="14")
            known = set(re.findall(r"[?&;]code=(\w+)", shown.text)) - set(self.codes.values())
            assert len(known) == 1, known
            self.codes[role] = known.pop()
        self.id = int(self._on_page(self.organiser, "data-forum"))
        self.phase("draft")

    def _code(self, page: str) -> str:
        found = re.search(r"[?&;]code=(\w+)", page)
        assert found, page[:3000]
        return found[1]

    def _on_page(self, guest: Guest, attribute: str) -> str:
        cookie = "; ".join(f"{each['name']}={each['value']}" for each in guest.cookies)
        status, page = self.site.server.ask("GET", self.path, Cookie=cookie)
        found = re.search(rf'{attribute}="(\d+)"', page)
        assert status == 200 and found, page[:3000]
        return found[1]

    # People ---------------------------------------------------------------------------------------------------------

    def join(self, name: str, language: str = "de", team: str = "", role: str = "participant") -> Guest:
        return self.site.join(name, language, team, self.codes[role])

    def member(self, guest: Guest) -> int:
        return int(self._on_page(guest, "data-member"))

    def ask(self, guest: Guest, path: str, **body: Any) -> dict[str, Any]:
        """Do as a program what somebody may do."""
        status, answer = self.site.server.ask("POST", f"/api/v1/{path}", body, token=token_of(guest))
        assert answer.get("ok", status < 300), (path, status, answer)
        return dict(answer)

    def phase(self, phase: str) -> None:
        self.ask(self.organiser, f"forums/{self.id}/phase", phase=phase)

    def suspend(self, guest: Guest) -> None:
        member = self.member(guest)
        page = f"{self.path}/people"
        assert self._hand.fill(page, f"{page}/suspend", member=member, reason="Schreit herum").ok

    # Proposals ------------------------------------------------------------------------------------------------------

    def start(self, by: Guest, *coauthors: Guest, title: str = "Radio Brücke", **more: Any) -> Proposal:
        body = {"key": str(uuid.uuid4()), "title": title, "language": "de"} | more
        proposal = Proposal(self, int(self.ask(by, f"forums/{self.id}/proposals", **body)["proposal"]["id"]))
        for guest in coauthors:
            proposal.invite(by, guest)
        return proposal


class Proposal:
    """A proposal of a test."""

    def __init__(self, drafting: Drafting, number: int) -> None:
        self.drafting, self.id, self.path = drafting, number, f"{drafting.path}/proposals/{number}"

    def ask(self, guest: Guest, path: str, **body: Any) -> dict[str, Any]:
        return self.drafting.ask(guest, f"proposals/{self.id}/{path}", **body)

    def invite(self, by: Guest, guest: Guest) -> None:
        self.ask(by, "invite", member=self.drafting.member(guest))
        self.ask(guest, "invitation", accept=True)

    def stored(self, guest: Guest) -> pycrdt.Doc:
        """What the server has of the draft."""
        doc: pycrdt.Doc = pycrdt.Doc()
        doc.apply_update(base64.b64decode(self.ask(guest, "draft/sync")["update"]))
        return doc

    def says(self, guest: Guest, root: str) -> str:
        """A section of the stored draft, as Markdown."""
        return markdown(read_fragment(self.stored(guest).get(root, type=pycrdt.XmlFragment))).strip()

    def write(self, guest: Guest, texts: dict[str, str], fields: dict[str, Any] | None = None) -> Proposal:
        """Let sections (`need:de`) say this Markdown, and put these typed values in."""
        doc = self.stored(guest)
        before = doc.get_state()
        shared = SharedDocument(Frame(default_template(), LANGUAGES, frozenset()), [doc.get_update()], 0)
        doc.apply_update(shared.write({root: from_markdown(words) for root, words in texts.items()}) or b"\0\0")
        known = doc.get("fields", type=pycrdt.Map)
        for key, value in (fields or {}).items():
            known[key] = value
        update = base64.b64encode(doc.get_update(before)).decode()
        self.ask(guest, "draft", update=update, client=1)
        return self

    def complete(self, guest: Guest, **texts: str) -> Proposal:
        return self.write(guest, {f"{part}:de": words for part, words in (COMPLETE | texts).items()}, FIELDS)

    def save(self, guest: Guest, note: str = "") -> int:
        return int(self.ask(guest, "versions", note=note)["version"])

    def amend(self, guest: Guest, wording: str, part: str = "need", reason: str = "Klingt besser", **more: Any) -> int:
        body = {"part": part, "language": "de", "version": 1, "wording": wording, "reason": reason} | more
        return int(self.ask(guest, "amendments", key=str(uuid.uuid4()), **body)["amendment"]["id"])


# The editor -----------------------------------------------------------------------------------------------------------


def writing(page: Page, path: str = "") -> Page:
    """Go to the page on which a proposal is written, and wait until one can write there."""
    if path:
        page.goto(path)
    expect(page.locator("#write[data-live]")).to_be_attached(timeout=PATIENCE)
    return page


def section(page: Page, part: str) -> Locator:
    return page.locator(f"#part-{part} .write-own [contenteditable=true]")


def saved(page: Page) -> None:
    """Nothing has waited for long; the last keys may still be on their way."""
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")
