"""Translations on the wire: what people send. How a change is drawn is the business of what was translated."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from youthforum.core.errors import Forbidden
from youthforum.core.rates import Rate
from youthforum.forums.models import Member
from youthforum.live.intake import Answer, intake
from youthforum.people.models import Person
from youthforum.translations import commands, forms, machine, policy, queries
from youthforum.translations.models import Translation
from youthforum.translations.subjects import Subject, subject_of

# Texts leave the house and perhaps cost money: enough for a person, too little for a program. Per member.
SUGGESTIONS = Rate("machine-translations", "30/10 minutes")


def translation_json(about: Subject, thing: Any, translation: Translation) -> dict[str, Any]:
    """A translation as the API and the acknowledgements say it; for whoever may see the original."""
    named = translation.writer is not None and about.shows_names(thing)
    return {
        "id": translation.id,
        "idea": translation.idea_id,
        "comment": translation.comment_id,
        "language": translation.language,
        "text": translation.text,
        "writer": translation.writer.name if translation.writer and named else None,
        "machine": translation.machine,
        "checked": translation.checked,
        "out_of_date": translation.of_version < about.version(thing),
        "of_version": translation.of_version,
        "created_at": translation.created_at.astimezone(UTC).isoformat(),
        "edited": translation.edited_at is not None,
    }


def _found(person: Person, form: forms.TranslationForm) -> tuple[Subject, Any, Member]:
    kind, key = form.subject
    about = subject_of(kind)
    thing, member = about.shown_to(person, key)
    return about, thing, member


@intake("translation:write", forms.WriteTranslationForm, "/translations")
def write(person: Person, form: forms.WriteTranslationForm) -> Answer:
    """Translate an idea or a comment, or change one's translation."""
    about, thing, member = _found(person, form)
    written = commands.write_translation(
        member, about, about.ground(thing), thing, language=form.language, text=form.text
    )
    return {"translation": translation_json(about, thing, written)}


@intake("translation:check", forms.CheckTranslationForm, "/translations/<translation>/check")
def check(person: Person, form: forms.CheckTranslationForm) -> Answer:
    """Confirm somebody else's translation."""
    translation, about, thing, member = queries.translation_shown_to(person, form.translation)
    commands.check_translation(member, about, about.ground(thing), thing, translation)
    return {"translation": translation_json(about, thing, translation)}


@intake("translation:wish", forms.WishTranslationForm, "/translations/wish")
def wish(person: Person, form: forms.WishTranslationForm) -> Answer:
    """Ask people for a translation, or take that back."""
    about, thing, member = _found(person, form)
    waiting = commands.wish_translation(
        member, about, about.ground(thing), thing, language=form.language, wish=form.wish
    )
    return {"wished": member.id in waiting, "wishes": len(waiting)}


@intake("translation:suggest", forms.TranslationForm, "/translations/suggest")
def suggest(person: Person, form: forms.TranslationForm) -> Answer:
    """Let the machine suggest a translation, where the server has one and the forum agreed to it."""
    about, thing, member = _found(person, form)
    refusal = policy.why_not_suggest(member, about, thing)
    if refusal is not None:
        raise Forbidden(refusal)
    commands.check_language(about, thing, form.language)
    version, language = about.version(thing), about.language(thing)
    present = queries.translation_of(about.kind, thing.id, form.language)
    if present is None or present.of_version < version:
        SUGGESTIONS.spend(member.id)
        text = machine.suggest(about.text(thing), language, form.language)[: about.longest]
        present = commands.keep_suggestion(
            member, about, about.ground(thing), thing, language=form.language, text=text, of_version=version
        )
    return {"translation": translation_json(about, thing, present)}
