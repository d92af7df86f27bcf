"""The shared documents: what is stored of them, and those that are in this process's memory."""

from __future__ import annotations

import base64
import time
from collections import OrderedDict

import sqlalchemy as sa

from youthforum.core.db import session
from youthforum.core.errors import Forbidden, NotFound
from youthforum.core.settings import machinery
from youthforum.forums.models import Member
from youthforum.live.channels import Change, ChangeLog
from youthforum.people.models import Person
from youthforum.proposals import policy
from youthforum.proposals.drafting import Frame, SharedDocument
from youthforum.proposals.models import Draft, DraftUpdate, Entry, Proposal, SectionWriter
from youthforum.proposals.queries.proposals import visible_proposal
from youthforum.proposals.template import Template

# A document that nobody here asks for is let go after so many seconds, though somebody may watch it.
KEPT = 300.0
MOST_KEPT = 200


class Drafts:
    """The documents in this process's memory, each used under the lock of its row alone."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, tuple[float, SharedDocument]] = OrderedDict()

    def get(self, proposal_id: int) -> SharedDocument | None:
        found = self._kept.get(proposal_id)
        return found[1] if found else None

    def keep(self, proposal_id: int, document: SharedDocument) -> None:
        at = time.monotonic()
        self._kept[proposal_id] = at, document
        self._kept.move_to_end(proposal_id)
        while self._kept:
            oldest, (used, _) = next(iter(self._kept.items()))
            if len(self._kept) <= MOST_KEPT and at - used < KEPT:
                break
            del self._kept[oldest]

    def forget(self, proposal_id: int) -> None:
        self._kept.pop(proposal_id, None)

    def confirm(self, proposal_id: int, revision: int) -> None:
        """What was taken in up to this revision has been committed."""
        document = self.get(proposal_id)
        if document is not None and document.revision == revision:
            document.confirmed = True

    def __len__(self) -> int:
        return len(self._kept)


_LOCKED = (
    sa.select(Draft)
    .where(Draft.proposal_id == sa.bindparam("proposal"))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
_SINCE = (
    sa.select(DraftUpdate.revision, DraftUpdate.entry, DraftUpdate.content)
    .where(DraftUpdate.proposal_id == sa.bindparam("proposal"), DraftUpdate.revision > sa.bindparam("revision"))
    .order_by(DraftUpdate.revision)
)


def locked_draft(proposal_id: int) -> Draft:
    """Its row, held until the end of the transaction: whoever reads or writes the document waits for others here.
    Raises NotFound where there is none."""
    found = session().scalar(_LOCKED, {"proposal": proposal_id}) if 0 < proposal_id < 2**31 else None
    if found is None:
        raise NotFound(field="proposal")
    return found


def document_of(proposal: Proposal, draft: Draft, *, keep: bool = False) -> SharedDocument:
    """The document as it is stored now; `draft` is its locked row. With `keep` it stays in memory for the next one
    who writes."""
    drafts: Drafts = machinery("drafts")
    document = drafts.get(proposal.id)
    if document is not None and not _bring_up_to_date(document, draft, proposal):
        drafts.forget(proposal.id)
        document = None
    if document is None:
        updates = [content for _, content in _updates(proposal.id, draft.state_revision)]
        document = SharedDocument(frame_of(proposal), [draft.state, *updates], draft.revision)
    if keep:
        drafts.keep(proposal.id, document)
    return document


def stored_document(proposal: Proposal) -> SharedDocument:
    """A document of one's own, as it is stored now. For whoever only reads: it waits for nobody, nobody waits for it.

    Two statements are enough: what is compacted in between stays among the rows (see commands.writing)."""
    draft = session().get_one(Draft, proposal.id, populate_existing=True)
    updates = [content for _, content in _updates(proposal.id, draft.state_revision)]
    return SharedDocument(frame_of(proposal), [draft.state, *updates], draft.revision)


def _bring_up_to_date(document: SharedDocument, draft: Draft, proposal: Proposal) -> bool:
    """False where it must be read anew: it has something that was never committed, or lacks what is compacted."""
    if not document.confirmed or document.revision > draft.revision:
        return False
    if document.frame.forum_revision != proposal.forum.revision and document.frame != frame_of(proposal):
        return False
    if document.revision < draft.revision:
        missed = _updates(proposal.id, document.revision)
        if [number for number, _ in missed] != list(range(document.revision + 1, draft.revision + 1)):
            return False
        document.bring((content for _, content in missed), draft.revision)
    return True


def _updates(proposal_id: int, after: int) -> list[tuple[int, bytes]]:
    """`[(revision, update)]`; b"\\0\\0" (nothing) for an entry that is none."""
    rows = session().execute(_SINCE, {"proposal": proposal_id, "revision": after})
    return [(revision, content if entry is Entry.update else b"\0\0") for revision, entry, content in rows]


def frame_of(proposal: Proposal) -> Frame:
    """What this proposal's document may consist of."""
    forum = proposal.forum
    template = Template.read(proposal.template.parts)
    teams = frozenset(team.id for team in forum.delegations)
    return Frame(template, tuple(forum.languages), teams, forum.revision)


def readable_draft(person: Person, proposal_id: int) -> tuple[Proposal, Member]:
    """For whoever may read along. Raises NotFound for those outside of the forum, Forbidden for others."""
    proposal, member = visible_proposal(person, proposal_id)
    refusal = policy.why_not_read_draft(member, proposal)
    if refusal is not None:
        raise Forbidden(refusal)
    return proposal, member


def revision_of(proposal_id: int) -> int:
    return session().scalar(sa.select(Draft.revision).where(Draft.proposal_id == proposal_id)) or 0


def writers_of(proposal_id: int) -> dict[tuple[str, str], list[int]]:
    """`{(part, language): member ids of those who wrote in it}`"""
    rows = session().execute(
        sa.select(SectionWriter.part, SectionWriter.language, SectionWriter.member_id)
        .where(SectionWriter.proposal_id == proposal_id)
        .order_by(SectionWriter.member_id)
    )
    found: dict[tuple[str, str], list[int]] = {}
    for part, language, member in rows:
        found.setdefault((part, language), []).append(member)
    return found


class DraftLog(ChangeLog):
    """The change log of `draft:<proposal>` channels, read from the updates themselves."""

    def after(self, channel: str, revision: int, limit: int) -> list[Change]:
        rows = session().execute(
            sa.select(DraftUpdate.revision, DraftUpdate.entry, DraftUpdate.content, DraftUpdate.client)
            .where(DraftUpdate.proposal_id == _number(channel), DraftUpdate.revision > revision)
            .order_by(DraftUpdate.revision)
            .limit(limit)
        )
        return [_change(*row) for row in rows]

    def latest(self, channels: list[str]) -> dict[str, int]:
        rows = session().execute(
            sa.select(Draft.proposal_id, Draft.revision).where(Draft.proposal_id.in_(map(_number, channels)))
        )
        return {f"draft:{proposal}": revision for proposal, revision in rows}


def _number(channel: str) -> int:
    return int(channel.partition(":")[2])


def _change(revision: int, entry: Entry, content: bytes, client: int | None) -> Change:
    if entry is Entry.authors:
        return Change(revision, "draft.authors", {})
    return Change(revision, "draft.updated", {"update": base64.b64encode(content).decode(), "client": client})
