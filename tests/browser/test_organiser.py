"""An organiser gets a forum going in the browser: with the defaults, in a few steps."""

from __future__ import annotations

import re
import time

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Visits, alive
from tests.browser.site import Site


def test_a_forum_from_nothing_to_people_in_it(site: Site, visit: Visits) -> None:
    began = time.monotonic()
    page = visit(site.staff("organiser", "en"), "/")
    page.locator("a[href='/forums/new']").click()
    for code, title in (("de", "Rat der Schulen"), ("ru", "Совет школ"), ("en", "Council of schools")):
        if code != "en":  # the organiser's own language is ticked already
            page.locator(f"label.chip:has([name=languages][value={code}])").click()
        page.locator(f"[name=title_{code}]").fill(title)
    page.locator("[name=delegations]").fill("Essen, DE\nНижний Новгород, RU")
    page.locator("main form button.button-big").click()

    # Next comes the code that the hall needs.
    expect(page).to_have_url(re.compile(r"/f/[^/]+/codes$"))
    forum = page.url.removesuffix("/codes")
    code = page.locator(".code-big").first.inner_text().replace(" ", "").replace("\n", "")

    page.goto(f"{forum}/boards/new")
    page.locator("[name=question_en]").fill("What should schools do together?")
    page.locator("[name=columns_en]").fill("Learn\nPlay\nTravel")
    page.locator("main form button.button-big").click()
    alive(page)
    expect(page.locator(".column")).to_have_count(3)
    board = page.url
    assert time.monotonic() - began < 180

    page.goto(f"{forum}/sheet")
    expect(page.locator(".sheet .qr-box svg")).to_be_visible()
    expect(page.locator(".sheet .code")).to_have_text(re.compile(rf"{code[:4]}\s*{code[4:]}"))
    page.emulate_media(media="print")
    expect(page.locator("header.top")).to_be_hidden()
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1  # one sheet of paper
    page.emulate_media(media="screen")

    page.goto(f"{forum}/door")
    expect(page.locator("[data-people-count]")).to_have_text("1")
    guest = visit(language="ru", size=PHONE)
    guest.goto(f"/join/{code}")
    guest.locator("[name=name]").fill("Вера")
    guest.locator("[name=delegation]").select_option(label="Нижний Новгород")
    guest.locator("label.chip", has=guest.locator("[name=age_band]")).first.click()
    guest.locator("[name=accept_rules]").check()
    guest.locator("main form button").click()
    expect(guest.locator("#phrase li")).to_have_count(6)
    expect(page.locator("[data-people-count]")).to_have_text("2")  # the screen at the door counts

    # A moderator is invited by a link that is handed over, sets a password, and is in.
    page.goto(f"{forum}/people")
    invite = page.locator("form.invite")
    invite.locator("[name=name]").fill("Mira")
    invite.locator("[name=email]").fill(f"mira-{code.lower()}@example.org")
    invite.locator("button").last.click()
    link = page.locator("#one-time").input_value()

    mira = visit(language="en")
    mira.goto(link)
    mira.locator("[name=password]").fill("three quiet rivers")
    mira.locator("main form button.button-big").click()
    expect(mira.locator("body[data-person]")).to_be_attached()
    mira.goto(board)
    alive(mira)
    expect(mira.locator("body")).to_have_attribute("data-role", "moderator")
    expect(mira.locator(".switches")).to_be_visible()

    # Later the password alone is enough; the link is spent.
    again = visit(language="en")
    again.goto(link)
    expect(again.locator("[name=password]")).to_have_count(0)
    visit.troubles[:] = [trouble for trouble in visit.troubles if "410" not in trouble and "404" not in trouble]
    again.goto("/sign-in")
    again.locator("[name=email]").fill(f"mira-{code.lower()}@example.org")
    again.locator("[name=password]").fill("three quiet rivers")
    again.locator("main form button.button-big").click()
    again.goto(board)
    expect(again.locator("body")).to_have_attribute("data-role", "moderator")
