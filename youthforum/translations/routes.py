"""Translations as pages: the queue of a language, one original with its translation, and the forum's consent."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from youthforum.core.access import signed_in, viewer
from youthforum.core.errors import NotFound
from youthforum.core.requests import fields
from youthforum.core.text import whole
from youthforum.forums.home import on_home, on_settings
from youthforum.forums.models import Member
from youthforum.forums.routes import enter
from youthforum.live.openapi import endpoint
from youthforum.notices.inbox import notice_sentence
from youthforum.translations import commands, machine, policy, queries
from youthforum.translations.live import translation_json
from youthforum.translations.queue import elsewhere
from youthforum.translations.subjects import Subject, subject_of

pages = Blueprint("translations", __name__)
api = Blueprint("translations_api", __name__, url_prefix="/api/v1")


def _language(member: Member, *, besides: str = "") -> str:
    """The language asked for, if the forum has it; else the reader's, else another of the forum's; never `besides`."""
    wanted = (request.args.get("language", ""), str(get_locale()), *member.forum.languages)
    return next((code for code in wanted if code in member.forum.languages and code != besides), "")


def _shown(kind: str, thing_id: int) -> tuple[Subject, Any]:
    """The original in the address, as far as the viewer may see it. Raises NotFound."""
    about = subject_of(kind)
    if not 0 < thing_id < 2**31:
        raise NotFound(field=kind)
    thing, _member = about.shown_to(viewer(), thing_id)
    return about, thing


@pages.get("/f/<slug>/translate")
@signed_in
def queue(slug: str) -> Any:
    member = enter(slug)
    language = _language(member)
    refusal = policy.why_not_take_part(member)
    return render_template(
        "translations/queue.html",
        wanted=language,
        page=queries.queue(member, language, whole(request.args.get("page", "1")[:6])),
        elsewhere=elsewhere(member, language),
        why_not=None if refusal is None else str(refusal),
    )


@pages.get("/f/<slug>/translate/<kind>/<int:id>")
@signed_in
def one(slug: str, kind: str, id: int) -> Any:
    """One original with its translation into one language, and what may be done about it."""
    member = enter(slug)
    about, thing = _shown(kind, id)
    if about.forum(thing).id != member.forum_id:
        raise NotFound()
    source = about.language(thing)
    language = _language(member, besides=source)
    translation = queries.translation_of(kind, id, language)
    refusal = policy.why_not_translate(member, about, thing)
    waiting = queries.wishers(kind, id, language)
    version = about.version(thing)
    return render_template(
        "translations/one.html",
        about=about,
        thing=thing,
        source=source,
        original=about.text(thing),
        back=about.url(thing),
        names=about.shows_names(thing),
        wanted=language,
        others=[code for code in member.forum.languages if code not in (source, language)],
        translation=translation,
        current=translation is not None and translation.of_version >= version,
        wished=member.id in waiting,
        wishes=len(waiting),
        why_not=None if refusal is None else str(refusal),
        may_write=refusal is None and policy.why_not_rewrite(member, version, translation) is None,
        may_check=translation is not None and policy.why_not_check(member, about, thing, translation) is None,
        machine_host=machine.host() if policy.why_not_suggest(member, about, thing) is None else None,
    )


@api.get("/translations/<kind>/<int:id>")
@endpoint("All translations of an idea or a comment that one may see (`/translations/idea/7`).")
@signed_in
def translations_by_api(kind: str, id: int) -> Any:
    """All translations of one thing, by language."""
    about, thing = _shown(kind, id)
    found = queries.translations_of(kind, id)
    return jsonify({"translations": [translation_json(about, thing, each) for each in found]})


@pages.post("/f/<slug>/translate/machine")
@signed_in
def consent(slug: str) -> Any:
    """An organiser agrees, for the forum, that texts are sent to the machine; or takes that back."""
    member = enter(slug)
    commands.allow_machines(member, allowed=fields(flags=("allowed",))["allowed"])
    flash(_("Saved."), "done")
    return redirect(url_for("forums.settings", slug=slug) + "#machine")


@on_settings
def _consent_on_settings(member: Member) -> dict[str, Any]:
    return {"machine_host": machine.host(), "machine_consent": queries.consent_of(member.forum_id)}


@on_home
def _waiting_on_home(member: Member) -> dict[str, Any]:
    """How much waits for each language, for those who may help."""
    if policy.why_not_take_part(member) is not None or len(member.forum.languages) < 2:
        return {"waiting": {}}
    counted = {code: queries.waiting_count(member.forum, code) for code in member.forum.languages}
    return {"waiting": {code: count for code, count in counted.items() if count}}


@pages.app_context_processor
def _in_my_language() -> dict[str, Any]:
    """`in_my_language("comment", ids)` for templates that draw many originals: one query, in the reader's language."""
    return {"in_my_language": lambda kind, ids: queries.in_language(kind, ids, str(get_locale()))}


@notice_sentence("translation.written")
def _written(data: dict[str, Any], member: Member) -> tuple[Any, str | None]:
    kind = "idea" if "idea" in data else "comment"
    about = subject_of(kind)
    thing, _member = about.shown_to(member.person, data[kind])
    found = queries.translation_of(kind, thing.id, data["language"])
    if found is None:
        raise NotFound()
    short = found.text if len(found.text) <= 80 else found.text[:79] + "…"
    return _("What you asked for has been translated: “%(text)s”", text=short), about.url(thing)
