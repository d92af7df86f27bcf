"""Versions, and what is known of the translations in the draft and in them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import defer, joinedload

from youthforum.core.db import session
from youthforum.core.errors import NotFound
from youthforum.core.richtext import RichText, is_empty, normalise
from youthforum.forums.models import Member
from youthforum.proposals.content import Content, digest
from youthforum.proposals.models import Proposal, SectionTranslation, Version
from youthforum.proposals.queries.drafts import document_of, locked_draft, stored_document, writers_of
from youthforum.proposals.template import Template


def template_of(proposal: Proposal) -> Template:
    return Template.read(proposal.template.parts)


def last_version(proposal: Proposal) -> Version | None:
    return session().scalar(
        sa.select(Version).where(Version.proposal_id == proposal.id).order_by(Version.number.desc()).limit(1)
    )


def version_of(proposal: Proposal, number: int) -> Version:
    """Raises NotFound where there is none of this number."""
    found = session().scalar(sa.select(Version).where(Version.proposal_id == proposal.id, Version.number == number))
    if found is None:
        raise NotFound(field="version")
    return found


def versions_of(proposal: Proposal) -> list[Version]:
    """All of them without their words, newest first."""
    return list(
        session().scalars(
            sa.select(Version)
            .where(Version.proposal_id == proposal.id)
            .options(joinedload(Version.member), defer(Version.content))
            .order_by(Version.number.desc())
        )
    )


def read_draft(proposal: Proposal) -> Content:
    """What the draft says now, for a page."""
    return stored_document(proposal).content(proposal.language)


def draft_content(proposal: Proposal) -> Content:
    """What the draft says now and until the end of the transaction; waits for whoever is writing at this moment."""
    return document_of(proposal, locked_draft(proposal.id)).content(proposal.language)


# Translations ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TranslationState:
    """`state`: "missing", "current" or "out_of_date"; `base` is the original that it was made from."""

    state: str
    writers: list[Member]
    checked_by: Member | None
    checked: bool
    machine: bool
    base: RichText | None


def translation_states(proposal: Proposal, content: Content) -> dict[str, dict[str, TranslationState]]:
    """`{part: {language: TranslationState}}` of every written part in every language but the original's."""
    known = {
        (row.part, row.language): row
        for row in session().scalars(
            sa.select(SectionTranslation)
            .where(SectionTranslation.proposal_id == proposal.id)
            .options(joinedload(SectionTranslation.checked_by))
        )
    }
    writers = writers_of(proposal.id)
    people = members_by_id({one for ids in writers.values() for one in ids})
    return {
        part.id: {
            code: _state(
                content,
                part.id,
                code,
                known.get((part.id, code)),
                [people[one] for one in writers.get((part.id, code), []) if one in people],
            )
            for code in proposal.forum.languages
            if code != proposal.language
        }
        for part in template_of(proposal).written
    }


def _state(
    content: Content, part: str, language: str, row: SectionTranslation | None, writers: list[Member]
) -> TranslationState:
    text = content.text(part, language)
    if is_empty(text):
        return TranslationState("missing", [], None, False, False, None)
    here = digest(text)
    current = row is None or normalise(row.base) == content.original(part)
    checked = row is not None and row.checked_digest == here
    return TranslationState(
        "current" if current else "out_of_date",
        writers,
        row.checked_by if row is not None and checked else None,
        checked,
        row is not None and row.machine_digest == here and not checked,
        row.base if row is not None else None,
    )


def members_by_id(ids: set[int]) -> dict[int, Member]:
    """Not scoped to anybody: for those whose names a text bears."""
    found = session().scalars(sa.select(Member).where(Member.id.in_(ids)).options(joinedload(Member.delegation)))
    return {member.id: member for member in found}


def checked_by_now(proposal: Proposal, content: Content) -> set[tuple[str, str]]:
    """`{(part, language)}` of the translations in a version that somebody has checked, before it was saved or since."""
    rows = session().execute(
        sa.select(SectionTranslation.part, SectionTranslation.language, SectionTranslation.checked_digest).where(
            SectionTranslation.proposal_id == proposal.id, SectionTranslation.checked_digest.is_not(None)
        )
    )
    return {(part, language) for part, language, known in rows if digest(content.text(part, language)) == known}


def as_stored(states: dict[str, dict[str, TranslationState]]) -> dict[str, dict[str, dict[str, object]]]:
    """The same for a version: ids instead of people, and only what there is."""
    return {
        part: {
            code: {
                "state": found.state,
                "machine": found.machine,
                "checked": found.checked,
                "writers": [member.id for member in found.writers],
            }
            for code, found in languages.items()
            if found.state != "missing"
        }
        for part, languages in states.items()
    }
