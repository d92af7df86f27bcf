"""What all commands share at the terminal: English, one clear line for an error, links, progress."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
import sqlalchemy as sa
from flask import current_app, url_for
from flask_babel import force_locale

from youthforum.core.addresses import address
from youthforum.core.db import engine, release
from youthforum.core.errors import DomainError
from youthforum.core.forms import InvalidForm
from youthforum.forums.models import Forum
from youthforum.forums.queries import forum_by_slug

F = TypeVar("F", bound=Callable[..., Any])


def at_terminal(function: F) -> F:
    """What goes wrong becomes a ClickException: a clear message on standard error, and exit code 1."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        with force_locale("en"):
            try:
                _ready_or_explain()
                return function(*args, **kwargs)
            except DomainError as error:
                raise click.ClickException(_sentence(error)) from None
            except sa.exc.DBAPIError as error:
                raise click.ClickException(f"The database says: {error.orig}") from None

    return run  # type: ignore[return-value]


def _ready_or_explain() -> None:
    if not sa.inspect(engine()).has_table(Forum.__tablename__):
        raise click.ClickException("The database is empty. Make its tables first: flask --app wsgi db upgrade")


def _sentence(error: DomainError) -> str:
    problems = error.errors if isinstance(error, InvalidForm) else {error.field or "": error.message}
    return "; ".join(f"{field}: {message}" if field else str(message) for field, message in problems.items())


def the_forum(slug: str) -> Forum:
    """Raises ClickException where there is none of that short name."""
    found = forum_by_slug(slug)
    if found is None:
        raise click.ClickException(f"There is no forum “{slug}”. These are there: flask --app wsgi forum list")
    return found


def link(endpoint: str, **values: Any) -> str:
    """The full address of a page, as people reach this server."""
    here = address()
    with current_app.test_request_context(base_url=here):
        return url_for(endpoint, _external=True, **values)


def printed_or_kept(text: str, out: Path | None, what: str) -> None:
    """Print it; or write it to a file, and say where `what` (e.g. “The poll”) is now. Raises ClickException where the
    file can't be written."""
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise click.ClickException(f"{out} can’t be written: {error.strerror}") from None
    click.echo(f"{what} is in {out}.")


def asked(value: str | None, option: str, label: str, default: str | None = None) -> str:
    """What was given by the option, else what is typed. Raises UsageError where nobody is there to type."""
    if value is not None:
        return value
    if not sys.stdin.isatty():
        if default is None:
            raise click.UsageError(f"Missing option '{option}'.")
        return default
    return str(click.prompt(label, default=default))


class Progress:
    """`progress("votes.csv", 120, 3000)`: one line that counts up on a terminal, a few plain lines elsewhere."""

    def __init__(self) -> None:
        release()  # files are read for a while; nobody should wait for our connection meanwhile
        self._live = sys.stderr.isatty()
        self._said: tuple[str, int] | None = None

    def __call__(self, what: str, done: int, total: int) -> None:
        percent = 100 * done // total if total else 100
        step = (what, percent if self._live else percent - percent % 25)
        if step == self._said:
            return
        self._said = step
        if self._live:
            click.echo(f"\r{what:<16} {percent:3d} %", err=True, nl=percent == 100)
        elif step[1]:
            click.echo(f"{what}: {step[1]} %", err=True)
