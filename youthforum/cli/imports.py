"""`flask --app wsgi import …`: boards filled from files."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from youthforum.boards.queries import board_by_id
from youthforum.cli.terminal import Progress, at_terminal, link, the_forum
from youthforum.core.settings import settings
from youthforum.imports.commands import Imported, import_conversation, import_ideas
from youthforum.imports.ideas_csv import read_ideas
from youthforum.imports.polis import read_conversation
from youthforum.imports.queries import places_of

import_group = AppGroup("import", help="Fill boards from files; again brings only what is new.")


@import_group.command("polis")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--forum", "slug", required=True, help="The forum that gets the board.")
@at_terminal
def polis(folder: Path, slug: str) -> None:
    """Make an opinion board from a Polis export: FOLDER with comments.csv, votes.csv and perhaps summary.csv."""
    forum = the_forum(slug)
    progress = Progress()
    conversation = read_conversation(folder, settings().language_codes, progress)
    _say(import_conversation(None, forum, conversation, progress=progress))


@import_group.command("ideas")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--board", "board_id", type=int, required=True, help="The board's number, as in its address.")
@at_terminal
def ideas(file: Path, board_id: int) -> None:
    """Put the ideas of a spreadsheet on a board.

    FILE is CSV in UTF-8 with a heading row: text, and if wanted column, language, author, delegation.
    """
    board = board_by_id(board_id)
    if board is None:
        raise click.ClickException(f"There is no board {board_id}.")
    places = places_of(board)
    progress = Progress()
    _say(import_ideas(None, board, read_ideas(file, places, progress), progress=progress))


def _say(result: Imported) -> None:
    if result.nothing:
        click.echo("Everything was there already.")
    else:
        added = ((result.ideas, "idea"), (result.members, "member"), (result.votes, "vote"))
        click.echo("Added: " + ", ".join(f"{n} {what if n == 1 else what + 's'}" for n, what in added if n))
    board = board_by_id(result.board_id)
    if board is not None:
        click.echo(f"Board         {link('boards.show', slug=board.forum.slug, id=board.id)}")
