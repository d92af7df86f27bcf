"""What every template may use: texts in the reader's language, moments on the forum's clock."""

from __future__ import annotations

from datetime import datetime

from babel import Locale
from flask import Flask, g, has_request_context
from flask_babel import get_locale

from youthforum.core import richtext
from youthforum.core.access import viewer
from youthforum.core.dates import day, moment
from youthforum.core.text import Text


def init_app(app: Flask, languages: tuple[str, ...]) -> None:
    endonyms = [(code, endonym(code)) for code in languages]
    app.jinja_env.filters["endonym"] = endonym
    app.jinja_env.filters["richtext"], app.jinja_env.filters["plain"] = richtext.html, richtext.plain
    app.jinja_env.filters["tr"] = lambda text: Text(text or {}).in_(*_wanted())
    app.jinja_env.filters["tr_lang"] = lambda text: Text(text or {}).pick(*_wanted())[0]
    app.jinja_env.globals["when"] = when
    app.jinja_env.globals["moment"] = moment
    app.jinja_env.globals["day"] = day
    app.jinja_env.policies["json.dumps_kwargs"] = {"sort_keys": False, "ensure_ascii": False}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def _always() -> dict[str, object]:
        return {"language": _reader(), "languages": endonyms, "person": viewer() if has_request_context() else None}


def endonym(code: str) -> str:
    """A language's own name: Deutsch, Русский."""
    name = Locale.parse(code).get_language_name(code) or code
    return name[:1].upper() + name[1:]


def _reader() -> str:
    return str(get_locale() or "en")


def _wanted() -> tuple[str, ...]:
    """The reader's language, then the forum's in its own order."""
    forum = g.get("forum")
    return (_reader(), *(forum.languages if forum is not None else ()))


def when(time: datetime | None) -> str:
    """A moment on the forum's clock; empty for none."""
    forum = g.get("forum")
    return moment(time, forum.time_zone if forum is not None else "UTC") if time else ""
