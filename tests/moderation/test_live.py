"""That something was reported reaches those who moderate the forum, on every device, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.client import Client
from tests.live.hall import Hall


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder: Path = tmp_path_factory.mktemp("reports")
    opened = Hall.open(folder / "instance", mode="eventlet")
    with opened.server:
        yield opened
        assert "Traceback" not in opened.server.log, opened.server.log[-6000:]


def in_step(client: Client) -> None:
    """After this, whatever was sent before has arrived."""
    client.call("unwatch", {"channel": "board:999999"})


def test_whoever_moderates_hears_that_there_is_something_to_look_at(hall: Hall) -> None:
    board, forum = hall.board(), hall.world.forums["here"]
    with (
        hall.client("ann") as ann,
        hall.client("ben") as reporter,
        hall.client("max") as laptop,
        hall.client("max") as phone,
        hall.client("olga") as olga,
        hall.client("obi") as observer,
        hall.client("otto") as elsewhere,
    ):
        idea = hall.idea(ann, board, "Zebra words")
        made = reporter.ok("report:content", kind="idea", id=idea, category="unkind", text="It hurts")
        for moderator in (laptop, phone, olga):
            moderator.wait_for(lambda it: it.heard("reports"))
        olga.ok("report:settle", report=made["report"], outcome="Talked")
        for moderator in (laptop, phone, olga):
            moderator.wait_for(lambda it: len(it.heard("reports")) == 2)
            # Where to look, never what there is to see.
            assert moderator.heard("reports") == [{"forum": forum}] * 2
        for other in (ann, reporter, observer, elsewhere):
            in_step(other)
            assert other.heard("reports") == []
