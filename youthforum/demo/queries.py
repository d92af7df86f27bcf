"""What is known of the demo forum: kept in instance/demo.json, readable by the owner only."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Account:
    email: str
    password: str


@dataclass(frozen=True)
class Demo:
    """How to get into the demo forum; `board` is a board of dots with voting open."""

    forum: str
    join_code: str
    board: int
    moderator: Account
    organiser: Account


def kept(instance: str) -> Demo | None:
    """The demo of this installation, if it has one."""
    file = Path(instance) / "demo.json"
    if not file.exists():
        return None
    found = json.loads(file.read_text("utf-8"))
    return Demo(**found | {role: Account(**found[role]) for role in ("moderator", "organiser")})


def keep(instance: str, demo: Demo) -> None:
    file = Path(instance) / "demo.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(as_json(demo))


def as_json(demo: Demo) -> str:
    return json.dumps(asdict(demo), indent=2) + "\n"
