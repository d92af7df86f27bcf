"""Making polls, voting in them, and what becomes of the ballots."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from youthforum.core.commands import add, command, record
from youthforum.core.db import session
from youthforum.core.errors import Forbidden, Invalid
from youthforum.core.text import Text
from youthforum.forums.models import Delegation, Member, WorkingGroup
from youthforum.forums.queries import electors_in
from youthforum.polls import policy, protocol, queries
from youthforum.polls.box import Envelope, Opened, receipt_code, seal
from youthforum.polls.counting.ballots import Fault, InvalidBallot, Method, plain_choice, read_choice
from youthforum.polls.counting.majority import Within
from youthforum.polls.events import (
    PollCancelled,
    PollChanged,
    PollClosed,
    PollCounted,
    PollFact,
    PollMade,
    PollMoved,
    PollOpened,
    PollPublished,
)
from youthforum.polls.forms import OptionForm, PollFields
from youthforum.polls.models import (
    Ballot,
    Breaking,
    Elector,
    Poll,
    PollOption,
    ProtocolLine,
    Receipt,
    Results,
    Roll,
    SealedBallot,
    State,
)
from youthforum.proposals.commands.stages import move_proposal
from youthforum.proposals.policy import why_not_move
from youthforum.proposals.stages import MOVES

NOT_VALID = {
    Fault.SHAPE: _l("This ballot is not of the kind that this poll asks for."),
    Fault.UNKNOWN_OPTION: _l("There is something on this ballot that is not an option of this poll."),
    Fault.TWICE: _l("An option stands on this ballot twice."),
    Fault.VALUE: _l("There is an answer on this ballot that this poll does not know."),
}


# Preparing --------------------------------------------------------------------------------------------------------


@command(unless=policy.why_not_make)
def make_poll(
    member: Member, *, form: PollFields, group: WorkingGroup | None = None, delegations: Sequence[Delegation] = ()
) -> Poll:
    """A new poll, being prepared. `delegations`: whose participants may vote; none for all participants."""
    poll = Poll(forum=member.forum, state=State.prepared, created_at=queries.database_now(), maker_id=member.id)
    _fill(poll, form, group, delegations)
    add(poll)
    record(PollMade(**_facts(poll)))
    return poll


@command(unless=policy.why_not_change, lock=("poll",))
def change_poll(
    member: Member,
    poll: Poll,
    *,
    form: PollFields,
    group: WorkingGroup | None = None,
    delegations: Sequence[Delegation] = (),
) -> None:
    """Anything about a poll, as long as it has not been opened."""
    poll.options.clear()
    session().flush()  # the old keys are free again
    _fill(poll, form, group, delegations)
    record(PollChanged(**_facts(poll)))


def _fill(poll: Poll, form: PollFields, group: WorkingGroup | None, delegations: Sequence[Delegation]) -> None:
    poll.question, poll.about = _text(form.question), _text(form.about)
    poll.method, poll.secret, poll.rules = Method(form.method), form.secret, form.plain_rules
    poll.working_group_id = group.id if group else None
    poll.delegations = [one.id for one in delegations] or None
    poll.results, poll.breakdown, poll.shuffled = Results(form.results), Breaking(form.breakdown), form.shuffled
    poll.opens_at, poll.closes_at = form.opens_at, form.closes_at
    poll.options = [_option(poll, place, option) for place, option in enumerate(form.options)]


def _text(words: dict[str, str]) -> Text:
    return Text({code: one for code, one in words.items() if one})


def _option(poll: Poll, place: int, form: OptionForm) -> PollOption:
    """Raises NotFound for a proposal of another forum."""
    text = _text(form.text)
    if form.proposal is not None:
        text = queries.proposal_in(poll.forum.id, form.proposal).title
    return PollOption(key=_key(place), position=place, text=text, proposal_id=form.proposal)


def _key(place: int) -> str:
    """a, b, … z, aa, ab, …"""
    more, letter = divmod(place, 26)
    return (_key(more - 1) if more else "") + chr(ord("a") + letter)


# Opening ----------------------------------------------------------------------------------------------------------


@command(unless=policy.why_not_open, lock=("poll",))
def open_poll(member: Member, poll: Poll) -> None:
    """Let people vote. Writes down who may, fixes question, options and rules, and begins the protocol.

    Raises Invalid where its time is over already, where nobody may vote, or where the rules ask for more delegations
    than there are.
    """
    at = queries.database_now()
    if policy.is_due(poll, at):
        raise Invalid(_l("The time at which this poll closes is over already."), field="closes_at")
    electors = electors_in(poll.forum_id, poll.delegations)
    if not electors:
        raise Invalid(_l("Nobody may vote in this poll: there is no participant."), field="delegations")
    session().execute(sa.insert(Elector), [{"poll_id": poll.id, **elector} for elector in electors])
    poll.state, poll.opened_at, poll.opener_id = State.open, at, member.id
    poll.box_key = secrets.token_bytes(32)
    poll.facts = _frozen(poll, electors)
    majority = poll.rules["majority"]
    if majority and majority["at_least"] > len(poll.facts["rules"]["electorate"]["delegations"]):
        raise Invalid(_l("There are not as many delegations as the majority asks for."), field="majority")
    _write(poll, [protocol.next_line([], protocol.Kind.OPENED, protocol.opened(poll.facts, _iso(at)))])
    _tell(poll, PollOpened)


def _frozen(poll: Poll, electors: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What is published of the poll and can’t change any more."""
    rules = {
        "method": poll.method.value,
        "options": [option.key for option in poll.options],
        # Drawn by the server at the last moment: whoever could choose it could try until the lot suits them.
        "seed": secrets.token_hex(16),
        "secret": poll.secret,
        "electorate": {
            "size": len(electors),
            "countries": _sizes(elector["country"] for elector in electors),
            "delegations": _sizes(elector["delegation"] for elector in electors),
        },
        **poll.rules,
    }
    return {
        "id": poll.id,
        "forum": poll.forum.slug,
        "question": dict(poll.question),
        "about": dict(poll.about),
        "options": [
            {"key": option.key, "text": dict(option.text), "proposal": option.proposal_id} for option in poll.options
        ],
        "breakdown": poll.breakdown.value,
        "results": poll.results.value,
        "closes_at": _iso(poll.closes_at) if poll.closes_at else None,
        "rules": rules,
    }


def _sizes(groups: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for group in groups:
        if group is not None:
            found[group] = found.get(group, 0) + 1
    return dict(sorted(found.items()))


# Voting -----------------------------------------------------------------------------------------------------------


# The poll's row is shared with other voters and not with whoever closes it: what is cast was cast before the closing.
@command(unless=policy.why_not_cast, share=("poll",))
def cast_ballot(
    member: Member, poll: Poll, *, elector: Elector | None, at: datetime, choice: object, half: bytes
) -> str:
    """Put a ballot into the box: the code of its receipt.

    Raises Forbidden where the time has run out meanwhile, Invalid for a ballot that is none of this poll’s (never
    quoting it), Conflict where the member has voted.
    """
    key = queries.key_to(poll)
    if key is None or elector is None or poll.facts is None:
        raise Forbidden(policy.poll_closed(poll))
    if poll.closes_at is not None and policy.is_due(poll, queries.database_now()):
        raise Forbidden(policy.poll_closed(poll))
    options = poll.facts["rules"]["options"]
    try:
        plain = plain_choice(options, read_choice(poll.method, options, choice))
    except InvalidBallot as error:
        raise Invalid(NOT_VALID[error.fault], field="choice") from None
    code = receipt_code(key, poll.id, member.id, half)
    sealed = seal(key, poll.id, len(options), _envelope(poll, elector, plain))
    connection = session().connection()
    connection.execute(_MARK, {"poll_id": poll.id, "member_id": member.id})  # once: the roll's key
    connection.execute(_PUT, {"id": secrets.token_hex(16), "poll_id": poll.id, "content": sealed})
    connection.execute(_HAND_OUT, {"code": code, "poll_id": poll.id})
    return code


# Built once: a hall votes within seconds.
_MARK, _PUT, _HAND_OUT = (sa.insert(cast(sa.Table, kind.__table__)) for kind in (Roll, SealedBallot, Receipt))


def _envelope(poll: Poll, elector: Elector, plain: Any) -> Envelope:
    """With no more of its voter than the poll’s breakdown and its majorities ask for."""
    within = (poll.rules["majority"] or {}).get("within")
    delegation = poll.breakdown is Breaking.delegation or within == Within.DELEGATIONS
    country = poll.breakdown is not Breaking.none or within == Within.EACH_COUNTRY
    return Envelope(
        plain,
        elector.delegation if delegation else None,
        elector.country if country else None,
        None if poll.secret else elector.member_id,
    )


# Closing, counting, publishing ------------------------------------------------------------------------------------


@command(unless=policy.why_not_close, lock=("poll",))
def close_poll(member: Member, poll: Poll) -> None:
    """Take no more ballots. Whoever votes shares the lock on the same row: this waits for them, and they for this."""
    _close(poll, queries.database_now())


@command(unless=policy.why_not_close_by_clock, lock=("poll",))
def close_by_clock(_clock: None, poll: Poll, *, at: datetime) -> None:
    """The same, because its time is over; the first of several processes does it."""
    _close(poll, at)


def _close(poll: Poll, at: datetime) -> None:
    poll.state, poll.closed_at = State.closed, at
    _tell(poll, PollClosed)


@command(unless=policy.why_not_count, lock=("poll",))
def store_outcome(_machine: None, poll: Poll, *, opened: Opened) -> None:
    """Keep what was counted: opened ballots in the order of their new ids, the outcome, the rest of the protocol.

    The sealed ballots go, and with them this poll’s half of the key. Counting takes a while and happens outside of
    any transaction, so two processes may both have done it: the first one’s outcome stays.
    """
    if poll.outcome is not None or poll.closed_at is None:
        return
    if opened.ballots:
        session().execute(sa.insert(Ballot), [{"poll_id": poll.id, **row} for row in opened.ballots])
    session().execute(sa.delete(SealedBallot).where(SealedBallot.poll_id == poll.id))
    poll.box_key, poll.outcome = None, opened.outcome
    entries = [
        queries.plain_ballot(poll, row["id"], row["choice"], row["delegation"], row["country"])
        for row in opened.ballots
    ]
    before = queries.lines_of(poll)
    lines = protocol.closing_lines(
        before,
        entries,
        queries.receipts_of(poll),
        opened.outcome,
        roll=queries.cast_so_far(poll.id),
        at=_iso(poll.closed_at),
    )
    _write(poll, lines[len(before) :])
    record(PollCounted(**_facts(poll)))


@command(unless=policy.why_not_publish, lock=("poll",))
def publish_poll(member: Member, poll: Poll) -> None:
    """Show the result to everybody; proposals among the options are adopted or not, as it says.

    A proposal that is no longer shortlisted stays where somebody has moved it.
    """
    adopted = (poll.outcome or {}).get("adopted", ())
    poll.state, poll.published_at = State.published, queries.database_now()
    for option in poll.options:
        proposal = option.proposal
        move = MOVES["adopt" if option.key in adopted else "not_adopt"]
        if proposal is not None and why_not_move(member, proposal, move) is None:
            with force_locale(proposal.language):
                words = {"question": poll.question.in_(proposal.language)}
                reason = _("Adopted in the poll “%(question)s”.", **words)
                if move.name == "not_adopt":
                    reason = _("Not adopted in the poll “%(question)s”.", **words)
            move_proposal(member, proposal, move, reason=reason)
    _tell(poll, PollPublished)


@command(unless=policy.why_not_cancel, lock=("poll",))
def cancel_poll(member: Member, poll: Poll, *, reason: str) -> None:
    """Call it off, with a reason that everybody reads. Nothing of what was cast is kept."""
    for table in (SealedBallot, Ballot, Receipt, Roll):
        session().execute(sa.delete(table).where(table.poll_id == poll.id))
    poll.state, poll.cancelled_because, poll.outcome, poll.box_key = State.cancelled, reason, None, None
    _tell(poll, PollCancelled)


def publish_by_itself(poll: Poll) -> None:
    """What follows a count where results are shown on closing, with the rights of whoever opened the poll. Where these
    have ended, members see the result all the same, and a facilitator publishes it."""
    opener = poll.opener
    if poll.results is Results.on_closing and opener is not None and policy.why_not_publish(opener, poll) is None:
        publish_poll(opener, poll)


def _write(poll: Poll, lines: Sequence[protocol.Line]) -> None:
    for line in lines:
        add(
            ProtocolLine(
                poll_id=poll.id,
                number=line.number,
                kind=line.kind,
                data=dict(line.data),
                before=line.before,
                hash=line.hash,
            )
        )


def _facts(poll: Poll) -> dict[str, int]:
    return {"poll_id": poll.id, "forum_id": poll.forum_id, "revision": poll.advance()}


def _tell(poll: Poll, kind: type[PollFact]) -> None:
    """Those who watch the poll, and those who watch the forum’s list."""
    record(kind(**_facts(poll)))
    record(PollMoved(forum_id=poll.forum_id, revision=poll.forum.advance(), poll_id=poll.id, state=poll.state.value))


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
