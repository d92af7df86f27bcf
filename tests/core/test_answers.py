"""Errors as answers: a page for people, an object for programs, the reader's language in both."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.support import Translations
from flask import Flask

from config import ROOT
from tests.conftest import MakeApp
from tests.world import Api, Browser, Page, World
from youthforum.core import access
from youthforum.core.access import public, refuse_unmarked_routes
from youthforum.core.errors import Unavailable

LANGUAGES = ("de", "ru", "en")
TRANSLATED = all((ROOT / f"youthforum/catalogues/{code}/LC_MESSAGES/messages.mo").exists() for code in ("de", "ru"))


def wording(code: str, message: str) -> str:
    """What the catalogue says; the words themselves are the translators' business."""
    return Translations.load(str(ROOT / "youthforum" / "catalogues"), [code]).gettext(message)


def test_a_page_and_the_api_say_the_same(client_for: Callable[..., Browser], api_for: Callable[..., Api]) -> None:
    page = client_for(None, "en").get("/f/nowhere")
    answer = api_for(None, "en").get("/forums/nowhere")
    assert page.status_code == answer.status_code == 401
    message = answer.get_json()["error"]["message"]
    assert message in Page(page.text).text
    assert answer.get_json()["error"]["code"] == "signed_out"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_unknown_address_is_an_answer_too(client_for: Callable[..., Browser], api_for: Callable[..., Api]) -> None:
    assert client_for(None).get("/no/such/page").status_code == 404
    assert api_for(None).get("/no/such/thing").get_json()["error"]["code"] == "not_found"
    assert client_for("anna").get("/f/bridges/boards/999999").status_code == 404


def test_a_wrong_method_says_which_are_right(api_for: Callable[..., Api], client_for: Callable[..., Browser]) -> None:
    answer = api_for("anna").get("/join")
    assert answer.status_code == 405 and "POST" in answer.headers["Allow"]
    assert answer.get_json()["error"]["code"] == "method"
    assert client_for("anna").get("/sign-out").status_code == 405


@pytest.mark.skipif(not TRANSLATED, reason="the catalogues are not compiled (make catalogues)")
def test_every_reader_reads_it_in_their_language(
    client_for: Callable[..., Browser], api_for: Callable[..., Api]
) -> None:
    """By what a browser says it likes, and by a member's own choice; the document says its language."""
    pages = {code: client_for(None, code).get("/f/bridges") for code in LANGUAGES}
    for code, page in pages.items():
        assert Page(page.text).all("html")[0]["lang"] == code
    assert len({Page(page.text).text for page in pages.values()}) == 3
    messages = {
        name: api_for(name).post("/boards/999999/ideas", {"key": "x", "text": ""}).get_json()["error"]["message"]
        for name in ("anna", "boris", "chris")
    }
    assert len(set(messages.values())) == 3


def test_what_we_did_wrong_is_a_reference_without_details(
    app: Flask, client_for: Callable[..., Browser], caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise RuntimeError("the password is hunter2")

    for rule in ("/fails", "/api/v1/fails"):
        app.add_url_rule(rule, rule, public(lambda: fail()))
    with caplog.at_level(logging.CRITICAL):
        page = client_for(None, "en").get("/fails")
        answer = client_for(None, "en").get("/api/v1/fails")
    assert page.status_code == answer.status_code == 500
    assert "hunter2" not in page.text and "Traceback" not in page.text
    error = answer.get_json()["error"]
    assert error["code"] == "internal" and len(error["reference"]) == 8 and "hunter2" not in answer.text
    assert error["reference"] in capsys.readouterr().out  # whoever runs the server finds it


def test_too_large_a_request_is_one_sentence(api_for: Callable[..., Api], client_for: Callable[..., Browser]) -> None:
    answer = api_for("anna").post("/boards/1/ideas", {"text": "x" * 70_000})
    assert answer.status_code == 413 and answer.get_json()["error"]["code"] == "invalid"
    assert client_for("anna").post("/do/idea-post", {"text": "x" * 70_000}).status_code == 413


def test_a_database_that_is_gone_is_503_for_everybody(make_app: MakeApp, tmp_path: Path, world: World) -> None:
    """Not a crash of the page that says so: it, too, would like to know who is reading."""
    app = make_app(tmp_path / "other", database_url="postgresql://nobody@127.0.0.1:1/none")
    for reader in (Browser(app), Browser(app, world.tokens["anna"])):
        page = reader.get("/join/ABCDEFGH")
        assert page.status_code == 503 and page.headers["Retry-After"]
    api = Api(app, world.tokens["anna"])
    for answer in (api.get("/forums/bridges"), api.post("/ideas/1/dots", {"dots": 1})):
        assert answer.status_code == 503
        assert answer.get_json()["error"]["code"] == "unavailable" == Unavailable().code
        assert answer.get_json()["error"]["retry_after"] >= 1
    assert Browser(app).get("/healthz").status_code == 200
    ready = Browser(app).get("/readyz")
    assert ready.status_code == 503 and ready.get_json()["problems"] == ["database"]


def test_a_sentence_can_be_worded_where_there_is_no_request(inside: World) -> None:
    """The command line and the broadcaster word errors as well."""
    assert str(Unavailable().message)


def test_a_route_that_says_nothing_about_its_access_stops_the_start(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "")
    with pytest.raises(RuntimeError, match="forgotten"):
        refuse_unmarked_routes(app)
    assert access.PUBLIC != access.SIGNED_IN
