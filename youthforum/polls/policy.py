"""Why somebody may not make, run or vote in a poll, and who sees its result."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from youthforum.core.dates import clock_time
from youthforum.core.errors import Refusal
from youthforum.forums.models import Member
from youthforum.forums.phases import PHASE_LABELS, Activity, Phase
from youthforum.forums.policy import OTHER_FORUM, why_not
from youthforum.polls.models import Elector, Poll, Results, State

ALREADY_VOTED = Refusal("already_voted", _l("Your ballot is counted. You voted already."))
NOT_IN_ELECTORATE = Refusal("not_in_electorate", _l("This poll is for other people than you."))
JOINED_LATER = Refusal("not_in_electorate", _l("You joined after this poll was opened, so you can’t vote in it."))
NOT_OPEN = Refusal("poll_not_open", _l("This poll has not been opened yet."))
CANCELLED = Refusal("poll_cancelled", _l("This poll was cancelled. Nothing was counted."))
FIXED = Refusal("poll_fixed", _l("This poll has been opened. What it asks and how it counts can’t change any more."))
NOT_PREPARED = Refusal("poll_fixed", _l("This poll has been opened already."))
NOT_RUNNING = Refusal("poll_not_open", _l("This poll is not open."))
NOT_COUNTED = Refusal("poll_not_counted", _l("This poll has no result yet."))
PUBLISHED = Refusal("poll_published", _l("The result of this poll is published already."))
NOT_SHOWN = Refusal("result_hidden", _l("The result of this poll has not been published yet."))


def why_not_make(member: Member | None) -> Refusal | None:
    return why_not(member, Activity.run_polls)


def why_not_run(member: Member | None, poll: Poll) -> Refusal | None:
    """Whoever facilitates may run it."""
    if member is not None and member.forum_id != poll.forum_id:
        return OTHER_FORUM
    return why_not(member, Activity.run_polls)


def why_not_change(member: Member | None, poll: Poll) -> Refusal | None:
    return why_not_run(member, poll) or (None if poll.state is State.prepared else FIXED)


def why_not_open(member: Member | None, poll: Poll) -> Refusal | None:
    """Only in the phase in which people can vote."""
    refusal = why_not_run(member, poll)
    if refusal is None and poll.state is not State.prepared:
        return NOT_PREPARED
    if refusal is None and poll.forum.phase is not Phase.decide:
        return Refusal(
            "wrong_phase",
            _l(
                "Polls are opened in the phase “%(phase)s”. Move the forum there first.",
                phase=PHASE_LABELS[Phase.decide],
            ),
        )
    return refusal


def why_not_close(member: Member | None, poll: Poll) -> Refusal | None:
    return why_not_run(member, poll) or (None if poll.state is State.open else NOT_RUNNING)


def why_not_close_by_clock(poll: Poll, at: datetime) -> Refusal | None:
    """The clock asks by itself, with the database’s time."""
    due = poll.state is State.open and poll.closes_at is not None and poll.closes_at <= at
    return None if due else NOT_RUNNING


def why_not_count(poll: Poll) -> Refusal | None:
    """Counting is the machine’s own: it follows closing."""
    return None if poll.state is State.closed else NOT_RUNNING


def why_not_publish(member: Member | None, poll: Poll) -> Refusal | None:
    refusal = why_not_run(member, poll)
    if refusal is None and poll.state is State.published:
        return PUBLISHED
    return refusal or (None if poll.state is State.closed and poll.outcome is not None else NOT_COUNTED)


def why_not_cancel(member: Member | None, poll: Poll) -> Refusal | None:
    """Until the result is published: a decision that everybody has read can’t be made to never have been."""
    refusal = why_not_run(member, poll)
    if refusal is None and poll.state is State.cancelled:
        return CANCELLED
    return refusal or (PUBLISHED if poll.state is State.published else None)


def why_not_cast(member: Member | None, poll: Poll, elector: Elector | None, at: datetime) -> Refusal | None:
    """Why this member may not vote now, whether or not they have; `at` is the database’s time."""
    if member is not None and member.forum_id != poll.forum_id:
        return OTHER_FORUM
    refusal = why_not(member, Activity.decide)
    if refusal is not None:
        return refusal
    if poll.state is State.prepared:
        return NOT_OPEN
    if poll.state is State.cancelled:
        return CANCELLED
    if poll.state is not State.open or is_due(poll, at):
        return poll_closed(poll)
    if elector is None:
        late = member is not None and poll.opened_at is not None and member.joined_at > poll.opened_at
        return JOINED_LATER if late else NOT_IN_ELECTORATE
    return None


def is_due(poll: Poll, at: datetime) -> bool:
    """Whether the time is over, even if nobody has closed it yet."""
    return poll.closes_at is not None and at >= poll.closes_at


def poll_closed(poll: Poll) -> Refusal:
    """With the time on the forum’s clock, in the reader’s way of writing it."""
    moment = poll.closed_at or poll.closes_at

    def time() -> str:
        return clock_time(moment, poll.forum.time_zone) if moment else ""

    when: Any = LazyString(time)
    return Refusal("poll_closed", _l("This poll closed at %(time)s.", time=when))


def why_not_see_result(member: Member, poll: Poll) -> Refusal | None:
    """Members from publishing on, or as soon as it is counted where the poll says so; facilitators once it is counted.
    While it is open nobody can: the ballots are sealed."""
    if poll.outcome is None or poll.state is State.cancelled:
        return NOT_COUNTED
    if poll.state is State.published or poll.results is Results.on_closing or member.is_moderator:
        return None
    return NOT_SHOWN
