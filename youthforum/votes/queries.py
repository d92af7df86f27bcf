"""Reading votes: tallies for everybody who may see them, own votes for whoever gave them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from youthforum.boards.models import Board, Kind
from youthforum.core.db import session
from youthforum.core.settings import machinery
from youthforum.forums.models import Member
from youthforum.ideas.models import Hiding, Idea, Merge, MergeSeen
from youthforum.votes import policy
from youthforum.votes.models import TallyVersion, Vote
from youthforum.votes.tally import (
    Cast,
    Tally,
    count_dots,
    count_opinions,
    dots_held,
    opinions_held,
)

Tallies = dict[str, dict[str, int]]

# Boards whose tallies a process remembers; each entry is checked against the versions before it is used.
REMEMBERED = 200


class TallyMemory:
    """Counted tallies by board and idea, with the version at which they were counted."""

    def __init__(self) -> None:
        self._boards: OrderedDict[int, dict[int, tuple[int, Tally]]] = OrderedDict()

    def of(self, board_id: int) -> dict[int, tuple[int, Tally]]:
        known = self._boards.setdefault(board_id, {})
        self._boards.move_to_end(board_id)
        while len(self._boards) > REMEMBERED:
            self._boards.popitem(last=False)
        return known


_VERSIONS = (
    sa.select(TallyVersion.idea_id, TallyVersion.version)
    .join(Idea, Idea.id == TallyVersion.idea_id)
    .outerjoin(Hiding, Hiding.idea_id == Idea.id)
    .where(
        TallyVersion.board_id == sa.bindparam("board"),
        Idea.root_id.is_(None),
        Idea.withdrawn_at.is_(None),
        Hiding.idea_id.is_(None),
    )
)
_VERSIONS_OF = _VERSIONS.where(TallyVersion.idea_id.in_(sa.bindparam("ideas", expanding=True)))


def tallies(board: Board, ideas: set[int] | None = None) -> Tallies:
    """`{"<idea>": {"dots", "voters", "agree", "disagree", "pass", "version"}}` for the cards of a board.

    Absolute, and only counted anew for ideas whose version has grown. Hidden, withdrawn and merged ideas are
    not in it. Not scoped to a viewer: callers ask policy.open_to first.
    """
    # Versions first: a vote that comes in between is counted under a version that is still too small, and
    # counted again at the next look.
    names = {"board": board.id} | ({} if ideas is None else {"ideas": list(ideas)})
    rows = session().execute(_VERSIONS if ideas is None else _VERSIONS_OF, names)
    versions: dict[int, int] = dict(rows.all())
    memory: TallyMemory = machinery("tallies")
    known = memory.of(board.id)
    grown = [key for key, version in versions.items() if key not in known or known[key][0] != version]
    if grown:
        counted = _count(board, grown if ideas is not None or len(grown) < len(versions) else None)
        for key in grown:
            known[key] = (versions[key], counted.get(key, Tally()))
    return {str(key): known[key][1].as_dict(version) for key, version in versions.items()}


def _count(board: Board, roots: Iterable[int] | None) -> dict[int, Tally]:
    """Tallies of these roots (None: of all on the board), from the rows."""
    statement = _CASTS if roots is None else _CASTS_ON_ROOTS
    names = {"board": board.id} | ({} if roots is None else {"roots": list(roots)})
    casts, root_of = _read(session().execute(statement, names))
    if board.kind is Kind.dots:
        return count_dots(casts, root_of, board.cap)
    return count_opinions(casts, root_of)


# The votes that count: on ideas neither hidden nor withdrawn, under a root that isn't either.
_root = sa.orm.aliased(Idea)
_CASTS = (
    sa.select(Vote.idea_id, Vote.member_id, Vote.value, Vote.at, Idea.root_id)
    .join(Idea, Idea.id == Vote.idea_id)
    .outerjoin(Hiding, Hiding.idea_id == sa.func.coalesce(Idea.root_id, Idea.id))
    .outerjoin(_root, _root.id == Idea.root_id)
    .where(
        Idea.board_id == sa.bindparam("board"),
        Hiding.idea_id.is_(None),
        Idea.withdrawn_at.is_(None),
        _root.withdrawn_at.is_(None),
    )
)
_CASTS_OF_MEMBER = _CASTS.where(Vote.member_id == sa.bindparam("member"))
_CASTS_ON_ROOTS = _CASTS.where(sa.func.coalesce(Idea.root_id, Idea.id).in_(sa.bindparam("roots", expanding=True)))


def _read(rows: Any) -> tuple[list[Cast], dict[int, int]]:
    """The votes, and `{merged idea: root}`."""
    casts, root_of = [], {}
    for idea, member, value, at, root_id in rows:
        if root_id is None:
            casts.append(Cast(idea, member, value))
        else:
            casts.append(Cast(idea, member, value, at.timestamp()))
            root_of[idea] = root_id
    return casts, root_of


def held_by(member: Member, board: Board) -> dict[int, int]:
    """`{card: dots or opinion}` of one member on a board, as they count now."""
    casts, root_of = _read(session().execute(_CASTS_OF_MEMBER, {"board": board.id, "member": member.id}))
    if board.kind is Kind.dots:
        held = dots_held(casts, root_of, board.cap)
    else:
        held = opinions_held(casts, root_of)
    return {root: value for (root, _member), value in held.items()}


_ROWS_OF_MEMBER = (
    sa.select(Vote.idea_id, Vote.member_id, Vote.value, Vote.at)
    .join(Idea, Idea.id == Vote.idea_id)
    .where(
        Vote.member_id == sa.bindparam("member"),
        sa.or_(Idea.id == sa.bindparam("root"), Idea.root_id == sa.bindparam("root")),
    )
    .order_by(Vote.at, Vote.idea_id)
)


def rows_of(member: Member, root_id: int) -> list[Cast]:
    """This member's stored votes on a card and what was merged into it, oldest first."""
    rows = session().execute(_ROWS_OF_MEMBER, {"member": member.id, "root": root_id})
    return [Cast(idea, who, value, at.timestamp()) for idea, who, value, at in rows]


def dots_left(board: Board, held: dict[int, int]) -> int | None:
    """Dots that a member who holds these may still give; None on a board of opinions."""
    return max(0, board.budget - sum(held.values())) if board.kind is Kind.dots else None


def what_is_mine(member: Member, board: Board) -> dict[str, Any]:
    """`{"mine": {"<idea>": value}, "dots_left": n, "tally": {...}}`; the tally only as far as it may be seen."""
    held = held_by(member, board)
    answer: dict[str, Any] = {
        "mine": {str(key): value for key, value in held.items()},
        "dots_left": dots_left(board, held),
    }
    visible = policy.open_to(member, board, set(held))
    if visible is None:
        answer["tally"] = tallies(board)
    elif visible:
        answer["tally"] = tallies(board, visible)
    return answer


def version_of(idea_id: int) -> int:
    return session().scalar(sa.select(TallyVersion.version).where(TallyVersion.idea_id == idea_id)) or 0


def pulse(board_id: int) -> int:
    """A number that grows with every change of the board's tallies."""
    query = sa.select(sa.func.sum(TallyVersion.version)).where(TallyVersion.board_id == board_id)
    return session().scalar(query) or 0


def has_votes(board: Board) -> bool:
    query = sa.select(Vote.idea_id).join(Idea, Idea.id == Vote.idea_id).where(Idea.board_id == board.id)
    return session().scalar(query.limit(1)) is not None


def voters_on(idea_ids: Iterable[int]) -> list[int]:
    """Members with a vote on any of these ideas, themselves or merged into them."""
    chosen = list(idea_ids)
    query = (
        sa.select(Vote.member_id)
        .join(Idea, Idea.id == Vote.idea_id)
        .where(sa.or_(Idea.id.in_(chosen), Idea.root_id.in_(chosen)))
        .distinct()
    )
    return list(session().scalars(query))


def merge_by_id(merge_id: int) -> Merge | None:
    return session().get(Merge, merge_id)


def people_concerned_by(idea_id: int) -> list[int]:
    """Ids of the persons who wrote an idea or voted on it."""
    supporters = sa.select(Vote.member_id).where(Vote.idea_id == idea_id)
    author = sa.select(Idea.author_id).where(Idea.id == idea_id)
    chosen = sa.select(Member.person_id).where(sa.or_(Member.id.in_(supporters), Member.id.in_(author)))
    return list(session().scalars(chosen))


_moved_vote = sa.exists().where(Vote.idea_id == Merge.idea_id, Vote.member_id == sa.bindparam("member"))
_dismissed = sa.exists().where(MergeSeen.merge_id == Merge.id, MergeSeen.member_id == sa.bindparam("member"))
_NOTICES = (
    sa.select(Merge.id, Idea.id, Idea.text, Idea.root_id, Idea.author_id)
    .join(Idea, Idea.id == Merge.idea_id)
    .outerjoin(Hiding, Hiding.idea_id == Idea.root_id)
    .where(
        Idea.board_id == sa.bindparam("board"),
        Idea.root_id.is_not(None),
        Merge.undone_at.is_(None),
        Hiding.idea_id.is_(None),
        sa.or_(Idea.author_id == sa.bindparam("member"), _moved_vote),
        ~_dismissed,
    )
    .order_by(Merge.id.desc())
    .limit(20)
)


def notices(member: Member, board: Board) -> list[dict[str, Any]]:
    """Merges that moved this member's idea or vote and that they haven't dismissed:
    `[{"merge", "idea", "text", "into", "mine": whether it was their own idea}]`, newest first, at most 20."""
    rows = session().execute(_NOTICES, {"board": board.id, "member": member.id})
    return [
        {"merge": merge, "idea": idea, "text": text, "into": root, "mine": author == member.id}
        for merge, idea, text, root, author in rows
    ]
