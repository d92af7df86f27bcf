"""From notes on a board to a shortlisted proposal: four people, three languages, a phone and a desk, real browsers."""

from __future__ import annotations

import re
import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, PHONE, Visits, opened
from tests.browser.drafting import COMPLETE, FIELDS, Drafting, Proposal, saved, section, writing
from tests.browser.site import Guest, Site
from tests.browser.test_access import RULES, overflow, violations

NEED = "Wir kennen uns kaum. Das soll anders werden."
BETTER = "Wir kennen uns kaum. Das soll bis zum Sommer anders werden."
TRANSLATED = "Мы почти не знаем друг друга."


@pytest.fixture(scope="module")
def drafting(site: Site) -> Drafting:
    return Drafting(site)


class Eyes:
    """Looks at pages on the way, and remembers what is wrong with them."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def look(self, page: Page, where: str) -> None:
        if not page.evaluate("'axe' in window"):
            page.evaluate(Axe().axe_script)
        self.found += violations(page, where, "html", RULES) + overflow(page, where)


def fold(page: Page, place: str) -> Locator:
    """Open a fold, and the form in it."""
    page.locator(place).locator("> summary").click()
    return page.locator(place).locator("form")


def bell(page: Page) -> Locator:
    return page.locator("#bell")


def open_inbox(page: Page) -> None:
    """And wait until its scripts are there."""
    bell(page).click()
    page.wait_for_url("**/notices")


def state(page: Page, part: str = "need") -> Locator:
    return page.locator(f"#part-{part} [data-translation]")


def test_from_a_cluster_to_the_shortlist(drafting: Drafting, visit: Visits) -> None:
    anna, boris = drafting.join("Anna", "de", "essen"), drafting.join("Борис", "ru", "perm")
    chris, max_ = drafting.join("Chris", "en", "hamburg"), drafting.join("Max", "de", role="moderator")
    eyes = Eyes()

    proposal, phone, desk = made_from_a_cluster(drafting, visit, eyes, anna, boris, max_)
    written_together(proposal, eyes, phone, desk, anna)
    translated(proposal, eyes, phone, desk)
    amended(proposal, eyes, visit, phone, desk, anna, chris)
    decided(proposal, eyes, visit, phone, desk, max_)
    assert eyes.found == [], "\n".join(eyes.found)


def made_from_a_cluster(
    drafting: Drafting, visit: Visits, eyes: Eyes, anna: Guest, boris: Guest, max_: Guest
) -> tuple[Proposal, Page, Page]:
    drafting.phase("collect")
    board = drafting.site.board(forum=drafting.slug)
    one, two = (
        drafting.ask(who, f"boards/{board.id}/ideas", key=str(uuid.uuid4()), text=text)["idea"]["id"]
        for who, text in ((anna, "Eine Karte unserer Lieblingsorte"), (boris, "Карта любимых мест"))
    )
    moderator = opened(visit(max_), board.path)
    moderator.locator(f"#idea-{one} [data-act=menu]").click()
    moderator.locator("#card-menu [data-act=cluster]").click()
    moderator.locator("#pick [name=name]").fill("Zwei Städte, eine Karte")
    moderator.locator("#pick label.option", has_text="Карта").click()
    moderator.locator("#pick button[data-only=cluster]").click()
    expect(moderator.locator(".cluster .card")).to_have_count(2)
    moderator.close()
    drafting.phase("draft")

    phone = visit(anna, drafting.path, size=PHONE)
    desk = opened(visit(boris, size=DESK), board.path)
    desk.locator(f"#idea-{two} [data-act=menu]").click()
    desk.locator("#card-menu [data-act=propose-cluster]").click()
    expect(desk.locator("[name=title]")).to_have_value("Zwei Städte, eine Karte")
    expect(desk.locator(".taken-ideas li")).to_have_count(2)
    expect(desk.locator(".taken")).to_contain_text("Anna")
    eyes.look(desk, "start")
    desk.locator("label.chip:has([name=language][value=de])").click()
    desk.locator("main form .button-big").click()
    writing(desk)
    found = re.search(r"/proposals/(\d+)/write", desk.url)
    assert found
    proposal = Proposal(drafting, int(found[1]))

    # Whoever wrote one of the ideas is invited, sees it at once, and following the notice is having read it.
    expect(bell(phone)).to_have_attribute("data-unread", "1")
    open_inbox(phone)
    eyes.look(phone, "notices")
    phone.locator(".notices a").first.click()
    expect(phone.locator(".invitation")).to_be_visible()
    expect(bell(phone)).to_have_attribute("data-unread", "0")
    eyes.look(phone, "invited")
    phone.locator(".invitation [name=accept][value=true] ~ button").click()
    expect(phone.locator("#coauthors li")).to_have_count(2)
    expect(bell(desk)).to_have_attribute("data-unread", "1")

    # Both sides show where it comes from and where it went, for ever.
    expect(phone.locator("#proposal-origin .sources li")).to_have_count(2)
    cards = opened(visit(boris), board.path)
    expect(cards.locator(f"#idea-{one} .card-leads a[href$='/proposals/{proposal.id}']")).to_be_visible()
    cards.close()
    return proposal, phone, desk


def written_together(proposal: Proposal, eyes: Eyes, phone: Page, desk: Page, anna: Guest) -> None:
    writing(phone, f"{proposal.path}/write")
    section(phone, "need").click()
    phone.keyboard.type(NEED)
    expect(section(desk, "need")).to_contain_text(NEED)
    expect(desk.locator("#company")).to_contain_text("Anna")
    section(desk, "format").click()
    desk.keyboard.insert_text("Zuerst treffen wir uns.")
    expect(section(phone, "format")).to_contain_text("Zuerst treffen wir uns.")
    eyes.look(phone, "writing on a phone")
    eyes.look(desk, "writing at a desk")
    rest = {f"{part}:de": words for part, words in COMPLETE.items() if part not in ("need", "format")}
    proposal.write(anna, rest, FIELDS)
    expect(section(phone, "safety")).to_contain_text("Niemand")


def translated(proposal: Proposal, eyes: Eyes, phone: Page, desk: Page) -> None:
    writing(desk, f"{proposal.path}/write?language=ru")
    expect(desk.locator("#part-need [data-original-of]")).to_contain_text(NEED)
    expect(state(desk)).to_have_attribute("data-state", "missing")
    section(desk, "need").click()
    desk.keyboard.insert_text(TRANSLATED)
    expect(state(desk)).to_have_attribute("data-state", "current")
    saved(desk)
    section(phone, "need").click()
    phone.keyboard.press("Control+End")
    phone.keyboard.type(" Bald.")
    expect(desk.locator("#part-need [data-original-of]")).to_contain_text("Bald.")
    expect(state(desk)).to_have_attribute("data-state", "out_of_date")
    desk.reload()
    writing(desk)
    expect(state(desk)).to_have_attribute("data-state", "out_of_date")
    state(desk).locator("details[data-stale] summary").click()
    expect(state(desk).locator("details[data-stale] ins")).to_contain_text("Bald.")
    eyes.look(desk, "a translation that is out of date")
    state(desk).locator("[data-act=current]").click()
    expect(state(desk)).to_have_attribute("data-state", "current")
    # It is a second person who checks.
    writing(phone, f"{proposal.path}/write?language=ru")
    eyes.look(phone, "a translation on a phone")
    state(phone).locator("[data-act=checked]").click()
    expect(state(phone).locator("[data-checked=mine]")).to_be_visible()
    desk.reload()
    writing(desk)
    expect(state(desk).locator("[data-checked=theirs]")).to_contain_text("Anna")


def amended(proposal: Proposal, eyes: Eyes, visit: Visits, phone: Page, desk: Page, anna: Guest, chris: Guest) -> None:
    form = fold(phone, "#save-version")
    form.locator("[name=note]").fill("Zum ersten Mal lesbar")
    form.locator("button").click()
    expect(phone.locator("#part-need .prose")).to_contain_text(TRANSLATED if "language=ru" in phone.url else NEED)
    eyes.look(phone, "a proposal on a phone")
    eyes.look(opened_show(desk, proposal), "a proposal at a desk")

    third = visit(chris, proposal.path)
    expect(third.locator("#part-need .prose")).to_contain_text(NEED)
    third.locator("#part-need .part-end a[href*='comments=need']").click()
    third.locator("[data-compose] textarea").fill("Who draws the map?")
    third.locator("[data-compose] [type=submit]").click()
    expect(third.locator(".comment-text")).to_have_text("Who draws the map?")
    expect(phone.locator(".comment-text")).to_have_text("Who draws the map?")
    eyes.look(third, "comments on a section")
    third.goto(proposal.path)
    third.locator("#part-need .part-end a[href*='/amend/need']").click()
    third.locator("[name=wording]").fill(BETTER)
    third.locator("[name=reason]").fill("A date makes it real")
    third.locator("button[value=preview]").click()
    expect(third.locator(".preview ins").first).to_contain_text("bis zum Sommer")
    eyes.look(third, "an amendment before it is sent")
    third.locator("button[value=send]").click()
    expect(third.locator(".amendment[data-mine]")).to_be_visible()

    # It appears on the co-author's phone; accepted, its words are in the draft.
    amendment = phone.locator(".amendment")
    expect(amendment).to_contain_text("A date makes it real")
    eyes.look(phone, "an amendment on a phone")
    amendment.locator("button", has=phone.locator("[href$='icon-check']")).click()
    expect(amendment).to_have_attribute("data-state", "accepted")
    expect(third.locator(".amendment")).to_have_attribute("data-state", "accepted")
    assert proposal.says(anna, "need:de") == BETTER
    expect(bell(third)).to_have_attribute("data-unread", "1")

    form = fold(phone, ".do-fold:has([name=note])")
    form.locator("[name=note]").fill("Mit Chris’ Änderung")
    form.locator("button").click()
    expect(phone.locator("#proposal-head")).to_contain_text(re.compile("Version 2|2"))
    for page, size in ((third, "a desk"), (phone, "a phone")):
        page.goto(f"{proposal.path}/versions")
        eyes.look(page, f"versions on {size}")
        page.locator("#version-2 a[href*='compare']").click()
        expect(page.locator(".diff-block ins").first).to_contain_text("bis zum Sommer")
        # Readable without colour: by a sign, and by words for whoever listens.
        expect(page.locator(".diff-block ins .diff-sign").first).to_have_text("+")
        expect(page.locator(".diff-block ins .sr-only").first).not_to_be_empty()
        eyes.look(page, f"a difference on {size}")

    third.goto(proposal.path)
    opened_show(desk, proposal)
    opened_show(phone, proposal)
    third.locator("#endorse button").click()
    for page in (third, desk, phone):
        expect(page.locator("#support .support-teams li")).to_have_count(1)
    expect(desk.locator("#support .support-name")).to_have_text("Hamburg")
    expect(desk.locator("#support b")).to_have_text("1")


def opened_show(page: Page, proposal: Proposal) -> Page:
    page.goto(proposal.path)
    expect(page.locator("#proposal-head")).to_be_visible()
    return page


def decided(proposal: Proposal, eyes: Eyes, visit: Visits, phone: Page, desk: Page, max_: Guest) -> None:
    stage = "#proposal-head [aria-current=step][data-stage={}]"
    moderator = visit(max_, proposal.path)
    unread = int(bell(desk).get_attribute("data-unread") or 0) + 1
    fold(phone, "#move-submit").locator("button").click()
    for page in (phone, desk, moderator):
        expect(page.locator(stage.format("submitted"))).to_be_attached()
    expect(bell(desk)).to_have_attribute("data-unread", str(unread))
    moderator.locator("#move-return > summary").click()
    eyes.look(moderator, "a submitted proposal for a moderator")
    moderator.locator("#move-return [name=reason]").fill("Wer bezahlt die Fahrt nach Perm?")
    moderator.locator("#move-return button").click()
    expect(desk.locator(stage.format("returned"))).to_be_attached()
    expect(bell(desk)).to_have_attribute("data-unread", str(unread + 1))
    open_inbox(desk)
    eyes.look(desk, "notices at a desk")
    desk.locator(".notices li[data-unread] a").first.click()
    expect(desk.locator("#proposal-history blockquote")).to_have_text("Wer bezahlt die Fahrt nach Perm?")
    expect(bell(desk)).to_have_attribute("data-unread", str(unread))

    fold(desk, "#move-submit").locator("button").click()
    expect(moderator.locator(stage.format("submitted"))).to_be_attached()
    moderator.locator("form:has([value=shortlist]) button").click()
    for page in (phone, desk, moderator):
        expect(page.locator(stage.format("shortlisted"))).to_be_attached()
    eyes.look(phone, "a shortlisted proposal")
    desk.goto(f"{proposal.drafting.path}/proposals")
    expect(desk.locator(f"#proposal-{proposal.id} .stage")).to_have_attribute("data-stage", "shortlisted")
    eyes.look(desk, "the list")


def test_notices_are_read_one_by_one_and_counted_after_a_break(drafting: Drafting, visit: Visits) -> None:
    anna, boris = drafting.join("Anna", "de", "essen"), drafting.join("Борис", "ru", "perm")
    visit.line_may_break = True
    phone = visit(anna, drafting.path, size=PHONE)
    expect(phone.locator("#connection")).to_have_attribute("data-state", "online")
    first = drafting.start(boris, title="Chor")
    first.ask(boris, "invite", member=drafting.member(anna))
    expect(bell(phone)).to_have_attribute("data-unread", "1")
    phone.context.set_offline(True)
    expect(phone.locator("#connection")).to_have_attribute("data-state", "offline")
    drafting.start(boris, title="Schach").ask(boris, "invite", member=drafting.member(anna))
    phone.context.set_offline(False)
    expect(bell(phone)).to_have_attribute("data-unread", "2")

    # The newer one is read; the older one still waits.
    open_inbox(phone)
    phone.locator(".notices a", has_text="Schach").click()
    expect(phone.locator(".invitation")).to_be_visible()
    expect(bell(phone)).to_have_attribute("data-unread", "1")
    phone.go_back()
    expect(phone.locator(".notices li[data-unread] a")).to_have_count(1)
    expect(phone.locator(".notices li[data-unread] a")).to_contain_text("Chor")
