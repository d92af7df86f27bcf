"""Writing in the shared document. Its row is locked first, so that the log is in the order of the commits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from youthforum.core.clock import now
from youthforum.core.commands import add, command, record
from youthforum.core.db import session
from youthforum.core.errors import Invalid
from youthforum.core.richtext import RichText
from youthforum.core.settings import machinery
from youthforum.forums.models import Member
from youthforum.proposals import policy
from youthforum.proposals.drafting import FULL, SharedDocument
from youthforum.proposals.events import DraftWritten
from youthforum.proposals.models import Draft, DraftUpdate, Entry, Proposal, SectionTranslation, SectionWriter
from youthforum.proposals.queries.drafts import document_of
from youthforum.proposals.queries.proposals import free_now

# After so many updates all before them become one. As many stay, so that whoever was away for a moment hears them.
COMPACT_AFTER = 200
# How often a proposal that is being written moves up in the list.
ACTIVE_AFTER = timedelta(minutes=1)


@command(unless=policy.why_not_write)
def write_draft(member: Member, proposal: Proposal, draft: Draft, *, update: bytes, client: int | None) -> int:
    """Store what a browser wrote: the draft's revision. Sending the same again changes nothing.

    `draft` is the locked row. Raises Invalid or Conflict (`draft_gap`, `draft_full`) where the update is not taken.
    """
    document = document_of(proposal, draft, keep=True)
    try:
        touched = document.take(update)
    except BaseException:
        machinery("drafts").forget(proposal.id)
        raise
    if touched is None:
        return draft.revision
    return store(proposal, draft, document, update, touched, member, client)


def rewrite(
    member: Member | None,
    proposal: Proposal,
    draft: Draft,
    texts: dict[str, RichText],
    fields: dict[str, Any] | None = None,
) -> None:
    """Make these sections (`part:language`) say this, and with `fields` the typed values be these. For commands
    that have asked policy; whoever is writing goes on with what then stands there."""
    document = document_of(proposal, draft)
    try:
        update = document.write(texts, fields)
    except BaseException:
        machinery("drafts").forget(proposal.id)
        raise
    if update:
        store(proposal, draft, document, update, set(texts), member, None)


def store(
    proposal: Proposal,
    draft: Draft,
    document: SharedDocument,
    update: bytes,
    touched: set[str],
    member: Member | None,
    client: int | None,
) -> int:
    revision = _append(draft, Entry.update, update, client)
    document.revision, document.confirmed = revision, False
    if revision - draft.state_revision >= COMPACT_AFTER:
        _compact(draft, document)
    if member is not None:
        _note_writer(proposal, document, touched, member)
    if now() - proposal.active_at > ACTIVE_AFTER and free_now(proposal):
        proposal.active_at = now()
    record(DraftWritten(proposal_id=proposal.id, revision=revision))
    return revision


def _append(draft: Draft, entry: Entry, content: bytes, client: int | None) -> int:
    draft.revision += 1
    row = {"revision": draft.revision, "entry": entry, "content": content, "client": client}
    session().connection().execute(_INSERT, row | {"proposal_id": draft.proposal_id})
    return draft.revision


# Built once, and on the table rather than the class: eight people type some eighty times a second.
_INSERT = sa.insert(cast(sa.Table, DraftUpdate.__table__))


def _compact(draft: Draft, document: SharedDocument) -> None:
    state = document.state
    if len(state) > FULL:
        raise Invalid(
            _l("This draft is full. Save a version and take out what is no longer needed."), code="draft_full"
        )
    draft.state, draft.state_revision = state, draft.revision
    old = sa.delete(DraftUpdate).where(
        DraftUpdate.proposal_id == draft.proposal_id, DraftUpdate.revision <= draft.revision - COMPACT_AFTER
    )
    session().execute(old.execution_options(synchronize_session=False))


def tell_readers_apart(draft: Draft) -> None:
    """Say in the draft's own log that who may read or write it has changed: every process asks anew who may stay."""
    revision = _append(draft, Entry.authors, b"", None)
    record(DraftWritten(proposal_id=draft.proposal_id, revision=revision))


def _note_writer(proposal: Proposal, document: SharedDocument, touched: set[str], member: Member) -> None:
    """Remember who wrote in which section, and from which original a translation was begun."""
    for name in touched:
        part, _, language = name.partition(":")
        if not language or (name, member.id) in document.written:
            continue
        section = (proposal.id, part, language)
        key = dict(zip(("proposal_id", "part", "language"), section, strict=True))
        if session().get(SectionWriter, (*section, member.id)) is None:
            add(SectionWriter(**key, member_id=member.id))
        if language != proposal.language and session().get(SectionTranslation, section) is None:
            add(SectionTranslation(**key, base=document.text(part, proposal.language)))
        document.written.add((name, member.id))
