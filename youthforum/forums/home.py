"""What a forum shows at its entrance. Each domain adds what it has: boards, later proposals, polls and so on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from youthforum.forums.models import Member

PAGE_PARTS: list[Callable[[Member], dict[str, Any]]] = []
SETTINGS_PARTS: list[Callable[[Member], dict[str, Any]]] = []
API_PARTS: list[Callable[[Member], dict[str, Any]]] = []
SENTENCES: dict[str, Callable[[Any, int], Any]] = {}


def on_home(function: Callable[[Member], dict[str, Any]]) -> Callable[[Member], dict[str, Any]]:
    """Register template variables of the forum's home page."""
    PAGE_PARTS.append(function)
    return function


def on_settings(function: Callable[[Member], dict[str, Any]]) -> Callable[[Member], dict[str, Any]]:
    """Register template variables of the forum's settings page."""
    SETTINGS_PARTS.append(function)
    return function


def in_listing(function: Callable[[Member], dict[str, Any]]) -> Callable[[Member], dict[str, Any]]:
    """Register keys of `GET /api/v1/forums/<slug>`."""
    API_PARTS.append(function)
    return function


def sentence(*types: str) -> Any:
    """Register how an activity of these types is told: `function(newest activity, how many in a row)
    -> words, or None to leave them out`."""

    def add(function: Any) -> Any:
        SENTENCES.update(dict.fromkeys(types, function))
        return function

    return add
