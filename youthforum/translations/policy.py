"""Why somebody may not do something with a translation."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from youthforum.core.db import session
from youthforum.core.errors import Refusal
from youthforum.core.settings import settings
from youthforum.forums.models import Member
from youthforum.forums.phases import Activity
from youthforum.forums.policy import OTHER_FORUM, why_not
from youthforum.translations.models import MachineConsent, Translation
from youthforum.translations.subjects import Subject

TRANSLATED = Refusal(
    "translated", _l("Somebody has translated this already. You can confirm it, or ask a moderator to change it.")
)
OWN_TRANSLATION = Refusal("own_translation", _l("Somebody other than the person who wrote it confirms a translation."))
OUT_OF_DATE = Refusal("out_of_date", _l("The original has changed since. Please translate it anew."))
MACHINE_OFF = Refusal("machine_off", _l("Machine translation is not set up on this server."))
NO_CONSENT = Refusal("no_consent", _l("This forum has not agreed to machine translation."))


def why_not_take_part(member: Member | None) -> Refusal | None:
    """Translating anything at all."""
    return why_not(member, Activity.translate)


def why_not_translate(member: Member | None, about: Subject, thing: Any) -> Refusal | None:
    """Writing a translation, or asking for one."""
    if member is not None and about.forum(thing).id != member.forum_id:
        return OTHER_FORUM
    return why_not_take_part(member) or about.why_not(thing)


def why_not_rewrite(member: Member, version: int, translation: Translation | None) -> Refusal | None:
    """One's own, a machine's and what is older than `version` of the original; moderators change any."""
    if translation is None or translation.machine or translation.of_version < version:
        return None
    return None if translation.writer_id == member.id or member.is_moderator else TRANSLATED


def why_not_check(member: Member | None, about: Subject, thing: Any, translation: Translation) -> Refusal | None:
    refusal = why_not_translate(member, about, thing)
    if refusal is None and member is not None and translation.writer_id == member.id:
        return OWN_TRANSLATION
    return refusal or (OUT_OF_DATE if translation.of_version < about.version(thing) else None)


def why_not_machine(member: Member | None) -> Refusal | None:
    """Sending texts of this member's forum to the machine: set up, agreed to by the forum, and in this role."""
    if not settings().translation_url:
        return MACHINE_OFF
    refusal = why_not_take_part(member)
    if refusal is None and member is not None and session().get(MachineConsent, member.forum_id) is None:
        return NO_CONSENT
    return refusal


def why_not_suggest(member: Member | None, about: Subject, thing: Any) -> Refusal | None:
    return why_not_translate(member, about, thing) or why_not_machine(member)
