"""Notices on the wire: how many wait, told to all devices of the one they are for."""

from __future__ import annotations

from youthforum.core.events import on
from youthforum.forums.queries import membership_in
from youthforum.live.intake import Answer, intake
from youthforum.live.sockets import live
from youthforum.notices import commands, queries
from youthforum.notices.events import NoticesGiven, NoticesRead
from youthforum.notices.forms import ReadNoticesForm
from youthforum.people.models import Person


@on(NoticesGiven, NoticesRead)
def tell_how_many(fact: NoticesGiven | NoticesRead) -> None:
    for waiting in queries.waiting_for(fact.members):
        live().tell(waiting.person_id, "notices", {"forum": waiting.forum_id, "unread": waiting.unread})


@intake("notice:read", ReadNoticesForm, "/forums/<forum>/notices/read")
def read(person: Person, form: ReadNoticesForm) -> Answer:
    """Take one's notices up to this one as read; with `alone`, this one only."""
    member = membership_in(person, form.forum)
    commands.read_notices(member, up_to=form.up_to, alone=form.alone)
    return {"unread": queries.unread(member.id)}
