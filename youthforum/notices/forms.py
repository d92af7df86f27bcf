"""What may be sent about notices."""

from __future__ import annotations

from youthforum.core.forms import Form, Id


class ReadNoticesForm(Form):
    """`up_to` is the id of the newest notice that was seen; with `alone`, that one and none before it."""

    forum: Id
    up_to: Id
    alone: bool = False
