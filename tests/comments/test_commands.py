"""Threads under ideas: who says what, what becomes of it, and what nobody may read any more."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.world import World, snapshot
from youthforum.activity.models import Activity
from youthforum.comments import commands, queries
from youthforum.comments.models import Comment, Thread
from youthforum.comments.subjects import subject_of
from youthforum.core.db import session
from youthforum.core.errors import Conflict, Forbidden, Invalid, NotFound
from youthforum.forums.phases import Phase
from youthforum.ideas import commands as ideas


def say(world: World, who: str, text: str = "Well said", idea: str = "one", **more: Any) -> Comment:
    about, thing = subject_of("idea"), world.idea(idea)
    given: dict[str, Any] = {"key": str(uuid.uuid4()), "language": "en"} | more
    return commands.post_comment(world.member(who), about, about.ground(thing), thing, text=text, **given)


def do(world: World, who: str, command: Any, comment: Comment, **more: Any) -> Any:
    about = subject_of("idea")
    thing = about.by_id(comment.thread.subject_id)
    return command(world.member(who), about, about.ground(thing), thing, comment, **more)


def read(world: World, who: str, idea: str = "one") -> list[tuple[Any, ...]]:
    """What somebody reads under an idea: `(text, [texts of the answers])`, None for what is blank."""
    session().expire_all()
    view = queries.thread_view(subject_of("idea"), world.idea(idea), world.member(who))
    return [(one.text, [reply.text for reply in one.replies]) for one in view.comments]


def facts() -> list[tuple[str | None, str]]:
    rows = session().execute(sa.select(Activity.channel, Activity.type).order_by(Activity.id.desc()).limit(2))
    return [tuple(row) for row in reversed(rows.all())]


# Posting -----------------------------------------------------------------------------------------------------


def test_the_first_comment_makes_the_thread_and_the_board_hears_of_it(inside: World, any_database: str) -> None:
    assert queries.thread_of("idea", inside.ideas["one"]) is None
    first = say(inside, "boris")
    second = say(inside, "anna", "Thank you")
    assert first.thread_id == second.thread_id
    assert read(inside, "vera") == [("Well said", []), ("Thank you", [])]
    assert facts() == [
        (f"thread:{first.thread_id}", "comment.posted"),
        (f"board:{inside.boards['dots']}", "idea.discussed"),
    ]
    assert queries.revision_of(first.thread_id) == 2
    assert queries.counts_on_ideas([*inside.ideas.values()]) == {inside.ideas["one"]: 2}


def test_posting_twice_with_one_key_is_one_comment(inside: World, app: Flask) -> None:
    key = str(uuid.uuid4())
    first = say(inside, "boris", "First", key=key)
    before = snapshot(app)
    assert say(inside, "boris", "Changed meanwhile", key=key).id == first.id
    assert snapshot(app) == before
    assert say(inside, "anna", "Anna's", key=key).id != first.id  # a key is one member's own


def test_an_answer_to_an_answer_stands_below_the_same_comment(inside: World) -> None:
    top = say(inside, "boris", "Top")
    answer = say(inside, "anna", "Answer", parent=top)
    again = say(inside, "chris", "And again", parent=answer)
    assert (answer.parent_id, again.parent_id) == (top.id, top.id)
    assert read(inside, "boris") == [("Top", ["Answer", "And again"])]


def test_an_answer_belongs_to_the_thread_of_what_it_answers(inside: World, app: Flask) -> None:
    elsewhere = say(inside, "boris", idea="two")
    before = snapshot(app)
    with pytest.raises(Invalid) as refused:
        say(inside, "anna", idea="one", parent=elsewhere)
    assert refused.value.field == "parent" and snapshot(app) == before


def test_ideas_have_no_sections_and_forums_only_their_languages(inside: World, app: Flask) -> None:
    before = snapshot(app)
    with pytest.raises(Invalid) as refused:
        say(inside, "boris", part="need")
    assert refused.value.field == "part"
    with pytest.raises(Invalid) as refused:
        say(inside, "boris", language="it")
    assert refused.value.field == "language" and snapshot(app) == before


@pytest.mark.parametrize(
    ("who", "phase", "code"),
    [
        ("anna", "collect", None),
        ("anna", "discuss", None),
        ("max", "draft", None),
        ("anna", "decide", "wrong_phase"),
        ("vera", "collect", "wrong_role"),
        ("olga", "collect", "wrong_role"),
        ("sven", "collect", "suspended"),
        ("nina", "collect", "other_forum"),
    ],
)
def test_who_discusses_ideas_and_when(inside: World, who: str, phase: str, code: str | None) -> None:
    inside.forum().phase = Phase(phase)
    session().commit()
    if code is None:
        say(inside, who)
        return
    with pytest.raises(Forbidden) as refused:
        say(inside, who)
    assert refused.value.code == code and session().scalar(sa.select(sa.func.count(Comment.id))) == 0


def test_what_is_no_card_is_not_discussed(inside: World) -> None:
    inside_one = say(inside, "boris")
    ideas.merge_ideas(inside.member("max"), inside.board("dots"), inside.idea("one"), inside.idea("two"))
    for code in ("merged", "hidden"):
        if code == "hidden":
            ideas.unmerge_idea(inside.member("max"), inside.board("dots"), inside.idea("one"))
            ideas.hide_idea(inside.member("max"), inside.board("dots"), inside.idea("one"), reason="x")
        with pytest.raises(Forbidden) as refused:
            say(inside, "max")
        assert refused.value.code == code
        with pytest.raises(Forbidden):
            do(inside, "boris", commands.edit_comment, inside_one, text="Changed", base=1)


# Changing ----------------------------------------------------------------------------------------------------


def test_editing_from_a_stale_version_brings_both_texts(inside: World) -> None:
    comment = say(inside, "boris", "First")
    do(inside, "boris", commands.edit_comment, comment, text="Second", base=1)
    assert comment.version == 2 and comment.edited_at
    with pytest.raises(Conflict) as refused:
        do(inside, "boris", commands.edit_comment, comment, text="Third", base=1)
    assert refused.value.extra == {"mine": "Third", "theirs": "Second", "version": 2}
    assert do(inside, "boris", commands.edit_comment, comment, text="Second", base=1).version == 2  # sent again
    assert read(inside, "anna") == [("Second", [])]


def test_only_its_author_edits_and_withdraws_a_comment(inside: World) -> None:
    comment = say(inside, "boris")
    for who in ("anna", "max"):
        with pytest.raises(Forbidden) as refused:
            do(inside, who, commands.edit_comment, comment, text="Mine now", base=1)
        assert refused.value.code == "not_yours"
        with pytest.raises(Forbidden) as refused:
            do(inside, who, commands.withdraw_comment, comment)
        assert refused.value.code == "not_yours"


def test_a_withdrawn_comment_is_blank_where_it_was_answered_and_gone_where_not(inside: World) -> None:
    answered, alone = say(inside, "boris", "Answered"), say(inside, "boris", "Alone")
    reply = say(inside, "anna", "Answer", parent=answered)
    for comment in (answered, alone):
        do(inside, "boris", commands.withdraw_comment, comment)
    for who in ("boris", "anna", "max", "olga", "vera"):
        assert read(inside, who) == [(None, ["Answer"])]
    view = queries.thread_view(subject_of("idea"), inside.idea("one"), inside.member("max"))
    assert view.count == 1 and view.comments[0].author is None
    assert queries.counts_on_ideas([inside.ideas["one"]]) == {inside.ideas["one"]: 1}
    with pytest.raises(NotFound):
        queries.comment_shown_to(inside.person("max"), answered.id)
    do(inside, "anna", commands.withdraw_comment, reply)
    assert read(inside, "anna") == []
    with pytest.raises(Forbidden) as refused:
        say(inside, "chris", parent=answered)
    assert refused.value.code == "withdrawn"


def test_own_words_can_be_taken_back_when_the_time_for_comments_is_over(inside: World) -> None:
    comment = say(inside, "boris")
    inside.forum().phase = Phase.decide
    session().commit()
    do(inside, "boris", commands.withdraw_comment, comment)
    assert read(inside, "anna") == []


def test_a_hidden_comment_is_read_by_moderators_and_its_author_with_the_reason(inside: World) -> None:
    comment = say(inside, "boris", "Rude")
    do(inside, "max", commands.hide_comment, comment, reason="Unkind")
    assert read(inside, "anna") == read(inside, "vera") == []
    assert read(inside, "olga") == read(inside, "boris") == [("Rude", [])]
    view = queries.thread_view(subject_of("idea"), inside.idea("one"), inside.member("boris"))
    assert view.comments[0].reason == "Unkind"
    with pytest.raises(NotFound):
        queries.comment_shown_to(inside.person("anna"), comment.id)
    assert queries.counts_on_ideas([inside.ideas["one"]]) == {}
    with pytest.raises(Forbidden):
        do(inside, "boris", commands.restore_comment, comment)
    do(inside, "olga", commands.restore_comment, comment)
    assert read(inside, "anna") == [("Rude", [])]


def test_who_says_that_a_comment_is_dealt_with(inside: World) -> None:
    comment = say(inside, "boris")
    for who in ("boris", "max", "olga"):
        do(inside, who, commands.resolve_comment, comment, resolved=True)
        assert comment.resolved_by_id == inside.members[who]
        do(inside, who, commands.resolve_comment, comment, resolved=False)
        assert comment.resolved_at is None and comment.resolved_by_id is None
    for who, code in (("anna", "not_yours"), ("vera", "wrong_role"), ("sven", "suspended")):
        with pytest.raises(Forbidden) as refused:
            do(inside, who, commands.resolve_comment, comment, resolved=True)
        assert refused.value.code == code


def test_whoever_may_not_see_the_idea_does_not_see_what_is_said_about_it(inside: World) -> None:
    comment = say(inside, "anna", idea="three")
    ideas.hide_idea(inside.member("max"), inside.board("dots"), inside.idea("three"), reason="x")
    for who in ("anna", "nina"):
        with pytest.raises(NotFound):
            queries.comment_shown_to(inside.person(who), comment.id)
        with pytest.raises(NotFound):
            queries.thread_shown_to(inside.person(who), comment.thread_id)
    assert queries.comment_shown_to(inside.person("max"), comment.id)[0].id == comment.id
    assert queries.to_draw(comment.id, moderates=False) is None
    drawn = queries.to_draw(comment.id, moderates=True)
    assert drawn and drawn[0].text == comment.text


def test_a_board_that_hides_authors_hides_who_comments(inside: World) -> None:
    comment = say(inside, "boris")
    inside.board("dots").show_authors = False
    session().commit()
    for moderates in (True, False):
        drawn = queries.to_draw(comment.id, moderates=moderates)
        assert drawn and (drawn[0].author, drawn[0].author_id, drawn[0].delegation) == (None, None, None)
    view = queries.thread_view(subject_of("idea"), inside.idea("one"), inside.member("boris"))
    assert view.own == [comment.id] and view.comments[0].author is None


def test_one_thread_for_each_idea_and_either_an_idea_or_a_proposal(inside: World) -> None:
    say(inside, "boris")
    for wrong in ({"idea_id": inside.ideas["one"]}, {}):
        session().add(Thread(forum_id=inside.forums["bridges"], **wrong))
        with pytest.raises(sa.exc.IntegrityError):
            session().flush()
        session().rollback()
