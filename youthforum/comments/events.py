"""What happens in a thread."""

from __future__ import annotations

from dataclasses import dataclass

from youthforum.core.events import Fact


@dataclass(frozen=True, kw_only=True)
class CommentFact(Fact):
    """A change that everybody who watches the thread hears of."""

    channel_kind = "thread"
    thread_id: int
    revision: int
    comment_id: int


@dataclass(frozen=True, kw_only=True)
class CommentPosted(CommentFact):
    type = "comment.posted"


@dataclass(frozen=True, kw_only=True)
class CommentEdited(CommentFact):
    type = "comment.edited"


@dataclass(frozen=True, kw_only=True)
class CommentWithdrawn(CommentFact):
    type = "comment.withdrawn"


@dataclass(frozen=True, kw_only=True)
class CommentHidden(CommentFact):
    type = "comment.hidden"


@dataclass(frozen=True, kw_only=True)
class CommentRestored(CommentFact):
    type = "comment.restored"


@dataclass(frozen=True, kw_only=True)
class CommentResolved(CommentFact):
    """What it asked for is done; or, with `resolved` false, is open again."""

    type = "comment.resolved"
    resolved: bool


@dataclass(frozen=True, kw_only=True)
class CommentTranslated(CommentFact):
    """Its words in this language are new, or were confirmed."""

    type = "comment.translated"
    language: str
