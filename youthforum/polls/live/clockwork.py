"""The clock of polls: opens and closes them in time, counts what is closed, and tells the turnout now and then."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from flask import Flask

from youthforum.core.errors import DATABASE_ERRORS, DomainError, Forbidden, Unavailable
from youthforum.forums.policy import NOT_A_MEMBER
from youthforum.live.sockets import Sockets
from youthforum.polls import commands, queries
from youthforum.polls.live.polls import count
from youthforum.polls.models import Poll

log = structlog.get_logger()

# Seconds between two looks at the clock.
LOOK_AFTER = 1.0


class Clockwork:
    """One in each process; the database decides which of them is first."""

    def __init__(self, app: Flask, sockets: Sockets) -> None:
        self.app, self.sockets = app, sockets
        self._told: dict[int, int] = {}
        self._given_up: set[tuple[int, int]] = set()  # polls as they stood, by revision, when something failed

    def run(self) -> None:
        """For ever, in the background of the server."""
        while True:
            self.sockets.wire.sleep(LOOK_AFTER)
            try:
                with self.app.app_context():
                    self.tick()
            except DATABASE_ERRORS:
                log.warning("polls_not_looked_at")
            except Exception:
                log.exception("polls_failed")

    def tick(self) -> None:
        """Do everything that is due now."""
        at = queries.database_now()
        for poll in queries.due_to_open(at):
            self._try(poll, lambda poll: self._open(poll))
        for poll in queries.due_to_close(at):
            self._try(poll, lambda poll: commands.close_by_clock(None, poll, at=at))
        for poll in queries.not_counted():
            self._try(poll, count)
        self._tell_turnout()

    def _open(self, poll: Poll) -> None:
        """With the rights of whoever made it."""
        if poll.maker is None:
            raise Forbidden(NOT_A_MEMBER)
        commands.open_poll(poll.maker, poll)

    def _try(self, poll: Poll, act: Callable[[Poll], bool | None]) -> None:
        """One poll that can’t be opened (its maker has left, say) must not hold the others up, nor fill the log."""
        place = (poll.id, poll.revision)
        if place in self._given_up:
            return
        try:
            done = act(poll)
        except Forbidden:
            done = poll.revision != place[1]  # another process was first
        except DomainError as error:
            log.warning("poll_not_moved", poll=place[0], reason=error.code)
            done = isinstance(error, Unavailable)
        if done is False:
            self._given_up.add(place)

    def _tell_turnout(self) -> None:
        told = {}
        for poll in queries.open_polls():
            found = queries.turnout(poll)
            if found is None:
                continue
            told[poll.id] = found.cast
            if self._told.get(poll.id, 0) != found.cast:
                room = f"{poll.channel}:all"
                payload = {"channel": poll.channel, "cast": found.cast, "of": found.of}
                self.sockets.wire.broadcast(room, "turnout", payload)
        self._told = told
