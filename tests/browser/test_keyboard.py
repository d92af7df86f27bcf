"""Everything without a mouse: join, post, vote, move, change the language."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visits, alive, opened
from tests.browser.site import Site

TEXT = "Ein Quiz über beide Städte"
OUTLINE = """() => {
  const style = getComputedStyle(document.activeElement);
  return document.activeElement.matches(":focus-visible")
    && (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== "none");
}"""


def tab_to(page: Page, goal: Locator, key: str = "Tab", most: int = 60) -> None:
    """Go on by keyboard until `goal` has the focus, which must be visible there."""
    expect(goal).to_be_visible()
    for _ in range(most):
        page.keyboard.press(key)
        if goal.evaluate("(each) => each === document.activeElement"):
            break
    expect(goal).to_be_focused()
    tick = goal.evaluate("(each) => each.matches('input[type=radio], input[type=checkbox]')")
    assert tick or page.evaluate(OUTLINE), f"focus can't be seen on {goal}"


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.outerHTML.slice(0, 200)"))


def test_join_post_vote_move_and_switch_by_keyboard_alone(site: Site, visit: Visits) -> None:
    board = site.board(columns=2, ideas=1)
    page = visit(language="de")
    page.goto(site.printed_link)
    # The first stop on a page leads past its header.
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.locator("[name=name]"))
    page.keyboard.type("Anna")
    tab_to(page, page.locator("[name=delegation]"))
    page.keyboard.type("Essen")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("[name=age_band]").first).to_be_checked()
    tab_to(page, page.locator("[name=accept_rules]"))
    page.keyboard.press("Space")
    tab_to(page, page.locator("main form button"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("main a.button-big"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/f/{site.demo['forum']}$"))

    opened(page, board.path)
    page.keyboard.press("n")
    expect(page.locator("#compose-text")).to_be_focused()
    # Letters are letters while somebody types.
    page.keyboard.type(f"{TEXT}? n /")
    expect(page.locator("#help")).to_be_hidden()
    expect(page.locator("#compose-text")).to_have_value(f"{TEXT}? n /")
    page.keyboard.press("Control+Enter")
    card = page.locator(".card[data-own]", has_text=TEXT)
    expect(card).to_be_visible()

    tab_to(page, card.locator(".more"))
    page.keyboard.press("Enter")
    expect(card.locator(".dots")).to_have_attribute("data-mine", "1")
    expect(card.locator(".more")).to_be_focused()

    tab_to(page, card.locator(".card-menu"))
    page.keyboard.press("Enter")
    move = page.locator("#card-menu [data-act=move]")
    expect(page.locator("#card-menu")).to_be_visible()
    if not move.evaluate("(each) => each === document.activeElement"):
        tab_to(page, move)
    page.keyboard.press("Enter")
    expect(page.locator("#move [name=column]")).to_be_focused()
    page.keyboard.press("ArrowDown")
    tab_to(page, page.locator("#move button[type=submit]"))
    page.keyboard.press("Enter")
    expect(page.locator(".column").nth(1).locator(".card[data-own]")).to_be_visible()
    assert board.state()["ideas"][-1]["column"] != board.state()["ideas"][0]["column"]

    language = page.locator("details.menu", has=page.locator("[name=language]"))
    tab_to(page, language.locator("summary"), key="Shift+Tab")
    page.keyboard.press("Enter")
    tab_to(page, language.locator("button[value=ru]"))
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "ru")


def test_focus_comes_back_from_where_it_was_taken(site: Site, visit: Visits) -> None:
    board = site.board(columns=2, ideas=2)
    page = opened(visit(site.staff("moderator")), board.path)
    menu = page.locator(".card .card-menu").first
    for act, dialog in (("move", "#move"), ("hide", "#hide"), ("cluster", "#pick"), ("language", "#tongue")):
        menu.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#card-menu")).to_be_visible()
        tab_or_stay(page, page.locator(f"#card-menu [data-act={act}]"))
        page.keyboard.press("Enter")
        expect(page.locator(dialog)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
        assert focused(page) == menu.evaluate("(each) => each.outerHTML.slice(0, 200)"), act

    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator("#compose")).to_be_hidden()  # not while a dialog is open
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    page.keyboard.press("/")
    search = page.locator("#view [name=search]")
    expect(search).to_be_focused()
    page.keyboard.type("n?")
    expect(search).to_have_value("n?")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.reload()
    alive(page)


def tab_or_stay(page: Page, goal: Locator) -> None:
    if not goal.evaluate("(each) => each === document.activeElement"):
        tab_to(page, goal)
