"""Reading polls, through the eyes of somebody. What is in the box is read by the count alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, lazyload, selectinload

from youthforum.core.clock import now
from youthforum.core.db import on_sqlite, session
from youthforum.core.errors import Forbidden, NotFound
from youthforum.core.settings import settings
from youthforum.forums.models import Forum, Member
from youthforum.people.models import Person
from youthforum.polls import policy, protocol
from youthforum.polls.box import key_of, receipt_code
from youthforum.polls.models import (
    Ballot,
    Elector,
    Poll,
    PollOption,
    ProtocolLine,
    Receipt,
    Roll,
    SealedBallot,
    State,
)
from youthforum.proposals.models import Proposal

# While a poll is open, turnout is told in steps of so many, so that nobody sees whose ballot has just come.
TURNOUT_STEP = 5

_VISIBLE = (
    sa.select(Poll, Member)
    .join(Member, Member.forum_id == Poll.forum_id)
    .where(Poll.id == sa.bindparam("poll"), Member.person_id == sa.bindparam("person"))
    .options(lazyload(Member.forum))  # the poll brings it
)
_REVISION = sa.select(Poll.revision).where(Poll.id == sa.bindparam("poll"))
_CAST = sa.select(sa.func.count()).select_from(Roll).where(Roll.poll_id == sa.bindparam("poll"))
_ELECTORS = sa.select(sa.func.count()).select_from(Elector).where(Elector.poll_id == sa.bindparam("poll"))
_STANDING = (
    sa.select(Elector, Roll.member_id.is_not(None))
    .outerjoin(Roll, sa.and_(Roll.poll_id == Elector.poll_id, Roll.member_id == Elector.member_id))
    .where(Elector.poll_id == sa.bindparam("poll"), Elector.member_id == sa.bindparam("member"))
)
_VOTED = sa.select(Roll.member_id).where(Roll.poll_id == sa.bindparam("poll"), Roll.member_id == sa.bindparam("member"))


def database_now() -> datetime:
    """The clock that decides: the database server’s. SQLite runs in this process, and has ours."""
    if on_sqlite():
        return now()
    return session().scalars(sa.select(sa.func.clock_timestamp(type_=sa.DateTime(timezone=True)))).one().astimezone(UTC)


# Polls ------------------------------------------------------------------------------------------------------------


def visible_poll(person: Person | None, poll_id: int) -> tuple[Poll, Member]:
    """The poll, and who this person is in its forum. Raises NotFound for whoever is not a member, and before the
    opening for whoever doesn’t facilitate."""
    found = None
    if person is not None and 0 < poll_id < 2**31:
        found = session().execute(_VISIBLE, {"poll": poll_id, "person": person.id}).first()
    if found is None or not _shows(*found):
        raise NotFound(field="poll")
    return found


def _shows(poll: Poll, member: Member) -> bool:
    return member.is_moderator or (poll.state is not State.prepared and not _cancelled_before_opening(poll))


def _cancelled_before_opening(poll: Poll) -> bool:
    return poll.state is State.cancelled and poll.opened_at is None


def poll_by_id(poll_id: int) -> Poll | None:
    """Not scoped to anybody: for the command line, and for rooms, whose people were checked when they entered."""
    return session().get(Poll, poll_id)


def revision_of(poll_id: int) -> int:
    """Read from the database, whatever this session has loaded before."""
    return session().scalar(_REVISION, {"poll": poll_id}) or 0


def polls_of(member: Member) -> list[Poll]:
    """The forum’s polls that this member may see: the newest first, at most 200."""
    return [poll for poll in all_polls(member.forum) if _shows(poll, member)]


def all_polls(forum: Forum) -> list[Poll]:
    """Not scoped to anybody; for the command line. The newest first, at most 200."""
    return list(
        session().scalars(
            sa.select(Poll)
            .where(Poll.forum_id == forum.id)
            .options(lazyload(Poll.forum), joinedload(Poll.working_group), selectinload(Poll.options))
            .order_by(Poll.id.desc())
            .limit(200)
        )
    )


def polls_about(member: Member, proposals: Iterable[int]) -> dict[int, list[Poll]]:
    """`{proposal id: polls in which it is an option}`, as far as this member may see them; the newest first."""
    rows = session().execute(
        sa.select(PollOption.proposal_id, Poll)
        .join(Poll, Poll.id == PollOption.poll_id)
        .where(PollOption.proposal_id.in_(list(proposals)), Poll.forum_id == member.forum_id)
        .order_by(Poll.id.desc())
    )
    found: dict[int, list[Poll]] = {}
    for proposal, poll in rows:
        if proposal is not None and _shows(poll, member):
            found.setdefault(proposal, []).append(poll)
    return found


def proposal_in(forum_id: int, proposal_id: int) -> Proposal:
    """Raises NotFound for a proposal of another forum."""
    found = session().get(Proposal, proposal_id)
    if found is None or found.forum_id != forum_id:
        raise NotFound(field="options")
    return found


def due_to_open(at: datetime) -> list[Poll]:
    """Prepared polls whose opening time has come."""
    return list(session().scalars(sa.select(Poll).where(Poll.state == State.prepared, Poll.opens_at <= at)))


def due_to_close(at: datetime) -> list[Poll]:
    """Open polls whose time is over."""
    return list(session().scalars(sa.select(Poll).where(Poll.state == State.open, Poll.closes_at <= at)))


def open_polls() -> list[Poll]:
    """Of all forums; for telling their turnout."""
    return list(session().scalars(sa.select(Poll).where(Poll.state == State.open)))


def not_counted() -> list[Poll]:
    """Closed polls without an outcome: just closed, or the server stopped before it had counted."""
    return list(session().scalars(sa.select(Poll).where(Poll.state == State.closed, Poll.outcome.is_(None))))


# Voting -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """How a member stands: their line among the electors, whether they have voted; and the database’s time."""

    elector: Elector | None
    voted: bool
    at: datetime


def standing(member: Member, poll: Poll) -> Standing:
    """Read from the database in one go: a hall votes within seconds."""
    row = session().execute(_STANDING, {"poll": poll.id, "member": member.id}).first()
    elector, voted = (row[0], row[1]) if row is not None else (None, False)
    return Standing(elector, voted, database_now() if poll.closes_at is not None else now())


def has_voted(member: Member, poll: Poll) -> bool:
    """Read from the database, whatever this session has loaded before."""
    return session().scalar(_VOTED, {"poll": poll.id, "member": member.id}) is not None


def voted_in(member: Member, polls: Iterable[Poll]) -> set[int]:
    """Ids of those of these polls in which this member has voted; for themselves alone."""
    among = Roll.poll_id.in_([poll.id for poll in polls])
    return set(session().scalars(sa.select(Roll.poll_id).where(among, Roll.member_id == member.id)))


def cast_so_far(poll_id: int) -> int:
    """How many have voted, exactly: for the count, not for showing while the poll is open."""
    return session().scalar(_CAST, {"poll": poll_id}) or 0


@dataclass(frozen=True)
class Turnout:
    """`cast` of `of` who may vote; while the poll is open, `cast` is rounded down to a multiple of TURNOUT_STEP."""

    cast: int
    of: int


def turnout(poll: Poll) -> Turnout | None:
    """What everybody may know; None before the opening."""
    if poll.facts is None:
        return None
    cast = cast_so_far(poll.id)
    if poll.state is State.open:
        cast -= cast % TURNOUT_STEP
    return Turnout(cast, int(poll.facts["rules"]["electorate"]["size"]))


def key_to(poll: Poll) -> bytes | None:
    """The key to the poll’s box; None before the opening and after the count."""
    if poll.box_key is None:
        return None
    return key_of(settings().secret_key.get_secret_value().encode(), poll.box_key)


def receipt_again(member: Member, poll: Poll, half: bytes) -> str | None:
    """The code that this member got for a ballot with this half; None where they sent none with it."""
    key = key_to(poll)
    if key is None:
        return None
    code = receipt_code(key, poll.id, member.id, half)
    query = sa.select(Receipt.code).where(Receipt.code == code, Receipt.poll_id == poll.id)
    return session().scalar(query)


def options_for(member: Member, poll: Poll) -> list[PollOption]:
    """The options in the order in which this member sees them: always the same for them, and of use to nobody else."""
    if not poll.shuffled:
        return list(poll.options)
    return sorted(poll.options, key=lambda option: protocol.digest([poll.id, member.id, option.key]))


# The count --------------------------------------------------------------------------------------------------------


def box_of(poll: Poll) -> list[bytes]:
    """The sealed ballots, in the order of their random ids."""
    query = sa.select(SealedBallot.content).where(SealedBallot.poll_id == poll.id).order_by(SealedBallot.id)
    return list(session().scalars(query))


def receipts_of(poll: Poll) -> list[str]:
    """The codes of all receipts, sorted as Python and the verifier sort (a database may sort by its own language)."""
    return sorted(session().scalars(sa.select(Receipt.code).where(Receipt.poll_id == poll.id)))


def ballots_of(poll: Poll) -> list[dict[str, Any]]:
    """The opened ballots as the export holds them, in the order of their ids."""
    rows = session().scalars(sa.select(Ballot).where(Ballot.poll_id == poll.id)).all()
    return [plain_ballot(poll, row.id, row.choice, row.delegation, row.country) for row in sorted(rows, key=_id_of)]


def _id_of(ballot: Ballot) -> str:
    return ballot.id


def plain_ballot(poll: Poll, number: str, choice: Any, delegation: str | None, country: str | None) -> dict[str, Any]:
    """One ballot as the export holds it; of a secret poll the choice alone."""
    entry = {"id": number, "choice": choice}
    return entry if poll.secret else entry | {"delegation": delegation, "country": country}


def lines_of(poll: Poll) -> list[protocol.Line]:
    """The protocol so far."""
    rows = session().scalars(
        sa.select(ProtocolLine).where(ProtocolLine.poll_id == poll.id).order_by(ProtocolLine.number)
    )
    return [protocol.Line(row.number, row.kind, row.data, row.before, row.hash) for row in rows]


def export_for(member: Member, poll: Poll) -> dict[str, Any]:
    """What anybody can count again. Raises Forbidden for whoever may not see the result yet."""
    refusal = policy.why_not_see_result(member, poll)
    if refusal is not None:
        raise Forbidden(refusal)
    return export(poll)


def export(poll: Poll) -> dict[str, Any]:
    """Not scoped to anybody; for the command line. Raises Forbidden where there is no result."""
    if poll.outcome is None or poll.facts is None:
        raise Forbidden(policy.NOT_COUNTED)
    ballots = ballots_of(poll)
    return protocol.export(
        poll.facts, ballots, receipts_of(poll), poll.outcome, lines_of(poll), roll=cast_so_far(poll.id)
    )
