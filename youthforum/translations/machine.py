"""The machine that suggests translations: a LibreTranslate or DeepL server that the installation names, or none."""

from __future__ import annotations

import json
import time
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, NoReturn
from urllib.error import HTTPError
from urllib.parse import urlsplit

import structlog
from flask_babel import lazy_gettext as _l

from config import Settings
from youthforum.core.blocking import blocking
from youthforum.core.errors import DomainError, Invalid
from youthforum.core.settings import settings
from youthforum.core.text import clean

log = structlog.get_logger()

# Seconds for everything: asking, waiting, reading.
PATIENCE = 8.0
# Characters that are sent at once, all texts together; and texts.
MOST_SENT = 20_000
MOST_TEXTS = 50
# Bytes of an answer that are read.
MOST_READ = 512 * 1024
# DeepL wants to know which English; ours is British.
_DEEPL_TARGETS = {"en": "EN-GB", "pt": "PT-PT"}


class MachineUnavailable(DomainError):
    """The machine did not answer, or not with translations; nothing was stored."""

    status = 503
    default_code = "unavailable"

    def __init__(self) -> None:
        super().__init__(
            _l("The machine translation does not answer right now. Please try again later, or translate it yourself."),
            extra={"retry_after": 30},
        )


def host() -> str:
    """The name of the server that texts are sent to; empty where none is set up."""
    return urlsplit(settings().translation_url).hostname or ""


def suggest(text: str, source: str, target: str) -> str:
    """What the machine makes of a text. As `suggest_texts`."""
    return suggest_texts([text], source, target)[0]


def suggest_texts(texts: list[str], source: str, target: str) -> list[str]:
    """These texts from one language (ISO 639-1) in another, in their order; empty ones stay empty.

    To be called outside of transactions, by whoever `policy.why_not_machine` lets. Raises MachineUnavailable (code
    `unavailable`) when the server doesn't answer in time or not sensibly, Invalid where it is too much at once.
    """
    asked = [text for text in texts if text.strip()]
    if len(asked) > MOST_TEXTS or sum(map(len, asked)) > MOST_SENT:
        raise Invalid(_l("This is too long for the machine translation."), field="text")
    if not asked:
        return texts
    machine = _Machine.of(settings())
    answered = iter(blocking(machine.translate, asked, source, target))
    return [next(answered) if text.strip() else text for text in texts]


class _Stay(urllib.request.HTTPRedirectHandler):
    """What was agreed to is one server; texts don't follow it elsewhere."""

    def redirect_request(self, *_args: Any) -> None:
        return None


@dataclass(frozen=True)
class _Machine:
    """A server and how to talk to it; knows nothing of requests or databases, since another thread asks it."""

    url: str
    kind: str
    key: str

    @classmethod
    def of(cls, chosen: Settings) -> _Machine:
        if not chosen.translation_url:
            raise MachineUnavailable()
        return cls(chosen.translation_url, chosen.translation_kind, chosen.translation_key.get_secret_value())

    def translate(self, texts: list[str], source: str, target: str) -> list[str]:
        request = self._deepl(texts, source, target) if self.kind == "deepl" else self._libre(texts, source, target)
        try:
            found = self._read(json.loads(self._ask(request)))
            cleaned = [clean(text, lines=True) for text in found]
        except (OSError, HTTPException, ValueError, LookupError, TypeError) as error:
            self._fail(error)
        if len(cleaned) != len(texts) or not all(cleaned):
            self._fail(ValueError())
        return cleaned

    def _fail(self, error: Exception) -> NoReturn:
        # Never the texts, and no address with a key in it.
        status = None
        if isinstance(error, HTTPError):
            status = error.code
            error.close()
        log.warning("machine_translation_failed", error=type(error).__name__, status=status)
        raise MachineUnavailable() from None

    def _libre(self, texts: list[str], source: str, target: str) -> urllib.request.Request:
        body: dict[str, Any] = {"q": texts, "source": source, "target": target, "format": "text"}
        return self._post("/translate", body | ({"api_key": self.key} if self.key else {}), {})

    def _deepl(self, texts: list[str], source: str, target: str) -> urllib.request.Request:
        language = _DEEPL_TARGETS.get(target, target.upper())
        body = {"text": texts, "source_lang": source.upper(), "target_lang": language}
        return self._post("/v2/translate", body, {"Authorization": f"DeepL-Auth-Key {self.key}"})

    def _post(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> urllib.request.Request:
        sent = json.dumps(body, ensure_ascii=False).encode()
        return urllib.request.Request(  # noqa: S310  (http or https: the settings see to it)
            self.url + path, sent, {"Content-Type": "application/json", **headers}, method="POST"
        )

    def _ask(self, request: urllib.request.Request) -> bytes:
        deadline = time.monotonic() + PATIENCE
        found = bytearray()
        with urllib.request.build_opener(_Stay).open(request, timeout=PATIENCE) as answer:
            while piece := answer.read1(16_384):
                found += piece
                # A server that dribbles never times out by itself.
                if len(found) > MOST_READ or time.monotonic() > deadline:
                    raise TimeoutError
        return bytes(found)

    def _read(self, answer: Any) -> list[str]:
        words = [one["text"] for one in answer["translations"]] if self.kind == "deepl" else answer["translatedText"]
        if not isinstance(words, list) or not all(isinstance(one, str) for one in words):
            raise TypeError
        return words
