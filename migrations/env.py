"""Runs migrations inside the app, on its own engine."""

from __future__ import annotations

from alembic import context

from youthforum.core import db
from youthforum.core.text import TextColumn

config = context.config


def _skip_empty(_context: object, _revision: object, directives: list) -> None:
    """No file for a change that changes nothing."""
    if getattr(config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def _plain_types(kind: str, thing: object, _context: object) -> str | bool:
    """Our own column types as what the database stores, so that old migrations don't need today's code."""
    if kind == "type" and isinstance(thing, TextColumn):
        return "sa.JSON()"
    if kind == "type" and isinstance(thing, db.UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


with db.engine().connect() as connection:
    if connection.dialect.name == "sqlite":
        # Batch mode copies tables; with foreign keys on, dropping the old one would delete what points to it.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=db.Base.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_plain_types,
        process_revision_directives=_skip_empty,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        connection.commit()
