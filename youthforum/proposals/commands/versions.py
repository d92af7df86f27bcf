"""Snapshots of a draft, and going back to one."""

from __future__ import annotations

import sqlalchemy as sa

from youthforum.core.clock import now
from youthforum.core.commands import add, command, record
from youthforum.core.db import session
from youthforum.core.richtext import EMPTY, plain
from youthforum.forums.models import Member
from youthforum.proposals import policy
from youthforum.proposals.commands.writing import rewrite
from youthforum.proposals.content import Content
from youthforum.proposals.events import VersionSaved
from youthforum.proposals.models import Draft, Proposal, ProposalWord, Version
from youthforum.proposals.queries.drafts import document_of, locked_draft
from youthforum.proposals.queries.versions import as_stored, last_version, template_of, translation_states
from youthforum.proposals.words import words_of


@command(unless=policy.why_not_write, lock=("proposal",))
def save_version(member: Member, proposal: Proposal, *, note: str = "") -> Version:
    """An immutable snapshot in all languages; the last one again where it says all that the draft says, and all that
    is known of its translations."""
    return snapshot(member, proposal, note)


def snapshot(member: Member, proposal: Proposal, note: str) -> Version:
    draft = locked_draft(proposal.id)
    before = last_version(proposal)
    content = document_of(proposal, draft).content(proposal.language)
    content.translations.update(as_stored(translation_states(proposal, content)))
    if before is not None and before.content == content.dump():
        return before
    return _keep(member, proposal, draft, content, note, number=before.number + 1 if before is not None else 1)


def _keep(member: Member, proposal: Proposal, draft: Draft, content: Content, note: str, *, number: int) -> Version:
    version = add(
        Version(
            proposal_id=proposal.id,
            number=number,
            content=content.dump(),
            note=note,
            draft_revision=draft.revision,
            member_id=member.id,
            at=now(),
        )
    )
    session().expire(proposal, ["versions"])
    title = content.line("title")
    proposal.title = title or proposal.title
    proposal.pitch = content.line("pitch")
    proposal.active_at = now()
    index(proposal, content)
    record(VersionSaved(proposal_id=proposal.id, version=number, revision=proposal.advance()))
    return version


def index(proposal: Proposal, content: Content | None = None) -> None:
    """Let the proposal be found by the words of its last version (or of its working title)."""
    texts = [*proposal.title.values(), proposal.cluster_name or ""]
    if content is not None:
        texts += [plain(words) for languages in content.texts.values() for words in languages.values()]
    old = sa.delete(ProposalWord).where(ProposalWord.proposal_id == proposal.id)
    session().execute(old.execution_options(synchronize_session=False))
    rows = [{"proposal_id": proposal.id, "word": word} for word in sorted(words_of("\n".join(texts)))]
    if rows:
        session().execute(sa.insert(ProposalWord), rows)


@command(unless=policy.why_not_write, lock=("proposal",))
def restore_version(member: Member, proposal: Proposal, version: Version, *, note: str) -> None:
    """Let the draft say what a version says; what it says now is kept as a version of its own first."""
    snapshot(member, proposal, note)
    content = Content.read(version.content)
    texts = {
        f"{part.id}:{code}": content.texts.get(part.id, {}).get(code, EMPTY)
        for part in template_of(proposal).written
        for code in proposal.forum.languages
    }
    rewrite(None, proposal, locked_draft(proposal.id), texts, content.fields)
