"""Every knob of the platform, read from the environment; nothing else reads `os.environ`."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent


class ConfigurationError(SystemExit):
    """A setting is missing or wrong; the message is one sentence that says what to set."""


class Settings(BaseSettings):
    """Typed settings. The embedded default needs none of them: SQLite, one process, in-memory rates."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", frozen=True)

    database_url: str = Field("", description="SQLAlchemy URL; empty: SQLite in INSTANCE_PATH.")
    redis_url: str = Field("", description="Wakes the other processes up and shares rates; empty: one process.")
    secret_key: SecretStr = Field(SecretStr(""), description="Signs sessions; empty: made once in INSTANCE_PATH.")
    instance_path: Path = Field(ROOT / "instance", description="Where the embedded database and secrets live.")
    async_mode: Literal["eventlet", "threading"] = Field("eventlet", description="Engine of the server.")
    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for phones in the same network.")
    port: int = Field(5000, ge=0, le=65535, description="Port to listen on.")
    public_url: str = Field("", description="Address people use, e.g. https://forum.example; behind a proxy.")
    allowed_origins: str = Field("", description="Further origins that may open sockets, separated by commas.")
    trusted_proxies: int = Field(0, ge=0, le=5, description="Proxies in front whose X-Forwarded-* is believed.")
    languages: str = Field("de,ru,en", description="Interface languages offered, separated by commas.")
    smtp_url: SecretStr = Field(SecretStr(""), description="smtp[s]://user:password@host:port; empty: no mail.")
    mail_from: str = Field("", description="Sender address of mails; needed with SMTP_URL.")
    translation_url: str = Field("", description="Base address of a LibreTranslate or DeepL server; empty: no machine.")
    translation_kind: Literal["libretranslate", "deepl"] = Field("libretranslate", description="What it speaks.")
    translation_key: SecretStr = Field(SecretStr(""), description="Its key; DeepL needs one.")
    metrics_token: SecretStr = Field(SecretStr(""), description="Bearer token for /metrics; empty: loopback only.")
    open_registration: bool = Field(
        False, description="Anybody may make a forum; otherwise organisers and administrators only."
    )
    session_days: int = Field(30, ge=1, le=365, description="Days after which a sign-in ends by itself.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level logged.")
    log_format: Literal["console", "json"] = Field("console", description="How log lines are written.")
    rates_enabled: bool = Field(True, description="Limits on wrong codes, passwords and floods; off in load tests.")

    @field_validator("public_url", "translation_url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        if url and not url.startswith(("http://", "https://")):
            raise ValueError("must start with https:// or http://")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _mail_needs_a_sender_and_an_address(self) -> Settings:
        if self.smtp_url.get_secret_value() and not self.mail_from:
            raise ValueError("SMTP_URL is set but MAIL_FROM is not; set MAIL_FROM to the sender's address")
        if self.smtp_url.get_secret_value() and not self.public_url:
            raise ValueError("SMTP_URL is set but PUBLIC_URL is not; links in mails need the address that people use")
        return self

    @model_validator(mode="after")
    def _deepl_needs_a_key(self) -> Settings:
        deepl = self.translation_url and self.translation_kind == "deepl"
        if deepl and not self.translation_key.get_secret_value():
            raise ValueError(
                "TRANSLATION_KIND is deepl but TRANSLATION_KEY is not set; set it to the key of the account"
            )
        return self

    @property
    def embedded(self) -> bool:
        """One process on SQLite, nothing configured: the only case in which a secret may be made for you."""
        return not self.redis_url and (not self.database_url or self.database_url.startswith("sqlite"))

    @property
    def installation(self) -> str:
        """A name of this installation that all its processes share, and that gives nothing away."""
        return hashlib.sha256(b"installation " + self.secret_key.get_secret_value().encode()).hexdigest()[:12]

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.instance_path / 'youthforum.db'}"

    @property
    def language_codes(self) -> tuple[str, ...]:
        return tuple(code.strip() for code in self.languages.split(",") if code.strip())

    @property
    def origins(self) -> tuple[str, ...]:
        given = [self.public_url, *self.allowed_origins.split(",")]
        return tuple(origin.strip().rstrip("/") for origin in given if origin.strip())

    @property
    def secure_cookies(self) -> bool:
        return self.public_url.startswith("https://")


def load_settings(**given: object) -> Settings:
    """The settings in force.

    Raises ConfigurationError with one readable sentence when something is missing or malformed.
    """
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper() + ": " if first["loc"] else ""
        raise ConfigurationError(f"{name}{first['msg'].removeprefix('Value error, ')}.") from None
    if not settings.secret_key.get_secret_value():
        if not settings.embedded:
            raise ConfigurationError(
                "SECRET_KEY is not set: with DATABASE_URL or REDIS_URL every process needs the same secret. "
                "Set SECRET_KEY to at least 32 random characters, e.g. from: python -c "
                '"import secrets; print(secrets.token_urlsafe(48))".'
            )
        settings = settings.model_copy(update={"secret_key": SecretStr(_own_secret(settings.instance_path))})
    elif len(settings.secret_key.get_secret_value()) < 16:
        raise ConfigurationError("SECRET_KEY is too short: use at least 32 random characters.")
    return settings


def _own_secret(folder: Path) -> str:
    """The secret of an embedded installation, made at the first start and readable by its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # the database will be in it, too
    file = folder / "secret_key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48))
    return file.read_text().strip()
