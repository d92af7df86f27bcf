"""Votes on the wire: what people send, and the tallies they may hear."""

from __future__ import annotations

from typing import Any

from youthforum.boards.events import BoardChanged
from youthforum.boards.live import board_channel
from youthforum.boards.queries import board_by_id, visible_board
from youthforum.core.commands import unit_of_work
from youthforum.core.errors import NotFound
from youthforum.core.events import on
from youthforum.ideas.events import (
    IdeaHidden,
    IdeaMerged,
    IdeaPosted,
    IdeaRestored,
    IdeaReturned,
    IdeaUnmerged,
    IdeaWithdrawn,
)
from youthforum.ideas.queries import author_of, idea_shown_to, own_ideas
from youthforum.live.channels import Admission, TallySource
from youthforum.live.intake import Answer, intake
from youthforum.live.sockets import live
from youthforum.people.models import Person
from youthforum.people.queries import person_by_id
from youthforum.votes import commands, policy, queries
from youthforum.votes.events import VoteCast
from youthforum.votes.forms import DotsForm, NoticeForm, OpinionForm


def _count(board_id: int, ideas: set[int] | None) -> dict[str, Any]:
    board = board_by_id(board_id)
    return queries.tallies(board, ideas) if board else {}


def _open_to_all(board_id: int) -> bool:
    board = board_by_id(board_id)
    return board is not None and policy.open_to_all(board)


def _open_to(person: Person, board_id: int) -> set[int] | None:
    try:
        board, member = visible_board(person, board_id)
    except NotFound:
        return set()
    return policy.open_to(member, board, set(queries.held_by(member, board)))


board_channel.tallies = TallySource(queries.pulse, _count, _open_to_all, _open_to)


@board_channel.greeting
def own_votes(admission: Admission) -> dict[str, Any]:
    board, member = admission.found
    return queries.what_is_mine(member, board) | {
        "notices": queries.notices(member, board),
        "state": policy.what_one_may_not(member, board),
    }


@on(VoteCast)
def tell_tally(fact: VoteCast) -> None:
    live().broadcaster.voted(f"board:{fact.board_id}", {fact.idea_id}, fact.person_id)
    tell_own_devices(fact.person_id, fact.board_id)


@on(IdeaPosted)
def tell_author(fact: IdeaPosted) -> None:
    author = author_of(fact.idea_id)
    if author is not None:
        tell_own_devices(author, fact.board_id)


def tell_own_devices(person_id: int, board_id: int) -> None:
    """What is mine now, for the other devices of somebody who has just written or voted on one."""
    if not live().may_be_elsewhere(person_id):
        return
    person = person_by_id(person_id)
    try:
        board, member = visible_board(person, board_id)
    except NotFound:
        return
    held = queries.held_by(member, board)
    payload = {
        "board": board_id,
        "own": own_ideas(member, board_id),
        "mine": {str(key): value for key, value in held.items()},
        "dots_left": queries.dots_left(board, held),
    }
    live().tell(person_id, "mine", payload)


@on(BoardChanged)
def tell_all_tallies(fact: BoardChanged) -> None:
    """Opening or closing voting may have changed who sees what."""
    live().broadcaster.voted(f"board:{fact.board_id}", None)


@on(IdeaPosted, IdeaReturned, IdeaRestored, IdeaWithdrawn, IdeaHidden)
def tell_tally_of_idea(fact: Any) -> None:
    live().broadcaster.voted(f"board:{fact.board_id}", {fact.idea_id})


@on(IdeaMerged, IdeaUnmerged)
def tell_supporters(fact: IdeaMerged | IdeaUnmerged) -> None:
    """Both tallies are new, and whoever supported or wrote the idea is told what became of it."""
    live().broadcaster.voted(f"board:{fact.board_id}", {fact.idea_id, fact.into_id})
    kind = "merged" if isinstance(fact, IdeaMerged) else "unmerged"
    for person_id in queries.people_concerned_by(fact.idea_id):
        live().tell(
            person_id,
            "notice",
            {"kind": kind, "board": fact.board_id, "idea": fact.idea_id, "into": fact.into_id},
        )


@intake("vote:dots", DotsForm, "/ideas/<idea>/dots")
def give_dots(person: Person, form: DotsForm) -> Answer:
    """Hold exactly so many dots on an idea."""
    with unit_of_work():  # found inside the transaction, so that nothing need be read twice
        idea, board, member = idea_shown_to(person, form.idea)
        left, version = commands.give_dots(member, board, idea, dots=form.dots)
    return {"dots": form.dots, "left": left, "version": version}


@intake("vote:opinion", OpinionForm, "/ideas/<idea>/opinion")
def give_opinion(person: Person, form: OpinionForm) -> Answer:
    """Agree (1), disagree (-1), pass (0), or take it back (null)."""
    with unit_of_work():
        idea, board, member = idea_shown_to(person, form.idea)
        version = commands.give_opinion(member, board, idea, opinion=form.opinion)
    answer: Answer = {"opinion": form.opinion, "version": version}
    visible = policy.open_to(member, board, {idea.id} if form.opinion is not None else set())
    if visible is None or idea.id in visible:
        answer["tally"] = queries.tallies(board, {idea.id}).get(str(idea.id))
    return answer


@intake("notice:seen", NoticeForm, "/merges/<merge>/seen")
def dismiss_notice(person: Person, form: NoticeForm) -> Answer:
    """Don't show the notice of a merge any more."""
    merge = queries.merge_by_id(form.merge)
    if merge is None:
        raise NotFound(field="merge")
    _idea, _board, member = idea_shown_to(person, merge.into_id)
    concerned = member.person_id in queries.people_concerned_by(merge.idea_id)
    commands.dismiss_notice(member, merge, concerned=concerned)
    return {}
