"""A small world for servers to serve: two forums, every role, boards of every kind; made by our own commands."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from config import load_settings
from tests.serving.server import ROOT, SECRET
from youthforum import create_app
from youthforum.boards.commands import make_board, open_voting
from youthforum.boards.forms import BoardForm
from youthforum.core import db
from youthforum.core.clock import now
from youthforum.core.commands import add, command, nothing_forbids
from youthforum.core.text import Text
from youthforum.forums.commands import make_forum
from youthforum.forums.forms import ForumForm
from youthforum.forums.models import Forum, JoinCode, Member
from youthforum.forums.phases import Phase, Role
from youthforum.ideas.commands import post_idea
from youthforum.people.commands import create_person, open_sign_in
from youthforum.people.secrets import hash_password

PASSWORD = "a password of the tests"
_KEPT: dict[str, tuple[Path, World]] = {}


@dataclass
class World:
    """Ids and tokens by name. People of the forum "here": olga (organiser), max (moderator), ann (German), ben
    (Russian), cat (English), zoe (English; she wrote the ideas), obi (observer). Otto organises "there" and tom
    takes part in it: the outsiders. The forum "drafting" is in the phase "draft": dora (organiser), mod (moderator),
    mia (German), nik (Russian, wrote the ideas of the board "notes"), sam (English), eva (German)."""

    tokens: dict[str, str] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)
    boards: dict[str, int] = field(default_factory=dict)
    columns: dict[str, list[int]] = field(default_factory=dict)
    ideas: dict[str, list[int]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    forums: dict[str, int] = field(default_factory=dict)

    def email(self, name: str) -> str:
        return f"{name}@example.org"


PEOPLE = [
    ("here", "olga", Role.organiser, "en"),
    ("here", "max", Role.moderator, "de"),
    ("here", "ann", Role.participant, "de"),
    ("here", "ben", Role.participant, "ru"),
    ("here", "cat", Role.participant, "en"),
    ("here", "zoe", Role.participant, "en"),
    ("here", "obi", Role.observer, "en"),
    ("drafting", "dora", Role.organiser, "en"),
    ("drafting", "mod", Role.moderator, "en"),
    ("drafting", "mia", Role.participant, "de"),
    ("drafting", "nik", Role.participant, "ru"),
    ("drafting", "sam", Role.participant, "en"),
    ("drafting", "eva", Role.participant, "de"),
    ("there", "otto", Role.organiser, "de"),
    ("there", "tom", Role.participant, "en"),
]
TEAMS = {
    "essen": {"de": "Essen", "ru": "Эссен", "en": "City of Essen"},
    "perm": {"de": "Stadt Perm", "ru": "Пермь", "en": "City of Perm"},
}
DOTS = {"kind": "dots", "budget": 5, "cap": 3}
BOARDS: dict[str, tuple[str, dict[str, Any]]] = {
    "dots": ("here", DOTS | {"tallies": "live", "show_authors": True}),
    "shy": ("here", DOTS | {"tallies": "after_vote", "show_authors": False}),
    "late": ("here", DOTS | {"tallies": "after_close", "show_authors": True}),
    "opinions": ("here", {"kind": "opinions", "tallies": "live", "show_authors": True}),
    "quiet": ("here", {"kind": "opinions", "tallies": "after_vote", "show_authors": True}),
    "shut": ("here", DOTS | {"tallies": "live", "show_authors": True, "writing_open": False}),
    "there": ("there", DOTS | {"tallies": "live", "show_authors": True}),
    "notes": ("drafting", DOTS | {"tallies": "live", "show_authors": True}),
}
WHO_RUNS = {"here": ("olga", "zoe"), "there": ("otto", "tom"), "drafting": ("dora", "nik")}


@command(unless=nothing_forbids)
def make_world(machine: None, password_hash: str) -> World:
    """All of it in one transaction."""
    world, members = World(), {}
    for name in ("here", "there", "drafting"):
        form = ForumForm(
            languages=["de", "ru", "en"],
            title={"en": name},
            age_bands=["14-15", "16-17", "18+"],
            time_zone="Europe/Berlin",
        )
        forum = make_forum(None, organises=False, form=form, teams=[("Essen", "DE"), ("Perm", "RU")], slug=name)
        world.forums[name] = forum.id
        for team in forum.delegations:
            team.name = Text(TEAMS[team.slug])
        world.codes[name] = db.session().scalars(sa.select(JoinCode.code).where(JoinCode.forum_id == forum.id)).one()
    for place, name, role, language in PEOPLE:
        person = create_person(None, language=language, email=world.email(name), password_hash=password_hash)
        forum = db.session().get_one(Forum, world.forums[place])
        member = Member(forum=forum, person=person, role=role, name=name.capitalize(), joined_at=now())
        if role is Role.participant:
            member.delegation = next(team for team in forum.delegations if team.slug == "perm")
        members[name] = add(member)
        world.members[name] = members[name].id
        world.tokens[name] = open_sign_in(person, device="test")
    for name, (place, facts) in BOARDS.items():
        organiser, author = WHO_RUNS[place]
        _make_board(world, name, members[organiser], members[author], facts)
    db.session().get_one(Forum, world.forums["drafting"]).phase = Phase.draft
    return world


def _make_board(world: World, name: str, organiser: Member, author: Member, facts: dict[str, Any]) -> None:
    form = BoardForm(
        question={"en": f"What about {name}?", "de": f"Was ist mit {name}?"},
        columns={"en": ["First", "Second"], "de": ["Erste", "Zweite"]},
        **{"writing_open": True} | facts,
    )
    board = make_board(organiser, form=form, group=None)
    world.boards[name] = board.id
    world.columns[name] = [column.id for column in board.columns]
    closed, board.writing_open = not board.writing_open, True
    db.session().flush()
    world.ideas[name] = [
        post_idea(
            author, board, column=board.columns[0], text=f"{name} idea {number}", language="en", key=str(uuid.uuid4())
        ).id
        for number in range(4)
    ]
    board.writing_open = not closed
    open_voting(organiser, board, open_=name != "shut")


def an_app(folder: Path, database_url: str = "", **settings: Any) -> Flask:
    """The app in this process, on its database; nothing of it is patched."""
    given = {"instance_path": folder, "database_url": database_url, "secret_key": SECRET, "async_mode": "threading"}
    return create_app(load_settings(**given | {"rates_enabled": False, "redis_url": ""} | settings))


def world_in(folder: Path, database_url: str = "") -> World:
    """Migrate the database in `folder` (or at `database_url`) and fill it. On SQLite it is made once and copied."""
    if not database_url and "sqlite" in _KEPT:
        kept, world = _KEPT["sqlite"]
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(kept / "youthforum.db", folder / "youthforum.db")
        return world
    app = an_app(folder, database_url)
    hashed = hash_password(PASSWORD)
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        world = make_world(None, hashed)
    app.extensions["engine"].dispose()
    if not database_url:
        kept = folder.parent / f"{folder.name}-kept"
        kept.mkdir()
        shutil.copy(folder / "youthforum.db", kept / "youthforum.db")
        _KEPT["sqlite"] = kept, world
    return world
