"""Every recorded fact becomes a row, in the transaction that records it."""

from __future__ import annotations

from youthforum.activity.models import Activity
from youthforum.core.clock import now
from youthforum.core.commands import actor
from youthforum.core.db import session
from youthforum.core.events import Fact, within


@within(Fact)
def write_down(fact: Fact) -> None:
    if not fact.logged:
        return
    who = actor()
    session().add(
        Activity(
            at=now(),
            type=fact.type,
            channel=fact.channel,
            revision=getattr(fact, "revision", None),
            forum_id=getattr(who, "forum_id", None) or getattr(fact, "forum_id", None),
            member_id=who.id if hasattr(who, "forum_id") else None,
            data=fact.data,
        )
    )
