"""Amendments, and which of them touch the same words."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from youthforum.core.db import session
from youthforum.core.errors import NotFound
from youthforum.core.richtext import RichText
from youthforum.forums.models import Member
from youthforum.people.models import Person
from youthforum.proposals.diff import DiffBlock, collide, compare, merge
from youthforum.proposals.models import Amendment, Answer, Proposal
from youthforum.proposals.queries.proposals import visible_proposal
from youthforum.proposals.queries.versions import read_draft

MOST_SHOWN = 200


def own_amendment_by_key(member: Member, key: str) -> Amendment | None:
    return session().scalar(sa.select(Amendment).where(Amendment.author_id == member.id, Amendment.key == key))


def amendment_by_id(amendment_id: int) -> Amendment | None:
    """Not scoped to anybody: for reports, whatever became of it."""
    return session().get(Amendment, amendment_id)


def amendment_shown_to(person: Person, amendment_id: int) -> tuple[Amendment, Proposal, Member]:
    """Raises NotFound for whoever is not a member of the forum."""
    found = session().get(Amendment, amendment_id)
    if found is None:
        raise NotFound(field="amendment")
    proposal, member = visible_proposal(person, found.proposal_id)
    return found, proposal, member


@dataclass(frozen=True)
class Suggested:
    """An amendment as a page shows it: what it changes, the open ones that touch the same words, and whether these
    words have been changed in the draft since."""

    amendment: Amendment
    changes: list[DiffBlock]
    collides: list[int] = field(default_factory=list)
    overtaken: bool = False


def amendments_of(proposal: Proposal) -> list[Suggested]:
    """Open ones first, then the newest; at most MOST_SHOWN, withdrawn ones left out."""
    found = list(
        session().scalars(
            sa.select(Amendment)
            .where(Amendment.proposal_id == proposal.id, Amendment.state != Answer.withdrawn)
            .options(joinedload(Amendment.author).joinedload(Member.delegation), joinedload(Amendment.answered_by))
            .order_by(Amendment.state.not_in((Answer.open, Answer.asked)), Amendment.id.desc())
            .limit(MOST_SHOWN)
        )
    )
    return _compared(proposal, found)


def amendment_as_shown(amendment: Amendment, proposal: Proposal) -> Suggested | None:
    """One of them; None where it is withdrawn."""
    return next((one for one in amendments_of(proposal) if one.amendment.id == amendment.id), None)


def _compared(proposal: Proposal, found: list[Amendment]) -> list[Suggested]:
    """Open ones are put onto the draft as it is now, and compared there: begun at different times, two may still
    touch the same words."""
    standing = [one for one in found if one.state in (Answer.open, Answer.asked)]
    present: dict[int, RichText] = {}
    if standing:
        content = read_draft(proposal)
        present = {one.id: content.text(one.part, one.language) for one in standing}
    rebased = {one.id: merge(one.base, present[one.id], one.wording) for one in standing}
    beside: dict[int, list[int]] = {}
    for one, other in combinations(standing, 2):
        first, second = rebased[one.id], rebased[other.id]
        same_place = (one.part, one.language) == (other.part, other.language)
        if same_place and first is not None and second is not None and collide(present[one.id], first, second):
            beside.setdefault(one.id, []).append(other.id)
            beside.setdefault(other.id, []).append(one.id)
    return [
        Suggested(
            one,
            compare(one.base, one.wording),
            sorted(beside.get(one.id, [])),
            one.id in rebased and rebased[one.id] is None,
        )
        for one in found
    ]
