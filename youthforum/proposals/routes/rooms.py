"""What all pages of proposals share: the way in, and in which language one reads."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, request
from flask_babel import get_locale

from youthforum.core.access import viewer
from youthforum.core.errors import NotFound
from youthforum.forums.models import Forum, Member
from youthforum.forums.routes import enter
from youthforum.proposals import policy
from youthforum.proposals.models import Proposal
from youthforum.proposals.queries.proposals import visible_proposal
from youthforum.proposals.stages import STAGE_LABELS

pages = Blueprint("proposals", __name__)
api = Blueprint("proposals_api", __name__, url_prefix="/api/v1")

# A section of 20,000 letters in Cyrillic, as a browser encodes it, and twice that before it is found too long.
LARGEST_SECTION = 260_000


def enter_proposal(slug: str, id: int) -> tuple[Proposal, Member]:
    """The proposal in the address and who the viewer is. Raises NotFound where the address puts it elsewhere."""
    here = enter(slug)
    proposal, _member = visible_proposal(viewer(), id)
    if proposal.forum_id != here.forum_id:
        raise NotFound()
    return proposal, here


def chosen(forum: Forum, otherwise: str) -> str:
    """The language of the forum that the address names in `?language=`, else `otherwise`."""
    asked = request.args.get("language", "")
    return asked if asked in forum.languages else otherwise


def reading(proposal: Proposal) -> str:
    """In which language somebody reads it: the one they chose, else that of their pages."""
    own = str(get_locale() or "en")
    languages = proposal.forum.languages
    return chosen(proposal.forum, own if own in languages else proposal.language)


@pages.app_context_processor
def _entries() -> dict[str, Any]:
    """`may_propose()` for pages of ideas, which lead to the beginning of a proposal; and the stages by their names."""
    return {"may_propose": lambda: policy.why_not_start(g.get("member")) is None, "stage_labels": STAGE_LABELS}


@pages.url_value_preprocessor
def _allow_a_long_section(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Before anybody reads the form; the check of its token is the first."""
    if endpoint in (f"{pages.name}.amend", f"{pages.name}.reword"):
        request.max_content_length = LARGEST_SECTION
