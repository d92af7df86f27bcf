"""Reports: everybody may make them, moderators alone read them, and nobody learns who reported."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from tests.world import Api, Browser, World
from youthforum.core.db import session
from youthforum.core.errors import Forbidden, NotFound
from youthforum.forums.phases import Phase
from youthforum.moderation import commands, queries
from youthforum.moderation.models import Report
from youthforum.notices.models import Notice


def report(api: Api, world: World, **more: Any) -> Any:
    return api.post("/reports", {"kind": "idea", "id": world.ideas["one"], "category": "unkind"} | more)


def stored(world: World) -> list[Report]:
    return list(session().scalars(sa.select(Report).order_by(Report.id)))


@pytest.mark.parametrize("who", ["vera", "boris", "max", "olga"])
def test_every_role_reports(world: World, api_for: Callable[..., Api], who: str) -> None:
    answer = report(api_for(who), world, text="It hurts")
    assert answer.status_code == 200 and set(answer.get_json()) == {"report"}
    with world.inside():
        (found,) = stored(world)
        assert (found.reporter_id, found.category, found.text) == (world.members[who], "unkind", "It hurts")


def test_who_may_not_report(world: World, api_for: Callable[..., Api]) -> None:
    assert report(api_for("sven"), world).get_json()["error"]["code"] == "suspended"
    assert report(api_for("nina"), world).status_code == 404
    assert report(api_for("vera"), world, kind="proposal", id=99).status_code == 404
    with world.inside():
        world.forum().phase = Phase.archived
        session().commit()
    assert report(api_for("vera"), world).get_json()["error"]["code"] == "wrong_phase"
    with world.inside():
        assert stored(world) == []


def test_reporting_twice_is_once_until_it_is_settled(inside: World, any_database: str) -> None:
    vera, given = inside.member("vera"), {"kind": "idea", "subject_id": inside.ideas["one"]}
    first = commands.report_content(vera, category="unkind", text="It hurts", **given)
    again = commands.report_content(vera, category="off_topic", text="", **given)
    assert again.id == first.id and (again.category, again.text) == ("off_topic", "It hurts")
    commands.report_content(inside.member("boris"), category="unkind", text="", **given)
    (case,) = queries.open_cases(inside.member("max"))
    assert [one.reporter_id for one in case.reports] == [inside.members["vera"], inside.members["boris"]]
    commands.settle_reports(inside.member("max"), first, outcome="Talked to the author")
    assert queries.open_cases(inside.member("max")) == []
    assert {one.outcome for one in stored(inside)} == {"Talked to the author"}
    commands.settle_reports(inside.member("olga"), first, outcome="Again")  # changes nothing
    assert {one.outcome for one in stored(inside)} == {"Talked to the author"}
    assert commands.report_content(vera, category="unkind", text="", **given).id != first.id


def test_danger_is_told_to_moderators_and_organisers_at_once(world: World, api_for: Callable[..., Api]) -> None:
    def told() -> list[int]:
        with world.inside():
            return sorted(session().scalars(sa.select(Notice.member_id).where(Notice.type == "report.danger")))

    report(api_for("vera"), world)
    assert told() == []
    report(api_for("vera"), world, category="danger")
    assert told() == sorted([world.members["max"], world.members["olga"]])
    report(api_for("vera"), world, category="danger")
    assert len(told()) == 2
    assert "/f/bridges/reports" in str(api_for("max").get("/forums/bridges/notices").get_json())


def test_only_moderators_read_and_settle_reports(
    world: World, api_for: Callable[..., Api], client_for: Callable[..., Browser]
) -> None:
    number = report(api_for("vera"), world, text="Look at this").get_json()["report"]
    for who in ("max", "olga"):
        page = client_for(who).get("/f/bridges/reports").get_data(as_text=True)
        assert "Vera" in page and "Look at this" in page and "The idea called one" in page
    for who, status in (("anna", 403), ("vera", 403), ("sven", 403), ("otto", 404)):
        assert client_for(who).get("/f/bridges/reports").status_code == status
        answer = api_for(who).post(f"/reports/{number}/settle", {"outcome": "Mine to say"})
        assert answer.status_code == 404, who
    assert api_for("max").post(f"/reports/{number}/settle", {"outcome": "Fine"}).status_code == 200
    with world.inside(), pytest.raises(NotFound):
        queries.open_cases(world.member("vera"))


def test_whoever_is_reported_never_learns_by_whom(
    world: World, api_for: Callable[..., Api], client_for: Callable[..., Browser]
) -> None:
    report(api_for("vera"), world, text="Quietly said")
    board, idea = world.boards["dots"], world.ideas["one"]
    anna = client_for("anna")
    for path in (f"/f/bridges/boards/{board}", f"/f/bridges/boards/{board}/ideas/{idea}", "/f/bridges/notices"):
        page = anna.get(path).get_data(as_text=True)
        assert "Vera" not in page and "Quietly said" not in page


def test_a_comment_is_reported_and_hidden_from_the_page(
    world: World, api_for: Callable[..., Api], client_for: Callable[..., Browser]
) -> None:
    said = {"key": str(uuid.uuid4()), "idea": world.ideas["one"], "text": "Rude words"}
    comment = api_for("boris").post("/comments", said).get_json()["comment"]["id"]
    report(api_for("anna"), world, kind="comment", id=comment)
    max_ = client_for("max")
    page = max_.get("/f/bridges/reports").get_data(as_text=True)
    assert "Rude words" in page and "/do/comment-hide" in page and f"#comment-{comment}" in page
    hide = {"next": "/f/bridges/reports", "comment": str(comment), "reason": "Unkind"}
    assert max_.post("/do/comment-hide", hide).status_code == 302
    assert "/do/comment-hide" not in max_.get("/f/bridges/reports").get_data(as_text=True)
    assert report(api_for("chris"), world, kind="comment", id=comment).status_code == 404


def test_withdrawn_words_are_not_shown_to_moderators_either(
    world: World, api_for: Callable[..., Api], client_for: Callable[..., Browser]
) -> None:
    said = {"key": str(uuid.uuid4()), "idea": world.ideas["one"], "text": "Taken back"}
    comment = api_for("boris").post("/comments", said).get_json()["comment"]["id"]
    report(api_for("anna"), world, kind="comment", id=comment)
    api_for("boris").post(f"/comments/{comment}/withdraw")
    page = client_for("max").get("/f/bridges/reports").get_data(as_text=True)
    assert "Taken back" not in page and "/do/report-settle" in page


def test_a_report_without_scripts(world: World, client_for: Callable[..., Browser]) -> None:
    vera, path = client_for("vera"), f"/f/bridges/report/idea/{world.ideas['one']}"
    assert "The idea called one" in vera.get(path).get_data(as_text=True)
    assert vera.post(path, {"text": "x"}).status_code == 422
    answer = vera.post(path, {"category": "private_data", "text": ""})
    assert answer.status_code == 302 and answer.headers["Location"].endswith(f"/ideas/{world.ideas['one']}")
    assert vera.get("/f/bridges/report/forum/1").status_code == 404
    assert vera.get(f"/f/bridges/report/idea/{world.ideas['foreign']}").status_code == 404
    with world.inside():
        assert [one.category for one in stored(world)] == ["private_data"]


def test_a_participant_settles_nothing(inside: World) -> None:
    made = commands.report_content(
        inside.member("vera"), kind="idea", subject_id=inside.ideas["one"], category="unkind", text=""
    )
    with pytest.raises(Forbidden):
        commands.settle_reports(inside.member("anna"), made, outcome="Nothing")


def test_a_proposal_is_reported_and_discussed(
    world: World, api_for: Callable[..., Api], client_for: Callable[..., Browser]
) -> None:
    with world.inside():
        world.forum().phase = Phase.draft
        session().commit()
    forum = world.forums["bridges"]
    start = {"key": str(uuid.uuid4()), "title": "A bus between cities", "language": "en"}
    answer = api_for("boris").post(f"/forums/{forum}/proposals", start)
    assert answer.status_code == 200, answer.get_json()
    proposal = answer.get_json()["proposal"]["id"]
    assert api_for("boris").post(f"/proposals/{proposal}/versions").status_code == 200
    said = {"key": str(uuid.uuid4()), "proposal": proposal, "part": "need", "text": "Why a bus?"}
    answer = api_for("anna").post("/comments", said)
    assert answer.status_code == 200, answer.get_json()
    comment = answer.get_json()["comment"]
    assert comment["part"] == "need"
    listing = api_for("vera").get(f"/proposals/{proposal}/comments").get_json()
    assert [one["text"] for one in listing["comments"]] == ["Why a bus?"]
    nowhere = api_for("anna").post("/comments", said | {"key": str(uuid.uuid4()), "part": "nowhere"})
    assert nowhere.get_json()["error"]["field"] == "part"
    done = api_for("boris").post(f"/comments/{comment['id']}/resolve", {"resolved": True})  # it is his proposal
    assert done.get_json()["comment"]["resolved"] is True
    assert report(api_for("vera"), world, kind="proposal", id=proposal).status_code == 200
    assert "A bus between cities" in client_for("max").get("/f/bridges/reports").get_data(as_text=True)
    assert report(api_for("nina"), world, kind="proposal", id=proposal).status_code == 404
