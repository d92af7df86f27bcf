"""The app on real databases: SQLite files for everything, PostgreSQL for what touches concurrency or SQL.

A test that takes `any_database` runs on both. Nothing here patches the process or fakes our own code.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade
from hypothesis import settings
from jinja2.bccache import Bucket, BytecodeCache

from config import ROOT, Settings, load_settings
from tests.world import Api, Browser, World, build
from youthforum import create_app
from youthforum.core import db

SECRET = "a secret of the tests, long enough"
MIGRATIONS = str(ROOT / "migrations")

MakeApp = Callable[..., Flask]

# The same examples each time: a law that does not hold is found by the long runs (TORTURE=1), not by chance here.
settings.register_profile("suite", derandomize=os.environ.get("TORTURE") != "1", deadline=None, database=None)
settings.load_profile("suite")

# What the environment says of the platform would change the apps under test.
for _knob in Settings.model_fields:
    os.environ.pop(_knob.upper(), None)


class Compiled(BytecodeCache):
    """Templates are compiled once per run, not once per app."""

    def __init__(self) -> None:
        self.known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.known:
            bucket.bytecode_from_string(self.known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


def an_app(folder: Path, **given: Any) -> Flask:
    usual: dict[str, Any] = {"instance_path": folder, "secret_key": SECRET, "async_mode": "threading"}
    try:
        app = create_app(load_settings(**usual | given))
    except SystemExit as refused:  # which would end the run rather than the test
        raise RuntimeError(str(refused)) from refused
    app.testing = False  # errors become answers, as they do for people
    app.jinja_env.bytecode_cache = COMPILED
    return app


@pytest.fixture
def make_app(tmp_path: Path) -> Iterator[MakeApp]:
    """Make an app with settings of one's own, on an empty folder unless `database_url` says otherwise."""
    made: list[Flask] = []

    def make(folder: Path = tmp_path, **given: Any) -> Flask:
        made.append(an_app(folder, **given))
        return made[-1]

    yield make
    for app in made:
        app.extensions["engine"].dispose()


# SQLite -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite_world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """The world in a database file, made once by the migrations and the commands; tests get copies."""
    folder = tmp_path_factory.mktemp("template")
    app = an_app(folder)
    with app.app_context():
        upgrade(directory=MIGRATIONS)
        world = build()
    app.extensions["engine"].dispose()
    return folder / "youthforum.db", world


# PostgreSQL -------------------------------------------------------------------------------------------------------


def missing(what: str) -> None:
    """Skip in one line; where services are required, fail."""
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The address of a PostgreSQL server on which tests may make databases."""
    url = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg2"), poolclass=sa.NullPool)
    try:
        engine.connect().close()
    except sa.exc.OperationalError:
        missing("no PostgreSQL answers at TEST_DATABASE_URL (default postgresql://postgres@127.0.0.1:5432/postgres)")
    return url


@contextlib.contextmanager
def a_postgres_database(server: str) -> Iterator[str]:
    """A new, empty database, dropped afterwards; its address."""
    address = sa.make_url(server).set(drivername="postgresql+psycopg2")
    name = f"youthforum_test_{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    try:
        yield address.set(database=name, drivername="postgresql").render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """This worker's own database, migrated."""
    with a_postgres_database(postgres_server) as url:
        app = an_app(tmp_path_factory.mktemp("postgres"), database_url=url)
        with app.app_context():
            upgrade(directory=MIGRATIONS)
        app.extensions["engine"].dispose()
        yield url


# The app and its world -----------------------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_database(request: pytest.FixtureRequest) -> str:
    """Run the test on both kinds of databases."""
    return request.param


@pytest.fixture
def on_postgres() -> str:
    """Run the test on PostgreSQL only."""
    return "postgresql"


@pytest.fixture
def app(request: pytest.FixtureRequest, tmp_path: Path, make_app: MakeApp) -> Flask:
    """The app on a database with the world in it; in-memory rates, no other process."""
    given: dict[str, Any] = getattr(request, "param", {})
    kind = next((request.getfixturevalue(n) for n in ("any_database", "on_postgres") if n in request.fixturenames), "")
    if kind == "postgresql":
        app = make_app(database_url=request.getfixturevalue("postgres_url"), **given)
        _empty(app)
        with app.app_context():
            app.extensions["world"] = build()
        return app
    template, world = request.getfixturevalue("sqlite_world")
    shutil.copy(template, tmp_path / "youthforum.db")
    app = make_app(**given)
    app.extensions["world"] = world
    return app


def _empty(app: Flask) -> None:
    tables = ", ".join(f'"{table.name}"' for table in db.Base.metadata.sorted_tables)
    with app.extensions["engine"].begin() as connection:
        connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")


@pytest.fixture
def world(app: Flask) -> World:
    """Who and what there is; see tests/world.py."""
    return app.extensions["world"].within(app)


@pytest.fixture
def inside(world: World) -> Iterator[World]:
    """The world within one app context, for tests of commands and queries (requests have their own)."""
    with world.inside():
        yield world


@pytest.fixture
def client_for(world: World) -> Callable[..., Browser]:
    """`client_for("anna")`: a browser in which Anna is signed in; `client_for(None)`: a visitor's."""

    def make(name: str | None, language: str | None = None) -> Browser:
        assert world.app is not None
        return Browser(world.app, world.tokens[name] if name else None, language)

    return make


@pytest.fixture
def api_for(world: World) -> Callable[..., Api]:
    """`api_for("anna")`: a program with Anna's bearer token; `api_for(None)`: one without any."""

    def make(name: str | None, language: str | None = None) -> Api:
        assert world.app is not None
        return Api(world.app, world.tokens[name] if name else None, language)

    return make
