"""Notices: given inside other commands, read by their member alone, counted in the header."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from tests.world import Api, Browser, World
from youthforum.core import db
from youthforum.core.commands import unit_of_work
from youthforum.core.errors import NotFound
from youthforum.notices import queries
from youthforum.notices.commands import notify, read_notices
from youthforum.notices.inbox import SENTENCES, lines, notice_sentence
from youthforum.notices.models import Notice


@pytest.fixture(autouse=True)
def sentences() -> Iterator[None]:
    """Two kinds of notices of the test's own."""

    @notice_sentence("test.moved")
    def _moved(data: dict[str, Any], _member: Any) -> tuple[str, str]:
        return f"Idea {data['idea']} <moved>", f"/f/bridges/boards/{data['board']}"

    @notice_sentence("test.gone")
    def _gone(_data: dict[str, Any], _member: Any) -> None:
        raise NotFound()

    yield
    for kind in ("test.moved", "test.gone"):
        del SENTENCES[kind]


def tell(world: World, *names: str, type: str = "test.moved") -> None:
    notify([world.members[name] for name in names], type, idea=3, board=1)


def test_each_is_told_once_and_nobody_else(inside: World) -> None:
    tell(inside, "anna", "boris", "anna")
    rows = db.session().execute(sa.select(Notice.member_id, Notice.type, Notice.data)).all()
    assert sorted(rows) == [(inside.members[name], "test.moved", {"idea": 3, "board": 1}) for name in ("anna", "boris")]
    assert queries.unread(inside.members["anna"]) == 1
    assert queries.unread(inside.members["chris"]) == 0
    assert queries.page_of(inside.member("chris")).items == []


def test_telling_nobody_is_nothing(inside: World) -> None:
    tell(inside)
    assert db.session().scalar(sa.select(sa.func.count()).select_from(Notice)) == 0


def test_a_command_that_fails_tells_nobody(inside: World) -> None:
    with pytest.raises(RuntimeError), unit_of_work():
        tell(inside, "anna")
        raise RuntimeError("the command around it")
    assert queries.unread(inside.members["anna"]) == 0


def test_reading_reaches_up_to_what_was_seen(inside: World, any_database: str) -> None:
    for _ in range(3):
        tell(inside, "anna", "boris")
    own = queries.page_of(inside.member("anna")).items
    assert [notice.id for notice in own] == sorted((notice.id for notice in own), reverse=True)
    read_notices(inside.member("anna"), up_to=own[1].id)
    assert queries.unread(inside.members["anna"]) == 1
    assert queries.unread(inside.members["boris"]) == 3
    read_notices(inside.member("anna"), up_to=queries.newest(inside.member("anna")))
    assert queries.unread(inside.members["anna"]) == 0


def test_counting_stops_at_ten(inside: World, any_database: str) -> None:
    for _ in range(12):
        tell(inside, "anna")
    assert queries.unread(inside.members["anna"]) == 10
    anna, chris = inside.members["anna"], inside.members["chris"]
    told = {one.person_id: (one.forum_id, one.unread) for one in queries.waiting_for([anna, chris])}
    forum = inside.forums["bridges"]
    assert told == {inside.people["anna"]: (forum, 10), inside.people["chris"]: (forum, 0)}


def test_what_one_may_no_longer_see_is_not_told(inside: World) -> None:
    tell(inside, "anna", type="test.gone")
    tell(inside, "anna", type="test.unheard")
    anna = inside.member("anna")
    told = lines(anna, queries.page_of(anna).items)
    assert [(line.words, line.url) for line in told] == [("What this was about is no longer here.", None)] * 2


def test_the_inbox_and_the_number_in_the_header(world: World, client_for: Callable[..., Browser]) -> None:
    with world.inside():
        for _ in range(2):
            tell(world, "anna")
    anna = client_for("anna", "en")
    page = anna.get("/f/bridges/notices").get_data(as_text=True)
    assert page.count("Idea 3 &lt;moved&gt;") == 2 and page.count('<span class="notice-new">') == 2
    assert 'data-unread="2"' in anna.get("/f/bridges").get_data(as_text=True)
    with world.inside():
        newest = queries.newest(world.member("anna"))
    sent = {"forum": world.forums["bridges"], "up_to": newest, "next": "/f/bridges/notices"}
    assert anna.post("/do/notice-read", sent).status_code == 302
    page = anna.get("/f/bridges/notices").get_data(as_text=True)
    assert 'data-unread="0"' in page and '<span class="notice-new">' not in page
    other = client_for("boris", "en").get("/f/bridges/notices").get_data(as_text=True)
    assert "Idea 3" not in other and 'class="list notices"' not in other


def test_the_inbox_is_paged(world: World, api_for: Callable[..., Api]) -> None:
    with world.inside():
        for _ in range(51):
            tell(world, "anna")
    first = api_for("anna").get("/forums/bridges/notices").get_json()
    assert (len(first["notices"]), first["unread"], first["page"], first["pages"]) == (50, 10, 1, 2)
    assert set(first["notices"][0]) == {"id", "type", "data", "words", "url", "at", "read"}
    second = api_for("anna").get("/forums/bridges/notices?page=2").get_json()
    assert len(second["notices"]) == 1


def test_reading_one_alone_leaves_the_older_ones(world: World, api_for: Callable[..., Api]) -> None:
    with world.inside():
        for _ in range(2):
            tell(world, "anna")
        newest = queries.newest(world.member("anna"))
    body = {"up_to": newest, "alone": True}
    assert api_for("anna").post(f"/forums/{world.forums['bridges']}/notices/read", body).get_json()["unread"] == 1
    told = api_for("anna").get("/forums/bridges/notices").get_json()["notices"]
    assert [line["read"] for line in told] == [True, False]


def test_one_can_only_read_one_s_own(world: World, api_for: Callable[..., Api]) -> None:
    with world.inside():
        tell(world, "anna")
        up_to = queries.newest(world.member("anna"))
    path, forum = "/forums/{}/notices/read", world.forums["bridges"]
    assert api_for("boris").post(path.format(forum), {"up_to": up_to}).get_json() == {"unread": 0}
    with world.inside():
        assert queries.unread(world.members["anna"]) == 1
    assert api_for("otto").post(path.format(forum), {"up_to": up_to}).status_code == 404
    assert api_for("anna").post(path.format(forum), {"up_to": up_to}).get_json() == {"unread": 0}
