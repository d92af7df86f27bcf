"""What happens to accounts."""

from __future__ import annotations

from dataclasses import dataclass

from youthforum.core.events import Fact


@dataclass(frozen=True, kw_only=True)
class SignedOut(Fact):
    """A sign-in ended (or all of them, when `sign_in_id` is None)."""

    type = "person.signed_out"
    logged = False
    person_id: int
    sign_in_id: int | None
