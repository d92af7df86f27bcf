"""Threads on the wire: what people send, and how a change of a comment is drawn."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from flask import render_template
from flask_babel import gettext as _

from youthforum.comments import commands, forms, queries
from youthforum.comments.events import (
    CommentEdited,
    CommentFact,
    CommentHidden,
    CommentPosted,
    CommentResolved,
    CommentRestored,
    CommentTranslated,
    CommentWithdrawn,
)
from youthforum.comments.models import Comment
from youthforum.comments.queries import Said
from youthforum.comments.subjects import subject_of
from youthforum.core.blocking import blocking
from youthforum.core.errors import Conflict
from youthforum.core.events import on, within
from youthforum.forums.models import Member
from youthforum.ideas.language import detect
from youthforum.ideas.queries import idea_by_id
from youthforum.live.channels import Admission, Audience, Change, channel
from youthforum.live.intake import Answer, intake
from youthforum.live.sockets import live
from youthforum.notices.commands import notify
from youthforum.notices.inbox import notice_sentence
from youthforum.people.models import Person
from youthforum.translations.queries import in_language


def comment_json(one: Said) -> dict[str, Any]:
    """A comment as the API and the acknowledgements say it."""
    return {
        "id": one.id,
        "thread": one.thread_id,
        "parent": one.parent_id,
        "part": one.part,
        "text": one.text,
        "language": one.language,
        "author": one.author,
        "delegation": getattr(one.delegation, "slug", None),
        "state": one.state,
        "reason": one.reason,
        "version": one.version,
        "created_at": one.created_at.astimezone(UTC).isoformat(),
        "edited": one.edited,
        "resolved": one.resolved,
    }


# The channel --------------------------------------------------------------------------------------------------


def admit(person: Person, thread_id: int) -> Admission:
    thread, thing, member = queries.thread_shown_to(person, thread_id)
    return Admission("moderators" if member.is_moderator else "members", (thread, thing, member))


thread_channel = channel("thread", admit, queries.revision_of)


@thread_channel.drawn_by(
    CommentPosted,
    CommentEdited,
    CommentWithdrawn,
    CommentHidden,
    CommentRestored,
    CommentResolved,
    CommentTranslated,
)
def draw_comment(change: Change, audience: Audience) -> str | None:
    """The comment; or, where it answers one that can't be read, that one with its answers. None for what is gone."""
    found = queries.to_draw(change.data["comment"], moderates=audience.tier == "moderators")
    if found is None:
        return None
    said, place = found
    read = in_language("comment", [one.id for one in queries.flat([said])], audience.language)
    return render_template("comments/_comment.html", said=said, place=place, comment_translations=read)


@thread_channel.greeting
def own_comments(admission: Admission) -> dict[str, Any]:
    thread, thing, member = admission.found
    refusal = subject_of(thread.kind).why_not_comment(member, thing)
    return {
        "own": queries.own_comments(member, thread.id),
        "state": {"why_not_comment": None if refusal is None else str(refusal)},
    }


@on(CommentFact)
def announce(fact: CommentFact) -> None:
    live().broadcaster.changed(f"thread:{fact.thread_id}")


# Notices ------------------------------------------------------------------------------------------------------


@within(CommentPosted)
def tell_those_concerned(fact: CommentPosted) -> None:
    """Whoever is answered, and whoever wrote the idea; nobody of what they said themselves, and nobody twice."""
    comment = queries.comment_by_id(fact.comment_id)
    if comment is None:
        return
    parent = queries.comment_by_id(comment.parent_id) if comment.parent_id else None
    answered = {parent.author_id} - {comment.author_id, None} if parent is not None else set()
    idea = idea_by_id(comment.thread.idea_id) if comment.thread.idea_id else None
    wrote = {idea.author_id} - {comment.author_id, None} - answered if idea is not None else set()
    notify((one for one in answered if one), "comment.answered", comment=comment.id)
    notify((one for one in wrote if one), "idea.commented", comment=comment.id)


def _seen(data: dict[str, Any], member: Member) -> Comment | None:
    """The comment that a notice is about; raises NotFound where this member may no longer see it."""
    comment, _about, _thing, _member = queries.comment_shown_to(member.person, int(data["comment"]))
    return comment if comment.state == "shown" else None


def _name(comment: Comment) -> str:
    shown = comment.author is not None and queries.shows_names(comment)
    return comment.author.name if shown and comment.author else _("Somebody")


def _about(comment: Comment) -> str:
    """What it is said about, as far as one line takes it."""
    about = subject_of(comment.thread.kind)
    thing = about.by_id(comment.thread.subject_id)
    title = " ".join(str(about.title(thing)).split()) if thing is not None else ""
    return title if len(title) <= 60 else title[:59] + "…"


@notice_sentence("comment.answered")
def _answered(data: dict[str, Any], member: Member) -> tuple[Any, str | None] | None:
    comment = _seen(data, member)
    if comment is None:
        return None
    words = _("%(name)s has answered your comment on “%(title)s”.", name=_name(comment), title=_about(comment))
    return words, queries.url_of(comment)


@notice_sentence("idea.commented")
def _commented(data: dict[str, Any], member: Member) -> tuple[Any, str | None] | None:
    comment = _seen(data, member)
    if comment is None:
        return None
    words = _("%(name)s has commented on your idea “%(title)s”.", name=_name(comment), title=_about(comment))
    return words, queries.url_of(comment)


# Intake -------------------------------------------------------------------------------------------------------


@intake("comment:post", forms.CommentPostForm, "/comments")
def post(person: Person, form: forms.CommentPostForm) -> Answer:
    """Comment on an idea or a proposal; sending it again with the same key answers the first one."""
    kind, key = form.subject
    about = subject_of(kind)
    thing, member = about.shown_to(person, key)
    comment = queries.own_comment_by_key(member, form.key)
    if comment is None:
        parent = queries.comment_shown_to(person, form.parent)[0] if form.parent else None
        language = form.language or blocking(detect, form.text, list(member.forum.languages), person.language)
        try:
            comment = commands.post_comment(
                member,
                about,
                about.ground(thing),
                thing,
                key=form.key,
                text=form.text,
                language=language,
                part=form.part,
                parent=parent,
            )
        except Conflict:
            # The same key arrived twice at once, on two processes: the other one was first.
            comment = queries.own_comment_by_key(member, form.key)
            if comment is None:
                raise
    return _answer(comment, member)


@intake("comment:edit", forms.CommentEditForm, "/comments/<comment>/edit")
def edit(person: Person, form: forms.CommentEditForm) -> Answer:
    """Change one's own comment, starting from the version named as `base`."""
    comment, about, thing, member = queries.comment_shown_to(person, form.comment)
    commands.edit_comment(member, about, about.ground(thing), thing, comment, text=form.text, base=form.base)
    return _answer(comment, member)


@intake("comment:withdraw", forms.CommentForm, "/comments/<comment>/withdraw")
def withdraw(person: Person, form: forms.CommentForm) -> Answer:
    """Withdraw one's own comment."""
    comment, about, thing, member = queries.comment_shown_to(person, form.comment)
    commands.withdraw_comment(member, about, about.ground(thing), thing, comment)
    return _answer(comment, member)


@intake("comment:resolve", forms.CommentResolveForm, "/comments/<comment>/resolve")
def resolve(person: Person, form: forms.CommentResolveForm) -> Answer:
    """Say that a comment is dealt with, or open again."""
    comment, about, thing, member = queries.comment_shown_to(person, form.comment)
    commands.resolve_comment(member, about, about.ground(thing), thing, comment, resolved=form.resolved)
    return _answer(comment, member)


@intake("comment:hide", forms.CommentHideForm, "/comments/<comment>/hide")
def hide(person: Person, form: forms.CommentHideForm) -> Answer:
    """Take a comment out of sight, with a reason."""
    comment, about, thing, member = queries.comment_shown_to(person, form.comment)
    commands.hide_comment(member, about, about.ground(thing), thing, comment, reason=form.reason)
    return _answer(comment, member)


@intake("comment:restore", forms.CommentForm, "/comments/<comment>/restore")
def restore(person: Person, form: forms.CommentForm) -> Answer:
    """Show a hidden comment again."""
    comment, about, thing, member = queries.comment_shown_to(person, form.comment)
    commands.restore_comment(member, about, about.ground(thing), thing, comment)
    return _answer(comment, member)


def _answer(comment: Comment, member: Member) -> Answer:
    """To the person themselves, who may read the names on it."""
    names = queries.shows_names(comment)
    one = queries.said(comment, moderates=member.is_moderator, member_id=member.id, names=names)
    return {"comment": comment_json(one), "revision": comment.thread.revision}
