"""What a phone experiences, in Chromium: a board with 300 ideas on a slow processor, and the way from link to dot."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bench.pages import CARDS, address, fill
from bench.report import Figure
from bench.servers import NotMeasured, Server, serving

PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
SLOWER = 4
# Collected from the first moment of the page on. A long task blocks for what it takes beyond 50 ms.
OBSERVE = """
window.seen = {fcp: 0, lcp: 0, lcpWhat: "", cls: 0, tasks: []};
const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({type, buffered: true});
watch("paint", (entry) => { if (entry.name === "first-contentful-paint") seen.fcp = entry.startTime; });
watch("largest-contentful-paint", (entry) => { seen.lcp = entry.startTime; });
watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value; });
watch("longtask", (entry) => { seen.tasks.push([entry.startTime, entry.duration]); });
"""  # noqa: E501


@contextlib.contextmanager
def a_phone(language: str = "de-DE") -> Iterator[Any]:
    """A browser context as small as a phone. Raises NotMeasured without Playwright or Chromium."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise NotMeasured("Playwright is not installed") from None
    installed = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        if not installed and not os.path.exists(playwright.chromium.executable_path):
            raise NotMeasured("there is no Chromium; set CHROMIUM to its path")
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=installed, args=[*root, "--disable-dev-shm-usage"])
        try:
            yield browser.new_context(**PHONE, locale=language)
        finally:
            browser.close()


def join(page: Any, server: Server, name: str) -> None:
    """From the printed link into the forum, as a person does it."""
    page.goto(f"{server.url}/join/{server.demo['join_code']}")
    page.fill("input[name=name]", name)
    if page.locator("select[name=delegation]").count():
        page.select_option("select[name=delegation]", index=1)
    page.locator("input[name=age_band]").last.check(force=True)
    page.locator("input[name=accept_rules]").check(force=True)
    page.locator("main form button:not([type=button])").last.click()
    page.wait_for_url("**/welcome")


def chromium(quick: bool) -> list[Figure]:
    with serving() as server, a_phone() as phone:
        fill(server, 60 if quick else CARDS)
        page = phone.new_page()
        join(page, server, "Slow phone")
        page.close()
        page = phone.new_page()
        page.add_init_script(OBSERVE)
        line = phone.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.setCacheDisabled", {"cacheDisabled": True})
        line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        scripts: set[str] = set()
        bodies: Counter[str] = Counter()
        whole: Counter[str] = Counter()
        line.on("Network.responseReceived", lambda event: event["type"] == "Script" and scripts.add(event["requestId"]))
        line.on("Network.dataReceived", lambda event: _add(bodies, event))
        line.on("Network.loadingFinished", lambda event: _add(whole, event))
        page.goto(server.url + address(server), wait_until="load")
        page.locator("#presence").wait_for()  # shown once the board's channel is being watched
        page.wait_for_timeout(3000)
        seen = page.evaluate("seen")
    blocked = sum(duration - 50 for start, duration in seen["tasks"] if start + duration > seen["fcp"])
    kilobytes, with_headers = (sum(sizes[script] for script in scripts) / 1000 for sizes in (bodies, whole))
    return [
        Figure(
            f"Board with 300 ideas in Chromium, 360 px, {SLOWER}× CPU slow-down",
            "usable without layout shift; JavaScript ≤ 60 KB compressed",
            f"FCP {seen['fcp'] / 1000:.2f} s, LCP {seen['lcp'] / 1000:.2f} s, CLS {seen['cls']:.3f}, "
            f"total blocking time {blocked:.0f} ms, JavaScript {kilobytes:.1f} KB in {len(scripts)} files "
            f"({with_headers:.1f} KB with their headers)",
            seen["cls"] < 0.01 and kilobytes <= 60,
        )
    ]


def _add(sizes: Counter[str], event: dict[str, Any]) -> None:
    sizes[event["requestId"]] += event["encodedDataLength"]


def journey(quick: bool) -> list[Figure]:
    """From the printed link to a posted idea and a dot that the server has acknowledged."""
    with serving() as server, a_phone() as phone:
        page = phone.new_page()
        begun = time.monotonic()
        join(page, server, "Journey")
        page.goto(server.url + address(server))
        page.locator("html[data-ready]").wait_for()
        page.locator("#new-idea").click()
        page.fill("#compose-text", "Ein gemeinsamer Podcast unserer beiden Städte")
        page.locator("#compose-form button[type=submit]").click()
        card = page.locator(".card[data-idea]", has_text="Ein gemeinsamer Podcast unserer beiden Städte")
        card.first.wait_for()
        idea = int(card.first.get_attribute("data-idea"))
        card.first.locator("[data-act=more]").click()
        left = f"() => JSON.parse(localStorage.getItem('yf.outbox.' + {_MEMBER}) ?? '[]').length === 0"
        page.wait_for_function(left)
        took = time.monotonic() - begun
        reader = server.join("Reader")
        tally = server.api("GET", f"/boards/{server.demo['board']}", token=reader)["tally"]
        if tally[str(idea)]["dots"] != 1:
            raise RuntimeError(f"the dot did not arrive: {tally[str(idea)]}")
    return [
        Figure(
            "From the printed link to a posted idea and a dot", "< 60 s of scripted steps", f"{took:.1f} s", took < 60
        )
    ]


_MEMBER = "JSON.parse(document.getElementById('page-data').textContent).member"
