"""Why somebody may not do something with a proposal."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from youthforum.core.errors import Refusal
from youthforum.forums.models import Member
from youthforum.forums.phases import Activity, Role
from youthforum.forums.policy import OTHER_FORUM, why_not, why_not_edit_forum
from youthforum.people.policy import NOT_YOURS
from youthforum.proposals.models import Amendment, Answer, CoAuthor, Proposal, Writing
from youthforum.proposals.stages import CLOSED, MOVES, STAGE_LABELS, Move

NOT_COAUTHOR = Refusal("not_coauthor", _l("Only the co-authors of this proposal can do this."))
NOT_INVITED = Refusal("not_invited", _l("You have no open invitation to this proposal."))
COAUTHOR = Refusal("coauthor", _l("You write this proposal yourself: change the section in the draft."))
NOTHING_TO_READ = Refusal("no_version", _l("There is no version of this proposal to read yet."))
LAST_AUTHOR = Refusal("last_author", _l("A proposal needs somebody who writes it. Withdraw it instead."))
ALREADY = Refusal("already", _l("This person writes the proposal already or has been asked to."))
ONLY_WRITERS = Refusal("wrong_role", _l("Only participants and moderators write proposals."))
ANSWERED = Refusal("answered", _l("This amendment has been answered already."))
OWN_TRANSLATION = Refusal(
    "own_translation", _l("You wrote in this translation. Somebody else has to check it: four eyes see more.")
)


def state_of(member: Member | None, proposal: Proposal) -> Writing | None:
    """How this member stands to the proposal as a co-author."""
    found = (author.state for author in proposal.authors if member is not None and author.member_id == member.id)
    return next(found, None)


def writes(member: Member | None, proposal: Proposal) -> bool:
    return state_of(member, proposal) is Writing.writing


def not_editable(proposal: Proposal) -> Refusal:
    return Refusal(
        "not_editable",
        _l("This proposal is in the stage “%(stage)s”: its words stand for now.", stage=STAGE_LABELS[proposal.stage]),
    )


def _elsewhere(member: Member | None, proposal: Proposal) -> bool:
    return member is not None and member.forum_id != proposal.forum_id


def _why_not(member: Member | None, proposal: Proposal, activity: Activity) -> Refusal | None:
    return OTHER_FORUM if _elsewhere(member, proposal) else why_not(member, activity)


def why_not_start(member: Member | None) -> Refusal | None:
    return why_not(member, Activity.draft)


def why_not_change_template(member: Member | None) -> Refusal | None:
    return why_not_edit_forum(member)


def why_not_author(member: Member | None, proposal: Proposal) -> Refusal | None:
    """What co-authors do around their draft: invite, open it, leave."""
    refusal = _why_not(member, proposal, Activity.draft)
    if refusal is None and not writes(member, proposal):
        return NOT_COAUTHOR
    return refusal


def why_not_write(member: Member | None, proposal: Proposal) -> Refusal | None:
    return why_not_author(member, proposal) or (None if proposal.editable else not_editable(proposal))


def why_not_read_draft(member: Member, proposal: Proposal) -> Refusal | None:
    """Co-authors; whoever facilitates, for the safety of everybody; all members where the co-authors opened it."""
    if proposal.open_draft or member.is_moderator or writes(member, proposal):
        return None
    return NOT_COAUTHOR


def why_not_invite(member: Member | None, proposal: Proposal, other: Member) -> Refusal | None:
    if other.forum_id != proposal.forum_id:
        return OTHER_FORUM
    if other.role not in (Role.participant, Role.moderator):
        return ONLY_WRITERS
    if state_of(other, proposal) in (Writing.writing, Writing.invited):
        return ALREADY
    return why_not_author(member, proposal)


def why_not_answer_invitation(member: Member | None, proposal: Proposal) -> Refusal | None:
    if _elsewhere(member, proposal) or state_of(member, proposal) is not Writing.invited:
        return NOT_INVITED
    return why_not(member, Activity.draft)


def why_not_leave(member: Member, proposal: Proposal) -> Refusal | None:
    """Going is possible in every phase; the last one withdraws the proposal instead."""
    if not writes(member, proposal):
        return NOT_COAUTHOR
    return LAST_AUTHOR if _writing(proposal) == [member.id] else None


def why_not_remove(member: Member, proposal: Proposal, author: CoAuthor) -> Refusal | None:
    """Who started a proposal removes co-authors, and so do those who facilitate; never the last one."""
    if _elsewhere(member, proposal) or author.proposal_id != proposal.id:
        return OTHER_FORUM
    if author.state is Writing.writing and _writing(proposal) == [author.member_id]:
        return LAST_AUTHOR
    if member.is_moderator:
        return why_not(member, Activity.curate)
    return why_not_author(member, proposal) or (None if proposal.starter_id == member.id else NOT_YOURS)


def _writing(proposal: Proposal) -> list[int]:
    return [author.member_id for author in proposal.authors if author.state is Writing.writing]


def why_not_check_translation(member: Member | None, proposal: Proposal, wrote: bool) -> Refusal | None:
    """A second person: anybody who may translate in this forum, but for those who wrote it."""
    refusal = _why_not(member, proposal, Activity.translate)
    return refusal or (OWN_TRANSLATION if wrote else None)


def why_not_discuss(member: Member | None, proposal: Proposal) -> Refusal | None:
    """Comments and endorsements: there must be something to read."""
    refusal = _why_not(member, proposal, Activity.comment)
    if refusal is None and not proposal.versions and not writes(member, proposal):
        return NOTHING_TO_READ
    return refusal


def why_not_endorse(member: Member | None, proposal: Proposal) -> Refusal | None:
    return why_not_discuss(member, proposal) or (not_editable(proposal) if proposal.stage in CLOSED else None)


def why_not_amend(member: Member | None, proposal: Proposal) -> Refusal | None:
    """Anybody but the co-authors, who write themselves."""
    refusal = why_not_discuss(member, proposal)
    if refusal is None and writes(member, proposal):
        return COAUTHOR
    return refusal or (None if proposal.editable else not_editable(proposal))


def why_not_answer_amendment(member: Member | None, proposal: Proposal, amendment: Amendment) -> Refusal | None:
    refusal = why_not_write(member, proposal)
    return refusal or (None if amendment.state in (Answer.open, Answer.asked) else ANSWERED)


def why_not_change_amendment(member: Member | None, proposal: Proposal, amendment: Amendment) -> Refusal | None:
    """Withdrawing one's own, or suggesting it anew after a question."""
    if member is None or amendment.author_id != member.id:
        return NOT_YOURS
    if amendment.state not in (Answer.open, Answer.asked):
        return ANSWERED
    return _why_not(member, proposal, Activity.comment)


def why_not_move(member: Member | None, proposal: Proposal, move: Move) -> Refusal | None:
    """Who may move a proposal from stage to stage, and when."""
    if _elsewhere(member, proposal):
        return OTHER_FORUM
    refusal = why_not_author(member, proposal) if move.by == "authors" else why_not(member, Activity.curate)
    if refusal is not None:
        return refusal
    if proposal.stage not in move.start:
        return Refusal(
            "wrong_stage",
            _l("This is not possible in the stage “%(stage)s”.", stage=STAGE_LABELS[proposal.stage]),
        )
    return None


def moves_of(member: Member, proposal: Proposal) -> list[Move]:
    """What this member may do with it now."""
    return [move for move in MOVES.values() if why_not_move(member, proposal, move) is None]
