"""The pages of proposals, through browsers without scripts and through the API."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.world import Api, Browser, Page, World
from youthforum.core.commands import unit_of_work
from youthforum.core.richtext import from_markdown, from_plain
from youthforum.forums.phases import Phase
from youthforum.live.channels import Audience, Change
from youthforum.proposals.commands.writing import rewrite
from youthforum.proposals.live.amendments import draw_amendments
from youthforum.proposals.queries.drafts import locked_draft
from youthforum.proposals.queries.proposals import proposal_by_id

Browsers, Apis = Callable[..., Browser], Callable[..., Api]


@pytest.fixture
def drafting(world: World) -> Iterator[World]:
    """The world in the phase in which proposals are written."""
    with world.inside(), unit_of_work():
        world.forum().phase = Phase.draft
    yield world


def started(world: World, api: Api, **more: Any) -> int:
    payload = {"key": str(uuid.uuid4()), "title": "Eine Karte", "language": "de"} | more
    answer = api.post(f"/forums/{world.forums['bridges']}/proposals", payload)
    assert answer.status_code == 200, answer.get_json()
    return int(answer.get_json()["proposal"]["id"])


def written(world: World, proposal_id: int, texts: dict[str, str], who: str = "anna", **fields: Any) -> None:
    """Words in the draft, as an editor would leave them there."""
    with world.inside(), unit_of_work():
        proposal = proposal_by_id(proposal_id)
        assert proposal is not None
        found = {
            name: from_plain(words) if name.split(":")[0] in ("title", "pitch") else from_markdown(words)
            for name, words in texts.items()
        }
        rewrite(world.member(who), proposal, locked_draft(proposal_id), found, fields or None)


def saved(api: Api, proposal: int, note: str = "") -> int:
    answer = api.post(f"/proposals/{proposal}/versions", {"note": note})
    assert answer.status_code == 200, answer.get_json()
    return int(answer.get_json()["version"])


@pytest.fixture
def plan(drafting: World, api_for: Apis) -> int:
    """A proposal of Anna's from her idea “one” with one version: the need in German, the title in Russian, too."""
    anna = api_for("anna")
    made = started(drafting, anna, idea=drafting.ideas["one"])
    words = {"title:ru": "Карта", "pitch:de": "Wir malen sie zusammen.", "need:de": "Wir kennen uns **nicht**."}
    written(drafting, made, words)
    assert saved(anna, made) == 1
    return made


@pytest.fixture
def english(client_for: Browsers) -> Browsers:
    """`english("boris")`: Boris's browser, with pages in English."""

    def make(name: str) -> Browser:
        browser = client_for(name)
        browser.post("/language", {"language": "en"})
        return browser

    return make


def show(proposal: int) -> str:
    return f"/f/bridges/proposals/{proposal}"


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return Page(answer.get_data(as_text=True)).text


def test_nobody_outside_of_the_forum_finds_anything(plan: int, client_for: Browsers, api_for: Apis) -> None:
    nina = client_for("nina")
    for path in ("", "/write", "/versions", "/compare", "/amend/need"):
        assert nina.get(show(plan) + path).status_code == 404
    assert nina.get("/f/bridges/proposals").status_code == 404
    assert nina.get("/f/bridges/proposals/new").status_code == 404
    assert api_for("nina").get(f"/proposals/{plan}").status_code == 404
    # Nor is it found below another forum's address.
    assert client_for("otto").get(f"/f/elsewhere/proposals/{plan}").status_code == 404


def test_the_list_is_found_filtered_and_empty(
    drafting: World, api_for: Apis, english: Browsers, client_for: Browsers
) -> None:
    chris = english("chris")
    assert "Begin the first one" in text(chris.get("/f/bridges/proposals"))
    made = started(drafting, api_for("anna"), title="Fahrradwerkstatt")
    assert "Fahrradwerkstatt" in text(chris.get("/f/bridges/proposals"))
    assert "Being written" in text(chris.get("/f/bridges/proposals"))
    assert "Fahrradwerkstatt" in text(chris.get("/f/bridges/proposals?q=werkstatt&stage=draft&language=de"))
    for query in (
        "q=Theater",
        "stage=adopted",
        "mine=yes",
        f"delegation={drafting.delegations['perm']}",
        "language=ru",
    ):
        assert "No proposal like this" in text(chris.get(f"/f/bridges/proposals?{query}")), query
    assert "Fahrradwerkstatt" in text(client_for("anna").get("/f/bridges/proposals?mine=yes&sort=support&page=9"))
    listing = api_for("chris").get("/forums/bridges/proposals").get_json()
    assert [one["id"] for one in listing["proposals"]] == [made] and listing["total"] == 1
    assert [one["id"] for one in api_for("chris").get("/forums/bridges").get_json()["proposals"]] == [made]
    # What makes no sense in an address narrows nothing.
    assert "Fahrradwerkstatt" in text(chris.get("/f/bridges/proposals?stage=x&group=x&page=x&sort=x&language=xx"))


def test_who_may_not_begin_reads_why(drafting: World, client_for: Browsers) -> None:
    vera = client_for("vera")
    page = Page(vera.get("/f/bridges/proposals").get_data(as_text=True))
    button = next(each for each in page.all("button") if each.get("aria-disabled"))
    assert button["title"]
    assert vera.get("/f/bridges/proposals/new").status_code == 403


def test_a_proposal_is_begun_from_an_idea_without_scripts(
    drafting: World, english: Browsers, client_for: Browsers
) -> None:
    boris = english("boris")
    idea = drafting.ideas["one"]
    page = boris.get(f"/f/bridges/proposals/new?idea={idea}")
    assert "The idea called one" in text(page) and "Invited to write: Anna." in text(page)
    key = next(each["value"] for each in Page(page.get_data(as_text=True)).all("input") if each.get("name") == "key")
    form = {"key": key, "title": "", "language": "ru", "idea": idea, "cluster": "", "working_group": ""}
    answer = boris.post("/f/bridges/proposals/new", form)
    assert answer.status_code == 302 and answer.headers["Location"].endswith("/write")
    where = answer.headers["Location"].removesuffix("/write")
    # Sent twice, it is one; and both sides of the way can be seen.
    assert boris.post("/f/bridges/proposals/new", form).headers["Location"] == answer.headers["Location"]
    assert "The idea called one" in text(boris.get(where))
    idea_page = boris.get(f"/f/bridges/boards/{drafting.boards['dots']}/ideas/{idea}").get_data(as_text=True)
    assert where in idea_page
    assert "invites you" in text(english("anna").get("/f/bridges/notices"))


def test_a_form_with_mistakes_keeps_what_was_typed(drafting: World, client_for: Browsers) -> None:
    anna = client_for("anna")
    form = {"key": str(uuid.uuid4()), "title": "Große " * 40, "language": "de", "idea": "", "cluster": ""}
    answer = anna.post("/f/bridges/proposals/new", form)
    assert answer.status_code == 422 and "Große Große" in answer.get_data(as_text=True)
    assert anna.post("/f/bridges/proposals/new", form | {"title": " "}).status_code == 422
    assert anna.post("/f/bridges/proposals/new", form | {"title": "x", "language": "fr"}).status_code == 422


def test_before_the_first_version_others_see_that_it_is_written(
    drafting: World, api_for: Apis, english: Browsers, client_for: Browsers
) -> None:
    made = started(drafting, api_for("anna"), title="Geheimplan")
    written(drafting, made, {"need:de": "Noch nicht für alle."})
    page = english("boris").get(show(made)).get_data(as_text=True)
    assert "Geheimplan" in page and "Being written" in page and "Noch nicht" not in page
    assert client_for("boris").get(f"{show(made)}/write").status_code == 403
    assert api_for("boris").get(f"/proposals/{made}").get_json()["document"] is None
    assert client_for("max").get(f"{show(made)}/write").status_code == 200
    api_for("anna").post(f"/proposals/{made}/open", {"open": True})
    along = client_for("boris").get(f"{show(made)}/write").get_data(as_text=True)
    assert "Noch nicht für alle." in along and '"read_only": true' in along


def test_it_is_read_in_ones_own_language_else_in_the_original(plan: int, client_for: Browsers) -> None:
    page = client_for("boris").get(show(plan)).get_data(as_text=True)
    assert '<h1 lang="ru" dir="auto">Карта</h1>' in page
    assert '<div class="prose" lang="de" dir="auto"><p>Wir kennen uns <strong>nicht</strong>.</p></div>' in page
    german = client_for("boris").get(f"{show(plan)}?language=de").get_data(as_text=True)
    assert '<h1 lang="de" dir="auto">' in german


def test_the_numbers_are_written_as_the_reader_writes_them(
    plan: int, drafting: World, api_for: Apis, english: Browsers
) -> None:
    fields = {
        "budget/a": {"label": "Zug", "amount": 120050, "position": 1},
        "budget/b": {"label": "Saft", "amount": 1000, "position": 2},
    }
    written(drafting, plan, {}, **fields)
    saved(api_for("anna"), plan)
    page = text(english("chris").get(show(plan)))
    assert "€1,210.50" in page and "Zug" in page
    change = text(english("chris").get(f"{show(plan)}/compare"))
    assert "Nothing yet" in change and "€1,200.50" in change


def test_a_day_of_a_proposal_without_scripts(plan: int, drafting: World, english: Browsers, api_for: Apis) -> None:
    anna, boris, here = english("anna"), english("boris"), show(plan)
    found = anna.get(f"{here}?invite=bor").get_data(as_text=True)
    assert "/do/proposal-invite" in found and "Boris" in found
    anna.post("/do/proposal-invite", {"next": here, "proposal": plan, "member": drafting.members["boris"]})
    assert "You are invited" in text(boris.get(here))
    boris.post("/do/proposal-answer", {"next": here, "proposal": plan, "accept": "true"})
    assert "Your proposal" in text(boris.get(here))
    chris = english("chris")
    chris.post("/do/proposal-endorse", {"next": here, "proposal": plan, "join": "true"})
    assert "1 person would join this." in text(chris.get(here)) and "You would join this." in text(chris.get(here))
    # Submitting says what is missing.
    assert "You can submit it when" in text(anna.get(here))
    answer = anna.post("/do/proposal-move", {"next": here, "proposal": plan, "move": "submit"})
    assert answer.status_code == 302 and "please fill in" in text(anna.get(here))
    anna.post("/do/proposal-move", {"next": here, "proposal": plan, "move": "withdraw"})
    assert "Withdrawn" in text(boris.get(here))
    assert "Eine Karte" not in text(chris.get("/f/bridges/proposals"))


def test_saving_a_version_without_scripts(plan: int, drafting: World, english: Browsers, client_for: Browsers) -> None:
    anna = english("anna")
    anna.post(f"{show(plan)}/save", {"note": "x"})
    assert "Nothing has changed since version 1." in text(anna.get(show(plan)))
    written(drafting, plan, {"need:de": "Wir kennen uns kaum."})
    anna.post(f"{show(plan)}/save", {"note": "Freundlicher"})
    assert "Freundlicher" in text(anna.get(f"{show(plan)}/versions"))
    change = anna.get(f"{show(plan)}/compare?from=2&to=1").get_data(as_text=True)
    assert "<del>" in change and "kaum" in change
    assert anna.get(f"{show(plan)}/compare?from=1&to=9").status_code == 404
    old = anna.get(f"{show(plan)}?version=1").get_data(as_text=True)
    assert "There is a newer one." in old and "kaum" not in old
    anna.post("/do/proposal-restore", {"next": show(plan), "proposal": plan, "version": 1})
    anna.post(f"{show(plan)}/save", {})
    assert "kaum" not in text(anna.get(show(plan)))
    boris = client_for("boris")
    boris.post(f"{show(plan)}/save", {})
    assert "Version 4" not in text(english("boris").get(f"{show(plan)}/versions"))


def test_an_amendment_from_its_preview_to_its_answer(plan: int, english: Browsers, api_for: Apis) -> None:
    boris, anna, address = english("boris"), english("anna"), f"{show(plan)}/amend/need"
    page = Page(boris.get(address).get_data(as_text=True))
    assert "Wir kennen uns **nicht**." in page.text
    form = {
        each["name"]: each["value"] for each in page.all("input") if each.get("name") in ("key", "version", "language")
    }
    form |= {"wording": "Wir kennen uns **noch nicht**.", "reason": ""}
    preview = boris.post(address, form | {"action": "preview"})
    assert "This is what would change" in text(preview) and "noch" in text(preview)
    empty = boris.post(address, form)
    assert empty.status_code == 422 and "noch nicht" in empty.get_data(as_text=True)
    assert boris.post(address, form | {"wording": "Wir kennen uns **nicht**.", "reason": "x"}).status_code == 422
    sent = boris.post(address, form | {"reason": "Das klingt freundlicher."})
    assert sent.status_code == 302 and "#amendment-" in sent.headers["Location"]
    number = sent.headers["Location"].rpartition("-")[2]
    assert "Das klingt freundlicher." in text(anna.get(show(plan)))
    assert "suggests other words" in text(anna.get("/f/bridges/notices"))
    anna.post("/do/amendment-answer", {"next": show(plan), "amendment": number, "answer": "ask", "words": "Wieso?"})
    again = boris.get(f"/f/bridges/amendments/{number}")
    assert "Wieso?" in text(again) and "noch nicht" in text(again)
    assert anna.get(f"/f/bridges/amendments/{number}").status_code == 403
    boris.post(f"/f/bridges/amendments/{number}", {"wording": "Wir kennen uns noch nicht.", "reason": "Darum."})
    anna.post("/do/amendment-answer", {"next": show(plan), "amendment": number, "answer": "accept"})
    assert "was accepted" in text(boris.get("/f/bridges/notices"))
    anna.post(f"{show(plan)}/save", {})
    assert "Wir kennen uns noch nicht." in text(boris.get(show(plan)))
    assert anna.get(address).status_code == 403  # she writes it herself


def test_a_part_that_is_no_text_or_not_there_is_not_amended(plan: int, client_for: Browsers) -> None:
    for part in ("budget", "nothing"):
        assert client_for("boris").get(f"{show(plan)}/amend/{part}").status_code == 404


def test_comments_belong_to_a_section(plan: int, english: Browsers) -> None:
    boris, anna = english("boris"), english("anna")
    for words, part in (("About the need", "need"), ("About all of it", "")):
        form = {"next": show(plan), "key": "", "proposal": plan, "text": words} | ({"part": part} if part else {})
        assert boris.post("/do/comment-post", form).status_code == 302
    page = text(anna.get(show(plan)))
    assert "About the need" in page and "About all of it" in page and "1 comment" in page
    only = text(anna.get(f"{show(plan)}?comments=need"))
    assert "About the need" in only and "About all of it" not in only
    assert "Boris has commented" in text(anna.get("/f/bridges/notices"))
    assert "has commented" not in text(boris.get("/f/bridges/notices"))


def test_the_api_tells_all_of_a_proposal(plan: int, drafting: World, api_for: Apis) -> None:
    told = api_for("vera").get(f"/proposals/{plan}").get_json()
    assert told["proposal"]["stage"] == "draft" and told["document"]["title"]["ru"] == "Карта"
    assert [one["idea"] for one in told["document"]["sources"]] == [drafting.ideas["one"]]
    assert told["versions"][0]["number"] == 1 and told["support"] == {"total": 0, "delegations": []}


def test_both_can_be_reported(plan: int, english: Browsers) -> None:
    boris = english("boris")
    assert "Wir malen sie zusammen." in text(boris.get(f"/f/bridges/report/proposal/{plan}"))
    boris.post(f"/f/bridges/report/proposal/{plan}", {"category": "off_topic", "text": "x"})
    assert "Wir malen sie zusammen." in text(english("max").get("/f/bridges/reports"))


def test_the_home_page_and_the_queue_know_of_it(plan: int, english: Browsers) -> None:
    home = text(english("chris").get("/f/bridges"))
    assert "Eine Karte" in home or "The idea called one" in home
    assert "Version 1 of" in home
    queue = english("anna").get("/f/bridges/translate?language=ru").get_data(as_text=True)
    assert f"/f/bridges/proposals/{plan}/write?language=ru#part-need" in queue
    assert "#part-title" not in queue


def test_what_a_room_is_sent_of_an_amendment_is_about_nobody(plan: int, api_for: Apis, english: Browsers) -> None:
    words = {"part": "need", "language": "de", "version": 1, "wording": "Anders.", "reason": "Darum"}
    boris = api_for("boris")
    made = boris.post(f"/proposals/{plan}/amendments", {"key": str(uuid.uuid4()), **words}).get_json()["amendment"]
    page = english("boris").get(show(plan)).get_data(as_text=True)
    assert " data-mine" in page and page.count('name="csrf_token"') > 3
    with boris.client.application.test_request_context("/"):
        change = Change(9, "amendment.made", {"amendment": made["id"]})
        html = draw_amendments(change, Audience(f"proposal:{plan}", "members", "en"))
    assert html and "Darum" in html and "data-mine" not in html and "csrf_token" not in html
