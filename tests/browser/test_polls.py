"""Voting in browsers: on a phone, by keyboard, without a line for a while; and a result that comes by itself."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Visits
from tests.browser.deciding import Deciding, Poll
from tests.browser.site import Site

KEPT = "() => Object.keys(localStorage).filter((name) => name.startsWith('yf.ballot.'))"


@pytest.fixture(scope="module")
def forum(site: Site) -> Deciding:
    return Deciding(site)


def ballot(page: Page) -> Page:
    expect(page.locator("html[data-ready]")).to_be_attached()
    expect(page.locator("#ballot-choose")).to_be_visible()
    return page


def review(page: Page) -> None:
    page.locator("#ballot button[value=review]").click()
    expect(page.locator("#ballot-review")).to_be_visible()


def receipt(page: Page) -> str:
    expect(page.locator("#receipt-code")).to_be_visible()
    expect(page.locator("#ballot")).to_have_count(0)
    assert page.evaluate(KEPT) == []
    return page.locator("#receipt-code").get_attribute("data-copy-text") or ""


def totals(poll: Poll) -> dict[str, Any]:
    return dict(poll.told()["result"]["totals"])


def test_three_people_vote_and_see_the_result_come(forum: Deciding, visit: Visits) -> None:
    anna, boris, chris = (forum.join(name, code) for name, code in (("Anna", "de"), ("Борис", "ru"), ("Chris", "en")))
    poll = forum.opened("approval")
    phone = ballot(visit(anna, poll.path, size=PHONE))
    phone.locator(".paper-tick").nth(0).tap()
    phone.locator("#ballot button[value=review]").tap()
    expect(phone.locator("[data-review]")).to_contain_text("Eine Karte")
    expect(phone.locator("[data-review]")).not_to_contain_text("Ein Chor")
    # A double tap is one ballot.
    phone.locator("#ballot button[value=cast]").dblclick()
    own = receipt(phone)

    # By keyboard alone.
    keys = ballot(visit(boris, poll.path))
    keys.locator("[name=approved]").first.focus()
    for key in ("Space", "Tab", "Space"):
        keys.keyboard.press(key)
    keys.locator("#ballot button[value=review]").focus()
    keys.keyboard.press("Enter")
    expect(keys.locator("#ballot-review")).to_be_focused()
    for key in ("Tab", "Tab", "Enter"):
        keys.keyboard.press(key)
    assert receipt(keys) != own

    late = ballot(visit(chris, poll.path))
    late.locator("[name=approved]").nth(2).check()
    poll.close()
    for page in (phone, keys):
        expect(page.locator("#result-title")).to_be_visible()
        expect(page.locator("#receipt-code")).to_be_visible()
    # What is not cast in time is not cast, and that is said.
    expect(late.locator("#result-title")).to_be_visible()
    expect(late.locator("#ballot-problem")).to_contain_text("Your choice was not cast")
    expect(late.locator("#ballot")).to_have_count(0)
    assert totals(poll) == {"a": {"approved": 2}, "b": {"approved": 1}, "c": {}} and late.evaluate(KEPT) == []
    phone.locator("#receipts summary").click()
    phone.locator("[data-find-receipt]").fill(own.lower())
    expect(phone.locator("[data-found]")).to_contain_text("gefunden", ignore_case=True)


def test_a_ranking_by_keyboard(forum: Deciding, visit: Visits) -> None:
    anna = forum.join("Anna", "en")
    poll = forum.opened("ranking")
    page = ballot(visit(anna, poll.path))
    for option in ("A camp", "A map", "A choir"):
        page.locator(".rank-pick", has_text=option).focus()
        page.keyboard.press("Enter")
    page.locator(".rank", has_text="A map").locator("[data-rank=up]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#announcer")).to_have_text("A map: place 1")
    page.locator(".rank-pick", has_text="A choir").focus()
    page.keyboard.press("Space")
    expect(page.locator(".rank[data-ranked]")).to_have_count(2)
    page.reload()
    expect(page.locator(".rank[data-ranked] .rank-pick")).to_have_text(["1A map", "2A camp"])
    review(page)
    page.locator("#ballot button[value=cast]").click()
    receipt(page)
    poll.close()
    assert {key: total.get("first", 0) for key, total in totals(poll).items()} == {"a": 1, "b": 0, "c": 0}


def test_points_survive_an_update_a_lost_line_and_a_reload(forum: Deciding, visit: Visits) -> None:
    anna, boris = forum.join("Anna", "en"), forum.join("Boris", "en")
    poll = forum.opened("score")
    page = ballot(visit(anna, poll.path, size=PHONE))
    visit.line_may_break = True
    page.locator("[data-option=a] .point").nth(5).tap()
    page.locator("[data-option=b] .point").nth(2).tap()
    node = page.locator("#ballot").element_handle()
    forum.phase("recommend")
    forum.phase("decide")
    poll.cast(boris, {"a": 1})
    review(page)
    page.context.set_offline(True)
    page.locator("#ballot button[value=cast]").click()
    expect(page.locator("[data-waiting]")).to_contain_text("Your ballot is kept in this browser")
    assert node is not None and node.evaluate("(ballot) => ballot.isConnected")
    page.context.set_offline(False)
    own = receipt(page)
    page.reload()
    expect(page.locator("#poll-mine")).to_contain_text("You voted already")
    poll.close()
    assert totals(poll)["a"] == {"1": 1, "5": 1} and own in page.request.get(f"/api/v1/polls/{poll.id}/export").text()


def test_a_ballot_whose_answer_was_lost_is_counted_once_and_gives_its_receipt(forum: Deciding, visit: Visits) -> None:
    anna = forum.join("Anna", "en")
    poll = forum.opened("yes_no")
    page = ballot(visit(anna, poll.path))
    page.locator("[data-option=a] .answer").first.click()
    page.locator("[data-option=b] .answer").nth(1).click()
    review(page)
    expect(page.locator("[data-review] strong")).to_have_text(["Yes", "No", "Abstain"])
    # The page goes away in the moment of casting; what it had sent, and with which half, is kept.
    name = page.evaluate(KEPT)[0]
    kept = page.evaluate("(name) => localStorage.getItem(name)", name)
    page.locator("#ballot button[value=cast]").click()
    own = receipt(page)
    page.evaluate("([name, kept]) => localStorage.setItem(name, kept)", [name, kept.replace("false", "true")])
    page.reload()
    assert receipt(page) == own
    poll.close()
    assert totals(poll)["a"] == {"yes": 1}


def test_nobody_finds_what_somebody_else_had_chosen(forum: Deciding, visit: Visits) -> None:
    anna, boris = forum.join("Anna", "en"), forum.join("Boris", "en")
    poll = forum.opened("approval")
    page = ballot(visit(anna, poll.path))
    page.locator("[name=approved]").first.check()
    assert len(page.evaluate(KEPT)) == 1
    page.context.clear_cookies()
    page.context.add_cookies(boris.cookies)  # type: ignore[arg-type]
    ballot(page).goto(poll.path)
    expect(page.locator("[name=approved]:checked")).to_have_count(0)
    assert page.evaluate(KEPT) == []
    page.locator("[name=approved]").first.check()
    page.locator(".top-tools details").last.locator("> summary").click()
    page.locator("form[action='/sign-out'] button").click()
    page.wait_for_url("/")
    assert page.evaluate(KEPT) == []


def test_a_poll_is_made_looked_at_and_run_in_a_browser(forum: Deciding, visit: Visits) -> None:
    anna = forum.join("Anna", "en")
    waiting = visit(anna, f"{forum.path}/polls")
    page = visit(forum.organiser, f"{forum.path}/polls/new")
    expect(page.locator("html[data-ready]")).to_be_attached()
    page.locator("[name=question_en]").fill("Which evening?")
    if page.locator("[name=lines_en]").is_hidden():
        page.locator("summary", has_text="Write or paste a list").click()
    page.locator("[name=lines_en]").fill("Monday\nTuesday\nWednesday")
    page.locator("[name=method][value=ranking]").check()
    # What can't be counted on rankings gives way to what can.
    expect(page.locator("[name=decides]:checked")).to_have_value("schulze")
    expect(page.locator("[name=decides][value=equal_shares]")).to_be_hidden()
    page.locator("[name=seats]").fill("1")
    page.locator("button[value=preview]").click()
    expect(page.locator("#preview .rank")).to_have_count(3)
    expect(page.locator("[name=lines_en]")).to_have_value("Monday\nTuesday\nWednesday")
    page.locator("button[value=save]").click()
    expect(page.locator("h1")).to_have_text("Which evening?")
    page.locator("#open-poll summary").click()
    page.locator("#open-poll button").click()
    expect(page.locator("#turnout-words")).to_be_visible()
    # It appears to those who look at the list.
    expect(waiting.locator(".poll-entry", has_text="Which evening?")).to_contain_text("Vote now")
    page.locator("#close-poll summary").click()
    page.locator("#close-poll button").click()
    expect(page.locator("#result-title")).to_be_visible()
    expect(waiting.locator(".poll-entry", has_text="Which evening?")).to_contain_text("Result published")
