"""Why somebody may not do something in a thread."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from youthforum.comments.models import Comment
from youthforum.comments.subjects import Subject
from youthforum.core.errors import Refusal
from youthforum.forums.models import Member
from youthforum.forums.phases import Activity
from youthforum.forums.policy import OTHER_FORUM, why_not
from youthforum.ideas.models import Idea
from youthforum.ideas.policy import NOT_YOURS
from youthforum.ideas.policy import why_not_in_its_state as why_not_idea_in_its_state

WITHDRAWN = Refusal("withdrawn", _l("This comment has been withdrawn."))
HIDDEN = Refusal("hidden", _l("This comment has been hidden by a moderator."))
NOT_YOURS_TO_RESOLVE = Refusal(
    "not_yours", _l("Only its author, a moderator or those whose text it is about can say that it is dealt with.")
)

_STATES = {"withdrawn": WITHDRAWN, "hidden": HIDDEN}


def why_not_in_its_state(comment: Comment) -> Refusal | None:
    """What one does with a comment needs one that can be read."""
    return _STATES.get(comment.state)


def why_not_comment_on_idea(member: Member | None, idea: Idea) -> Refusal | None:
    """Ideas are discussed from the start until the proposals are decided about."""
    if member is not None and member.forum_id != idea.board.forum_id:
        return OTHER_FORUM
    return why_not(member, Activity.discuss_ideas) or why_not_idea_in_its_state(idea)


def why_not_post(member: Member, about: Subject, thing: Any, parent: Comment | None) -> Refusal | None:
    """An answer needs something that can still be read."""
    refusal = about.why_not_comment(member, thing)
    return refusal or (why_not_in_its_state(parent) if parent is not None else None)


def why_not_edit(member: Member, about: Subject, thing: Any, comment: Comment) -> Refusal | None:
    refusal = about.why_not_comment(member, thing)
    if refusal is None and comment.author_id != member.id:
        return NOT_YOURS
    return refusal or why_not_in_its_state(comment)


def why_not_withdraw(member: Member, comment: Comment) -> Refusal | None:
    """One's own words can be taken back in every role, as long as the forum goes on (as anything can be reported)."""
    if comment.author_id != member.id:
        return NOT_YOURS
    return why_not(member, Activity.report)


def why_not_resolve(member: Member, about: Subject, thing: Any, comment: Comment) -> Refusal | None:
    refusal = None
    if member.is_moderator:
        refusal = why_not(member, Activity.curate)
    elif comment.author_id == member.id:
        refusal = about.why_not_comment(member, thing)
    elif not about.may_resolve(member, thing):
        # Whoever may not take part at all hears that first.
        refusal = about.why_not_comment(member, thing) or NOT_YOURS_TO_RESOLVE
    return refusal or why_not_in_its_state(comment)


def why_not_curate(member: Member) -> Refusal | None:
    """Hiding and restoring; the comment was found through this member, so it is one of their forum's."""
    return why_not(member, Activity.curate)
