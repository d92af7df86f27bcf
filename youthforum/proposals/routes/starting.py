"""Beginning a proposal: from an idea, from a cluster, or from nothing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from youthforum.core.access import signed_in, viewer
from youthforum.core.errors import Forbidden, Invalid, NotFound
from youthforum.core.forms import InvalidForm, parse
from youthforum.core.requests import fields
from youthforum.core.text import whole
from youthforum.forums.models import Member
from youthforum.forums.queries import groups_of
from youthforum.forums.routes import enter
from youthforum.ideas.models import Idea
from youthforum.ideas.queries import cluster_shown_to, idea_shown_to
from youthforum.proposals import policy
from youthforum.proposals.commands.starting import authors_to_ask
from youthforum.proposals.forms import StartForm
from youthforum.proposals.live import proposals as live
from youthforum.proposals.queries.proposals import idea_with_merged, ideas_of_cluster
from youthforum.proposals.routes.rooms import pages


@dataclass(frozen=True)
class Origin:
    """What a proposal is about to be made from; nothing by default. `title` is what it may be called."""

    ideas: list[Idea] = field(default_factory=list)
    title: str = ""
    idea: int | None = None
    cluster: int | None = None
    group: int | None = None

    @property
    def language(self) -> str | None:
        """The one that most of the ideas are in."""
        spoken = [idea.language for idea in self.ideas]
        return max(spoken, key=spoken.count) if spoken else None


@pages.route("/f/<slug>/proposals/new", methods=["GET", "POST"])
@signed_in
def new(slug: str) -> Any:
    member = enter(slug)
    refusal = policy.why_not_start(member)
    if refusal is not None:
        raise Forbidden(refusal)
    if request.method == "GET":
        origin = _origin(member, request.args.get("idea", ""), request.args.get("cluster", ""))
        return _page(member, origin, _first_values(member, origin))
    origin = _origin(member, request.form.get("idea", ""), request.form.get("cluster", ""))
    values = fields() | {"forum": member.forum_id}
    try:
        if not origin.ideas and not str(values.get("title", "")).strip():
            raise Invalid(_l("Please give it a working title; it can change later."), field="title")
        made = live.start(viewer(), parse(StartForm, values, strict=False))["proposal"]
    except InvalidForm as error:
        return _page(member, origin, values, errors=error.errors), error.status
    except Invalid as error:
        return _page(member, origin, values, errors={error.field or "": error.message}), error.status
    return redirect(url_for(f"{pages.name}.write", slug=slug, id=made["id"]))


def _origin(member: Member, idea: str, cluster: str) -> Origin:
    """Raises NotFound for what the viewer can't see, and for what is in another forum."""
    if cluster:
        group, board, _member = cluster_shown_to(viewer(), whole(cluster))
        found = Origin(ideas_of_cluster(group), group.name, cluster=group.id, group=board.working_group_id)
    elif idea:
        one, board, _member = idea_shown_to(viewer(), whole(idea))
        line = " ".join(one.text.split())
        title = line if len(line) <= live.BEGINNING else ""
        found = Origin(idea_with_merged(one), title, idea=one.id, group=board.working_group_id)
    else:
        return Origin()
    if board.forum_id != member.forum_id:
        raise NotFound()
    return found


def _first_values(member: Member, origin: Origin) -> dict[str, Any]:
    own = str(get_locale() or "en")
    language = own if own in member.forum.languages else member.forum.languages[0]
    return {
        "key": str(uuid.uuid4()),
        "title": origin.title,
        "language": origin.language or language,
        "working_group": origin.group or "",
        "idea": origin.idea or "",
        "cluster": origin.cluster or "",
    }


def _page(member: Member, origin: Origin, values: dict[str, Any], *, errors: dict[str, Any] | None = None) -> str:
    asked = authors_to_ask(member, origin.ideas)
    # On a board that hides authors nobody learns here who they are.
    shown = {idea.author_id for idea in origin.ideas if idea.author_name is not None}
    return render_template(
        "proposals/start.html",
        origin=origin,
        values=values,
        errors=errors or {},
        groups=groups_of(member.forum),
        invited=[one for one in asked if one.id in shown],
        invited_unnamed=sum(one.id not in shown for one in asked),
    )
