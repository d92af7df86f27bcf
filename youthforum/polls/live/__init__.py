"""Polls on the wire: the poll and its ballots, the clock that opens and closes, and where else polls show up."""

from youthforum.polls.live import clockwork, plugging, polls

__all__ = ["clockwork", "plugging", "polls"]
