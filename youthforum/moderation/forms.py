"""What may be said about content, and about reports of it."""

from __future__ import annotations

from typing import Annotated, Literal

from youthforum.core.forms import Form, Id
from youthforum.core.text import Prose


class ReportForm(Form):
    """`id` is that of the idea, comment, proposal or amendment."""

    kind: Literal["idea", "comment", "proposal", "amendment"]
    id: Id
    category: Literal["unkind", "private_data", "off_topic", "danger"]
    text: Annotated[str, Prose(500, empty=True)] = ""


class SettleForm(Form):
    """`report` is one of the open reports on the thing; all of them are settled."""

    report: Id
    outcome: Annotated[str, Prose(500)]
