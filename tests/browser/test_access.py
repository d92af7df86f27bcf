"""Nobody is left out: axe (WCAG 2.2 AA) finds nothing on any page, and no page is wider than a phone.

Every page is looked at in German, Russian and English; each language at 360 and 1440 px and in light and dark colours,
crossed so that all pages are also seen in every pairing of width and colours.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from config import load_settings
from tests.browser.conftest import DESK, PHONE, Visits, opened
from tests.browser.deciding import RULES as METHODS
from tests.browser.deciding import Deciding
from tests.browser.drafting import Drafting, writing
from tests.browser.site import Board, Site
from youthforum import create_app

LANGUAGES = ("de", "ru", "en")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What a second look at the same page in other colours and at another width can find besides.
LOOK_RULES = ["color-contrast", "target-size"]
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
# width, colours; by language
LOOKS = {
    "de": ((PHONE, "light"), (DESK, "dark")),
    "ru": ((DESK, "light"), (PHONE, "dark")),
    "en": ((DESK, "dark"), (PHONE, "light")),
}

# How to reach the page behind each route: `who: path`. The table is complete, or the first test fails.
# guest: nobody yet; organiser: signed in by password; member: joined by code; coauthor, amender: in a forum in which
# proposals are being written, see Proposals; voter: in one that decides, see Polls.
PAGES: dict[str, tuple[str, str]] = {
    "forums.start": ("guest", "/"),
    "forums.join_code": ("guest", "/join"),
    "forums.join": ("guest", "/join/{code}"),
    "people.sign_in": ("guest", "/sign-in"),
    "people.come_back": ("guest", "/return"),
    "people.forgot": ("guest", "/forgot"),
    "people.reset": ("guest", "/reset/nothing-that-was-ever-given"),
    "api.docs": ("guest", "/api/docs"),
    "people.account": ("organiser", "/account"),
    "forums.new": ("organiser", "/forums/new"),
    "forums.home": ("organiser", "/f/{forum}"),
    "forums.settings": ("organiser", "/f/{forum}/settings"),
    "forums.delegations": ("organiser", "/f/{forum}/delegations"),
    "forums.groups": ("organiser", "/f/{forum}/groups"),
    "forums.people": ("organiser", "/f/{forum}/people?q=an"),
    "forums.codes": ("organiser", "/f/{forum}/codes"),
    "forums.door": ("organiser", "/f/{forum}/door"),
    "forums.sheet": ("organiser", "/f/{forum}/sheet"),
    "boards.new": ("organiser", "/f/{forum}/boards/new"),
    "boards.settings": ("organiser", "/f/{forum}/boards/{board}/settings"),
    "boards.show": ("organiser", "/f/{forum}/boards/{board}"),
    "comments.idea": ("member", "/f/{forum}/boards/{board}/ideas/{idea}"),
    "notices.inbox": ("organiser", "/f/{forum}/notices"),
    "translations.queue": ("member", "/f/{forum}/translate"),
    "translations.one": ("member", "/f/{forum}/translate/idea/{idea}"),
    "moderation.report": ("member", "/f/{forum}/report/comment/{comment}"),
    "moderation.reports": ("organiser", "/f/{forum}/reports"),
    "proposals.template": ("organiser", "/f/{forum}/template"),
    "proposals.index": ("coauthor", "/f/{drafting}/proposals"),
    "proposals.new": ("coauthor", "/f/{drafting}/proposals/new"),
    "proposals.show": ("coauthor", "/f/{drafting}/proposals/{proposal}"),
    "proposals.write": ("coauthor", "/f/{drafting}/proposals/{proposal}/write"),
    "proposals.versions": ("coauthor", "/f/{drafting}/proposals/{proposal}/versions"),
    "proposals.compare": ("coauthor", "/f/{drafting}/proposals/{proposal}/compare"),
    "proposals.amend": ("amender", "/f/{drafting}/proposals/{proposal}/amend/need"),
    "proposals.reword": ("amender", "/f/{drafting}/amendments/{amendment}"),
    "polls.index": ("voter", "/f/{deciding}/polls"),
    "polls.show": ("voter", "/f/{deciding}/polls/{approval}"),
    "polls.ballot": ("voter", "/f/{deciding}/polls/{approval}/ballot"),
    "polls.new": ("organiser", "/f/{deciding}/polls/new"),
    "polls.edit": ("organiser", "/f/{deciding}/polls/{ready}/edit"),
    # Shown once, right after joining: reached by joining, see below.
    "forums.welcome": ("joining", "/join/{code}"),
}
# The same pages for others or with more on them.
MORE_PAGES = [
    ("guest", "/nothing/here"),
    ("organiser", "/"),
    ("member", "/f/{forum}"),
    ("member", "/f/{forum}/boards/{opinions}"),
    ("member", "/f/{forum}/boards/{empty}"),
    ("member", "/f/{forum}/boards/{board}?idea={idea}"),
    ("member", "/f/{forum}/notices"),
    ("member", "/f/{forum}/boards/{board}/ideas/{silent}"),
    ("organiser", "/f/{forum}/boards/{board}/ideas/{idea}?comment={comment}"),
    ("coauthor", "/f/{drafting}/proposals?q=nothing-like-this&mine=yes"),
    ("coauthor", "/f/{drafting}/proposals/{proposal}/write?language=ru"),
    ("coauthor", "/f/{drafting}/proposals/{blank}"),
    ("amender", "/f/{drafting}/proposals/{proposal}?comments=need"),
    ("amender", "/f/{drafting}/proposals/{returned}"),
    ("voter", "/f/{deciding}"),
    ("voter", "/f/{deciding}/polls/{yes_no}"),
    ("voter", "/f/{deciding}/polls/{score}"),
    ("voter", "/f/{deciding}/polls/{ranking}"),
    ("voter", "/f/{deciding}/polls/{counted_yes_no}"),
    ("voter", "/f/{deciding}/polls/{counted_approval}"),
    ("voter", "/f/{deciding}/polls/{counted_ranking}"),
    ("organiser", "/f/{deciding}/polls"),
    ("organiser", "/f/{deciding}/polls/{ready}"),
    ("organiser", "/f/{deciding}/polls/{approval}"),
    ("organiser", "/f/{deciding}/polls/{cancelled}"),
]
# What answers GET with something else than a page for people.
NO_PAGES = {"static", "api.healthz", "api.readyz", "api.metrics", "api.openapi", "votes_api.board_by_api"}
NO_PAGES |= {"forums_api.listing", "comments_api.thread", "notices_api.notices_by_api"}
NO_PAGES |= {"translations_api.translations_by_api", "proposals_api.listing", "proposals_api.by_api"}
NO_PAGES |= {"polls_api.by_api", "polls_api.export", "polls_api.result_as_table"}


def routes(app: Flask) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint not in NO_PAGES:
            yield rule.endpoint


def test_every_page_has_a_row(tmp_path: Path) -> None:
    app = create_app(load_settings(instance_path=tmp_path, secret_key="x" * 40, async_mode="threading"))
    assert set(routes(app)) == set(PAGES), "each page needs a row in PAGES, so that it is looked at in this file"
    app.extensions["engine"].dispose()


def violations(page: Page, where: str, within: str, rules: list[str]) -> list[str]:
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    found: list[dict[str, Any]] = page.evaluate(
        "([within, options]) => axe.run(within, options).then((results) => results.violations)", [within, options]
    )
    return [
        f"{where}: {each['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:300]}"
        for each in found
        for node in each["nodes"][:3]
    ]


def overflow(page: Page, where: str) -> list[str]:
    """Whatever makes the page wider than the window."""
    wide = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [...document.querySelectorAll("body *")]
            .filter((each) => each.getBoundingClientRect().right > width + 1)
            .slice(0, 5).map((each) => `${each.tagName}.${each.className}`);
        }"""
    )
    return [f"{where}: wider than the window: {wide}"] if wide else []


def looked_at(page: Page, language: str, where: str, within: str = "html") -> list[str]:
    found = []
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    for number, ((width, height), colours) in enumerate(LOOKS[language]):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
        name = f"{where} ({language}, {width}, {colours})"
        found += violations(
            page, name, within, RULES if number == 0 or language == LANGUAGES[0] else LOOK_RULES
        ) + overflow(page, name)
    if page.locator("html").get_attribute("lang") != language:
        found.append(f"{where}: not in {language}")
    return found


@pytest.fixture(scope="module")
def boards(site: Site) -> dict[str, int]:
    """Boards to look at: with clusters, an unbroken word and all languages; of opinions; and an empty one."""
    full = site.board(columns=3, ideas=4)
    for text, language in ((LONG_WORD[:140], "de"), ("Общий хор двух городов", "ru"), ("A shared choir", "en")):
        full.post(text, language=language)
    opinions = site.board(columns=1, kind="opinions", ideas=2)
    ideas = [idea["id"] for idea in full.state()["ideas"]]
    said = [discussed(full, ideas[0], *each) for each in ((LONG_WORD[:140], "de"), ("Это надо попробовать", "ru"))]
    discussed(full, ideas[0], "With a tent?", "en", parent=said[1])
    full.ask("reports", {"kind": "comment", "id": said[0], "category": "danger", "text": LONG_WORD})
    return {
        "board": full.id,
        "idea": ideas[0],
        "silent": ideas[1],
        "comment": said[0],
        "opinions": opinions.id,
        "empty": site.board(columns=2).id,
    }


def discussed(board: Board, idea: int, text: str, language: str, **more: Any) -> int:
    comment = {"key": str(uuid.uuid4()), "idea": idea, "text": text, "language": language, **more}
    return int(board.ask("comments", comment)["comment"]["id"])


@pytest.fixture(scope="module")
def proposals(site: Site) -> Proposals:
    return Proposals(site)


class Proposals:
    """Proposals to look at: with versions, translations, comments and amendments; returned, with a long word for a
    title; and one that is only begun. A co-author and somebody who suggests other words, for each language."""

    def __init__(self, site: Site) -> None:
        drafting = Drafting(site)
        guests = {code: drafting.join("Виктория-Александра", code, "essen") for code in LANGUAGES}
        first = guests["de"]
        full = drafting.start(first, *(guests[code] for code in ("ru", "en"))).complete(first)
        full.write(guests["ru"], {"title:ru": "Радиомост", "need:ru": "Мы почти **не знаем** друг друга."})
        full.save(first, "Zum ersten Mal lesbar")
        full.write(first, {"need:de": "Wir kennen uns kaum, noch. Das soll bald anders werden.", "tools:de": LONG_WORD})
        full.save(first, LONG_WORD[:200])
        others = {code: drafting.join("Chris", code, "perm") for code in LANGUAGES}
        said = {"key": str(uuid.uuid4()), "proposal": full.id, "part": "need", "text": LONG_WORD, "language": "de"}
        drafting.ask(others["de"], "comments", **said)
        amendments = {
            code: full.amend(other, f"Wir kennen uns kaum. {LONG_WORD} {code}", version=2, reason=LONG_WORD)
            for code, other in others.items()
        }
        full.ask(others["ru"], "endorse", join=True)
        returned = drafting.start(first, title=LONG_WORD[:120]).complete(first, title=LONG_WORD[:120])
        returned.ask(first, "move", move="submit")
        returned.ask(drafting.organiser, "move", move="return", reason=LONG_WORD)
        blank = drafting.start(first, guests["ru"], guests["en"])
        self.people = {"coauthor": guests, "amender": others}
        self.amendments = amendments
        self.known = {"drafting": drafting.slug, "proposal": full.id, "returned": returned.id, "blank": blank.id}


@pytest.fixture(scope="module")
def polls(site: Site) -> Polls:
    return Polls(site)


class Polls:
    """Polls to look at, with a long word for an option: open ones of each method, counted ones with groups beside each
    other, one that is being prepared and one that was cancelled. A voter for each language."""

    def __init__(self, site: Site) -> None:
        forum = Deciding(site)
        self.people = {"voter": {code: forum.join("Виктория-Александра", code, "essen") for code in LANGUAGES}}
        crowd = [forum.join("Kim", "en", team) for team in ("essen", "perm") for _number in range(8)]
        words = [{"de": LONG_WORD[:140]}, {"ru": "Общий хор двух городов"}, {"de": "Lager", "en": "A camp"}]
        options = {"options": [{"text": text} for text in words]}
        opened = {method: forum.opened(method, **options) for method in METHODS}
        self.known: dict[str, Any] = {method: poll.id for method, poll in opened.items()}
        counted = {method: forum.opened(method, **options) for method in ("yes_no", "approval", "ranking")}
        for at, guest in enumerate(crowd):
            counted["yes_no"].cast(guest, {"a": "yes" if at % 8 < 6 else "no", "b": "yes" if at % 2 else "no"})
            counted["approval"].cast(guest, ["a", "b"] if at % 8 < 3 else ["c"])
            counted["ranking"].cast(guest, ["b", "a"] if at % 2 else ["c", "a", "b"])
        for method, poll in counted.items():
            poll.close()
            self.known[f"counted_{method}"] = poll.id
        cancelled = forum.opened("yes_no", **options)
        forum.ask(forum.organiser, f"polls/{cancelled.id}/cancel", reason=LONG_WORD)
        self.known |= {"deciding": forum.slug, "cancelled": cancelled.id, "ready": forum.prepare("score", **options).id}


# Everybody in one language; in all of them in the long runs. What differs are words, and these are long in each.
WHO = {"guest": "de", "organiser": "ru", "member": "en", "coauthor": "de", "amender": "ru", "voter": "en"}
CROSSED = [
    pytest.param(who, language, id=f"{who}-{language}", marks=() if language == own else pytest.mark.torture)
    for who, own in WHO.items()
    for language in LANGUAGES
]
OVER = [pytest.param(code, marks=() if code == "de" else pytest.mark.torture) for code in LANGUAGES]


@pytest.mark.parametrize(("who", "language"), CROSSED)
def test_axe_finds_nothing_on_any_page(
    site: Site, visit: Visits, boards: dict[str, int], proposals: Proposals, polls: Polls, who: str, language: str
) -> None:
    known = {"code": site.demo["join_code"], "forum": site.demo["forum"], **boards, **proposals.known, **polls.known}
    known["amendment"] = proposals.amendments[language]
    if who == "guest":
        page = visit(language=language)
    elif people := (proposals.people | polls.people).get(who):
        page = visit(people[language])
    else:
        page = visit(site.staff("organiser", language) if who == "organiser" else site.join("Anna", language))
    found = []
    for path in (path.format(**known) for each, path in [*PAGES.values(), *MORE_PAGES] if each == who):
        page.goto(path)
        expect(page.locator("html[data-ready]")).to_be_attached()
        if path.partition("?")[0].endswith("/write"):
            writing(page)
        found += looked_at(page, language, path)
    if who == "guest":
        join(page, known["code"])
        found += looked_at(page, language, "welcome")
    # One of them is a page that isn't there, which the browser mentions.
    visit.troubles[:] = [trouble for trouble in visit.troubles if "404" not in trouble]
    assert found == [], "\n".join(found)


def join(page: Page, code: str) -> None:
    """To the page that is shown once."""
    page.goto(f"/join/{code}")
    page.locator("[name=name]").fill("Виктория-Александра")
    page.locator("[name=delegation]").select_option("perm")
    page.locator("label.chip", has=page.locator("[name=age_band]")).last.click()
    page.locator("[name=accept_rules]").check()
    page.locator("main form button").click()
    expect(page.locator("#phrase")).to_be_visible()


def by_menu(page: Page, act: str) -> None:
    page.locator(".card [data-act=menu]").first.click()
    page.locator(f"#card-menu [data-act={act}]").click()


# What opens over a board, and how; as a moderator, who is offered all of it.
DIALOGS: dict[str, Callable[[Page], None]] = {
    "#compose": lambda page: page.locator("#new-idea").click(),
    "#card-menu": lambda page: page.locator(".card [data-act=menu]").first.click(),
    "#move": lambda page: by_menu(page, "move"),
    "#tongue": lambda page: by_menu(page, "language"),
    "#hide": lambda page: by_menu(page, "hide"),
    "#pick": lambda page: by_menu(page, "cluster"),
    "#cluster-menu": lambda page: page.locator("[data-act=cluster-menu]").first.click(),
    "#help": lambda page: page.keyboard.press("?"),
}


@pytest.mark.parametrize("language", OVER)
def test_axe_finds_nothing_in_what_opens_over_a_board(site: Site, visit: Visits, language: str) -> None:
    page = opened(visit(site.staff("moderator", language)), site.board_path(site.demo["board"]))
    found = []
    for name, open_it in DIALOGS.items():
        page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        open_it(page)
        expect(page.locator(f"{name}[open]")).to_be_visible()
        found += looked_at(page, language, name, name)
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
    for name in ("#view-box", ".top-tools details:nth-of-type(1)", ".top-tools details:nth-of-type(2)"):
        page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        page.locator(name).locator("> summary").click()
        found += looked_at(page, language, name, name)
        page.keyboard.press("Escape")
    assert found == [], "\n".join(found)


def about_the_comment(page: Page, act: str = "") -> None:
    page.locator(".comment [data-act=comment-menu]").first.click()
    if act:
        page.locator(f"#comment-menu [data-act={act}]").click()


# The same over the page of an idea, and the forms that open within it.
OVER_AN_IDEA: dict[str, Callable[[Page], None]] = {
    "#comment-menu": lambda page: about_the_comment(page),
    "#comment-hide": lambda page: about_the_comment(page, "comment-hide"),
    "#report": lambda page: about_the_comment(page, "comment-report"),
    "dialog:has(#translating)": lambda page: page.locator("main [data-translate]").first.click(),
}


@pytest.mark.parametrize("language", OVER)
def test_axe_finds_nothing_in_what_opens_over_an_idea(
    site: Site, visit: Visits, boards: dict[str, int], language: str
) -> None:
    page = visit(site.staff("moderator", language), f"{site.board_path(boards['board'])}/ideas/{boards['idea']}")
    expect(page.locator("html[data-ready]")).to_be_attached()
    found = []
    for name, open_it in OVER_AN_IDEA.items():
        page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        open_it(page)
        expect(page.locator(name)).to_be_visible()
        found += looked_at(page, language, name, name)
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
    page.locator("[data-act=reply]").first.click()
    found += looked_at(page, language, "an answer", ".comment-reply")
    assert found == [], "\n".join(found)


def test_one_idea_at_a_time(site: Site, visit: Visits, boards: dict[str, int]) -> None:
    page = opened(visit(site.join("Anna", "de")), site.board_path(boards["opinions"]))
    page.locator("[data-act=deck-open]").click()
    expect(page.locator("#deck .deck-text")).not_to_be_empty()
    found = looked_at(page, "de", "the pile")
    page.locator("[data-opinion='1'][data-act=deck-vote]").click()
    page.locator("[data-act=deck-skip]").click()
    expect(page.locator(".deck-end")).to_be_visible()
    found += looked_at(page, "de", "the end of the pile")
    assert found == [], "\n".join(found)


# Cyrillic letters in what says that it isn't Russian.
FOREIGN_SCRIPT = """() => [...document.querySelectorAll("main *")].filter((each) =>
  [...each.childNodes].some((node) => node.nodeType === 3 && /[а-яё]{3}/i.test(node.data))
  && each.closest("[lang]").lang !== "ru").map((each) => each.outerHTML.slice(0, 200))"""


def test_texts_in_other_languages_say_which(site: Site, visit: Visits, boards: dict[str, int]) -> None:
    """A screen reader must not read Russian with a German voice."""
    page = opened(visit(site.join("Anna", "en")), site.board_path(boards["board"]))
    for text, language in (("Общий хор двух городов", "ru"), ("A shared choir", "en"), ("Idee Brücke", "de")):
        expect(page.locator(".card-text", has_text=text)).to_have_attribute("lang", language)
    assert page.evaluate(FOREIGN_SCRIPT) == []
    page.goto("/account")
    for code in LANGUAGES:
        expect(page.locator(f"main label.chip span[lang={code}]")).to_be_visible()
    assert page.evaluate(FOREIGN_SCRIPT) == []
