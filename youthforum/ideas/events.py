"""What happens to ideas and clusters."""

from __future__ import annotations

from dataclasses import dataclass

from youthforum.boards.events import BoardFact


@dataclass(frozen=True, kw_only=True)
class IdeaFact(BoardFact):
    idea_id: int


@dataclass(frozen=True, kw_only=True)
class IdeaPosted(IdeaFact):
    type = "idea.posted"


@dataclass(frozen=True, kw_only=True)
class IdeaEdited(IdeaFact):
    type = "idea.edited"


@dataclass(frozen=True, kw_only=True)
class IdeaMoved(IdeaFact):
    """`renumbered` and `clusters` got a new position too, because there was no room left between two."""

    type = "idea.moved"
    renumbered: tuple[int, ...] = ()
    clusters: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class IdeaWithdrawn(IdeaFact):
    type = "idea.withdrawn"


@dataclass(frozen=True, kw_only=True)
class IdeaReturned(IdeaFact):
    """Its author took the withdrawal back."""

    type = "idea.returned"


@dataclass(frozen=True, kw_only=True)
class IdeaHidden(IdeaFact):
    type = "idea.hidden"


@dataclass(frozen=True, kw_only=True)
class IdeaRestored(IdeaFact):
    type = "idea.restored"


@dataclass(frozen=True, kw_only=True)
class IdeaMerged(IdeaFact):
    type = "idea.merged"
    into_id: int


@dataclass(frozen=True, kw_only=True)
class IdeaUnmerged(IdeaFact):
    """`into_id` is the card that it counted under."""

    type = "idea.unmerged"
    into_id: int


@dataclass(frozen=True, kw_only=True)
class IdeaDiscussed(IdeaFact):
    """There are more or fewer comments on it now."""

    type = "idea.discussed"
    thread_id: int


@dataclass(frozen=True, kw_only=True)
class IdeaTranslated(IdeaFact):
    """Its words in this language are new, or were confirmed."""

    type = "idea.translated"
    language: str


@dataclass(frozen=True, kw_only=True)
class IdeaUsed(BoardFact):
    """Something was made from these ideas, e.g. a proposal: their cards say so from now on."""

    type = "idea.used"
    ideas: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ClusterFact(BoardFact):
    cluster_id: int


@dataclass(frozen=True, kw_only=True)
class ClusterMade(ClusterFact):
    type = "cluster.made"
    ideas: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ClusterNamed(ClusterFact):
    type = "cluster.named"


@dataclass(frozen=True, kw_only=True)
class ClusterMoved(ClusterFact):
    type = "cluster.moved"
    ideas: tuple[int, ...]
    clusters: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ClusterDissolved(ClusterFact):
    type = "cluster.dissolved"
    ideas: tuple[int, ...]
