"""Chromium on the demo forum: one server and one browser per worker, a fresh profile for every visitor.

Every test is also a test of two promises: nothing is reported on the browser's console, and no foreign host is asked.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.browser.site import Guest, Site

PHONE, DESK = (360, 740), (1440, 900)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Two busy cores are slow, not broken.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)
LINE_LOST = re.compile(r"net::ERR_|WebSocket connection to .* failed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def start_chromium(playwright: Playwright) -> Browser:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or None
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = start_chromium(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo forum that the tests of this worker share; each makes its own board."""
    site = Site(tmp_path_factory.mktemp("site"))
    with site.server:
        yield site
        assert "Traceback" not in site.server.log, site.server.log[-6000:]


class Visits:
    """Opens pages for visitors, and remembers what should not have happened in them."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser, self.site = browser, site
        self.troubles: list[str] = []
        self.contexts: list[BrowserContext] = []
        # A test that takes the line or the server away says so: the browser then reports what it could not load.
        self.line_may_break = False

    def __call__(
        self,
        guest: Guest | None = None,
        path: str | None = None,
        *,
        language: str = "en",
        size: tuple[int, int] = DESK,
        **more: Any,
    ) -> Page:
        """A new profile with one page: somebody's who has joined, or a visitor's."""
        width, height = size
        phone = {"has_touch": True, "is_mobile": True} if width < 600 else {}
        context = self.browser.new_context(
            base_url=self.site.server.url,
            viewport={"width": width, "height": height},
            locale=guest.language if guest else language,
            reduced_motion="reduce",
            **{**phone, **more},
        )
        context.set_default_timeout(PATIENCE)
        context.on("console", lambda message: self._note(message.text) if message.type == "error" else None)
        context.on("weberror", lambda error: self._note(str(error.error)))
        context.on("request", lambda request: self._look_at(request.url))
        self.contexts.append(context)
        if guest:
            context.add_cookies(guest.cookies)  # type: ignore[arg-type]
        page = context.new_page()
        if path:
            page.goto(path)
        return page

    def _note(self, trouble: str) -> None:
        # The server closes a socket at the very moment at which its page does: nobody is told anything by that.
        if "Close received after close" in trouble:
            return
        if not (self.line_may_break and LINE_LOST.search(trouble)):
            self.troubles.append(trouble)

    def _look_at(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlsplit(self.site.server.url).netloc:
            self.troubles.append(f"asked a foreign host: {address}")


def opened(page: Page, path: str) -> Page:
    """Go to a board and wait until it is alive: connected, with its tallies and its rights."""
    page.goto(path)
    return alive(page)


def alive(page: Page) -> Page:
    expect(page.locator("#board[data-live]")).to_be_attached()
    expect(page.locator("#presence")).to_be_visible()
    return page


@pytest.fixture
def visit(chromium: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Visits]:
    visits = Visits(chromium, site)
    yield visits
    for context in visits.contexts:
        context.close()
    assert visits.troubles == []
