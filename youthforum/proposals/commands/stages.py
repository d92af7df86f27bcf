"""Moving a proposal from stage to stage: each move keeps a version, a line in the history, and tells the co-authors."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from youthforum.core.clock import now
from youthforum.core.commands import add, command, record
from youthforum.core.errors import Invalid
from youthforum.core.richtext import count
from youthforum.forums.models import Member
from youthforum.notices.commands import notify
from youthforum.proposals import policy
from youthforum.proposals.commands.versions import snapshot
from youthforum.proposals.commands.writing import tell_readers_apart
from youthforum.proposals.content import Content
from youthforum.proposals.events import StageMoved
from youthforum.proposals.models import Proposal, StageMove
from youthforum.proposals.queries.drafts import locked_draft
from youthforum.proposals.queries.proposals import author_ids
from youthforum.proposals.queries.versions import draft_content, template_of
from youthforum.proposals.stages import Move
from youthforum.proposals.template import Part


@command(unless=policy.why_not_move, lock=("proposal",))
def move_proposal(member: Member, proposal: Proposal, move: Move, *, reason: str = "") -> StageMove:
    """Take one of the moves of stages.MOVES.

    Raises Invalid where a move needs a reason, and where what is submitted is not complete (`incomplete`).
    """
    if move.reasoned and not reason:
        raise Invalid(_l("Please say why: the co-authors read it."), field="reason")
    if move.name == "submit":
        _must_be_complete(proposal)
    version = snapshot(member, proposal, "")
    proposal.stage, proposal.moved_at, proposal.active_at = move.to, now(), now()
    line = add(
        StageMove(
            proposal_id=proposal.id,
            move=move.name,
            after=move.to,
            reason=reason,
            version_id=version.id,
            member_id=member.id,
            at=now(),
        )
    )
    record(StageMoved(proposal_id=proposal.id, move=move.name, stage=move.to.value, revision=proposal.advance()))
    tell_readers_apart(locked_draft(proposal.id))
    others = [one for one in author_ids(proposal.id) if one != member.id]
    notify(others, "proposal.moved", proposal=proposal.id, move=line.id)
    return line


def _must_be_complete(proposal: Proposal) -> None:
    content, template = draft_content(proposal), template_of(proposal)
    missing = content.missing(template)
    if missing:
        raise Invalid(
            _l("Before you submit it, please fill in: %(parts)s.", parts=_names(missing)),
            code="incomplete",
            extra={"missing": [part.id for part in missing]},
        )
    long = [part for part in template.written if _longest(content, part) > part.longest]
    if long:
        raise Invalid(
            _l("Before you submit it, please shorten: %(parts)s.", parts=_names(long)),
            code="incomplete",
            extra={"too_long": [part.id for part in long]},
        )


def _longest(content: Content, part: Part) -> int:
    return max((count(words) for words in content.texts.get(part.id, {}).values()), default=0)


def _names(parts: list[Part]) -> LazyString:
    return LazyString(lambda: ", ".join(_("“%(option)s”", option=part.title) for part in parts))
