"""A poll on the wire: making and running it, casting a ballot, and what one hears of it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import structlog

from youthforum.core.blocking import blocking
from youthforum.core.commands import unit_of_work
from youthforum.core.errors import Conflict
from youthforum.core.events import on
from youthforum.forums.models import Delegation, Member, WorkingGroup
from youthforum.forums.queries import delegation_of, group_of, membership_in
from youthforum.live.channels import Admission, channel
from youthforum.live.intake import Answer, intake
from youthforum.live.sockets import live
from youthforum.people.models import Person
from youthforum.polls import commands, forms, policy, queries
from youthforum.polls.box import BrokenBox, open_box
from youthforum.polls.events import PollFact, PollMoved
from youthforum.polls.models import Poll, State

log = structlog.get_logger()


def admit(person: Person, poll_id: int) -> Admission:
    poll, member = queries.visible_poll(person, poll_id)
    return Admission("moderators" if member.is_moderator else "members", (poll, member))


poll_channel = channel("poll", admit, queries.revision_of)


@poll_channel.greeting
def own_standing(admission: Admission) -> dict[str, Any]:
    poll, member = admission.found
    return what_is_mine(member, poll) | {"turnout": turnout_json(poll)}


@on(PollFact)
def announce(fact: PollFact) -> None:
    live().broadcaster.changed(f"poll:{fact.poll_id}")


@on(PollMoved)
def announce_in_forum(fact: PollMoved) -> None:
    live().broadcaster.changed(f"forum:{fact.forum_id}")


# In JSON ----------------------------------------------------------------------------------------------------------


def poll_json(poll: Poll) -> dict[str, Any]:
    """A poll as lists and acknowledgements say it: nothing that depends on who reads."""
    return {
        "id": poll.id,
        "forum": poll.forum_id,
        "state": poll.state.value,
        "question": poll.question,
        "about": poll.about,
        "method": poll.method.value,
        "secret": poll.secret,
        "rules": poll.rules,
        "delegations": poll.delegations,
        "results": poll.results.value,
        "breakdown": poll.breakdown.value,
        "shuffled": poll.shuffled,
        "working_group": poll.working_group_id,
        "cancelled_because": poll.cancelled_because,
    } | {
        name: moment.isoformat() if (moment := getattr(poll, name)) else None
        for name in ("opens_at", "closes_at", "opened_at", "closed_at", "published_at")
    }


def turnout_json(poll: Poll) -> dict[str, int] | None:
    """`{"cast", "of"}`: in steps of five while the poll is open."""
    found = queries.turnout(poll)
    return None if found is None else {"cast": found.cast, "of": found.of}


def what_is_mine(member: Member, poll: Poll) -> dict[str, Any]:
    """`{"voted", "state": {"why_not_cast", "why_not_run"}}`, for this member alone."""
    found = queries.standing(member, poll)
    refusals = {
        "why_not_cast": policy.ALREADY_VOTED
        if found.voted
        else policy.why_not_cast(member, poll, found.elector, found.at),
        "why_not_run": policy.why_not_run(member, poll),
    }
    state = {name: None if refusal is None else str(refusal) for name, refusal in refusals.items()}
    return {"voted": found.voted, "state": state}


# Running it -------------------------------------------------------------------------------------------------------


def _chosen(member: Member, form: forms.PollFields) -> dict[str, Any]:
    """What a form names by id. Raises NotFound for what this forum doesn’t have."""
    group: WorkingGroup | None = group_of(member.forum, form.working_group) if form.working_group else None
    teams = (delegation_of(member.forum, number) for number in form.delegations or ())
    delegations: list[Delegation] = [team for team in teams if team is not None]
    return {"form": form, "group": group, "delegations": delegations}


def _stands(poll: Poll) -> Answer:
    return {"poll": poll_json(poll), "revision": queries.revision_of(poll.id)}


@intake("poll:make", forms.MakeForm, "/forums/<forum>/polls")
def make(person: Person, form: forms.MakeForm) -> Answer:
    """Prepare a poll."""
    member = membership_in(person, form.forum)
    return _stands(commands.make_poll(member, **_chosen(member, form)))


@intake("poll:change", forms.ChangeForm, "/polls/<poll>/change")
def change(person: Person, form: forms.ChangeForm) -> Answer:
    """Change anything about a poll that has not been opened."""
    poll, member = queries.visible_poll(person, form.poll)
    commands.change_poll(member, poll, **_chosen(member, form))
    return _stands(poll)


@intake("poll:open", forms.PollForm, "/polls/<poll>/open")
def open_(person: Person, form: forms.PollForm) -> Answer:
    """Open a poll: from now on people vote, and nothing about it can be changed."""
    poll, member = queries.visible_poll(person, form.poll)
    commands.open_poll(member, poll)
    return _stands(poll)


@intake("poll:close", forms.PollForm, "/polls/<poll>/close")
def close(person: Person, form: forms.PollForm) -> Answer:
    """Close a poll and count it."""
    poll, member = queries.visible_poll(person, form.poll)
    commands.close_poll(member, poll)
    count(poll)
    return _stands(poll)


@intake("poll:publish", forms.PollForm, "/polls/<poll>/publish")
def publish(person: Person, form: forms.PollForm) -> Answer:
    """Show the result to everybody; proposals are adopted, or not, by it."""
    poll, member = queries.visible_poll(person, form.poll)
    commands.publish_poll(member, poll)
    return _stands(poll)


@intake("poll:cancel", forms.CancelForm, "/polls/<poll>/cancel")
def cancel(person: Person, form: forms.CancelForm) -> Answer:
    """Call a poll off, with a reason."""
    poll, member = queries.visible_poll(person, form.poll)
    commands.cancel_poll(member, poll, reason=form.reason)
    return _stands(poll)


def count(poll: Poll) -> bool:
    """Count a closed poll off the event loop, store the outcome, and publish it where the poll says so.

    False where its box can’t be opened: that is logged, and the poll stays closed.
    """
    number, key = poll.id, queries.key_to(poll)
    if key is None or poll.facts is None or poll.state is not State.closed:
        return True
    rules, sealed = dict(poll.facts["rules"]), queries.box_of(poll)
    try:
        opened = blocking(open_box, rules, key, number, sealed)
    except BrokenBox:
        log.error("box_not_opened", poll=number)
        return False
    if poll.state is State.closed:  # and neither cancelled nor published by another process meanwhile
        commands.store_outcome(None, poll, opened=opened)
        commands.publish_by_itself(poll)
    return True


# Voting -----------------------------------------------------------------------------------------------------------


@intake("ballot:cast", forms.CastForm, "/polls/<poll>/ballot")
def cast(person: Person, form: forms.CastForm) -> Answer:
    """Cast a ballot, once and for good; the answer is the receipt. Sent again with the same half, the same receipt."""
    half = bytes.fromhex(form.half)
    with suppress(Conflict), unit_of_work():  # found inside the transaction, so that nothing need be read twice
        poll, member = queries.visible_poll(person, form.poll)
        found = queries.standing(member, poll)
        if not found.voted:
            code = commands.cast_ballot(member, poll, elector=found.elector, at=found.at, choice=form.choice, half=half)
            return {"receipt": code, "already": False}
    # Before, or from another device at the same moment.
    poll, member = queries.visible_poll(person, form.poll)
    again = queries.receipt_again(member, poll, half)
    if again is None:
        raise Conflict(policy.ALREADY_VOTED.message, code=policy.ALREADY_VOTED.code)
    return {"receipt": again, "already": True}
