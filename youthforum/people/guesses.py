"""Limits on guessing codes and phrases, which never take a hall behind one address for one guesser."""

from __future__ import annotations

from flask import g, request, session

from youthforum.core.errors import SlowDown
from youthforum.core.rates import Rate
from youthforum.people import secrets


class Guesses:
    """Wrong tries at one kind of secret; right ones are never counted.

    A browser that has used up its tries isn't listened to any more. Whoever comes without our cookie is counted
    by address, far above what a hall mistypes. Besides, a guess has to hit one of 2**40 codes or 2**60 phrases:
    the limit for all together only keeps the noise down.
    """

    def __init__(self, name: str, *, browser: str, address: str, everybody: str) -> None:
        self._browser = Rate(f"wrong-{name}", browser)
        self._address = Rate(f"wrong-{name}-from", address)
        self._everybody = Rate(f"wrong-{name}-all", everybody)

    def listen(self) -> None:
        """Before looking at a try. Raises SlowDown for a browser that had too many wrong ones."""
        if not _fresh():
            self._browser.ask(session["visitor"])

    def wrong(self) -> None:
        """Count a wrong try. Raises SlowDown when it was one too many."""
        if _fresh():
            self._address.spend(request.remote_addr)
        else:
            self._browser.count(session["visitor"])
        if not self._everybody.count("all"):
            raise SlowDown(60)


def _fresh() -> bool:
    """Whether this browser came without our mark; it gets one for next time."""
    if "fresh" not in g:
        g.fresh = "visitor" not in session
        if g.fresh:
            session["visitor"] = secrets.new_token()[:16]
    return g.fresh
