"""What whoever runs the server types."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from tests.conftest import MakeApp
from tests.world import PASSWORD, Browser, World
from youthforum.core.db import session
from youthforum.forums.models import Delegation, Forum, JoinCode, Member
from youthforum.forums.phases import Role
from youthforum.people.queries import person_by_email, person_by_password


def run(app: Flask, *arguments: str, typed: str | None = None) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments), input=typed)


def said(app: Flask, *arguments: str, typed: str | None = None) -> str:
    """What a command that succeeds prints."""
    result = run(app, *arguments, typed=typed)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(app: Flask, *arguments: str, typed: str | None = None) -> str:
    """What a command that fails says after "Error: "."""
    result = run(app, *arguments, typed=typed)
    assert result.exit_code == 1, result.output
    assert "Error: " in result.stderr and "Traceback" not in result.output
    return result.stderr.partition("Error: ")[2].strip()


CREATE = ("forum", "create", "--title", "Jugendrat", "--organiser", "Olga@Rat.example", "--name", "Olga")


def test_a_forum_from_one_line(world: World, app: Flask) -> None:
    output = said(app, *CREATE, "--delegation", "Nizhny Novgorod, RU", "--delegation", "Essen, de")
    code = re.search(r"Join code\s+([A-Z2-9]{8})", output)
    link = re.search(r"Set password\s+http://127\.0\.0\.1:5000(/reset/\S+)", output)
    assert code and link
    assert f"http://127.0.0.1:5000/join/{code[1]}" in output
    visitor = Browser(app)
    assert visitor.get(f"/join/{code[1]}").status_code == 200
    assert visitor.post(link[1], {"password": "a long enough password"}).status_code in (200, 302)
    with world.inside():
        forum = session().scalars(sa.select(Forum).where(Forum.slug == "jugendrat")).one()
        assert forum.title == {"de": "Jugendrat"} and forum.languages == ["de", "ru", "en"]
        teams = session().scalars(sa.select(Delegation).where(Delegation.forum_id == forum.id)).all()
        assert {(team.slug, team.country) for team in teams} == {("nizhny-novgorod", "RU"), ("essen", "DE")}
        olga = person_by_password("olga@rat.example", "a long enough password")
        assert olga is not None
        member = session().scalars(sa.select(Member).where(Member.person_id == olga.id)).one()
        assert (member.role, member.forum_id, member.name) == (Role.organiser, forum.id, "Olga")
    assert "jugendrat" in said(app, "forum", "list")


def test_titles_by_language_dates_and_a_short_name(world: World, app: Flask) -> None:
    said(app, *CREATE[:2], *CREATE[4:], "--title", "de=Rat = gut", "--title", "ru=Совет", "--slug", "rat-2027",
         "--languages", "ru,de", "--starts", "2027-06-23", "--ends", "2027-07-01")  # fmt: skip
    with world.inside():
        forum = session().scalars(sa.select(Forum).where(Forum.slug == "rat-2027")).one()
        assert forum.title == {"de": "Rat = gut", "ru": "Совет"} and forum.languages == ["ru", "de"]
        assert str(forum.starts_on) == "2027-06-23" and str(forum.ends_on) == "2027-07-01"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (["--slug", "bridges"], "slug: There is a forum with this short name already."),
        (["--slug", "Not One"], "slug: “Not One” is not a short name; “not-one” would be one."),
        (["--delegation", "Essen"], "delegations: Line 1: please write “City, CC”, e.g. “Essen, DE”."),
        (["--languages", "fr"], "languages: This language is not offered here."),
        (["--organiser", "olga"], "email: This does not look like an e-mail address."),
        (["--starts", "2027-07-01", "--ends", "2027-06-01"], "The forum ends before it starts."),
    ],
)
def test_a_forum_that_cannot_be(world: World, app: Flask, more: list[str], reason: str) -> None:
    with world.inside():
        before = session().scalar(sa.select(sa.func.count()).select_from(Forum))
    assert reason in refused(app, *CREATE, *more)
    with world.inside():
        assert session().scalar(sa.select(sa.func.count()).select_from(Forum)) == before


def test_what_is_missing_is_named_where_nobody_can_be_asked(app: Flask) -> None:
    result = run(app, "forum", "create")
    assert result.exit_code == 2 and "Missing option '--title'." in result.stderr


def test_codes(world: World, app: Flask) -> None:
    output = said(app, "forum", "code", "bridges", "--role", "moderator", "--delegation", "perm", "--days", "2")
    text = re.search(r"[A-Z2-9]{8}", output)
    assert text
    with world.inside():
        code = session().scalars(sa.select(JoinCode).where(JoinCode.code == text[0])).one()
        assert (code.role, code.delegation_id) == (Role.moderator, world.delegations["perm"])
    assert refused(app, "forum", "code", "nowhere").startswith("There is no forum “nowhere”.")
    assert "delegation" in refused(app, "forum", "code", "bridges", "--delegation", "bonn")


def test_members_with_a_link_or_a_password(world: World, app: Flask) -> None:
    output = said(app, "member", "add", "bridges", "--name", "Mo", "--email", "mo@forum.example")
    assert re.search(r"http://127\.0\.0\.1:5000/reset/\S+", output)
    add = ("member", "add", "bridges", "--name", "Lu", "--email", "lu@forum.example", "--role", "organiser")
    output = said(app, *add, "--password", "some good password")
    assert "/reset/" not in output and "some good password" not in output
    with world.inside():
        lu = person_by_password("lu@forum.example", "some good password")
        assert lu is not None
        assert session().scalars(sa.select(Member.role).where(Member.person_id == lu.id)).one() is Role.organiser
    assert refused(app, *add) == "email: This person is a member already. Change their role instead."


def test_a_short_password_adds_nobody(world: World, app: Flask) -> None:
    add = ("member", "add", "bridges", "--name", "Lu", "--email", "lu@forum.example", "--password", "short")
    assert refused(app, *add) == "password: A password needs at least 10 characters."
    with world.inside():
        assert person_by_email("lu@forum.example") is None


def test_an_account_from_another_forum_keeps_its_password(world: World, app: Flask) -> None:
    mail = world.email("otto")
    output = said(app, "member", "add", "bridges", "--name", "O", "--email", mail, "--password", "another password")
    assert "stay as they are" in output
    with world.inside():
        assert person_by_password(mail, PASSWORD) is not None


def test_a_forgotten_password(world: World, app: Flask) -> None:
    mail, new = world.email("olga"), "rivers run at dawn"
    said(app, "member", "password", mail, typed=f"{new}\n{new}\n")
    with world.inside():
        assert person_by_password(mail, new) is not None
    assert Browser(app, world.tokens["olga"]).get("/f/bridges").status_code in (302, 401)
    assert "/reset/" in said(app, "member", "password", mail, "--link")
    assert refused(app, "member", "password", "no@forum.example").startswith("Nobody signs in with")


def test_administrators(world: World, app: Flask) -> None:
    assert "/reset/" in said(app, "admin", "add", "root@forum.example")
    assert "/reset/" not in said(app, "admin", "add", world.email("olga"))
    with world.inside():
        assert all(person_by_email(mail).is_admin for mail in ("root@forum.example", world.email("olga")))  # type: ignore[union-attr]


def test_imports(world: World, app: Flask, tmp_path: Path) -> None:
    london = Path(__file__).parent / "data" / "polis" / "london.youth.policing"
    first = run(app, "import", "polis", str(london), "--forum", "bridges")
    assert first.exit_code == 0, first.output
    assert "Added: 39 ideas, 27 members, 638 votes" in first.stdout
    assert "votes.csv: 100 %" in first.stderr
    number = re.search(r"http://127\.0\.0\.1:5000/f/bridges/boards/(\d+)", first.stdout)
    assert number
    assert "Everything was there already." in said(app, "import", "polis", str(london), "--forum", "bridges")
    sheet = tmp_path / "more.csv"
    sheet.write_text("text;column\nA choir;\n", "utf-8")
    assert "Added: 1 idea\n" in said(app, "import", "ideas", str(sheet), "--board", number[1])
    sheet.write_text("text;column\nA choir;Nowhere\n", "utf-8")
    reason = refused(app, "import", "ideas", str(sheet), "--board", str(world.boards["dots"]))
    assert reason.splitlines()[1].startswith("more.csv:2: no column “Nowhere”")
    assert refused(app, "import", "ideas", str(sheet), "--board", "9999") == "There is no board 9999."
    assert "comments.csv" in refused(app, "import", "polis", str(tmp_path), "--forum", "bridges")


def test_an_empty_database_says_what_to_do(make_app: MakeApp) -> None:
    assert "flask --app wsgi db upgrade" in refused(make_app(), "forum", "list")
