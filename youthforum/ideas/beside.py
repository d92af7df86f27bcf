"""What stands beside an idea without being part of it: how much is said about it, and what was made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from youthforum.core.text import Text


@dataclass(frozen=True)
class Link:
    """Something made from an idea. `kind` is what it is (`proposal`), `url` the path of its page."""

    title: Text
    url: str
    kind: str


@dataclass
class Beside:
    """Of one idea."""

    comments: int = 0
    links: list[Link] = field(default_factory=list)


Links = Callable[[list[int]], dict[int, list[Link]]]
Counts = Callable[[list[int]], dict[int, int]]

_LINKS: list[Links] = []
_COUNTS: list[Counts] = []


def beside_ideas(function: Links) -> Links:
    """Register `function(idea ids) -> {idea id: [Link]}`; asked once for a whole page of cards."""
    _LINKS.append(function)
    return function


def counting_comments(function: Counts) -> Counts:
    """Register `function(idea ids) -> {idea id: comments}`; asked once for a whole page of cards."""
    _COUNTS.append(function)
    return function


def beside(ideas: Iterable[int]) -> dict[int, Beside]:
    """What stands beside each of these ideas; ideas with nothing beside them are left out.

    Links that not everybody may see are the registered functions' business: what they give goes to everybody.
    """
    asked = list(ideas)
    found: dict[int, Beside] = {}
    if not asked:
        return found
    for count in _COUNTS:
        for idea, number in count(asked).items():
            found.setdefault(idea, Beside()).comments += number
    for links in _LINKS:
        for idea, more in links(asked).items():
            found.setdefault(idea, Beside()).links.extend(more)
    return found
