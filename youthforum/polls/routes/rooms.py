"""What all pages of polls share: the way in, what a poll says about itself, and what other pages show of polls."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from flask import Blueprint, g, request
from flask_babel import get_locale

from youthforum.core.access import viewer
from youthforum.core.errors import NotFound
from youthforum.forums.models import Delegation, Forum, Member
from youthforum.forums.queries import delegations_of
from youthforum.forums.routes import enter
from youthforum.polls import queries, sentences
from youthforum.polls.models import Poll
from youthforum.proposals.models import Proposal

pages = Blueprint("polls", __name__, url_prefix="/f/<slug>/polls")

# A long list of options in three languages, in Cyrillic as a browser encodes it.
LARGEST_FORM = 250_000


def enter_poll(slug: str, id: int) -> tuple[Poll, Member]:
    """The poll in the address and who the viewer is. Raises NotFound where the address puts it elsewhere."""
    here = enter(slug)
    poll, _member = queries.visible_poll(viewer(), id)
    if poll.forum_id != here.forum_id:
        raise NotFound()
    return poll, here


def country_name(code: str) -> str:
    """A country in the reader's language; its code where there is no such country."""
    return Locale.parse(str(get_locale() or "en")).territories.get(code, code)


def local(moment: datetime | None, forum: Forum) -> str:
    """A moment on the forum's clock, as a field for day and time holds it."""
    return moment.astimezone(ZoneInfo(forum.time_zone)).strftime("%Y-%m-%dT%H:%M") if moment else ""


def voting_teams(poll: Poll) -> list[Delegation]:
    """The delegations whose participants may vote; none where all may."""
    wanted = set(poll.delegations or ())
    return [team for team in delegations_of(poll.forum) if team.id in wanted] if wanted else []


@pages.app_context_processor
def _entries() -> dict[str, Any]:
    """`polls_about(proposal)` for pages of proposals, which lead to their polls; and the states by their names."""

    def polls_about(proposal: Proposal) -> list[Poll]:
        member = g.get("member")
        return queries.polls_about(member, [proposal.id]).get(proposal.id, []) if member else []

    return {"polls_about": polls_about, "poll_states": sentences.STATE_LABELS}


@pages.url_value_preprocessor
def _allow_a_long_form(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Before anybody reads it."""
    if endpoint in (f"{pages.name}.new", f"{pages.name}.edit"):
        request.max_content_length = LARGEST_FORM
