"""What the forum's home page and listing say about boards and their ideas."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from youthforum.boards.queries import board_by_id, boards_of
from youthforum.forums.home import in_listing, on_home, sentence
from youthforum.forums.models import Member
from youthforum.ideas.queries import idea_counts


@on_home
def boards_on_home(member: Member) -> dict[str, Any]:
    boards = boards_of(member.forum)
    counts = idea_counts(boards)
    for board in boards:
        board.idea_count = counts.get(board.id, 0)  # type: ignore[attr-defined]
    return {"boards": boards}


@in_listing
def boards_in_listing(member: Member) -> dict[str, Any]:
    boards = boards_of(member.forum)
    counts = idea_counts(boards)
    return {
        "boards": [
            {
                "id": board.id,
                "question": board.question,
                "kind": board.kind.value,
                "working_group": board.working_group_id,
                "writing_open": board.writing_open,
                "voting_open": board.voting_open,
                "ideas": counts.get(board.id, 0),
            }
            for board in boards
        ]
    }


@sentence("board.made")
def _board_made(row: Any, _count: int) -> str | None:
    board = board_by_id(row.data["board"])
    return _("A new board: %(question)s", question=board.question) if board else None


@sentence("idea.posted")
def _idea_posted(row: Any, count: int) -> str | None:
    board = board_by_id(int(row.channel.partition(":")[2]))
    if board is None:
        return None
    return ngettext(
        "%(num)d new idea on “%(question)s”", "%(num)d new ideas on “%(question)s”", count, question=board.question
    )
