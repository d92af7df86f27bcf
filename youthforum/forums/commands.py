"""Changes to forums, their teams, codes and members."""

from __future__ import annotations

import secrets
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from youthforum.core.clock import now
from youthforum.core.commands import add, command, lock_row, nothing_forbids, record
from youthforum.core.db import session
from youthforum.core.errors import Conflict, Forbidden, Invalid
from youthforum.core.settings import settings
from youthforum.core.text import Text
from youthforum.forums import policy, queries
from youthforum.forums.events import (
    CodeMade,
    CodeRevoked,
    ForumChanged,
    ForumMade,
    MemberJoined,
    MemberReadmitted,
    MemberSuspended,
    PhaseChanged,
    RoleChanged,
)
from youthforum.forums.forms import CODE_ALPHABET, CODE_LENGTH, ForumForm, slug_of
from youthforum.forums.models import (
    Delegation,
    Forum,
    Host,
    JoinCode,
    Member,
    Partnership,
    Suspension,
    WorkingGroup,
)
from youthforum.forums.phases import Phase, Role
from youthforum.people.commands import create_person, make_password_link, open_sign_in, renew_phrase
from youthforum.people.models import Person
from youthforum.people.queries import person_by_email

CODE_LASTS = timedelta(days=30)


@command(unless=policy.why_not_make_forum)
def make_forum(
    person: Person | None,
    *,
    organises: bool,
    form: ForumForm,
    teams: list[tuple[str, str]],
    slug: str = "",
    name: str = "",
) -> Forum:
    """A new forum in its first phase, with a code for participants; `person` becomes its organiser.

    Raises Conflict when the slug is taken (one that is not given is made unique).
    """
    title = _words(form.title, form.languages)
    chosen = slug or _free_slug(slug_of(title.in_("en", *form.languages)))
    if queries.forum_by_slug(chosen) is not None:
        raise Conflict(_l("There is a forum with this short name already."), field="slug")
    forum = Forum(slug=chosen, phase=Phase.collect, created_at=now())
    _fill(forum, form)
    add(forum)
    for city, country in teams:
        _add_delegation(forum, Text({form.languages[0]: city}), country)
    if person is not None:
        add(Member(forum=forum, person=person, role=Role.organiser, name=name or "—", joined_at=now()))
    _make_code(forum, Role.participant, None, CODE_LASTS)
    record(ForumMade(forum_id=forum.id))
    return forum


def _free_slug(slug: str) -> str:
    candidate, number = slug, 1
    while queries.forum_by_slug(candidate) is not None:
        number += 1
        candidate = f"{slug}-{number}"
    return candidate


def _fill(forum: Forum, form: ForumForm) -> None:
    offered = settings().language_codes
    unknown = [code for code in form.languages if code not in offered]
    if unknown:
        raise Invalid(_l("This language is not offered here."), field="languages")
    forum.languages = list(dict.fromkeys(form.languages))
    forum.title = _words(form.title, form.languages)
    forum.about = _words(form.about, form.languages)
    forum.house_rules = _words(form.house_rules, form.languages) or usual_rules(form.languages)
    forum.place = _kept([forum.place], form.place, form.languages) if form.place else Text()
    forum.starts_on, forum.ends_on = form.starts_on, form.ends_on
    forum.time_zone, forum.age_bands = form.time_zone, list(dict.fromkeys(form.age_bands))
    known = [host.name for host in forum.hosts]
    forum.hosts = [
        Host(name=_kept(known, name, form.languages), position=number) for number, name in enumerate(form.hosts)
    ]


def _kept(known: list[Text], words: str, languages: list[str]) -> Text:
    """The words in all the languages in which we have them; a form shows them in one only."""
    return next((text for text in known if text and text.in_(*languages) == words), Text({languages[0]: words}))


def _words(given: dict[str, str], languages: list[str]) -> Text:
    return Text({code: given[code] for code in languages if given.get(code)})


def usual_rules(languages: list[str]) -> Text:
    """House rules that suit most forums, for those who write none of their own."""
    found = Text()
    for code in languages:
        with force_locale(code):
            found[code] = _(
                "Be kind: argue about ideas, not about people.\n"
                "You may use a made-up name. Don’t publish personal data, neither your own nor other people’s.\n"
                "No insults, no threats, no advertising.\n"
                "If something worries you, tell a moderator."
            )
    return found


@command(unless=policy.why_not_edit_forum)
def edit_forum(member: Member, *, form: ForumForm) -> None:
    """Change what a forum is called, where and when it is, and how people join it."""
    _fill(member.forum, form)
    _changed(member.forum)


@command(unless=policy.why_not_change_phase)
def change_phase(member: Member, forum: Forum, *, phase: Phase) -> None:
    """Move the forum to a phase, forwards or backwards; the same one again changes nothing."""
    lock_row(forum)
    if forum.phase is phase:
        return
    before, forum.phase = forum.phase, phase
    record(PhaseChanged(forum_id=forum.id, revision=forum.advance(), phase=phase.value, before=before.value))


def _changed(forum: Forum) -> None:
    record(ForumChanged(forum_id=forum.id, revision=forum.advance()))


# Teams ----------------------------------------------------------------------------------------------------


@command(unless=policy.why_not_edit_forum)
def add_delegation(member: Member, *, name: Text, country: str) -> Delegation:
    """A new delegation. Raises Conflict when the forum has one of that name."""
    made = _add_delegation(member.forum, name, country)
    _changed(member.forum)
    return made


def _add_delegation(forum: Forum, name: Text, country: str) -> Delegation:
    slug = slug_of(name.in_("en", *forum.languages))
    taken = sa.select(Delegation.id).where(Delegation.forum_id == forum.id, Delegation.slug == slug)
    if session().scalar(taken):
        raise Conflict(_l("There is a delegation of this name already."), field="name")
    return add(Delegation(forum_id=forum.id, slug=slug, name=name, country=country))


@command(unless=policy.why_not_edit_forum)
def rename_delegation(member: Member, delegation: Delegation, *, name: Text, country: str) -> None:
    """Another name or country; its short name in links stays."""
    delegation.name, delegation.country = Text(delegation.name | name), country
    _changed(member.forum)


@command(unless=policy.why_not_edit_forum)
def remove_delegation(member: Member, delegation: Delegation) -> None:
    """Its members stay, without a delegation."""
    session().delete(delegation)
    _changed(member.forum)


@command(unless=policy.why_not_edit_forum)
def pair_delegations(member: Member, delegations: list[Delegation], *, name: Text) -> Partnership:
    """Twin delegations: they work as one team. One that was in another team leaves it."""
    made = add(Partnership(forum_id=member.forum_id, name=name))
    for delegation in delegations:
        delegation.partnership = made
    _changed(member.forum)
    return made


@command(unless=policy.why_not_edit_forum)
def end_partnership(member: Member, partnership: Partnership) -> None:
    """The delegations stay, each on its own."""
    session().delete(partnership)
    _changed(member.forum)


@command(unless=policy.why_not_edit_forum)
def add_group(member: Member, *, name: Text) -> WorkingGroup:
    made = add(WorkingGroup(forum_id=member.forum_id, name=name, about=Text()))
    _changed(member.forum)
    return made


@command(unless=policy.why_not_edit_forum)
def rename_group(member: Member, group: WorkingGroup, *, name: Text) -> None:
    group.name = name
    _changed(member.forum)


@command(unless=policy.why_not_edit_forum)
def remove_group(member: Member, group: WorkingGroup) -> None:
    """Its boards stay, as boards of the whole forum."""
    session().delete(group)
    _changed(member.forum)


# Joining ----------------------------------------------------------------------------------------------------


@command(unless=policy.why_not_edit_forum)
def make_code(member: Member, *, role: Role, delegation: Delegation | None, days: int) -> JoinCode:
    """A new code by which people join in a role, and perhaps in a certain delegation."""
    return _make_code(member.forum, role, delegation, timedelta(days=days))


@command(unless=nothing_forbids)
def give_out_code(machine: None, forum: Forum, *, role: Role, delegation: Delegation | None, days: int) -> JoinCode:
    """The same from the server's command line."""
    return _make_code(forum, role, delegation, timedelta(days=days))


def _make_code(forum: Forum, role: Role, delegation: Delegation | None, lasts: timedelta) -> JoinCode:
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    made = add(
        JoinCode(
            forum_id=forum.id,
            code=code,
            role=role,
            delegation_id=delegation.id if delegation else None,
            expires_at=now() + lasts,
        )
    )
    record(CodeMade(forum_id=forum.id, code_id=made.id))
    return made


@command(unless=policy.why_not_edit_forum)
def revoke_code(member: Member, code: JoinCode) -> None:
    """Nobody joins by this code any more; who has joined stays."""
    if code.revoked_at is None:
        code.revoked_at = now()
        record(CodeRevoked(forum_id=member.forum_id, code_id=code.id))


@command(unless=policy.why_not_join, share=("join_code",))
def join_forum(
    person: Person | None,
    join_code: JoinCode,
    *,
    name: str,
    delegation: str | int | None,
    language: str,
    age_band: str,
    device: str,
) -> tuple[Member, str | None, str | None]:
    """Become a member: `(member, token, return phrase)`, the latter two for somebody who was nobody before.

    Joining again with the same account answers the membership that is there. Raises Forbidden (`code_expired`),
    Invalid for an age band that the forum does not offer, NotFound for a delegation that it does not have.
    """
    forum = join_code.forum
    if age_band not in forum.age_bands:
        raise Invalid(_l("Please choose one of the values offered."), field="age_band")
    team = join_code.delegation or queries.delegation_of(forum, delegation)
    token = phrase = None
    if person is None:
        person = create_person(None, language=language)
        phrase = renew_phrase(person, person)
        token = open_sign_in(person, device=device)
    elif (present := _present(person, forum)) is not None:
        return present, None, None
    member = add(
        Member(
            forum=forum,
            person=person,
            role=join_code.role,
            name=name,
            age_band=age_band,
            delegation=team,
            joined_at=now(),
        )
    )
    record(MemberJoined(forum_id=forum.id, member_id=member.id))
    return member, token, phrase


def _present(person: Person, forum: Forum) -> Member | None:
    return session().scalar(sa.select(Member).where(Member.person_id == person.id, Member.forum_id == forum.id))


# Roles ------------------------------------------------------------------------------------------------------


@command(unless=policy.why_not_edit_forum)
def invite(member: Member, *, name: str, email: str, role: Role) -> tuple[Member, str | None]:
    """Add a moderator or organiser by address: `(member, token)`.

    The token is of a link to set a first password; None for somebody who has one already.
    Raises Conflict when they are a member already.
    """
    return _appoint_by_email(member.forum, name, email, role)


def _appoint_by_email(forum: Forum, name: str, email: str, role: Role) -> tuple[Member, str | None]:
    person = person_by_email(email)
    if person is None:
        person = create_person(None, language=forum.languages[0], email=email)
    elif _present(person, forum) is not None:
        raise Conflict(_l("This person is a member already. Change their role instead."), field="email")
    made = add(Member(forum=forum, person=person, role=role, name=name, joined_at=now()))
    record(MemberJoined(forum_id=forum.id, member_id=made.id))
    return made, None if person.password_hash else make_password_link(None, person)


@command(unless=nothing_forbids)
def add_member(machine: None, forum: Forum, *, name: str, email: str, role: Role) -> tuple[Member, str | None]:
    """The same from the server's command line."""
    return _appoint_by_email(forum, name, email, role)


@command(unless=policy.why_not_appoint, lock=("forum",))
def appoint(member: Member, other: Member, forum: Forum, *, role: Role) -> None:
    """Give somebody another role; their sockets start anew with it.

    The forum's row is held: two organisers who step down at once must not leave it without one.
    """
    if other.role is role:
        return
    if other.role is Role.organiser and queries.organisers_of(forum.id) <= 1:
        raise Forbidden(policy.LAST_ORGANISER)
    before, other.role = other.role, role
    record(
        RoleChanged(
            forum_id=member.forum_id,
            member_id=other.id,
            person_id=other.person_id,
            role=role.value,
            before=before.value,
        )
    )


@command(unless=policy.why_not_reset)
def reset_member_password(member: Member, other: Member, *, elsewhere: bool) -> str:
    """The token of a link by which `other` sets a new password. Raises Invalid without an e-mail address."""
    return make_password_link(member.person, other.person)


@command(unless=policy.why_not_suspend)
def suspend(member: Member, other: Member, *, reason: str) -> None:
    """Somebody may read, but not take part, until readmitted; their sockets are cut."""
    if other.suspension is None:
        add(Suspension(member_id=other.id, moderator_id=member.id, reason=reason, at=now()))
        record(MemberSuspended(forum_id=member.forum_id, member_id=other.id, person_id=other.person_id))


@command(unless=policy.why_not_suspend)
def readmit(member: Member, other: Member) -> None:
    """End a suspension."""
    if other.suspension is not None:
        session().delete(other.suspension)
        record(MemberReadmitted(forum_id=member.forum_id, member_id=other.id, person_id=other.person_id))


@command(unless=policy.why_not_change_name)
def rename_member(person: Person, member: Member, *, name: str) -> None:
    """Choose the name that others see in this forum."""
    member.name = name
