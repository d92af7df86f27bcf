"""Pages and API of forums, a file for each thing that people come for."""

from youthforum.forums.routes import door, entrance, joining, members, setting_up
from youthforum.forums.routes.rooms import api, enter, pages

__all__ = ["api", "door", "enter", "entrance", "joining", "members", "pages", "setting_up"]
