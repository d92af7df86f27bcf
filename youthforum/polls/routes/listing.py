"""The list of a forum's polls."""

from __future__ import annotations

from typing import Any

from flask import render_template

from youthforum.core.access import signed_in
from youthforum.forums.routes import enter
from youthforum.polls import policy, queries
from youthforum.polls.models import State
from youthforum.polls.routes.rooms import pages

# In this order: what one can do something about comes first.
GROUPS = (State.open, State.prepared, State.closed, State.published, State.cancelled)


@pages.get("")
@signed_in
def index(slug: str) -> Any:
    member = enter(slug)
    polls = queries.polls_of(member)
    refusal = policy.why_not_make(member)
    return render_template(
        "polls/list.html",
        groups=[(state, found) for state in GROUPS if (found := [poll for poll in polls if poll.state is state])],
        voted_in=queries.voted_in(member, polls),
        why_not_make=None if refusal is None else str(refusal),
    )
