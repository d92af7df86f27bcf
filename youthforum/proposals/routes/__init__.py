"""Pages and API of proposals, a file for each thing that people come for."""

from youthforum.proposals.routes import amending, listing, show, starting, templates, versions, writing
from youthforum.proposals.routes.rooms import api, pages

__all__ = ["amending", "api", "listing", "pages", "show", "starting", "templates", "versions", "writing"]
