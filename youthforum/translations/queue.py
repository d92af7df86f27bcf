"""The queue of a language shows ideas and comments itself; domains above add what else waits, with links to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from youthforum.core.errors import Words
from youthforum.forums.models import Member


@dataclass(frozen=True)
class Link:
    """One thing that waits elsewhere: its words, the language they are in, and the path where it is translated."""

    words: str
    language: str
    url: str


Waiting = Callable[[Member, str], list[Link]]

ELSEWHERE: list[tuple[Words, Waiting]] = []


def waiting(heading: Words) -> Callable[[Waiting], Waiting]:
    """Register `function(member, language) -> links` below this heading (lazily translated); at most 50 are shown."""

    def add(function: Waiting) -> Waiting:
        ELSEWHERE.append((heading, function))
        return function

    return add


def elsewhere(member: Member, language: str) -> list[tuple[str, list[Link]]]:
    """What else waits for this language: headings with their links, without empty ones."""
    found = [(str(heading), function(member, language)[:50]) for heading, function in ELSEWHERE]
    return [(heading, links) for heading, links in found if links]
