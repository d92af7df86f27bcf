"""Sockets in: who is at the other end, what they ask for, and the acknowledgement they get."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from flask import Flask, current_app
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from prometheus_client import CollectorRegistry, Gauge

from youthforum.core.clock import now
from youthforum.core.errors import (
    DATABASE_ERRORS,
    DomainError,
    Invalid,
    NotFound,
    SlowDown,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from youthforum.core.forms import Form, parse
from youthforum.core.rates import Pace
from youthforum.live import channels
from youthforum.live.broadcast import LOOK_AFTER, Broadcaster, Watcher
from youthforum.live.channels import REACHES_BACK, Audience
from youthforum.live.fanout import Wire
from youthforum.live.hints import Hints
from youthforum.live.intake import INTAKES, Answer

log = structlog.get_logger()

# Generous for a thumb that taps dots, tight for a program: per sign-in, all events together.
EVENTS = Pace("socket-events", "150/10 seconds")
MOST_CHANNELS = 20
# How far the clocks of two processes of one installation may be apart.
CLOCKS_DIFFER = timedelta(seconds=5)


class Identity(Protocol):
    """Who is signed in; people.live provides it. Asked again on every event, since a socket outlives a role."""

    def arrive(self, environ: dict[str, Any], auth: Any) -> tuple[int, int] | None:
        """Sign-in id and person id behind a new connection (bearer token or session cookie), or None."""

    def person(self, sign_in_id: int) -> Any | None:
        """The person behind a sign-in that still holds, or None."""

    def person_by_id(self, person_id: int) -> Any: ...

    def ended_since(self, since: datetime) -> set[int]:
        """Ids of the sign-ins that ended since then, also by another process or at the terminal."""
        ...


@dataclass
class Connection:
    sign_in_id: int
    person_id: int
    watching: set[str] = field(default_factory=set)


class WatchForm(Form):
    """`brief` asks for changes only: a hall that is silent asks every ten seconds whether it missed something."""

    channel: str
    after: int | None = None
    brief: bool = False


class UnwatchForm(Form):
    channel: str


class HereForm(Form):
    channel: str
    writing: bool = False


class Sockets:
    """The connections of this process."""

    def __init__(self, app: Flask, wire: Wire, hints: Hints, identity: Identity) -> None:
        self.app, self.wire, self.identity = app, wire, identity
        self.hints = hints
        self.broadcaster = Broadcaster(app, wire, self.hints, identity.person_by_id)
        self.connections: dict[str, Connection] = {}
        self.handled = 0
        self.metrics = _metrics(self)
        self.beside: list[Callable[[], None]] = []
        """What domains have running in the background of a server, e.g. the clock of polls."""
        self._events: dict[str, Callable[[str, Connection, Any, Any], Answer]] = {
            "watch": self._watch,
            "unwatch": self._unwatch,
            "here": self._here,
        }
        wire.on_events(self.dispatch, self.connect, self.disconnect, self.too_large)

    def start(self) -> None:
        """Begin to send; a server calls this, the command line doesn't."""
        self.wire.background(self.broadcaster.run)
        self.wire.background(self._cut_what_ended)
        for work in self.beside:
            self.wire.background(work)
        if self.hints.url:
            self.wire.background(self.hints.send, self.wire.sleep)
            self.wire.background(self.hints.listen, self._hear, self.wire.sleep)

    # From the engine -------------------------------------------------------------------------------------

    def connect(self, sid: str, environ: dict[str, Any], auth: Any) -> bool:
        found = self.identity.arrive(environ, auth)
        if found is None:
            return False
        sign_in_id, person_id = found
        self.connections[sid] = Connection(sign_in_id, person_id)
        self.wire.enter(sid, f"person:{person_id}")
        return True

    def disconnect(self, sid: str, _reason: Any = None) -> None:
        connection = self.connections.pop(sid, None)
        for name in list(connection.watching) if connection else ():
            self.broadcaster.leave(name, sid)

    def too_large(self, sid: str, _event: str) -> Answer:
        """The acknowledgement of a message that was not read, because it is longer than any we expect."""
        connection = self.connections.get(sid)
        person = self.identity.person(connection.sign_in_id) if connection else None
        with force_locale(person.language if person else "en"):
            return {"ok": False, "error": TooLarge().as_dict()}

    def dispatch(self, sid: str, event: str, payload: Any) -> Answer:
        """The acknowledgement of one event. Never raises: nothing a client sends may end another's connection."""
        self.handled += 1
        connection = self.connections.get(sid)
        too_much = EVENTS.overspent(connection.sign_in_id) if connection else None
        try:
            person = self.identity.person(connection.sign_in_id) if connection else None
            if connection is None or person is None:
                self.wire.disconnect(sid)
                raise Unauthenticated()
            with force_locale(person.language):
                return self._answer(sid, connection, person, event, payload, too_much)
        except DATABASE_ERRORS:
            log.exception("database_unavailable", socket_event=event[:40])
            return {"ok": False, "error": Unavailable().as_dict()}
        except DomainError as error:
            return {"ok": False, "error": error.as_dict()}

    def _answer(
        self, sid: str, connection: Connection, person: Any, event: str, payload: Any, too_much: SlowDown | None
    ) -> Answer:
        try:
            if too_much is not None:
                raise too_much
            if event in self._events:
                return {"ok": True} | self._events[event](sid, connection, person, payload)
            if event in INTAKES:
                return {"ok": True} | INTAKES[event](person, payload)
            raise Invalid(_l("This kind of message is not known here."), field="event")
        except DomainError as error:
            return {"ok": False, "error": error.as_dict()}
        except DATABASE_ERRORS:
            raise
        except Exception:
            log.exception("socket_event_failed", socket_event=event[:40])
            message = str(_l("Something went wrong on our side. Nothing was stored."))
            return {"ok": False, "error": {"code": "internal", "message": message}}

    # The three events of watching -------------------------------------------------------------------------

    def _watch(self, sid: str, connection: Connection, person: Any, payload: Any) -> Answer:
        form = parse(WatchForm, payload)
        kind, number = channels.find(form.channel)
        name = f"{kind.kind}:{number}"
        if len(connection.watching) >= MOST_CHANNELS and name not in connection.watching:
            raise SlowDown(10, _l("This is more than one connection can watch."))
        admission = kind.admit(person, number)
        audience = Audience(name, admission.tier, person.language)
        if not self.broadcaster.watches(name, sid):
            self.broadcaster.enter(name, sid, Watcher(person.id, audience))
            connection.watching.add(name)
        # Read after joining: whatever commits from here on is sent, whatever did before is in the answer.
        revision = kind.revision(number)
        answer: Answer = {"revision": revision}
        if form.after is not None:
            if form.after > revision or revision - form.after > REACHES_BACK:
                answer["reload"] = True
            else:
                found = kind.log.after(name, form.after, REACHES_BACK)
                if len(found) < revision - form.after:
                    answer["reload"] = True
                else:
                    answer["changes"] = [kind.render(change, audience) for change in found]
        if form.brief:
            return answer
        for greet in kind.greets:
            answer |= greet(admission)
        count, writing = self.broadcaster.presence.count(name)
        answer["presence"] = {"count": count, "writing": writing}
        return answer

    def _unwatch(self, sid: str, connection: Connection, person: Any, payload: Any) -> Answer:
        kind, number = channels.find(parse(UnwatchForm, payload).channel)
        name = f"{kind.kind}:{number}"
        connection.watching.discard(name)
        self.broadcaster.leave(name, sid)
        return {}

    def _here(self, sid: str, connection: Connection, person: Any, payload: Any) -> Answer:
        form = parse(HereForm, payload)
        if form.channel not in connection.watching:
            raise NotFound(field="channel")
        self.broadcaster.presence.write(form.channel, person.id, form.writing)
        return {}

    # Out --------------------------------------------------------------------------------------------------

    def tell(self, person_id: int, event: str, payload: Answer) -> None:
        """Send something to every device of one person, on this process and on the others."""
        self.wire.broadcast(f"person:{person_id}", event, payload)
        self.hints.tell(person=person_id, event=event, payload=payload)

    def may_be_elsewhere(self, person_id: int) -> bool:
        """Whether this person may have a second device open: here, or at another process."""
        return bool(self.hints.url) or len(self.wire.members(f"person:{person_id}")) > 1

    def cut(self, *, person_id: int, sign_in_id: int | None = None, reason: str) -> None:
        """Disconnect a person's sockets, or those of one sign-in, after telling them why."""
        self._cut(person_id, sign_in_id, reason)
        self.hints.tell(cut=person_id, sign_in=sign_in_id, reason=reason)

    def _cut(self, person_id: int, sign_in_id: int | None, reason: str) -> None:
        for sid, connection in list(self.connections.items()):
            if connection.person_id == person_id and sign_in_id in (None, connection.sign_in_id):
                self.wire.send_to(sid, "sign-out", {"reason": reason})
                self.disconnect(sid)
                self.wire.disconnect(sid)

    def _cut_what_ended(self) -> None:
        """For ever: a sign-in may end where nobody can tell us (the command line, a process that Redis doesn't
        reach); its sockets are cut all the same, within two seconds."""
        looked_at = now()
        while True:
            self.wire.sleep(LOOK_AFTER)
            since, looked_at = looked_at - CLOCKS_DIFFER, now()
            try:
                with self.app.app_context():
                    ended = self.identity.ended_since(since) if self.connections else set()
                for connection in [one for one in self.connections.values() if one.sign_in_id in ended]:
                    self._cut(connection.person_id, connection.sign_in_id, "signed_out")
            except DATABASE_ERRORS:
                log.warning("sign_ins_not_looked_at")

    def _hear(self, hint: dict[str, Any]) -> None:
        if "cut" in hint:
            self._cut(hint["cut"], hint["sign_in"], hint["reason"])
        elif "person" in hint:
            self.wire.broadcast(f"person:{hint['person']}", hint["event"], hint["payload"])
        else:
            self.broadcaster.hear(hint)


def _metrics(sockets: Sockets) -> CollectorRegistry:
    """What /metrics shows of this process: numbers, never names."""
    registry = CollectorRegistry()
    Gauge("youthforum_sockets", "Open sockets", registry=registry).set_function(lambda: len(sockets.connections))
    Gauge("youthforum_socket_events_total", "Events handled", registry=registry).set_function(lambda: sockets.handled)
    return registry


def live() -> Sockets:
    """The sockets of the present app."""
    return current_app.extensions["live"]
