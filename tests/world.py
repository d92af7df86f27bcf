"""A small world that tests happen in: two forums, people in every role, boards of both kinds.

Everything is made by the commands that people give. What tests need of it afterwards are ids and secrets, so a
world can be built once, and its database copied for every test.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from html.parser import HTMLParser
from typing import Any

import sqlalchemy as sa
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from youthforum.boards.commands import make_board
from youthforum.boards.forms import BoardForm
from youthforum.boards.models import Board
from youthforum.core import db
from youthforum.core.clock import now
from youthforum.core.commands import add, unit_of_work
from youthforum.core.text import Text
from youthforum.forums.commands import (
    add_group,
    join_forum,
    make_code,
    make_forum,
    pair_delegations,
    suspend,
)
from youthforum.forums.forms import ForumForm
from youthforum.forums.models import Delegation, Forum, JoinCode, Member
from youthforum.forums.phases import Role
from youthforum.ideas.commands import post_idea
from youthforum.ideas.models import Idea
from youthforum.people.commands import create_person, open_sign_in
from youthforum.people.models import Person
from youthforum.people.secrets import hash_password

PASSWORD = "a quiet river at night"

# name, role, language, delegation
PEOPLE = [
    ("anna", Role.participant, "de", "essen"),
    ("boris", Role.participant, "ru", "perm"),
    ("chris", Role.participant, "en", None),
    ("vera", Role.observer, "de", None),
    ("sven", Role.participant, "de", "essen"),
]
# Every kind of person there is towards the forum "bridges"; None is a visitor who is nobody yet.
ACTORS: dict[str, str | None] = {
    "anonymous": None,
    "observer": "vera",
    "participant": "boris",
    "moderator": "max",
    "organiser": "olga",
    "elsewhere": "otto",
    "suspended": "sven",
}


@cache
def hashed_password() -> str:
    """Of PASSWORD; hashing takes a tenth of a second, once is enough."""
    return hash_password(PASSWORD)


@dataclass
class World:
    """Ids and secrets by name.

    Forum "bridges": olga (organiser), max (moderator), anna (Essen, German), boris (Perm, Russian), chris (English,
    no delegation), vera (observer), sven (participant of Essen, suspended). Forum "elsewhere": otto organises,
    nina participates. Boards: "dots" and "opinions" (voting open), "closed" (dots; neither writing nor voting),
    "late" (dots, tallies after closing, voting open) and "theirs" (in the other forum). Ideas: one, two (anna's),
    three (boris's), four (sven's) on "dots"; yes (anna's), no (boris's) on "opinions"; shut on "closed" (anna's);
    early on "late" (anna's); foreign on "theirs" (nina's).
    """

    app: Flask | None = None
    people: dict[str, int] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    phrases: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    forums: dict[str, int] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    boards: dict[str, int] = field(default_factory=dict)
    columns: dict[str, list[int]] = field(default_factory=dict)
    ideas: dict[str, int] = field(default_factory=dict)
    delegations: dict[str, int] = field(default_factory=dict)

    def within(self, app: Flask) -> World:
        """A copy of one's own for one test, which may add to it."""
        own = {name: dict(value) for name, value in vars(self).items() if isinstance(value, dict)}
        return replace(self, app=app, **own)

    # Rows, in the present app context -----------------------------------------------------------------------

    def person(self, name: str) -> Person:
        return db.session().get_one(Person, self.people[name])

    def member(self, name: str) -> Member:
        return db.session().get_one(Member, self.members[name])

    def board(self, name: str) -> Board:
        return db.session().get_one(Board, self.boards[name])

    def idea(self, name: str) -> Idea:
        return db.session().get_one(Idea, self.ideas[name])

    def forum(self, name: str = "bridges") -> Forum:
        return db.session().get_one(Forum, self.forums[name])

    def code(self, name: str = "bridges") -> JoinCode:
        return db.session().scalars(sa.select(JoinCode).where(JoinCode.code == self.codes[name])).one()

    def delegation(self, name: str) -> Delegation:
        return db.session().get_one(Delegation, self.delegations[name])

    @contextmanager
    def inside(self) -> Iterator[World]:
        """An app context of its own, as a request or a socket event has one."""
        assert self.app is not None
        with self.app.app_context():
            yield self

    def email(self, name: str) -> str:
        return f"{name}@forum.example"


def build() -> World:
    """Build the world into the (migrated, empty) database of the present app."""
    world = World()
    with unit_of_work():
        _bridges(world)
        _elsewhere(world)
    return world


def _bridges(world: World) -> None:
    form = ForumForm(
        languages=["de", "ru", "en"],
        title={"de": "Brücken", "ru": "Мосты", "en": "Bridges"},
        house_rules={"de": "Seid nett.", "en": "Be kind."},
        age_bands=["14-15", "16-17", "18+"],
        time_zone="Europe/Berlin",
    )
    forum = make_forum(None, organises=False, form=form, teams=[("Essen", "DE"), ("Perm", "RU")], slug="bridges")
    world.forums["bridges"] = forum.id
    world.codes["bridges"] = db.session().scalars(sa.select(JoinCode.code).where(JoinCode.forum_id == forum.id)).one()
    teams = db.session().scalars(sa.select(Delegation).where(Delegation.forum_id == forum.id)).all()
    world.delegations |= {team.slug: team.id for team in teams}
    olga = _staff(world, forum, "olga", Role.organiser, "en")
    max_ = _staff(world, forum, "max", Role.moderator, "de")
    pair_delegations(olga, list(teams), name=Text({"de": "Essen–Perm"}))
    world.groups["schools"] = add_group(olga, name=Text({"de": "Schulen", "en": "Schools"})).id
    world.codes["observers"] = make_code(olga, role=Role.observer, delegation=None, days=14).code
    for name, role, language, team in PEOPLE:
        _join(world, name, world.codes["bridges" if role is Role.participant else "observers"], language, team)
    for name, kind, more in (
        ("dots", "dots", {"voting_open": True}),
        ("opinions", "opinions", {"voting_open": True}),
        ("closed", "dots", {}),
        ("late", "dots", {"voting_open": True, "tallies": "after_close"}),
    ):
        _board(world, olga, name, kind, **more)
    for board, author, name in (
        ("dots", "anna", "one"),
        ("dots", "anna", "two"),
        ("dots", "boris", "three"),
        ("dots", "sven", "four"),
        ("opinions", "anna", "yes"),
        ("opinions", "boris", "no"),
        ("closed", "anna", "shut"),
        ("late", "anna", "early"),
    ):
        post(world, board, author, name)
    world.board("closed").writing_open = False
    suspend(max_, world.member("sven"), reason="Shouting")


def _elsewhere(world: World) -> None:
    form = ForumForm(languages=["en", "de"], title={"en": "Elsewhere"}, age_bands=["16-17", "18+"])
    forum = make_forum(None, organises=False, form=form, teams=[("Bonn", "DE")], slug="elsewhere")
    world.forums["elsewhere"] = forum.id
    world.codes["elsewhere"] = db.session().scalars(sa.select(JoinCode.code).where(JoinCode.forum_id == forum.id)).one()
    world.delegations["bonn"] = (
        db.session().scalars(sa.select(Delegation.id).where(Delegation.forum_id == forum.id)).one()
    )
    otto = _staff(world, forum, "otto", Role.organiser, "en")
    world.groups["theirs"] = add_group(otto, name=Text({"en": "Theirs"})).id
    _join(world, "nina", world.codes["elsewhere"], "de", "bonn")
    _board(world, otto, "theirs", "dots", voting_open=True)
    post(world, "theirs", "nina", "foreign")


def _staff(world: World, forum: Forum, name: str, role: Role, language: str) -> Member:
    person = create_person(None, language=language, email=world.email(name), password_hash=hashed_password())
    member = add(Member(forum=forum, person=person, role=role, name=name.capitalize(), joined_at=now()))
    world.people[name], world.members[name] = person.id, member.id
    world.tokens[name] = open_sign_in(person, device="Linux")
    return member


def _join(world: World, name: str, code: str, language: str, team: str | None) -> Member:
    join_code = db.session().scalars(sa.select(JoinCode).where(JoinCode.code == code)).one()
    member, token, phrase = join_forum(
        None,
        join_code,
        name=name.capitalize(),
        delegation=team,
        language=language,
        age_band="16-17",
        device="Android",
    )
    assert token and phrase
    world.people[name], world.members[name] = member.person_id, member.id
    world.tokens[name], world.phrases[name] = token, phrase
    return member


def _board(world: World, organiser: Member, name: str, kind: str, **more: Any) -> None:
    form = BoardForm(
        question={"en": f"What about {name}?", "de": f"Was ist mit {name}?"},
        columns={"en": ["First", "Second"], "de": ["Erste", "Zweite"]},
        **{"kind": kind, "budget": 5, "cap": 2, "show_authors": True, "writing_open": True} | more,
    )
    board = make_board(organiser, form=form, group=None)
    world.boards[name] = board.id
    world.columns[name] = [column.id for column in board.columns]


def post(world: World, board: str, author: str, name: str, *, column: int = 0) -> Idea:
    """An idea called `name` at the top of a column."""
    place = world.board(board)
    made = post_idea(
        world.member(author),
        place,
        column=place.columns[column],
        text=f"The idea called {name}",
        language="de",
        key=str(uuid.uuid4()),
    )
    world.ideas[name] = made.id
    return made


def snapshot(app: Flask) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table: what must be the same after a refusal."""
    if has_app_context():
        db.release()  # SQLite has one connection
    with app.extensions["engine"].connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
            for table in db.Base.metadata.sorted_tables
        }


# Programs and browsers ---------------------------------------------------------------------------------------------


class Api:
    """A program with a bearer token (or none), which keeps no cookies."""

    def __init__(self, app: Flask, token: str | None = None, language: str | None = None) -> None:
        self.client = app.test_client(use_cookies=False)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        if language:
            self.headers["Accept-Language"] = language

    def get(self, path: str) -> TestResponse:
        return self.client.get(f"/api/v1{path}", headers=self.headers)

    def post(self, path: str, payload: Any = None, **more: Any) -> TestResponse:
        if "data" not in more:
            # As ASCII: programs can send halves of characters, which our own client would refuse to encode.
            more |= {"data": json.dumps({} if payload is None else payload), "content_type": "application/json"}
        return self.client.post(f"/api/v1{path}", headers=self.headers, **more)


class Browser:
    """A browser: cookies, and forms that carry their CSRF token."""

    def __init__(self, app: Flask, token: str | None = None, language: str | None = None) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.headers = {"Accept-Language": language} if language else {}
        if token:
            with self.client.session_transaction() as cookie:
                cookie["sign_in"] = token

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, headers=self.headers, **more)

    def post(self, path: str, fields: dict[str, Any] | None = None, *, csrf: bool = True) -> TestResponse:
        data = dict(fields or {})
        if csrf:
            data["csrf_token"] = self.csrf_token()
        return self.client.post(path, data=data, headers=self.headers)

    def csrf_token(self) -> str:
        """What a form of this browser's session carries."""
        with self.client.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", "0" * 40)
        return URLSafeTimedSerializer(self.app.secret_key, salt="wtf-csrf-token").dumps(raw)

    @property
    def session(self) -> dict[str, Any]:
        with self.client.session_transaction() as cookie:
            return dict(cookie)


class Page(HTMLParser):
    """A page as a browser takes it apart: elements with their attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.pieces).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


__all__ = ["ACTORS", "PASSWORD", "Api", "Browser", "Page", "World", "build", "post", "snapshot"]
