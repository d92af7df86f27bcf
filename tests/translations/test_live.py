"""Translations and notices over real sockets, in both engines: who hears, who does not, and that nobody waits."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest

from tests.live.client import Client
from tests.live.hall import Hall, said
from tests.translations.conftest import Translator


@pytest.fixture(scope="module")
def machine() -> Iterator[Translator]:
    server = Translator()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module", params=["eventlet", "threading"])
def hall(
    request: pytest.FixtureRequest, machine: Translator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hall]:
    """A server that has the little translator."""
    folder = tmp_path_factory.mktemp(f"translated-{request.param}") / "instance"
    opened = Hall.open(folder, mode=request.param, TRANSLATION_URL=machine.url)
    with opened.server:
        yield opened
        assert "Traceback" not in opened.server.log, opened.server.log[-6000:]


def in_step(client: Client) -> None:
    """After this, whatever was sent before has arrived."""
    client.call("unwatch", {"channel": "board:999999"})


def test_a_translation_is_drawn_where_it_is_read(hall: Hall) -> None:
    board = hall.board()
    with hall.client("ann") as ann, hall.client("ben") as ben, hall.client("cat") as cat, hall.client("tom") as tom:
        idea = hall.idea(cat, board, "A bridge of letters")
        for one in (ann, ben, cat):
            one.watch(f"board:{board}")
        ann.ok("translation:write", idea=idea, language="ru", text="Мост из писем")
        for one in (ann, ben, cat):
            one.wait_for(lambda it: [c for c in it.changes() if c["type"] == "idea.translated"])
        (told,) = [c for c in ben.changes() if c["type"] == "idea.translated"]
        assert told["data"] == {"idea": idea, "language": "ru"} and "Мост из писем" in told["html"]
        for other in (ann, cat):
            (told,) = [c for c in other.changes() if c["type"] == "idea.translated"]
            assert "html" not in told
        assert tom.refusal("translation:write", idea=idea, language="ru", text="x")["code"] == "not_found"
        assert ann.refusal("translation:write", idea=idea, language="en", text="x")["field"] == "language"
        cat.ok("idea:withdraw", idea=idea)
        ben.wait_for(lambda it: [c for c in it.changes() if c["type"] == "idea.withdrawn"])
        withdrawn = [c for c in ben.changes() if c["type"] == "idea.withdrawn"]
        assert "Мост" not in said(withdrawn)
        again = ben.ok("watch", channel=f"board:{board}", after=0)
        assert "Мост" not in said([again])
        in_step(tom)
        assert tom.heard("change", "notices") == []


def test_whoever_wished_hears_of_it_on_all_devices_and_nobody_else(hall: Hall) -> None:
    board, forum = hall.board(), hall.world.forums["here"]
    with hall.client("ben") as ben, hall.client("ben") as phone, hall.client("cat") as cat, hall.client("ann") as ann:
        idea = hall.idea(cat, board, "Letters")
        assert ben.ok("translation:wish", idea=idea, language="ru")["wishes"] == 1
        ann.ok("translation:write", idea=idea, language="ru", text="Письма")
        for device in (ben, phone):
            device.wait_for(lambda it: it.heard("notices"))
            assert device.heard("notices")[-1]["forum"] == forum
        waiting = ben.heard("notices")[-1]["unread"]
        assert waiting >= 1
        (newest, *_) = hall.ask("ben", "GET", "/forums/here/notices")["notices"]
        assert "Письма" in newest["words"]
        assert ben.ok("notice:read", forum=forum, up_to=newest["id"])["unread"] == 0
        phone.wait_for(lambda it: it.heard("notices")[-1]["unread"] == 0)
        in_step(cat)
        in_step(ann)
        assert cat.heard("notices") == ann.heard("notices") == []


def test_while_the_machine_thinks_everybody_goes_on(hall: Hall, machine: Translator) -> None:
    board = hall.board()
    try:
        status, body = hall.server.ask("GET", "/api/v1/forums/here", None, token=hall.world.tokens["olga"])
        assert status == 200 and body["forum"]["languages"]
        hall.browser("olga").fill("/f/here/settings", "/f/here/translate/machine", allowed="yes")
        with hall.client("ben") as ben, hall.client("cat") as cat:
            idea = hall.idea(cat, board, "Slow letters")
            machine.go.clear()
            machine.mood = "slow"
            number = ben.post("translation:suggest", {"idea": idea, "language": "ru"})
            before = machine.answered
            for count in range(20):
                hall.idea(cat, board, f"Quick {count}")
            assert machine.answered == before, "everybody waited for the machine"
            machine.go.set()
            answer = ben.answer(number)
            assert answer["ok"] and answer["translation"]["text"] == "[ru] Slow letters", json.dumps(answer)
            assert answer["translation"]["machine"] is True
            machine.mood = "refuses"
            other = hall.idea(cat, board, "Refused letters")
            assert ben.refusal("translation:suggest", idea=other, language="ru")["code"] == "unavailable"
    finally:
        machine.mood = "well"
