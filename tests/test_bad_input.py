"""Bad input: a clear code, sentence and field in the page and in the API alike; nothing is stored.

The same over sockets is in tests/live/test_bad_input.py.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.world import Api, Browser, Page, World, snapshot
from youthforum.core.clock import frozen, now

ClientFor, ApiFor = Callable[..., Browser], Callable[..., Api]
KEY = "6f2a1f5e-8a57-4b3c-9d0e-0123456789ab"
NAMES = st.sampled_from(["dots", "text", "base", "idea", "name", "code"])
POST, EDIT = "/boards/{dots}/ideas", "/ideas/{one}/edit"

# who, address, what is sent → status, code, field
CASES: dict[str, tuple[str, str, Any, int, str, str | None]] = {
    "over-long text": ("anna", POST, {"key": KEY, "text": "x" * 501}, 422, "invalid", "text"),
    "no text": ("anna", POST, {"key": KEY, "text": " \n "}, 422, "invalid", "text"),
    "control character": ("anna", POST, {"key": KEY, "text": "a\x07b"}, 422, "invalid", "text"),
    "NUL": ("anna", POST, {"key": KEY, "text": "a\x00b"}, 422, "invalid", "text"),
    "lone surrogate": ("anna", POST, {"key": KEY, "text": "a\ud800b"}, 422, "invalid", "text"),
    "bidi override": ("anna", POST, {"key": KEY, "text": "a\u202eb"}, 422, "invalid", "text"),
    "text of another type": ("anna", POST, {"key": KEY, "text": {"$ne": 1}}, 422, "invalid", "text"),
    "unknown field": ("anna", POST, {"key": KEY, "text": "x", "author": 1}, 422, "invalid", "author"),
    "__proto__": ("anna", POST, {"key": KEY, "text": "x", "__proto__": {}}, 422, "invalid", "__proto__"),
    "__class__": ("anna", POST, {"key": KEY, "text": "x", "__class__": "x"}, 422, "invalid", "__class__"),
    "surrogate in a name": ("anna", POST, {"key": KEY, "text": "x", "\ud800": 1}, 422, "invalid", "payload"),
    "no key": ("anna", POST, {"text": "x"}, 422, "invalid", "key"),
    "a key that is none": ("anna", POST, {"key": "1", "text": "x"}, 422, "invalid", "key"),
    "unknown language": ("anna", POST, {"key": KEY, "text": "x", "language": "xx"}, 422, "invalid", "language"),
    "column elsewhere": ("anna", POST, {"key": KEY, "text": "x", "column": 10**6}, 422, "invalid", "column"),
    "huge column": ("anna", POST, {"key": KEY, "text": "x", "column": 10**40}, 422, "invalid", "column"),
    "unknown board": ("anna", "/boards/999999/ideas", {"key": KEY, "text": "x"}, 404, "not_found", "board"),
    "huge board": ("anna", f"/boards/{10**40}/ideas", {"key": KEY, "text": "x"}, 422, "invalid", "board"),
    "writing closed": ("anna", "/boards/{closed}/ideas", {"key": KEY, "text": "x"}, 403, "writing_closed", None),
    "other forum's board": ("anna", "/boards/{theirs}/ideas", {"key": KEY, "text": "x"}, 404, "not_found", "board"),
    "stale edit": ("anna", EDIT, {"text": "Mine", "base": 7}, 409, "conflict", "text"),
    "base of another type": ("anna", EDIT, {"text": "Mine", "base": "1"}, 422, "invalid", "base"),
    "unknown idea": ("anna", "/ideas/999999/edit", {"text": "x", "base": 1}, 404, "not_found", "idea"),
    "closed voting": ("anna", "/ideas/{shut}/dots", {"dots": 1}, 403, "voting_closed", None),
    "dots over the cap": ("anna", "/ideas/{one}/dots", {"dots": 3}, 422, "over_cap", "dots"),
    "fewer dots than none": ("anna", "/ideas/{one}/dots", {"dots": -1}, 422, "invalid", "dots"),
    "half a dot": ("anna", "/ideas/{one}/dots", {"dots": 0.5}, 422, "invalid", "dots"),
    "true dots": ("anna", "/ideas/{one}/dots", {"dots": True}, 422, "invalid", "dots"),
    "huge dots": ("anna", "/ideas/{one}/dots", {"dots": 10**40}, 422, "invalid", "dots"),
    "opinion of another kind": ("anna", "/ideas/{yes}/opinion", {"opinion": 2}, 422, "invalid", "opinion"),
    "no opinion named": ("anna", "/ideas/{yes}/opinion", {}, 422, "invalid", "opinion"),
    "true opinion": ("anna", "/ideas/{yes}/opinion", {"opinion": True}, 422, "invalid", "opinion"),
    "a list": ("anna", POST, [1, 2], 422, "invalid", None),
    "a word": ("anna", POST, "text", 422, "invalid", None),
    "too many cards": (
        "max",
        "/boards/{dots}/clusters",
        {"name": "x", "ideas": [1] * 301},
        422,
        "invalid",
        "ideas",
    ),
    "no cards": ("max", "/boards/{dots}/clusters", {"name": "x", "ideas": []}, 422, "invalid", "ideas"),
    "unknown phase": ("max", "/forums/{bridges}/phase", {"phase": "lunch"}, 422, "invalid", "phase"),
    "huge forum": ("max", f"/forums/{10**40}/phase", {"phase": "draft"}, 422, "invalid", "forum"),
}


@pytest.mark.parametrize("case", CASES)
def test_over_the_api(api_for: ApiFor, app: Flask, world: World, case: str) -> None:
    who, path, sent, status, code, field = CASES[case]
    before = snapshot(app)
    answer = api_for(who).post(path.format(**world.boards, **world.ideas, **world.forums), sent)
    assert answer.status_code == status, answer.text
    error = answer.get_json()["error"]
    assert (error["code"], error.get("field")) == (code, field)
    assert error["message"].strip()
    assert snapshot(app) == before


@pytest.mark.parametrize("sent", [b"", b"{", b"[" * 60_000, b'{"text": ' + b"9" * 5000 + b"}", b"\xff\xfe", b"null"])
def test_what_is_no_json(api_for: ApiFor, app: Flask, world: World, sent: bytes) -> None:
    before = snapshot(app)
    answer = api_for("anna").post(f"/boards/{world.boards['dots']}/ideas", data=sent, content_type="application/json")
    assert answer.status_code == 422 and answer.get_json()["error"]["code"] == "invalid"
    assert snapshot(app) == before


def test_64_kib(api_for: ApiFor, client_for: ClientFor, app: Flask, world: World) -> None:
    before = snapshot(app)
    answer = api_for("anna").post(f"/boards/{world.boards['dots']}/ideas", {"key": KEY, "text": "x" * 65_536})
    assert answer.status_code == 413 and answer.get_json()["error"]["message"]
    page = client_for("anna").post("/do/idea-post", {"board": world.boards["dots"], "text": "x" * 65_536})
    assert page.status_code == 413
    assert snapshot(app) == before


def test_over_budget_says_how_many_are_left(api_for: ApiFor, world: World, app: Flask) -> None:
    boris = api_for("boris")
    for idea, dots in (("one", 2), ("two", 2), ("three", 1)):
        assert boris.post(f"/ideas/{world.ideas[idea]}/dots", {"dots": dots}).status_code == 200
    before = snapshot(app)
    answer = boris.post(f"/ideas/{world.ideas['four']}/dots", {"dots": 1})
    assert answer.status_code == 422 and answer.get_json()["error"]["code"] == "over_budget"
    assert "0" in answer.get_json()["error"]["message"]
    assert snapshot(app) == before


# The page: the same sentences ------------------------------------------------------------------------------------


def test_a_page_says_what_the_api_says(api_for: ApiFor, client_for: ClientFor, app: Flask, world: World) -> None:
    before = snapshot(app)
    for who, event, path, fields in (
        ("anna", "idea-post", "/boards/{dots}/ideas", {"key": KEY, "text": "x" * 501}),
        ("anna", "idea-post", "/boards/{dots}/ideas", {"key": KEY, "text": "a\u202eb"}),
        ("anna", "vote-dots", "/ideas/{one}/dots", {"dots": 3}),
        ("anna", "vote-dots", "/ideas/{shut}/dots", {"dots": 1}),
        ("boris", "vote-dots", "/ideas/{yes}/dots", {"dots": 1}),
        ("max", "vote-dots", "/ideas/{one}/dots", {"dots": 1}),
        ("anna", "idea-edit", "/ideas/{one}/edit", {"text": "Mine", "base": 7}),
    ):
        known = world.boards | world.ideas
        by_api = api_for(who).post(path.format(**known), fields)
        kind, name = path.split("/")[1:3]
        target = {kind.removesuffix("s"): str(known[name.strip("{}")])}
        by_page = client_for(who).post(f"/do/{event}", target | fields)
        assert by_page.status_code == by_api.status_code
        assert by_api.get_json()["error"]["message"] in Page(by_page.text).text
        # From within a page, one is sent back to it, and told there.
        browser = client_for(who)
        sent = browser.post(f"/do/{event}", target | fields | {"next": "/f/bridges"})
        assert sent.location == "/f/bridges"
        assert by_api.get_json()["error"]["message"] in Page(browser.get("/f/bridges").text).text
    assert snapshot(app) == before


def test_a_wrong_and_an_expired_code(api_for: ApiFor, client_for: ClientFor, app: Flask, world: World) -> None:
    join = {"name": "Mia", "language": "de", "age_band": "18+", "accept_rules": True}
    before = snapshot(app)
    wrong = api_for(None, "en").post("/join", join | {"code": "WRONGONE"})
    assert wrong.status_code == 404 and wrong.get_json()["error"]["field"] == "code"
    page = client_for(None, "en").post("/join", {"code": "WRONGONE"})
    assert page.status_code == 404 and wrong.get_json()["error"]["message"] in Page(page.text).text
    with frozen(now() + timedelta(days=40)):
        expired = api_for(None, "en").post("/join", join | {"code": world.codes["bridges"]})
        page = client_for(None, "en").post("/join", {"code": world.codes["bridges"]})
    assert expired.get_json()["error"]["code"] == "code_expired"
    assert page.status_code == 403 and expired.get_json()["error"]["message"] in Page(page.text).text
    assert snapshot(app) == before


@pytest.mark.parametrize("number", ["²", "-1", "9" * 400, "1e3", "٣", "x", "", "0x1", "1\x00"])
def test_odd_numbers_in_pages(client_for: ClientFor, app: Flask, number: str) -> None:
    olga, before = client_for("olga"), snapshot(app)
    for path, fields in (
        ("/f/bridges/codes/revoke", {"id": number}),
        ("/f/bridges/groups", {"action": "remove", "group": number}),
        ("/f/bridges/delegations", {"action": "unpair", "partnership": number}),
        ("/f/bridges/people/readmit", {"member": number}),
        ("/f/bridges/people/role", {"member": number, "role": "observer"}),
        ("/do/vote-dots", {"idea": number, "dots": number}),
        ("/f/bridges/boards/new", {"question_de": "x", "budget": number or "-", "cap": "1"}),
    ):
        if number == "٣" and "group" in fields:
            continue  # a three in another script is a three
        assert 400 <= olga.post(path, fields).status_code < 500, path
    assert olga.get("/f/bridges/people", query_string={"page": number}).status_code in (200, 404)
    if number != "٣":
        assert snapshot(app) == before


def test_nul_in_an_address(client_for: ClientFor, api_for: ApiFor, any_database: str) -> None:
    for path in ("/f/%00", "/f/bridges%00", "/join/%00ABCDEFG", "/f/bridges/people?q=%00", "/f/bridges/door?code=%00"):
        assert client_for("olga").get(path).status_code in (404, 422), path
    assert api_for("anna").get("/forums/%00").status_code == 404


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(["/ideas/1/dots", "/ideas/1/edit", "/ideas/1/move", "/boards/1/clusters", "/join"]),
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(), inner, max_size=4),
        max_leaves=8,
    ),
)
def test_whatever_is_sent_is_answered(api_for: ApiFor, path: str, body: Any) -> None:
    answer = api_for("anna").post(path, body)
    assert answer.status_code < 500, answer.text
    assert answer.status_code == 200 or answer.get_json()["error"]["code"]
