"""Makes the demo forum, in one transaction and by the commands that people give."""

from __future__ import annotations

import json
import secrets
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

from youthforum.boards.commands import make_board
from youthforum.boards.forms import BoardForm
from youthforum.core.clock import now
from youthforum.core.commands import add, command, nothing_forbids
from youthforum.core.db import session
from youthforum.core.text import Text
from youthforum.demo.queries import Account, Demo
from youthforum.forums.commands import make_forum
from youthforum.forums.forms import ForumForm
from youthforum.forums.models import Delegation, Forum, Host, JoinCode, Member, Partnership, WorkingGroup
from youthforum.forums.phases import Role
from youthforum.ideas.commands import make_cluster, post_idea
from youthforum.ideas.models import Idea
from youthforum.people.commands import create_person
from youthforum.people.secrets import hash_password
from youthforum.votes.commands import give_dots, give_opinion

CONTENT = Path(__file__).parent / "content.json"
_KEYS = uuid.UUID("5d2b1d5e-6a0e-4f0e-9b7e-2f6f0f8c4a11")


def new_accounts() -> dict[str, tuple[Account, str]]:
    """`{role: (account, hash of its password)}`; outside the transaction, since hashing takes its time."""
    accounts = {
        role: Account(f"{role}@youthforum.example", secrets.token_urlsafe(9)) for role in ("moderator", "organiser")
    }
    return {role: (account, hash_password(account.password)) for role, account in accounts.items()}


@command(unless=nothing_forbids)
def make_demo(machine: None, *, accounts: dict[str, tuple[Account, str]]) -> Demo:
    """The demo forum with teams, people, boards, ideas, clusters and votes. Raises Conflict when it is there."""
    content = json.loads(CONTENT.read_text("utf-8"))
    forum = _forum(content["forum"])
    teams = _teams(forum, content)
    groups = {
        group["slug"]: add(
            WorkingGroup(forum_id=forum.id, name=Text(group["name"]), about=Text(group.get("about", {})))
        )
        for group in content["working_groups"]
    }
    organiser = _facilitator(forum, Role.organiser, "Olga", *accounts["organiser"])
    moderator = _facilitator(forum, Role.moderator, "Max", *accounts["moderator"])
    people = [_participant(forum, person, teams) for person in content["people"]]
    boards: dict[str, tuple[int, list[Idea]]] = {}
    for board in content["boards"]:
        boards[board["slug"]] = _board(organiser, board, groups.get(board["working_group"] or ""), people)
    for cluster in content["clusters"]:
        _, ideas = boards[cluster["board"]]
        chosen = [ideas[number] for number in cluster["ideas"]]
        make_cluster(moderator, chosen[0].board, column=None, name=cluster["name"], ideas=chosen)
    code = session().query(JoinCode).filter_by(forum_id=forum.id).one()
    code.expires_at = now() + timedelta(days=365)
    first_dots = next(board["slug"] for board in content["boards"] if board["kind"] == "dots")
    return Demo(
        forum=forum.slug,
        join_code=code.code,
        board=boards[first_dots][0],
        moderator=accounts["moderator"][0],
        organiser=accounts["organiser"][0],
    )


def _forum(content: dict[str, Any]) -> Forum:
    form = ForumForm(
        languages=content["languages"],
        title=content["title"],
        about=content["about"],
        house_rules=content["house_rules"],
        starts_on=content["starts_on"],
        ends_on=content["ends_on"],
        time_zone=content["time_zone"],
        age_bands=["14-15", "16-17", "18+"],
    )
    forum = make_forum(None, organises=False, form=form, teams=[], slug=content["slug"])
    forum.place = Text(content["place"])
    forum.hosts = [Host(name=Text(name), position=number) for number, name in enumerate(content["hosts"])]
    return forum


def _teams(forum: Forum, content: dict[str, Any]) -> dict[str, Delegation]:
    teams = {}
    for team in content["delegations"]:
        made = Delegation(forum_id=forum.id, slug=team["slug"], name=Text(team["name"]), country=team["country"])
        teams[team["slug"]] = add(made)
    for pair in content["partnerships"]:
        partnership = add(Partnership(forum_id=forum.id, name=Text(pair["name"])))
        for slug in pair["delegations"]:
            teams[slug].partnership_id = partnership.id
    return teams


def _facilitator(forum: Forum, role: Role, name: str, account: Account, password_hash: str) -> Member:
    person = create_person(None, language="de", email=account.email, password_hash=password_hash)
    return add(Member(forum=forum, person=person, role=role, name=name, joined_at=now()))


def _participant(forum: Forum, content: dict[str, Any], teams: dict[str, Delegation]) -> Member:
    return add(
        Member(
            forum=forum,
            person=create_person(None, language=content["language"]),
            role=Role.participant,
            name=content["name"],
            age_band=content["age_band"],
            delegation=teams[content["delegation"]],
            joined_at=now(),
        )
    )


def _board(
    organiser: Member, content: dict[str, Any], group: WorkingGroup | None, people: list[Member]
) -> tuple[int, list[Idea]]:
    """A board with its ideas and votes: `(id, ideas)`."""
    codes = organiser.forum.languages
    form = BoardForm(
        question=content["question"],
        columns={code: [column[code] for column in content["columns"]] for code in codes},
        kind=content["kind"],
        budget=content["budget"] or 5,
        cap=content["cap"] or 2,
        tallies=content["tallies"],
        show_authors=True,
        writing_open=True,
        voting_open=content["voting_open"],
    )
    board = make_board(organiser, form=form, group=group)
    ideas = []
    for number, idea in enumerate(content["ideas"]):
        made = post_idea(
            people[idea["author"]],
            board,
            column=board.columns[idea["column"]],
            text=idea["text"],
            language=idea["language"],
            key=str(uuid.uuid5(_KEYS, f"{content['slug']}/{number}")),
        )
        ideas.append(made)
        for voter, dots in idea.get("dots", {}).items():
            give_dots(people[int(voter)], board, made, dots=dots)
        for voter, opinion in idea.get("opinions", {}).items():
            give_opinion(people[int(voter)], board, made, opinion=opinion)
    board.writing_open = content["writing_open"]
    return board.id, ideas
