"""Reading threads, through the eyes of somebody. What may not be read is blanked here, once for page, API and rooms."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, lazyload

from youthforum.comments.models import Comment, CommentHiding, Thread
from youthforum.comments.subjects import Subject, subject_of
from youthforum.core.dates import moment
from youthforum.core.db import session
from youthforum.core.errors import NotFound
from youthforum.core.text import Text, whole
from youthforum.forums.models import Delegation, Forum, Member
from youthforum.ideas.models import Hiding, Idea
from youthforum.people.models import Person
from youthforum.translations.models import Translation
from youthforum.translations.queries import in_language

# The newest so many comments of a thread are read; with the comments that these answer.
MOST = 500

_SAID = (
    joinedload(Comment.author).options(
        joinedload(Member.delegation), lazyload(Member.forum), lazyload(Member.suspension)
    ),
    joinedload(Comment.hiding),
)


@dataclass(frozen=True)
class Said:
    """A comment as an audience may see it: `text` is None where it may not be read, `author` where names are not shown.

    `reason` is why it was hidden, for moderators and the person who wrote it.
    """

    id: int
    thread_id: int
    parent_id: int | None
    part: str | None
    author_id: int | None
    author: str | None
    delegation: Delegation | None
    text: str | None
    language: str
    version: int
    state: str
    reason: str | None
    created_at: datetime
    edited: bool
    resolved: bool
    replies: list[Said] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """Where comments are drawn: the forum in addresses, its clock, and the names of what is commented on."""

    slug: str
    time_zone: str
    parts: Mapping[str, Text]

    def when(self, said: Said) -> str:
        """When it was written, for the present reader."""
        return moment(said.created_at, self.time_zone)


@dataclass(frozen=True)
class ThreadView:
    """Everything that `comments/_thread.html` draws: see there.

    `thread_id` is None as long as nobody has said anything; `own` are ids of the viewer's comments in whatever state;
    `comments` are those without a parent, oldest first, each with its replies; `count` is that of all that can be read.
    """

    kind: str
    subject_id: int
    place: Place
    thread_id: int | None
    revision: int
    comments: list[Said]
    own: list[int]
    count: int
    more: bool
    why_not_comment: str | None
    may_resolve: bool
    shows_names: bool

    def on(self, part: str | None) -> list[Said]:
        """The comments on one section; those on the whole for None."""
        return [said for said in self.comments if said.part == part]

    def find(self, number: str) -> Said | None:
        """The comment or reply with this id, as a page's address names it."""
        wanted = whole(number)
        return next((one for one in flat(self.comments) if one.id == wanted and one.text is not None), None)

    def translations(self, language: str) -> dict[int, Translation]:
        """`{comment: its translation into this language}`"""
        return in_language("comment", [one.id for one in flat(self.comments)], language)

    @staticmethod
    def new_key() -> str:
        """For a form: sent twice, it is one comment."""
        return str(uuid.uuid4())


def thread_of(kind: str, subject_id: int) -> Thread | None:
    """Not scoped to anybody; None as long as nobody has said anything."""
    column = Thread.idea_id if kind == "idea" else Thread.proposal_id
    return session().scalar(sa.select(Thread).where(column == subject_id))


def thread_by_id(thread_id: int) -> Thread | None:
    """Not scoped to anybody: for facts and rooms."""
    return session().get(Thread, thread_id)


def revision_of(thread_id: int) -> int:
    """Read from the database, whatever this session has loaded before."""
    return session().scalar(sa.select(Thread.revision).where(Thread.id == thread_id)) or 0


def thread_shown_to(person: Person | None, thread_id: int) -> tuple[Thread, Any, Member]:
    """A thread, what it is about, and who this person is there. Raises NotFound where they may not see the subject."""
    thread = thread_by_id(thread_id) if 0 < thread_id < 2**31 else None
    if thread is None or person is None:
        raise NotFound(field="thread")
    thing, member = subject_of(thread.kind).shown_to(person, thread.subject_id)
    return thread, thing, member


def comment_by_id(comment_id: int) -> Comment | None:
    """Not scoped to anybody: for facts and notices."""
    return session().get(Comment, comment_id)


def comment_shown_to(person: Person, comment_id: int) -> tuple[Comment, Subject, Any, Member]:
    """A comment this person may see, what kind of thing it is about, that thing, and who they are there.

    Their own count as seen in whatever state, hidden ones also for whoever facilitates. Raises NotFound.
    """
    comment = session().get(Comment, comment_id)
    if comment is None:
        raise NotFound(field="comment")
    _thread, thing, member = thread_shown_to(person, comment.thread_id)
    visible = comment.state == "shown" or (comment.state == "hidden" and member.is_moderator)
    if comment.author_id != member.id and not visible:
        raise NotFound(field="comment")
    return comment, subject_of(comment.thread.kind), thing, member


def url_of(comment: Comment) -> str:
    """The address at which it is read."""
    about = subject_of(comment.thread.kind)
    return f"{about.url(about.by_id(comment.thread.subject_id))}#comment-{comment.id}"


def shows_names(comment: Comment) -> bool:
    """Whether it bears the name of who wrote it."""
    about = subject_of(comment.thread.kind)
    thing = about.by_id(comment.thread.subject_id)
    return thing is not None and about.shows_names(thing)


def own_comment_by_key(member: Member, key: str) -> Comment | None:
    """The comment that this member has posted with this key already."""
    return session().scalar(sa.select(Comment).where(Comment.author_id == member.id, Comment.key == key))


def own_comments(member: Member, thread_id: int) -> list[int]:
    """Ids of this member's comments in a thread, in whatever state."""
    mine = sa.select(Comment.id).where(Comment.thread_id == thread_id, Comment.author_id == member.id)
    return list(session().scalars(mine.order_by(Comment.id)))


def said(comment: Comment, *, moderates: bool, member_id: int | None, names: bool) -> Said:
    """One comment without its replies, for moderators or for others; `member_id` is who reads it in person."""
    own = member_id is not None and comment.author_id == member_id
    state = comment.state
    readable = state == "shown" or (state == "hidden" and (moderates or own))
    author = comment.author if readable and names else None
    return Said(
        id=comment.id,
        thread_id=comment.thread_id,
        parent_id=comment.parent_id,
        part=comment.part,
        author_id=author.id if author else None,
        author=author.name if author else None,
        delegation=author.delegation if author else None,
        text=comment.text if readable else None,
        language=comment.language,
        version=comment.version,
        state=state,
        reason=comment.hiding.reason if comment.hiding is not None and readable else None,
        created_at=comment.created_at,
        edited=comment.edited_at is not None,
        resolved=comment.resolved_at is not None,
    )


def _tree(comments: Iterable[Comment], *, moderates: bool, member_id: int | None, names: bool) -> list[Said]:
    """Comments with their replies. What can't be read stays, blank, only where a reply to it can be read."""
    top: list[Said] = []
    replies: dict[int, list[Said]] = defaultdict(list)
    for comment in comments:
        one = said(comment, moderates=moderates, member_id=member_id, names=names)
        if one.parent_id is None:
            top.append(one)
        elif one.text is not None:
            replies[one.parent_id].append(one)
    for one in top:
        one.replies.extend(replies[one.id])
    return [one for one in top if one.text is not None or one.replies]


def _rows(condition: sa.ColumnElement[bool]) -> list[Comment]:
    query = sa.select(Comment).where(condition).options(*_SAID).order_by(Comment.id.desc()).limit(MOST + 1)
    return list(reversed(session().scalars(query.execution_options(populate_existing=True)).all()))


def thread_view(about: Subject, thing: Any, member: Member) -> ThreadView:
    """The thread under a thing as this member may see it. `thing` was found through them."""
    thread = thread_of(about.kind, thing.id)
    rows = _rows(Comment.thread_id == thread.id) if thread else []
    more = len(rows) > MOST
    rows = rows[-MOST:]
    known = {comment.id for comment in rows}
    missing = {comment.parent_id for comment in rows if comment.parent_id} - known
    if missing:
        rows = [*_rows(Comment.id.in_(missing)), *rows]
    names = about.shows_names(thing)
    comments = _tree(rows, moderates=member.is_moderator, member_id=member.id, names=names)
    refusal = about.why_not_comment(member, thing)
    return ThreadView(
        kind=about.kind,
        subject_id=thing.id,
        place=Place(member.forum.slug, member.forum.time_zone, about.parts(thing)),
        thread_id=thread.id if thread else None,
        revision=thread.revision if thread else 0,
        comments=comments,
        own=own_comments(member, thread.id) if thread else [],
        count=sum((one.text is not None) + len(one.replies) for one in comments),
        more=more,
        why_not_comment=None if refusal is None else str(refusal),
        may_resolve=member.is_moderator or about.may_resolve(member, thing),
        shows_names=names,
    )


def flat(comments: Iterable[Said]) -> list[Said]:
    """Comments and their replies in one list, in the order in which they were written."""
    return sorted((one for top in comments for one in (top, *top.replies)), key=lambda one: one.id)


def to_draw(comment_id: int, *, moderates: bool) -> tuple[Said, Place] | None:
    """What a room is shown after a change of this comment, and where.

    The comment; or, where it answers one that can't be read, that one with all its answers. None where nothing of it is
    left to see, or where the room may no longer read what it is about.
    """
    comment = comment_by_id(comment_id)
    if comment is None:
        return None
    thread = comment.thread
    about = subject_of(thread.kind)
    thing = about.by_id(thread.subject_id)
    if thing is None or not (moderates or about.still_open(thing)):
        return None
    parent = comment_by_id(comment.parent_id) if comment.parent_id else None
    if parent is not None and (parent.state == "shown" or (parent.state == "hidden" and moderates)):
        one = said(comment, moderates=moderates, member_id=None, names=about.shows_names(thing))
        found = [one] if one.text is not None else []
    else:
        head = parent or comment
        rows = _rows((Comment.id == head.id) | (Comment.parent_id == head.id))
        found = _tree(rows, moderates=moderates, member_id=None, names=about.shows_names(thing))
    forum = session().get_one(Forum, thread.forum_id)
    return (found[0], Place(forum.slug, forum.time_zone, about.parts(thing))) if found else None


def translatable(forum_id: int) -> sa.Select[int, str, int, datetime]:
    """`id`, `language`, `version`, `created_at` of all comments of a forum that could be translated."""
    on_hidden = sa.exists().where(Hiding.idea_id == Thread.idea_id)
    on_withdrawn = sa.exists().where(Idea.id == Thread.idea_id, Idea.withdrawn_at.is_not(None))
    return (
        sa.select(Comment.id, Comment.language, Comment.version, Comment.created_at)
        .join(Thread, Thread.id == Comment.thread_id)
        .outerjoin(CommentHiding, CommentHiding.comment_id == Comment.id)
        .where(
            Thread.forum_id == forum_id,
            Comment.withdrawn_at.is_(None),
            CommentHiding.comment_id.is_(None),
            ~on_hidden,
            ~on_withdrawn,
        )
    )


def counts_on_ideas(ideas: Iterable[int]) -> dict[int, int]:
    """`{idea: comments that everybody may read}`, without those that have none."""
    rows = session().execute(
        sa.select(Thread.idea_id, sa.func.count())
        .join(Comment, Comment.thread_id == Thread.id)
        .outerjoin(CommentHiding, CommentHiding.comment_id == Comment.id)
        .where(Thread.idea_id.in_(list(ideas)), Comment.withdrawn_at.is_(None), CommentHiding.comment_id.is_(None))
        .group_by(Thread.idea_id)
    )
    return {key: count for key, count in rows if key is not None}
