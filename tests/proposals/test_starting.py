"""Beginning a proposal: from ideas, from a cluster, or from nothing; who wrote the ideas is asked to write along."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.proposals.desk import Editor, content, drafting, notices, phase, refused, save, start, the
from tests.threads import at_once
from tests.world import World, snapshot
from youthforum.activity.models import Activity
from youthforum.core.clock import now
from youthforum.core.commands import add, unit_of_work
from youthforum.core.db import session
from youthforum.core.richtext import from_plain
from youthforum.forums.models import Member
from youthforum.forums.phases import Role
from youthforum.ideas import commands as ideas
from youthforum.people.commands import create_person
from youthforum.proposals.models import Proposal, ProposalSource, ProposalTemplate, Writing
from youthforum.proposals.queries.proposals import authors_of, made_from, sources_of


def invited(proposal: int) -> list[str]:
    return [author.member.name for author in authors_of(the(proposal), Writing.invited)]


def sources(world: World, proposal: int) -> list[str]:
    names = {number: name for name, number in world.ideas.items()}
    return [names[idea.id] for idea in sources_of(the(proposal))]


def merge(world: World, idea: str, into: str) -> None:
    ideas.merge_ideas(world.member("max"), world.idea(idea).board, world.idea(idea), world.idea(into))


def test_from_nothing(inside: World, any_database: str) -> None:
    proposal = start(drafting(inside), title="  Eine Karte ", working_group=inside.groups["schools"])
    row = the(proposal)
    assert (row.title, row.language, row.stage, row.open_draft) == ({"de": "Eine Karte"}, "de", "draft", False)
    assert row.working_group_id == inside.groups["schools"] and row.starter_id == inside.members["anna"]
    assert [author.member.name for author in authors_of(row)] == ["Anna"]
    assert (sources(inside, proposal), invited(proposal), row.versions) == ([], [], [])
    assert content(proposal).texts == {"title": {"de": from_plain("Eine Karte")}}
    last = session().scalars(sa.select(Activity).order_by(Activity.id.desc())).first()
    assert last is not None
    assert (last.type, last.channel, last.data) == (
        "proposal.started",
        f"forum:{inside.forums['bridges']}",
        {"proposal": proposal},
    )
    # In another language of the forum, without a title: found under that language.
    row = the(start(inside, "boris", language="ru", title=""))
    assert row.language == "ru" and row.title["ru"]


def test_two_people_who_begin_in_an_empty_section_at_once_write_in_the_same_paragraph(inside: World) -> None:
    proposal = start(drafting(inside), "anna", ("boris",))
    anna, boris = Editor(inside, "anna", proposal), Editor(inside, "boris", proposal)
    anna.type("need:de", "Anna ").send()
    boris.type("need:de", "Boris ").send()
    assert anna.pull().says("need:de") == boris.pull().says("need:de")
    assert len(anna.fragment("need:de").children) == 1


def test_from_an_idea_with_what_was_merged_into_it(inside: World, any_database: str) -> None:
    drafting(inside)
    merge(inside, "three", "two")  # Boris's into Anna's
    merge(inside, "two", "one")
    proposal = start(inside, "chris", title="", idea=inside.ideas["one"])
    assert sources(inside, proposal) == ["one", "two", "three"]
    assert the(proposal).title == {"de": "The idea called one"} and the(proposal).cluster_name is None
    assert sorted(invited(proposal)) == ["Anna", "Boris"]  # Anna once, for two ideas
    assert (
        notices(inside, "anna")
        == [("proposal.invited", {"proposal": proposal, "by": inside.members["chris"]})]
        == notices(inside, "boris")
    )
    used = session().scalars(sa.select(Activity).where(Activity.type == "idea.used")).one()
    assert sorted(used.data["ideas"]) == sorted(inside.ideas[name] for name in ("one", "two", "three"))
    assert {key: [row.id for row in found] for key, found in made_from(inside.ideas.values()).items()} == {
        inside.ideas[name]: [proposal] for name in ("one", "two", "three")
    }
    # Whatever becomes of the cards, the proposal says where it comes from.
    ideas.unmerge_idea(inside.member("max"), inside.board("dots"), inside.idea("three"))
    assert sources(inside, proposal) == ["one", "two", "three"]


def test_a_long_idea_lends_its_beginning_as_a_working_title(inside: World) -> None:
    board = inside.board("dots")
    made = ideas.post_idea(
        inside.member("anna"), board, column=board.columns[0], text="Wort " * 40, language="de", key="k"
    )
    title = the(start(drafting(inside), title="", idea=made.id)).title["de"]
    assert title.endswith(" …") and len(title) <= 82


def test_from_a_cluster(inside: World) -> None:
    """Its cards and what was merged into them, without those that were taken out of sight; its name is kept."""
    drafting(inside)
    cluster = ideas.make_cluster(
        inside.member("max"),
        inside.board("dots"),
        column=None,
        name="Karten & Wege",
        ideas=[inside.idea("one"), inside.idea("four")],
    )
    merge(inside, "three", "one")
    ideas.hide_idea(inside.member("max"), inside.board("dots"), inside.idea("four"), reason="Rude")
    proposal = start(inside, "boris", title="", cluster=cluster.id)
    assert sources(inside, proposal) == ["one", "three"]
    row = the(proposal)
    assert (row.title, row.cluster_name) == ({"de": "Karten & Wege"}, "Karten & Wege")
    assert invited(proposal) == ["Anna"]  # Boris began it, and Sven's card is hidden
    ideas.name_cluster(inside.member("max"), inside.board("dots"), cluster, name="Anders")
    assert the(proposal).cluster_name == "Karten & Wege"
    ideas.dissolve_cluster(inside.member("max"), inside.board("dots"), cluster)
    assert sources(inside, proposal) == ["one", "three"]


def test_only_those_who_can_sign_in_and_write_proposals_are_invited(inside: World) -> None:
    """Authors of imported ideas have no sign-in; observers and organisers don't write."""
    drafting(inside)
    with unit_of_work():
        forum, board = inside.forum(), inside.board("dots")
        imported = add(
            Member(
                forum=forum, person=create_person(None, language="de"), role=Role.participant, name="", joined_at=now()
            )
        )
        inside.idea("three").author_id = imported.id
        inside.idea("two").author_id = inside.members["olga"]
        inside.idea("four").author_id = inside.members["max"]
        names = ("one", "two", "three", "four")
    cluster = ideas.make_cluster(
        inside.member("max"), board, column=None, name="Alle", ideas=[inside.idea(name) for name in names]
    )
    proposal = start(inside, "boris", cluster=cluster.id)
    assert invited(proposal) == ["Anna", "Max"]
    assert sources(inside, proposal) == list(names)


def test_who_starts_and_when(inside: World, app: Flask) -> None:
    for who, step, code in (
        ("max", "draft", None),
        ("anna", "discuss", None),
        ("anna", "cluster", "wrong_phase"),
        ("anna", "decide", "wrong_phase"),
        ("vera", "draft", "wrong_role"),
        ("olga", "draft", "wrong_role"),
        ("sven", "draft", "suspended"),
        ("nina", "draft", "not_found"),
    ):
        phase(inside, step)
        if code is None:
            assert start(inside, who)
            continue
        before = snapshot(app)
        with refused(code):
            start(inside, who, idea=inside.ideas["one"])
        assert snapshot(app) == before


def test_what_does_not_fit_starts_nothing(inside: World, app: Flask) -> None:
    drafting(inside)
    ideas.hide_idea(inside.member("max"), inside.board("dots"), inside.idea("four"), reason="Rude")
    before = snapshot(app)
    more: dict[str, Any]
    for more, code, field in (
        ({"language": "it"}, "invalid", "language"),
        ({"idea": inside.ideas["foreign"]}, "not_found", "idea"),
        ({"idea": inside.ideas["four"]}, "not_found", "idea"),
        ({"cluster": 999}, "not_found", "cluster"),
        ({"working_group": inside.groups["theirs"]}, "not_found", None),
        ({"title": "x" * 121}, "invalid", "title"),
        ({"forum": inside.forums["elsewhere"]}, "not_found", None),
    ):
        with refused(code, field):
            start(inside, "boris", **more)
    assert snapshot(app) == before


def test_the_same_key_is_the_same_proposal(inside: World, app: Flask) -> None:
    key = str(uuid.uuid4())
    first = start(drafting(inside), key=key, idea=inside.ideas["three"])
    before = snapshot(app)
    assert start(inside, key=key, title="Ganz anders") == first
    assert snapshot(app) == before
    assert start(inside, "boris", key=key) != first  # a key is one member's own


def test_the_same_key_many_times_at_once_is_one_proposal(world: World, any_database: str) -> None:
    with world.inside():
        drafting(world)
    key = str(uuid.uuid4())

    def begin(_number: int) -> int:
        with world.inside():
            return start(world, "anna", key=key, idea=world.ideas["three"])

    assert len(set(at_once(begin, 8))) == 1
    with world.inside():
        assert session().scalar(sa.select(sa.func.count(Proposal.id))) == 1
        assert session().scalar(sa.select(sa.func.count(ProposalSource.idea_id))) == 1
        assert session().scalar(sa.select(sa.func.count(ProposalTemplate.id))) == 1
        assert len(notices(world, "boris")) == 1


def test_everybody_starts_at_once_and_all_get_one(world: World, any_database: str) -> None:
    with world.inside():
        drafting(world)

    def begin(number: int) -> int:
        with world.inside():
            return start(world, ("anna", "boris", "chris", "max")[number % 4], idea=world.ideas["three"])

    made = at_once(begin, 8)
    assert len(set(made)) == 8, made
    with world.inside():
        assert session().scalar(sa.select(sa.func.count(ProposalTemplate.id))) == 1
        assert save(world, made[0]) == 1
