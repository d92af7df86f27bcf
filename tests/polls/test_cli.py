"""`flask poll …`, and an export of a real poll in the hands of the standalone verifier."""

from __future__ import annotations

import copy
import json
import random
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.polls.booth import APPROVAL, RANKING, SCORE, YES_NO, cast, close, crowd, deciding, opened, prepare
from tests.world import World
from youthforum.core.db import release
from youthforum.polls import queries

SCRIPT = Path(__file__).parents[2] / "tools" / "verify_poll.py"


@pytest.fixture
def deciders(inside: World) -> World:
    return deciding(inside)


def run(world: World, *arguments: object) -> tuple[int, str]:
    assert world.app is not None
    release()  # SQLite has one connection
    done = world.app.test_cli_runner().invoke(args=["poll", *map(str, arguments)])
    return done.exit_code, done.output


def verified(file: Path, *arguments: str) -> tuple[int, str]:
    """By the script alone, as somebody far away runs it."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", SCRIPT, file, *arguments], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def test_polls_are_listed_shown_and_exported(deciders: World, tmp_path: Path) -> None:
    first, second = prepare(deciders), opened(deciders, **YES_NO, quorum={"share": "1/2"})
    receipt = cast(deciders, "anna", second, {"a": "yes"})["receipt"]
    code, said = run(deciders, "list", "bridges")
    assert code == 0 and said.splitlines()[0].split()[:3] == [str(second), "open", "yes_no"]
    assert "prepared" in said and str(first) in said
    code, said = run(deciders, "show", second)
    assert code == 0 and "share 1/2" in said and "0 of 4" in said and "opened" in said
    assert run(deciders, "export", second)[0] == 1
    close(deciders, second)
    out = tmp_path / "poll.json"
    assert run(deciders, "export", second, "--out", out)[0] == 0
    head = json.loads(out.read_text("utf-8"))["head"]
    assert head in run(deciders, "show", second)[1]
    assert verified(out, "--head", head, "--code", receipt)[0] == 0
    assert run(deciders, "verify", out, "--head", head, "--code", receipt)[0] == 0
    assert run(deciders, "verify", out, "--code", "A" * 20)[0] == 1
    assert verified(out, "--head", "0" * 64)[0] == 1
    for wrong in (["show", 99], ["export", 0], ["list", "nowhere"]):
        assert run(deciders, *wrong)[0] == 1


KINDS = [
    (YES_NO | {"majority": {"threshold": "two_thirds", "base": "decided", "within": "each_country"}}, "yes_no"),
    (APPROVAL, "approval"),
    (SCORE, "score"),
    (RANKING, "ranking"),
]


def some_choice(method: str, chance: random.Random) -> Any:
    if method == "yes_no":
        return {key: chance.choice(["yes", "no", "abstain"]) for key in "abc"}
    if method == "score":
        return {key: chance.randint(0, 5) for key in "abc"}
    return chance.sample("abc", chance.randint(0, 3))


@pytest.mark.parametrize("secret", [True, False])
@pytest.mark.parametrize(("kind", "method"), KINDS, ids=[method for _, method in KINDS])
def test_every_change_of_an_export_is_found(deciders: World, kind: dict[str, Any], method: str, secret: bool) -> None:
    """Each ballot, receipt and line of the protocol: altered, left out, or there twice."""
    verify = runpy.run_path(str(SCRIPT))["verify"]
    chance = random.Random(f"{method} {secret}")
    number = opened(deciders, **kind, secret=secret)
    names = ["anna", "boris", "chris"]
    for name in names:
        cast(deciders, name, number, some_choice(method, chance))
    file = json.loads(json.dumps(queries.export(close(deciders, number))))
    assert verify(file, lambda _line: None, head=file["head"])
    tried = 0
    for part in ("ballots", "receipts", "protocol"):
        for at in range(len(file[part])):
            for changed in changes(file, part, at):
                tried += 1
                assert changed != file
                assert not verify(changed, lambda _line: None), (part, at)
    assert tried >= 3 * 10


def another(choice: Any) -> Any:
    """A choice that is as valid and not the same."""
    if isinstance(choice, list):
        return ["c"] if choice == ["b"] else ["b"]
    first = choice["a"]
    return choice | {"a": (first + 1) % 6 if isinstance(first, int) else "no" if first == "yes" else "yes"}


def changes(file: dict[str, Any], part: str, at: int) -> list[dict[str, Any]]:
    def changed(change: Any) -> dict[str, Any]:
        other = copy.deepcopy(file)
        change(other[part])
        return other

    def alter(entries: list[Any]) -> None:
        if part == "receipts":
            entries[at] = "A" * 20
        elif part == "protocol":
            entries[at]["data"] = dict(entries[at]["data"], at="2020-01-01T00:00:00.000Z")
        else:
            entries[at]["choice"] = another(entries[at]["choice"])

    return [
        changed(alter),
        changed(lambda entries: entries.pop(at)),
        changed(lambda entries: entries.insert(at, copy.deepcopy(entries[at]))),
        changed(lambda entries: entries.append(copy.deepcopy(entries[at]))),
    ]


def test_a_crowd_s_poll_is_counted_again_far_away(deciders: World, tmp_path: Path) -> None:
    chance = random.Random(3)
    names = crowd(deciders, {"essen": 12, "perm": 9, None: 3})
    for kind, method in KINDS:
        number = opened(deciders, **kind)
        for name in names:
            cast(deciders, name, number, some_choice(method, chance))
        close(deciders, number)
        out = tmp_path / f"{method}.json"
        assert run(deciders, "export", number, "--out", out)[0] == 0
        code, said = verified(out)
        assert code == 0, said
