"""What whoever runs the server types."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from flask_migrate import upgrade

from config import ROOT
from tests.conftest import MakeApp
from tests.world import PASSWORD, Browser, World
from youthforum.cli.terminal import the_forum
from youthforum.core.commands import unit_of_work
from youthforum.core.db import session
from youthforum.core.richtext import from_plain
from youthforum.demo.cli import the_demo
from youthforum.forums.models import Delegation, Forum, JoinCode, Member
from youthforum.forums.phases import Phase, Role
from youthforum.people.queries import person_by_email, person_by_password
from youthforum.proposals.commands.authors import answer_invitation, invite_author
from youthforum.proposals.commands.endorsing import endorse
from youthforum.proposals.commands.stages import move_proposal
from youthforum.proposals.commands.starting import start_proposal
from youthforum.proposals.commands.versions import save_version
from youthforum.proposals.commands.writing import rewrite
from youthforum.proposals.queries.documents import all_proposals
from youthforum.proposals.queries.drafts import locked_draft
from youthforum.proposals.stages import MOVES
from youthforum.proposals.template import default_template


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


def the_proposal(world: World) -> int:
    """A proposal of Anna's and Boris's in two languages, made from one of her ideas; endorsed, submitted."""
    with world.inside():
        with unit_of_work():
            world.forum().phase = Phase.draft
        anna, boris = world.member("anna"), world.member("boris")
        made = start_proposal(anna, title="x", language="de", key=str(uuid.uuid4()), ideas=[world.idea("one")])
        invite_author(anna, made, boris)
        answer_invitation(boris, made, accept=True)
        for title in ("Radio am Rhein", "Radio Brücke"):
            with unit_of_work():
                words = {f"{part.id}:de": from_plain(part.name["de"]) for part in default_template().written}
                words |= {"title:de": from_plain(title), "title:ru": from_plain("Радио «Мост»")}
                rewrite(anna, made, locked_draft(made.id), words, {"languages": ["de", "ru"]})
            save_version(anna, made, note=title)
        endorse(world.member("chris"), made, join=True)
        move_proposal(anna, made, MOVES["submit"])
        return made.id


def test_proposals_are_listed_and_shown(world: World, app: Flask) -> None:
    assert said(app, "proposal", "list", "bridges") == ""
    number = the_proposal(world)
    line = said(app, "proposal", "list", "bridges")
    assert re.match(rf"\s*{number}  submitted\s+version 2\s+2 co-authors\s+1 endorsements  20", line)
    assert line.endswith("Radio Brücke\n")
    shown = said(app, "proposal", "show", str(number))
    for words in ("Title (de)    Radio Brücke", "Title (ru)    Радио «Мост»", "Anna, Boris", "Radio am Rhein",
                  "1 (no delegation 1)", f"http://127.0.0.1:5000/f/bridges/proposals/{number}"):  # fmt: skip
        assert words in shown
    assert refused(app, "proposal", "list", "nowhere").startswith("There is no forum “nowhere”.")
    assert refused(app, "proposal", "show", "99").startswith("There is no proposal 99.")
    assert refused(app, "proposal", "show", str(10**30)).startswith("There is no proposal 1000")


def test_a_proposal_is_exported_in_every_format(world: World, app: Flask, tmp_path: Path) -> None:
    number = str(the_proposal(world))
    markdown = said(app, "proposal", "export", number)
    assert markdown.startswith("# Radio Brücke\n") and "\n---\n\n# Радио «Мост»\n" in markdown
    assert said(app, "proposal", "export", number, "--language", "ru").startswith("# Радио «Мост»\n")
    assert said(app, "proposal", "export", number, "--version", "1").startswith("# Radio am Rhein\n")
    body = json.loads(said(app, "proposal", "export", number, "--format", "json"))
    assert (body["schema"], body["stage"], body["sources"][0]["text"]) == (
        "youthforum/proposal/1", "submitted", "The idea called one",
    )  # fmt: skip
    page = tmp_path / "proposal.html"
    assert str(page) in said(app, "proposal", "export", number, "--format", "html", "--out", str(page))
    assert page.read_text("utf-8").startswith('<!doctype html>\n<html lang="de">')
    assert "de, ru, en" in refused(app, "proposal", "export", number, "--language", "fr")
    assert "version" in refused(app, "proposal", "export", number, "--version", "7")
    assert "can’t be written" in refused(app, "proposal", "export", number, "--out", str(tmp_path / "no" / "file"))


def test_the_demo_is_made_once_with_its_proposals(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(tmp_path)
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        demo = the_demo()
        stages = [proposal.stage.value for proposal, *_ in all_proposals(the_forum(demo.forum))]
        assert sorted(stages) == ["draft", "draft", "shortlisted", "shortlisted", "submitted", "under_review"]
        assert the_forum(demo.forum).phase is Phase.collect
        assert the_demo() == demo
    listed = said(app, "proposal", "list", demo.forum).splitlines()
    assert len(listed) == 6
    for line in listed:
        number = line.split()[0]
        for kind in ("md", "html", "json"):
            assert said(app, "proposal", "export", number, "--format", kind)
