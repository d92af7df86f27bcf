"""Writing translations, confirming them, wishing for them. Each holds the row under whose lock the original changes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _ln

from youthforum.core.clock import now
from youthforum.core.commands import add, command
from youthforum.core.db import session
from youthforum.core.errors import Forbidden, Invalid
from youthforum.forums.models import Member
from youthforum.forums.policy import why_not_edit_forum
from youthforum.notices.commands import notify
from youthforum.translations import policy, queries
from youthforum.translations.models import MachineConsent, Translation, TranslationWish
from youthforum.translations.subjects import Subject


@command(unless=policy.why_not_translate, lock=("ground",))
def write_translation(
    member: Member, about: Subject, ground: Any, thing: Any, *, language: str, text: str
) -> Translation:
    """Say in another language what the thing says. Whoever wished for it is told.

    Raises Invalid for a language that the forum doesn't use or the original's own, and for a text that is too long;
    Forbidden (`translated`) where somebody else's translation is there and up to date.
    """
    check_language(about, thing, language)
    if len(text) > about.longest:
        message = _ln("At most %(num)d character.", "At most %(num)d characters.", about.longest)
        raise Invalid(message, field="text")
    found = queries.translation_of(about.kind, thing.id, language)
    version = about.version(thing)
    refusal = policy.why_not_rewrite(member, version, found)
    if found is not None and found.text == text and found.writer_id == member.id and found.of_version == version:
        return found
    if refusal is not None:
        raise Forbidden(refusal)
    translation = _put(about, thing, found, language, text)
    translation.writer, translation.machine = member, False
    translation.checked_at = translation.checked_by_id = None
    _tell_wishers(member, about, thing, language)
    about.fact(thing, language)
    return translation


def check_language(about: Subject, thing: Any, language: str) -> None:
    """Raises Invalid for a language that the forum doesn't use, and for the original's own."""
    if language not in about.forum(thing).languages:
        raise Invalid(_l("This forum doesn’t use that language."), field="language")
    if language == about.language(thing):
        raise Invalid(_l("The original is in this language already."), field="language")


def _put(about: Subject, thing: Any, found: Translation | None, language: str, text: str) -> Translation:
    if found is None:
        return add(
            Translation(
                **{f"{about.kind}_id": thing.id},
                language=language,
                text=text,
                of_version=about.version(thing),
                created_at=now(),
            )
        )
    found.text, found.of_version, found.edited_at = text, about.version(thing), now()
    return found


def _tell_wishers(member: Member, about: Subject, thing: Any, language: str) -> None:
    waited = queries.wishers(about.kind, thing.id, language)
    if waited:
        column = TranslationWish.idea_id if about.kind == "idea" else TranslationWish.comment_id
        session().execute(sa.delete(TranslationWish).where(column == thing.id, TranslationWish.language == language))
        told = [one for one in waited if one != member.id]
        notify(told, "translation.written", **{about.kind: thing.id, "language": language})


@command(unless=policy.why_not_check, lock=("ground", "translation"))
def check_translation(member: Member, about: Subject, ground: Any, thing: Any, translation: Translation) -> Translation:
    """Confirm that a translation says what the original says; confirming it again changes nothing."""
    if not translation.checked:
        translation.checked_at, translation.checked_by_id = now(), member.id
        about.fact(thing, translation.language)
    return translation


@command(unless=policy.why_not_translate, lock=("ground",))
def wish_translation(
    member: Member, about: Subject, ground: Any, thing: Any, *, language: str, wish: bool
) -> list[int]:
    """Ask people for a translation, or take that back. The ids of the members who wait for it now.

    Raises Invalid as `write_translation` does, Forbidden (`translated`) where a person has translated it and the
    original has not changed since.
    """
    check_language(about, thing, language)
    found = queries.translation_of(about.kind, thing.id, language)
    if wish and found is not None and not found.machine and found.of_version >= about.version(thing):
        raise Forbidden(policy.TRANSLATED)
    waiting = queries.wishers(about.kind, thing.id, language)
    if wish and member.id not in waiting:
        add(TranslationWish(**{f"{about.kind}_id": thing.id}, language=language, member_id=member.id))
    if not wish and member.id in waiting:
        column = TranslationWish.idea_id if about.kind == "idea" else TranslationWish.comment_id
        own = (column == thing.id, TranslationWish.language == language, TranslationWish.member_id == member.id)
        session().execute(sa.delete(TranslationWish).where(*own))
    return queries.wishers(about.kind, thing.id, language)


@command(unless=policy.why_not_suggest, lock=("ground",))
def keep_suggestion(
    member: Member, about: Subject, ground: Any, thing: Any, *, language: str, text: str, of_version: int
) -> Translation:
    """Keep what a machine made of version `of_version`, labelled as such; a person's own words are not touched."""
    found = queries.translation_of(about.kind, thing.id, language)
    if found is not None and (found.of_version >= of_version and not found.machine):
        return found
    translation = _put(about, thing, found, language, text)
    translation.writer_id, translation.machine, translation.of_version = None, True, of_version
    translation.checked_at = translation.checked_by_id = None
    about.fact(thing, language)
    return translation


@command(unless=why_not_edit_forum)
def allow_machines(member: Member, *, allowed: bool) -> None:
    """Agree, for the forum, that texts are sent to the machine that this server names; or take it back."""
    consent = queries.consent_of(member.forum_id)
    if allowed and consent is None:
        add(MachineConsent(forum_id=member.forum_id, member_id=member.id, at=now()))
    elif not allowed and consent is not None:
        session().delete(consent)
