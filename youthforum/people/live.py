"""Who is at the other end of a socket, and cutting it when a sign-in ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app

from youthforum.core.access import viewer
from youthforum.core.events import on
from youthforum.live.sockets import live
from youthforum.people import queries
from youthforum.people.events import SignedOut
from youthforum.people.models import Person


class SignedInIdentity:
    """Answers the sockets' questions from the sign-in table, anew each time."""

    def arrive(self, environ: dict[str, Any], auth: Any) -> tuple[int, int] | None:
        if isinstance(auth, dict) and auth.get("token") is not None:
            token = auth["token"]
            found = queries.sign_in_by_token(token) if isinstance(token, str) and len(token) < 200 else None
            return (found.id, found.person_id) if found else None
        if "HTTP_COOKIE" not in environ:
            return None
        with current_app.request_context(environ):
            person = viewer()
            return (person.sign_in.id, person.id) if person is not None else None

    def person(self, sign_in_id: int) -> Person | None:
        found = queries.sign_in_by_id(sign_in_id)
        return found.person if found else None

    def ended_since(self, since: datetime) -> set[int]:
        return queries.sign_ins_ended_since(since)

    def person_by_id(self, person_id: int) -> Person | None:
        return queries.person_by_id(person_id)


@on(SignedOut)
def cut_sockets(fact: SignedOut) -> None:
    live().cut(person_id=fact.person_id, sign_in_id=fact.sign_in_id, reason="signed_out")
