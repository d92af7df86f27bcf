"""Filling boards from elsewhere, by whoever runs the server.

Rows go in by the thousand. Nobody can sign in as one of the members made here. An import that is repeated adds
what is new in its source, and leaves alone what has become of the rest: an idea that was moved, merged or shown
again stays so.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _

from youthforum.boards.events import BoardChanged, BoardMade
from youthforum.boards.models import Board, BoardColumn, Kind, Tallies, Voting
from youthforum.boards.queries import board_by_source, columns_of
from youthforum.core.clock import now
from youthforum.core.commands import add, command, lock_row, nothing_forbids, record
from youthforum.core.db import session
from youthforum.core.text import Text
from youthforum.forums.models import Forum, Member
from youthforum.forums.phases import Role
from youthforum.ideas.commands import STEP
from youthforum.ideas.models import Hiding, Idea
from youthforum.ideas.queries import neighbours
from youthforum.imports import queries
from youthforum.imports.ideas_csv import SheetIdea
from youthforum.imports.models import ImportedMember
from youthforum.imports.polis import Conversation, moment
from youthforum.imports.rows import Progress, silent
from youthforum.people.models import Person
from youthforum.votes.models import TallyVersion, Vote

CHUNK = 2000
_KEYS = uuid.UUID("0b8f4f0e-54a3-4b64-9f2e-6f0a9d0c7f35")

Row = dict[str, Any]


@dataclass(frozen=True)
class Imported:
    """What an import has added: numbers of rows, and the board where they are."""

    board_id: int
    ideas: int
    members: int
    votes: int

    @property
    def nothing(self) -> bool:
        return not (self.ideas or self.votes)


@command(unless=nothing_forbids, lock=("forum",))
def import_conversation(
    machine: None, forum: Forum, conversation: Conversation, *, progress: Progress = silent
) -> Imported:
    """A Polis conversation as a board of opinions; imported before, it fills the same board.

    Writing and voting are closed on a new board, as they were in the conversation when it was exported.
    """
    board = board_by_source(forum, conversation.source)
    made = board is None
    if board is None:
        board = _board_for(forum, conversation)
    else:
        lock_row(board)
    with force_locale(forum.languages[0]):
        names = {f"voter:{n}": _("Voter %(number)s", number=n) for n in conversation.voters}
    people, new_people = _members(board, {key: (name, None) for key, name in names.items()})
    ideas, new_ideas = _statements(board, conversation, people, progress)
    votes = {
        (ideas[_key(board, number)], people[f"voter:{voter}"]): (opinion.value, opinion.at)
        for (number, voter), opinion in conversation.opinions.items()
    }
    stored = _store_votes(board, votes, progress)
    if made:
        record(BoardMade(forum_id=forum.id, revision=forum.advance(), board_id=board.id))
    elif new_ideas or stored:
        _tell(board)
    return Imported(board.id, new_ideas, new_people, stored)


@command(unless=nothing_forbids, lock=("board",))
def import_ideas(machine: None, board: Board, sheet: list[SheetIdea], *, progress: Progress = silent) -> Imported:
    """Ideas from a spreadsheet, below what stands in their columns, in the order of the rows.

    An author becomes a member of that name whom nobody can sign in as; a delegation without an author
    becomes one with the delegation's name.
    """
    people, new_people = _members(board, _authors(board, sheet))
    columns = [column.id for column in columns_of(board.id)]
    standing = {column: neighbours(board.id, column, None) for column in columns}
    place = {column: places[-1][0] if places else 0.0 for column, places in standing.items()}
    rows = []
    for idea in sheet:
        column = idea.column or columns[0]
        place[column] += STEP
        rows.append(
            _idea(
                board,
                column_id=column,
                author_id=people.get(_author_key(idea)),
                key=_key(board, idea.author, idea.delegation, idea.nth, idea.text),
                text=idea.text,
                language=idea.language,
                position=place[column],
            )
        )
    _ids, new_ideas = _store_ideas(board, rows, progress)
    if new_ideas:
        _tell(board)
    return Imported(board.id, new_ideas, new_people, 0)


def _board_for(forum: Forum, conversation: Conversation) -> Board:
    heading = Text()
    for code in forum.languages:
        with force_locale(code):
            heading[code] = _("Statements")
    last = max((opinion.at for opinion in conversation.opinions.values()), default=None)
    return add(
        Board(
            forum=forum,
            question=Text({conversation.language: conversation.topic}),
            kind=Kind.opinions,
            tallies=Tallies.live,
            show_authors=False,
            writing_open=False,
            voting=Voting.closed,
            voting_closed_at=now() if last is None else moment(last),
            columns=[BoardColumn(name=heading, position=0)],
            created_at=now(),
            source=conversation.source,
        )
    )


def _key(board: Board, *parts: object) -> str:
    """The same for the same thing in the source, so that it is not added again."""
    return str(uuid.uuid5(_KEYS, "\0".join(map(str, (board.id, *parts)))))


def _tell(board: Board) -> None:
    """Hundreds of cards are not sent one by one. One revision stays out of the log, so that whoever watches
    notices a gap, asks for what is missing, and is told to load the board anew (live/sockets.py)."""
    board.advance()
    record(BoardChanged(board_id=board.id, revision=board.advance(), what="import"))


# People -------------------------------------------------------------------------------------------------------


def _authors(board: Board, sheet: list[SheetIdea]) -> dict[str, tuple[str, int | None]]:
    teams = {team.id: team.name.in_(*board.forum.languages)[:60] for team in board.forum.delegations}
    found = {}
    for idea in sheet:
        if idea.author or idea.delegation:
            name = idea.author or teams[idea.delegation or 0]
            found[_author_key(idea)] = (name, idea.delegation)
    return found


def _author_key(idea: SheetIdea) -> str:
    return f"author:{idea.delegation or ''}:{idea.author}"


def _members(board: Board, wanted: dict[str, tuple[str, int | None]]) -> tuple[dict[str, int], int]:
    """`({key in the source: member id}, how many are new)`; `wanted` maps keys to name and delegation."""
    known = queries.imported_members(board)
    new = [key for key in wanted if key not in known]
    forum, today = board.forum, now()
    for keys in _chunks(new):
        person = {"language": forum.languages[0], "created_at": today}
        people = session().scalars(sa.insert(Person).returning(Person.id), [person] * len(keys)).all()
        rows = [
            {
                "forum_id": forum.id,
                "person_id": person_id,
                "role": Role.participant,
                "name": wanted[key][0],
                "delegation_id": wanted[key][1],
                "joined_at": today,
            }
            for key, person_id in zip(keys, people, strict=True)
        ]
        made = session().execute(sa.insert(Member).returning(Member.person_id, Member.id), rows)
        by_person = dict(made.all())
        members = {key: by_person[person_id] for key, person_id in zip(keys, people, strict=True)}
        session().execute(
            sa.insert(ImportedMember),
            [{"board_id": board.id, "key": key, "member_id": member} for key, member in members.items()],
        )
        known |= members
    return known, len(new)


# Ideas --------------------------------------------------------------------------------------------------------


def _statements(
    board: Board, conversation: Conversation, people: dict[str, int], progress: Progress
) -> tuple[dict[str, int], int]:
    """Store the statements, the newest on top: `({key: idea id}, how many are new)`."""
    column = columns_of(board.id)[0]
    standing = neighbours(board.id, column.id, None)
    place = standing[0][0] if standing else 0.0
    known = queries.ideas_by_key(board)
    rows, rejected = [], set()
    for statement in sorted(conversation.statements, key=lambda one: (one.at, one.number)):
        key = _key(board, statement.number)
        if statement.rejected:
            rejected.add(key)
        place -= STEP
        rows.append(
            _idea(
                board,
                column_id=column.id,
                author_id=None if statement.author is None else people[f"voter:{statement.author}"],
                key=key,
                text=statement.text,
                language=statement.language,
                position=place,
                created_at=moment(statement.at),
            )
        )
    ideas, new = _store_ideas(board, rows, progress)
    with force_locale(board.forum.languages[0]):
        reason = _("Rejected by the moderators of the original conversation")
    hidings = [
        {"idea_id": ideas[key], "moderator_id": None, "reason": reason, "at": now()}
        for key in sorted(rejected - known.keys())
    ]
    if hidings:
        session().execute(sa.insert(Hiding), hidings)
    return ideas, new


def _idea(board: Board, **columns: Any) -> Row:
    return {"board_id": board.id, "version": 1, "created_at": now()} | columns


def _store_ideas(board: Board, rows: list[Row], progress: Progress) -> tuple[dict[str, int], int]:
    """Add those whose key the board doesn't have: `({key: idea id}, how many are new)`."""
    known = queries.ideas_by_key(board)
    new = [row for row in rows if row["key"] not in known]
    done = 0
    for chunk in _chunks(new):
        session().execute(sa.insert(Idea), chunk)
        done += len(chunk)
        progress("ideas", done, len(new))
    ideas = queries.ideas_by_key(board)
    counters = [{"idea_id": ideas[row["key"]], "board_id": board.id, "version": 0} for row in new]
    if counters:
        session().execute(sa.insert(TallyVersion), counters)
    return ideas, len(new)


# Votes --------------------------------------------------------------------------------------------------------


def _store_votes(board: Board, votes: dict[tuple[int, int], tuple[int, int]], progress: Progress) -> int:
    """Set votes, `{(idea id, member id): (value, time in milliseconds)}`: how many were new or another before."""
    stored = queries.imported_votes(board)
    wanted = [place for place in sorted(votes) if stored.get(place) != votes[place][0]]
    done = 0
    for places in _chunks(wanted):
        new = [_vote(place, votes[place]) for place in places if place not in stored]
        changed = [_vote(place, votes[place]) for place in places if place in stored]
        if new:
            session().execute(sa.insert(Vote), new)
        if changed:
            session().execute(sa.update(Vote), changed)
        done += len(places)
        progress("votes", done, len(wanted))
    for ideas in _chunks(sorted({idea for idea, _member in wanted})):
        session().execute(
            sa.update(TallyVersion)
            .where(TallyVersion.idea_id.in_(ideas))
            .values(version=TallyVersion.version + 1)
            .execution_options(synchronize_session=False)
        )
    return len(wanted)


def _vote(place: tuple[int, int], cast: tuple[int, int]) -> Row:
    return {"idea_id": place[0], "member_id": place[1], "value": cast[0], "at": moment(cast[1])}


def _chunks(rows: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]
