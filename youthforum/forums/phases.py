"""Where a forum stands, and what may be done there: the one table of it."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l


class Phase(StrEnum):
    """The steps of a forum, in their order."""

    collect = "collect"
    cluster = "cluster"
    draft = "draft"
    discuss = "discuss"
    decide = "decide"
    recommend = "recommend"
    follow_up = "follow_up"
    archived = "archived"


class Role(StrEnum):
    """What somebody is in a forum."""

    observer = "observer"
    participant = "participant"
    moderator = "moderator"
    organiser = "organiser"


class Activity(StrEnum):
    """What people do in a forum, as far as phase and role decide about it."""

    read = "read"
    post = "post"
    vote = "vote"
    discuss_ideas = "discuss_ideas"
    draft = "draft"
    comment = "comment"
    translate = "translate"  # type: ignore[assignment]  # str has a method of this name, which nobody calls
    report = "report"
    curate = "curate"
    change_phase = "change_phase"
    run_boards = "run_boards"
    decide = "decide"
    run_polls = "run_polls"
    edit_forum = "edit_forum"


PHASE_LABELS = {
    Phase.collect: _l("Collect ideas"),
    Phase.cluster: _l("Cluster"),
    Phase.draft: _l("Draft"),
    Phase.discuss: _l("Discuss"),
    Phase.decide: _l("Decide"),
    Phase.recommend: _l("Recommend"),
    Phase.follow_up: _l("Follow up"),
    Phase.archived: _l("Archived"),
}

WHAT_NOW = {
    Phase.collect: _l("Post your ideas on the boards and support the ones you like."),
    Phase.cluster: _l("Ideas that belong together are being grouped. You can still add what is missing."),
    Phase.draft: _l("Teams turn ideas into proposals for digital dialogue formats."),
    Phase.discuss: _l("The proposals are being discussed."),
    Phase.decide: _l("The forum decides about the proposals."),
    Phase.recommend: _l("The recommendations are being put into their final words."),
    Phase.follow_up: _l("See what becomes of the recommendations."),
    Phase.archived: _l("This forum is over. You can still read everything."),
}

ROLE_LABELS = {
    Role.observer: _l("Observer"),
    Role.participant: _l("Participant"),
    Role.moderator: _l("Moderator"),
    Role.organiser: _l("Organiser"),
}

_ALL_ROLES = frozenset(Role)
_WRITERS = frozenset({Role.participant, Role.moderator})
_FACILITATORS = frozenset({Role.moderator, Role.organiser})
_ALL_PHASES = frozenset(Phase)
_BEFORE_THE_END = _ALL_PHASES - {Phase.archived}

# activity → who may, and in which phases. Votes also need the board's voting to be open.
TABLE: dict[Activity, tuple[frozenset[Role], frozenset[Phase]]] = {
    Activity.read: (_ALL_ROLES, _ALL_PHASES),
    Activity.post: (_ALL_ROLES - {Role.observer}, frozenset({Phase.collect, Phase.cluster})),
    Activity.vote: (frozenset({Role.participant}), _BEFORE_THE_END),
    Activity.discuss_ideas: (_WRITERS, frozenset({Phase.collect, Phase.cluster, Phase.draft, Phase.discuss})),
    Activity.draft: (_WRITERS, frozenset({Phase.draft, Phase.discuss})),
    Activity.comment: (_WRITERS, frozenset({Phase.draft, Phase.discuss})),
    Activity.translate: (_ALL_ROLES - {Role.observer}, _BEFORE_THE_END),
    Activity.report: (_ALL_ROLES, _BEFORE_THE_END),
    Activity.curate: (_FACILITATORS, _BEFORE_THE_END),
    Activity.change_phase: (_FACILITATORS, _ALL_PHASES),
    Activity.run_boards: (_FACILITATORS, _BEFORE_THE_END),
    Activity.decide: (frozenset({Role.participant}), frozenset({Phase.decide})),
    Activity.run_polls: (_FACILITATORS, _BEFORE_THE_END),
    Activity.edit_forum: (frozenset({Role.organiser}), _ALL_PHASES),
}
