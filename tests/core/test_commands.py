"""Every write is a command: one transaction, a policy asked on fresh rows, facts after the commit."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.world import World, snapshot
from youthforum.activity.models import Activity
from youthforum.core import commands, events
from youthforum.core.blocking import blocking
from youthforum.core.commands import COMMANDS, actor, add, command, nothing_forbids, record, unit_of_work
from youthforum.core.db import session
from youthforum.core.errors import Conflict, Forbidden, Refusal, Unavailable
from youthforum.core.events import Fact, on, within
from youthforum.forums.models import Forum, Member
from youthforum.people.models import Person, SignIn

ASLEEP = Refusal("asleep", "Not now.")


@pytest.fixture(autouse=True)
def _registers() -> Iterator[None]:
    """Commands and listeners made by a test are forgotten afterwards."""
    known = dict(COMMANDS)
    registers = (events._within, events._after)
    listeners = [{kind: list(found) for kind, found in register.items()} for register in registers]
    yield
    COMMANDS.clear()
    COMMANDS.update(known)
    for register, before in zip(registers, listeners, strict=True):
        register.clear()
        register.update(before)


@dataclass(frozen=True, kw_only=True)
class Waved(Fact):
    type = "test.waved"
    logged = False
    times: int = 1


def test_a_command_without_a_policy_fails_at_import() -> None:
    with pytest.raises(TypeError):
        command()  # type: ignore[call-arg]


def test_a_policy_that_asks_for_what_the_command_does_not_have_fails_at_import() -> None:
    def why_not(member: object, weather: object) -> None: ...

    with pytest.raises(TypeError, match="weather"):

        @command(unless=why_not)
        def wave(member: object) -> None: ...


def test_a_lock_on_what_the_command_does_not_have_fails_at_import() -> None:
    with pytest.raises(TypeError, match="board"):

        @command(unless=nothing_forbids, lock=("board",))
        def wave(member: object) -> None: ...


def test_commands_register_under_domain_and_name() -> None:
    assert COMMANDS["ideas.post_idea"].unless.__name__ == "why_not_post"


def test_a_refusal_is_raised_with_its_code_and_nothing_is_stored(inside: World, app: Flask) -> None:
    def why_not_rename(person: Person) -> Refusal | None:
        person.language = "xx"  # whatever happened before the refusal goes with it
        return ASLEEP

    @command(unless=why_not_rename)
    def rename(person: Person) -> None:
        raise AssertionError("never reached")

    before = snapshot(app)
    with pytest.raises(Forbidden) as refused:
        rename(inside.person("anna"))
    assert refused.value.code == "asleep" and refused.value.status == 403
    assert snapshot(app) == before


def test_the_policy_sees_what_others_have_committed_meanwhile(inside: World, app: Flask, any_database: str) -> None:
    """The row that was read for the page is old by the time the button is pressed."""
    anna = inside.member("anna")
    assert anna.name == "Anna"
    session().rollback()  # a request gives its connection back between reading and writing
    with app.extensions["engine"].begin() as elsewhere:
        elsewhere.execute(sa.update(Member).where(Member.id == inside.members["anna"]).values(name="Renamed"))
    seen = []

    def why_not(member: Member) -> None:
        seen.append(member.name)

    @command(unless=why_not)
    def look(member: Member) -> None: ...

    look(anna)
    assert seen == ["Renamed"]


def test_nested_commands_are_one_transaction(inside: World, app: Flask, any_database: str) -> None:
    @command(unless=nothing_forbids)
    def inner(person: Person) -> None:
        person.language = "ru"

    @command(unless=nothing_forbids)
    def outer(person: Person, *, fail: bool) -> None:
        inner(person)
        if fail:
            raise RuntimeError("after the inner command")

    before = snapshot(app)
    with pytest.raises(RuntimeError):
        outer(inside.person("anna"), fail=True)
    assert snapshot(app) == before
    outer(inside.person("anna"), fail=False)
    assert inside.person("anna").language == "ru"


def test_the_actor_is_who_gives_the_command(inside: World) -> None:
    seen = []

    @command(unless=nothing_forbids)
    def wave(member: Member) -> None:
        seen.append(actor().id)

    wave(inside.member("boris"))
    assert seen == [inside.members["boris"]]


def test_facts_are_told_after_the_commit_and_in_order(inside: World, app: Flask) -> None:
    heard: list[tuple[int, str]] = []

    @on(Waved)
    def listen(fact: Waved) -> None:
        with app.extensions["engine"].connect() as elsewhere:
            language = elsewhere.scalar(sa.select(Person.language).where(Person.id == inside.people["anna"]))
        heard.append((fact.times, language))

    @command(unless=nothing_forbids)
    def wave(person: Person) -> None:
        record(Waved(times=1))
        record(Waved(times=2))
        person.language = "ru"
        assert heard == []

    wave(inside.person("anna"))
    assert heard == [(1, "ru"), (2, "ru")]


def test_what_was_rolled_back_is_told_to_nobody(inside: World) -> None:
    heard: list[Fact] = []
    on(Waved)(heard.append)

    @command(unless=nothing_forbids)
    def wave(person: Person) -> None:
        record(Waved())
        raise RuntimeError("before the commit")

    with pytest.raises(RuntimeError):
        wave(inside.person("anna"))
    assert heard == []


def test_a_failing_listener_stops_neither_the_write_nor_the_other_listeners(
    inside: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Fact] = []

    @on(Waved)
    def broken(fact: Waved) -> None:
        raise RuntimeError("listener with a fault")

    on(Waved)(heard.append)

    @command(unless=nothing_forbids)
    def wave(person: Person) -> str:
        record(Waved())
        person.language = "ru"
        return "done"

    with caplog.at_level(logging.ERROR):
        assert wave(inside.person("anna")) == "done"
    assert len(heard) == 1
    assert inside.person("anna").language == "ru"
    assert "listener_failed" in capsys.readouterr().out


def test_a_listener_inside_the_transaction_can_undo_the_whole_write(inside: World, app: Flask) -> None:
    @within(Waved)
    def guard(fact: Waved) -> None:
        raise RuntimeError("this must not be")

    @command(unless=nothing_forbids)
    def wave(person: Person) -> None:
        person.language = "ru"
        record(Waved())

    before = snapshot(app)
    with pytest.raises(RuntimeError):
        wave(inside.person("anna"))
    assert snapshot(app) == before


def test_a_listener_of_a_base_hears_every_fact_of_its_kind(inside: World) -> None:
    heard: list[str] = []

    @on(Fact)
    def all_of_them(fact: Fact) -> None:
        heard.append(fact.type)

    @command(unless=nothing_forbids)
    def wave(person: Person) -> None:
        record(Waved())

    wave(inside.person("anna"))
    assert heard == ["test.waved"]


def test_what_breaks_the_databases_rules_is_a_conflict(inside: World, app: Flask, any_database: str) -> None:
    """Two people with one e-mail address: the check is in the table, not in an `if`."""

    @command(unless=nothing_forbids)
    def copy(person: Person, other: Person) -> None:
        person.email = other.email

    before = snapshot(app)
    with pytest.raises(Conflict) as conflict:
        copy(inside.person("anna"), inside.person("olga"))
    assert conflict.value.status == 409 and conflict.value.code == "conflict"
    assert snapshot(app) == before


def test_a_database_that_does_not_answer_is_unavailable(inside: World) -> None:
    @command(unless=nothing_forbids)
    def count(person: Person) -> None:
        session().execute(sa.text("SELECT * FROM not_there"))

    with pytest.raises((Unavailable, sa.exc.DBAPIError)):
        count(inside.person("anna"))
    assert inside.member("anna").name == "Anna"  # and the next question is answered


def test_the_session_works_again_after_a_failure(inside: World) -> None:
    with pytest.raises(Conflict), unit_of_work():
        add(SignIn(person_id=10**6, secret_hash="x", device="", created_at=None, expires_at=None))
    assert inside.member("anna").name == "Anna"


def test_nobody_waits_for_slow_things_inside_a_transaction(inside: World) -> None:
    with pytest.raises(RuntimeError, match="transaction"), unit_of_work():
        blocking(len, "x")


def test_a_recorded_fact_leaves_a_row_with_ids_only_and_no_gap_in_revisions(inside: World) -> None:
    rows = session().scalars(sa.select(Activity).where(Activity.channel == f"board:{inside.boards['dots']}")).all()
    assert [row.revision for row in rows] == list(range(1, len(rows) + 1))
    assert rows[-1].type == "idea.posted" and rows[-1].data == {"idea": inside.ideas["four"]}
    assert rows[-1].member_id == inside.members["sven"]
    assert session().get_one(Forum, inside.forums["bridges"]).id == rows[-1].forum_id


def test_every_command_is_reachable_by_name() -> None:
    assert commands.COMMANDS and all(name.count(".") == 1 for name in COMMANDS)
