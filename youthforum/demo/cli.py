"""`flask --app wsgi demo`, and the lines that a server prints when it starts."""

from __future__ import annotations

import click
import segno
from flask import Flask, current_app

from youthforum.core.addresses import address
from youthforum.demo import commands, queries
from youthforum.demo.queries import Demo
from youthforum.forums.queries import any_forum, forum_by_slug


@click.command("demo")
@click.option("--json", "as_json", is_flag=True, help="Print how to get in, for programs.")
def demo_command(as_json: bool) -> None:
    """Make the demo forum if it isn't there, and say how to get in."""
    demo = the_demo()
    click.echo(queries.as_json(demo) if as_json else "\n".join(how_to_get_in(demo, address())), nl=not as_json)


def the_demo() -> Demo:
    """The demo forum; made the first time. Raises ClickException when its passwords were lost."""
    demo = queries.kept(current_app.instance_path)
    if demo is not None and forum_by_slug(demo.forum) is not None:
        return demo
    if forum_by_slug("drjf-2021") is not None:
        raise click.ClickException("The demo forum exists, but instance/demo.json doesn't: its passwords are lost.")
    demo = commands.make_demo(None, accounts=commands.new_accounts())
    queries.keep(current_app.instance_path, demo)
    return demo


def demo_if_empty() -> Demo | None:
    """The demo of this installation, made if there is no forum at all."""
    if not any_forum():
        return the_demo()
    demo = queries.kept(current_app.instance_path)
    return demo if demo is not None and forum_by_slug(demo.forum) is not None else None


def how_to_get_in(demo: Demo, address: str) -> list[str]:
    return [
        f"  Join the demo forum   {address}/join/{demo.join_code}   (code {demo.join_code})",
        f"  Sign in               {address}/sign-in",
        f"    as moderator        {demo.moderator.email}   {demo.moderator.password}",
        f"    as organiser        {demo.organiser.email}   {demo.organiser.password}",
    ]


def announce(app: Flask) -> None:
    """Print where the server is and how to get in; with a QR code where phones can reach it."""
    with app.app_context():
        demo = demo_if_empty()
        here = address()
        click.echo(f"\nYouth Forum is at {here}\n")
        if demo is not None:
            click.echo("\n".join(how_to_get_in(demo, here)))
        host = app.config["SETTINGS"].host
        if host not in ("127.0.0.1", "localhost", "::1"):
            link = f"{here}/join/{demo.join_code}" if demo else f"{here}/join"
            click.echo(f"\nPhones in the same network: {link}\n")
            segno.make(link).terminal(compact=True)
        click.echo("\nStop with Ctrl-C.\n")
