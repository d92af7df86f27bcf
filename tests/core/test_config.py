"""Settings: nothing needed for the embedded default; elsewhere a missing secret stops the start with a sentence."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from config import ConfigurationError, load_settings


def test_the_embedded_default_makes_its_own_secret_once(tmp_path: Path) -> None:
    first = load_settings(instance_path=tmp_path).secret_key.get_secret_value()
    assert len(first) >= 32
    assert load_settings(instance_path=tmp_path).secret_key.get_secret_value() == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "given",
    [
        {"database_url": "postgresql://db/forum"},
        {"redis_url": "redis://localhost"},
    ],
)
def test_with_a_server_behind_it_a_missing_secret_stops_the_start(tmp_path: Path, given: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="Set SECRET_KEY"):
        load_settings(instance_path=tmp_path, **given)
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"secret_key": "short"}, "SECRET_KEY is too short"),
        ({"port": "none"}, "PORT"),
        ({"port": 70000}, "PORT"),
        ({"async_mode": "gevent"}, "ASYNC_MODE"),
        ({"public_url": "forum.example"}, "PUBLIC_URL"),
        ({"smtp_url": "smtp://localhost"}, "MAIL_FROM"),
        ({"session_days": 0}, "SESSION_DAYS"),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(tmp_path: Path, given: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load_settings(instance_path=tmp_path, **given)
    message = str(refused.value)
    assert words in message and "\n" not in message and "Traceback" not in message


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORT", "8123")
    monkeypatch.setenv("LANGUAGES", "en, ru")
    settings = load_settings(instance_path=tmp_path)
    assert settings.port == 8123 and settings.language_codes == ("en", "ru")


def test_secrets_are_not_printed(tmp_path: Path) -> None:
    settings = load_settings(instance_path=tmp_path, secret_key="x" * 40, metrics_token="hush-hush")
    assert "x" * 40 not in repr(settings) and "hush-hush" not in repr(settings)


def test_cookies_are_secure_behind_https(tmp_path: Path) -> None:
    assert load_settings(instance_path=tmp_path, public_url="https://forum.example/").secure_cookies
    assert not load_settings(instance_path=tmp_path).secure_cookies


def test_another_database_than_the_two_is_refused(tmp_path: Path) -> None:
    from youthforum import create_app

    with pytest.raises(ValueError, match="sqlite:// or postgresql://"):
        create_app(load_settings(instance_path=tmp_path, secret_key="x" * 40, database_url="mysql://x/y"))
