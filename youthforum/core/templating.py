"""What every template may use: texts in the reader's language, moments on the forum's clock, versioned assets."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from babel import Locale
from flask import Flask, g, has_request_context
from flask_babel import get_locale

from youthforum.core.access import viewer
from youthforum.core.dates import day, moment
from youthforum.core.text import Text


def init_app(app: Flask, languages: tuple[str, ...], static: Path) -> None:
    version = _version_of(static)
    app.static_folder = str(static)
    # The version is a folder of every asset's address, so that relative imports and url() stay within it and
    # a browser may keep the files for ever.
    app.add_url_rule(
        f"/static/{version}/<path:filename>",
        endpoint="static",
        view_func=app.send_static_file,
        methods=["GET"],
    )
    app.send_static_file.__func__.access = "public"  # type: ignore[attr-defined]
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 31536000
    endonyms = [(code, Locale.parse(code).get_language_name(code) or code) for code in languages]
    endonyms = [(code, name[:1].upper() + name[1:]) for code, name in endonyms]
    # Not by url_for: what is sent live is drawn outside any request.
    app.jinja_env.globals["asset"] = lambda path: f"/static/{version}/{path}"
    app.jinja_env.filters["tr"] = lambda text: Text(text or {}).in_(*_wanted())
    app.jinja_env.filters["tr_lang"] = lambda text: Text(text or {}).pick(*_wanted())[0]
    app.jinja_env.globals["when"] = when
    app.jinja_env.globals["day"] = day
    app.jinja_env.policies["json.dumps_kwargs"] = {"sort_keys": False, "ensure_ascii": False}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def _always() -> dict[str, object]:
        return {"language": _reader(), "languages": endonyms, "person": viewer() if has_request_context() else None}


def _version_of(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            digest.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:10]


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
