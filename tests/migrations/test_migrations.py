"""The migrations make the tables that the models describe, on both databases, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade

from tests.conftest import MIGRATIONS, MakeApp, a_postgres_database
from tests.world import build, snapshot
from youthforum.core import db


@pytest.fixture
def empty_app(request: pytest.FixtureRequest, make_app: MakeApp, any_database: str, tmp_path: Path) -> Iterator[Flask]:
    """The app on a database without a table."""
    if any_database == "sqlite":
        yield make_app()
        return
    with a_postgres_database(request.getfixturevalue("postgres_server")) as url:
        app = make_app(database_url=url)
        yield app
        app.extensions["engine"].dispose()


def tables(app: Flask) -> set[str]:
    return set(sa.inspect(app.extensions["engine"]).get_table_names()) - {"alembic_version"}


def drift(app: Flask) -> list[object]:
    with app.extensions["engine"].connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        return compare_metadata(context, db.Base.metadata)


def test_up_from_empty_without_drift_and_down_and_up_again(empty_app: Flask) -> None:
    app = empty_app
    assert tables(app) == set()
    with app.app_context():
        assert not db.is_current()
        upgrade(directory=MIGRATIONS)
        assert db.is_current()
    assert tables(app) == set(db.Base.metadata.tables)
    assert drift(app) == []
    with app.app_context():
        upgrade(directory=MIGRATIONS)  # once more changes nothing
        downgrade(directory=MIGRATIONS, revision="base")
    assert tables(app) == set()
    with app.app_context():
        upgrade(directory=MIGRATIONS)
    assert drift(app) == []


def test_people_can_live_in_what_was_migrated_and_migrating_again_keeps_them(empty_app: Flask) -> None:
    with empty_app.app_context():
        upgrade(directory=MIGRATIONS)
        build()
    before = snapshot(empty_app)
    assert before["vote"] == [] and len(before["member"]) == 9
    with empty_app.app_context():
        upgrade(directory=MIGRATIONS)
    assert snapshot(empty_app) == before


def test_sqlite_is_durable_and_keeps_foreign_keys(make_app: MakeApp) -> None:
    with make_app().extensions["engine"].connect() as connection:
        ask = lambda name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()  # noqa: E731
        assert (ask("journal_mode"), ask("synchronous"), ask("foreign_keys")) == ("wal", 2, 1)
