"""Why somebody may not do something in a forum."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from youthforum.core.errors import Refusal
from youthforum.core.settings import settings
from youthforum.forums.models import JoinCode, Member
from youthforum.forums.phases import PHASE_LABELS, ROLE_LABELS, TABLE, Activity, Role
from youthforum.people.models import Person

NOT_A_MEMBER = Refusal("not_a_member", _l("Only members of this forum can do this."))
SUSPENDED = Refusal("suspended", _l("Your membership is suspended. You can read, but not take part for now."))
CODE_EXPIRED = Refusal("code_expired", _l("This code has expired. Ask the person who gave it to you for a new one."))
NEEDS_ACCOUNT = Refusal(
    "needs_account",
    _l("Only people who organise a forum already can make a new one. Please ask the administrator."),
)
LAST_ORGANISER = Refusal("last_organiser", _l("A forum needs at least one organiser."))
OTHER_FORUM = Refusal("other_forum", _l("This belongs to another forum."))
NOT_REACHABLE = Refusal(
    "not_reachable",
    _l("This account belongs to somebody with a role in another forum; they reset it themselves."),
)


def why_not(member: Member | None, activity: Activity) -> Refusal | None:
    """The one reading of the role × phase table; None when the member may."""
    if member is None:
        return NOT_A_MEMBER
    if member.suspension is not None and activity is not Activity.read:
        return SUSPENDED
    roles, phases = TABLE[activity]
    if member.role not in roles:
        return _not_in_this_role(member.role, activity)
    if member.forum.phase not in phases:
        return Refusal(
            "wrong_phase",
            _l("This is not possible in the phase “%(phase)s”.", phase=PHASE_LABELS[member.forum.phase]),
        )
    return None


def _not_in_this_role(role: Role, activity: Activity) -> Refusal:
    if activity in (Activity.vote, Activity.decide) and role is not Role.observer:
        return Refusal("neutral", _l("Moderators and organisers stay neutral and don’t vote."))
    return Refusal("wrong_role", _l("As %(role)s you can’t do this.", role=ROLE_LABELS[role]))


def why_not_change_phase(member: Member | None) -> Refusal | None:
    return why_not(member, Activity.change_phase)


def why_not_edit_forum(member: Member | None) -> Refusal | None:
    return why_not(member, Activity.edit_forum)


def why_not_run_boards(member: Member | None) -> Refusal | None:
    return why_not(member, Activity.run_boards)


def why_not_suspend(member: Member, other: Member) -> Refusal | None:
    """Moderators suspend participants and observers; an organiser also moderators; nobody an organiser."""
    if member.forum_id != other.forum_id:
        return OTHER_FORUM
    if other.role is Role.organiser or (other.role is Role.moderator and member.role is not Role.organiser):
        return Refusal("wrong_role", _l("Only an organiser can suspend a moderator, and nobody an organiser."))
    return why_not(member, Activity.curate)


def why_not_appoint(member: Member, other: Member) -> Refusal | None:
    """Organisers change roles. That a forum keeps at least one of them is counted by the command."""
    if member.forum_id != other.forum_id:
        return OTHER_FORUM
    return why_not_edit_forum(member)


def why_not_reset(member: Member, other: Member, elsewhere: bool) -> Refusal | None:
    """An organiser resets passwords of their own forum's people, unless those have a say elsewhere too."""
    if member.forum_id != other.forum_id:
        return OTHER_FORUM
    if elsewhere or other.person.is_admin:
        return NOT_REACHABLE
    return why_not_edit_forum(member)


def why_not_join(join_code: JoinCode) -> Refusal | None:
    return None if join_code.live else CODE_EXPIRED


def why_not_make_forum(person: Person | None, organises: bool) -> Refusal | None:
    """Administrators and organisers make forums; anybody with an account where registration is open."""
    if person is None:
        return None  # the command line of the server
    if person.is_admin or organises or settings().open_registration:
        return None
    return NEEDS_ACCOUNT


def why_not_change_name(person: Person, member: Member) -> Refusal | None:
    return None if person.id == member.person_id else NOT_A_MEMBER
