"""The database: engine, declarative base, and one session per app context."""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app, g
from sqlalchemy import orm
from sqlalchemy.engine import make_url

# How long a writer waits for another process (an import from the command line) on SQLite, in seconds.
SQLITE_PATIENCE = 30.0


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware UTC moment; SQLite would otherwise hand back naive ones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("only aware moments are stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(orm.DeclarativeBase):
    """Base of every table; constraint names follow one convention so that migrations can find them."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: sa.JSON, list[str]: sa.JSON}


def one_of(words: type[StrEnum]) -> sa.Enum:
    """A column of one of these words: stored as it is spelled, checked by the database, readable in every dump."""
    return sa.Enum(
        words,
        native_enum=False,
        length=20,
        create_constraint=True,
        name=words.__name__.lower(),
        values_callable=lambda chosen: [one.value for one in chosen],
    )


class Revised:
    """A row whose changes are numbered: what watches it can tell whether it missed one."""

    id: orm.Mapped[int]
    revision: orm.Mapped[int] = orm.mapped_column(default=0)

    def advance(self) -> int:
        """The next revision, under the row's lock until the commit: a gap always means a missed change."""
        table = type(self)
        change = sa.update(table).where(table.id == self.id).values(revision=table.revision + 1)
        answer = change.returning(table.revision).execution_options(synchronize_session=False)
        return session().scalars(answer).one()


def make_engine(url: str) -> sa.Engine:
    """An engine for SQLite (one connection, WAL, durable commits) or PostgreSQL (psycopg2)."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite_engine(address)
    if address.get_backend_name() != "postgresql":
        raise ValueError("DATABASE_URL must be sqlite:// or postgresql://")
    return sa.create_engine(
        address.set(drivername="postgresql+psycopg2"),
        pool_size=10,
        max_overflow=10,
        pool_timeout=10,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5, "options": "-c timezone=utc"},
    )


def _sqlite_engine(address: sa.URL) -> sa.Engine:
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    # One connection: SQLite before 3.51.3 has a WAL-reset bug with two or more, and a second one would
    # only wait for the first. The pool hands it from greenlet to greenlet, each for one transaction.
    engine = sa.create_engine(
        address,
        poolclass=sa.QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=SQLITE_PATIENCE + 5,
        connect_args={"check_same_thread": False, "timeout": 0},
    )

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy's begin event below starts transactions
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-32768",
        ):
            _patiently(lambda pragma=pragma: connection.execute(f"PRAGMA {pragma}"))

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        mode = "BEGIN IMMEDIATE" if connection.get_execution_options().get("writing") else "BEGIN"
        _patiently(lambda: connection.exec_driver_sql(mode))

    return engine


def _patiently(attempt: Any) -> None:
    """Run `attempt`, waiting for another process's write without SQLite's own wait, which stops every greenlet."""
    deadline = time.monotonic() + SQLITE_PATIENCE
    while True:
        try:
            attempt()
            return
        except (sa.exc.OperationalError, sqlite3.OperationalError) as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
        time.sleep(0.02)


def init_app(app: Flask, url: str) -> None:
    app.extensions["engine"] = make_engine(url)

    # Threads share SQLite's one connection, and whoever has just given it back is the first to take it again. A
    # moment's pause lets somebody else have it, or the hall would wait while one person clicks.
    taking_turns = app.config["SETTINGS"].async_mode == "threading" and url.startswith("sqlite")

    @app.teardown_appcontext
    def _close(_error: BaseException | None) -> None:
        session = g.pop("session", None)
        if session is not None:
            session.close()
            if taking_turns:
                time.sleep(0.0005)


def engine() -> sa.Engine:
    return current_app.extensions["engine"]


def session() -> orm.Session:
    """The session of this app context (a request, a socket event, a command-line call)."""
    if "session" not in g:
        g.session = orm.Session(engine())
    return g.session


def release() -> None:
    """Give the connection back, so that somebody else may use it while this greenlet waits for something."""
    if "session" in g:
        g.session.rollback()


def on_sqlite() -> bool:
    return engine().dialect.name == "sqlite"


def reachable() -> bool:
    """Whether the database answers."""
    try:
        session().execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError:
        return False
    return True


def is_current() -> bool:
    """Whether every migration has been run."""
    scripts = ScriptDirectory(current_app.extensions["migrate"].directory)
    with engine().connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == scripts.get_current_head()
