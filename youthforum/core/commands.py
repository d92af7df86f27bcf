"""Writes: every change is a command with a policy, in one transaction, leaving facts behind."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import g
from flask_babel import lazy_gettext as _l

from youthforum.core.db import on_sqlite, release, session
from youthforum.core.errors import Conflict, Forbidden, Refusal, Unavailable
from youthforum.core.events import Fact, publish, tell_within

Policy = Callable[..., Refusal | None]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Work:
    """One transaction in the making: who acts, and what has happened so far."""

    actor: Any
    facts: list[Fact] = field(default_factory=list)


@dataclass(frozen=True)
class Command:
    """A registered command; `tests/architecture` holds the register against the access matrix."""

    name: str
    run: Callable[..., Any]
    unless: Policy


COMMANDS: dict[str, Command] = {}


def nothing_forbids() -> Refusal | None:
    """The policy of the few commands that anybody may give at any time; say so at the command."""
    return None


@contextmanager
def unit_of_work(actor: Any = None) -> Iterator[Work]:
    """One transaction: the outermost commits, nested ones join.

    Raises Conflict when the database's own rules are broken, Unavailable when it does not answer.
    Facts are published after the commit, and only then.
    """
    if "work" in g:
        outer, g.work.actor = g.work.actor, actor or g.work.actor
        try:
            yield g.work
        finally:
            g.work.actor = outer
        return
    s = session()
    work = Work(actor)
    try:
        release()  # leave any read snapshot: policies must see fresh rows
        s.connection(execution_options={"writing": True})
        g.work = work
        yield work
        s.commit()
    except sa.exc.IntegrityError as error:
        s.rollback()
        raise Conflict(_l("Somebody else was faster. Please look again and retry.")) from error
    except (sa.exc.OperationalError, sa.exc.TimeoutError) as error:
        _rollback_quietly(s)
        raise Unavailable() from error
    except BaseException:
        _rollback_quietly(s)
        raise
    finally:
        g.pop("work", None)
    publish(work.facts)


def _rollback_quietly(s: Any) -> None:
    try:
        s.rollback()
    except sa.exc.DBAPIError:
        s.invalidate()


def _domain(module: list[str]) -> str:
    """The folder whose commands these are, be they in `commands.py` or in a package of this name."""
    return module[module.index("commands") - 1] if "commands" in module else module[-2]


def command(*, unless: Policy, lock: tuple[str, ...] = (), share: tuple[str, ...] = ()) -> Callable[[F], F]:
    """Make a function the one way in for a kind of write.

    `unless` is asked inside the transaction, with those of the command's arguments that it names; what it
    returns is raised as Forbidden. `lock` and `share` name arguments whose rows are locked first (for
    update, or shared), so that what the policy saw still holds at the commit.
    """
    wanted = tuple(inspect.signature(unless).parameters)

    def decorate(function: F) -> F:
        signature = inspect.signature(function)
        actor_name = next(iter(signature.parameters), None)
        unknown = {*wanted, *lock, *share} - set(signature.parameters)
        if unknown:
            raise TypeError(f"{function.__qualname__} has no argument {', '.join(sorted(unknown))}")

        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            with unit_of_work(bound.arguments.get(actor_name) if actor_name else None):
                for name in lock:
                    lock_row(bound.arguments[name])
                for name in share:
                    lock_row(bound.arguments[name], read=True)
                refusal = unless(**{name: bound.arguments[name] for name in wanted})
                if refusal is not None:
                    raise Forbidden(refusal)
                return function(*args, **kwargs)

        name = f"{_domain(function.__module__.split('.'))}.{function.__name__}"
        COMMANDS[name] = Command(name, run, unless)
        return run  # type: ignore[return-value]

    return decorate


def lock_row(row: Any, *, read: bool = False) -> None:
    """Read a row anew and hold it until the commit (shared with other readers when `read`).

    On SQLite the transaction is the only writer: what was read in it is fresh and stays so.
    """
    if on_sqlite() and not sa.inspect(row).expired:
        return
    # No key is ever changed: rows that refer to this one (a line of a draft's log, a notice) needn't wait for its lock.
    session().refresh(row, with_for_update={"of": type(row), "read": read, "key_share": not read})


def add(row: Any) -> Any:
    """Put a row into the present transaction and give it its id."""
    s = session()
    s.add(row)
    s.flush()
    return row


def record(fact: Fact) -> None:
    """Leave a fact behind: listeners inside the transaction hear it now, the others after the commit."""
    session().flush()
    tell_within(fact)
    g.work.facts.append(fact)


def actor() -> Any:
    """Who gives the present command (a Member, a Person, or None for the machine itself)."""
    return g.work.actor
