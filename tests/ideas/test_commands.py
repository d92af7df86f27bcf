"""Ideas: posting, editing, withdrawing, moving, clustering, merging. Nothing is ever overwritten or lost."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.world import World, post, snapshot
from youthforum.activity.models import Activity
from youthforum.boards import commands as boards
from youthforum.boards.models import Board
from youthforum.core.db import session
from youthforum.core.errors import Conflict, Forbidden, Invalid
from youthforum.ideas import commands, queries
from youthforum.ideas.models import Cluster, Idea, Merge


def order(world: World, board: str = "dots", column: int = 0) -> list[Any]:
    """What stands in a column from top to bottom: names of ideas, and `(cluster, [ideas])`."""
    names = {key: name for name, key in world.ideas.items()}
    session().expire_all()
    found = queries.layout(world.board(board), hidden=True)[column].items
    return [
        (item.name, [names[idea.id] for idea in item.ideas])
        if isinstance(item, queries.ClusterCards)
        else names[item.id]
        for item in found
    ]


def move(world: World, who: str, idea: str, column: int = 0, **place: Any) -> Idea:
    row = world.idea(idea)
    return commands.move_idea(world.member(who), row.board, row, column=world.columns["dots"][column], **place)


def cluster(world: World, name: str, *ideas: str, column: int | None = None) -> Cluster:
    return commands.make_cluster(
        world.member("max"),
        world.board("dots"),
        column=world.columns["dots"][column] if column is not None else None,
        name=name,
        ideas=[world.idea(idea) for idea in ideas],
    )


def merge(world: World, idea: str, into: str) -> Merge:
    return commands.merge_ideas(world.member("max"), world.idea(idea).board, world.idea(idea), world.idea(into))


def last_fact() -> tuple[str, dict[str, Any]]:
    row = session().scalars(sa.select(Activity).order_by(Activity.id.desc())).first()
    assert row is not None
    return row.type, row.data


# Posting -------------------------------------------------------------------------------------------------------


def test_a_new_idea_stands_on_top(inside: World, any_database: str) -> None:
    assert order(inside) == ["four", "three", "two", "one"]
    post(inside, "dots", "boris", "new")
    assert order(inside)[0] == "new"
    assert last_fact() == ("idea.posted", {"idea": inside.ideas["new"]})


def test_posting_twice_with_one_key_is_one_idea(inside: World, app: Flask) -> None:
    board, key = inside.board("dots"), str(uuid.uuid4())
    values = {"column": board.columns[0], "language": "de", "key": key}
    first = commands.post_idea(inside.member("boris"), board, text="First", **values)
    before = snapshot(app)
    again = commands.post_idea(inside.member("boris"), inside.board("dots"), text="Changed meanwhile", **values)
    assert again.id == first.id and again.text == "First"
    assert snapshot(app) == before
    other = commands.post_idea(inside.member("anna"), inside.board("dots"), text="Anna's", **values)
    assert other.id != first.id  # a key is one member's own


def test_a_language_of_the_forum(inside: World, app: Flask) -> None:
    board, before = inside.board("dots"), snapshot(app)
    with pytest.raises(Invalid) as refused:
        commands.post_idea(inside.member("boris"), board, column=board.columns[0], text="Ciao", language="it", key="k")
    assert refused.value.field == "language"
    assert snapshot(app) == before


def test_where_writing_is_closed_participants_read_and_moderators_write(inside: World) -> None:
    board = inside.board("closed")
    with pytest.raises(Forbidden) as refused:
        commands.post_idea(inside.member("boris"), board, column=board.columns[0], text="x", language="de", key="k")
    assert refused.value.code == "writing_closed"
    board = inside.board("closed")
    assert commands.post_idea(inside.member("max"), board, column=board.columns[0], text="x", language="de", key="k").id


# Editing -------------------------------------------------------------------------------------------------------


def edit(world: World, who: str, idea: str, text: str, base: int, **more: Any) -> Idea:
    row = world.idea(idea)
    return commands.edit_idea(world.member(who), row.board, row, text=text, base=base, **more)


def test_editing_ones_own_makes_a_new_version(inside: World) -> None:
    edited = edit(inside, "anna", "one", "Better words", 1, language="en")
    assert (edited.text, edited.version, edited.language, edited.edited) == ("Better words", 2, "en", True)
    assert edit(inside, "anna", "one", "Better words", 1).version == 2  # sent again: nothing happens


def test_a_stale_edit_overwrites_nothing_and_brings_both_texts(inside: World, app: Flask, any_database: str) -> None:
    edit(inside, "anna", "one", "From the phone", 1)
    before = snapshot(app)
    with pytest.raises(Conflict) as conflict:
        edit(inside, "anna", "one", "From the laptop", 1)
    assert conflict.value.field == "text"
    assert conflict.value.as_dict() | {"message": ""} == {
        "code": "conflict",
        "message": "",
        "field": "text",
        "mine": "From the laptop",
        "theirs": "From the phone",
        "version": 2,
    }
    assert snapshot(app) == before
    assert edit(inside, "anna", "one", "Both", 2).version == 3


@pytest.mark.parametrize("who", ["boris", "max", "olga", "vera", "sven", "otto"])
def test_nobody_edits_or_withdraws_somebody_elses_words(inside: World, app: Flask, who: str) -> None:
    """Not even those who facilitate: they hide, cluster and merge."""
    before = snapshot(app)
    with pytest.raises(Forbidden):
        edit(inside, who, "one", "Mine now", 1)
    with pytest.raises(Forbidden):
        commands.withdraw_idea(inside.member(who), inside.board("dots"), inside.idea("one"))
    assert snapshot(app) == before


def test_the_language_is_corrected_by_author_or_moderator(inside: World) -> None:
    for who in ("anna", "max"):
        row = inside.idea("one")
        language = "ru" if who == "anna" else "en"
        commands.correct_language(inside.member(who), row.board, row, language=language)
        assert inside.idea("one").language == language
    with pytest.raises(Forbidden):
        commands.correct_language(inside.member("boris"), inside.board("dots"), inside.idea("one"), language="de")
    assert inside.idea("one").version == 1


# Withdrawing, hiding -----------------------------------------------------------------------------------------


def test_withdrawing_and_taking_it_back(inside: World) -> None:
    anna, board = inside.member("anna"), inside.board("dots")
    commands.withdraw_idea(anna, board, inside.idea("one"))
    assert inside.idea("one").state == "withdrawn" and "one" not in order(inside)
    assert [idea.id for idea in queries.withdrawn_of(inside.member("anna"), board.id)] == [inside.ideas["one"]]
    assert queries.withdrawn_of(inside.member("boris"), board.id) == []
    with pytest.raises(Forbidden) as refused:
        edit(inside, "anna", "one", "x", 1)
    assert refused.value.code == "withdrawn"
    commands.return_idea(inside.member("anna"), inside.board("dots"), inside.idea("one"))
    assert order(inside) == ["four", "three", "two", "one"]


def test_hiding_keeps_the_reason_and_can_be_undone(inside: World) -> None:
    commands.hide_idea(inside.member("max"), inside.board("dots"), inside.idea("one"), reason="Names a person")
    hidden = inside.idea("one").hiding
    assert hidden is not None and (hidden.reason, hidden.moderator_id) == ("Names a person", inside.members["max"])
    assert inside.ideas["one"] not in {idea.id for idea in queries.cards(inside.board("dots"), hidden=False)}
    assert inside.ideas["one"] in {idea.id for idea in queries.cards(inside.board("dots"), hidden=True)}
    with pytest.raises(Forbidden) as refused:
        commands.return_idea(inside.member("anna"), inside.board("dots"), inside.idea("one"))
    assert refused.value.code == "hidden"
    commands.restore_idea(inside.member("olga"), inside.board("dots"), inside.idea("one"))
    assert inside.idea("one").state == "shown"


# Moving ---------------------------------------------------------------------------------------------------------


def test_moving_within_and_between_columns(inside: World, any_database: str) -> None:
    move(inside, "max", "one", before=inside.ideas["three"])
    assert order(inside) == ["four", "one", "three", "two"]
    move(inside, "max", "four")
    assert order(inside) == ["one", "three", "two", "four"]
    move(inside, "max", "three", 1)
    assert order(inside) == ["one", "two", "four"] and order(inside, column=1) == ["three"]
    move(inside, "max", "one", 1, before=inside.ideas["three"])
    assert order(inside, column=1) == ["one", "three"]


def test_participants_move_their_own_cards_only(inside: World, app: Flask) -> None:
    move(inside, "anna", "one", 1)
    before = snapshot(app)
    with pytest.raises(Forbidden):
        move(inside, "boris", "one", 0)
    assert snapshot(app) == before


def test_frozen_cards_stay_where_they_are_for_everybody(inside: World, app: Flask) -> None:
    boards.freeze(inside.member("max"), inside.board("dots"), frozen=True)
    before = snapshot(app)
    for who, act in (
        ("max", lambda: move(inside, "max", "one", 1)),
        ("anna", lambda: move(inside, "anna", "one", 1)),
        ("anna", lambda: edit(inside, "anna", "one", "x", 1)),
        ("max", lambda: cluster(inside, "Pairs", "one", "two")),
        ("max", lambda: merge(inside, "one", "two")),
    ):
        with pytest.raises(Forbidden) as refused:
            act()
        assert refused.value.code == "frozen", who
    assert snapshot(app) == before
    commands.hide_idea(inside.member("max"), inside.board("dots"), inside.idea("one"), reason="urgent")  # still works


def test_where_no_room_is_left_between_two_cards_the_column_is_numbered_anew(inside: World, any_database: str) -> None:
    """A hundred halvings of a distance are more than a float has; the order on screen never changes."""
    renumbered = 0
    for _ in range(30):
        for idea in ("one", "two"):
            move(inside, "max", idea, before=inside.ideas["three"])
            expected = [name for name in ("four", "one", "two", "three") if name not in ("one", "two")]
            found = order(inside)
            assert [name for name in found if name in expected] == expected
            assert found[found.index("three") - 1] == idea
            renumbered += bool(last_fact()[1]["renumbered"])
    assert renumbered >= 1
    positions = session().scalars(sa.select(Idea.position).where(Idea.board_id == inside.boards["dots"])).all()
    assert len(set(positions)) == len(positions)


def test_a_column_or_cluster_of_another_board_is_refused(inside: World, app: Flask) -> None:
    made = cluster(inside, "Here", "three")
    before = snapshot(app)
    row = inside.idea("one")
    with pytest.raises(Invalid) as refused:
        commands.move_idea(inside.member("max"), row.board, row, column=inside.columns["closed"][0])
    assert refused.value.field == "column"
    with pytest.raises(Invalid) as refused:
        move(inside, "max", "one", 1, cluster=made.id)  # the cluster is in the first column
    assert refused.value.field == "cluster"
    assert snapshot(app) == before


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["one", "two", "three", "four"]),
            st.integers(0, 1),
            st.sampled_from([None, "one", "two", "three", "four"]),
        ),
        max_size=12,
    )
)
def test_any_moves_leave_the_cards_as_a_list_would(inside: World, moves: list[tuple[str, int, str | None]]) -> None:
    columns = [order(inside, column=0), order(inside, column=1)]
    for idea, column, before in moves:
        move(inside, "max", idea, column, before=inside.ideas[before] if before else None)
        for one in columns:
            if idea in one:
                one.remove(idea)
        at = columns[column].index(before) if before in columns[column] else len(columns[column])
        columns[column].insert(at, idea)
    assert [order(inside, column=0), order(inside, column=1)] == columns


# Clusters -------------------------------------------------------------------------------------------------------


def test_a_cluster_stands_where_its_first_card_stood(inside: World, any_database: str) -> None:
    made = cluster(inside, "Together", "three", "one")
    assert order(inside) == ["four", ("Together", ["three", "one"]), "two"]
    commands.name_cluster(inside.member("max"), inside.board("dots"), made, name="Belong together")
    assert order(inside)[1] == ("Belong together", ["three", "one"])
    commands.move_cluster(inside.member("max"), inside.board("dots"), made, column=inside.columns["dots"][1])
    assert order(inside) == ["four", "two"] and order(inside, column=1) == [("Belong together", ["three", "one"])]
    assert inside.idea("one").column_id == inside.columns["dots"][1]
    move(inside, "max", "two", 1, before_cluster=made.id)
    assert order(inside, column=1) == ["two", ("Belong together", ["three", "one"])]
    move(inside, "max", "four", 1, cluster=made.id, before=inside.ideas["one"])
    assert order(inside, column=1)[1] == ("Belong together", ["three", "four", "one"])


def test_dissolving_leaves_the_cards_where_the_cluster_stood(inside: World) -> None:
    made = cluster(inside, "Together", "three", "one")
    commands.dissolve_cluster(inside.member("max"), inside.board("dots"), made)
    assert order(inside) == ["four", "three", "one", "two"]
    assert session().scalar(sa.select(sa.func.count()).select_from(Cluster)) == 0


def test_what_is_withdrawn_hidden_merged_or_elsewhere_is_not_clustered(inside: World, app: Flask) -> None:
    commands.withdraw_idea(inside.member("anna"), inside.board("dots"), inside.idea("one"))
    commands.hide_idea(inside.member("max"), inside.board("dots"), inside.idea("two"), reason="x")
    before = snapshot(app)
    for wrong in ("one", "two", "yes", "foreign"):
        with pytest.raises(Invalid) as refused:
            cluster(inside, "Wrong", "three", wrong)
        assert refused.value.field == "ideas"
    assert snapshot(app) == before


# Merging --------------------------------------------------------------------------------------------------------


def test_merging_keeps_both_rows(inside: World, any_database: str) -> None:
    merge(inside, "one", "two")
    assert inside.idea("one").state == "merged" and inside.idea("one").text == "The idea called one"
    assert order(inside) == ["four", "three", "two"]
    assert [idea.id for idea in inside.idea("two").merged] == [inside.ideas["one"]]


def test_chains_of_merges_have_one_root_and_come_apart_as_they_were(inside: World) -> None:
    merge(inside, "one", "two")
    merge(inside, "two", "three")
    merge(inside, "three", "four")
    ids = inside.ideas
    assert {inside.idea(name).root_id for name in ("one", "two", "three")} == {ids["four"]}
    commands.unmerge_idea(inside.member("max"), inside.board("dots"), inside.idea("two"))
    session().expire_all()
    assert inside.idea("two").state == "shown"
    assert inside.idea("one").root_id == ids["two"]  # what was merged into it comes along
    assert inside.idea("three").root_id == ids["four"]
    commands.unmerge_idea(inside.member("max"), inside.board("dots"), inside.idea("one"))
    session().expire_all()
    assert inside.idea("one").state == "shown"
    undone = session().scalars(sa.select(Merge).where(Merge.undone_at.is_not(None))).all()
    assert {row.idea_id for row in undone} == {ids["one"], ids["two"]}


def test_from_the_middle_of_a_chain_only_what_was_under_it_leaves(inside: World) -> None:
    merge(inside, "one", "two")
    merge(inside, "two", "three")
    commands.unmerge_idea(inside.member("max"), inside.board("dots"), inside.idea("one"))
    session().expire_all()
    assert inside.idea("one").root_id is None and inside.idea("two").root_id == inside.ideas["three"]


@pytest.mark.parametrize(
    ("idea", "into", "code"),
    [("one", "one", "itself"), ("one", "yes", "other_board"), ("one", "foreign", "other_board")],
)
def test_what_can_not_be_merged(inside: World, app: Flask, idea: str, into: str, code: str) -> None:
    before = snapshot(app)
    with pytest.raises(Forbidden) as refused:
        merge(inside, idea, into)
    assert refused.value.code == code
    assert snapshot(app) == before


def test_a_merged_or_withdrawn_idea_is_not_merged_again(inside: World, app: Flask) -> None:
    merge(inside, "one", "two")
    before = snapshot(app)
    for idea, into in (("one", "three"), ("three", "one"), ("two", "one")):
        with pytest.raises(Forbidden) as refused:
            merge(inside, idea, into)
        assert refused.value.code == "merged"
    with pytest.raises(Invalid):
        commands.unmerge_idea(inside.member("max"), inside.board("dots"), inside.idea("three"))
    assert snapshot(app) == before


def test_a_merged_idea_is_taken_apart_before_it_is_hidden(inside: World, app: Flask) -> None:
    """What is hidden must not stay readable inside the card that it was merged into."""
    merge(inside, "one", "two")
    before = snapshot(app)
    with pytest.raises(Forbidden) as refused:
        commands.hide_idea(inside.member("max"), inside.board("dots"), inside.idea("one"), reason="Insult")
    assert refused.value.code == "merged"
    assert snapshot(app) == before


# The log ---------------------------------------------------------------------------------------------------------


def test_every_change_is_one_revision_and_holds_no_text(inside: World) -> None:
    start = inside.board("dots").revision
    edit(inside, "anna", "one", "Secret words", 1)
    move(inside, "max", "one", 1)
    made = cluster(inside, "Secret name", "one", "two")
    commands.dissolve_cluster(inside.member("max"), inside.board("dots"), made)
    merge(inside, "one", "two")
    rows = (
        session()
        .scalars(
            sa.select(Activity).where(Activity.channel == f"board:{inside.boards['dots']}", Activity.revision > start)
        )
        .all()
    )
    assert [row.revision for row in rows] == list(range(start + 1, start + 6))
    assert session().get_one(Board, inside.boards["dots"]).revision == start + 5
    assert "Secret" not in repr([row.data for row in rows])
