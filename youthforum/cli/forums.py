"""`flask --app wsgi forum …`: forums and the codes by which people join them."""

from __future__ import annotations

import re
import sys
from datetime import date

import click
from flask.cli import AppGroup

from youthforum.cli.terminal import asked, at_terminal, link, the_forum
from youthforum.core.commands import unit_of_work
from youthforum.core.errors import Invalid
from youthforum.core.forms import parse
from youthforum.core.settings import settings
from youthforum.forums import commands, queries
from youthforum.forums.forms import InviteForm, NewForumForm, slug_of
from youthforum.forums.models import JoinCode
from youthforum.forums.phases import Role

forum_group = AppGroup("forum", help="Make forums, list them, give out codes.")

AGE_BANDS = "14-15,16-17,18+"


@forum_group.command("create")
@click.option("--title", "titles", multiple=True, help="Title; once per language as de=…, ru=…, or just once.")
@click.option("--slug", default="", help="Short name in addresses, e.g. youth-2027; otherwise from the title.")
@click.option("--languages", help="Its languages, the first one first, e.g. de,ru,en.")
@click.option("--delegation", "delegations", multiple=True, help="“City, CC”, e.g. “Essen, DE”; repeat it.")
@click.option("--organiser", help="E-mail address of the organiser.")
@click.option("--name", help="Name of the organiser, as others see it.")
@click.option("--place", default="", help="Where it takes place.")
@click.option("--starts", type=click.DateTime(["%Y-%m-%d"]), help="First day, e.g. 2027-06-23.")
@click.option("--ends", type=click.DateTime(["%Y-%m-%d"]), help="Last day.")
@click.option("--time-zone", default="Europe/Berlin", show_default=True)
@click.option("--age-bands", default=AGE_BANDS, show_default=True, help="What people choose from when they join.")
@at_terminal
def create(
    titles: tuple[str, ...],
    slug: str,
    languages: str | None,
    delegations: tuple[str, ...],
    organiser: str | None,
    name: str | None,
    place: str,
    starts: date | None,
    ends: date | None,
    time_zone: str,
    age_bands: str,
) -> None:
    """Make a forum with its organiser; asks for what is missing."""
    given = titles or (asked(None, "--title", "Title"),)
    spoken = asked(languages, "--languages", "Languages", ",".join(settings().language_codes))
    codes = [code.strip() for code in spoken.split(",") if code.strip()]
    form = parse(
        NewForumForm,
        {
            "title": _titles(given, codes),
            "languages": codes,
            "delegations": list(delegations) or _typed_delegations(),
            "place": place,
            "starts_on": starts.strftime("%Y-%m-%d") if starts else None,
            "ends_on": ends.strftime("%Y-%m-%d") if ends else None,
            "time_zone": time_zone,
            "age_bands": age_bands,
        },
        strict=False,
    )
    if slug and slug != slug_of(slug):
        raise Invalid(f"“{slug}” is not a short name; “{slug_of(slug)}” would be one.", field="slug")
    email = asked(organiser, "--organiser", "E-mail address of the organiser")
    host = {"email": email, "name": asked(name, "--name", "Name of the organiser", "Organiser"), "role": "organiser"}
    invited = parse(InviteForm, host)
    with unit_of_work():
        forum = commands.make_forum(None, organises=True, form=form, teams=form.teams, slug=slug)
        _, token = commands.add_member(None, forum, name=invited.name, email=invited.email, role=Role.organiser)
    click.echo(f"The forum “{forum.title.in_('en', *forum.languages)}” is ready; its short name is {forum.slug}.")
    code = queries.door_code(forum)
    if code is not None:
        _say(code)
    click.echo(f"Organiser     {invited.email}" + ("" if token else "   (has a password already)"))
    if token:
        click.echo(f"Set password  {link('people.reset', token=token)}   (once, within three days)")


def _titles(given: tuple[str, ...], languages: list[str]) -> dict[str, str]:
    """`{"de": …}` from "de=…"; a title that names no language is in the first one."""
    found = {}
    for text in given:
        code = re.match(r"([a-z]{2,3})=", text)
        named = code is not None and code[1] in languages
        found[code[1] if code and named else languages[0] if languages else "en"] = (
            text[code.end() :] if code and named else text
        )
    return found


def _typed_delegations() -> list[str]:
    typed: list[str] = []
    while sys.stdin.isatty():
        line = str(click.prompt("Delegation (City, CC; empty: no more)", default="", show_default=False)).strip()
        if not line:
            break
        typed.append(line)
    return typed


@forum_group.command("list")
@at_terminal
def list_forums() -> None:
    """All forums, the newest first."""
    for forum in queries.all_forums():
        code = queries.door_code(forum)
        click.echo(
            f"{forum.slug:<24} {forum.phase.value:<10} {queries.people_count(forum.id):>6} people   "
            f"{code.code if code else '(no code)':<9} {forum.title.in_('en', *forum.languages)}"
        )


@forum_group.command("code")
@click.argument("slug")
@click.option("--role", type=click.Choice(["observer", "participant", "moderator"]), default="participant")
@click.option("--delegation", help="Its short name; whoever joins by this code belongs to it.")
@click.option("--days", type=click.IntRange(1, 365), default=14, show_default=True, help="How long it works.")
@at_terminal
def code_for(slug: str, role: str, delegation: str | None, days: int) -> None:
    """Make a code by which people join the forum SLUG."""
    forum = the_forum(slug)
    team = queries.delegation_of(forum, delegation)
    _say(commands.give_out_code(None, forum, role=Role(role), delegation=team, days=days))


def _say(code: JoinCode) -> None:
    click.echo(f"Join code     {code.code}   (for a {code.role.value}, until {code.expires_at:%Y-%m-%d})")
    click.echo(f"Join link     {link('forums.join', code=code.code)}")
