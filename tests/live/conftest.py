"""One server per engine for the tests of this folder that don't stop, flood or kill it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.hall import Hall

GREEN = pytest.param("eventlet", marks=pytest.mark.xdist_group("hall-eventlet"))
THREADED = pytest.param("threading", marks=pytest.mark.xdist_group("hall-threading"))


@pytest.fixture(scope="session", params=[GREEN, THREADED])
def hall(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A server under load of nobody, with its world; in each of the two engines."""
    opened = Hall.open(tmp_path_factory.mktemp(request.param) / "instance", mode=request.param)
    with opened.server:
        yield opened
        assert "Traceback" not in opened.server.log, opened.server.log[-6000:]
