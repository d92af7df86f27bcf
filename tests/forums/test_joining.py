"""Coming in by a code: right ones are never limited, wrong ones are; a hall is not one person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.threads import at_once
from tests.world import Api, Browser, Page, World, snapshot
from youthforum.core.clock import frozen, now
from youthforum.core.db import session
from youthforum.core.rates import Rate
from youthforum.forums import commands
from youthforum.forums.models import Member
from youthforum.forums.phases import Role

ClientFor = Callable[..., Browser]
ApiFor = Callable[..., Api]
WHO = {"name": "Mia", "language": "de", "age_band": "14-15", "accept_rules": True}
ON_THE_PAGE = WHO | {"accept_rules": "yes"}


def test_one_screen_and_one_is_in(client_for: ClientFor, world: World) -> None:
    browser, code = client_for(None), world.codes["bridges"]
    assert browser.post("/join", {"code": f" {code[:4].lower()}-{code[4:]}"}).location == f"/join/{code}"
    page = browser.get(f"/join/{code}")
    assert page.status_code == 200
    names = {field.get("name") for tag in ("input", "select") for field in Page(page.text).all(tag)}
    assert {"name", "delegation", "language", "age_band", "accept_rules"} <= names
    answer = browser.post(f"/join/{code}", ON_THE_PAGE | {"delegation": "perm", "language": "ru"})
    assert answer.location == "/f/bridges/welcome"
    welcome = browser.get("/f/bridges/welcome")
    assert welcome.status_code == 200 and Page(welcome.text).all("html")[0]["lang"] == "ru"
    assert browser.get("/f/bridges/welcome").location == "/f/bridges"  # the phrase is shown once
    with world.inside():
        mia = session().scalars(sa.select(Member).where(Member.name == "Mia")).one()
        assert (mia.role, mia.age_band, mia.person.language) == (Role.participant, "14-15", "ru")
        assert mia.delegation is not None and mia.delegation.slug == "perm"
        assert mia.person.email is None


def test_the_api_answers_who_where_and_how_to_come_back(api_for: ApiFor, world: World) -> None:
    answer = api_for(None).post("/join", WHO | {"code": world.codes["bridges"], "delegation": "essen"})
    assert answer.status_code == 201
    body = answer.get_json()
    assert body["member"] | {"id": 0} == {"id": 0, "name": "Mia", "role": "participant", "delegation": "essen"}
    assert body["forum"] == {"id": world.forums["bridges"], "slug": "bridges"}
    assert len(body["return_phrase"].split()) == 6
    assert Api(world.app, body["token"]).get("/forums/bridges").status_code == 200
    phone = Browser(world.app)
    assert phone.post("/return", {"phrase": body["return_phrase"]}).status_code == 302
    assert phone.get("/f/bridges").status_code == 200


@pytest.mark.parametrize("delegation", ["essen", None, ""])
def test_a_delegation_may_be_named_by_slug_id_or_not_at_all(
    api_for: ApiFor, world: World, delegation: str | None
) -> None:
    join = WHO | {"code": world.codes["bridges"]}
    assert api_for(None).post("/join", join | {"delegation": delegation}).status_code == 201
    by_id = api_for(None).post("/join", join | {"delegation": world.delegations["perm"]})
    assert by_id.get_json()["member"]["delegation"] == "perm"


def test_a_code_gives_its_role_and_perhaps_its_delegation(api_for: ApiFor, world: World) -> None:
    with world.inside():
        made = commands.make_code(
            world.member("olga"), role=Role.observer, delegation=world.delegation("essen"), days=1
        ).code
    answer = api_for(None).post("/join", WHO | {"code": made, "delegation": "perm", "name": "Guest"})
    assert answer.get_json()["member"]["role"] == "observer"
    assert answer.get_json()["member"]["delegation"] == "essen"


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"name": ""}, 422, "name"),
        ({"name": "x" * 61}, 422, "name"),
        ({"name": "a\x00b"}, 422, "name"),
        ({"accept_rules": False}, 422, "accept_rules"),
        ({"age_band": "99+"}, 422, "age_band"),
        ({"language": "fr"}, 422, "language"),
        ({"delegation": "bonn"}, 404, "delegation"),  # of the other forum
        ({"delegation": "a\x00b"}, 422, "delegation.function-after[_fit(), str]"),
        ({"role": "organiser"}, 422, "role"),
        ({"code": "AAAAAAAA"}, 404, "code"),
        ({"code": ""}, 422, "code"),
    ],
)
def test_what_is_wrong_is_named_and_nobody_is_made(
    api_for: ApiFor, app: Flask, world: World, change: dict[str, Any], status: int, field: str
) -> None:
    before = snapshot(app)
    answer = api_for(None).post("/join", WHO | {"code": world.codes["bridges"]} | change)
    assert answer.status_code == status
    error = answer.get_json()["error"]
    assert error["field"].partition(".")[0] == field.partition(".")[0] and error["message"]
    assert snapshot(app) == before


def test_the_page_keeps_what_was_typed_and_shows_what_is_wrong(client_for: ClientFor, app: Flask, world: World) -> None:
    before, browser = snapshot(app), client_for(None, "en")
    answer = browser.post(f"/join/{world.codes['bridges']}", ON_THE_PAGE | {"name": "Mia K.", "accept_rules": ""})
    assert answer.status_code == 422
    assert "Mia K." in [field.get("value") for field in Page(answer.text).all("input")]
    assert "house rules" in Page(answer.text).text.lower()
    assert snapshot(app) == before


def test_a_member_who_opens_the_link_again_is_simply_in(client_for: ClientFor, app: Flask, world: World) -> None:
    before = snapshot(app)
    assert client_for("anna").get(f"/join/{world.codes['bridges']}").location == "/f/bridges"
    assert snapshot(app) == before


def test_a_member_of_one_forum_joins_another_with_the_same_account(api_for: ApiFor, world: World) -> None:
    answer = api_for("anna").post("/join", WHO | {"code": world.codes["elsewhere"], "age_band": "16-17"})
    assert answer.status_code == 200
    assert answer.get_json()["token"] is None and answer.get_json()["return_phrase"] is None
    assert api_for("anna").get("/forums/elsewhere").status_code == 200
    again = api_for("anna").post("/join", WHO | {"code": world.codes["elsewhere"], "age_band": "16-17"})
    assert again.get_json()["member"] == answer.get_json()["member"]


def test_an_expired_code_says_so(api_for: ApiFor, client_for: ClientFor, app: Flask, world: World) -> None:
    before = snapshot(app)
    with frozen(now() + timedelta(days=31)):
        answer = api_for(None).post("/join", WHO | {"code": world.codes["bridges"]})
        page = client_for(None).get(f"/join/{world.codes['bridges']}")
    assert answer.status_code == page.status_code == 403
    assert answer.get_json()["error"]["code"] == "code_expired"
    assert snapshot(app) == before


def test_a_revoked_code_lets_nobody_in_and_whoever_is_in_stays(api_for: ApiFor, world: World) -> None:
    with world.inside():
        commands.revoke_code(world.member("olga"), world.code())
    answer = api_for(None).post("/join", WHO | {"code": world.codes["bridges"]})
    assert answer.get_json()["error"]["code"] == "code_expired"
    assert api_for("anna").get("/forums/bridges").status_code == 200


def test_expired_codes_are_not_wrong_ones(api_for: ApiFor, client_for: ClientFor, world: World) -> None:
    """A whole class with last week's sheet does not lock anybody out."""
    browser = client_for(None)
    with world.inside():
        commands.revoke_code(world.member("olga"), world.code("observers"))
    for _ in range(30):
        assert browser.post("/join", {"code": world.codes["observers"]}).status_code == 403
    assert browser.post("/join", {"code": world.codes["bridges"]}).status_code == 302


# Rates --------------------------------------------------------------------------------------------------------------


def test_a_browser_that_guesses_is_not_listened_to_any_more(client_for: ClientFor, world: World) -> None:
    guesser = client_for(None)
    answers = [guesser.post("/join", {"code": f"AAAA{n:04}"}).status_code for n in range(20)]
    assert answers[:15] == [404] * 15 and answers[16:] == [429] * 4
    blocked = guesser.get("/join/AAAA9999")
    assert blocked.status_code == 429 and int(blocked.headers["Retry-After"]) > 0
    # Nor does it learn that it hit one; the neighbour, behind the same address, may mistype and come in.
    assert guesser.post("/join", {"code": world.codes["bridges"]}).status_code == 429
    assert client_for(None).post("/join", {"code": "AAAA9998"}).status_code == 404
    assert client_for(None).post("/join", {"code": world.codes["bridges"]}).status_code == 302


def test_programs_without_cookies_are_counted_by_address_and_right_codes_are_not(app: Flask, world: World) -> None:
    client = app.test_client(use_cookies=False)
    answers = [client.post("/api/v1/join", json=WHO | {"code": f"BB{n:06}"}) for n in range(505)]
    assert {answer.status_code for answer in answers[:500]} == {404}
    assert {answer.status_code for answer in answers[500:]} == {429}
    assert answers[-1].get_json()["error"]["code"] == "slow_down"
    assert answers[-1].get_json()["error"]["retry_after"] > 0
    assert client.post("/api/v1/join", json=WHO | {"code": world.codes["bridges"]}).status_code == 201


def test_wrong_codes_are_limited_for_all_together_and_right_ones_are_not(
    api_for: ApiFor, client_for: ClientFor, app: Flask, world: World
) -> None:
    with app.app_context():
        everybody = Rate("wrong-code-all", "1500/10 minutes")
        assert [everybody.count("all") for _ in range(1500)] == [True] * 1500
    assert api_for(None).post("/join", WHO | {"code": "CCCCCCCC"}).status_code == 429
    assert client_for(None).get("/join/CCCCCCCC").status_code == 429
    assert api_for(None).post("/join", WHO | {"code": world.codes["bridges"]}).status_code == 201
    assert client_for(None).get(f"/join/{world.codes['bridges']}").status_code == 200


def test_a_hall_of_two_thousand_joins_from_one_address_within_a_minute(app: Flask, world: World) -> None:
    client = app.test_client(use_cookies=False)
    join = WHO | {"code": world.codes["bridges"], "delegation": "essen"}
    for number in range(2000):
        answer = client.post("/api/v1/join", json=join | {"name": f"Guest {number}"})
        assert answer.status_code == 201, answer.text
    with world.inside():
        count = session().scalar(sa.select(sa.func.count()).select_from(Member).where(Member.name.like("Guest %")))
    assert count == 2000  # all within one window of every rate, whatever machine this runs on


def test_joining_at_once_from_two_devices_with_one_account_is_one_membership(
    world: World, app: Flask, any_database: str
) -> None:
    def join(_number: int) -> int:
        with world.inside():
            joined, _, _ = commands.join_forum(
                world.person("anna"),
                world.code("elsewhere"),
                name="Anna",
                delegation=None,
                language="de",
                age_band="18+",
                device="",
            )
            return joined.id

    results = at_once(join, 8)
    ids = {result for result in results if isinstance(result, int)}
    assert len(ids) == 1
    with world.inside():
        rows = sa.select(sa.func.count()).where(
            Member.person_id == world.people["anna"], Member.forum_id == world.forums["elsewhere"]
        )
        assert session().scalar(rows) == 1
