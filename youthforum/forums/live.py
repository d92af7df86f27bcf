"""The live channel of a forum, and what happens to the sockets of members whose role changed."""

from __future__ import annotations

from flask import render_template

from youthforum.core.events import on
from youthforum.forums import commands, queries
from youthforum.forums.events import ForumFact, MemberReadmitted, MemberSuspended, PhaseChanged, RoleChanged
from youthforum.forums.forms import PhaseForm
from youthforum.forums.models import Forum
from youthforum.forums.phases import PHASE_LABELS, Phase
from youthforum.live.channels import Admission, Audience, Change, channel
from youthforum.live.intake import Answer, intake
from youthforum.live.sockets import live
from youthforum.people.models import Person


def admit(person: Person, forum_id: int) -> Admission:
    member = queries.membership_in(person, forum_id)
    return Admission("moderators" if member.is_moderator else "members", member)


forum_channel = channel("forum", admit, queries.revision_of)


@forum_channel.drawn_by(PhaseChanged)
def draw_stepper(change: Change, audience: Audience) -> str | None:
    forum = queries.forum_by_id(int(audience.channel.partition(":")[2]))
    return render_template("forums/_stepper.html", forum=forum, phases=steps(forum)) if forum else None


def steps(forum: Forum) -> list[dict[str, str]]:
    """The stepper: `[{"name", "label", "state": "done" | "current" | "todo"}]`."""
    order = list(Phase)
    at = order.index(forum.phase)
    return [
        {
            "name": phase.value,
            "label": str(PHASE_LABELS[phase]),
            "state": "current" if number == at else "done" if number < at else "todo",
        }
        for number, phase in enumerate(order)
    ]


@on(ForumFact)
def announce(fact: ForumFact) -> None:
    live().broadcaster.changed(f"forum:{fact.forum_id}")


@on(MemberSuspended)
def cut_suspended(fact: MemberSuspended) -> None:
    live().cut(person_id=fact.person_id, reason="suspended")


@on(MemberReadmitted)
def greet_readmitted(fact: MemberReadmitted) -> None:
    live().cut(person_id=fact.person_id, reason="role_changed")


@on(RoleChanged)
def cut_changed_role(fact: RoleChanged) -> None:
    """The page and the rooms of the old role are no longer theirs; the browser comes back with the new one."""
    live().cut(person_id=fact.person_id, reason="role_changed")


@intake("forum:phase", PhaseForm, "/forums/<forum>/phase")
def change_phase(person: Person, form: PhaseForm) -> Answer:
    """Move the forum to another phase."""
    member = queries.membership_in(person, form.forum)
    commands.change_phase(member, member.forum, phase=Phase(form.phase))
    return {"phase": form.phase, "revision": member.forum.revision}
