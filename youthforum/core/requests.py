"""What comes in by HTTP, as plain data: form fields, JSON bodies, and where to go afterwards."""

from __future__ import annotations

import re
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l

from youthforum.core.errors import Invalid

_TRUE = {"yes", "true", "on", "1"}


def json_body() -> Any:
    """The JSON of the request. Raises Invalid where there is none."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # brackets in brackets
        body = None
    if body is None:
        raise Invalid(_l("A JSON object is expected."))
    return body


def fields(*, lists: tuple[str, ...] = (), flags: tuple[str, ...] = (), texts: tuple[str, ...] = ()) -> dict[str, Any]:
    """The form's fields without the machinery's own. `lists` may be repeated, `flags` are checkboxes, and
    `texts` arrive per language (`title_de`, `title_ru` → `title: {"de": …, "ru": …}`)."""
    found: dict[str, Any] = {}
    for name, value in request.form.items():
        if name in ("csrf_token", "next", "action"):
            continue
        head, _, language = name.rpartition("_")
        if head in texts and re.fullmatch(r"[a-z]{2,3}", language):
            found.setdefault(head, {})[language] = value
        else:
            found[name] = value
    found.update({name: request.form.getlist(name) for name in lists})
    found.update({name: request.form.get(name, "").lower() in _TRUE for name in flags})
    return found


def own_path(target: str | None, otherwise: str) -> str:
    """`target` if it is a path of ours, else `otherwise`: nobody is sent to another site by a link."""
    if target and re.fullmatch(r"/(?![/\\])[^\\\x00-\x1f]*", target):
        return target
    return otherwise
