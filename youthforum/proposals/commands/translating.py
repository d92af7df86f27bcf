"""Translations of sections: saying that one is up to date, that it is right, and asking a machine for a first one."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from youthforum.core.commands import add, command, record
from youthforum.core.db import session
from youthforum.core.errors import Conflict, Invalid
from youthforum.core.richtext import RichText, is_empty
from youthforum.forums.models import Member
from youthforum.proposals import policy
from youthforum.proposals.commands.writing import rewrite
from youthforum.proposals.content import Content, digest
from youthforum.proposals.events import TranslationStated
from youthforum.proposals.models import Proposal, SectionTranslation
from youthforum.proposals.queries.drafts import locked_draft
from youthforum.proposals.queries.versions import draft_content, template_of


@command(unless=policy.why_not_write, lock=("proposal",))
def call_current(member: Member, proposal: Proposal, *, part: str, language: str) -> None:
    """Say that a translation matches the original as it is now."""
    content = _translated(proposal, part, language)
    _row(proposal, part, language, content).base = content.original(part)
    _record(proposal, part, language)


@command(unless=policy.why_not_check_translation, lock=("proposal",))
def check_translation(
    member: Member, proposal: Proposal, *, part: str, language: str, wrote: bool, seen: RichText | None = None
) -> None:
    """A second person says that a translation is right; it holds until somebody changes its words. `seen` is what
    they read, where that was not the draft. Raises Conflict where the draft says something else by now."""
    content = _translated(proposal, part, language)
    if seen is not None and seen != content.text(part, language):
        raise Conflict(_l("This translation has been changed since. Please read it again in the next version."))
    row = _row(proposal, part, language, content)
    row.checked_digest, row.checked_by_id = digest(content.text(part, language)), member.id
    _record(proposal, part, language)


@command(unless=policy.why_not_write, lock=("proposal",))
def take_suggestion(
    member: Member, proposal: Proposal, *, part: str, language: str, original: RichText, wording: RichText
) -> None:
    """Put a machine's translation of `original` into a section that is empty; it is labelled until a person changes
    or checks it. Raises Conflict where somebody has begun to write meanwhile, or the original has changed, and
    Invalid where there is nothing to translate."""
    _must_be_translatable(proposal, part, language)
    content = draft_content(proposal)
    if not is_empty(content.text(part, language)) or content.original(part) != original:
        raise Conflict(_l("Somebody has written here meanwhile. Nothing was overwritten."))
    if is_empty(original):
        raise Invalid(_l("There is nothing to translate yet."), field="part")
    rewrite(None, proposal, locked_draft(proposal.id), {f"{part}:{language}": wording})
    row = _row(proposal, part, language, content)
    row.base, row.machine_digest = original, digest(draft_content(proposal).text(part, language))
    row.checked_digest = row.checked_by_id = None
    _record(proposal, part, language)


def _must_be_translatable(proposal: Proposal, part: str, language: str) -> None:
    found = template_of(proposal).part(part)
    if found is None or not found.written or language == proposal.language or language not in proposal.forum.languages:
        raise Invalid(_l("There is no such translation."), field="language")


def _translated(proposal: Proposal, part: str, language: str) -> Content:
    """The draft. Raises Invalid for what is no translation of it."""
    _must_be_translatable(proposal, part, language)
    content = draft_content(proposal)
    if is_empty(content.text(part, language)):
        raise Invalid(_l("There is nothing in this language yet."), field="language")
    return content


def _row(proposal: Proposal, part: str, language: str, content: Content) -> SectionTranslation:
    """What is known of it; where nobody has begun it (it came with other words), it counts as made from the original
    as it is now."""
    key = {"proposal_id": proposal.id, "part": part, "language": language}
    found = session().get(SectionTranslation, tuple(key.values()))
    return found or add(SectionTranslation(**key, base=content.original(part)))


def _record(proposal: Proposal, part: str, language: str) -> None:
    record(TranslationStated(proposal_id=proposal.id, part=part, language=language, revision=proposal.advance()))
