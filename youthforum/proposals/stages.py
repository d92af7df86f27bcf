"""Where a proposal stands, and which moves there are: pure, the one table of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l


class Stage(StrEnum):
    """The stages of a proposal."""

    draft = "draft"
    submitted = "submitted"
    under_review = "under_review"
    shortlisted = "shortlisted"
    returned = "returned"
    adopted = "adopted"
    not_adopted = "not_adopted"
    withdrawn = "withdrawn"


# Co-authors write in these; in all others the words stand.
EDITABLE = frozenset({Stage.draft, Stage.returned})
# What the forum is done with.
CLOSED = frozenset({Stage.adopted, Stage.not_adopted, Stage.withdrawn})

STAGE_LABELS = {
    Stage.draft: _l("In draft"),
    Stage.submitted: _l("Submitted"),
    Stage.under_review: _l("Under review"),
    Stage.shortlisted: _l("Shortlisted"),
    Stage.returned: _l("Returned"),
    Stage.adopted: _l("Adopted"),
    Stage.not_adopted: _l("Not adopted"),
    Stage.withdrawn: _l("Withdrawn"),
}


@dataclass(frozen=True)
class Move:
    """One way from stage to stage. `by` is "authors" or "moderators"; `reasoned` moves need a reason."""

    name: str
    start: frozenset[Stage]
    to: Stage
    by: str
    label: object
    reasoned: bool = False


def _from(*stages: Stage) -> frozenset[Stage]:
    return frozenset(stages)


MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        Move("submit", EDITABLE, Stage.submitted, "authors", _l("Submit")),
        Move("take_back", _from(Stage.submitted), Stage.draft, "authors", _l("Take back to the draft")),
        Move("withdraw", frozenset(Stage) - CLOSED, Stage.withdrawn, "authors", _l("Withdraw")),
        Move("resume", _from(Stage.withdrawn), Stage.draft, "authors", _l("Go on with it")),
        Move("review", _from(Stage.submitted), Stage.under_review, "moderators", _l("Start the review")),
        Move("shortlist", _from(Stage.submitted, Stage.under_review), Stage.shortlisted, "moderators", _l("Shortlist")),
        Move(
            "return",
            _from(Stage.submitted, Stage.under_review, Stage.shortlisted),
            Stage.returned,
            "moderators",
            _l("Return with a reason"),
            reasoned=True,
        ),
        Move("adopt", _from(Stage.shortlisted), Stage.adopted, "moderators", _l("Adopted by the forum")),
        Move(
            "not_adopt",
            _from(Stage.shortlisted),
            Stage.not_adopted,
            "moderators",
            _l("Not adopted by the forum"),
            reasoned=True,
        ),
        Move(
            "reopen",
            _from(Stage.shortlisted, Stage.adopted, Stage.not_adopted),
            Stage.under_review,
            "moderators",
            _l("Back under review"),
            reasoned=True,
        ),
    )
}
