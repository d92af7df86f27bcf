"""Several people write one proposal in real browsers: nobody's words are lost, and everything goes without a mouse."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.drafting import Drafting, Proposal, saved, section, writing
from tests.browser.site import Guest, Site
from tests.browser.test_keyboard import tab_to
from tests.serving.server import eventually

WORDS = {"de": "Brücke", "ru": "мост", "en": "bridge"}
# In each window: when each of the own words was ended by a key, and when each word was first seen on the screen.
CLOCK = """() => {
  const now = () => performance.timeOrigin + performance.now();
  window.ended = [];
  window.seen = {};
  const place = document.querySelector("#part-need .write-own [contenteditable=true]");
  place.addEventListener("keydown", (event) => { if (event.key === ".") window.ended.push(now()); }, true);
  new MutationObserver(() => {
    for (const [word] of place.textContent.matchAll(/[^\\s.]+-\\d+\\./g)) window.seen[word] ??= now();
  }).observe(place, { childList: true, characterData: true, subtree: true });
}"""


@pytest.fixture(scope="module")
def drafting(site: Site) -> Drafting:
    return Drafting(site)


@pytest.fixture(scope="module")
def authors(drafting: Drafting) -> list[Guest]:
    """Three who write together; the first begins the proposals."""
    names = (("Anna", "de", "essen"), ("Борис", "ru", "perm"), ("Chris", "en", ""))
    return [drafting.join(name, language, team) for name, language, team in names]


class Typist:
    """Somebody who writes numbered words into the part “need”, one key after the other."""

    def __init__(self, page: Page, word: str) -> None:
        self.page, self.word, self.done = page, word, 0
        self._keys = self._more()

    def _more(self) -> Iterator[str]:
        while True:
            yield from f"{self.word}-{self.done}."
            self.done += 1
            yield " "

    @property
    def words(self) -> list[str]:
        return [f"{self.word}-{number}." for number in range(self.done)]

    def press(self) -> None:
        self.page.keyboard.insert_text(key) if (key := next(self._keys)) > "\x7f" else self.page.keyboard.press(key)

    def end_word(self) -> None:
        begun = self.done
        while self.done == begun:
            self.press()


def text_of(page: Page) -> str:
    return str(section(page, "need").inner_text()).strip()


def write_for(seconds: float, visit: Visits, proposal: Proposal, authors: list[Guest]) -> list[float]:
    """All three write into one section, the second one for the middle third without a connection. How many
    milliseconds each word took from its last key to another's screen, as long as both were connected."""
    visit.line_may_break = True
    typists = []
    for guest in authors:
        page = writing(visit(guest), f"{proposal.path}/write?language=de")
        if typists:  # somebody has begun, and everybody goes on behind that
            expect(section(page, "need")).to_contain_text(typists[0].words[0])
        section(page, "need").click()
        page.keyboard.press("Control+End")
        page.evaluate(CLOCK)
        typists.append(Typist(page, WORDS[guest.language]))
        if len(typists) == 1:
            typists[0].end_word()
    away = typists[1]
    began, cut, back, pause = time.monotonic(), None, None, 0.0
    while (now := time.monotonic() - began) < seconds:
        if cut is None and now > seconds / 3:
            away.page.context.set_offline(True)
            cut = time.time() * 1000
        if cut and back is None and now > seconds * 2 / 3:
            expect(away.page.locator("#saved")).to_have_attribute("data-state", "waiting")
            away.page.context.set_offline(False)
            back = time.time() * 1000
        for typist in typists:
            typist.press()
        # About six keys a second each: people, not a flood.
        pause += 0.16
        time.sleep(max(0.0, began + pause - time.monotonic()))
        pause = max(pause, time.monotonic() - began)
    assert cut and back
    for typist in typists:
        typist.end_word()

    for typist in typists:
        saved(typist.page)
    eventually(lambda: len({text_of(typist.page) for typist in typists}) == 1, 15)
    text = text_of(typists[0].page)
    for typist in typists:
        assert typist.done > seconds / 4
        for word in typist.words:
            assert text.count(word) == 1, (word, text)
    assert proposal.says(authors[0], "need:de").replace("\\", "") == text
    assert proposal.save(authors[0]) == 1
    reader = visit(authors[2], f"{proposal.path}?language=de")
    assert reader.locator("#part-need .prose").inner_text().strip() == text

    taken = []
    for typist in typists:
        ended = typist.page.evaluate("window.ended")
        for other in typists:
            seen = other.page.evaluate("window.seen")
            for word, key in zip(typist.words, ended, strict=True):
                apart = away in (typist, other) and cut - 1000 < key < back + 6000
                if other is not typist and not apart:
                    taken.append(seen[word] - key)
    return taken


def test_three_write_one_section_and_one_of_them_is_away_in_between(
    drafting: Drafting, authors: list[Guest], visit: Visits
) -> None:
    taken = write_for(8, visit, drafting.start(*authors), authors)
    print(f"{len(taken)} words; key to screen: {statistics.median(taken):.0f} ms in the middle")


@pytest.mark.torture
def test_three_write_one_section_for_a_minute(drafting: Drafting, authors: list[Guest], visit: Visits) -> None:
    taken = write_for(60, visit, drafting.start(*authors), authors)
    p95 = statistics.quantiles(taken, n=20)[-1]
    print(f"{len(taken)} words; key to screen: p50 {statistics.median(taken):.0f} ms, p95 {p95:.0f} ms")


def test_the_end_of_a_line_is_free_beside_another_s_caret(
    drafting: Drafting, authors: list[Guest], visit: Visits
) -> None:
    proposal = drafting.start(*authors)
    anna, _boris, chris = (writing(visit(guest), f"{proposal.path}/write?language=de") for guest in authors)
    section(anna, "need").click()
    anna.keyboard.type("Von Anna.")
    expect(section(chris, "need")).to_have_text("Von Anna.")
    section(chris, "need").click()
    expect(chris.locator("#part-need .caret[data-name=Anna]")).to_be_attached()
    for key in ("Control+End", "End"):
        chris.keyboard.press(key)
        chris.keyboard.type(f" By {key}.")
        # As a phone's keyboard puts in a whole word.
        chris.keyboard.insert_text(" мост")
    expect(section(anna, "need")).to_have_text("Von Anna. By Control+End. мост By End. мост")


def test_undoing_takes_back_only_what_one_did_oneself(drafting: Drafting, authors: list[Guest], visit: Visits) -> None:
    proposal = drafting.start(*authors[:2])
    anna, boris = (writing(visit(guest), f"{proposal.path}/write?language=de") for guest in authors[:2])
    section(anna, "need").click()
    anna.keyboard.type("Von Anna. ")
    expect(section(boris, "need")).to_contain_text("Von Anna.")
    section(boris, "need").click()
    boris.keyboard.press("Control+End")
    boris.keyboard.insert_text("Von Boris.")
    expect(section(anna, "need")).to_contain_text("Von Boris.")
    anna.keyboard.press("Control+z")
    for page in (anna, boris):
        expect(section(page, "need")).to_have_text("Von Boris.")
    # There is nothing more of one's own to take back.
    anna.keyboard.press("Control+z")
    anna.keyboard.press("Control+y")
    for page in (anna, boris):
        expect(section(page, "need")).to_contain_text("Von Anna.")
        expect(section(page, "need")).to_contain_text("Von Boris.")
    # Who is there is said by name, in the colour of the delegation.
    expect(anna.locator("#company")).to_contain_text("Борис")
    expect(boris.locator("#part-need .caret[data-name=Anna]")).to_be_attached()


def test_a_removed_coauthor_stops_and_keeps_what_was_not_saved(
    drafting: Drafting, authors: list[Guest], visit: Visits
) -> None:
    proposal = drafting.start(*authors)
    visit.line_may_break = True
    boris, chris = (
        writing(visit(guest, permissions=["clipboard-read", "clipboard-write"]), f"{proposal.path}/write?language=de")
        for guest in authors[1:]
    )
    section(boris, "need").click()
    boris.keyboard.type("gespeichert ")
    eventually(lambda: "gespeichert" in proposal.says(authors[0], "need:de"))
    section(chris, "need").click()
    chris.context.set_offline(True)
    expect(chris.locator("#saved")).to_have_attribute("data-state", "waiting")
    chris.keyboard.type("on the train\nand in a tunnel")
    for guest in authors[1:]:
        proposal.ask(authors[0], "remove", member=drafting.member(guest))
    began = time.monotonic()
    expect(boris.locator("#stopped")).to_be_visible()
    assert time.monotonic() - began < 2
    expect(boris.locator("#stopped [data-reason]")).not_to_be_empty()
    # Everything of his is saved, so there is nothing to copy.
    expect(boris.locator("#refused-words")).to_be_hidden()
    expect(boris.locator("#write [contenteditable=true]")).to_have_count(0)

    chris.context.set_offline(False)
    expect(chris.locator("#stopped")).to_be_visible()
    expect(chris.locator("#stopped [data-reason]")).not_to_be_empty()
    expect(chris.locator("#refused-words")).to_have_value(re.compile(r"on the train\s+and in a tunnel"))
    chris.locator("#stopped [data-copy]").click()
    eventually(lambda: "in a tunnel" in chris.evaluate("navigator.clipboard.readText()"))
    assert "on the train\n" in chris.evaluate("navigator.clipboard.readText()")
    assert "train" not in proposal.says(authors[0], "need:de")


def test_from_the_list_to_a_bold_word_without_a_mouse(drafting: Drafting, authors: list[Guest], visit: Visits) -> None:
    proposal = drafting.start(authors[0], title="Tastatur")
    page = visit(authors[0], f"{drafting.path}/proposals")
    link = page.locator(f"#proposal-{proposal.id} a")
    while not link.evaluate("(each) => each === document.activeElement"):
        page.keyboard.press("Tab")
    # The whole card shows where one is.
    assert page.locator(f"#proposal-{proposal.id}").evaluate("(each) => getComputedStyle(each).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#proposal-do a[href$='/write']"))
    page.keyboard.press("Enter")
    writing(page)
    need = section(page, "need")
    for _ in range(40):
        page.keyboard.press("Tab")
        if need.evaluate("(each) => each === document.activeElement"):
            break
    expect(need).to_be_focused()
    # Its frame shows where one is.
    frame = page.locator("#part-need .write-own .write-text")
    assert frame.evaluate("(each) => getComputedStyle(each).outlineStyle") == "solid"
    page.keyboard.type("Das ist ")
    # The next stop is the toolbar, which is one: arrows lead from button to button.
    page.keyboard.press("Tab")
    bold, italic = (page.locator(f"#part-need [data-tool={name}]") for name in ("strong", "em"))
    expect(bold).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(italic).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(need).to_be_focused()
    expect(bold).to_have_attribute("aria-pressed", "true")
    page.keyboard.type("wichtig")
    page.keyboard.press("Alt+F10")
    expect(bold).to_be_focused()
    page.keyboard.press("Space")
    expect(need).to_be_focused()
    page.keyboard.type(", finde ich.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(section(page, "format")).to_be_focused()
    # The toolbar is there only for the section that one writes in.
    page.keyboard.press("Shift+Tab")
    expect(need).to_be_focused()
    eventually(lambda: proposal.says(authors[0], "need:de") == "Das ist **wichtig**, finde ich.")
    tab_to(page, page.locator("#save-version summary"), key="Shift+Tab")
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#version-note"))
    page.keyboard.type("Erste Worte")
    page.keyboard.press("Enter")
    expect(page.locator("#part-need .prose strong")).to_have_text("wichtig")
