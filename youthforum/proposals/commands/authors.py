"""Who writes a proposal. Each change says so in the draft's log: who is out, is cut off."""

from __future__ import annotations

from youthforum.core.clock import now
from youthforum.core.commands import add, command, record
from youthforum.core.db import session
from youthforum.forums.models import Member
from youthforum.notices.commands import notify
from youthforum.proposals import policy
from youthforum.proposals.commands.writing import tell_readers_apart
from youthforum.proposals.events import AuthorGone, AuthorInvited, AuthorJoined, DraftOpened
from youthforum.proposals.models import CoAuthor, Proposal, Writing
from youthforum.proposals.queries.drafts import locked_draft
from youthforum.proposals.queries.proposals import author_ids


@command(unless=policy.why_not_invite, lock=("proposal",))
def invite_author(member: Member, proposal: Proposal, other: Member) -> None:
    """Ask somebody of the forum to write along; who declined or left can be asked again."""
    ask_to_write(member, proposal, other)


def ask_to_write(member: Member, proposal: Proposal, other: Member) -> None:
    _set(proposal, other, Writing.invited, by=member)
    record(AuthorInvited(proposal_id=proposal.id, member_id=other.id, revision=proposal.advance()))
    notify([other.id], "proposal.invited", proposal=proposal.id, by=member.id)


@command(unless=policy.why_not_answer_invitation, lock=("proposal",))
def answer_invitation(member: Member, proposal: Proposal, *, accept: bool) -> None:
    """Write along, or say no."""
    _set(proposal, member, Writing.writing if accept else Writing.declined)
    fact = AuthorJoined if accept else AuthorGone
    record(fact(proposal_id=proposal.id, member_id=member.id, revision=proposal.advance()))
    if accept:
        tell_readers_apart(locked_draft(proposal.id))
        others = [one for one in author_ids(proposal.id) if one != member.id]
        notify(others, "proposal.joined", proposal=proposal.id, by=member.id)


@command(unless=policy.why_not_leave, lock=("proposal",))
def leave_proposal(member: Member, proposal: Proposal) -> None:
    """Stop writing; what one wrote stays."""
    _go(proposal, member, Writing.left)


@command(unless=policy.why_not_remove, lock=("proposal",))
def remove_author(member: Member, proposal: Proposal, author: CoAuthor) -> None:
    """Take somebody off a proposal, or an invitation back; their sockets leave the draft within two seconds. Whoever
    is gone already stays as they went."""
    if author.state not in (Writing.writing, Writing.invited):
        return
    other = author.member
    _go(proposal, other, Writing.removed)
    notify([other.id], "proposal.removed", proposal=proposal.id)


def _go(proposal: Proposal, member: Member, state: Writing) -> None:
    _set(proposal, member, state)
    record(AuthorGone(proposal_id=proposal.id, member_id=member.id, revision=proposal.advance()))
    tell_readers_apart(locked_draft(proposal.id))


def _set(proposal: Proposal, member: Member, state: Writing, *, by: Member | None = None) -> None:
    author = session().get(CoAuthor, (proposal.id, member.id))
    if author is None:
        author = add(CoAuthor(proposal_id=proposal.id, member_id=member.id, state=state, at=now()))
    author.state, author.at = state, now()
    author.invited_by_id = by.id if by is not None else author.invited_by_id
    session().flush()
    session().expire(proposal, ["authors"])


@command(unless=policy.why_not_author, lock=("proposal",))
def open_draft(member: Member, proposal: Proposal, *, open_: bool) -> None:
    """Let everybody in the forum read along, or no longer."""
    if proposal.open_draft != open_:
        proposal.open_draft = open_
        record(DraftOpened(proposal_id=proposal.id, open=open_, revision=proposal.advance()))
        tell_readers_apart(locked_draft(proposal.id))
