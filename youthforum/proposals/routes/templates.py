"""The template editor: one form that holds the whole template, so that it works without a script and loses nothing.

Its buttons send everything. Only “Save” stores; the others draw the same form with a part moved, added or taken out.
"""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from youthforum.core.access import signed_in
from youthforum.core.errors import Conflict
from youthforum.core.forms import InvalidForm, parse
from youthforum.core.text import whole
from youthforum.forums.models import Forum
from youthforum.forums.routes.rooms import organising
from youthforum.proposals.commands.templates import change_template
from youthforum.proposals.queries.templates import template_in_force, written_with
from youthforum.proposals.routes.rooms import pages
from youthforum.proposals.template import ALWAYS, LONGEST_TEXT, MOST_PARTS, Part, Template

# Thirty parts in three languages, in Cyrillic and as a browser encodes it; other forms need a tenth of that.
LARGEST_TEMPLATE = 480_000

KIND_LABELS = {
    "line": _l("One line"),
    "text": _l("Text"),
    "number": _l("Number"),
    "date": _l("Date"),
    "languages": _l("Languages"),
    "delegations": _l("Delegations"),
    "budget": _l("Amounts that add up"),
}
# What is asked per language, and what only once.
_WORDS = ("name", "help", "unit")
_NUMBERS = ("limit", "least", "most")
_ONLY_FOR = {"limit": ("line", "text"), "unit": ("number",), "least": ("number",), "most": ("number",)}

# A part as its fields are filled in: words by language, numbers as they were typed.
Filled = dict[str, Any]


@pages.url_value_preprocessor
def _allow_a_large_template(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anybody reads the form; the check of its token is the first."""
    if endpoint == f"{pages.name}.template":
        request.max_content_length = LARGEST_TEMPLATE


@pages.route("/f/<slug>/template", methods=["GET", "POST"])
@signed_in
def template(slug: str) -> Any:
    member = organising(slug)
    version, standing = template_in_force(member.forum)
    if request.method == "GET":
        return _page(member.forum, [_filled(part) for part in standing.parts], base=version)
    parts, base = _given(member.forum, standing), whole(request.form.get("base", ""))
    verb, _colon, key = request.form.get("action", "save").partition(":")
    if verb != "save":
        return _page(member.forum, *_arranged(parts, verb, key), base=base, unsaved=True)
    try:
        saved = change_template(member, base=base, template=_read(parts))
    except InvalidForm as error:
        return _page(member.forum, parts, base=base, unsaved=True, errors=error.errors), error.status
    except Conflict as error:
        page = _page(member.forum, parts, base=version, unsaved=True, newer=version, problem=str(error.message))
        return page, error.status
    if saved.version == max(version, 1):
        flash(_("Nothing was changed."), "done")
    else:
        flash(_("Saved. New proposals have these parts; the others keep theirs."), "done")
    return redirect(url_for(f"{pages.name}.template", slug=slug))


def _page(forum: Forum, parts: list[Filled], focus: str = "", *, base: int, **more: Any) -> str:
    variables: dict[str, Any] = {"errors": {}, "unsaved": False, "newer": None, "problem": None, "focus": focus} | more
    return render_template(
        "proposals/template.html",
        parts=parts,
        base=base,
        always=ALWAYS,
        kinds=KIND_LABELS,
        full=len(parts) >= MOST_PARTS,
        written_with=written_with(forum),
        **variables,
    )


def _filled(part: Part) -> Filled:
    numbers = {name: getattr(part, name) for name in _NUMBERS}
    if part.limit == LONGEST_TEXT:
        numbers["limit"] = None
    return {
        "id": part.id,
        "kind": part.kind,
        "required": part.required,
        **{name: dict(getattr(part, name)) for name in _WORDS},
        **{name: "" if number is None else str(number) for name, number in numbers.items()},
    }


def _given(forum: Forum, standing: Template) -> list[Filled]:
    """The form as it was sent. Words in languages that the forum no longer speaks stay as they are."""
    sent = request.form
    parts = []
    for key in list(dict.fromkeys(sent.getlist("order")))[: MOST_PARTS + 1]:
        kept = standing.part(key)
        filled: Filled = {
            "id": key,
            "kind": "line" if key in ALWAYS else sent.get(f"{key}-kind", ""),
            "required": key in ALWAYS or f"{key}-required" in sent,
        }
        for name in _WORDS:
            words = {code: sent.get(f"{key}-{name}-{code}", "") for code in forum.languages}
            elsewhere = {code: text for code, text in getattr(kept, name, {}).items() if code not in words}
            filled[name] = words | elsewhere
        filled |= {name: sent.get(f"{key}-{name}", "").strip() for name in _NUMBERS}
        parts.append(filled)
    return parts


def _arranged(parts: list[Filled], verb: str, key: str) -> tuple[list[Filled], str]:
    """The parts with one moved, added or taken out, and the one to look at next."""
    if verb == "add" and len(parts) < MOST_PARTS:
        # Never an id that another version had: what was written under it was about something else.
        added = f"part_{secrets.token_hex(4)}"
        empty: Filled = {name: {} for name in _WORDS} | dict.fromkeys(_NUMBERS, "")
        return [*parts, {"id": added, "kind": "text", "required": False} | empty], added
    at = next((number for number, part in enumerate(parts) if part["id"] == key), 0)
    if at < len(ALWAYS):
        return parts, ""
    if verb == "remove":
        return parts[:at] + parts[at + 1 :], parts[at - 1]["id"]
    to = max(len(ALWAYS), at - 1) if verb == "up" else min(len(parts) - 1, at + 1) if verb == "down" else at
    others = parts[:at] + parts[at + 1 :]
    return [*others[:to], parts[at], *others[to:]], key


def _read(parts: list[Filled]) -> Template:
    """Raises InvalidForm, whose errors are named as the fields are: `need-name-de`, `need-limit`."""
    errors: dict[str, Any] = {}
    read = []
    for filled in parts:
        try:
            read.append(parse(Part, _asked(filled), strict=False))
        except InvalidForm as error:
            for name, sentence in error.errors.items():
                errors[_field(filled, name)] = sentence
    if errors:
        raise InvalidForm(errors)
    try:
        return parse(Template, {"parts": read})
    except InvalidForm as error:
        raise InvalidForm({"": str(error.message)}) from None


def _asked(filled: Filled) -> dict[str, Any]:
    """What counts for this kind of part, without what was left empty."""
    kind = filled["kind"]
    fitting = {name: value for name, value in filled.items() if kind in _ONLY_FOR.get(name, (kind,))}
    for name in _WORDS:
        if name in fitting:
            fitting[name] = {code: words for code, words in fitting[name].items() if words.strip()}
    return {name: value for name, value in fitting.items() if value != ""}


def _field(filled: Filled, name: str) -> str:
    """The field that an error belongs to; one about a name in no language stands at the first."""
    if name in _WORDS:
        name = f"{name}.{next(iter(filled[name]), '')}"
    return f"{filled['id']}-{name.replace('.', '-')}"
