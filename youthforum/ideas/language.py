"""Which of a forum's languages a short text is written in."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from py3langid.langid import MODEL_FILE, LanguageIdentifier

_CYRILLIC_LETTER = re.compile(r"[\u0400-\u04ff]")
_LETTER = re.compile(r"[^\W\d_]")
_CYRILLIC_LANGUAGES = {"ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn"}


@cache
def _identifier() -> Any:
    return LanguageIdentifier.from_model_file(MODEL_FILE)


def load_model() -> None:
    """Load it now: a hall's first posts come together, and each of their threads would load one of its own."""
    _identifier()


# Fewer letters than this say little: “Super!” is what the person who writes it usually speaks.
TELLING = 16


def detect(text: str, candidates: list[str], usual: str | None = None) -> str:
    """The most likely of `candidates` (ISO 639-1 codes, at least one), by script first, then by py3langid. A text of a
    few letters is taken to be in the `usual` language of its author, where that has the script.

    The first use loads a model for about 0.3 s, a later one takes about 1 ms: call through blocking().
    """
    letters = len(_LETTER.findall(text))
    cyrillic = len(_CYRILLIC_LETTER.findall(text)) * 2 > letters > 0
    likely = [code for code in candidates if (code in _CYRILLIC_LANGUAGES) == cyrillic] or candidates
    if len(likely) == 1:
        return likely[0]
    if usual in likely and letters < TELLING:
        return usual
    if not letters:
        return likely[0]
    ranked = [code for code, _ in _identifier().rank(text) if code in likely]
    return ranked[0] if ranked else likely[0]
