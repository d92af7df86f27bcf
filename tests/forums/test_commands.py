"""Making a forum and running it: phases, teams, codes, roles, suspensions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.threads import at_once
from tests.world import World, snapshot
from youthforum.activity.models import Activity
from youthforum.boards.models import Board
from youthforum.core.clock import now
from youthforum.core.db import session
from youthforum.core.errors import Conflict, Forbidden, Invalid
from youthforum.core.text import Text
from youthforum.forums import commands, queries
from youthforum.forums.forms import CODE_ALPHABET, ForumForm
from youthforum.forums.models import Delegation, Forum, JoinCode, Member, Partnership
from youthforum.forums.phases import Phase, Role
from youthforum.people import queries as people


def form(**more: Any) -> ForumForm:
    given = {"languages": ["de", "en"], "title": {"de": "Jugendrat", "en": "Youth council"}, "age_bands": ["14-17"]}
    return ForumForm(**given | more)


def types(forum_id: int) -> list[str]:
    return list(session().scalars(sa.select(Activity.type).where(Activity.forum_id == forum_id).order_by(Activity.id)))


# Making ---------------------------------------------------------------------------------------------------------


def test_a_new_forum_starts_ready_for_people(inside: World) -> None:
    olga = inside.person("olga")
    made = commands.make_forum(
        olga, organises=True, form=form(), teams=[("Nizhny Novgorod", "RU"), ("Essen", "DE")], name="Olga"
    )
    assert made.slug == "youth-council" and made.phase is Phase.collect
    assert [team.slug for team in queries.delegations_of(made)] == ["essen", "nizhny-novgorod"]
    member = queries.membership(olga, "youth-council")
    assert member.role is Role.organiser and member.name == "Olga"
    code = queries.door_code(made)
    assert code is not None and code.live and code.role is Role.participant
    assert set(made.house_rules) == {"de", "en"}  # the usual ones, in the forum's languages
    assert code.expires_at - now() > timedelta(days=29)


def test_short_names_are_made_unique_and_given_ones_are_not_touched(inside: World) -> None:
    first = commands.make_forum(None, organises=False, form=form(), teams=[])
    second = commands.make_forum(None, organises=False, form=form(), teams=[])
    assert (first.slug, second.slug) == ("youth-council", "youth-council-2")
    with pytest.raises(Conflict) as refused:
        commands.make_forum(None, organises=False, form=form(), teams=[], slug="bridges")
    assert refused.value.field == "slug"


def test_a_cyrillic_title_gets_a_short_name_too(inside: World) -> None:
    made = commands.make_forum(
        None, organises=False, form=form(languages=["ru"], title={"ru": "Молодёжный форум"}), teams=[("Пермь", "RU")]
    )
    assert made.slug == "molodezhnyy-forum"
    assert [team.slug for team in queries.delegations_of(made)] == ["perm"]


def test_who_organises_nothing_makes_no_forum(inside: World, app: Flask) -> None:
    before = snapshot(app)
    with pytest.raises(Forbidden) as refused:
        commands.make_forum(inside.person("anna"), organises=False, form=form(), teams=[])
    assert refused.value.code == "needs_account"
    assert snapshot(app) == before


def test_a_language_that_the_installation_does_not_offer_is_refused(inside: World, app: Flask) -> None:
    before = snapshot(app)
    with pytest.raises(Invalid) as refused:
        commands.make_forum(None, organises=False, form=form(languages=["en", "tlh"]), teams=[])
    assert refused.value.field == "languages"
    assert snapshot(app) == before


def test_two_delegations_of_one_name_are_a_conflict_and_the_forum_is_not_made(inside: World, app: Flask) -> None:
    before = snapshot(app)
    with pytest.raises(Conflict):
        commands.make_forum(None, organises=False, form=form(), teams=[("Essen", "DE"), ("essen", "DE")])
    assert snapshot(app) == before


# The forum itself -----------------------------------------------------------------------------------------------


def test_editing_keeps_translations_that_the_form_does_not_show(inside: World) -> None:
    """The form has one field for the place and one line per host; what is not touched stays in every language."""
    forum = inside.forum()
    forum.place = Text({"de": "Kaluga", "ru": "Калуга"})
    session().commit()
    edit = form(languages=["de", "ru", "en"], place="Kaluga", hosts=["Stadt Kaluga"], starts_on=date(2021, 6, 23))
    commands.edit_forum(inside.member("olga"), form=edit)
    assert inside.forum().place == {"de": "Kaluga", "ru": "Калуга"}
    assert inside.forum().starts_on == date(2021, 6, 23)
    host = inside.forum().hosts[0]
    host.name = Text({"de": "Stadt Kaluga", "ru": "Город Калуга"})
    session().commit()
    commands.edit_forum(inside.member("olga"), form=edit)
    assert [one.name for one in inside.forum().hosts] == [{"de": "Stadt Kaluga", "ru": "Город Калуга"}]
    commands.edit_forum(
        inside.member("olga"), form=edit.model_copy(update={"place": "Essen", "hosts": ["Stadt Essen"]})
    )
    assert inside.forum().place == {"de": "Essen"}
    assert [one.name for one in inside.forum().hosts] == [{"de": "Stadt Essen"}]


@pytest.mark.parametrize("phase", list(Phase))
def test_phases_go_forwards_and_backwards_and_leave_a_fact(inside: World, phase: Phase) -> None:
    before = inside.forum().revision
    commands.change_phase(inside.member("max"), inside.forum(), phase=phase)
    assert inside.forum().phase is phase
    changed = phase is not Phase.collect
    assert inside.forum().revision == before + changed
    assert types(inside.forums["bridges"]).count("forum.phase_changed") == changed
    commands.change_phase(inside.member("olga"), inside.forum(), phase=Phase.collect)
    assert inside.forum().phase is Phase.collect


def test_every_change_of_a_forum_has_a_revision_of_its_own(inside: World) -> None:
    olga = inside.member("olga")
    start = inside.forum().revision
    commands.add_group(olga, name=Text({"de": "Inklusion"}))
    commands.change_phase(olga, inside.forum(), phase=Phase.cluster)
    commands.edit_forum(olga, form=form(languages=["de", "ru", "en"]))
    rows = session().scalars(
        sa.select(Activity.revision).where(
            Activity.channel == f"forum:{inside.forums['bridges']}", Activity.revision > start
        )
    )
    assert sorted(rows) == [start + 1, start + 2, start + 3]


# Teams --------------------------------------------------------------------------------------------------------


def test_delegations_come_are_renamed_and_go(inside: World) -> None:
    olga = inside.member("olga")
    made = commands.add_delegation(olga, name=Text({"de": "Osnabrück"}), country="DE")
    assert made.slug == "osnabruck"
    with pytest.raises(Conflict) as refused:
        commands.add_delegation(olga, name=Text({"de": "Osnabrück"}), country="DE")
    assert refused.value.field == "name"
    commands.rename_delegation(olga, made, name=Text({"ru": "Оснабрюк"}), country="DE")
    assert made.name == {"de": "Osnabrück", "ru": "Оснабрюк"} and made.slug == "osnabruck"
    commands.remove_delegation(olga, inside.delegation("essen"))
    anna = inside.member("anna")
    assert anna.delegation is None and anna.role is Role.participant


def test_partnerships_make_one_team_of_delegations(inside: World) -> None:
    olga = inside.member("olga")
    tver = commands.add_delegation(olga, name=Text({"de": "Tver"}), country="RU")
    made = commands.pair_delegations(olga, [inside.delegation("essen"), tver], name=Text({"de": "Essen–Tver"}))
    assert {team.slug for team in made.delegations} == {"essen", "tver"}
    assert inside.delegation("perm").partnership_id != made.id
    commands.end_partnership(olga, made)
    assert inside.delegation("essen").partnership_id is None
    assert session().get(Delegation, tver.id) is not None


def test_a_working_group_goes_and_its_boards_stay(inside: World) -> None:
    group = queries.group_of(inside.forum(), inside.groups["schools"])
    inside.board("dots").working_group_id = group.id
    session().commit()
    commands.rename_group(inside.member("olga"), group, name=Text({"de": "Schule"}))
    commands.remove_group(inside.member("olga"), group)
    board = session().get_one(Board, inside.boards["dots"])
    assert board.working_group_id is None


# Codes --------------------------------------------------------------------------------------------------------


def test_codes_are_readable_random_and_end(inside: World) -> None:
    olga = inside.member("olga")
    made = [commands.make_code(olga, role=Role.participant, delegation=None, days=7) for _ in range(50)]
    assert len({code.code for code in made}) == 50
    assert all(len(code.code) == 8 and set(code.code) <= set(CODE_ALPHABET) for code in made)
    assert len(CODE_ALPHABET) == 32 and not set("IO01") & set(CODE_ALPHABET)
    assert timedelta(days=6, hours=23) < made[0].expires_at - now() <= timedelta(days=7)
    commands.revoke_code(olga, made[0])
    first = made[0].revoked_at
    commands.revoke_code(olga, made[0])
    assert made[0].revoked_at == first and not made[0].live
    assert types(inside.forums["bridges"]).count("code.revoked") == 1


def test_no_code_makes_an_organiser(inside: World, any_database: str) -> None:
    session().add(JoinCode(forum_id=inside.forums["bridges"], code="ORGANISE", role=Role.organiser, expires_at=now()))
    with pytest.raises(sa.exc.IntegrityError):
        session().flush()
    session().rollback()


# Roles ---------------------------------------------------------------------------------------------------------


def test_a_role_is_given_and_told(inside: World) -> None:
    commands.appoint(inside.member("olga"), inside.member("anna"), inside.forum(), role=Role.moderator)
    assert inside.member("anna").role is Role.moderator
    row = session().scalars(sa.select(Activity).where(Activity.type == "member.role_changed")).one()
    assert row.data | {"member": 0, "person": 0} == {
        "forum": inside.forums["bridges"],
        "member": 0,
        "person": 0,
        "role": "moderator",
        "before": "participant",
    }
    commands.appoint(inside.member("olga"), inside.member("anna"), inside.forum(), role=Role.moderator)
    assert types(inside.forums["bridges"]).count("member.role_changed") == 1


def test_a_forum_keeps_an_organiser(inside: World, app: Flask) -> None:
    before, olga = snapshot(app), inside.member("olga")
    with pytest.raises(Forbidden) as refused:
        commands.appoint(olga, olga, inside.forum(), role=Role.participant)
    assert refused.value.code == "last_organiser"
    assert snapshot(app) == before
    commands.appoint(olga, inside.member("max"), inside.forum(), role=Role.organiser)
    commands.appoint(olga, olga, inside.forum(), role=Role.participant)
    assert queries.organisers_of(inside.forums["bridges"]) == 1


def test_two_organisers_who_leave_at_once_leave_one(world: World, any_database: str) -> None:
    with world.inside():
        commands.appoint(world.member("olga"), world.member("max"), world.forum(), role=Role.organiser)

    def step_down(number: int) -> None:
        with world.inside():
            me = world.member(("olga", "max")[number])
            commands.appoint(me, me, world.forum(), role=Role.participant)

    for _ in range(5):
        results = at_once(step_down, 2)
        with world.inside():
            assert queries.organisers_of(world.forums["bridges"]) == 1, results
            left = (
                session()
                .scalars(
                    sa.select(Member).where(Member.forum_id == world.forums["bridges"], Member.role == Role.organiser)
                )
                .one()
            )
            other = world.member("max" if left.id == world.members["olga"] else "olga")
            commands.appoint(left, other, world.forum(), role=Role.organiser)


def test_an_invitation_by_address(inside: World) -> None:
    olga = inside.member("olga")
    made, token = commands.invite(olga, name="Ida", email="ida@forum.example", role=Role.moderator)
    assert made.role is Role.moderator and token is not None and people.link_by_token(token) is not None
    otto, none = commands.invite(olga, name="Otto", email=inside.email("otto"), role=Role.moderator)
    assert otto.person_id == inside.people["otto"] and none is None  # has a password already
    with pytest.raises(Conflict) as refused:
        commands.invite(olga, name="Max", email=inside.email("max"), role=Role.organiser)
    assert refused.value.field == "email"


def test_an_organiser_resets_passwords_of_their_own_people_only(inside: World, app: Flask) -> None:
    olga = inside.member("olga")
    token = commands.reset_member_password(olga, inside.member("max"), elsewhere=False)
    assert people.link_by_token(token) is not None
    commands.invite(olga, name="Otto", email=inside.email("otto"), role=Role.moderator)
    otto = queries.membership(inside.person("otto"), "bridges")
    assert queries.has_say_elsewhere(otto)
    before = snapshot(app)
    with pytest.raises(Forbidden) as refused:
        commands.reset_member_password(olga, otto, elsewhere=queries.has_say_elsewhere(otto))
    assert refused.value.code == "not_reachable"
    with pytest.raises(Invalid) as no_address:
        commands.reset_member_password(olga, inside.member("anna"), elsewhere=False)
    assert no_address.value.code == "needs_email"
    assert snapshot(app) == before


# Suspensions -----------------------------------------------------------------------------------------------------


def test_a_suspension_says_who_why_and_when_and_ends(inside: World) -> None:
    max_ = inside.member("max")
    commands.suspend(max_, inside.member("boris"), reason="Insults")
    found = queries.suspension_of(inside.members["boris"])
    assert found is not None and (found.reason, found.moderator_id) == ("Insults", max_.id)
    commands.suspend(max_, inside.member("boris"), reason="Again")  # changes nothing
    found = queries.suspension_of(inside.members["boris"])
    assert found is not None and found.reason == "Insults"
    commands.readmit(max_, inside.member("boris"))
    assert queries.suspension_of(inside.members["boris"]) is None
    commands.readmit(max_, inside.member("boris"))
    found_types = types(inside.forums["bridges"])
    assert found_types.count("member.readmitted") == 1


@pytest.mark.parametrize(
    ("actor", "other", "allowed"),
    [
        ("max", "anna", True),
        ("max", "vera", True),
        ("max", "max", False),
        ("max", "olga", False),
        ("olga", "max", True),
        ("olga", "olga", False),
        ("anna", "boris", False),
        ("vera", "boris", False),
        ("otto", "anna", False),
    ],
)
def test_who_suspends_whom(inside: World, app: Flask, actor: str, other: str, allowed: bool) -> None:
    before = snapshot(app)
    act: Callable[[], None] = lambda: commands.suspend(inside.member(actor), inside.member(other), reason="x")  # noqa: E731
    if allowed:
        act()
        assert queries.suspension_of(inside.members[other]) is not None
    else:
        with pytest.raises(Forbidden):
            act()
        assert snapshot(app) == before


def test_a_forum_that_is_deleted_takes_everything_of_it_along(inside: World, any_database: str) -> None:
    """No command does it yet, but the foreign keys say so, on both databases."""
    session().execute(sa.delete(Forum).where(Forum.id == inside.forums["bridges"]))
    assert session().scalar(sa.select(sa.func.count()).select_from(Forum)) == 1
    for table in (Member, Board, Partnership):
        column = table.forum_id
        assert set(session().scalars(sa.select(column))) <= {inside.forums["elsewhere"]}
    session().rollback()
