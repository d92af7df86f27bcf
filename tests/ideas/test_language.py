"""In which language something is written: by its script, by its words, and where these are few, by who writes it."""

from __future__ import annotations

import pytest

from youthforum.ideas.language import detect

FORUM = ["de", "ru", "en"]


@pytest.mark.parametrize(
    ("text", "usual", "expected"),
    [
        ("Wir brauchen ein Radio für beide Städte", "en", "de"),
        ("We need a radio station for both of our cities", "de", "en"),
        ("Нужно радио для двух городов", "de", "ru"),
        ("Answer me", "en", "en"),
        ("Super!", "de", "de"),
        ("Да", "de", "ru"),  # the script says more than the habit
        ("👍", "en", "en"),
        ("👍", "fr", "de"),  # the forum's first
    ],
)
def test_language(text: str, usual: str, expected: str) -> None:
    assert detect(text, FORUM, usual) == expected
