"""What a browser and a stranger meet: CSRF, headers, cookies, redirects, other forums' ids, hostile texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from tests.conftest import MakeApp
from tests.world import PASSWORD, Api, Browser, Page, World, snapshot
from youthforum.core.db import session
from youthforum.core.requests import own_path
from youthforum.core.text import Text
from youthforum.forums import commands as forums
from youthforum.forums.models import Host
from youthforum.ideas import commands as ideas
from youthforum.translations.commands import write_translation
from youthforum.translations.subjects import subject_of

ClientFor, ApiFor = Callable[..., Browser], Callable[..., Api]
HOSTILE = "</script><!-- --><xss-probe onmouseover=x>\"'><xss-probe xss-attr={{7*7}} `${x}`&lt;b&gt;"


# Forged requests ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/do/vote-dots", {"idea": "1", "dots": "1"}),
        ("/f/bridges/phase", {"phase": "cluster"}),
        ("/account", {"action": "sign_out_everywhere"}),
        ("/language", {"language": "ru"}),
        ("/sign-out", {}),
        ("/sign-in", {"email": "olga@forum.example", "password": PASSWORD}),
        ("/join", {"code": "AAAAAAAA"}),
    ],
)
@pytest.mark.parametrize("token", [None, "", "forged", "W10.aaaa.bbbb"])
def test_a_form_without_its_token_does_nothing(
    client_for: ClientFor, app: Flask, path: str, fields: dict[str, str], token: str | None
) -> None:
    before = snapshot(app)
    for who in ("boris", "olga", None):
        browser = client_for(who)
        answer = browser.post(path, fields | ({} if token is None else {"csrf_token": token}), csrf=False)
        assert answer.status_code == 400 and answer.content_type.startswith("text/html")
    assert snapshot(app) == before


def test_somebody_elses_token_does_nothing(client_for: ClientFor, app: Flask) -> None:
    boris, olga = client_for("boris"), client_for("olga")
    with olga.client.session_transaction() as cookie:
        cookie["csrf_token"] = "1" * 40
    before = snapshot(app)
    stolen = olga.csrf_token()
    answer = boris.post("/do/vote-dots", {"idea": "1", "dots": "1", "csrf_token": stolen}, csrf=False)
    assert answer.status_code == 400
    assert snapshot(app) == before


def test_the_api_needs_the_token_with_a_cookie_and_not_with_a_bearer_token(
    client_for: ClientFor, api_for: ApiFor, app: Flask, world: World
) -> None:
    browser, path = client_for("boris"), f"/api/v1/ideas/{world.ideas['one']}/dots"
    before = snapshot(app)
    forged = browser.client.post(path, json={"dots": 1})
    assert forged.status_code == 400 and forged.get_json()["error"]["code"] == "csrf"
    assert snapshot(app) == before
    sent = browser.client.post(path, json={"dots": 1}, headers={"X-CSRFToken": browser.csrf_token()})
    assert sent.status_code == 200
    assert api_for("boris").post(f"/ideas/{world.ideas['one']}/dots", {"dots": 2}).status_code == 200


def test_a_wrong_bearer_token_is_not_helped_by_a_cookie(client_for: ClientFor) -> None:
    for header in ("Bearer wrong", "bearer x", "Bearer " + "x" * 5000):
        answer = client_for("anna").client.get("/api/v1/forums/bridges", headers={"Authorization": header})
        assert answer.status_code == 401


# Headers ---------------------------------------------------------------------------------------------------------


def test_every_answer_carries_the_headers(client_for: ClientFor, world: World) -> None:
    paths = ["/", "/join", "/f/bridges", f"/f/bridges/boards/{world.boards['dots']}", "/api/v1/forums/bridges", "/nope"]
    for path in paths:
        answer = client_for("anna").get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy
        assert "unsafe" not in policy and "http:" not in policy and "*" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "geolocation=()" in answer.headers["Permissions-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Strict-Transport-Security" not in answer.headers  # plain http


def test_inline_scripts_carry_this_answers_nonce(client_for: ClientFor, world: World) -> None:
    nonces = set()
    for _ in range(2):
        answer = client_for("anna").get(f"/f/bridges/boards/{world.boards['dots']}")
        policy = answer.headers["Content-Security-Policy"]
        inline = [script for script in Page(answer.text).all("script") if not script.get("src")]
        for script in inline:
            if script.get("type") not in ("application/json",):
                assert f"'nonce-{script['nonce']}'" in policy
                nonces.add(script["nonce"])
    assert len(nonces) in (0, 2)


def test_pages_have_no_inline_handlers_styles_or_third_parties(client_for: ClientFor, world: World) -> None:
    for path in (
        "/",
        "/f/bridges",
        f"/f/bridges/boards/{world.boards['dots']}",
        "/f/bridges/people",
        "/f/bridges/door",
    ):
        for tag, attributes in Page(client_for("olga").get(path).text).elements:
            assert not [name for name in attributes if name.startswith("on")], (path, tag, attributes)
            if tag != "svg":
                assert "style" not in attributes, (path, tag)
            for name in ("src", "action", "formaction"):
                assert not str(attributes.get(name) or "").startswith(("http:", "https:", "//")), (path, tag)


def test_files_of_ours_are_kept_by_browsers_and_nothing_else_is_served(client_for: ClientFor, app: Flask) -> None:
    prefix = next(rule.rule for rule in app.url_map.iter_rules() if rule.endpoint == "static").partition("/<")[0]
    assert "max-age=31536000" in client_for(None).get(f"{prefix}/css/tokens.css").headers["Cache-Control"]
    for path in ("/../config.py", "/%2e%2e/config.py", "/..%2f..%2fetc/passwd", "/css/"):
        assert client_for(None).get(prefix + path).status_code == 404


def test_the_session_cookie_is_for_us_alone(client_for: ClientFor, make_app: MakeApp, tmp_path: Any) -> None:
    answer = client_for(None).post("/sign-in", {"email": "olga@forum.example", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "Secure" not in cookie
    assert "Expires" in cookie and "Domain" not in cookie
    secure = make_app(tmp_path / "https", public_url="https://forum.example")
    assert secure.config["SESSION_COOKIE_SECURE"] is True
    answer = secure.test_client().get("/healthz", base_url="https://forum.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_forged_cookie_is_nobody(app: Flask, client_for: ClientFor) -> None:
    for value in ("x", "eyJzaWduX2luIjoieCJ9.x.y", "\x00", "a" * 4000):
        browser = client_for(None)
        browser.client.set_cookie("youthforum", value)
        assert browser.get("/account").status_code == 401


@pytest.mark.parametrize("app", [{"metrics_token": "hush"}], indirect=True)
def test_metrics_want_their_token(client_for: ClientFor) -> None:
    client = client_for(None).client
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer hush"}).status_code == 200


def test_metrics_are_for_this_machine_where_no_token_is_set(client_for: ClientFor) -> None:
    client = client_for(None).client
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code == 404
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}).status_code == 200


# Where a link leads ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        *("https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil", "///evil", " //evil.example"),
        *("/\t/evil.example", "/\n/evil", "javascript:alert(1)", "http:/evil", "evil", "", None),
    ],
)
def test_next_leads_to_our_own_paths_only(client_for: ClientFor, target: str | None) -> None:
    assert own_path(target, "/safe") == "/safe"
    browser = client_for(None)
    fields = {"language": "de"} | ({} if target is None else {"next": target})
    assert browser.post("/language", fields).location == "/"
    signed = {"email": "olga@forum.example", "password": "wrong"} | ({} if target is None else {"next": target})
    page = Page(browser.post("/sign-in", signed).text)
    assert all("evil" not in str(field.get("value")) for field in page.all("input") if field.get("name") == "next")


@pytest.mark.parametrize("target", ["/", "/f/bridges", "/f/bridges/boards/1?sort=new#idea-2", "/join/ABC"])
def test_next_leads_on_within(client_for: ClientFor, target: str) -> None:
    assert client_for(None).post("/language", {"language": "de", "next": target}).location == target


# Other forums --------------------------------------------------------------------------------------------------


def test_ids_of_another_forum_are_not_there(client_for: ClientFor, api_for: ApiFor, app: Flask, world: World) -> None:
    """For somebody who is an organiser here: the number exists, but it isn't theirs."""
    theirs, olga, api, before = world.boards["theirs"], client_for("olga"), api_for("olga"), snapshot(app)
    foreign, nina = world.ideas["foreign"], world.members["nina"]
    for path in (
        "/f/elsewhere",
        f"/f/bridges/boards/{theirs}",
        f"/f/elsewhere/boards/{theirs}",
        f"/f/bridges/boards/{theirs}/settings",
        f"/f/bridges/door?code={world.codes['elsewhere']}",
        f"/api/v1/boards/{theirs}",
        "/api/v1/forums/elsewhere",
    ):
        assert olga.get(path).status_code == 404, path
    for path, fields in (
        ("/f/bridges/people/role", {"member": nina, "role": "observer"}),
        ("/f/bridges/people/suspend", {"member": nina, "reason": "x"}),
        ("/f/bridges/people/readmit", {"member": nina}),
        ("/f/bridges/people/password", {"member": nina}),
        ("/f/bridges/delegations", {"action": "rename", "delegation": "bonn", "name": "x", "country": "DE"}),
        ("/f/bridges/delegations", {"action": "remove", "delegation": world.delegations["bonn"]}),
        ("/f/bridges/delegations", {"action": "pair", "delegations": ["essen", "bonn"]}),
        ("/f/bridges/groups", {"action": "remove", "group": world.groups["theirs"]}),
        ("/f/bridges/groups", {"action": "rename", "group": world.groups["theirs"], "name_de": "x"}),
        ("/f/bridges/codes", {"role": "observer", "days": "3", "delegation": "bonn"}),
        ("/f/bridges/boards/new", {"question_de": "x", "working_group": world.groups["theirs"]}),
    ):
        assert olga.post(path, fields).status_code == 404, path
    for path, body in (
        (f"/boards/{theirs}/ideas", {"key": "6f2a1f5e-8a57-4b3c-9d0e-0123456789ab", "text": "x"}),
        (f"/ideas/{foreign}/edit", {"text": "x", "base": 1}),
        (f"/ideas/{foreign}/hide", {"reason": "x"}),
        (f"/ideas/{foreign}/merge", {"into": world.ideas["one"]}),
        (f"/ideas/{world.ideas['one']}/merge", {"into": foreign}),
        (f"/boards/{world.boards['dots']}/clusters", {"name": "x", "ideas": [world.ideas["one"], foreign]}),
        (f"/boards/{theirs}/voting", {"open": False}),
        (f"/forums/{world.forums['elsewhere']}/phase", {"phase": "archived"}),
    ):
        answer = api.post(path, body)
        assert answer.status_code == 404 and answer.get_json()["error"]["code"] == "not_found", path
    column = {"column": world.columns["theirs"][0]}
    assert api.post(f"/ideas/{world.ideas['one']}/move", column).status_code == 422
    assert snapshot(app) == before


# Hostile texts ----------------------------------------------------------------------------------------------------


@pytest.fixture
def hostile(world: World) -> Iterator[World]:
    """Every text that people can write, written by somebody who means harm."""
    with world.inside():
        olga, max_ = world.member("olga"), world.member("max")
        words = dict.fromkeys(("de", "ru", "en"), HOSTILE)
        forum = world.forum()
        forum.title = forum.about = forum.house_rules = forum.place = Text(words)
        for name in ("anna", "boris", "sven", "max", "olga"):
            world.member(name).name = HOSTILE[:60]
        for team in ("essen", "perm"):
            world.delegation(team).name = Text(words)
        for host in range(2):
            forum.hosts.append(Host(name=Text(words), position=host))
        for partnership in forum.partnerships:
            partnership.name = Text(words)
        for group in forum.working_groups:
            group.name = group.about = Text(words)
        for name in ("dots", "opinions", "closed", "late"):
            board = world.board(name)
            board.question, board.source = Text(words), HOSTILE
            for column in board.columns:
                column.name = Text(words)
        for name in ("one", "two", "three", "four", "yes", "no"):
            world.idea(name).text = HOSTILE
        session().commit()
        ideas.make_cluster(max_, world.board("dots"), column=None, name=HOSTILE[:80], ideas=[world.idea("one")])
        ideas.merge_ideas(max_, world.board("dots"), world.idea("two"), world.idea("one"))
        ideas.hide_idea(max_, world.board("dots"), world.idea("four"), reason=HOSTILE)
        about, one = subject_of("idea"), world.idea("one")
        for language in ("ru", "en"):
            write_translation(world.member("anna"), about, one.board, one, language=language, text=HOSTILE)
        forums.suspend(olga, world.member("boris"), reason=HOSTILE)
    yield world


def test_stored_texts_appear_as_text_on_every_page(hostile: World, client_for: ClientFor, app: Flask) -> None:
    seen = 0
    values = {"slug": "bridges", "id": hostile.boards["dots"], "code": hostile.codes["bridges"], "token": "x"}
    values |= {"kind": "idea", "board": hostile.boards["dots"], "idea": hostile.ideas["one"], "part": "need"}
    for who in ("olga", "max", "anna", "vera", None):
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint in ("static", "api.metrics", "people.reset"):
                continue
            with app.test_request_context():
                path = rule.build({name: values[name] for name in rule.arguments})[1]  # type: ignore[index]
            answer = client_for(who).get(path)
            assert answer.status_code < 500, path
            if not answer.content_type.startswith("text/html"):
                continue
            page = Page(answer.text)
            assert "xss-probe" not in {tag for tag, _ in page.elements}, (who, path)
            assert not any("xss-attr" in attributes or "onmouseover" in attributes for _, attributes in page.elements)
            assert "49" not in [piece.strip() for piece in page.pieces], "a template was evaluated"
            seen += "xss-probe" in answer.text
    assert seen >= 12  # it is there, harmless
    for board in ("opinions", "closed", "late"):
        page = Page(client_for("anna").get(f"/f/bridges/boards/{hostile.boards[board]}").text)
        assert "xss-probe" not in {tag for tag, _ in page.elements}


def test_what_is_sent_back_with_an_error_is_text_too(client_for: ClientFor, world: World) -> None:
    for who, path, fields in (
        (None, "/sign-in", {"email": HOSTILE, "password": "x"}),
        (None, "/join", {"code": HOSTILE}),
        (None, "/return", {"phrase": HOSTILE}),
        (None, "/forgot", {"email": HOSTILE}),
        (None, f"/join/{world.codes['bridges']}", {"name": HOSTILE * 2, "delegation": HOSTILE, "language": HOSTILE}),
        ("olga", "/f/bridges/settings", {"title_de": HOSTILE, "time_zone": HOSTILE, "age_bands": HOSTILE}),
        ("olga", "/f/bridges/delegations", {"action": "add", "name": HOSTILE, "country": HOSTILE}),
        ("olga", "/f/bridges/groups", {"action": "add", "name_de": HOSTILE * 3}),
        ("olga", "/f/bridges/boards/new", {"question_de": HOSTILE, "kind": HOSTILE, "budget": HOSTILE}),
        ("olga", "/forums/new", {"title_de": HOSTILE, "delegations": HOSTILE}),
        ("olga", "/f/bridges/people/invite", {"name": HOSTILE, "email": HOSTILE, "role": HOSTILE}),
        ("olga", "/account", {"action": "password", "current_password": HOSTILE, "password": HOSTILE}),
    ):
        answer = client_for(who).post(path, fields)
        assert 400 <= answer.status_code < 500, path
        page = Page(answer.text)
        assert "xss-probe" not in {tag for tag, _ in page.elements}, path
        assert not any("xss-attr" in attributes for _, attributes in page.elements), path
    search = client_for("olga").get("/f/bridges/people", query_string={"q": HOSTILE, "page": HOSTILE})
    assert search.status_code == 200 and "xss-probe" not in {tag for tag, _ in Page(search.text).elements}
