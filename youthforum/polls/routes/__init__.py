"""Pages and API of polls, a file for each thing that people come for."""

from youthforum.polls.routes import ballot, listing, making, result
from youthforum.polls.routes.api import api
from youthforum.polls.routes.rooms import pages

__all__ = ["api", "ballot", "listing", "making", "pages", "result"]
