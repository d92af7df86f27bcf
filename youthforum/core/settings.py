"""The settings and the machinery of the present app, for those who know no Flask."""

from __future__ import annotations

from typing import Any

from flask import current_app

from config import Settings


def settings() -> Settings:
    return current_app.config["SETTINGS"]


def machinery(name: str) -> Any:
    """What create_app put together under this name, e.g. "tallies"."""
    return current_app.extensions[name]
