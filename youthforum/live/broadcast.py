"""From the log to the hall: each process reads what was committed and tells its own watchers, in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from flask import Flask
from flask_babel import force_locale

from youthforum.core import db
from youthforum.core.errors import DomainError, NotFound
from youthforum.live import channels
from youthforum.live.channels import REACHES_BACK, Audience
from youthforum.live.fanout import Wire
from youthforum.live.hints import Hints
from youthforum.live.presence import Presence

logger = structlog.get_logger()

# Tallies are sent at most this often per channel, in seconds.
TALLY_PAUSE = 0.1
# A process looks at the database by itself this often, in seconds: a lost hint costs no more than this.
LOOK_AFTER = 1.0
BEAT_AFTER = 5.0


@dataclass
class Watcher:
    """One socket on one channel. `hears` is the set of ideas whose tally it may hear (None: all)."""

    person_id: int
    audience: Audience
    hears: set[int] | None = field(default_factory=set)
    stale: bool = True


@dataclass
class Watched:
    """A channel that somebody watches in this process."""

    sent: int
    watchers: dict[str, Watcher] = field(default_factory=dict)
    dirty: bool = False
    tallies: set[int] | None = field(default_factory=set)  # ideas to tell of; None: all of them
    moved: set[int] | None = field(default_factory=set)  # people who may hear more or less now; None: everybody
    told_at: float = 0.0
    pulse: int = 0  # at the last look: where it has grown without a hint, tallies are told all the same
    told: dict[str, int] = field(default_factory=dict)  # version last told, by idea
    open_to_all: bool = False

    @property
    def audiences(self) -> set[Audience]:
        return {watcher.audience for watcher in self.watchers.values()}


class Broadcaster:
    """The only place that sends changes, tallies and presence."""

    def __init__(self, app: Flask, wire: Wire, hints: Hints, loader: Callable[[int], Any]) -> None:
        self.app, self.wire, self.hints = app, wire, hints
        self.presence = Presence()
        self._person = loader
        self._watched: dict[str, Watched] = {}
        self._wake = threading.Event()
        self._lock = threading.RLock()
        self._looked_at = self._beat_at = 0.0

    # Watching ------------------------------------------------------------------------------------------

    def enter(self, name: str, sid: str, watcher: Watcher) -> None:
        """Join before reading, so that nothing falls between the answer to `watch` and the first change."""
        with self._lock:
            self.leave(name, sid)
            if name not in self._watched:
                self._watched[name] = _begin(name)
            self._watched[name].watchers[sid] = watcher
        self.wire.enter(sid, watcher.audience.room)
        self.wire.enter(sid, f"{name}:all")
        self.presence.enter(name, watcher.person_id)

    def watches(self, name: str, sid: str) -> bool:
        watched = self._watched.get(name)
        return watched is not None and sid in watched.watchers

    def leave(self, name: str, sid: str) -> None:
        with self._lock:
            watched = self._watched.get(name)
            watcher = watched.watchers.pop(sid, None) if watched else None
            last = bool(watched and not watched.watchers)
            if last:
                del self._watched[name]
        if watcher:
            self.wire.leave(sid, watcher.audience.room)
            self.wire.leave(sid, f"{name}:all")
            self.presence.leave(name, watcher.person_id)
        kind, number = channels.find(name)
        if last and kind.left is not None:
            kind.left(number)

    # What domains call after a commit --------------------------------------------------------------------

    def changed(self, name: str) -> None:
        """A channel's log has grown."""
        self._mark(name)
        self.hints.tell(changed=name)

    def pass_on(self, name: str, event: str, payload: dict[str, Any]) -> None:
        """Send something that nobody will miss, and that is stored nowhere, to everybody who watches a channel."""
        self.wire.broadcast(f"{name}:all", event, payload)
        self.hints.tell(passed=name, event=event, payload=payload)

    def voted(self, name: str, ideas: set[int] | None, person_id: int | None = None) -> None:
        """Tallies of these ideas (None: of all) changed; `person_id` has voted and may now hear more."""
        self._mark_tallies(name, ideas, person_id)
        self.hints.tell(voted=name, ideas=None if ideas is None else sorted(ideas))

    def hear(self, hint: dict[str, Any]) -> None:
        """What another process told."""
        if "changed" in hint:
            self._mark(hint["changed"])
        if "voted" in hint:
            self._mark_tallies(hint["voted"], None if hint["ideas"] is None else set(hint["ideas"]), None)
        if "passed" in hint:
            self.wire.broadcast(f"{hint['passed']}:all", hint["event"], hint["payload"])
        if "here" in hint:
            self.presence.hear(hint["from"], hint["here"])

    def _mark(self, name: str) -> None:
        watched = self._watched.get(name)
        if watched:
            watched.dirty = True
            self._wake.set()

    def _mark_tallies(self, name: str, ideas: set[int] | None, person_id: int | None) -> None:
        with self._lock:
            watched = self._watched.get(name)
            if not watched:
                return
            watched.tallies = None if ideas is None or watched.tallies is None else watched.tallies | ideas
            if ideas is None:
                watched.moved = None
            elif person_id is not None and watched.moved is not None:
                watched.moved.add(person_id)
        self._wake.set()

    # The loop ----------------------------------------------------------------------------------------------

    def run(self) -> None:
        """For ever: wait for news or a second, then send what is due. Runs in the background of the server."""
        while True:
            self._wake.wait(self._until_next())
            self._wake.clear()
            try:
                with self.app.app_context():
                    self.tick()
            except Exception:
                logger.exception("broadcast_failed")
                time.sleep(0.2)

    def _until_next(self) -> float:
        now = time.monotonic()
        due = [max(0.0, w.told_at + TALLY_PAUSE - now) for w in self._watched.values() if w.tallies != set()]
        return min([max(0.0, self._looked_at + LOOK_AFTER - now), *due])

    def tick(self) -> None:
        """Send everything that is due now."""
        now = time.monotonic()
        if now - self._looked_at >= LOOK_AFTER:
            self._looked_at = now
            self._look()
        for name, watched in list(self._watched.items()):
            try:
                self._tell(name, watched, now)
            except Exception:
                # What can't be told here silences no other channel; in a second it is tried again.
                watched.dirty, watched.tallies, watched.moved = True, None, None
                watched.told, watched.told_at = {}, now + LOOK_AFTER
                logger.exception("broadcast_failed", channel=name)
                db.release()
        db.release()

    def _tell(self, name: str, watched: Watched, now: float) -> None:
        if watched.dirty:
            watched.dirty = False
            self._send_changes(name, watched)
        if watched.tallies != set() and now - watched.told_at >= TALLY_PAUSE:
            watched.told_at = now
            self._send_tallies(name, watched)

    def _look(self) -> None:
        """The safety net under lost hints, and the hall's head count."""
        for log, names in self._by_log().items():
            for name, revision in log.latest(names).items():
                watched = self._watched.get(name)
                if watched and revision > watched.sent:
                    watched.dirty = True
        for name, watched in list(self._watched.items()):
            kind, number = channels.find(name)
            if kind.tallies:
                pulse = kind.tallies.pulse(number)
                if pulse != watched.pulse:
                    watched.pulse, watched.tallies = pulse, None
        for name, (count, writing) in self.presence.news().items():
            payload = {"channel": name, "count": count, "writing": writing}
            self.wire.broadcast(f"{name}:all", "presence", payload)
        if time.monotonic() - self._beat_at >= BEAT_AFTER:
            self._beat_at = time.monotonic()
            self.hints.tell(beat=True, here=self.presence.own())

    def _by_log(self) -> dict[channels.ChangeLog, list[str]]:
        found: dict[channels.ChangeLog, list[str]] = {}
        for name in self._watched:
            found.setdefault(channels.find(name)[0].log, []).append(name)
        return found

    def _send_changes(self, name: str, watched: Watched) -> None:
        kind, _ = channels.find(name)
        changes = kind.log.after(name, watched.sent, REACHES_BACK)
        for change in changes:
            if change.type in kind.readmits:
                self._admit_anew(name, watched)
            for audience in watched.audiences:
                self.wire.broadcast(audience.room, "change", kind.render(change, audience))
            watched.sent = change.revision
        if len(changes) == REACHES_BACK:
            watched.dirty = True
            self._wake.set()

    def _admit_anew(self, name: str, watched: Watched) -> None:
        """Whoever may no longer watch is told so, and hears nothing of what comes now."""
        kind, number = channels.find(name)
        for sid, watcher in list(watched.watchers.items()):
            person = self._person(watcher.person_id)
            with force_locale(watcher.audience.language):
                try:
                    if person is None:
                        raise NotFound(field="channel")
                    kind.admit(person, number)
                except DomainError as error:
                    self.leave(name, sid)
                    self.wire.send_to(sid, "closed", {"channel": name, "reason": error.as_dict()})

    def _send_tallies(self, name: str, watched: Watched) -> None:
        kind, number = channels.find(name)
        source = kind.tallies
        with self._lock:
            ideas, watched.tallies = watched.tallies, set()
            moved, watched.moved = watched.moved, set()
        if source is None:
            return
        open_to_all = source.open_to_all(number)
        if open_to_all != watched.open_to_all:
            ideas, watched.told, watched.open_to_all = None, {}, open_to_all
        counted = source.count(number, ideas)
        changed = {key: tally for key, tally in counted.items() if watched.told.get(key) != tally["version"]}
        watched.told |= {key: tally["version"] for key, tally in changed.items()}
        if open_to_all:
            if changed:
                self.wire.broadcast(f"{name}:all", "tally", {"channel": name, "tally": changed})
            return
        everything: dict[str, Any] | None = None
        for sid, watcher in list(watched.watchers.items()):
            tally = changed
            if watcher.stale or moved is None or watcher.person_id in moved:
                watcher.hears, watcher.stale = source.open_to(self._person(watcher.person_id), number), False
                everything = source.count(number, None) if everything is None else everything
                tally = everything
            if watcher.hears is not None:
                tally = {key: value for key, value in tally.items() if int(key) in watcher.hears}
            if tally:
                self.wire.send_to(sid, "tally", {"channel": name, "tally": tally})


def _begin(name: str) -> Watched:
    """A channel as it stands now: whatever comes later is told."""
    kind, number = channels.find(name)
    watched = Watched(sent=kind.log.latest([name]).get(name, 0))
    if kind.tallies:
        watched.pulse = kind.tallies.pulse(number)
        watched.open_to_all = kind.tallies.open_to_all(number)
        watched.told = {key: tally["version"] for key, tally in kind.tallies.count(number, None).items()}
    return watched
