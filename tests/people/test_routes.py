"""Pages about one's own account."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.world import PASSWORD, Browser, Page, World, hashed_password, snapshot
from youthforum.core.clock import frozen, now
from youthforum.core.db import session
from youthforum.people import commands, queries
from youthforum.people.models import SignIn

ClientFor = Callable[..., Browser]


def token_of(browser: Browser) -> str | None:
    return browser.session.get("sign_in")


def is_signed_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def test_signing_in_with_address_and_password(client_for: ClientFor, world: World) -> None:
    browser = client_for(None)
    answer = browser.post("/sign-in", {"email": "Olga@forum.example ", "password": PASSWORD})
    assert answer.status_code == 302 and answer.location == "/"
    assert is_signed_in(browser)


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "olga@forum.example", "password": "wrong"},
        {"email": "nobody@forum.example", "password": PASSWORD},
        {"email": "olga@forum.example", "password": ""},
        {"email": "", "password": PASSWORD},
        {},
        {"email": "olga@forum.example\x00", "password": PASSWORD},
    ],
)
def test_a_failed_sign_in_keeps_the_address_never_the_password(
    client_for: ClientFor, app: Flask, fields: dict[str, str]
) -> None:
    browser, before = client_for(None), snapshot(app)
    answer = browser.post("/sign-in", fields)
    assert answer.status_code == 422
    assert PASSWORD not in answer.text and 'value="wrong"' not in answer.text
    assert snapshot(app) == before and not is_signed_in(browser)


def test_an_unknown_address_and_a_wrong_password_look_the_same(client_for: ClientFor) -> None:
    known = client_for(None, "en").post("/sign-in", {"email": "olga@forum.example", "password": "wrong"})
    unknown = client_for(None, "en").post("/sign-in", {"email": "nobody@forum.example", "password": "wrong"})
    assert Page(known.text).text == Page(unknown.text).text


def test_guessing_one_accounts_password_is_stopped_and_nobody_elses(client_for: ClientFor) -> None:
    """Also for the right password, and from whichever browser; other people behind the same address go on."""
    answers = [client_for(None).post("/sign-in", {"email": "max@forum.example", "password": "x"}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    right = client_for(None).post("/sign-in", {"email": "max@forum.example", "password": PASSWORD})
    assert right.status_code == 429
    other = client_for(None).post("/sign-in", {"email": "olga@forum.example", "password": PASSWORD})
    assert other.status_code == 302


def test_a_session_from_before_is_not_ridden_along(client_for: ClientFor) -> None:
    """Whoever planted a cookie in this browser holds nothing afterwards."""
    browser = client_for(None)
    with browser.client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    browser.post("/sign-in", {"email": "olga@forum.example", "password": PASSWORD})
    assert "planted" not in browser.session


def test_signing_out_ends_the_sign_in_on_the_server(client_for: ClientFor, world: World) -> None:
    browser = client_for("anna")
    kept = browser.session["sign_in"]
    assert browser.post("/sign-out").status_code == 302
    assert not is_signed_in(browser) and token_of(browser) is None
    with world.inside():
        assert queries.sign_in_by_token(kept) is None
        assert session().scalar(sa.select(SignIn.ended_at).where(SignIn.person_id == world.people["anna"])) is not None
    assert Browser(world.app, kept).get("/account").status_code == 401


def test_signing_out_when_nobody_is_in_is_no_error(client_for: ClientFor) -> None:
    assert client_for(None).post("/sign-out").status_code == 302


def test_a_return_phrase_on_another_device(client_for: ClientFor, world: World) -> None:
    phone = client_for(None)
    answer = phone.post("/return", {"phrase": world.phrases["boris"].upper()})
    assert answer.status_code == 302 and is_signed_in(phone)
    home = phone.get("/f/bridges")
    assert home.status_code == 200 and Page(home.text).all("html")[0]["lang"] == "ru"
    assert is_signed_in(client_for("boris"))  # the other device stays


def test_a_wrong_phrase_says_so_and_guessing_is_stopped(client_for: ClientFor, world: World) -> None:
    browser = client_for(None)
    assert browser.post("/return", {"phrase": "one two three four five six"}).status_code == 422
    assert browser.post("/return", {"phrase": ""}).status_code == 422
    answers = [browser.post("/return", {"phrase": f"wrong {n}"}).status_code for n in range(25)]
    assert answers.count(429) >= 4 and answers[0] == 422
    assert client_for(None).post("/return", {"phrase": world.phrases["anna"]}).status_code == 302


def test_the_language_of_a_visitor_and_of_a_member(client_for: ClientFor, world: World) -> None:
    visitor = client_for(None, "de")
    assert Page(visitor.get("/").text).all("html")[0]["lang"] == "de"
    assert visitor.post("/language", {"language": "ru", "next": "/join"}).location == "/join"
    assert Page(visitor.get("/").text).all("html")[0]["lang"] == "ru"
    anna = client_for("anna", "en")
    assert Page(anna.get("/").text).all("html")[0]["lang"] == "de"
    anna.post("/language", {"language": "en"})
    assert Page(anna.get("/").text).all("html")[0]["lang"] == "en"
    with world.inside():
        assert world.person("anna").language == "en"
    assert visitor.post("/language", {"language": "xx"}).status_code == 422


def test_a_browser_that_likes_none_of_our_languages_gets_one(client_for: ClientFor) -> None:
    for header in ("fr-FR, it;q=0.5", "", "zz;q=nonsense"):
        assert Page(client_for(None, header).get("/").text).all("html")[0]["lang"] in ("de", "ru", "en")


# Passwords ----------------------------------------------------------------------------------------------------


def test_a_link_sets_a_password_and_signs_in_once(client_for: ClientFor, world: World) -> None:
    with world.inside():
        token = commands.make_password_link(None, world.person("max"))
    browser = client_for(None)
    assert browser.get(f"/reset/{token}").status_code == 200
    assert browser.post(f"/reset/{token}", {"password": "short"}).status_code == 422
    assert browser.post(f"/reset/{token}", {"password": "a longer password"}).status_code == 302
    assert is_signed_in(browser)
    assert not is_signed_in(client_for("max"))  # the devices from before are signed out
    again = client_for(None)
    again.post(f"/reset/{token}", {"password": "another password"})
    assert not is_signed_in(again)
    assert client_for(None).post("/sign-in", {"email": "max@forum.example", "password": PASSWORD}).status_code == 422
    fresh = {"email": "max@forum.example", "password": "a longer password"}
    assert client_for(None).post("/sign-in", fresh).status_code == 302


def test_an_expired_or_invented_link_sets_nothing(client_for: ClientFor, world: World) -> None:
    with world.inside():
        token = commands.make_password_link(None, world.person("max"))
    browser = client_for(None)
    with frozen(now() + timedelta(days=4)):
        browser.post(f"/reset/{token}", {"password": "a longer password"})
    with world.inside():
        assert world.person("max").password_hash == hashed_password()
    for invented in ("x", token[:-1], "%00", "x" * 5000):
        assert browser.get(f"/reset/{invented}").status_code == 404


def test_changing_a_password_needs_the_present_one_and_signs_the_others_out(
    client_for: ClientFor, world: World
) -> None:
    here, there = client_for("max"), client_for("max")
    change = {"action": "password", "password": "a longer password"}
    assert here.post("/account", change | {"current_password": "wrong"}).status_code == 422
    assert here.post("/account", change | {"current_password": PASSWORD}).status_code == 302
    assert is_signed_in(here) and not is_signed_in(there)


def test_mail_is_offered_only_where_it_is_set_up(client_for: ClientFor, app: Flask) -> None:
    before = snapshot(app)
    answer = client_for(None).post("/forgot", {"email": "olga@forum.example"})
    assert answer.status_code == 422
    assert snapshot(app) == before


MAIL = {"smtp_url": "smtp://127.0.0.1:1", "mail_from": "forum@forum.example", "public_url": "http://127.0.0.1:5000"}


@pytest.mark.parametrize("app", [MAIL], indirect=True)
def test_a_mailed_link_says_the_same_for_addresses_without_an_account(client_for: ClientFor) -> None:
    pages = {
        address: client_for(None, "en").post("/forgot", {"email": address})
        for address in ("olga@forum.example", "nobody@forum.example")
    }
    assert [page.status_code for page in pages.values()] == [200, 200]
    texts = {Page(page.text).text for page in pages.values()}
    assert len(texts) == 1
    for _ in range(3):
        last = client_for(None).post("/forgot", {"email": "olga@forum.example"})
    assert last.status_code == 429


# The account page ----------------------------------------------------------------------------------------------


def test_a_new_phrase_is_shown_once(client_for: ClientFor, world: World) -> None:
    anna = client_for("anna")
    page = anna.post("/account", {"action": "phrase"})
    assert page.status_code == 200
    with world.inside():
        assert queries.person_by_phrase(world.phrases["anna"]) is None
        shown = [
            words
            for words in re.findall(r"(?:\w+ ){5}\w+", Page(page.text).text)
            if queries.person_by_phrase(words) is not None
        ]
        windows = Page(page.text).text.split()
        found = shown or [
            " ".join(windows[n : n + 6])
            for n in range(len(windows))
            if queries.person_by_phrase(" ".join(windows[n : n + 6])) is not None
        ]
    assert found, "the new phrase is on the page"
    assert found[0] not in Page(anna.get("/account").text).text


def test_signing_out_one_other_device_and_all_others(client_for: ClientFor, world: World) -> None:
    here, there = client_for("anna"), Browser(world.app, _second(world, "anna"))
    with world.inside():
        other = queries.own_sign_ins(world.person("anna"))[0].id
    assert is_signed_in(there)
    here.post("/account", {"action": "sign_out_one", "sign_in": str(other)})
    assert is_signed_in(here) and not is_signed_in(there)
    there = Browser(world.app, _second(world, "anna"))
    here.post("/account", {"action": "sign_out_everywhere"})
    assert is_signed_in(here) and not is_signed_in(there)


def _second(world: World, name: str) -> str:
    with world.inside():
        return commands.open_sign_in(world.person(name), device="iPhone")


@pytest.mark.parametrize("number", ["", "0", "-1", "²", "9" * 400, "x", "1; DROP TABLE"])
def test_a_sign_in_that_is_none_is_no_error(client_for: ClientFor, number: str) -> None:
    anna = client_for("anna")
    assert anna.post("/account", {"action": "sign_out_one", "sign_in": number}).status_code == 302
    assert is_signed_in(anna)


def test_renaming_oneself_in_one_forum(client_for: ClientFor, world: World, app: Flask) -> None:
    anna = client_for("anna")
    assert anna.post("/account", {"action": "name", "member": world.members["anna"], "name": "Änne"}).status_code == 302
    with world.inside():
        assert world.member("anna").name == "Änne"
    before = snapshot(app)
    for fields in (
        {"member": world.members["boris"], "name": "Mine now"},
        {"member": world.members["anna"], "name": ""},
        {"member": world.members["anna"], "name": "x" * 61},
        {"member": world.members["anna"], "name": "evil\u202ename"},
        {"member": "9" * 30, "name": "x"},
    ):
        assert anna.post("/account", {"action": "name"} | fields).status_code in (404, 422)
    assert anna.post("/account", {"action": "become_admin"}).status_code == 422
    assert snapshot(app) == before


def test_nobody_reads_an_account_page_but_the_person(client_for: ClientFor, world: World) -> None:
    assert client_for(None).get("/account").status_code == 401
    page = Page(client_for("boris").get("/account").text).text
    assert "Anna" not in page and "forum.example" not in page
