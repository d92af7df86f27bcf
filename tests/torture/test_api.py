"""The JSON API under schemathesis: whatever its own document allows, and more, is answered without a 5xx."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

from tests.serving.world import World, an_app, world_in

PLACES = {"board": "boards", "idea": "ideas", "column": "columns"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, World]]:
    folder: Path = tmp_path_factory.mktemp("api") / "instance"
    world = world_in(folder)
    app = an_app(folder)
    app.testing = False
    yield app, world
    app.extensions["engine"].dispose()


def storm(served: tuple[Flask, World], examples: int) -> int:
    """Call every operation so many times as a participant and as an organiser: how many calls there were."""
    app, world = served
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    schema.config.generation.modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    calls = 0
    how = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        derandomize=os.environ.get("TORTURE") != "1",
        suppress_health_check=list(HealthCheck),
    )
    for result in schema.get_all_operations():
        operation = result.ok()

        @how
        @given_cases_of(operation)
        def check(case: Any) -> None:
            nonlocal calls
            calls += 1
            who = ("ann", "olga", "")[calls % 3]
            for name in case.path_parameters or {}:
                if name in PLACES and calls % 2:  # half of the calls concern something that is there
                    there = [one for ids in getattr(world, PLACES[name]).values() for one in _flat(ids)]
                    case.path_parameters[name] = there[calls % len(there)]
            headers = {"Authorization": f"Bearer {world.tokens[who]}"} if who else {}
            response = case.call(headers=headers)
            assert response.status_code < 500, (case.operation.label, case.body, case.path_parameters, response.text)
            if response.status_code >= 400:
                error = response.json()["error"]
                assert error["code"] not in ("internal", "unavailable") and error["message"]
            else:
                response.json()

        check()
    return calls


def _flat(ids: Any) -> list[int]:
    return list(ids) if isinstance(ids, list) else [ids]


def given_cases_of(operation: Any) -> Any:
    """Cases of an operation, made by Hypothesis."""
    return given(case=operation.as_strategy())


def test_no_call_is_answered_by_an_error_of_ours(served: tuple[Flask, World]):
    assert storm(served, 8) > 100


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/join", {"\ud800": 1}),
        ("/join", {"code": "\ud800"}),
        ("/boards/1/ideas", {"key": "\ud800", "text": "x"}),
        ("/boards/1/ideas", {"\ud800": "x", "text": "x"}),
        ("/ideas/1/language", {"language": "\ud800"}),
        ("/forums/1/phase", {"phase": "\x00"}),
        ("/ideas/99999999999999999999/dots", {"dots": 1}),
        ("/boards/2147483648/ideas", {"text": "x", "key": "0b3f0f6e-6a0e-4f0e-9b7e-2f6f0f8c4a11"}),
    ],
)
def test_odd_characters_and_numbers_are_refused(served: tuple[Flask, World], path: str, body: Any):
    app, world = served
    headers = {"Authorization": f"Bearer {world.tokens['ann']}", "Content-Type": "application/json"}
    answer = app.test_client().post("/api/v1" + path, data=json.dumps(body), headers=headers)
    assert 400 <= answer.status_code < 500 and answer.get_json()["error"]["message"], answer.data


@pytest.mark.parametrize("delegation", ["\ud800", "\x00", 10**30, -1, "9" * 50, "x" * 5000, "²"])
def test_an_odd_delegation_is_refused(served: tuple[Flask, World], delegation: Any):
    app, world = served
    body = {"code": world.codes["here"], "name": "A", "delegation": delegation, "language": "de"}
    data = json.dumps(body | {"age_band": "14-15", "accept_rules": True})
    answer = app.test_client().post("/api/v1/join", data=data, content_type="application/json")
    assert 400 <= answer.status_code < 500 and answer.get_json()["error"]["message"], answer.data


@pytest.mark.torture
@pytest.mark.timeout(3000)
def test_no_call_is_answered_by_an_error_of_ours_for_long(served: tuple[Flask, World]):
    print(storm(served, 400), "calls")
