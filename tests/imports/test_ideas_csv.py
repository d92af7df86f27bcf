"""A spreadsheet of ideas on a board."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.world import World, snapshot
from youthforum.core.db import session
from youthforum.core.errors import Invalid
from youthforum.forums.models import Member
from youthforum.ideas.models import Idea
from youthforum.ideas.queries import layout
from youthforum.imports.commands import Imported, import_ideas
from youthforum.imports.ideas_csv import read_ideas
from youthforum.imports.queries import places_of
from youthforum.votes.queries import tallies


def take_in(world: World, tmp_path: Path, text: str, encoding: str = "utf-8", board: str = "dots") -> Imported:
    file = tmp_path / "ideas.csv"
    file.write_bytes(text.encode(encoding))
    place = world.board(board)
    return import_ideas(None, place, read_ideas(file, places_of(place)))


def texts(world: World, board: str = "dots") -> list[list[str]]:
    return [[item.text for item in column.items] for column in layout(world.board(board), hidden=False)]


def reasons(world: World, tmp_path: Path, text: str, encoding: str = "utf-8") -> list[str]:
    with pytest.raises(Invalid) as caught:
        take_in(world, tmp_path, text, encoding)
    return str(caught.value.message).splitlines()[1:]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_any_separator_with_or_without_a_mark(inside: World, tmp_path: Path, separator: str, encoding: str) -> None:
    sheet = 'Text;column;Language;author;delegation\n"Брать; и делать";zweite;ru;Mila;Perm\nA choir;;;;\n;;;;\n'
    cells = sheet.replace("; и", "|").replace(";", separator).replace("|", f"{separator.strip() or ' '} и")
    result = take_in(inside, tmp_path, cells, encoding)
    assert (result.ideas, result.members) == (2, 1)
    first, second = texts(inside)
    assert first[-1] == "A choir" and second == [f"Брать{separator.strip() or ' '} и делать"]
    idea = session().scalars(sa.select(Idea).where(Idea.text == second[0])).one()
    assert idea.language == "ru" and idea.author is not None
    assert (idea.author.name, idea.author.delegation_id) == ("Mila", inside.delegations["perm"])
    assert idea.author.person.email is None and idea.author.person.phrase_hash is None


def test_the_rows_keep_their_order_below_what_is_there(any_database: str, inside: World, tmp_path: Path) -> None:
    there = texts(inside)[0]
    take_in(inside, tmp_path, "text\nfirst idea\nsecond idea\nthird idea\n")
    assert texts(inside)[0] == [*there, "first idea", "second idea", "third idea"]
    assert {"first idea"} <= {session().get_one(Idea, int(key)).text for key in tallies(inside.board("dots"))}


def test_again_with_more_rows_adds_just_these(any_database: str, app: Flask, inside: World, tmp_path: Path) -> None:
    sheet = "text,author\nOne more bridge,Mila\nThe same twice,\nThe same twice,\n"
    assert take_in(inside, tmp_path, sheet).ideas == 3
    before = snapshot(app)
    assert take_in(inside, tmp_path, sheet).nothing
    assert snapshot(app) == before
    more = take_in(inside, tmp_path, "text,author\nAt the very top,Mila\n" + sheet.partition("\n")[2])
    assert (more.ideas, more.members) == (1, 0)


def test_a_member_of_that_name_is_somebody_else(inside: World, tmp_path: Path) -> None:
    take_in(inside, tmp_path, "text,author,delegation\nMine?,Anna,essen\nOurs,,Essen\n")
    ideas = session().scalars(sa.select(Idea).where(Idea.text.in_(["Mine?", "Ours"])).order_by(Idea.text)).all()
    authors = [session().get_one(Member, idea.author_id) for idea in ideas]
    assert [author.name for author in authors] == ["Anna", "Essen"]
    assert inside.members["anna"] not in {author.id for author in authors}


def test_languages_are_detected_among_the_forums(inside: World, tmp_path: Path) -> None:
    take_in(inside, tmp_path, "text\nMehr Musik in allen Schulen\nБольше музыки в школах\nMore music in every school\n")
    found = session().scalars(sa.select(Idea.language).order_by(Idea.id.desc()).limit(3)).all()
    assert found == ["en", "ru", "de"]


def test_bad_rows_name_file_line_and_reason(app: Flask, inside: World, tmp_path: Path) -> None:
    before = snapshot(app)
    long = "x" * 501
    sheet = (
        "text,column,language,author,delegation\n"
        "good,,,,\n"
        "no such column,Third,,,\n"
        f"{long},,,,\n"
        ",First,,,\n"
        "tongue,,fr,,\n"
        "city,,,,Rome\n"
        f"name,,,{'n' * 61},\n"
        "one,two,three,four,five,six\n"
    )
    assert reasons(inside, tmp_path, sheet) == [
        "ideas.csv:3: no column “Third”; known: “First”, “Erste”, “Second”, “Zweite”",
        "ideas.csv:4: text has 501 characters; at most 500 are possible",
        "ideas.csv:5: text is empty",
        "ideas.csv:6: no language “fr”; known: “de”, “ru”, “en”",
        "ideas.csv:7: no delegation “Rome”; known: “Essen”, “essen”, “Perm”, “perm”",
        "ideas.csv:8: author has 61 characters; at most 60 are possible",
        "ideas.csv:9: 6 cells, but there are 5 headings",
    ]
    assert snapshot(app) == before


@pytest.mark.parametrize(
    ("sheet", "encoding", "reason"),
    [
        ("idea\nx\n", "utf-8", "ideas.csv:1: the first row has no heading “text”"),
        ("", "utf-8", "ideas.csv:1: the first row has no heading “text”"),
        ("text,colum\nx,y\n", "utf-8", "ideas.csv:1: unknown heading “colum”; known are “text”, “column”"),
        ("text,text\nx,y\n", "utf-8", "ideas.csv:1: heading “text” stands there twice"),
        ("text\nMüll\n", "latin-1", "ideas.csv:2: not UTF-8"),
        ("text\nMüll\n", "utf-16", "ideas.csv:1: not UTF-8"),
        ('text\nfine\n"never closed\n', "utf-8", "ideas.csv:3: not CSV"),
        ("text\nnul\x00\n", "utf-8", "ideas.csv:2: "),
        ("text\nevil\u202etxt\n", "utf-8", "ideas.csv:2: "),
    ],
)
def test_files_that_are_none(inside: World, tmp_path: Path, sheet: str, encoding: str, reason: str) -> None:
    assert reasons(inside, tmp_path, sheet, encoding)[0].startswith(reason)
