"""Changing the parts that a forum's proposals have. What was written keeps the parts that it began with."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from youthforum.core.clock import now
from youthforum.core.commands import add, command, lock_row, nothing_forbids, record
from youthforum.core.errors import Conflict
from youthforum.forums.models import Member
from youthforum.proposals import policy
from youthforum.proposals.events import TemplateChanged
from youthforum.proposals.models import ProposalTemplate
from youthforum.proposals.queries.templates import template_of
from youthforum.proposals.template import Template, default_template


@command(unless=nothing_forbids)
def current_template(member: Member) -> ProposalTemplate:
    """What the next proposal in the member's forum is written with; the default is kept as version 1 when somebody
    first needs it. Only for use inside another command."""
    lock_row(member.forum)
    return template_of(member.forum) or add(
        ProposalTemplate(
            forum_id=member.forum_id, version=1, parts=default_template().dump(), member_id=None, created_at=now()
        )
    )


@command(unless=policy.why_not_change_template)
def change_template(member: Member, *, base: int, template: Template) -> ProposalTemplate:
    """New proposals have these parts from now on. `base` is the version that the change was made from, 0 for the
    default; the same parts again are no new version.

    Raises Conflict when somebody else has saved another version since; `extra` has its `version`.
    """
    standing = current_template(member)
    parts = template.dump()
    if parts == standing.parts:
        return standing
    if standing.version != max(base, 1):
        raise Conflict(
            _l("Somebody else saved version %(version)s of the template meanwhile.", version=standing.version),
            extra={"version": standing.version},
        )
    changed = add(
        ProposalTemplate(
            forum_id=member.forum_id,
            version=standing.version + 1,
            parts=parts,
            member_id=member.id,
            created_at=now(),
        )
    )
    record(TemplateChanged(forum_id=member.forum_id, revision=member.forum.advance(), version=changed.version))
    return changed
