"""The page of one idea, and threads for programs."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from tests.world import Api, Browser, Page, World
from youthforum.boards.commands import open_voting
from youthforum.core.db import session
from youthforum.ideas import commands as ideas
from youthforum.ideas.beside import beside


def said(api: Api, world: World, text: str, idea: str = "one", **more: Any) -> dict[str, Any]:
    payload = {"key": str(uuid.uuid4()), "idea": world.ideas[idea], "text": text} | more
    answer = api.post("/comments", payload)
    assert answer.status_code == 200, answer.get_json()
    found: dict[str, Any] = answer.get_json()["comment"]
    return found


def page_of(world: World, idea: str = "one", board: str = "dots") -> str:
    return f"/f/bridges/boards/{world.boards[board]}/ideas/{world.ideas[idea]}"


def test_a_thread_over_the_api(world: World, api_for: Callable[..., Api]) -> None:
    boris, anna = api_for("boris"), api_for("anna")
    empty = anna.get(f"/ideas/{world.ideas['one']}/comments").get_json()
    assert (empty["thread"], empty["revision"], empty["comments"]) == (None, 0, [])
    first = said(boris, world, "Das finde ich wirklich eine sehr gute Idee")
    assert (first["language"], first["author"], first["delegation"]) == ("de", "Boris", "perm")
    answer = said(anna, world, "Thank you for saying so", parent=first["id"])
    anna.post(f"/comments/{answer['id']}/withdraw")
    listing = anna.get(f"/ideas/{world.ideas['one']}/comments").get_json()
    assert [one["text"] for one in listing["comments"]] == ["Das finde ich wirklich eine sehr gute Idee"]
    assert listing["own"] == [answer["id"]] and listing["thread"] == first["thread"]
    assert api_for("nina").get(f"/ideas/{world.ideas['one']}/comments").status_code == 404
    vera = api_for("vera").get(f"/ideas/{world.ideas['one']}/comments").get_json()
    assert vera["state"]["why_not_comment"] and vera["comments"] and vera["own"] == []


def test_what_a_comment_is_about_is_said_once(world: World, api_for: Callable[..., Api]) -> None:
    for subjects in ({}, {"idea": 1, "proposal": 1}):
        answer = api_for("boris").post("/comments", {"key": str(uuid.uuid4()), "text": "x"} | subjects)
        assert answer.status_code == 422 and answer.get_json()["error"]["field"] == "idea"


def test_withdrawn_and_hidden_words_are_nowhere(
    world: World, api_for: Callable[..., Api], client_for: Callable[..., Browser]
) -> None:
    boris = api_for("boris")
    gone, rude = said(boris, world, "Withdrawn words"), said(boris, world, "Rude words")
    said(api_for("anna"), world, "Answer one", parent=gone["id"])
    said(api_for("anna"), world, "Answer two", parent=rude["id"])
    boris.post(f"/comments/{gone['id']}/withdraw")
    api_for("max").post(f"/comments/{rude['id']}/hide", {"reason": "Too loud"})
    address = f"/ideas/{world.ideas['one']}/comments"
    for who in ("anna", "boris", "vera", "max"):
        page = client_for(who).get(page_of(world)).get_data(as_text=True)
        listing = api_for(who).get(address).get_data(as_text=True)
        for text in (page, listing):
            assert "Withdrawn words" not in text and "Answer one" in text and "Answer two" in text
            assert ("Rude words" in text and "Too loud" in text) is (who in ("boris", "max")), who


def test_the_page_shows_the_idea_and_what_is_said(
    world: World, api_for: Callable[..., Api], client_for: Callable[..., Browser]
) -> None:
    said(api_for("boris"), world, "Well <b>said</b>")
    page = Page(client_for("chris").get(page_of(world)).get_data(as_text=True))
    assert "The idea called one" in page.text and "Well <b>said</b>" in page.text and "Anna" in page.text
    section = next(each for each in page.all("section") if each.get("class") == "thread")
    assert section["data-kind"] == "idea" and section["data-thread"] and section["data-revision"] == "1"
    assert client_for("nina").get(page_of(world)).status_code == 404
    assert client_for("anna").get(page_of(world, "yes")).status_code == 404  # on another board


def test_a_comment_without_scripts(world: World, client_for: Callable[..., Browser]) -> None:
    boris = client_for("boris")
    form = {"next": page_of(world) + "#thread", "key": "", "idea": world.ideas["one"], "text": "By hand"}
    answer = boris.post("/do/comment-post", form)
    assert answer.status_code == 302 and answer.headers["Location"].endswith("#thread")
    page = Page(boris.get(page_of(world)).get_data(as_text=True))
    comment = next(each["data-comment"] for each in page.all("li") if "data-comment" in each)
    panel = boris.get(f"{page_of(world)}?comment={comment}").get_data(as_text=True)
    assert "/do/comment-edit" in panel and "/do/comment-withdraw" in panel and "/do/comment-hide" not in panel
    edit = {"next": page_of(world), "comment": comment, "base": "1", "text": "By hand, again"}
    assert boris.post("/do/comment-edit", edit).status_code == 302
    assert "By hand, again" in boris.get(page_of(world)).get_data(as_text=True)
    others = client_for("chris").get(f"{page_of(world)}?comment={comment}").get_data(as_text=True)
    assert "/do/comment-edit" not in others and 'name="parent"' in others
    assert "/do/comment-hide" in client_for("max").get(f"{page_of(world)}?comment={comment}").get_data(as_text=True)


def test_what_became_of_an_idea_stands_on_its_page(world: World, client_for: Callable[..., Browser]) -> None:
    with world.inside():
        board, max_ = world.board("dots"), world.member("max")
        ideas.merge_ideas(max_, board, world.idea("three"), world.idea("one"))
        ideas.hide_idea(max_, board, world.idea("two"), reason="Twice")
    chris = client_for("chris")
    assert "The idea called three" in chris.get(page_of(world)).get_data(as_text=True)
    merged = chris.get(page_of(world, "three")).get_data(as_text=True)
    assert "merged into another" in merged and page_of(world) in merged and "data-compose hidden" in merged
    assert "Twice" in client_for("anna").get(page_of(world, "two")).get_data(as_text=True)  # her own
    assert client_for("boris").get(page_of(world, "two")).status_code == 404


def test_tallies_that_stay_hidden_stay_so_here(
    world: World, api_for: Callable[..., Api], client_for: Callable[..., Browser]
) -> None:
    for idea in ("one", "early"):
        assert api_for("boris").post(f"/ideas/{world.ideas[idea]}/dots", {"dots": 2}).status_code == 200
    chris = client_for("chris")
    assert "2 dots in all" in chris.get(page_of(world)).get_data(as_text=True)
    for who in ("anna", "boris", "max"):
        assert "data-dots" not in client_for(who).get(page_of(world, "early", "late")).get_data(as_text=True)
    with world.inside():
        open_voting(world.member("max"), world.board("late"), open_=False)
    assert "2 dots in all" in chris.get(page_of(world, "early", "late")).get_data(as_text=True)


def test_a_card_says_how_much_is_said_about_it(
    world: World, api_for: Callable[..., Api], client_for: Callable[..., Browser]
) -> None:
    for text in ("One", "Two"):
        said(api_for("boris"), world, text)
    board = client_for("chris").get(f"/f/bridges/boards/{world.boards['dots']}").get_data(as_text=True)
    assert board.count("2 comments") == 1 and page_of(world) in board
    with world.inside():
        assert beside(world.ideas.values())[world.ideas["one"]].comments == 2
        world.idea("one").withdrawn_at = None
        session().rollback()


def test_who_is_told_of_a_comment(world: World, api_for: Callable[..., Api]) -> None:
    def told(who: str) -> list[str]:
        return [one["type"] for one in api_for(who).get("/forums/bridges/notices").get_json()["notices"]]

    first = said(api_for("boris"), world, "Well said")
    assert (told("anna"), told("boris"), told("chris")) == (["idea.commented"], [], [])
    said(api_for("anna"), world, "Thank you", parent=first["id"])  # her own idea: she knows
    said(api_for("chris"), world, "Me too", parent=first["id"])
    assert told("boris") == ["comment.answered", "comment.answered"] and told("chris") == []
    assert told("anna") == ["idea.commented", "idea.commented"]
    words = api_for("boris").get("/forums/bridges/notices").get_json()["notices"]
    assert "Chris" in words[0]["words"] and "/ideas/" in words[0]["url"]
    with world.inside():
        world.board("dots").show_authors = False
        session().commit()
    assert "Chris" not in str(api_for("boris").get("/forums/bridges/notices").get_json())
