"""Ideas on the wire: what people send, and how a change of theirs is drawn."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import Any

from flask import render_template

from youthforum.boards.live import board_channel
from youthforum.boards.models import Board
from youthforum.boards.queries import board_by_id, column_of, visible_board
from youthforum.core.blocking import blocking
from youthforum.core.errors import Conflict
from youthforum.ideas import commands, forms, queries
from youthforum.ideas.beside import beside
from youthforum.ideas.events import (
    ClusterDissolved,
    ClusterMade,
    ClusterMoved,
    ClusterNamed,
    IdeaDiscussed,
    IdeaEdited,
    IdeaHidden,
    IdeaMerged,
    IdeaMoved,
    IdeaPosted,
    IdeaRestored,
    IdeaReturned,
    IdeaTranslated,
    IdeaUnmerged,
    IdeaUsed,
    IdeaWithdrawn,
)
from youthforum.ideas.language import detect
from youthforum.ideas.models import Idea
from youthforum.live.channels import Admission, Audience, Change
from youthforum.live.intake import Answer, intake
from youthforum.people.models import Person
from youthforum.translations.queries import in_language


def idea_json(idea: Idea) -> dict[str, Any]:
    """An idea as the API and the acknowledgements say it."""
    return {
        "id": idea.id,
        "board": idea.board_id,
        "text": idea.text,
        "language": idea.language,
        "column": idea.column_id,
        "cluster": idea.cluster_id,
        "position": idea.position,
        "author": idea.author_name,
        "delegation": getattr(idea.delegation, "slug", None),
        "state": idea.state,
        "version": idea.version,
        "merged_into": idea.root_id,
        "created_at": idea.created_at.astimezone(UTC).isoformat(),
        "edited": idea.edited,
    }


# Drawing ------------------------------------------------------------------------------------------------------


@board_channel.drawn_by(
    IdeaPosted,
    IdeaEdited,
    IdeaMoved,
    IdeaWithdrawn,
    IdeaReturned,
    IdeaHidden,
    IdeaRestored,
    IdeaMerged,
    IdeaUnmerged,
    IdeaDiscussed,
)
def draw_cards(change: Change, audience: Audience) -> str | None:
    """The card that changed, and those that changed along with it; None where this audience sees none of them."""
    ideas = [change.data["idea"], *change.data.get("renumbered", ())]
    if "into" in change.data:
        ideas.append(change.data["into"])
    return _heads(change.data.get("clusters", ())) + (_draw(ideas, audience) or "") or None


@board_channel.drawn_by(IdeaUsed)
def draw_used(change: Change, audience: Audience) -> str | None:
    """The cards that something was made from."""
    return _draw(change.data["ideas"], audience)


@board_channel.drawn_by(IdeaTranslated)
def draw_translated(change: Change, audience: Audience) -> str | None:
    """The card, for those who read that language; for the others nothing on it has changed."""
    return _draw([change.data["idea"]], audience) if change.data["language"] == audience.language else None


@board_channel.drawn_by(ClusterMade, ClusterNamed, ClusterMoved, ClusterDissolved)
def draw_cluster(change: Change, audience: Audience) -> str | None:
    """The cluster's head, then its cards."""
    heads = _heads([change.data["cluster"], *change.data.get("clusters", ())])
    return heads + (_draw(change.data.get("ideas", ()), audience) or "") or None


def _heads(clusters: Iterable[int]) -> str:
    found = filter(None, map(queries.cluster_by_id, clusters))
    return "".join(
        render_template("ideas/_cluster.html", cluster=cluster, board=cluster.board, ideas=[]) for cluster in found
    )


def _draw(ideas: Any, audience: Audience) -> str | None:
    board: Board | None = board_by_id(int(audience.channel.partition(":")[2]))
    found = queries.cards_by_id(ideas, hidden=audience.tier == "moderators")
    ids = [idea.id for idea in found]
    around = {"beside": beside(ids), "translations": in_language("idea", ids, audience.language)}
    drawn = [render_template("ideas/_card.html", idea=idea, board=board, **around) for idea in found]
    return "".join(drawn) or None


@board_channel.greeting
def own_ideas(admission: Admission) -> dict[str, Any]:
    board, member = admission.found
    return {"own": queries.own_ideas(member, board.id)}


# Intake -------------------------------------------------------------------------------------------------------


@intake("idea:post", forms.PostForm, "/boards/<board>/ideas")
def post(person: Person, form: forms.PostForm) -> Answer:
    """Put a new idea on a board; sending it again with the same key answers the first one."""
    board, member = visible_board(person, form.board)
    before = queries.own_idea_by_key(member, form.key)
    if before is not None:
        return {"idea": idea_json(before), "revision": before.board.revision}
    column = column_of(board, form.column)
    language = form.language or blocking(detect, form.text, list(board.forum.languages), person.language)
    try:
        idea = commands.post_idea(member, board, column=column, text=form.text, language=language, key=form.key)
    except Conflict:
        # The same key arrived twice at once, on two processes: the other one was first.
        first = queries.own_idea_by_key(member, form.key)
        if first is None:
            raise
        idea = first
    return {"idea": idea_json(idea), "revision": idea.board.revision}


@intake("idea:edit", forms.EditForm, "/ideas/<idea>/edit")
def edit(person: Person, form: forms.EditForm) -> Answer:
    """Change one's own idea, starting from the version named as `base`."""
    idea, board, member = queries.idea_shown_to(person, form.idea)
    idea = commands.edit_idea(member, board, idea, text=form.text, base=form.base, language=form.language)
    return {"idea": idea_json(idea)}


@intake("idea:language", forms.LanguageForm, "/ideas/<idea>/language")
def correct_language(person: Person, form: forms.LanguageForm) -> Answer:
    """Say which language an idea is written in."""
    idea, board, member = queries.idea_shown_to(person, form.idea)
    return {"idea": idea_json(commands.correct_language(member, board, idea, language=form.language))}


@intake("idea:withdraw", forms.IdeaForm, "/ideas/<idea>/withdraw")
def withdraw(person: Person, form: forms.IdeaForm) -> Answer:
    """Withdraw one's own idea."""
    idea, board, member = queries.idea_shown_to(person, form.idea)
    if idea.author_id == member.id and idea.withdrawn_at is not None:
        return {"idea": idea_json(idea)}
    commands.withdraw_idea(member, board, idea)
    return {"idea": idea_json(idea)}


@intake("idea:return", forms.IdeaForm, "/ideas/<idea>/return")
def take_back(person: Person, form: forms.IdeaForm) -> Answer:
    """Undo the withdrawal of one's own idea."""
    idea, board, member = queries.idea_shown_to(person, form.idea)
    return {"idea": idea_json(commands.return_idea(member, board, idea))}


@intake("idea:move", forms.MoveForm, "/ideas/<idea>/move")
def move(person: Person, form: forms.MoveForm) -> Answer:
    """Move a card to a column, into a cluster, or in front of another one."""
    idea, board, member = queries.idea_shown_to(person, form.idea)
    place = form.model_dump(exclude={"idea"})
    return {"idea": idea_json(commands.move_idea(member, board, idea, **place))}


@intake("idea:hide", forms.HideForm, "/ideas/<idea>/hide")
def hide(person: Person, form: forms.HideForm) -> Answer:
    """Take an idea out of sight, with a reason."""
    idea, board, member = queries.idea_shown_to(person, form.idea)
    commands.hide_idea(member, board, idea, reason=form.reason)
    return {"idea": idea_json(idea)}


@intake("idea:restore", forms.IdeaForm, "/ideas/<idea>/restore")
def restore(person: Person, form: forms.IdeaForm) -> Answer:
    """Show a hidden idea again."""
    idea, board, member = queries.idea_shown_to(person, form.idea)
    return {"idea": idea_json(commands.restore_idea(member, board, idea))}


@intake("idea:merge", forms.MergeForm, "/ideas/<idea>/merge")
def merge(person: Person, form: forms.MergeForm) -> Answer:
    """Let an idea and its votes count under another one."""
    idea, board, member = queries.idea_shown_to(person, form.idea)
    into, _, _ = queries.idea_shown_to(person, form.into)
    made = commands.merge_ideas(member, board, idea, into)
    return {"merge": made.id, "idea": idea_json(idea), "into": idea_json(into)}


@intake("idea:unmerge", forms.IdeaForm, "/ideas/<idea>/unmerge")
def unmerge(person: Person, form: forms.IdeaForm) -> Answer:
    """Make a merged idea a card of its own again."""
    idea, board, member = queries.idea_shown_to(person, form.idea)
    return {"idea": idea_json(commands.unmerge_idea(member, board, idea))}


@intake("cluster:make", forms.MakeClusterForm, "/boards/<board>/clusters")
def make_cluster(person: Person, form: forms.MakeClusterForm) -> Answer:
    """Group cards under a name."""
    board, member = visible_board(person, form.board)
    ideas = [queries.idea_shown_to(person, key)[0] for key in dict.fromkeys(form.ideas)]
    made = commands.make_cluster(member, board, column=form.column, name=form.name, ideas=ideas)
    return _cluster_answer(made, board)


@intake("cluster:name", forms.NameClusterForm, "/clusters/<cluster>/name")
def name_cluster(person: Person, form: forms.NameClusterForm) -> Answer:
    """Name a cluster."""
    cluster, board, member = queries.cluster_shown_to(person, form.cluster)
    return _cluster_answer(commands.name_cluster(member, board, cluster, name=form.name), board)


@intake("cluster:move", forms.MoveClusterForm, "/clusters/<cluster>/move")
def move_cluster(person: Person, form: forms.MoveClusterForm) -> Answer:
    """Move a cluster with its cards."""
    cluster, board, member = queries.cluster_shown_to(person, form.cluster)
    place = form.model_dump(exclude={"cluster"})
    return _cluster_answer(commands.move_cluster(member, board, cluster, **place), board)


@intake("cluster:dissolve", forms.ClusterForm, "/clusters/<cluster>/dissolve")
def dissolve_cluster(person: Person, form: forms.ClusterForm) -> Answer:
    """Take the name away; the cards stay."""
    cluster, board, member = queries.cluster_shown_to(person, form.cluster)
    commands.dissolve_cluster(member, board, cluster)
    return {"revision": board.revision}


def _cluster_answer(cluster: Any, board: Board) -> Answer:
    return {
        "cluster": {
            "id": cluster.id,
            "name": cluster.name,
            "column": cluster.column_id,
            "position": cluster.position,
        },
        "revision": board.revision,
    }
