"""`flask --app wsgi member …` and `admin …`: people who sign in with an e-mail address."""

from __future__ import annotations

from typing import Literal

import click
from flask.cli import AppGroup

from youthforum.cli.terminal import asked, at_terminal, link, the_forum
from youthforum.core.commands import unit_of_work
from youthforum.core.errors import NotFound
from youthforum.core.forms import Form, parse
from youthforum.core.settings import settings
from youthforum.forums.commands import add_member
from youthforum.forums.forms import Name
from youthforum.forums.phases import Role
from youthforum.people import commands
from youthforum.people.forms import Email, ForgotForm, NewPasswordForm
from youthforum.people.models import Person
from youthforum.people.queries import person_by_email
from youthforum.people.secrets import hash_password

member_group = AppGroup("member", help="Add people by e-mail address, and give them passwords.")
admin_group = AppGroup("admin", help="Administrators of this installation.")


class MemberForm(Form):
    name: Name
    email: Email
    role: Literal["observer", "participant", "moderator", "organiser"]


@member_group.command("add")
@click.argument("slug")
@click.option("--name", help="The name that others see.")
@click.option("--email", help="The address to sign in with.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="moderator", show_default=True)
@click.option(
    "--password",
    prompt=True,
    prompt_required=False,
    hide_input=True,
    confirmation_prompt=True,
    help="Set a password now (asked for when no value follows); otherwise a link to set one is printed.",
)
@at_terminal
def add(slug: str, name: str | None, email: str | None, role: str, password: str | None) -> None:
    """Add somebody to the forum SLUG."""
    forum = the_forum(slug)
    typed = {"name": asked(name, "--name", "Name"), "email": asked(email, "--email", "E-mail address"), "role": role}
    form = parse(MemberForm, typed)
    password_hash = _hashed(password) if password is not None else None
    with unit_of_work():
        member, token = add_member(None, forum, name=form.name, email=form.email, role=Role(form.role))
        if password_hash is not None and token is not None:
            commands.reset_password(member.person, password_hash=password_hash)
    click.echo(f"{form.name} is now {form.role} in {slug}.")
    if token is None:
        click.echo(f"{form.email} has an account and a password already; they stay as they are.")
    elif password_hash is None:
        _say_link(token)


@member_group.command("password")
@click.argument("email")
@click.option("--link", "by_link", is_flag=True, help="Print a link to set a password, instead of asking for one.")
@at_terminal
def password(email: str, by_link: bool) -> None:
    """Give the person with this e-mail address a new password."""
    account = _account(email)
    if by_link:
        _say_link(commands.make_password_link(None, account))
        return
    typed = click.prompt("New password", hide_input=True, confirmation_prompt=True)
    commands.reset_password(account, password_hash=_hashed(typed))
    click.echo(f"{email} has a new password, and is signed out everywhere.")


@admin_group.command("add")
@click.argument("email")
@at_terminal
def add_admin(email: str) -> None:
    """Make somebody an administrator: they may make forums here."""
    address = parse(ForgotForm, {"email": email}).email
    with unit_of_work():
        account = person_by_email(address)
        if account is None:
            language = settings().language_codes[0]
            account = commands.create_person(None, language=language, email=address)
        commands.make_admin(None, account)
        token = None if account.password_hash else commands.make_password_link(None, account)
    click.echo(f"{address} is now an administrator.")
    if token:
        _say_link(token)


def _account(email: str) -> Person:
    found = person_by_email(email)
    if found is None:
        raise NotFound(f"Nobody signs in with “{email}” here.")
    return found


def _hashed(password: str) -> str:
    return hash_password(parse(NewPasswordForm, {"password": password}).password)


def _say_link(token: str) -> None:
    click.echo(f"Set password  {link('people.reset', token=token)}   (once, within three days)")
