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
from youthforum.comments.commands import post_comment
from youthforum.comments.models import Comment
from youthforum.comments.subjects import subject_of
from youthforum.core.clock import now
from youthforum.core.commands import add, command, nothing_forbids
from youthforum.core.db import session
from youthforum.core.richtext import RichText, from_markdown, from_plain
from youthforum.core.text import Text
from youthforum.demo.queries import Account, Demo
from youthforum.forums.commands import make_forum
from youthforum.forums.forms import ForumForm
from youthforum.forums.models import Delegation, Forum, Host, JoinCode, Member, Partnership, WorkingGroup
from youthforum.forums.phases import Phase, Role
from youthforum.ideas.commands import make_cluster, post_idea
from youthforum.ideas.models import Cluster, Idea
from youthforum.people.commands import create_person
from youthforum.people.secrets import hash_password
from youthforum.proposals.commands.amending import accept_amendment, decline_amendment, suggest_amendment
from youthforum.proposals.commands.authors import answer_invitation, invite_author, open_draft
from youthforum.proposals.commands.endorsing import endorse
from youthforum.proposals.commands.stages import move_proposal
from youthforum.proposals.commands.starting import start_proposal
from youthforum.proposals.commands.translating import check_translation, take_suggestion
from youthforum.proposals.commands.versions import save_version
from youthforum.proposals.commands.writing import rewrite
from youthforum.proposals.models import Proposal, Writing
from youthforum.proposals.policy import state_of
from youthforum.proposals.queries.drafts import locked_draft
from youthforum.proposals.queries.proposals import ideas_of_cluster
from youthforum.proposals.queries.versions import read_draft, template_of
from youthforum.proposals.stages import MOVES, Stage
from youthforum.votes.commands import give_dots, give_opinion

CONTENT = Path(__file__).parent / "content.json"
_KEYS = uuid.UUID("5d2b1d5e-6a0e-4f0e-9b7e-2f6f0f8c4a11")
# How a proposal got where it stands: its author's move first, then the moderator's.
_WAYS = {
    Stage.draft: (),
    Stage.submitted: ("submit",),
    Stage.under_review: ("submit", "review"),
    Stage.shortlisted: ("submit", "review", "shortlist"),
}


def new_accounts() -> dict[str, tuple[Account, str]]:
    """`{role: (account, hash of its password)}`; outside the transaction, since hashing takes its time."""
    accounts = {
        role: Account(f"{role}@youthforum.example", secrets.token_urlsafe(9)) for role in ("moderator", "organiser")
    }
    return {role: (account, hash_password(account.password)) for role, account in accounts.items()}


@command(unless=nothing_forbids)
def make_demo(machine: None, *, accounts: dict[str, tuple[Account, str]]) -> Demo:
    """The demo forum with teams, people, boards, ideas, clusters, votes and proposals. Raises Conflict when it is
    there."""
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
    clusters = []
    for cluster in content["clusters"]:
        _, ideas = boards[cluster["board"]]
        chosen = [ideas[number] for number in cluster["ideas"]]
        clusters.append(make_cluster(moderator, chosen[0].board, column=None, name=cluster["name"], ideas=chosen))
    for said in content["idea_comments"]:
        _comment(people, "idea", boards[said["board"]][1][said["idea"]], said)
    # Written in the phase in which people write them; visitors find the forum where ideas are still collected.
    phase, forum.phase = forum.phase, Phase.draft
    for proposal in content["proposals"]:
        group = groups.get(proposal["working_group"] or "")
        cluster = clusters[proposal["cluster"]] if "cluster" in proposal else None
        sources = [boards[proposal["board"]][1][number] for number in proposal["ideas"]] if cluster is None else None
        _proposal(moderator, proposal, group, cluster or sources or [], people, teams)
    forum.phase = phase
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
            key=_key(content["slug"], str(number)),
        )
        ideas.append(made)
        for voter, dots in idea.get("dots", {}).items():
            give_dots(people[int(voter)], board, made, dots=dots)
        for voter, opinion in idea.get("opinions", {}).items():
            give_opinion(people[int(voter)], board, made, opinion=opinion)
    board.writing_open = content["writing_open"]
    return board.id, ideas


# Proposals -------------------------------------------------------------------------------------------------------


def _proposal(
    moderator: Member,
    content: dict[str, Any],
    group: WorkingGroup | None,
    origin: Cluster | list[Idea],
    people: list[Member],
    teams: dict[str, Delegation],
) -> None:
    """A proposal with everything that has happened to it until now."""
    authors = [people[number] for number in content["authors"]]
    proposal = start_proposal(
        authors[0],
        title=content["texts"]["title"][content["language"]],
        language=content["language"],
        key=_key("proposal", content["slug"]),
        group=group,
        ideas=ideas_of_cluster(origin) if isinstance(origin, Cluster) else origin,
        cluster_name=origin.name if isinstance(origin, Cluster) else None,
    )
    for number in content["authors"][1:] + content["invited"]:
        if state_of(people[number], proposal) is not Writing.invited:
            invite_author(authors[0], proposal, people[number])
        if number in content["authors"]:
            answer_invitation(people[number], proposal, accept=True)
    _write(proposal, content, people, teams)
    save_version(authors[0], proposal, note=content["version"])
    for said in content["comments"]:
        _comment(people, "proposal", proposal, said)
    for number in content["endorsements"]:
        endorse(people[number], proposal, join=True)
    for amendment in content["amendments"]:
        _amend(proposal, authors[0], amendment, people)
    for part, words in content["later"].items():
        _put(proposal, authors[0], {part: words}, content["language"])
    if content["open"]:
        open_draft(authors[0], proposal, open_=True)
    for move in _WAYS[Stage(content["stage"])]:
        move_proposal(authors[0] if MOVES[move].by == "authors" else moderator, proposal, MOVES[move])


def _write(proposal: Proposal, content: dict[str, Any], people: list[Member], teams: dict[str, Delegation]) -> None:
    """The original first, then what others made of it in their languages."""
    author, original = people[content["authors"][0]], content["language"]
    fields = dict(content["fields"])
    fields["partners"] = [teams[slug].id for slug in fields["partners"]]
    for number, line in enumerate(content["budget"]):
        fields[f"budget/line{number}"] = {"label": line["label"], "amount": line["cents"], "position": float(number)}
    _put(proposal, author, content["texts"], original, fields)
    for language, translator in content["translators"].items():
        _put(proposal, people[translator], content["texts"], language)
    for checked in content["checked"]:
        where = {"part": checked["part"], "language": checked["language"]}
        check_translation(people[checked["by"]], proposal, wrote=False, **where)
    for suggestion in content["machine"]:
        part, language = suggestion["part"], suggestion["language"]
        here = read_draft(proposal).original(part)
        wording = _words(proposal, part, suggestion["text"])
        take_suggestion(author, proposal, part=part, language=language, original=here, wording=wording)


def _put(
    proposal: Proposal, member: Member, texts: dict[str, Any], language: str, fields: dict[str, Any] | None = None
) -> None:
    found = {
        f"{part}:{language}": _words(proposal, part, words[language])
        for part, words in texts.items()
        if language in words
    }
    rewrite(member, proposal, locked_draft(proposal.id), found, fields)


def _words(proposal: Proposal, part: str, words: str | list[str]) -> RichText:
    """Texts stand in the file as Markdown, line by line."""
    text = words if isinstance(words, str) else "\n".join(words)
    found = template_of(proposal).part(part)
    return from_plain(text) if found is not None and found.kind == "line" else from_markdown(text)


def _amend(proposal: Proposal, author: Member, content: dict[str, Any], people: list[Member]) -> None:
    part, language = content["part"], content["language"]
    amendment = suggest_amendment(
        people[content["author"]],
        proposal,
        part=part,
        language=language,
        base=read_draft(proposal).text(part, language),
        wording=_words(proposal, part, content["wording"]),
        reason=content["reason"],
        key=_key("amendment", content["reason"]),
    )
    if content["state"] == "accepted":
        accept_amendment(author, proposal, amendment)
    elif content["state"] == "declined":
        decline_amendment(author, proposal, amendment, reason=content["answer"])


def _comment(
    people: list[Member], kind: str, thing: Any, content: dict[str, Any], parent: Comment | None = None
) -> None:
    about = subject_of(kind)
    said = post_comment(
        people[content["author"]],
        about,
        about.ground(thing),
        thing,
        key=_key("comment", content["text"]),
        text=content["text"],
        language=content["language"],
        part=content.get("part"),
        parent=parent,
    )
    for answer in content.get("replies", []):
        _comment(people, kind, thing, answer, said)


def _key(*words: str) -> str:
    return str(uuid.uuid5(_KEYS, "/".join(words)))
