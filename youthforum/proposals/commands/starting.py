"""Beginning a proposal: from ideas, or from nothing."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from youthforum.core.clock import now
from youthforum.core.commands import add, command, record
from youthforum.core.errors import Invalid
from youthforum.core.richtext import from_plain
from youthforum.core.text import Text
from youthforum.forums.models import Member, WorkingGroup
from youthforum.forums.phases import Role
from youthforum.ideas.events import IdeaUsed
from youthforum.ideas.models import Idea
from youthforum.proposals import policy
from youthforum.proposals.commands.authors import ask_to_write
from youthforum.proposals.commands.templates import current_template
from youthforum.proposals.commands.versions import index
from youthforum.proposals.drafting import SharedDocument, blank
from youthforum.proposals.events import ProposalStarted
from youthforum.proposals.models import CoAuthor, Draft, Proposal, ProposalSource, Writing
from youthforum.proposals.queries.drafts import frame_of
from youthforum.proposals.queries.proposals import own_proposal_by_key
from youthforum.proposals.stages import Stage

MOST_SOURCES = 300


@command(unless=policy.why_not_start)
def start_proposal(
    member: Member,
    *,
    title: str,
    language: str,
    key: str,
    group: WorkingGroup | None = None,
    ideas: list[Idea] | None = None,
    cluster_name: str | None = None,
) -> Proposal:
    """A new draft with a working title, made from these ideas: their authors are invited to write it.

    Starting again with the same key returns the first one. Raises Invalid for a language that the forum doesn't
    use, or an idea of another forum.
    """
    before = own_proposal_by_key(member, key)
    if before is not None:
        return before
    forum, sources = member.forum, ideas or []
    if language not in forum.languages:
        raise Invalid(_l("This forum doesn’t use that language."), field="language")
    if any(idea.board.forum_id != forum.id for idea in sources) or len(sources) > MOST_SOURCES:
        raise Invalid(_l("These ideas can’t become one proposal."), field="ideas")
    at = now()
    proposal = add(
        Proposal(
            forum=forum,
            template=current_template(member),
            working_group_id=group.id if group is not None else None,
            starter_id=member.id,
            key=key,
            language=language,
            stage=Stage.draft,
            title=Text({language: title}),
            pitch=Text(),
            cluster_name=cluster_name,
            created_at=at,
            moved_at=at,
            active_at=at,
        )
    )
    frame = frame_of(proposal)
    document = SharedDocument(frame, [blank(frame)], 0)
    document.write({f"title:{language}": from_plain(title)})
    add(Draft(proposal_id=proposal.id, state=document.state))
    add(CoAuthor(proposal_id=proposal.id, member_id=member.id, state=Writing.writing, at=at))
    for idea in sources:
        add(ProposalSource(proposal_id=proposal.id, idea_id=idea.id))
    record(ProposalStarted(forum_id=forum.id, revision=forum.advance(), proposal_id=proposal.id))
    for board in {idea.board_id: idea.board for idea in sources}.values():
        used = tuple(idea.id for idea in sources if idea.board_id == board.id)
        record(IdeaUsed(board_id=board.id, ideas=used, revision=board.advance()))
    index(proposal)
    _ask_authors(member, proposal, sources)
    return proposal


def _ask_authors(member: Member, proposal: Proposal, sources: list[Idea]) -> None:
    for author in authors_to_ask(member, sources):
        ask_to_write(member, proposal, author)


def authors_to_ask(member: Member, sources: list[Idea]) -> list[Member]:
    """Whoever wrote the ideas may write the proposal, if they can sign in and their role writes proposals."""
    authors = {idea.author_id: idea.author for idea in sources if idea.author is not None}
    return [
        author
        for author in authors.values()
        if author.id != member.id
        and (author.age_band is not None or author.role is Role.moderator)
        and author.role in (Role.participant, Role.moderator)
    ]
