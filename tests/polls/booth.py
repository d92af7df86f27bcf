"""Polls in tests: prepared, opened and voted in through the operations that people use.

The forum "bridges" of tests/world.py must be in the phase "decide": `deciding(world)` sees to it.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from tests.world import World
from youthforum.core.clock import now
from youthforum.core.commands import add, unit_of_work
from youthforum.core.db import release, session
from youthforum.core.errors import DomainError
from youthforum.forums.models import Member
from youthforum.forums.phases import Phase, Role
from youthforum.live.intake import INTAKES
from youthforum.people.commands import create_person, open_sign_in
from youthforum.polls.models import Ballot, Poll, Receipt, Roll, SealedBallot
from youthforum.polls.queries import poll_by_id

OPTIONS = ("A map", "A choir", "A camp")
APPROVAL: dict[str, Any] = {"method": "approval", "winners": {"kind": "highest", "seats": 1}}
YES_NO: dict[str, Any] = {"method": "yes_no", "majority": {"threshold": "simple"}}
SCORE: dict[str, Any] = {"method": "score", "winners": {"kind": "equal_shares", "seats": 2}}
RANKING: dict[str, Any] = {"method": "ranking", "winners": {"kind": "schulze", "seats": 1}}


def deciding(world: World, phase: Phase = Phase.decide) -> World:
    with unit_of_work():
        world.forum().phase = phase
    return world


def crowd(world: World, sizes: Mapping[str | None, int]) -> list[str]:
    """More participants, so many of each delegation (by slug): their names, in the order of the delegations."""
    names = []
    with unit_of_work():
        for team, number in sizes.items():
            for place in range(number):
                name = f"{team or 'nobody'}-{place}"
                person = create_person(None, language="en", email=None, password_hash=None)
                member = Member(
                    forum_id=world.forums["bridges"],
                    person_id=person.id,
                    role=Role.participant,
                    name=name,
                    age_band="18+",
                    delegation_id=world.delegations[team] if team else None,
                    joined_at=now(),
                )
                add(member)
                world.people[name], world.members[name] = person.id, member.id
                world.tokens[name] = open_sign_in(person, device="Linux")
                names.append(name)
    return names


def ask(world: World, who: str, event: str, **payload: Any) -> dict[str, Any]:
    """What somebody does, as a socket, a form and the API let them do it."""
    release()
    return INTAKES[event](world.person(who), payload)


@contextlib.contextmanager
def refused(code: str, field: str | None = None) -> Iterator[pytest.ExceptionInfo[DomainError]]:
    with pytest.raises(DomainError) as found:
        yield found
    assert (found.value.code, field and found.value.field) == (code, field), found.value.as_dict()
    assert str(found.value.message)


def a_poll(**more: Any) -> dict[str, Any]:
    """What the operations that make and change polls take: three options, approval, secret."""
    fields = {"question": {"en": "What first?", "de": "Was zuerst?"}, "options": [{"text": {"en": o}} for o in OPTIONS]}
    return fields | (more if "method" in more else APPROVAL | more)


def prepare(world: World, who: str = "max", **more: Any) -> int:
    made = ask(world, who, "poll:make", forum=world.forums["bridges"], **a_poll(**more))
    return int(made["poll"]["id"])


def opened(world: World, **more: Any) -> int:
    number = prepare(world, **more)
    ask(world, "max", "poll:open", poll=number)
    return number


def half() -> str:
    return secrets.token_hex(16)


def cast(world: World, who: str, poll: int, choice: Any, with_half: str | None = None) -> dict[str, Any]:
    return ask(world, who, "ballot:cast", poll=poll, choice=choice, half=with_half or half())


def close(world: World, poll: int) -> Poll:
    ask(world, "max", "poll:close", poll=poll)
    return the_poll(poll)


def the_poll(number: int) -> Poll:
    """As it is in the database now."""
    release()
    found = poll_by_id(number)
    assert found is not None
    return found


def in_the_box(poll: int) -> dict[str, int]:
    """How many rows there are of each kind."""
    release()
    return {
        table.__tablename__: session().scalar(sa.select(sa.func.count()).where(table.poll_id == poll)) or 0
        for table in (Roll, SealedBallot, Ballot, Receipt)
    }
