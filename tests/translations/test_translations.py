"""Translations by people: who may write, confirm and wish; what is out of date; who must not read them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from tests.world import ACTORS, Api, Browser, World, post
from youthforum.comments.commands import post_comment
from youthforum.comments.models import Comment
from youthforum.comments.subjects import subject_of as talk
from youthforum.core import db
from youthforum.core.errors import Forbidden, Invalid, NotFound
from youthforum.forums.phases import Phase
from youthforum.ideas import commands as ideas
from youthforum.live.channels import CHANNELS, Audience, Change
from youthforum.live.intake import INTAKES
from youthforum.notices import queries as notices
from youthforum.notices.inbox import lines
from youthforum.translations import commands, queries
from youthforum.translations.models import Translation, TranslationWish
from youthforum.translations.subjects import subject_of


def write(world: World, who: str, idea: str, language: str, text: str) -> Translation:
    thing = world.idea(idea)
    made: Translation = commands.write_translation(
        world.member(who), subject_of("idea"), thing.board, thing, language=language, text=text
    )
    return made


def check(world: World, who: str, translation: Translation) -> Translation:
    found, about, thing, member = queries.translation_shown_to(world.person(who), translation.id)
    checked: Translation = commands.check_translation(member, about, about.ground(thing), thing, found)
    return checked


def wish(world: World, who: str, idea: str, language: str, wanted: bool = True) -> list[int]:
    thing = world.idea(idea)
    waiting: list[int] = commands.wish_translation(
        world.member(who), subject_of("idea"), thing.board, thing, language=language, wish=wanted
    )
    return waiting


def edit(world: World, idea: str) -> None:
    thing = world.idea(idea)
    ideas.edit_idea(thing.author, thing.board, thing, text="Other words", base=thing.version)


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises((Forbidden, Invalid, NotFound)) as told:
        call()
    return str(told.value.code)


# Writing ----------------------------------------------------------------------------------------------------------


def test_one_writes_and_another_confirms(inside: World, any_database: str) -> None:
    made = write(inside, "anna", "three", "en", "In English")
    assert (made.writer_id, made.of_version, made.machine, made.checked) == (inside.members["anna"], 1, False, False)
    assert code_of(lambda: check(inside, "anna", made)) == "own_translation"
    assert check(inside, "max", made).checked_by_id == inside.members["max"]
    before = made.checked_at
    assert check(inside, "olga", made).checked_at == before


def test_somebody_else_s_stays_unless_it_is_out_of_date(inside: World) -> None:
    write(inside, "boris", "one", "ru", "Первый")
    assert code_of(lambda: write(inside, "chris", "one", "ru", "Второй")) == "translated"
    assert write(inside, "boris", "one", "ru", "Лучше").text == "Лучше"
    edit(inside, "one")
    again = write(inside, "chris", "one", "ru", "Заново")
    assert (again.text, again.of_version, again.writer_id) == ("Заново", 2, inside.members["chris"])
    assert db.session().scalar(sa.select(sa.func.count()).select_from(Translation)) == 1


def test_a_moderator_corrects_any(inside: World) -> None:
    made = check(inside, "anna", write(inside, "boris", "one", "ru", "Первый"))
    corrected = write(inside, "max", "one", "ru", "Верный")
    assert corrected.id == made.id and corrected.writer_id == inside.members["max"] and not corrected.checked


def test_writing_the_same_again_changes_nothing(inside: World) -> None:
    made = check(inside, "anna", write(inside, "boris", "one", "ru", "Первый"))
    revision = inside.board("dots").revision
    write(inside, "boris", "one", "ru", "Первый")
    assert made.checked and inside.board("dots").revision == revision


def test_what_is_out_of_date_is_translated_not_confirmed(inside: World) -> None:
    made = write(inside, "boris", "one", "ru", "Первый")
    edit(inside, "one")
    assert code_of(lambda: check(inside, "anna", made)) == "out_of_date"


def test_only_into_another_language_of_the_forum(inside: World) -> None:
    own = inside.idea("one").language
    assert code_of(lambda: write(inside, "boris", "one", own, "x")) == "invalid"
    assert code_of(lambda: write(inside, "boris", "one", "fr", "x")) == "invalid"
    assert code_of(lambda: write(inside, "boris", "one", "ru", "x" * 1001)) == "invalid"
    assert write(inside, "boris", "one", "ru", "x" * 1000).text


def test_withdrawn_hidden_and_merged_originals_are_refused(inside: World) -> None:
    board = inside.board("dots")
    ideas.withdraw_idea(inside.member("anna"), board, inside.idea("one"))
    ideas.hide_idea(inside.member("max"), board, inside.idea("three"), reason="x")
    ideas.merge_ideas(inside.member("max"), board, inside.idea("two"), inside.idea("four"))
    found = [code_of(lambda idea=idea: write(inside, "max", idea, "ru", "x")) for idea in ("one", "three", "two")]
    assert found == ["withdrawn", "hidden", "merged"]


@pytest.mark.parametrize("phase", Phase)
def test_in_every_phase_but_the_last(inside: World, phase: Phase) -> None:
    inside.forum().phase = phase
    db.session().commit()
    if phase is Phase.archived:
        assert code_of(lambda: write(inside, "boris", "one", "ru", "x")) == "wrong_phase"
    else:
        assert write(inside, "boris", "one", "ru", "x").text == "x"


def test_another_forum_s_idea_is_not_there(world: World, api_for: Callable[..., Api]) -> None:
    for event in ("write", "wish", "suggest"):
        body = {"idea": world.ideas["foreign"], "language": "de"} | ({"text": "x"} if event == "write" else {})
        answer = api_for("anna").post("/translations" + ("" if event == "write" else f"/{event}"), body)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("body", [{}, {"idea": 1, "comment": 1}])
def test_one_original_is_named(world: World, api_for: Callable[..., Api], body: dict[str, Any]) -> None:
    answer = api_for("anna").post("/translations", body | {"language": "ru", "text": "x"})
    assert answer.get_json()["error"]["field"] == "idea"


# Wishes -----------------------------------------------------------------------------------------------------------


def test_who_wished_is_told_once(inside: World, any_database: str) -> None:
    assert wish(inside, "boris", "one", "ru") == [inside.members["boris"]]
    wish(inside, "boris", "one", "ru")
    wish(inside, "chris", "one", "ru")
    wish(inside, "anna", "one", "ru")
    assert inside.members["anna"] not in wish(inside, "anna", "one", "ru", False)
    write(inside, "chris", "one", "ru", "Готово")
    assert db.session().scalar(sa.select(sa.func.count()).select_from(TranslationWish)) == 0
    told = {name: notices.unread(inside.members[name]) for name in ("boris", "chris", "anna")}
    assert told == {"boris": 1, "chris": 0, "anna": 0}
    boris = inside.member("boris")
    (line,) = lines(boris, notices.page_of(boris).items)
    idea = inside.idea("one")
    assert "Готово" in line.words and line.url == f"/f/bridges/boards/{idea.board_id}#idea-{idea.id}"
    ideas.withdraw_idea(inside.member("anna"), idea.board, idea)
    (line,) = lines(boris, notices.page_of(boris).items)
    assert "Готово" not in line.words and line.url is None


def test_nobody_wishes_for_what_is_there(inside: World) -> None:
    write(inside, "anna", "one", "ru", "Готово")
    assert code_of(lambda: wish(inside, "boris", "one", "ru")) == "translated"
    edit(inside, "one")
    assert wish(inside, "boris", "one", "ru") == [inside.members["boris"]]


# The queue --------------------------------------------------------------------------------------------------------


def names_in_queue(world: World, who: str, language: str) -> list[str]:
    by_id = {key: name for name, key in world.ideas.items()}
    return [by_id[one.thing.id] for one in queries.queue(world.member(who), language).items]


def test_wishes_come_first_then_the_reader_s_language_then_the_newest(inside: World, any_database: str) -> None:
    for name, language in (("one", "de"), ("two", "en"), ("three", "ru"), ("yes", "de"), ("no", "ru")):
        inside.idea(name).language = language
    for name in ("four", "shut", "early"):
        inside.idea(name).language = "ru"
    db.session().commit()
    assert names_in_queue(inside, "anna", "ru") == ["yes", "one", "two"]
    assert names_in_queue(inside, "chris", "ru") == ["two", "yes", "one"]
    wish(inside, "boris", "one", "ru")
    assert names_in_queue(inside, "chris", "ru") == ["one", "two", "yes"]
    write(inside, "anna", "one", "ru", "Готово")
    write(inside, "anna", "two", "ru", "Готово")
    assert names_in_queue(inside, "chris", "ru") == ["yes"]
    assert queries.waiting_count(inside.forum(), "ru") == 1
    edit(inside, "two")
    assert names_in_queue(inside, "anna", "ru") == ["yes", "two"]


def test_what_is_not_on_the_board_waits_for_nobody(inside: World) -> None:
    inside.idea("one").language = inside.idea("two").language = inside.idea("three").language = "de"
    db.session().commit()
    waiting = set(names_in_queue(inside, "max", "ru"))
    assert {"one", "two", "three"} <= waiting and "foreign" not in waiting
    board = inside.board("dots")
    ideas.withdraw_idea(inside.member("anna"), board, inside.idea("one"))
    ideas.hide_idea(inside.member("max"), board, inside.idea("three"), reason="x")
    ideas.merge_ideas(inside.member("max"), board, inside.idea("two"), inside.idea("four"))
    assert set(names_in_queue(inside, "max", "ru")) == waiting - {"one", "two", "three"}


def test_the_queue_is_paged(inside: World) -> None:
    for number in range(25):
        post(inside, "dots", "anna", f"more-{number}")
        inside.idea(f"more-{number}").language = "de"
    db.session().commit()
    first = queries.queue(inside.member("anna"), "ru")
    last = queries.queue(inside.member("anna"), "ru", first.pages)
    assert len(first.items) == 20 and first.pages == 2 and len(last.items) == first.total - 20
    assert not {one.thing.id for one in first.items} & {one.thing.id for one in last.items}


# Who reads it -----------------------------------------------------------------------------------------------------


def test_translations_are_read_by_whoever_reads_the_original(world: World, api_for: Callable[..., Api]) -> None:
    with world.inside():
        made = write(world, "boris", "one", "ru", "Совершенно секретно").id
    idea = world.ideas["one"]
    path = f"/translations/idea/{idea}"
    (told,) = api_for("vera").get(path).get_json()["translations"]
    assert (told["text"], told["writer"], told["out_of_date"]) == ("Совершенно секретно", "Boris", False)
    assert api_for("otto").get(path).status_code == 404
    with world.inside():
        ideas.hide_idea(world.member("max"), world.board("dots"), world.idea("one"), reason="x")
    for who, seen in (("anna", True), ("max", True), ("boris", False), ("vera", False)):
        answer = api_for(who).get(path)
        assert (answer.status_code == 200) is seen, who
        assert ("секретно" in answer.get_data(as_text=True)) is seen
        page = f"/f/bridges/translate/idea/{idea}?language=ru"
        assert world.app is not None
        answer = Browser(world.app, world.tokens[who]).get(page)
        assert (answer.status_code == 200) is seen, who
    assert api_for("chris").post(f"/translations/{made}/check").status_code == 404


def test_a_board_that_hides_authors_hides_translators(world: World, api_for: Callable[..., Api]) -> None:
    with world.inside():
        world.board("dots").show_authors = False
        db.session().commit()
        write(world, "boris", "one", "ru", "Готово")
        (html,) = cards(world, "one", "ru")
    assert "Boris" not in html and "Готово" in html
    (told,) = api_for("vera").get(f"/translations/idea/{world.ideas['one']}").get_json()["translations"]
    assert told["writer"] is None


def cards(world: World, idea: str, *languages: str, tier: str = "members") -> list[str]:
    """What rooms of these languages are told of the newest change of the idea's board."""
    board = world.idea(idea).board
    channel = CHANNELS["board"]
    data = {"idea": world.ideas[idea], "language": "ru"}
    change = Change(board.revision, "idea.translated", data)
    audiences = [Audience(board.channel, tier, language) for language in languages]
    return [channel.render(change, audience).get("html", "") for audience in audiences]


def test_a_new_translation_is_drawn_for_those_who_read_it(inside: World) -> None:
    write(inside, "anna", "one", "ru", "Готово <b>")
    revision = inside.board("dots").revision
    last = db.session().execute(
        sa.text("SELECT type, revision FROM activity WHERE channel = :channel ORDER BY id DESC LIMIT 1"),
        {"channel": inside.board("dots").channel},
    )
    assert tuple(last.one()) == ("idea.translated", revision)
    russian, german, english = cards(inside, "one", "ru", "de", "en")
    assert 'lang="ru"' in russian and "Готово &lt;b&gt;" in russian and "Anna (" in russian
    assert (german, english) == ("", "")
    ideas.hide_idea(inside.member("max"), inside.board("dots"), inside.idea("one"), reason="x")
    assert cards(inside, "one", "ru") == [""]
    assert "Готово" not in cards(inside, "one", "ru", tier="moderators")[0]


def test_an_edit_marks_the_translation_on_the_card(inside: World) -> None:
    write(inside, "anna", "one", "ru", "Готово")
    assert "устар" not in cards(inside, "one", "ru")[0] and "out of date" not in cards(inside, "one", "ru")[0]
    edit(inside, "one")
    drawn = cards(inside, "one", "ru")[0]
    assert "<summary>" in drawn and "<b>" in drawn.partition("<summary>")[2].partition("</summary>")[0]


def test_the_board_asks_once_for_all_translations(world: World, client_for: Callable[..., Browser]) -> None:
    with world.inside():
        for number in range(12):
            post(world, "dots", "anna", f"more-{number}")
            world.idea(f"more-{number}").language = "de"
        db.session().commit()
        for number in range(12):
            write(world, "boris", f"more-{number}", "ru", f"Перевод {number}")
    asked: list[str] = []
    assert world.app is not None
    sa.event.listen(world.app.extensions["engine"], "before_cursor_execute", lambda *given: asked.append(str(given[2])))
    page = client_for("boris").get(f"/f/bridges/boards/{world.boards['dots']}").get_data(as_text=True)
    assert all(f"Перевод {number}" in page for number in range(12))
    assert len([statement for statement in asked if "FROM translation" in statement]) == 1
    german = client_for("anna").get(f"/f/bridges/boards/{world.boards['dots']}").get_data(as_text=True)
    assert "Перевод" not in german


# Pages and forms --------------------------------------------------------------------------------------------------


def test_translating_without_scripts(world: World, client_for: Callable[..., Browser]) -> None:
    with world.inside():
        world.idea("one").language = "de"
        db.session().commit()
    chris = client_for("chris")
    page = chris.get("/f/bridges/translate?language=ru").get_data(as_text=True)
    idea = world.ideas["one"]
    assert f'id="waits-idea-{idea}"' in page
    here = f"/f/bridges/translate/idea/{idea}?language=ru"
    assert 'name="text"' in chris.get(here).get_data(as_text=True)
    sent = {"idea": idea, "language": "ru", "next": here}
    assert chris.post("/do/translation-wish", sent | {"wish": "yes"}).status_code == 302
    assert "1 person asks for this translation." in chris.get(here).get_data(as_text=True)
    assert chris.post("/do/translation-write", sent | {"text": "Готово"}).status_code == 302
    assert f'id="waits-idea-{idea}"' not in chris.get("/f/bridges/translate?language=ru").get_data(as_text=True)
    with world.inside():
        found = queries.translation_of("idea", idea, "ru")
        assert found is not None and found.text == "Готово"
    anna = client_for("anna")
    assert "translation-check" in anna.get(here).get_data(as_text=True)
    assert anna.post("/do/translation-check", {"translation": found.id, "next": here}).status_code == 302
    assert "translation-check" not in anna.get(here).get_data(as_text=True)


def test_an_observer_is_told_why_not(world: World, client_for: Callable[..., Browser]) -> None:
    page = client_for("vera").get(f"/f/bridges/translate/idea/{world.ideas['one']}?language=ru").get_data(as_text=True)
    assert 'name="text"' not in page
    assert 'name="text"' not in client_for("vera").get("/f/bridges/translate?language=ru").get_data(as_text=True)


def test_who_gets_in_everywhere(world: World, api_for: Callable[..., Api]) -> None:
    assert {"translation:write", "translation:check", "translation:wish", "translation:suggest"} <= set(INTAKES)
    body = {"idea": world.ideas["one"], "language": "ru", "text": "x"}
    found = {}
    for who, name in ACTORS.items():
        answer = api_for(name).post("/translations", body)
        found[who] = "ok" if answer.status_code == 200 else answer.get_json()["error"]["code"]
    assert found == {
        "anonymous": "signed_out",
        "observer": "wrong_role",
        "participant": "ok",
        "moderator": "ok",
        "organiser": "ok",
        "elsewhere": "not_found",
        "suspended": "suspended",
    }


# Comments ---------------------------------------------------------------------------------------------------------


def say(world: World, who: str, idea: str, text: str, language: str) -> Comment:
    about, thing = talk("idea"), world.idea(idea)
    made: Comment = post_comment(
        world.member(who), about, about.ground(thing), thing, key=str(uuid.uuid4()), text=text, language=language
    )
    return made


def test_a_comment_is_translated_too(inside: World, any_database: str) -> None:
    comment = say(inside, "anna", "one", "Sehr gut", "de")
    chris, about = inside.member("chris"), subject_of("comment")
    waiting = [one.about.kind for one in queries.queue(chris, "ru").items]
    assert "comment" in waiting and "idea" in waiting
    commands.write_translation(chris, about, about.ground(comment), comment, language="ru", text="Очень хорошо")
    assert "comment" not in [one.about.kind for one in queries.queue(chris, "ru").items]
    thread = CHANNELS["thread"]
    change = Change(comment.thread.revision, "comment.translated", {"comment": comment.id, "language": "ru"})
    drawn = thread.render(change, Audience(f"thread:{comment.thread_id}", "members", "ru"))["html"]
    assert "Очень хорошо" in drawn and "Chris" in drawn
    ideas.hide_idea(inside.member("max"), inside.board("dots"), inside.idea("one"), reason="x")
    assert code_of(lambda: about.shown_to(inside.person("boris"), comment.id)) == "not_found"
    assert comment.id not in [one.thing.id for one in queries.queue(chris, "en").items if one.about.kind == "comment"]


def test_withdrawn_comments_lose_their_translations(world: World, api_for: Callable[..., Api]) -> None:
    with world.inside():
        comment = say(world, "anna", "one", "Sehr gut", "de")
        about, key = subject_of("comment"), comment.id
        commands.write_translation(
            world.member("chris"), about, about.ground(comment), comment, language="ru", text="Очень хорошо"
        )
    path = f"/translations/comment/{key}"
    assert "хорошо" in api_for("vera").get(path).get_data(as_text=True)
    assert api_for("anna").post(f"/comments/{key}/withdraw", {}).status_code == 200
    assert api_for("vera").get(path).status_code == 404
    body = {"comment": key, "language": "en", "text": "Very good"}
    assert api_for("chris").post("/translations", body).status_code == 404
    assert api_for("anna").post("/translations", body).get_json()["error"]["code"] == "withdrawn"
    thread = api_for("vera").get(f"/ideas/{world.ideas['one']}/comments").get_data(as_text=True)
    assert "хорошо" not in thread


def test_names_are_shown_as_they_are(inside: World) -> None:
    inside.member("anna").name = "<i>{team} {name}"
    db.session().commit()
    write(inside, "anna", "one", "ru", "Готово")
    assert "&lt;i&gt;{team} {name} (Essen)" in cards(inside, "one", "ru")[0]


@pytest.mark.parametrize("address", ["poem/1", "idea/0", "idea/99999999999", "comment/99999999999"])
def test_what_is_not_there_is_not_found(world: World, client_for: Callable[..., Browser], address: str) -> None:
    assert client_for("anna").get(f"/f/bridges/translate/{address}").status_code == 404
    assert client_for("anna").get(f"/api/v1/translations/{address}").status_code == 404


def test_an_idea_of_another_forum_is_not_found_in_this_one(world: World, client_for: Callable[..., Browser]) -> None:
    assert client_for("nina").get(f"/f/elsewhere/translate/idea/{world.ideas['foreign']}").status_code == 200
    assert client_for("nina").get(f"/f/elsewhere/translate/idea/{world.ideas['one']}").status_code == 404
