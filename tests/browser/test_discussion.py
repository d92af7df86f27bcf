"""What people say to each other, live in two browsers: comments, translations, notices and reports; and parts."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, PHONE, Visits, opened
from tests.browser.site import Board, Site


@pytest.fixture
def board(site: Site) -> Board:
    return site.board(columns=1)


@pytest.fixture
def idea(board: Board) -> int:
    return board.post("Eine Radtour entlang beider Flüsse, mit Übernachtung", language="de")


def page_of(board: Board, idea: int) -> str:
    return f"{board.path}/ideas/{idea}"


def ready(page: Page, path: str) -> Page:
    page.goto(path)
    expect(page.locator("html[data-ready]")).to_be_attached()
    expect(page.locator("#connection")).to_have_attribute("data-state", "online")
    return page


def say(board: Board, idea: int, text: str, **more: Any) -> int:
    answer = board.ask("comments", {"key": str(uuid.uuid4()), "idea": idea, "text": text, **more})
    return int(answer["comment"]["id"])


def comment(page: Page, text: str) -> Locator:
    """The innermost comment that says this."""
    return page.locator(".comment[data-comment]", has=page.get_by_text(text, exact=True)).last


def write(page: Page, text: str) -> None:
    page.locator("#thread-text").fill(text)
    page.locator("#thread > form [type=submit]").click()


def choose(page: Page, text: str, act: str) -> None:
    comment(page, text).locator("[data-act=comment-menu]").last.click()
    page.locator(f"#comment-menu [data-act={act}]").click()


def test_a_thread_lives_around_what_somebody_types(site: Site, visit: Visits, board: Board, idea: int) -> None:
    watching = opened(visit(site.join("Vera", "en")), board.path)
    anna = ready(visit(site.join("Anna", "en", "essen"), size=PHONE), page_of(board, idea))
    boris = ready(visit(site.join("Борис", "en", "perm")), page_of(board, idea))

    boris.locator("#thread-text").click()
    boris.keyboard.type("I would")
    write(anna, "Who comes along?")
    expect(comment(boris, "Who comes along?")).to_be_visible()
    boris.keyboard.type(" come along")
    expect(boris.locator("#thread-text")).to_have_value("I would come along")
    boris.keyboard.press("Control+Enter")
    expect(comment(anna, "I would come along").locator(".city")).to_have_text("Perm")

    # Boris changes his words while Anna answers them.
    comment(anna, "I would come along").locator("[data-act=reply]").click()
    anna.keyboard.type("With a")
    choose(boris, "I would come along", "comment-edit")
    boris.keyboard.press("End")
    boris.keyboard.type(", too")
    boris.keyboard.press("Control+Enter")
    expect(comment(anna, "I would come along, too")).to_be_visible()
    anna.keyboard.type(" tent?")
    anna.locator(".comment-reply [type=submit]").click()
    expect(boris.locator(".replies .comment-text")).to_have_text("With a tent?")

    for page in (anna, boris):
        expect(page.locator("[data-thread-count]")).to_have_text("3")
        expect(page.locator(".ghost")).to_have_count(0)
    expect(anna.locator(".comment[data-own]")).to_have_count(2)
    expect(watching.locator(f"#idea-{idea} a[href$='/ideas/{idea}']")).to_contain_text("3")
    expect(boris.locator("#announcer")).to_contain_text("comment")


def test_hidden_words_stay_with_their_author_and_leave_everybody_else(
    site: Site, visit: Visits, board: Board, idea: int
) -> None:
    anna = ready(visit(site.join("Anna", "en", "essen")), page_of(board, idea))
    boris = ready(visit(site.join("Борис", "en", "perm")), page_of(board, idea))
    mod = ready(visit(site.staff("moderator")), page_of(board, idea))
    write(anna, "You are all so slow")
    comment(boris, "You are all so slow").locator("[data-act=reply]").click()
    boris.keyboard.type("Please be")

    choose(mod, "You are all so slow", "comment-hide")
    mod.locator("#comment-hide textarea").fill("Unkind")
    mod.locator("#comment-hide [type=submit]").click()
    expect(boris.locator(".comment[data-comment]")).to_have_count(0)
    # What somebody was answering goes on where a new comment is written.
    boris.keyboard.type(" kind")
    expect(boris.locator("#thread-text")).to_have_value("Please be kind")
    expect(comment(anna, "You are all so slow").locator(".comment-flag")).to_contain_text("Unkind")
    expect(comment(mod, "You are all so slow").locator(".comment-flag")).to_contain_text("Unkind")

    choose(mod, "You are all so slow", "comment-restore")
    expect(comment(boris, "You are all so slow")).to_be_visible()
    expect(boris.locator("#thread-text")).to_have_value("Please be kind")
    choose(mod, "You are all so slow", "comment-resolve")
    expect(comment(boris, "You are all so slow").locator(".badge-on")).to_be_visible()
    choose(anna, "You are all so slow", "comment-withdraw")
    for page in (anna, boris, mod):
        expect(page.locator(".comment[data-comment]")).to_have_count(0)


def test_a_comment_written_without_a_line_is_sent_once(site: Site, visit: Visits, board: Board, idea: int) -> None:
    visit.line_may_break = True
    boris = ready(visit(site.join("Борис", "en", "perm")), page_of(board, idea))
    anna = ready(visit(site.join("Anna", "en", "essen"), size=PHONE), page_of(board, idea))
    anna.context.set_offline(True)
    expect(anna.locator("#connection")).to_have_attribute("data-state", "offline")
    write(anna, "From the tunnel")
    expect(anna.locator(".ghost .ghost-line")).to_have_text("Not sent yet, retrying")
    expect(comment(boris, "From the tunnel")).to_have_count(0)
    anna.context.set_offline(False)
    expect(comment(boris, "From the tunnel")).to_be_visible()
    expect(anna.locator(".ghost")).to_have_count(0)
    anna.reload()
    expect(anna.get_by_text("From the tunnel", exact=True)).to_have_count(1)


def test_a_thread_is_used_without_a_mouse(site: Site, visit: Visits, board: Board, idea: int) -> None:
    for number in range(5):
        say(board, idea, f"Number {number}", language="en")
    page = ready(visit(site.join("Anna", "en", "essen")), page_of(board, idea))
    page.locator(".thread-jump").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#thread-text")).to_be_focused()

    reply = comment(page, "Number 1").locator("[data-act=reply]")
    reply.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("An answer")
    page.keyboard.press("Escape")
    expect(reply).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#comment-menu[open] [data-act=comment-report]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(comment(page, "Number 1").locator("[data-act=comment-menu]")).to_be_focused()


def test_what_is_begun_survives_another_language(site: Site, visit: Visits, board: Board, idea: int) -> None:
    answered = say(board, idea, "And the rain?", language="en")
    page = ready(visit(site.join("Anna", "en", "essen"), size=PHONE), page_of(board, idea))
    comment(page, "And the rain?").locator("[data-act=reply]").click()
    page.keyboard.type("Half an answer")
    page.locator("#thread-text").fill("Half a comment")
    page.locator("details.menu", has=page.locator("[name=language]")).locator("summary").click()
    page.locator("button[name=language][value=ru]").click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.locator("#thread-text")).to_have_value("Half a comment")
    expect(page.locator(f"#comment-{answered} .comment-reply textarea")).to_have_value("Half an answer")


def test_a_translation_is_written_where_one_reads_and_checked_by_another(
    site: Site, visit: Visits, board: Board, idea: int
) -> None:
    anna = opened(visit(site.join("Anna", "en", "hamburg")), board.path)
    card = anna.locator(f"#idea-{idea}")
    card.locator("[data-translate]").click()
    field = anna.locator("#translating textarea")
    # No machine unless somebody has set one up.
    expect(anna.locator("form[action$='translation-suggest']")).to_have_count(0)
    field.fill("A bike tour along both rivers")
    anna.keyboard.press("Escape")
    card.locator("[data-translate]").click()
    expect(field).to_have_value("A bike tour along both rivers")
    anna.locator("form[action$='translation-wish'] button").click()
    expect(anna.locator("#translating [name=wish]")).to_have_value("no")
    expect(field).to_have_value("A bike tour along both rivers")
    anna.locator("#translating .translate-form button").click()

    boris = opened(visit(site.join("Boris", "en", "ufa")), board.path)
    shown = boris.locator(f"#idea-{idea} details.beside")
    shown.locator("summary").click()
    expect(shown.locator(".beside-text")).to_have_attribute("lang", "en")
    expect(shown.locator(".beside-line")).to_contain_text("Anna")
    # Below the original, not in a column beside it.
    above, below = shown.locator("summary").bounding_box(), shown.locator(".beside-text").bounding_box()
    assert above and below and below["y"] >= above["y"] + above["height"]
    shown.locator("[data-translate]").click()
    boris.locator("form[action$='translation-check'] button").click()
    expect(card.locator(".beside-line")).to_contain_text("checked")


def test_the_queue_of_what_waits_gets_shorter(site: Site, visit: Visits, board: Board) -> None:
    first, second = (board.post(f"Eine neue Idee {word}", language="de") for word in ("heute", "morgen"))
    page = ready(visit(site.join("Вера", "ru", "perm"), size=PHONE), f"/f/{site.demo['forum']}/translate?language=ru")
    for text in (first, second):
        expect(page.locator(f"#waits-idea-{text} .original")).to_have_attribute("lang", "de")
    page.locator(f"#waits-idea-{first} textarea").fill("Новая идея сегодня")
    page.locator(f"#waits-idea-{second} textarea").fill("Новая идея")
    page.locator(f"#waits-idea-{first} button").click()
    expect(page.locator(f"#waits-idea-{first}")).to_have_count(0)
    expect(page.locator(f"#waits-idea-{second} textarea")).to_have_value("Новая идея")
    page.reload()
    expect(page.locator(f"#waits-idea-{first}")).to_have_count(0)


def test_reports_and_notices_come_by_themselves(site: Site, visit: Visits, board: Board, idea: int) -> None:
    home = f"/f/{site.demo['forum']}"
    first, second = say(board, idea, "Once", language="en"), say(board, idea, "Twice", language="en")
    board.ask("reports", {"kind": "comment", "id": first, "category": "off_topic"})
    mod = ready(visit(site.staff("moderator"), size=PHONE), f"{home}/reports")
    mod.locator(f"#comment-{first} [name=outcome]").fill("Talked to")
    unread = int(mod.locator("#bell").get_attribute("data-unread") or 0)  # other tests report, too

    anna = ready(visit(site.join("Anna", "en", "essen"), size=PHONE), page_of(board, idea))
    choose(anna, "Twice", "comment-report")
    anna.locator("#report [value=danger]").check()
    anna.locator("#report textarea").fill("Please look")
    anna.locator("#report [type=submit]").click()
    expect(anna.locator("#report [data-thanks]")).to_be_visible()
    anna.locator("#report [data-close]").click()

    case = mod.locator(f"#comment-{second}")
    expect(case).to_contain_text("Please look")
    expect(mod.locator("#bell")).to_have_attribute("data-unread", str(unread + 1))
    expect(mod.locator(f"#comment-{first} [name=outcome]")).to_have_value("Talked to")
    case.locator("[name=outcome]").fill("All is well")
    case.locator("[name=outcome]").press("Enter")
    expect(case).to_have_count(0)

    # Nobody else is told of a report; of an answer, whoever is answered.
    write(anna, "Who answers?")
    own = anna.locator(".comment[data-own]")
    expect(own).to_be_visible()
    expect(anna.locator("#bell")).to_have_attribute("data-unread", "0")
    asked = int(own.get_attribute("data-comment") or 0)
    say(board, idea, "I do", parent=asked)
    expect(anna.locator("#bell")).to_have_attribute("data-unread", "1")
    ready(anna, f"{home}/notices")
    expect(anna.locator(".notices li")).to_have_count(1)
    say(board, idea, "I do, too", parent=asked)
    expect(anna.locator(".notices li")).to_have_count(2)
    anna.locator("#inbox form button").click()
    expect(anna.locator("#bell")).to_have_attribute("data-unread", "0")


def names(page: Page) -> list[str]:
    return list(page.locator("[data-part]").evaluate_all("(parts) => parts.map((part) => part.dataset.name)"))


def test_the_parts_of_a_proposal_are_arranged_and_survive_another_language(site: Site, visit: Visits) -> None:
    page = ready(visit(site.staff("organiser"), size=DESK), f"/f/{site.demo['forum']}/template")
    before, ids = names(page), [part.get_attribute("id") for part in page.locator("[data-part]").all()]
    page.locator("[value=add]").click()
    new = page.locator("[data-part]").last
    expect(new.locator("summary")).to_be_focused()
    new.locator("[name$=-name-de]").fill("Barrierefreiheitsbeauftragte")
    new.locator("[name$=-name-en]").fill("Access")
    new.locator("[name$=-required]").check()
    new.locator("[data-move=up]").click()
    expect(page.locator("#announcer")).to_contain_text("Access")
    page.locator("#part-need [data-move=down]").click()
    moved = [before[1], before[0], *before[2:-1], "Access", before[-1]]
    assert names(page) == moved

    # Nothing of it is saved, and all of it is there in German.
    page.locator("details.menu", has=page.locator("[name=language]")).locator("summary").click()
    page.locator("button[name=language][value=de]").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("[data-unsaved]")).to_be_attached()
    assert names(page)[-2] == "Barrierefreiheitsbeauftragte"
    part = page.locator("[data-part]").nth(-2)
    expect(part.locator("[name$=-required]")).to_be_checked()
    expect(part.locator("[name$=-name-en]")).to_have_value("Access")

    # By the handle, with what lies below giving way.
    order = names(page)
    dragged = [order[1], order[2], order[0], *order[3:]]
    grips = page.locator("[data-part] .template-grip")
    page.evaluate("scrollTo(0, 200)")
    start, end = grips.nth(0).bounding_box(), grips.nth(2).bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 10, start["y"] + 15)
    page.mouse.down()
    page.mouse.move(end["x"] + 10, end["y"] + 8, steps=12)
    for nudge in range(100):
        if names(page) == dragged:
            break
        page.mouse.move(end["x"] + 10, end["y"] + 20 + nudge % 4)
        page.wait_for_timeout(50)
    page.mouse.up()
    page.locator(".template-end [value=save]").click()
    expect(page.locator(".note-good")).to_be_visible()
    page.reload()
    assert names(page) == dragged

    # As it was, for the other tests of this forum.
    page.locator("#part-format [data-move=up]").click()
    page.locator("[data-part]").nth(-2).locator("summary").click()
    page.locator("[data-part]").nth(-2).locator("[value^=remove]").click()
    expect(page.locator("[data-unsaved]")).to_be_attached()
    page.locator(".template-end [value=save]").click()
    expect(page.locator(".note-good")).to_be_visible()
    assert [part.get_attribute("id") for part in page.locator("[data-part]").all()] == ids
