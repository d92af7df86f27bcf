"""A hall has bad Wi-Fi: what is written without a line is kept, said, and sent exactly once."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Visits, alive, opened
from tests.browser.site import Site

TEXT = "Ein Chor, der über das Netz probt"


def write(page: Page, text: str) -> None:
    page.locator("#new-idea").click()
    page.locator("#compose-text").fill(text)
    page.locator("#compose-form [type=submit]").click()


def cut(page: Page) -> None:
    page.context.set_offline(True)
    expect(page.locator("#connection")).to_have_attribute("data-state", "offline")


def test_what_is_done_offline_survives_a_reload_and_is_sent_once(site: Site, visit: Visits) -> None:
    board = site.board(columns=1, ideas=1)
    visit.line_may_break = True
    page = opened(visit(site.join("Anna", "de"), size=PHONE), board.path)
    cut(page)
    page.locator(".card .more").click()
    write(page, TEXT)
    ghost, waiting = page.locator(".ghost", has_text=TEXT), page.locator(".card[data-idea] .dots")
    expect(ghost.locator(".ghost-line")).not_to_be_empty()
    expect(waiting).to_have_attribute("data-mine", "1")
    assert board.texts() == [board.texts()[0]] and board.dots(board.state()["ideas"][0]["id"]) == 0

    # The page is loaded anew, and still no socket gets through.
    page.goto("about:blank")
    page.route("**/socket.io/**", lambda route: route.abort())
    page.route_web_socket(re.compile("/socket.io/"), lambda socket: socket.close())
    page.context.set_offline(False)
    page.goto(board.path)
    expect(page.locator("#board[data-live]")).to_be_attached()
    expect(ghost.locator(".ghost-line")).not_to_be_empty()
    expect(waiting).to_have_attribute("data-mine", "1")
    assert TEXT not in board.texts()

    back = page.context.new_page()
    page.close()
    opened(back, board.path)
    own = back.locator(".card[data-own]", has_text=TEXT)
    expect(own).to_be_visible()
    expect(back.locator(".ghost")).to_have_count(0)
    expect(back.locator("#connection")).to_have_attribute("data-state", "online")
    first = board.state()["ideas"][-1]["id"]
    expect(back.locator(f"#idea-{first} .total")).to_have_text("1")
    back.reload()
    alive(back)
    expect(own).to_have_count(1)
    assert board.texts().count(TEXT) == 1 and board.dots(first) == 1


def test_a_killed_server_comes_back_and_pages_heal_by_themselves(chromium: Browser, tmp_path: Path) -> None:
    own = Site(tmp_path)
    with own.server:
        visits = Visits(chromium, own)
        visits.line_may_break = True
        board = own.board(columns=1, ideas=1)
        anna = opened(visits(own.join("Anna", "de")), board.path)
        boris = opened(visits(own.join("Boris", "ru"), size=PHONE), board.path)
        own.server.kill()
        expect(anna.locator("#connection")).to_have_attribute("data-state", "offline")
        write(anna, TEXT)
        boris.locator(".card .more").click()
        expect(anna.locator(".ghost")).to_be_visible()
        own.server.start()
        # Nobody touches a page.
        for page in (anna, boris):
            expect(page.locator("#connection")).to_have_attribute("data-state", "online", timeout=40_000)
            expect(page.locator(".card[data-idea]", has_text=TEXT)).to_be_visible()
            expect(page.locator(".card", has_not_text=TEXT).locator(".total")).to_have_text("1")
            expect(page.locator(".ghost")).to_have_count(0)
        assert board.texts().count(TEXT) == 1
        for context in visits.contexts:
            context.close()
        assert visits.troubles == []


def test_a_draft_survives_a_live_update_a_language_switch_and_a_reload(site: Site, visit: Visits) -> None:
    board = site.board(columns=2, ideas=1)
    page = opened(visit(site.join("Anna", "de"), size=PHONE), board.path)
    field = page.locator("#compose-text")
    page.locator("#new-idea").click()
    field.fill("Ein halber Satz, der")
    news = board.post("Inzwischen schreibt jemand anderes")
    expect(page.locator(f"#idea-{news}")).to_be_attached()
    expect(field).to_have_value("Ein halber Satz, der")
    expect(field).to_be_focused()
    page.locator("#compose [data-close]").click()
    page.locator("details.menu", has=page.locator("[name=language]")).locator("summary").click()
    page.locator("button[name=language][value=ru]").click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    alive(page)
    page.locator("#new-idea").click()
    expect(field).to_have_value("Ein halber Satz, der")
    field.press_sequentially(" bleibt")
    page.reload()
    # It was open, so it is open again.
    expect(page.locator("#compose[open]")).to_be_visible()
    expect(field).to_have_value("Ein halber Satz, der bleibt")
    assert len(board.texts()) == 2


def test_a_stale_edit_shows_both_texts_and_overwrites_nothing(site: Site, visit: Visits) -> None:
    board = site.board(columns=1)
    visit.line_may_break = True
    anna = site.join("Anna", "de")
    desk = opened(visit(anna), board.path)
    write(desk, "Erster Wortlaut")
    expect(desk.locator(".card[data-own] .card-text")).to_have_text("Erster Wortlaut")
    phone = opened(visit(anna, size=PHONE), board.path)
    expect(phone.locator(".card[data-own] .card-text")).to_have_text("Erster Wortlaut")

    def edit(page: Page, text: str) -> None:
        page.locator(".card[data-own] [data-act=menu]").click()
        page.locator("#card-menu [data-act=edit]").click()
        page.locator("form.edit textarea").fill(text)

    edit(phone, "Wortlaut vom Telefon")
    edit(desk, "Wortlaut vom Rechner")
    desk.locator("form.edit [type=submit]").click()
    expect(phone.locator(".card[data-own] .card-text")).to_have_text("Wortlaut vom Rechner")
    # The form that is being filled in is left alone, and told.
    expect(phone.locator("form.edit textarea")).to_have_value("Wortlaut vom Telefon")
    expect(phone.locator("form.edit [data-told]")).not_to_be_empty()
    phone.locator("form.edit [type=submit]").click()
    expect(phone.locator("#conflict [name=text]")).to_have_value("Wortlaut vom Telefon")
    expect(phone.locator("#conflict [data-theirs]")).to_have_text("Wortlaut vom Rechner")
    assert board.texts() == ["Wortlaut vom Rechner"]
    phone.locator("#conflict [name=text]").fill("Beides zusammen")
    phone.locator("#conflict button[value=mine]").click()
    expect(desk.locator(".card .card-text")).to_have_text("Beides zusammen")
    assert board.texts() == ["Beides zusammen"]


def test_another_member_on_the_same_phone_does_not_send_what_waits(site: Site, visit: Visits) -> None:
    board = site.board(columns=1, ideas=1)
    visit.line_may_break = True
    anna, boris = site.join("Anna", "de"), site.join("Boris", "ru")
    page = opened(visit(anna, size=PHONE), board.path)
    cut(page)
    write(page, TEXT)
    page.locator(".card[data-idea] .more").click()
    expect(page.locator(".ghost .ghost-line")).not_to_be_empty()
    page.goto("about:blank")
    page.context.set_offline(False)

    page.context.clear_cookies()
    page.context.add_cookies(boris.cookies)  # type: ignore[arg-type]
    opened(page, board.path)
    expect(page.locator(".ghost")).to_have_count(0)
    write(page, "Совсем другая мысль")
    expect(page.locator(".card[data-own]")).to_have_count(1)
    assert TEXT not in board.texts()

    # Anna's words were kept for her.
    page.context.clear_cookies()
    page.context.add_cookies(anna.cookies)  # type: ignore[arg-type]
    opened(page, board.path)
    expect(page.locator(".card[data-own]", has_text=TEXT)).to_be_visible()
    assert sorted(board.texts(), key=len)[0] == "Совсем другая мысль" and board.texts().count(TEXT) == 1
