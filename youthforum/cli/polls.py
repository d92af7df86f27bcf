"""`flask --app wsgi poll …`: polls, and counting them again."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import click
from flask.cli import AppGroup

from config import ROOT
from youthforum.cli.terminal import at_terminal, printed_or_kept, the_forum
from youthforum.polls.models import Poll
from youthforum.polls.queries import all_polls, export, lines_of, poll_by_id, turnout

poll_group = AppGroup("poll", help="List polls, look at them, export them, and count an export again.")

VERIFIER = ROOT / "tools" / "verify_poll.py"


@poll_group.command("list")
@click.argument("slug")
@at_terminal
def list_polls(slug: str) -> None:
    """The polls of the forum SLUG, the newest first."""
    for poll in all_polls(the_forum(slug)):
        question = " ".join(poll.question.in_("en").split())
        click.echo(f"{poll.id:>5}  {poll.state.value:<10}  {poll.method.value:<9}  {_turnout(poll):>11}  {question}")


@poll_group.command("show")
@click.argument("number", metavar="ID", type=int)
@at_terminal
def show(number: int) -> None:
    """What is known of the poll ID: its rules, its turnout, its protocol; never a ballot."""
    poll = _the_poll(number)
    _say("Forum", poll.forum.slug)
    for code, words in poll.question.items():
        _say(f"Question ({code})", words)
    _say("State", poll.state.value)
    _say("Ballots", f"{'secret' if poll.secret else 'open'}, {poll.method.value}")
    for option in poll.options:
        _say(f"Option {option.key}", option.text.in_("en"))
    for name, rule in poll.rules.items():
        _say(name.capitalize(), ", ".join(f"{key} {value}" for key, value in (rule or {}).items() if value is not None))
    for name in ("opens_at", "closes_at", "opened_at", "closed_at", "published_at"):
        if moment := getattr(poll, name):
            _say(name.replace("_", " ").capitalize(), f"{moment:%Y-%m-%d %H:%M:%S} UTC")
    _say("Turnout", _turnout(poll))
    _say("Cancelled", poll.cancelled_because)
    if poll.outcome is not None:
        _say("Adopted", ", ".join(poll.outcome["adopted"]) or "nothing")
    for line in lines_of(poll):
        _say(f"Line {line.number}", f"{line.kind.value:<7} {line.hash}")


@poll_group.command("export")
@click.argument("number", metavar="ID", type=int)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A file; otherwise it is printed.")
@at_terminal
def export_poll(number: int, out: Path | None) -> None:
    """All ballots, receipts and the protocol of the counted poll ID, as JSON."""
    text = json.dumps(export(_the_poll(number)), ensure_ascii=False, indent=2) + "\n"
    printed_or_kept(text, out, "The poll")


@poll_group.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--head", help="The protocol’s head as it was shown at closing.")
@click.option("--code", help="The code of a receipt: was it counted?")
def verify(file: Path, head: str | None, code: str | None) -> None:
    """Check an export and count it again, with tools/verify_poll.py; the exit code says whether all is well."""
    given = [argument for name, value in (("--head", head), ("--code", code)) if value for argument in (name, value)]
    raise SystemExit(runpy.run_path(str(VERIFIER))["main"]([str(file), *given]))


def _turnout(poll: Poll) -> str:
    found = turnout(poll)
    return "" if found is None else f"{found.cast} of {found.of}"


def _say(label: str, words: str) -> None:
    if words:
        click.echo(f"{label:<14} {' '.join(words.split())}")


def _the_poll(number: int) -> Poll:
    found = poll_by_id(number) if 0 < number < 2**31 else None
    if found is None:
        raise click.ClickException(f"There is no poll {number}. Look here: flask --app wsgi poll list SLUG")
    return found
