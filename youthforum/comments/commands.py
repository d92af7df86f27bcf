"""Changes in threads. Each holds the row under whose lock the subject changes, then the subject, then the comment."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from youthforum.comments import policy, queries
from youthforum.comments.events import (
    CommentEdited,
    CommentHidden,
    CommentPosted,
    CommentResolved,
    CommentRestored,
    CommentTranslated,
    CommentWithdrawn,
)
from youthforum.comments.models import LONGEST_COMMENT, Comment, CommentHiding, Thread
from youthforum.comments.subjects import Subject, subject, subject_of
from youthforum.core.clock import now
from youthforum.core.commands import add, command, record
from youthforum.core.db import session
from youthforum.core.errors import Conflict, Invalid
from youthforum.core.text import Text
from youthforum.forums.models import Member
from youthforum.ideas.events import IdeaDiscussed
from youthforum.ideas.models import Idea
from youthforum.ideas.queries import idea_by_id, idea_shown_to
from youthforum.people.models import Person
from youthforum.translations import subjects as translations


@command(unless=policy.why_not_post, lock=("ground", "thing"))
def post_comment(
    member: Member,
    about: Subject,
    ground: Any,
    thing: Any,
    *,
    key: str,
    text: str,
    language: str,
    part: str | None = None,
    parent: Comment | None = None,
) -> Comment:
    """Say something about a thing (or one section of it); posting again with the same key returns the first comment.

    An answer to an answer goes below the same comment as that one. Raises Invalid for a section or language that is
    not there, and for an answer to a comment on something else.
    """
    before = queries.own_comment_by_key(member, key)
    if before is not None:
        return before
    if language not in member.forum.languages:
        raise Invalid(_l("This forum doesn’t use that language."), field="language")
    if part is not None and part not in about.parts(thing):
        raise Invalid(_l("There is no such section."), field="part")
    thread = queries.thread_of(about.kind, thing.id) or add(
        Thread(forum_id=member.forum_id, **{f"{about.kind}_id": thing.id})
    )
    if parent is not None:
        if parent.thread_id != thread.id:
            raise Invalid(_l("This comment is about something else."), field="parent")
        part = parent.part
    comment = add(
        Comment(
            thread=thread,
            parent_id=(parent.parent_id or parent.id) if parent is not None else None,
            part=part,
            author=member,
            key=key,
            text=text,
            language=language,
            created_at=now(),
        )
    )
    record(CommentPosted(thread_id=thread.id, comment_id=comment.id, revision=thread.advance()))
    about.discussed(thing, thread.id)
    return comment


@command(unless=policy.why_not_edit, lock=("ground", "thing", "comment"))
def edit_comment(
    member: Member, about: Subject, ground: Any, thing: Any, comment: Comment, *, text: str, base: int
) -> Comment:
    """Change the words of one's own comment, starting from version `base`.

    Raises Conflict with both texts (`mine`, `theirs`, `version`) when it has changed since.
    """
    if comment.text == text:
        return comment
    if comment.version != base:
        raise Conflict(
            _l("This comment was changed meanwhile. Nothing was overwritten; please choose."),
            field="text",
            extra={"mine": text, "theirs": comment.text, "version": comment.version},
        )
    comment.text = text
    comment.version += 1
    comment.edited_at = now()
    record(CommentEdited(thread_id=comment.thread_id, comment_id=comment.id, revision=comment.thread.advance()))
    return comment


@command(unless=policy.why_not_withdraw, lock=("ground", "thing", "comment"))
def withdraw_comment(member: Member, about: Subject, ground: Any, thing: Any, comment: Comment) -> None:
    """Take back what one said. Where others have answered, it stays to be seen that something was said."""
    if comment.withdrawn_at is None:
        comment.withdrawn_at = now()
        record(CommentWithdrawn(thread_id=comment.thread_id, comment_id=comment.id, revision=comment.thread.advance()))
        about.discussed(thing, comment.thread_id)


@command(unless=policy.why_not_resolve, lock=("ground", "thing", "comment"))
def resolve_comment(
    member: Member, about: Subject, ground: Any, thing: Any, comment: Comment, *, resolved: bool
) -> Comment:
    """Say that a comment is dealt with, or that it is not after all."""
    if (comment.resolved_at is not None) is not resolved:
        comment.resolved_at = now() if resolved else None
        comment.resolved_by_id = member.id if resolved else None
        record(
            CommentResolved(
                thread_id=comment.thread_id,
                comment_id=comment.id,
                resolved=resolved,
                revision=comment.thread.advance(),
            )
        )
    return comment


@command(unless=policy.why_not_curate, lock=("ground", "thing", "comment"))
def hide_comment(member: Member, about: Subject, ground: Any, thing: Any, comment: Comment, *, reason: str) -> Comment:
    """Take somebody's comment out of sight, with a reason; hiding twice changes nothing."""
    if comment.hiding is None:
        comment.hiding = CommentHiding(moderator_id=member.id, reason=reason, at=now())
        record(CommentHidden(thread_id=comment.thread_id, comment_id=comment.id, revision=comment.thread.advance()))
        about.discussed(thing, comment.thread_id)
    return comment


@command(unless=policy.why_not_curate, lock=("ground", "thing", "comment"))
def restore_comment(member: Member, about: Subject, ground: Any, thing: Any, comment: Comment) -> Comment:
    """Show a hidden comment again."""
    if comment.hiding is not None:
        session().delete(comment.hiding)
        session().flush()
        session().expire(comment, ["hiding"])
        record(CommentRestored(thread_id=comment.thread_id, comment_id=comment.id, revision=comment.thread.advance()))
        about.discussed(thing, comment.thread_id)
    return comment


# Translations -------------------------------------------------------------------------------------------------


def _comment_shown_to(person: Person, comment_id: int) -> tuple[Comment, Member]:
    comment, _about, _thing, member = queries.comment_shown_to(person, comment_id)
    return comment, member


def _translated(comment: Comment, language: str) -> None:
    record(
        CommentTranslated(
            thread_id=comment.thread_id,
            comment_id=comment.id,
            language=language,
            revision=comment.thread.advance(),
        )
    )


def _ground(comment: Comment) -> Any:
    """The row that every change in this thread holds first: in another order two of them would wait for each other."""
    about = subject_of(comment.thread.kind)
    thing = about.by_id(comment.thread.subject_id)
    return about.ground(thing) if thing is not None else comment.thread


translations.subject(
    "comment",
    shown_to=_comment_shown_to,
    why_not=policy.why_not_in_its_state,
    ground=_ground,
    forum=lambda comment: comment.thread.forum,
    url=queries.url_of,
    fact=_translated,
    waiting=queries.translatable,
    # The same takes more letters in another language.
    longest=2 * LONGEST_COMMENT,
    shows_names=queries.shows_names,
)


# Ideas --------------------------------------------------------------------------------------------------------


def _idea_shown_to(person: Person, idea_id: int) -> tuple[Idea, Member]:
    idea, _board, member = idea_shown_to(person, idea_id)
    return idea, member


def _discussed(idea: Idea, thread_id: int) -> None:
    board = idea.board
    record(IdeaDiscussed(board_id=board.id, idea_id=idea.id, thread_id=thread_id, revision=board.advance()))


subject(
    "idea",
    shown_to=_idea_shown_to,
    by_id=idea_by_id,
    why_not_comment=policy.why_not_comment_on_idea,
    discussed=_discussed,
    url=lambda idea: f"/f/{idea.board.forum.slug}/boards/{idea.board_id}/ideas/{idea.id}",
    title=lambda idea: Text({idea.language: idea.text}),
    ground=lambda idea: idea.board,
    shows_names=lambda idea: idea.board.show_authors,
    still_open=lambda idea: idea.state in ("shown", "merged"),
)
