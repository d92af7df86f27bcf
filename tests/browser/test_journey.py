"""From the printed link to a posted idea and a dot, on a phone; and the same without a single script."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Visits, opened
from tests.browser.site import Site

TEXT = "Wir drehen zusammen einen Film über unsere Schulwege"


def join(page: Page, link: str, name: str, team: str) -> None:
    page.goto(link)
    page.locator("[name=name]").fill(name)
    page.locator("[name=delegation]").select_option(value=team)
    page.locator("label.chip", has=page.locator("[name=age_band]")).first.click()
    page.locator("[name=accept_rules]").check()
    page.locator("main form button").click()
    expect(page.locator("#phrase li")).to_have_count(6)
    page.locator("main a.button-big").click()


def test_a_phone_goes_from_the_link_to_a_dot_and_another_browser_sees_it(site: Site, visit: Visits) -> None:
    board = site.demo["board"]
    boris = opened(visit(site.join("Борис", "ru", "perm"), size=DESK), site.board_path(board))
    expect(boris.locator("html")).to_have_attribute("lang", "ru")

    phone = visit(language="de", size=PHONE)
    began = time.monotonic()
    join(phone, site.printed_link, "Anna", "essen")
    expect(phone.locator("html")).to_have_attribute("lang", "de")
    phone.locator(f".tile a[href$='/boards/{board}']").tap()
    phone.locator("#new-idea").tap()
    phone.locator("#compose-text").fill(TEXT)
    phone.locator("#compose-form [type=submit]").tap()
    card = phone.locator(".card[data-own]", has_text=TEXT)
    card.locator(".more").tap()
    expect(card.locator(".dots")).to_have_attribute("data-mine", "1")

    seen = boris.locator(".card", has_text=TEXT)
    expect(seen.locator(".total")).to_have_text("1")
    assert time.monotonic() - began < 60
    # Others see whose it is and in which language, and that it is not theirs.
    expect(seen.locator(".card-text")).to_have_attribute("lang", "de")
    expect(seen.locator(".city")).to_have_text("Эссен")
    expect(seen.locator(".author")).to_have_text("Anna")
    expect(seen).not_to_have_attribute("data-own", "")
    expect(seen.locator(".dots")).to_have_attribute("data-mine", "0")
    # And the new card is told to whoever can't see it come.
    expect(boris.locator("#announcer")).to_contain_text(TEXT)


def test_everything_that_matters_works_without_scripts(site: Site, visit: Visits) -> None:
    board = site.board(columns=2, ideas=1)
    page = visit(language="de", size=PHONE, java_script_enabled=False)
    join(page, site.printed_link, "Frieda", "jena")
    page.goto(board.path)
    page.locator("#compose-text").fill(TEXT)
    page.locator("#compose-form [name=column]").select_option(index=1)
    page.locator("#compose-form [type=submit]").click()

    card = page.locator(".column").nth(1).locator(".card", has_text=TEXT)
    expect(card).to_be_visible()
    card.locator(".more").click()
    expect(page).to_have_url(re.compile(r"\?idea=\d+"))
    one = page.locator("#one")
    one.locator("[name=dots]").fill("2")
    one.locator("form", has=page.locator("[name=dots]")).locator("button").click()
    expect(page.locator("#dots-left")).to_contain_text("3")

    idea = next(idea for idea in board.state()["ideas"] if idea["text"] == TEXT)
    assert board.dots(idea["id"]) == 2
