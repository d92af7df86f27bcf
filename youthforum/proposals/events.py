"""What happens to proposals."""

from __future__ import annotations

from dataclasses import dataclass

from youthforum.core.events import Fact
from youthforum.forums.events import ForumFact


@dataclass(frozen=True, kw_only=True)
class ProposalFact(Fact):
    """A change that everybody who watches the proposal hears of."""

    channel_kind = "proposal"
    proposal_id: int
    revision: int


@dataclass(frozen=True, kw_only=True)
class ProposalStarted(ForumFact):
    type = "proposal.started"
    proposal_id: int


@dataclass(frozen=True, kw_only=True)
class TemplateChanged(ForumFact):
    type = "template.changed"
    version: int


@dataclass(frozen=True, kw_only=True)
class VersionSaved(ProposalFact):
    type = "version.saved"
    version: int


@dataclass(frozen=True, kw_only=True)
class StageMoved(ProposalFact):
    type = "proposal.moved"
    move: str
    stage: str


@dataclass(frozen=True, kw_only=True)
class AuthorFact(ProposalFact):
    member_id: int


@dataclass(frozen=True, kw_only=True)
class AuthorInvited(AuthorFact):
    type = "author.invited"


@dataclass(frozen=True, kw_only=True)
class AuthorJoined(AuthorFact):
    type = "author.joined"


@dataclass(frozen=True, kw_only=True)
class AuthorGone(AuthorFact):
    """Left, was removed, or declined."""

    type = "author.gone"


@dataclass(frozen=True, kw_only=True)
class DraftOpened(ProposalFact):
    """Whether everybody may read along has changed."""

    type = "draft.opened"
    open: bool


@dataclass(frozen=True, kw_only=True)
class TranslationStated(ProposalFact):
    """Somebody said that a section's translation is up to date, or that it is right."""

    type = "translation.stated"
    part: str
    language: str


@dataclass(frozen=True, kw_only=True)
class AmendmentFact(ProposalFact):
    amendment_id: int


@dataclass(frozen=True, kw_only=True)
class AmendmentMade(AmendmentFact):
    type = "amendment.made"


@dataclass(frozen=True, kw_only=True)
class AmendmentAnswered(AmendmentFact):
    """Accepted, declined, asked back, withdrawn, or suggested anew after a question."""

    type = "amendment.answered"
    state: str


@dataclass(frozen=True, kw_only=True)
class EndorsementChanged(ProposalFact):
    type = "endorsement.changed"


@dataclass(frozen=True, kw_only=True)
class ProposalDiscussed(ProposalFact):
    """Its number of comments has changed."""

    type = "proposal.discussed"
    thread_id: int


@dataclass(frozen=True, kw_only=True)
class DraftWritten(Fact):
    """The shared document has grown; its own log tells how, this one only that."""

    type = "draft.written"
    logged = False
    proposal_id: int
    revision: int
