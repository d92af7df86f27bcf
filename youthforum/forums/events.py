"""What happens to forums and their members."""

from __future__ import annotations

from dataclasses import dataclass

from youthforum.core.events import Fact


@dataclass(frozen=True, kw_only=True)
class ForumFact(Fact):
    """A change that everybody who watches the forum hears of."""

    channel_kind = "forum"
    forum_id: int
    revision: int


@dataclass(frozen=True, kw_only=True)
class PhaseChanged(ForumFact):
    type = "forum.phase_changed"
    phase: str
    before: str


@dataclass(frozen=True, kw_only=True)
class ForumChanged(ForumFact):
    """Title, delegations, groups, house rules or the like."""

    type = "forum.changed"


@dataclass(frozen=True, kw_only=True)
class ForumMade(Fact):
    type = "forum.made"
    forum_id: int


@dataclass(frozen=True, kw_only=True)
class MemberJoined(Fact):
    """Not part of the change log: two thousand joins would push everything else out of reach."""

    type = "member.joined"
    forum_id: int
    member_id: int


@dataclass(frozen=True, kw_only=True)
class RoleChanged(Fact):
    type = "member.role_changed"
    forum_id: int
    member_id: int
    person_id: int
    role: str
    before: str


@dataclass(frozen=True, kw_only=True)
class MemberSuspended(Fact):
    type = "member.suspended"
    forum_id: int
    member_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class MemberReadmitted(Fact):
    type = "member.readmitted"
    forum_id: int
    member_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class CodeMade(Fact):
    type = "code.made"
    forum_id: int
    code_id: int


@dataclass(frozen=True, kw_only=True)
class CodeRevoked(Fact):
    type = "code.revoked"
    forum_id: int
    code_id: int
