"""Who must not hear it: outsiders, members where moderators hear, everybody who has signed out or was sent away."""

from __future__ import annotations

import socket
import time
import uuid
from typing import Any

import pytest
import websocket

from tests.live.client import Client
from tests.live.hall import Hall, said
from tests.serving.server import Browser

CUT_WITHIN = 2.0


def silent(client: Client) -> list[Any]:
    """What a client has heard, after a round trip that gives everything sent before the time to arrive."""
    client.call("unwatch", {"channel": "board:999999"})
    return client.heard("change", "tally", "presence")


# Who is outside -----------------------------------------------------------------------------------------------


def test_an_outsider_neither_watches_nor_reads_nor_writes(hall: Hall):
    board, forum = hall.board(), hall.world.forums["here"]
    with hall.client("ann") as ann, hall.client("tom") as tom, hall.client("otto") as otto:
        idea = hall.idea(ann, board, "For us alone")
        cluster = hall.ask("olga", "POST", f"/boards/{board}/clusters", {"name": "Ours", "ideas": [idea]})
        column = hall.columns(board)[0]
        ann.watch(f"board:{board}")
        attempts = [
            ("watch", {"channel": f"board:{board}", "after": None}),
            ("watch", {"channel": f"forum:{forum}", "after": 0}),
            ("here", {"channel": f"board:{board}", "writing": True}),
            ("idea:post", {"key": str(uuid.uuid4()), "board": board, "text": "Let me in"}),
            ("idea:edit", {"idea": idea, "text": "Mine now", "base": 1}),
            ("idea:language", {"idea": idea, "language": "ru"}),
            ("idea:withdraw", {"idea": idea}),
            ("idea:return", {"idea": idea}),
            ("idea:move", {"idea": idea, "column": column}),
            ("idea:hide", {"idea": idea, "reason": "x"}),
            ("idea:restore", {"idea": idea}),
            ("idea:merge", {"idea": idea, "into": idea}),
            ("idea:unmerge", {"idea": idea}),
            ("cluster:make", {"board": board, "name": "x", "ideas": [idea]}),
            ("cluster:name", {"cluster": cluster["cluster"]["id"], "name": "x"}),
            ("cluster:move", {"cluster": cluster["cluster"]["id"], "column": column}),
            ("cluster:dissolve", {"cluster": cluster["cluster"]["id"]}),
            ("vote:dots", {"idea": idea, "dots": 1}),
            ("vote:opinion", {"idea": idea, "opinion": 1}),
            ("board:writing", {"board": board, "open": False}),
            ("board:voting", {"board": board, "open": False}),
            ("board:freeze", {"board": board, "frozen": True}),
            ("forum:phase", {"forum": forum, "phase": "archived"}),
        ]
        for stranger in (tom, otto):
            for event, payload in attempts:
                assert stranger.refusal(event, **payload)["code"] == "not_found", event
        for path in (f"/api/v1/boards/{board}", "/api/v1/forums/here"):
            assert hall.server.ask("GET", path, token=hall.world.tokens["tom"])[0] == 404
        ann.ok("vote:dots", idea=idea, dots=2)
        ann.wait_for(lambda it: it.tally().get(str(idea), {}).get("dots") == 2)
        for stranger in (tom, otto):
            assert silent(stranger) == []
            assert "For us alone" not in said(stranger.received)
        assert hall.read("ann", board)["ideas"][0]["text"] == "For us alone"


def test_somebody_who_watches_one_board_hears_nothing_of_another(hall: Hall):
    one, other = hall.board(), hall.board()
    with hall.client("ann") as ann, hall.client("ben") as ben:
        ben.watch(f"board:{one}")
        ann.watch(f"board:{other}")
        hall.idea(ann, other)
        ann.wait_for(lambda it: it.changes() and it.heard("tally"))
        assert [m for m in silent(ben) if m["channel"] != f"board:{one}"] == []


# Moderators' room ---------------------------------------------------------------------------------------------


def test_a_hidden_idea_is_gone_for_members_and_stays_with_its_reason_for_moderators(hall: Hall):
    board = hall.board()
    channel = f"board:{board}"
    with hall.client("ann") as ann, hall.client("cat") as cat, hall.client("max") as moderator:
        idea = hall.idea(ann, board, "Zebra words")
        at = {client: client.watch(channel)["revision"] for client in (ann, cat, moderator)}
        moderator.ok("idea:hide", idea=idea, reason="Giraffe reason")
        changes = {client: client.wait_for(lambda it: it.changes(channel))[0] for client in at}
        assert {change["type"] for change in changes.values()} == {"idea.hidden"}
        assert "Zebra" in changes[moderator]["html"] and "Giraffe" in changes[moderator]["html"]
        for client in (ann, cat):
            assert "html" not in changes[client]
            caught_up = client.watch(channel, at[client] - 1)
            assert "Zebra" not in said(caught_up["changes"]) and "Giraffe" not in said([caught_up])
        assert idea not in [card["id"] for card in hall.read("cat", board)["ideas"]]
        assert [card["state"] for card in hall.read("max", board)["ideas"]] == ["hidden"]
        assert cat.refusal("vote:dots", idea=idea, dots=1)["code"] == "not_found"
        assert ann.refusal("vote:dots", idea=idea, dots=1)["code"] == "hidden"
        assert cat.refusal("idea:hide", idea=idea, reason="x")["code"] == "not_found"
        moderator.ok("idea:restore", idea=idea)
        shown = cat.wait_for(lambda it: it.changes(channel)[1:])[0]
        assert shown["type"] == "idea.restored" and "Zebra" in shown["html"] and "Giraffe" not in shown["html"]


def test_what_a_card_absorbed_is_taken_apart_before_it_is_hidden(hall: Hall):
    """Else its words would stay on the other card."""
    board = hall.board()
    channel = f"board:{board}"
    with hall.client("ann") as ann, hall.client("cat") as cat, hall.client("max") as moderator:
        part, root = hall.idea(ann, board, "Zebra words"), hall.idea(ann, board, "The card")
        moderator.ok("idea:merge", idea=part, into=root)
        assert moderator.refusal("idea:hide", idea=part, reason="Giraffe reason")["code"] == "merged"
        moderator.ok("idea:unmerge", idea=part)
        at = cat.watch(channel)["revision"]
        moderator.ok("idea:hide", idea=part, reason="Giraffe reason")
        assert moderator.refusal("idea:merge", idea=part, into=root)["code"] == "hidden"
        ann.ok("idea:edit", idea=root, text="The card, edited", base=1)
        heard = cat.wait_for(lambda it: it.changes(channel)[1:] and it.changes(channel))
        assert "The card, edited" in said(heard) and "Zebra" not in said(heard)
        assert "Zebra" not in said(cat.watch(channel, at)["changes"])


def test_where_authors_are_hidden_nobody_is_told_who_wrote_it(hall: Hall):
    board = hall.board(show_authors="")
    channel = f"board:{board}"
    with hall.client("ann") as ann, hall.client("cat") as cat, hall.client("max") as moderator:
        for client in (ann, cat, moderator):
            client.watch(channel)
        answer = ann.ok("idea:post", key=str(uuid.uuid4()), board=board, text="Who was it?", language="de")
        assert answer["idea"]["author"] is None and answer["idea"]["delegation"] is None
        heard = [client.wait_for(lambda it: it.changes()) for client in (cat, moderator)]
        read = [hall.read(name, board) for name in ("cat", "max")]
        caught_up = cat.watch(channel, answer["revision"] - 1)
        for text in (said(heard), said(read), said([caught_up])):
            for trace in ("Ann", "Perm", "Пермь", "perm"):
                assert trace not in text
        assert hall.read("cat", board)["own"] == [] and hall.read("ann", board)["own"] == [answer["idea"]["id"]]


# Tallies that wait --------------------------------------------------------------------------------------------


def test_tallies_after_the_own_vote_come_to_nobody_before(hall: Hall):
    board = hall.board(tallies="after_vote")
    channel = f"board:{board}"
    with hall.client("ann") as ann, hall.client("ben") as ben, hall.client("max") as moderator:
        idea = hall.idea(ann, board)
        for client in (ann, ben):
            assert not client.watch(channel).get("tally")
        moderator.watch(channel)
        ann.ok("vote:dots", idea=idea, dots=2)
        ann.wait_for(lambda it: it.tally().get(str(idea), {}).get("dots") == 2)
        moderator.wait_for(lambda it: it.tally().get(str(idea), {}).get("dots") == 2)
        assert ben.heard("tally") == [] and silent(ben) == ben.heard("change", "presence")
        assert not hall.read("ben", board).get("tally") and hall.read("ann", board)["tally"]
        ben.ok("vote:dots", idea=idea, dots=1)
        ben.wait_for(lambda it: it.tally().get(str(idea), {}).get("dots") == 3)


def test_an_opinions_tally_after_the_own_one_is_of_that_idea_alone(hall: Hall):
    board = hall.board(kind="opinions", tallies="after_vote")
    with hall.client("ann") as ann, hall.client("ben") as ben:
        one, two = hall.idea(ann, board), hall.idea(ann, board)
        ann.watch(f"board:{board}")
        ben.watch(f"board:{board}")
        ann.ok("vote:opinion", idea=one, opinion=1)
        ben.ok("vote:opinion", idea=two, opinion=-1)
        ann.wait_for(lambda it: str(one) in it.tally())
        ben.wait_for(lambda it: str(two) in it.tally())
        assert str(two) not in ann.tally() and str(one) not in ben.tally()
        assert set(hall.read("ann", board)["tally"]) == {str(one)}


def test_tallies_after_closing_come_to_nobody_before_and_to_everybody_then(hall: Hall):
    board = hall.board(tallies="after_close")
    channel = f"board:{board}"
    with hall.client("ann") as ann, hall.client("ben") as ben, hall.client("olga") as olga:
        idea = hall.idea(ann, board)
        for client in (ann, ben, olga):
            assert not client.watch(channel).get("tally")
        ann.ok("vote:dots", idea=idea, dots=2)
        hall.idea(ann, board, "so that a round of the post has passed")
        for client in (ann, ben, olga):
            client.wait_for(lambda it: it.changes(channel))
        time.sleep(0.3)  # three rounds of tallies that must not come
        for name, client in (("ann", ann), ("ben", ben), ("olga", olga)):
            silent(client)
            assert client.heard("tally") == [] and not hall.read(name, board).get("tally")
        olga.ok("board:voting", board=board, open=False)
        for client in (ann, ben, olga):
            client.wait_for(lambda it: it.tally().get(str(idea), {}).get("dots") == 2)
        refused = ann.refusal("vote:dots", idea=idea, dots=1)
        assert refused["code"] == "voting_closed"


# Sent away ----------------------------------------------------------------------------------------------------


def test_signing_out_cuts_that_device_and_no_other(hall: Hall):
    browser = hall.browser("cat")
    page = Client(hall.server, cookie=browser.cookie)
    phone = hall.client("cat")
    with page, phone:
        page.watch(f"board:{hall.world.boards['dots']}")
        browser.fill("/account", "/sign-out")
        assert page.wait_closed() < CUT_WITHIN
        assert page.heard("sign-out") == [{"reason": "signed_out"}]
        with pytest.raises(ConnectionError):
            Client(hall.server, cookie=browser.cookie)
        assert phone.watch(f"board:{hall.world.boards['dots']}")["ok"]
    hall._browsers.pop("cat")


def _member(hall: Hall, name: str) -> tuple[int, Client, Client]:
    """Somebody new with two sockets: `(member, socket, socket)`."""
    body = hall.server.join(hall.world.codes["here"], name=name)
    return body["member"]["id"], Client(hall.server, body["token"]), Client(hall.server, body["token"])


def test_a_suspension_cuts_all_sockets_of_that_person_and_no_others(hall: Hall):
    board = hall.board()
    member, one, two = _member(hall, "Rude")
    with one, two, hall.client("ann") as ann:
        for client in (one, two, ann):
            client.watch(f"board:{board}")
        started = time.monotonic()
        hall.browser("olga").fill("/f/here/people", "/f/here/people/suspend", member=member, reason="Rude")
        done = time.monotonic()
        assert one.wait_closed() + two.wait_closed() + (time.monotonic() - done) < CUT_WITHIN + (done - started)
        assert one.heard("sign-out") == two.heard("sign-out") == [{"reason": "suspended"}]
        with Client(hall.server, one.token) as again:  # reading stays possible, taking part does not
            again.watch(f"board:{board}")
            refused = again.refusal("idea:post", key=str(uuid.uuid4()), board=board, text="But I")
            assert refused["code"] == "suspended"
            idea = hall.idea(ann, board)
            assert again.refusal("vote:dots", idea=idea, dots=1)["code"] == "suspended"
        assert ann.closed is False and ann.heard("sign-out") == []


def test_another_role_means_other_rooms(hall: Hall):
    board = hall.board()
    channel = f"board:{board}"
    member, one, two = _member(hall, "Promoted")
    people = hall.browser("olga")
    with one, two, hall.client("ann") as ann, hall.client("max") as moderator:
        idea = hall.idea(ann, board, "Zebra words")
        people.fill("/f/here/people", "/f/here/people/role", member=member, role="moderator")
        assert one.wait_closed() < CUT_WITHIN and one.heard("sign-out") == [{"reason": "role_changed"}]
        with Client(hall.server, one.token) as promoted:
            promoted.watch(channel)
            moderator.ok("idea:hide", idea=idea, reason="x")
            assert "Zebra" in promoted.wait_for(lambda it: it.changes(channel))[0]["html"]
            people.fill("/f/here/people", "/f/here/people/role", member=member, role="participant")
            assert promoted.wait_closed() < CUT_WITHIN
        with Client(hall.server, one.token) as demoted:
            at = demoted.watch(channel)["revision"]
            moderator.ok("idea:language", idea=idea, language="de")
            assert "html" not in demoted.wait_for(lambda it: it.changes(channel))[0]
            assert "Zebra" not in said(demoted.watch(channel, at - 1)["changes"])


def test_a_revoked_token_opens_nothing_and_its_socket_is_cut(hall: Hall):
    token = hall.server.join(hall.world.codes["here"], name="Leaver")["token"]
    own = Browser(hall.server)
    own.headers["Authorization"] = f"Bearer {token}"
    with Client(hall.server, token) as client:
        assert hall.server.ask("GET", "/api/v1/forums/here", token=token)[0] == 200
        own.fill("/account", "/sign-out")
        assert client.wait_closed() < CUT_WITHIN
    with pytest.raises(ConnectionError):
        Client(hall.server, token)
    assert hall.server.ask("GET", "/api/v1/forums/here", token=token)[0] == 401


# Where from ---------------------------------------------------------------------------------------------------


def test_foreign_null_and_look_alike_origins_are_refused(hall: Hall):
    own = hall.server.url
    for origin in (
        "https://evil.example",
        "null",
        own + ".evil.example",
        own + "@evil.example",
        own.replace("http:", "https:"),
        own.replace("127.0.0.1", "localhost"),
        f"http://127.0.0.1:{hall.server.port + 1}",
        own + "/",
        "http://127.0.0.1",
    ):
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            Client(hall.server, hall.world.tokens["ann"], origin=origin)
        assert refused.value.status_code == 403, origin
        status, _ = hall.server.ask("GET", "/socket.io/?EIO=4&transport=polling", Origin=origin)
        assert status == 403, origin
    with Client(hall.server, hall.world.tokens["ann"], origin=own) as ann:
        assert ann.watch(f"board:{hall.world.boards['dots']}")["ok"]


def test_a_half_open_connection_hears_nothing(hall: Hall):
    board = hall.board()
    quiet = Client(hall.server, None, connect=False)  # never says CONNECT
    raw = socket.create_connection(("127.0.0.1", hall.server.port))
    with quiet, hall.client("ann") as ann:
        ann.watch(f"board:{board}")
        hall.idea(ann, board)
        ann.wait_for(lambda it: it.changes() and it.heard("tally"))
        assert quiet.received == []
    raw.close()
