"""What the rooms below show of polls: the forum’s home page, its listing in the API, the timeline."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from youthforum.activity.models import Activity
from youthforum.forums.home import in_listing, on_home, sentence
from youthforum.forums.models import Member
from youthforum.polls import policy, queries
from youthforum.polls.live.polls import poll_json
from youthforum.polls.models import Poll, State


@on_home
def polls_on_home(member: Member) -> dict[str, Any]:
    polls = queries.polls_of(member)
    refusal = policy.why_not_make(member)
    return {
        "polls": polls,
        "open_polls": [poll for poll in polls if poll.state is State.open],
        "voted_in": queries.voted_in(member, polls),
        "why_not_make_poll": None if refusal is None else str(refusal),
    }


@in_listing
def polls_in_listing(member: Member) -> dict[str, Any]:
    return {"polls": [poll_json(poll) for poll in queries.polls_of(member)]}


def _poll_of(row: Activity) -> Poll | None:
    return queries.poll_by_id(int((row.channel or "poll:0").partition(":")[2]))


def _told(row: Activity, words: Any) -> str | None:
    poll = _poll_of(row)
    return words(question=str(poll.question)) if poll is not None else None


@sentence("poll.opened")
def _opened(row: Activity, _count: int) -> str | None:
    return _told(row, lambda **names: _("The poll “%(question)s” is open.", **names))


@sentence("poll.closed")
def _closed(row: Activity, _count: int) -> str | None:
    return _told(row, lambda **names: _("The poll “%(question)s” has closed.", **names))


@sentence("poll.published")
def _published(row: Activity, _count: int) -> str | None:
    return _told(row, lambda **names: _("The result of the poll “%(question)s” is there.", **names))


@sentence("poll.cancelled")
def _cancelled(row: Activity, _count: int) -> str | None:
    poll = _poll_of(row)
    if poll is None or poll.opened_at is None:  # most people never saw it
        return None
    return _("The poll “%(question)s” was cancelled.", question=str(poll.question))
