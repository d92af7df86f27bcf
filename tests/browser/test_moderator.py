"""What a moderator does on a board, and what everybody else sees of it without a reload."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visits, alive, opened
from tests.browser.site import Site


def act(page: Page, idea: int, what: str) -> None:
    """Choose something from a card's menu."""
    page.locator(f"#idea-{idea} [data-act=menu]").click()
    page.locator(f"#card-menu [data-act={what}]").click()


def card(page: Page, idea: int) -> Locator:
    return page.locator(f"#idea-{idea}")


def switch(page: Page, event: str) -> None:
    page.locator(f"[data-event='{event}']").click()


def test_signing_in_clustering_merging_and_taking_apart(site: Site, visit: Visits) -> None:
    board = site.board(columns=2)
    tandem, cooking, chess = (
        board.post(text) for text in ("Sprachtandem im Park", "Kochen per Video", "Schach online")
    )
    anna = opened(visit(site.join("Anna", "de", "essen")), board.path)
    card(anna, cooking).locator(".more").click()
    card(anna, chess).locator(".more").click()
    expect(card(anna, chess).locator(".total")).to_have_text("1")

    mod = visit(language="de")
    mod.goto("/sign-in")
    mod.locator("[name=email]").fill(site.demo["moderator"]["email"])
    mod.locator("main [name=password]").fill(site.demo["moderator"]["password"])
    mod.locator("main form button:not([type=button])").click()
    expect(mod.locator("body[data-person]")).to_be_attached()
    opened(mod, board.path)
    mod.locator("details.menu", has=mod.locator("[name=language]")).locator("summary").click()
    mod.locator("button[name=language][value=en]").click()
    expect(mod.locator("html")).to_have_attribute("lang", "en")
    alive(mod)

    # A cluster: made from the menu, and named anew.
    act(mod, tandem, "cluster")
    mod.locator("#pick [name=name]").fill("Together")
    mod.locator("#pick label.option", has_text="Kochen").click()
    mod.locator("#pick button[data-only=cluster]").click()
    expect(anna.locator(".cluster .card")).to_have_count(2)
    expect(anna.locator(".cluster-name")).to_have_text("Together")
    mod.locator("[data-act=cluster-menu]").click()
    mod.locator("#cluster-menu [name=name]").fill("Meet often")
    mod.locator("#cluster-menu [data-form=cluster-name] button").click()
    expect(anna.locator(".cluster-name")).to_have_text("Meet often")

    # A merge: votes move along, who voted is told; nobody counts twice, and it can be taken apart.
    act(mod, chess, "merge")
    mod.locator("#pick label.option", has_text="Kochen").click()
    mod.locator("#pick button[data-only=merge]").click()
    expect(card(anna, chess)).to_have_count(0)
    expect(anna.locator("#notices .strip[data-merge]")).to_contain_text("Schach online")
    expect(card(anna, cooking).locator(".dots")).to_have_attribute("data-mine", "2")
    expect(card(anna, cooking).locator(".total")).to_have_text("2")
    merged = card(mod, cooking).locator("details.card-merged")
    merged.locator("summary").click()
    merged.locator("[data-act=unmerge]").click()
    expect(card(anna, chess).locator(".dots")).to_have_attribute("data-mine", "1")
    expect(card(anna, cooking).locator(".dots")).to_have_attribute("data-mine", "1")
    expect(card(anna, chess).locator(".total")).to_have_text("1")
    assert (board.dots(cooking), board.dots(chess)) == (1, 1)


def test_switches_tell_everyone_why(site: Site, visit: Visits) -> None:
    board = site.board(columns=2)
    foreign = board.post("Ein Podcast aus zwei Küchen")
    anna = opened(visit(site.join("Анна", "ru", "perm")), board.path)
    anna.locator("#new-idea").click()
    anna.locator("#compose-text").fill("Общая карта любимых мест")
    anna.locator("#compose-form [type=submit]").click()
    own = anna.locator(".card[data-own]")
    expect(own.locator(".grip")).to_have_count(1)
    mod = opened(visit(site.staff("moderator")), board.path)

    more = card(anna, foreign).locator(".more")
    switch(mod, "board:voting")
    expect(more).to_have_attribute("aria-disabled", "true")
    why = anna.locator("#why-not-vote").text_content()
    assert why and more.get_attribute("title") == why
    more.click(force=True)  # Playwright takes aria-disabled at its word
    expect(card(anna, foreign).locator(".card-problem")).to_contain_text(why)
    assert board.dots(foreign) == 0
    switch(mod, "board:voting")
    expect(more).not_to_have_attribute("aria-disabled", "true")

    switch(mod, "board:freeze")
    expect(anna.locator("#board-state")).to_have_attribute("data-frozen", "true")
    expect(own.locator(".grip")).to_have_count(0)
    own.locator("[data-act=menu]").click()
    expect(anna.locator("#card-menu [data-act=withdraw]")).to_be_visible()
    expect(anna.locator("#card-menu [data-act=move]")).to_be_hidden()
    anna.keyboard.press("Escape")

    # Hidden with a reason: gone for the others, still there for those who moderate.
    act(mod, foreign, "hide")
    mod.locator("#hide [name=reason]").fill("It names a person.")
    mod.locator("#hide form button").click()
    expect(card(anna, foreign)).to_have_count(0)
    expect(card(mod, foreign)).to_have_attribute("data-state", "hidden")
    expect(card(mod, foreign).locator(".card-flag")).to_contain_text("It names a person.")
    act(mod, foreign, "restore")
    expect(card(anna, foreign)).to_be_visible()


def test_a_phase_change_arrives_in_the_other_browser(site: Site, visit: Visits) -> None:
    board = site.board(ideas=1)
    anna = opened(visit(site.join("Anna", "de")), board.path)
    mod = visit(site.staff("moderator"), f"/f/{site.demo['forum']}")
    now = anna.locator("#phase-stepper [aria-current=step]")
    before = now.text_content()

    def choose(phase: str) -> None:
        mod.locator("#f-phase").select_option(phase)
        mod.locator(".road-form button").click()
        expect(mod.locator(".road [aria-current=step]")).to_be_visible()

    choose("decide")
    try:
        expect(now).not_to_have_text(before or "")
        # In this phase nobody posts: the button says so instead of doing nothing.
        expect(anna.locator("#new-idea")).to_have_attribute("aria-disabled", "true")
    finally:
        choose("collect")
    expect(now).to_have_text(before or "")
    expect(anna.locator("#new-idea")).not_to_have_attribute("aria-disabled", "true")
