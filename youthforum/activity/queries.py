"""Reading the log: as an outbox by the live wire, as a timeline by people."""

from __future__ import annotations

import sqlalchemy as sa

from youthforum.activity.models import Activity
from youthforum.core.db import session
from youthforum.live.channels import Change, ChangeLog


class ActivityLog(ChangeLog):
    """The change log of the live wire, read from the activity table."""

    def after(self, channel: str, revision: int, limit: int) -> list[Change]:
        rows = session().execute(
            sa.select(Activity.revision, Activity.type, Activity.data)
            .where(Activity.channel == channel, Activity.revision > revision)
            .order_by(Activity.revision)
            .limit(limit)
        )
        return [Change(*row) for row in rows]

    def latest(self, channels: list[str]) -> dict[str, int]:
        rows = session().execute(
            sa.select(Activity.channel, sa.func.max(Activity.revision))
            .where(Activity.channel.in_(channels))
            .group_by(Activity.channel)
        )
        return dict(rows.all())  # type: ignore[arg-type]


def recent(forum_id: int, *, types: tuple[str, ...], limit: int = 20) -> list[Activity]:
    """The newest rows of these types in a forum, newest first, at most `limit`."""
    return list(
        session().scalars(
            sa.select(Activity)
            .where(Activity.forum_id == forum_id, Activity.type.in_(types))
            .order_by(Activity.id.desc())
            .limit(limit)
        )
    )
