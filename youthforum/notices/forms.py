"""What may be sent about notices."""

from __future__ import annotations

from youthforum.core.forms import Form, Id


class ReadNoticesForm(Form):
    """`up_to` is the id of the newest notice that was seen."""

    forum: Id
    up_to: Id
