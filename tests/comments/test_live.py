"""Threads over real sockets: who hears what, and who must not."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.client import Client
from tests.live.hall import Hall, said


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder: Path = tmp_path_factory.mktemp("threads")
    opened = Hall.open(folder / "instance", mode="eventlet")
    with opened.server:
        yield opened
        assert "Traceback" not in opened.server.log, opened.server.log[-6000:]


def say(client: Client, idea: int, text: str, **more: Any) -> dict[str, Any]:
    answer = client.ok("comment:post", key=str(uuid.uuid4()), idea=idea, text=text, language="en", **more)
    comment: dict[str, Any] = answer["comment"]
    return comment


def test_the_board_names_the_thread_that_the_first_comment_began(hall: Hall) -> None:
    board = hall.board()
    with hall.client("ann") as ann, hall.client("ben") as ben:
        idea = hall.idea(ann, board)
        ben.watch(f"board:{board}")
        comment = say(ann, idea, "Zebra words")
        change = ben.wait_for(lambda it: [c for c in it.changes(f"board:{board}") if c["type"] == "idea.discussed"])[0]
        assert change["data"] == {"idea": idea, "thread": comment["thread"]}
        assert f"/ideas/{idea}" in change["html"] and "Zebra" not in change["html"]
        caught_up = ben.watch(f"thread:{comment['thread']}", 0)
        assert [c["type"] for c in caught_up["changes"]] == ["comment.posted"]
        assert "Zebra words" in caught_up["changes"][0]["html"] and caught_up["own"] == []
        assert ann.watch(f"thread:{comment['thread']}", 1)["own"] == [comment["id"]]


def test_an_outsider_hears_and_does_nothing(hall: Hall) -> None:
    board = hall.board()
    with hall.client("ann") as ann, hall.client("tom") as tom:
        idea = hall.idea(ann, board)
        comment = say(ann, idea, "For us alone")
        for event, payload in (
            ("watch", {"channel": f"thread:{comment['thread']}", "after": 0}),
            ("comment:post", {"key": str(uuid.uuid4()), "idea": idea, "text": "Let me in"}),
            ("comment:edit", {"comment": comment["id"], "text": "Mine", "base": 1}),
            ("comment:withdraw", {"comment": comment["id"]}),
            ("comment:hide", {"comment": comment["id"], "reason": "x"}),
            ("report:content", {"kind": "comment", "id": comment["id"], "category": "unkind"}),
        ):
            assert tom.refusal(event, **payload)["code"] == "not_found", event
        say(ann, idea, "More for us alone")
        tom.call("unwatch", {"channel": "board:999999"})
        assert "for us alone" not in said(tom.received).lower()


def test_hidden_words_reach_moderators_only(hall: Hall) -> None:
    board = hall.board()
    with hall.client("ann") as ann, hall.client("cat") as cat, hall.client("max") as moderator:
        idea = hall.idea(ann, board)
        comment = say(ann, idea, "Zebra words")
        channel = f"thread:{comment['thread']}"
        for client in (ann, cat, moderator):
            client.watch(channel)
        moderator.ok("comment:hide", comment=comment["id"], reason="Giraffe reason")
        changes = {client: client.wait_for(lambda it: it.changes(channel))[0] for client in (ann, cat, moderator)}
        assert {change["type"] for change in changes.values()} == {"comment.hidden"}
        assert "Zebra" in changes[moderator]["html"] and "Giraffe" in changes[moderator]["html"]
        for client in (ann, cat):
            assert "html" not in changes[client]
            assert "Zebra" not in said(client.watch(channel, 0)["changes"])
        own = hall.ask("ann", "GET", f"/ideas/{idea}/comments")["comments"]
        assert [(one["text"], one["reason"]) for one in own] == [("Zebra words", "Giraffe reason")]
        assert hall.ask("cat", "GET", f"/ideas/{idea}/comments")["comments"] == []
        moderator.ok("comment:restore", comment=comment["id"])
        shown = cat.wait_for(lambda it: it.changes(channel)[1:])[0]
        assert "Zebra" in shown["html"] and "Giraffe" not in shown["html"]


def test_a_withdrawn_comment_goes_and_stays_blank_where_it_was_answered(hall: Hall) -> None:
    board = hall.board()
    with hall.client("ann") as ann, hall.client("ben") as ben, hall.client("max") as moderator:
        idea = hall.idea(ann, board)
        comment = say(ann, idea, "Zebra words")
        channel = f"thread:{comment['thread']}"
        answer = say(ben, idea, "Giraffe answer", parent=comment["id"])
        at = {client: client.watch(channel) for client in (ben, moderator)}
        ann.ok("comment:withdraw", comment=comment["id"])
        for client in at:
            html = client.wait_for(lambda it: it.changes(channel))[0]["html"]
            assert "Zebra" not in html and "Giraffe" in html and f'id="comment-{comment["id"]}"' in html
        ben.ok("comment:withdraw", comment=answer["id"])
        for client in at:
            assert "html" not in client.wait_for(lambda it: it.changes(channel)[1:])[0]


def test_nobody_hears_more_of_an_idea_that_was_hidden(hall: Hall) -> None:
    board = hall.board()
    with hall.client("ann") as ann, hall.client("cat") as cat, hall.client("max") as moderator:
        idea = hall.idea(ann, board)
        comment = say(ann, idea, "Zebra words")
        channel = f"thread:{comment['thread']}"
        cat.watch(channel)
        moderator.ok("idea:hide", idea=idea, reason="x")
        moderator.ok("comment:resolve", comment=comment["id"], resolved=True)
        assert "html" not in cat.wait_for(lambda it: it.changes(channel))[0]
        assert cat.refusal("watch", channel=channel, after=0)["code"] == "not_found"
