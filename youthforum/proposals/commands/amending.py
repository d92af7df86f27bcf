"""Amendments: somebody suggests new words for a section, and the co-authors answer."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from youthforum.core.clock import now
from youthforum.core.commands import add, command, record
from youthforum.core.errors import Conflict, Invalid
from youthforum.core.richtext import RichText, check, normalise, plain
from youthforum.forums.models import Member
from youthforum.notices.commands import notify
from youthforum.proposals import policy
from youthforum.proposals.commands.writing import rewrite
from youthforum.proposals.diff import merge
from youthforum.proposals.events import AmendmentAnswered, AmendmentMade
from youthforum.proposals.models import Amendment, Answer, Proposal
from youthforum.proposals.queries.amendments import own_amendment_by_key
from youthforum.proposals.queries.drafts import document_of, locked_draft
from youthforum.proposals.queries.proposals import author_ids
from youthforum.proposals.queries.versions import template_of


@command(unless=policy.why_not_amend, lock=("proposal",))
def suggest_amendment(
    member: Member,
    proposal: Proposal,
    *,
    part: str,
    language: str,
    base: RichText,
    wording: RichText,
    reason: str,
    key: str,
) -> Amendment:
    """Suggest that a section should read `wording`; `base` is how it read when one began to write.

    Suggesting again with the same key returns the first one. Raises Invalid for a part that is no text, a wording
    that is too long, or one that changes nothing.
    """
    before = own_amendment_by_key(member, key)
    if before is not None:
        return before
    amendment = Amendment(
        proposal_id=proposal.id,
        part=part,
        language=language,
        base=normalise(base),
        wording=_fit(proposal, part, language, base, wording),
        reason=reason,
        author_id=member.id,
        key=key,
        state=Answer.open,
        answer="",
        created_at=now(),
    )
    add(amendment)
    proposal.active_at = now()
    record(AmendmentMade(proposal_id=proposal.id, amendment_id=amendment.id, revision=proposal.advance()))
    notify(author_ids(proposal.id), "amendment.made", proposal=proposal.id, amendment=amendment.id)
    return amendment


def _fit(proposal: Proposal, part: str, language: str, base: RichText, wording: RichText) -> RichText:
    found = template_of(proposal).part(part)
    if found is None or not found.written or language not in proposal.forum.languages:
        raise Invalid(_l("This section can’t be amended."), field="part")
    fit = check(wording, limit=found.longest, line=found.kind == "line")
    if fit == normalise(base):
        raise Invalid(_l("This is how it reads already. Change some words, then send it."), field="wording")
    return fit


@command(unless=policy.why_not_answer_amendment, lock=("proposal", "amendment"))
def accept_amendment(member: Member, proposal: Proposal, amendment: Amendment) -> None:
    """Merge it into the live draft; its author is named among those who wrote the section.

    Raises Conflict where the words that it changes have been changed since (`mine`: as suggested, `theirs`: as it
    reads now), so that nothing is overwritten, and Invalid (`too_long`) where a section has no room for it.
    """
    draft = locked_draft(proposal.id)
    document, section = document_of(proposal, draft), (amendment.part, amendment.language)
    present = document.text(*section)
    # Empty paragraphs that somebody may be about to fill stay, unless they stand where the new words go.
    merged = merge(amendment.base, document.as_typed(*section), amendment.wording)
    merged = merged or merge(amendment.base, present, amendment.wording)
    if merged is None:
        raise Conflict(
            _l("These words have been changed since. Please bring both together in the draft, then answer here."),
            extra={"mine": plain(amendment.wording), "theirs": plain(present)},
        )
    rewrite(amendment.author, proposal, draft, {f"{amendment.part}:{amendment.language}": merged})
    _answer(member, proposal, amendment, Answer.accepted, "")


@command(unless=policy.why_not_answer_amendment, lock=("proposal", "amendment"))
def decline_amendment(member: Member, proposal: Proposal, amendment: Amendment, *, reason: str) -> None:
    """Say no, and why."""
    _answer(member, proposal, amendment, Answer.declined, reason)


@command(unless=policy.why_not_answer_amendment, lock=("proposal", "amendment"))
def ask_back(member: Member, proposal: Proposal, amendment: Amendment, *, question: str) -> None:
    """Ask its author something; the amendment stays open."""
    _answer(member, proposal, amendment, Answer.asked, question)


def _answer(member: Member, proposal: Proposal, amendment: Amendment, state: Answer, words: str) -> None:
    amendment.state, amendment.answer = state, words
    amendment.answered_by_id, amendment.answered_at = member.id, now()
    _record(proposal, amendment)
    if amendment.author_id is not None:
        notify([amendment.author_id], "amendment.answered", proposal=proposal.id, amendment=amendment.id)


@command(unless=policy.why_not_change_amendment, lock=("proposal", "amendment"))
def reword_amendment(
    member: Member, proposal: Proposal, amendment: Amendment, *, wording: RichText, reason: str
) -> None:
    """Suggest it anew, in answer to a question or after a second thought."""
    amendment.wording = _fit(proposal, amendment.part, amendment.language, amendment.base, wording)
    amendment.reason, amendment.state = reason, Answer.open
    _record(proposal, amendment)
    notify(author_ids(proposal.id), "amendment.made", proposal=proposal.id, amendment=amendment.id)


@command(unless=policy.why_not_change_amendment, lock=("proposal", "amendment"))
def withdraw_amendment(member: Member, proposal: Proposal, amendment: Amendment) -> None:
    amendment.state = Answer.withdrawn
    _record(proposal, amendment)


def _record(proposal: Proposal, amendment: Amendment) -> None:
    record(
        AmendmentAnswered(
            proposal_id=proposal.id,
            amendment_id=amendment.id,
            state=amendment.state.value,
            revision=proposal.advance(),
        )
    )
