"""The machine: asked over real HTTP, trusted with nothing, and only where the forum agreed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from config import ConfigurationError, load_settings
from tests.conftest import MakeApp
from tests.translations.conftest import Translator
from tests.world import ACTORS, Api, Browser, World
from youthforum.core.commands import unit_of_work
from youthforum.core.errors import DomainError, Invalid
from youthforum.translations import machine
from youthforum.translations.commands import allow_machines, write_translation
from youthforum.translations.policy import why_not_machine
from youthforum.translations.subjects import subject_of


@pytest.fixture
def with_machine(world: World, make_app: MakeApp, tmp_path: Path, translator: Translator) -> World:
    """The world on a server that has the little translator."""
    return world.within(make_app(translation_url=translator.url))


def agree(world: World) -> None:
    with world.inside():
        allow_machines(world.member("olga"), allowed=True)


def api(world: World, name: str | None) -> Api:
    assert world.app is not None
    return Api(world.app, world.tokens[name] if name else None)


def suggest(world: World, name: str | None, language: str = "ru", idea: str = "one") -> tuple[int, dict]:
    answer = api(world, name).post("/translations/suggest", {"idea": world.ideas[idea], "language": language})
    return answer.status_code, answer.get_json()


@pytest.mark.parametrize(
    ("given", "path", "source", "target"),
    [
        ({"translation_key": "secret"}, "/translate", "de", "en"),
        ({"translation_kind": "deepl", "translation_key": "secret"}, "/v2/translate", "DE", "EN-GB"),
    ],
)
def test_both_kinds_of_servers(
    make_app: MakeApp, translator: Translator, given: dict, path: str, source: str, target: str
) -> None:
    with make_app(translation_url=translator.url + "/", **given).app_context():
        assert machine.suggest_texts(["Guten Tag", " ", "Brücke"], "de", "en") == [
            f"[{target}] Guten Tag",
            " ",
            f"[{target}] Brücke",
        ]
        assert machine.suggest_texts(["", " "], "de", "en") == ["", " "]
        assert machine.host() == "127.0.0.1"
    ((asked, body, headers),) = translator.asked
    assert asked == path
    assert (body.get("q") or body["text"]) == ["Guten Tag", "Brücke"]
    assert (body.get("source") or body["source_lang"]) == source
    assert body.get("api_key") == "secret" or headers["Authorization"] == "DeepL-Auth-Key secret"


@pytest.mark.parametrize(
    "mood", ["refuses", "redirects", "nonsense", "other shape", "too few", "control", "endless", "slow"]
)
def test_a_server_that_fails_is_unavailable(
    make_app: MakeApp, translator: Translator, mood: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "PATIENCE", 0.5)
    translator.mood = mood
    with make_app(translation_url=translator.url).app_context(), pytest.raises(DomainError) as told:
        machine.suggest("Guten Tag", "de", "en")
    assert (told.value.code, told.value.status) == ("unavailable", 503)
    assert [path for path, _, _ in translator.asked] == ["/translate"]


def test_nobody_listens(make_app: MakeApp, translator: Translator) -> None:
    translator.server_close()
    with make_app(translation_url=translator.url).app_context(), pytest.raises(DomainError) as told:
        machine.suggest("Guten Tag", "de", "en")
    assert told.value.code == "unavailable"


def test_too_much_is_not_sent(make_app: MakeApp, translator: Translator) -> None:
    with make_app(translation_url=translator.url).app_context():
        for texts in (["x" * 20_001], ["x"] * 51):
            with pytest.raises(Invalid):
                machine.suggest_texts(texts, "de", "en")
    assert translator.asked == []


def test_never_inside_a_transaction(make_app: MakeApp, translator: Translator, inside: World) -> None:
    app = make_app(translation_url=translator.url)
    with app.app_context(), unit_of_work(), pytest.raises(RuntimeError):
        machine.suggest("Guten Tag", "de", "en")
    assert translator.asked == []


def test_deepl_needs_a_key() -> None:
    with pytest.raises(ConfigurationError, match="TRANSLATION_KEY"):
        load_settings(translation_url="https://api.example", translation_kind="deepl")


# Who may ask it ---------------------------------------------------------------------------------------------------


def test_off_unless_set_up(inside: World) -> None:
    allow_machines(inside.member("olga"), allowed=True)
    refusal = why_not_machine(inside.member("anna"))
    assert refusal is not None and refusal.code == "machine_off"


def test_never_where_the_forum_did_not_agree(with_machine: World, translator: Translator) -> None:
    status, body = suggest(with_machine, "anna")
    assert (status, body["error"]["code"]) == (403, "no_consent")
    agree(with_machine)
    assert suggest(with_machine, "anna")[0] == 200
    with with_machine.inside():
        allow_machines(with_machine.member("olga"), allowed=False)
    assert suggest(with_machine, "anna", "en")[1]["error"]["code"] == "no_consent"
    assert len(translator.asked) == 1


def test_consent_is_the_forum_s_own(with_machine: World, translator: Translator) -> None:
    agree(with_machine)
    answer = api(with_machine, "nina").post(
        "/translations/suggest", {"idea": with_machine.ideas["foreign"], "language": "de"}
    )
    assert answer.get_json()["error"]["code"] == "no_consent"
    assert translator.asked == []


def test_who_may_ask_for_a_suggestion(with_machine: World, translator: Translator) -> None:
    agree(with_machine)
    found = {}
    for who, name in ACTORS.items():
        status, body = suggest(with_machine, name)
        found[who] = "ok" if status == 200 else body["error"]["code"]
    assert found == {
        "anonymous": "signed_out",
        "observer": "wrong_role",
        "participant": "ok",
        "moderator": "ok",
        "organiser": "ok",
        "elsewhere": "not_found",
        "suspended": "suspended",
    }
    assert len(translator.asked) == 1  # the others got the one that was there


def test_a_suggestion_is_labelled_and_people_s_words_are_kept(with_machine: World, translator: Translator) -> None:
    agree(with_machine)
    told = suggest(with_machine, "boris")[1]["translation"]
    assert told["text"].startswith("[ru] ") and told["machine"] and not told["checked"] and told["writer"] is None
    with with_machine.inside():
        about, idea = subject_of("idea"), with_machine.idea("one")
        kept = write_translation(with_machine.member("boris"), about, idea.board, idea, language="ru", text="По-русски")
        assert (kept.machine, kept.writer_id) == (False, with_machine.members["boris"])
    assert suggest(with_machine, "anna")[1]["translation"]["text"] == "По-русски"
    assert len(translator.asked) == 1


def test_the_page_says_where_texts_go(with_machine: World, translator: Translator) -> None:
    assert with_machine.app is not None
    olga = Browser(with_machine.app, with_machine.tokens["olga"])
    page = olga.get("/f/bridges/settings").get_data(as_text=True)
    assert "127.0.0.1" in page and "Agree for this forum" in page
    assert olga.post("/f/bridges/translate/machine", {"allowed": "yes"}).status_code == 302
    assert "No longer send texts there" in olga.get("/f/bridges/settings").get_data(as_text=True)
    anna = Browser(with_machine.app, with_machine.tokens["anna"])
    idea = with_machine.ideas["one"]
    assert "translation-suggest" in anna.get(f"/f/bridges/translate/idea/{idea}?language=ru").get_data(as_text=True)


def test_without_a_machine_no_page_speaks_of_it(world: World, client_for: Callable, app: Flask) -> None:
    assert 'id="machine"' not in client_for("olga").get("/f/bridges/settings").get_data(as_text=True)
    page = client_for("anna").get(f"/f/bridges/translate/idea/{world.ideas['one']}?language=ru").get_data(as_text=True)
    assert "translation-suggest" not in page
