"""What the rooms below show of proposals: threads, notices, the forum's home page, ideas, the queue of translations."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from youthforum.comments.events import CommentPosted
from youthforum.comments.queries import comment_by_id, thread_by_id
from youthforum.comments.queries import url_of as url_of_comment
from youthforum.comments.subjects import subject
from youthforum.core.commands import record
from youthforum.core.errors import NotFound
from youthforum.core.events import within
from youthforum.core.richtext import is_empty, plain
from youthforum.forums.home import in_listing, on_home, sentence
from youthforum.forums.models import Member
from youthforum.ideas.beside import Link as IdeaLink
from youthforum.ideas.beside import beside_ideas
from youthforum.notices.commands import notify
from youthforum.notices.inbox import notice_sentence
from youthforum.proposals import policy
from youthforum.proposals.addresses import amendment_url, proposal_url, write_url
from youthforum.proposals.events import ProposalDiscussed
from youthforum.proposals.models import Amendment, Answer, Proposal
from youthforum.proposals.queries import proposals as queries
from youthforum.proposals.queries.amendments import amendment_shown_to
from youthforum.proposals.queries.versions import read_draft, template_of, translation_states
from youthforum.proposals.stages import STAGE_LABELS, Stage
from youthforum.translations.queue import Link, waiting

# How many the home page shows.
NEWEST = 3


def title_of(proposal: Proposal) -> str:
    """In the reader's language."""
    return str(proposal.title) or _("Proposal without a title")


# Threads ----------------------------------------------------------------------------------------------------------


def _discussed(proposal: Proposal, thread_id: int) -> None:
    record(ProposalDiscussed(proposal_id=proposal.id, thread_id=thread_id, revision=proposal.advance()))


subject(
    "proposal",
    shown_to=queries.visible_proposal,
    by_id=queries.proposal_by_id,
    why_not_comment=policy.why_not_discuss,
    discussed=_discussed,
    url=proposal_url,
    title=lambda proposal: proposal.title,
    parts=lambda proposal: {part.id: part.title for part in template_of(proposal).parts},
    may_resolve=policy.writes,
)


@within(CommentPosted)
def tell_authors(fact: CommentPosted) -> None:
    thread, comment = thread_by_id(fact.thread_id), comment_by_id(fact.comment_id)
    if thread is None or thread.proposal_id is None or comment is None:
        return
    others = [one for one in queries.author_ids(thread.proposal_id) if one != comment.author_id]
    notify(others, "proposal.commented", proposal=thread.proposal_id, comment=comment.id)


# Notices ----------------------------------------------------------------------------------------------------------

Told = tuple[Any, str | None] | None


def _seen(data: dict[str, Any], member: Member) -> Proposal:
    return queries.visible_proposal(member.person, int(data["proposal"]))[0]


def _name(member_id: Any) -> str:
    found = queries.name_of(int(member_id or 0))
    return found or _("Somebody")


@notice_sentence("proposal.invited")
def _invited(data: dict[str, Any], member: Member) -> Told:
    proposal = _seen(data, member)
    words = _("%(name)s invites you to write “%(title)s” together.", name=_name(data["by"]), title=title_of(proposal))
    return words, proposal_url(proposal)


@notice_sentence("proposal.joined")
def _joined(data: dict[str, Any], member: Member) -> Told:
    proposal = _seen(data, member)
    words = _("%(name)s now writes “%(title)s” with you.", name=_name(data["by"]), title=title_of(proposal))
    return words, proposal_url(proposal)


@notice_sentence("proposal.removed")
def _removed(data: dict[str, Any], member: Member) -> Told:
    proposal = _seen(data, member)
    return _("You are no longer a co-author of “%(title)s”.", title=title_of(proposal)), proposal_url(proposal)


@notice_sentence("proposal.moved")
def _moved(data: dict[str, Any], member: Member) -> Told:
    proposal = _seen(data, member)
    line = next((one for one in queries.history_of(proposal) if one.id == data["move"]), None)
    if line is None:
        return None
    stage = STAGE_LABELS[line.after]
    words = _("“%(title)s” is now in the stage “%(stage)s”.", title=title_of(proposal), stage=stage)
    return words, proposal_url(proposal)


@notice_sentence("proposal.commented")
def _commented(data: dict[str, Any], member: Member) -> Told:
    proposal, comment = _seen(data, member), comment_by_id(int(data["comment"]))
    if comment is None or comment.state != "shown":
        return None
    name = comment.author.name if comment.author is not None else _("Somebody")
    words = _("%(name)s has commented on “%(title)s”.", name=name, title=title_of(proposal))
    return words, url_of_comment(comment)


def _amendment(data: dict[str, Any], member: Member) -> tuple[Amendment, Proposal, str]:
    amendment, proposal, _member = amendment_shown_to(member.person, int(data["amendment"]))
    part = template_of(proposal).part(amendment.part)
    if part is None or amendment.state is Answer.withdrawn:
        raise NotFound()
    return amendment, proposal, str(part.title)


@notice_sentence("amendment.made")
def _amendment_made(data: dict[str, Any], member: Member) -> Told:
    amendment, proposal, part = _amendment(data, member)
    name = amendment.author.name if amendment.author is not None else _("Somebody")
    words = _(
        "%(name)s suggests other words for “%(part)s” in “%(title)s”.", name=name, part=part, title=title_of(proposal)
    )
    return words, amendment_url(proposal, amendment.id)


@notice_sentence("amendment.answered")
def _amendment_answered(data: dict[str, Any], member: Member) -> Told:
    amendment, proposal, _part = _amendment(data, member)
    title = title_of(proposal)
    words = {
        Answer.open: _("Your amendment to “%(title)s” waits for an answer.", title=title),
        Answer.asked: _("There is a question about your amendment to “%(title)s”.", title=title),
        Answer.accepted: _("Your amendment to “%(title)s” was accepted.", title=title),
        Answer.declined: _("Your amendment to “%(title)s” was declined, with a reason.", title=title),
    }[amendment.state]
    return words, amendment_url(proposal, amendment.id)


# The forum's home page and its timeline -----------------------------------------------------------------------------


@on_home
def proposals_on_home(member: Member) -> dict[str, Any]:
    page = queries.listing(member, queries.Wanted())
    refusal = policy.why_not_start(member)
    return {
        "newest_proposals": page.items[:NEWEST],
        "proposal_count": page.total,
        "own_proposals": queries.listing(member, queries.Wanted(mine=True)).total,
        "why_not_propose": None if refusal is None else str(refusal),
    }


@in_listing
def proposals_in_listing(member: Member) -> dict[str, Any]:
    return {"proposals": [entry_json(entry) for entry in queries.listing(member, queries.Wanted()).items]}


def entry_json(entry: queries.Entry) -> dict[str, Any]:
    """A line of the list as the API says it."""
    proposal = entry.proposal
    return {
        "id": proposal.id,
        "title": proposal.title,
        "pitch": proposal.pitch,
        "language": proposal.language,
        "stage": proposal.stage.value,
        "working_group": proposal.working_group_id,
        "authors": [{"id": one.id, "name": one.name, "delegation": one.delegation_id} for one in entry.authors],
        "support": entry.support,
        "comments": entry.comments,
        "version": entry.version,
    }


def _of(row: Any) -> Proposal | None:
    return queries.proposal_by_id(int(row.data.get("proposal") or row.channel.partition(":")[2]))


@sentence("proposal.started")
def _started(row: Any, count: int) -> str | None:
    proposal = _of(row)
    if proposal is None or proposal.stage is Stage.withdrawn:
        return None
    if count > 1:
        return ngettext("%(num)d new proposal", "%(num)d new proposals", count)
    return _("A new proposal: %(title)s", title=title_of(proposal))


@sentence("proposal.moved")
def _moved_on(row: Any, _count: int) -> str | None:
    proposal = _of(row)
    if proposal is None:
        return None
    stage = STAGE_LABELS[Stage(row.data["stage"])]
    return _("“%(title)s” is now in the stage “%(stage)s”.", title=title_of(proposal), stage=stage)


@sentence("version.saved")
def _saved(row: Any, _count: int) -> str | None:
    proposal = _of(row)
    if proposal is None or proposal.stage is Stage.withdrawn:
        return None
    number = row.data["version"]
    return _("Version %(number)s of “%(title)s” can be read.", number=number, title=title_of(proposal))


# Ideas and translations -------------------------------------------------------------------------------------------


@beside_ideas
def proposals_beside(ideas: list[int]) -> dict[int, list[IdeaLink]]:
    return {
        idea: [IdeaLink(proposal.title, proposal_url(proposal), "proposal") for proposal in found]
        for idea, found in queries.made_from(ideas).items()
    }


@waiting(_l("Sections of your proposals"))
def sections_waiting(member: Member, language: str) -> list[Link]:
    """What the member writes and could translate: not there in this language yet, or older than its original."""
    links = []
    for entry in queries.listing(member, queries.Wanted(mine=True)).items:
        proposal = entry.proposal
        if proposal.language == language or policy.why_not_write(member, proposal) is not None:
            continue
        content = read_draft(proposal)
        for part, states in translation_states(proposal, content).items():
            found, original = states.get(language), content.original(part)
            if found is not None and found.state != "current" and not is_empty(original):
                url = write_url(proposal, language, part)
                links.append(Link(_beginning(plain(original)), proposal.language, url))
    return links


def _beginning(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= 80 else line[:79] + "…"
