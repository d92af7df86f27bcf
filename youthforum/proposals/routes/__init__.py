"""Pages and API of proposals, a file for each thing that people come for."""

from youthforum.proposals.routes import templates
from youthforum.proposals.routes.rooms import api, pages

__all__ = ["api", "pages", "templates"]
