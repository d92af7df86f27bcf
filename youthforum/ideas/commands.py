"""Changes to ideas and clusters. Each holds the board's row, so that the log is in the order of the commits."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from youthforum.boards.models import Board, BoardColumn
from youthforum.boards.queries import column_of
from youthforum.core.clock import now
from youthforum.core.commands import add, command, record
from youthforum.core.db import session
from youthforum.core.errors import Conflict, Invalid
from youthforum.forums.models import Member
from youthforum.ideas import policy, queries
from youthforum.ideas.events import (
    ClusterDissolved,
    ClusterMade,
    ClusterMoved,
    ClusterNamed,
    IdeaEdited,
    IdeaHidden,
    IdeaMerged,
    IdeaMoved,
    IdeaPosted,
    IdeaRestored,
    IdeaReturned,
    IdeaTranslated,
    IdeaUnmerged,
    IdeaWithdrawn,
)
from youthforum.ideas.forms import LONGEST_IDEA
from youthforum.ideas.models import Cluster, Hiding, Idea, Merge
from youthforum.people.models import Person
from youthforum.translations.subjects import subject

# New cards get this much room around them, so that many others fit between.
STEP = 1024.0
# Below this distance two positions are spread out again (doubles have far more room than that).
TOO_CLOSE = 1e-6


@command(unless=policy.why_not_post, lock=("board",))
def post_idea(member: Member, board: Board, *, column: BoardColumn, text: str, language: str, key: str) -> Idea:
    """Put a new idea on top of a column; posting again with the same key returns the first one."""
    before = queries.own_idea_by_key(member, key)
    if before is not None:
        return before
    standing = queries.neighbours(board.id, column.id, None)
    idea = add(
        Idea(
            board=board,
            column_id=column.id,
            author=member,
            text=text,
            language=_spoken(board, language),
            key=key,
            position=(standing[0][0] if standing else STEP) - STEP,
            created_at=now(),
        )
    )
    record(IdeaPosted(board_id=board.id, idea_id=idea.id, revision=board.advance()))
    return idea


def _spoken(board: Board, language: str) -> str:
    if language not in board.forum.languages:
        raise Invalid(_l("This forum doesn’t use that language."), field="language")
    return language


@command(unless=policy.why_not_change, lock=("board", "idea"))
def edit_idea(member: Member, board: Board, idea: Idea, *, text: str, base: int, language: str | None = None) -> Idea:
    """Change the words of one's own idea, starting from version `base`.

    Raises Conflict with both texts (`mine`, `theirs`, `version`) when it has changed since.
    """
    if idea.text == text and language in (None, idea.language):
        return idea
    if idea.version != base:
        raise Conflict(
            _l("This idea was changed meanwhile. Nothing was overwritten; please choose."),
            field="text",
            extra={"mine": text, "theirs": idea.text, "version": idea.version},
        )
    idea.text = text
    idea.language = _spoken(board, language) if language else idea.language
    idea.version += 1
    idea.edited_at = now()
    record(IdeaEdited(board_id=board.id, idea_id=idea.id, revision=board.advance()))
    return idea


@command(unless=policy.why_not_correct_language, lock=("board", "idea"))
def correct_language(member: Member, board: Board, idea: Idea, *, language: str) -> Idea:
    """Say which language an idea is written in."""
    if idea.language != _spoken(board, language):
        idea.language = language
        record(IdeaEdited(board_id=board.id, idea_id=idea.id, revision=board.advance()))
    return idea


@command(unless=policy.why_not_change, lock=("board", "idea"))
def withdraw_idea(member: Member, board: Board, idea: Idea) -> None:
    """Take one's own idea off the board; its dots go back to those who gave them while it is away."""
    idea.withdrawn_at = now()
    record(IdeaWithdrawn(board_id=board.id, idea_id=idea.id, revision=board.advance()))


@command(unless=policy.why_not_return, lock=("board", "idea"))
def return_idea(member: Member, board: Board, idea: Idea) -> Idea:
    """Undo a withdrawal: the idea and its votes are back."""
    if idea.withdrawn_at is not None:
        idea.withdrawn_at = None
        record(IdeaReturned(board_id=board.id, idea_id=idea.id, revision=board.advance()))
    return idea


@command(unless=policy.why_not_hide, lock=("board", "idea"))
def hide_idea(member: Member, board: Board, idea: Idea, *, reason: str) -> None:
    """Take somebody's idea out of sight, with a reason; hiding twice changes nothing."""
    if idea.hiding is None:
        idea.hiding = Hiding(moderator_id=member.id, reason=reason, at=now())
        record(IdeaHidden(board_id=board.id, idea_id=idea.id, revision=board.advance()))


@command(unless=policy.why_not_curate, lock=("board", "idea"))
def restore_idea(member: Member, board: Board, idea: Idea) -> Idea:
    """Show a hidden idea again, with its votes."""
    if idea.hiding is not None:
        session().delete(idea.hiding)
        session().flush()
        session().expire(idea, ["hiding"])
        record(IdeaRestored(board_id=board.id, idea_id=idea.id, revision=board.advance()))
    return idea


# Order --------------------------------------------------------------------------------------------------------


@command(unless=policy.why_not_move, lock=("board", "idea"))
def move_idea(
    member: Member,
    board: Board,
    idea: Idea,
    *,
    column: int,
    cluster: int | None = None,
    before: int | None = None,
    before_cluster: int | None = None,
) -> Idea:
    """Put a card into a column or cluster, in front of another card or cluster, or at the end."""
    idea.column_id = column_of(board, column).id
    idea.cluster_id = queries.cluster_on(board, cluster, idea.column_id).id if cluster else None
    session().flush()
    renumbered, clusters = _place(idea, board, before, before_cluster)
    record(
        IdeaMoved(
            board_id=board.id, idea_id=idea.id, renumbered=renumbered, clusters=clusters, revision=board.advance()
        )
    )
    return idea


def _place(
    thing: Idea | Cluster, board: Board, before: int | None, before_cluster: int | None
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Give it a position in its list: the ids of other ideas and clusters that had to move for it."""
    kind = "idea" if isinstance(thing, Idea) else "cluster"
    standing = queries.neighbours(board.id, thing.column_id, thing.cluster_id if isinstance(thing, Idea) else None)
    standing = [place for place in standing if place[1:] != (kind, thing.id)]
    target = ("idea", before) if before else ("cluster", before_cluster) if before_cluster else None
    at = next((n for n, place in enumerate(standing) if place[1:] == target), len(standing))
    low = standing[at - 1][0] if at else (standing[0][0] - 2 * STEP if standing else 0.0)
    high = standing[at][0] if at < len(standing) else low + 2 * STEP
    thing.position = (low + high) / 2
    if high - low > TOO_CLOSE:
        return (), ()
    order = [
        *[place[1:] for place in standing[:at]],
        (kind, thing.id),
        *[place[1:] for place in standing[at:]],
    ]
    for number, (table, key) in enumerate(order, 1):
        model = Idea if table == "idea" else Cluster
        session().execute(sa.update(model).where(model.id == key).values(position=number * STEP))
    session().refresh(thing, ["position"])
    others = [place for place in order if place != (kind, thing.id)]
    ideas, clusters = (tuple(key for table, key in others if table == one) for one in ("idea", "cluster"))
    return ideas, clusters


# Clusters -----------------------------------------------------------------------------------------------------


@command(unless=policy.why_not_cluster, lock=("board",))
def make_cluster(member: Member, board: Board, *, column: int | None, name: str, ideas: list[Idea]) -> Cluster:
    """Group cards under a name, where the first of them stands; they all move to its column.

    Raises Invalid for a card of another board, or one that is merged, withdrawn or hidden.
    """
    for idea in ideas:
        if idea.board_id != board.id or idea.state != "shown":
            raise Invalid(_l("One of these cards can’t be grouped here."), field="ideas")
    first = ideas[0]
    place = column_of(board, column if column is not None else first.column_id)
    loose = first.cluster_id is None and first.column_id == place.id
    standing = queries.neighbours(board.id, place.id, None)
    position = first.position if loose else (standing[-1][0] + STEP if standing else STEP)
    cluster = add(Cluster(board=board, column_id=place.id, name=name, position=position))
    for number, idea in enumerate(ideas, 1):
        idea.column_id, idea.cluster_id, idea.position = place.id, cluster.id, number * STEP
    record(
        ClusterMade(
            board_id=board.id,
            cluster_id=cluster.id,
            ideas=tuple(idea.id for idea in ideas),
            revision=board.advance(),
        )
    )
    return cluster


@command(unless=policy.why_not_cluster, lock=("board",))
def name_cluster(member: Member, board: Board, cluster: Cluster, *, name: str) -> Cluster:
    if cluster.name != name:
        cluster.name = name
        record(ClusterNamed(board_id=board.id, cluster_id=cluster.id, revision=board.advance()))
    return cluster


@command(unless=policy.why_not_cluster, lock=("board",))
def move_cluster(
    member: Member,
    board: Board,
    cluster: Cluster,
    *,
    column: int,
    before: int | None = None,
    before_cluster: int | None = None,
) -> Cluster:
    """Put a cluster with all its cards into a column, in front of a card or cluster, or at the end."""
    cluster.column_id = column_of(board, column).id
    session().execute(sa.update(Idea).where(Idea.cluster_id == cluster.id).values(column_id=cluster.column_id))
    session().flush()
    others, clusters = _place(cluster, board, before, before_cluster)
    inside = session().scalars(sa.select(Idea.id).where(Idea.cluster_id == cluster.id))
    record(
        ClusterMoved(
            board_id=board.id,
            cluster_id=cluster.id,
            ideas=(*inside, *others),
            clusters=clusters,
            revision=board.advance(),
        )
    )
    return cluster


@command(unless=policy.why_not_cluster, lock=("board",))
def dissolve_cluster(member: Member, board: Board, cluster: Cluster) -> None:
    """The name goes, the cards stay in the column, where the cluster stood."""
    inside = list(
        session().scalars(sa.select(Idea).where(Idea.cluster_id == cluster.id).order_by(Idea.position, Idea.id))
    )
    standing = queries.neighbours(board.id, cluster.column_id, None)
    above = next((place[0] for place in standing if place[0] > cluster.position), cluster.position + STEP)
    room = (above - cluster.position) / (len(inside) + 1)
    for number, idea in enumerate(inside):
        idea.cluster_id, idea.position = None, cluster.position + number * room
    cluster_id = cluster.id
    session().flush()
    session().delete(cluster)
    record(
        ClusterDissolved(
            board_id=board.id,
            cluster_id=cluster_id,
            ideas=tuple(idea.id for idea in inside),
            revision=board.advance(),
        )
    )


# Merging ------------------------------------------------------------------------------------------------------


@command(unless=policy.why_not_merge, lock=("board",))
def merge_ideas(member: Member, board: Board, idea: Idea, into: Idea) -> Merge:
    """Let an idea count under another. Both rows and all votes stay; nobody counts twice (votes/tally.py)."""
    under = queries.same_root(idea.id)
    idea.merged_into_id = into.id
    for one in (idea, *under):
        one.root_id = into.id
    merge = add(Merge(idea_id=idea.id, into_id=into.id, moderator_id=member.id, at=now()))
    record(IdeaMerged(board_id=board.id, idea_id=idea.id, into_id=into.id, revision=board.advance()))
    return merge


@command(unless=policy.why_not_cluster, lock=("board",))
def unmerge_idea(member: Member, board: Board, idea: Idea) -> Idea:
    """Make a merged idea a card of its own again, with the votes it had and what was merged into it before.

    Raises Invalid for an idea that is not merged.
    """
    root_id = idea.root_id
    if root_id is None:
        raise Invalid(_l("This idea is not merged into another one."), field="idea")
    family = queries.same_root(root_id)
    below = _below(idea, family)
    idea.merged_into_id = idea.root_id = None
    for one in below:
        one.root_id = idea.id
    session().execute(
        sa.update(Merge).where(Merge.idea_id == idea.id, Merge.undone_at.is_(None)).values(undone_at=now())
    )
    record(IdeaUnmerged(board_id=board.id, idea_id=idea.id, into_id=root_id, revision=board.advance()))
    return idea


def _below(idea: Idea, family: list[Idea]) -> list[Idea]:
    """Those of a family that were merged into this idea, directly or by way of others."""
    found: list[Idea] = []
    heads = {idea.id}
    while True:
        more = [one for one in family if one.merged_into_id in heads and one not in found]
        if not more:
            return found
        found += more
        heads = {one.id for one in more}


# Translations -------------------------------------------------------------------------------------------------


def _idea_shown_to(person: Person, idea_id: int) -> tuple[Idea, Member]:
    idea, _board, member = queries.idea_shown_to(person, idea_id)
    return idea, member


def _translated(idea: Idea, language: str) -> None:
    board = idea.board
    record(IdeaTranslated(board_id=board.id, idea_id=idea.id, language=language, revision=board.advance()))


subject(
    "idea",
    shown_to=_idea_shown_to,
    why_not=policy.why_not_in_its_state,
    ground=lambda idea: idea.board,
    forum=lambda idea: idea.board.forum,
    url=lambda idea: f"/f/{idea.board.forum.slug}/boards/{idea.board_id}#idea-{idea.id}",
    fact=_translated,
    waiting=queries.translatable,
    # The same takes more letters in another language.
    longest=2 * LONGEST_IDEA,
    shows_names=lambda idea: idea.board.show_authors,
)
