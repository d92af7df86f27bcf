"""Reading translations, and what waits for one. Whoever sees the original sees its translation, and nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, joinedload, lazyload

from youthforum.core.db import session
from youthforum.core.errors import NotFound
from youthforum.forums.models import Forum, Member
from youthforum.people.models import Person
from youthforum.translations.models import MachineConsent, Translation, TranslationWish
from youthforum.translations.subjects import SUBJECTS, Subject, subject_of

PAGE = 20

_WITH_WRITER = joinedload(Translation.writer).options(
    joinedload(Member.delegation), lazyload(Member.forum), lazyload(Member.suspension)
)


def _of(table: type[Translation | TranslationWish], kind: str) -> InstrumentedAttribute[int | None]:
    return table.idea_id if kind == "idea" else table.comment_id


def in_language(kind: str, ids: Iterable[int], language: str) -> dict[int, Translation]:
    """`{id of the original: translation}` in one query; not scoped, for originals that are about to be shown."""
    asked, column = list(ids), _of(Translation, kind)
    if not asked:
        return {}
    query = sa.select(Translation).where(column.in_(asked), Translation.language == language).options(_WITH_WRITER)
    found = session().scalars(query.execution_options(populate_existing=True))
    return {one.idea_id or one.comment_id or 0: one for one in found}


def translation_of(kind: str, thing_id: int, language: str) -> Translation | None:
    """Not scoped to anybody."""
    return in_language(kind, [thing_id], language).get(thing_id)


def translations_of(kind: str, thing_id: int) -> list[Translation]:
    """All translations of one thing, by language; not scoped to anybody."""
    column = _of(Translation, kind)
    query = sa.select(Translation).where(column == thing_id).options(_WITH_WRITER).order_by(Translation.language)
    return list(session().scalars(query))


def translation_shown_to(person: Person, translation_id: int) -> tuple[Translation, Subject, Any, Member]:
    """A translation, the kind of its original, the original, and who this person is there.

    Raises NotFound where they may not see the original.
    """
    found = session().get(Translation, translation_id)
    if found is None:
        raise NotFound(field="translation")
    about = subject_of("idea" if found.idea_id is not None else "comment")
    try:
        thing, member = about.shown_to(person, found.idea_id or found.comment_id or 0)
    except NotFound:
        raise NotFound(field="translation") from None
    return found, about, thing, member


def wishers(kind: str, thing_id: int, language: str) -> list[int]:
    """Ids of the members who wait for this translation."""
    column = _of(TranslationWish, kind)
    query = sa.select(TranslationWish.member_id).where(column == thing_id, TranslationWish.language == language)
    return list(session().scalars(query.order_by(TranslationWish.id)))


def consent_of(forum_id: int) -> MachineConsent | None:
    """The forum's consent to machine translation; None: it has not given one."""
    return session().get(MachineConsent, forum_id)


# The queue ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waits:
    """One original that waits for a translation, and the one that is out of date or unchecked, if there is one."""

    about: Subject
    thing: Any
    translation: Translation | None
    wishes: int


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue; `number` counts from 1."""

    items: list[Waits]
    number: int
    pages: int
    total: int


def _queue(forum_id: int, language: str) -> sa.Subquery:
    """Everything that waits: `kind`, `id`, `language`, `created_at`, `wishes`, and `rank` (wished for, not translated,
    out of date, suggested by a machine and not checked)."""
    parts = []
    for kind, about in SUBJECTS.items():
        original = about.waiting(forum_id).subquery()
        wish, column = _of(TranslationWish, kind), _of(Translation, kind)
        wishes = (
            sa.select(sa.func.count(TranslationWish.id))
            .where(wish == original.c.id, TranslationWish.language == language)
            .scalar_subquery()
        )
        outdated = Translation.of_version < original.c.version
        unchecked = Translation.machine & Translation.checked_at.is_(None)
        rank = sa.case((wishes > 0, 0), (Translation.id.is_(None), 1), (outdated, 2), else_=3)
        parts.append(
            sa.select(
                sa.literal(kind).label("kind"),
                original.c.id,
                original.c.language,
                original.c.created_at,
                wishes.label("wishes"),
                rank.label("rank"),
            )
            .select_from(original)
            .outerjoin(Translation, (column == original.c.id) & (Translation.language == language))
            .where(original.c.language != language, Translation.id.is_(None) | outdated | unchecked)
        )
    return sa.union_all(*parts).subquery()


def waiting_count(forum: Forum, language: str) -> int:
    """How many originals of this forum wait for a translation into this language."""
    return session().scalar(sa.select(sa.func.count()).select_from(_queue(forum.id, language))) or 0


def queue(member: Member, language: str, number: int = 1) -> QueuePage:
    """What waits for a translation into `language`: wishes first, then what was never translated, then what is out of
    date; in each of these what is in the reader's own language first, then the newest."""
    waiting = _queue(member.forum_id, language)
    total = session().scalar(sa.select(sa.func.count()).select_from(waiting)) or 0
    pages = max(1, -(-total // PAGE))
    number = min(max(1, number), pages)
    foreign = sa.case((waiting.c.language == member.person.language, 0), else_=1)
    rows = session().execute(
        sa.select(waiting.c.kind, waiting.c.id, waiting.c.wishes)
        .order_by(
            waiting.c.rank, foreign, waiting.c.wishes.desc(), waiting.c.created_at.desc(), waiting.c.kind, waiting.c.id
        )
        .offset((number - 1) * PAGE)
        .limit(PAGE)
    )
    items = [one for kind, key, wishes in rows for one in _waits(member, kind, key, wishes, language)]
    return QueuePage(items, number, pages, total)


def _waits(member: Member, kind: str, key: int, wishes: int, language: str) -> list[Waits]:
    """Through the member's eyes once more: what is said about a draft, say, is not for everybody in the forum."""
    about = subject_of(kind)
    try:
        thing, _member = about.shown_to(member.person, key)
    except NotFound:
        return []
    return [Waits(about, thing, translation_of(kind, key, language), wishes)]
