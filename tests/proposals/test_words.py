"""Searching finds the word forms that people really type."""

from __future__ import annotations

import pytest

from youthforum.proposals.words import INSIDE_FROM, LONGEST, MOST_ASKED, MOST_WORDS, query_words, words_of


def found(query: str, text: str) -> bool:
    """As the database is asked: each word looked for, by any of its forms, whole or (when long enough) inside."""
    words = words_of(text)
    return all(
        any(form in words or (len(form) >= INSIDE_FROM and any(form in word for word in words)) for form in forms)
        for forms in query_words(query)
    )


# Each word finds each other one of its line.
SAME = [
    "Stadt Städte Städten Stadt",
    "Jugendliche Jugendlichen Jugend",
    "Straße Strasse STRASSE Straßen",
    "Osnabrück Osnabruck OSNABRÜCK Osnabru\u0308ck",
    "Treffen treffen Treffens",
    "Erinnerung Erinnerungen",
    "Schüler Schülerinnen Schule Schulen",
    "Freundschaft Freundschaften",
    "Azubi Azubis",
    "Tandem Tandems",
    "Rathaus Rathäuser Rathäusern",
    "exchange exchanges Exchange",
    "city cities",
    "library libraries",
    "обмен обмены обменов обменами обмену Обмен",
    "город города городов городе городами",
    "молодёжь молодежь молодежи МОЛОДЁЖЬ",
    "прогулка прогулки прогулок прогулке",
    "рисунок рисунки рисунков",
    "открытка открытки открыток",
    "участник участники участников",
    "встреча встречи встреч встрече",
    "память памяти",
    "2027",
]


@pytest.mark.parametrize("forms", SAME)
def test_forms_of_one_word_find_each_other(forms: str) -> None:
    for typed in forms.split():
        for written in forms.split():
            assert found(typed, f"vorher, {written}. Nachher"), (typed, written)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("Austausch", "Ein Jugendaustausch im Netz"),
        ("Städte", "Junge Leute aus Partnerstädten"),
        ("Spaziergänge", "Der Erinnerungsspaziergang mit AR"),
        ("молодёжь", "Совет молодёжных инициатив"),
        ("podcast", "Tandem-Podcast für zwei"),
        ("der Podcast über die Stadt", "Podcast aus jeder Stadt"),
        ("QR", "Über einen QR-Code kann man antworten"),
        ("подкаст Пермь", "Из Перми в Дуйсбург: подкасты"),
    ],
)
def test_what_people_type_is_found(query: str, text: str) -> None:
    assert found(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("Stadt Land", "Nur eine Stadt"),
        ("bus", "Bauhaus und Kubus"),  # too short to stand inside another word
        ("обмен", "прогулка по городу"),
        ("Jugendaustausch", "Austausch"),
        ("17", "1712"),
    ],
)
def test_what_is_not_there_is_not_found(query: str, text: str) -> None:
    assert not found(query, text)


def test_words_of_every_text_are_left_out_but_not_their_twins_in_another_language() -> None:
    assert query_words("und the для der и — !") == []
    assert words_of("Wir sind die, und the, чтобы с нами") == set()
    assert words_of("talking about war") >= {"war"}


def test_a_latin_word_is_kept_as_german_and_as_english() -> None:
    assert query_words("libraries") == [{"librari"}] and query_words("meetings")[0] >= {"meet"}
    assert {"jugend", "jugendlichen"} == query_words("Jugendlichen")[0]


def test_sizes_are_bounded_and_forms_are_safe_for_a_pattern() -> None:
    assert max(map(len, words_of("ä" * 500 + " " + "я" * 500 + " " + "7" * 500))) <= LONGEST
    many = " ".join(f"wort{number}" for number in range(MOST_WORDS + 500))
    assert len(words_of(many)) == MOST_WORDS
    assert len(query_words(many)) == MOST_ASKED
    assert all(form.isalnum() for form in words_of("100 % der_die O'Neil's <b>fett</b> \\ 漢字 \x00"))


def test_what_was_found_cannot_be_changed_for_the_next_one() -> None:
    query_words("Stadt")[0].clear()
    assert query_words("Stadt") == [{"stadt"}]
