"""Accounts: signing in and out, coming back by a phrase, passwords and the links that set them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.world import PASSWORD, World, hashed_password, snapshot
from youthforum.core.clock import frozen, now
from youthforum.core.db import session
from youthforum.core.errors import Conflict, Forbidden, Invalid
from youthforum.people import commands, queries, secrets
from youthforum.people.models import PasswordLink, Person, SignIn


def test_a_sign_in_is_known_by_its_secret_which_is_not_stored(inside: World, app: Flask) -> None:
    token = commands.open_sign_in(inside.person("anna"), device="iPhone")
    found = queries.sign_in_by_token(token)
    assert found is not None and found.person.id == inside.people["anna"] and found.device == "iPhone"
    assert token not in repr(snapshot(app)) and inside.phrases["anna"] not in repr(snapshot(app))
    assert queries.sign_in_by_token(token + "x") is None


def test_a_sign_in_ends_by_itself(inside: World) -> None:
    token = commands.open_sign_in(inside.person("anna"), device="")
    with frozen(now() + timedelta(days=29)):
        assert queries.sign_in_by_token(token) is not None
    with frozen(now() + timedelta(days=31)):
        assert queries.sign_in_by_token(token) is None


def test_signing_out_on_one_device_leaves_the_others(inside: World) -> None:
    anna = inside.person("anna")
    phone, laptop = (commands.open_sign_in(anna, device=device) for device in ("iPhone", "Linux"))
    ended = queries.sign_in_by_token(phone)
    assert ended is not None
    commands.end_sign_ins(anna, anna, sign_in_id=ended.id)
    assert queries.sign_in_by_token(phone) is None
    assert queries.sign_in_by_token(laptop) is not None
    assert queries.sign_in_by_id(ended.id) is None


def test_signing_out_everywhere(inside: World) -> None:
    anna = inside.person("anna")
    tokens = [inside.tokens["anna"], commands.open_sign_in(anna, device="")]
    commands.end_sign_ins(anna, anna)
    assert [queries.sign_in_by_token(token) for token in tokens] == [None, None]
    assert queries.sign_in_by_token(inside.tokens["boris"]) is not None
    assert queries.own_sign_ins(anna) == []


def test_nobody_signs_somebody_else_out(inside: World, app: Flask) -> None:
    boris = queries.sign_in_by_token(inside.tokens["boris"])
    assert boris is not None
    before = snapshot(app)
    with pytest.raises(Forbidden) as refused:
        commands.end_sign_ins(inside.person("anna"), inside.person("boris"))
    assert refused.value.code == "not_yours"
    assert snapshot(app) == before
    # Naming another person's sign-in while speaking for oneself ends nothing either.
    commands.end_sign_ins(inside.person("anna"), inside.person("anna"), sign_in_id=boris.id)
    assert queries.sign_in_by_token(inside.tokens["boris"]) is not None


def test_a_return_phrase_brings_the_same_person_back(inside: World) -> None:
    phrase = inside.phrases["anna"]
    assert len(phrase.split()) == 6
    for typed in (phrase, phrase.upper(), f"  {phrase.replace(' ', ' - ')}, ", phrase.replace(" ", "\n")):
        found = queries.person_by_phrase(typed)
        assert found is not None and found.id == inside.people["anna"]
    assert queries.person_by_phrase(" ".join(reversed(phrase.split()))) is None


def test_a_new_phrase_ends_the_old_one(inside: World) -> None:
    boris = inside.person("boris")
    new = commands.renew_phrase(boris, boris)
    assert queries.person_by_phrase(inside.phrases["boris"]) is None
    found = queries.person_by_phrase(new)
    assert found is not None and found.id == boris.id


@pytest.mark.parametrize("language", ["de", "ru", "en"])
def test_phrases_are_of_words_of_the_language_and_hard_to_guess(inside: World, language: str) -> None:
    words = (secrets.WORDS / f"{language}.txt").read_text("utf-8").split()
    assert len(words) == len(set(words)) == 1024
    assert set(secrets.new_phrase(language).split()) <= set(words)
    assert len({secrets.new_phrase(language) for _ in range(200)}) == 200
    assert not any("-" in word or "," in word or word != word.casefold() for word in words)


def test_passwords_are_argon2_and_compared_without_telling_who_exists(inside: World) -> None:
    assert hashed_password().startswith("$argon2id$")
    found = queries.person_by_password(" MAX@Forum.example ", PASSWORD)
    assert found is not None and found.id == inside.people["max"]
    assert queries.person_by_password(inside.email("max"), "wrong") is None
    assert queries.person_by_password("nobody@forum.example", PASSWORD) is None
    assert not secrets.password_matches(None, PASSWORD)
    assert not secrets.password_matches("not a hash", PASSWORD)


def test_a_new_password_signs_every_device_out(inside: World) -> None:
    max_ = inside.person("max")
    commands.set_password(max_, max_, password_hash="hash")
    assert queries.sign_in_by_token(inside.tokens["max"]) is None
    assert inside.person("max").password_hash == "hash"


def test_a_password_needs_an_address_to_sign_in_with(inside: World, app: Flask) -> None:
    before = snapshot(app)
    for attempt in (
        lambda: commands.set_password(inside.person("anna"), inside.person("anna"), password_hash="hash"),
        lambda: commands.make_password_link(None, inside.person("anna")),
        lambda: commands.reset_password(inside.person("anna"), password_hash="hash"),
    ):
        with pytest.raises(Invalid) as refused:
            attempt()
        assert refused.value.code == "needs_email"
    assert snapshot(app) == before


def test_a_link_sets_a_password_once(inside: World, app: Flask) -> None:
    token = commands.make_password_link(None, inside.person("max"))
    link = queries.link_by_token(token)
    assert link is not None and token not in repr(snapshot(app))
    assert commands.use_password_link(link, moment=now(), password_hash="new").id == inside.people["max"]
    assert inside.person("max").password_hash == "new"
    assert queries.sign_in_by_token(inside.tokens["max"]) is None
    with pytest.raises(Forbidden) as refused:
        commands.use_password_link(link, moment=now(), password_hash="newer")
    assert refused.value.code == "link_expired"
    assert inside.person("max").password_hash == "new"


def test_a_link_expires_and_a_newer_one_ends_it(inside: World) -> None:
    first = queries.link_by_token(commands.make_password_link(None, inside.person("max")))
    second = queries.link_by_token(commands.make_password_link(None, inside.person("max")))
    assert first is not None and second is not None
    with pytest.raises(Forbidden):
        commands.use_password_link(first, moment=now(), password_hash="new")
    with pytest.raises(Forbidden):
        commands.use_password_link(second, moment=now() + timedelta(days=3, seconds=1), password_hash="new")
    assert session().scalar(sa.select(sa.func.count()).select_from(PasswordLink)) == 2
    assert inside.person("max").password_hash == hashed_password()


def test_one_address_is_one_account(inside: World, any_database: str) -> None:
    with pytest.raises(Conflict) as refused:
        commands.create_person(None, language="de", email=inside.email("olga"))
    assert refused.value.field == "email"


def test_a_language_that_is_not_offered_is_refused(inside: World) -> None:
    anna = inside.person("anna")
    commands.speak(anna, anna, language="ru")
    assert inside.person("anna").language == "ru"
    for wrong in ("fr", "", "de; DROP TABLE person"):
        with pytest.raises(Invalid) as refused:
            commands.speak(anna, anna, language=wrong)
        assert refused.value.field == "language"
    with pytest.raises(Forbidden):
        commands.speak(anna, inside.person("boris"), language="de")


def test_the_database_itself_keeps_addresses_small_and_passwords_reachable(inside: World, any_database: str) -> None:
    for wrong in (
        Person(language="de", email="Loud@forum.example", created_at=now()),
        Person(language="de", password_hash="x", created_at=now()),
    ):
        session().add(wrong)
        with pytest.raises(sa.exc.IntegrityError):
            session().flush()
        session().rollback()


def test_moments_are_aware(inside: World, any_database: str) -> None:
    found = session().scalars(sa.select(SignIn)).first()
    assert found is not None and found.expires_at.utcoffset() == timedelta(0)
    with pytest.raises(sa.exc.StatementError):
        session().execute(sa.update(SignIn).values(ended_at=now().replace(tzinfo=None)))
