"""What may be sent about proposals."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Literal

from flask_babel import lazy_gettext as _l
from pydantic import AfterValidator, BeforeValidator, Field

from youthforum.core.errors import Invalid
from youthforum.core.forms import Form, Id, Key, MaybeId
from youthforum.core.richtext import RichText, from_markdown
from youthforum.core.text import Line, Prose
from youthforum.proposals.stages import MOVES
from youthforum.proposals.template import LONGEST_TEXT

# Together with what is around it, one update fits into one message of 64 KiB.
LONGEST_UPDATE = 44_000
LONGEST_CURSOR = 400


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid(_l("This is not of the expected kind.")) from None


Encoded = Annotated[str, Field(max_length=LONGEST_UPDATE), AfterValidator(_decoded)]
# yjs draws the number of an editor from 32 bits, later versions from 53.
Client = Annotated[int, Field(ge=0, lt=2**53)]
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
PartId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,38}$")]
Title = Annotated[str, Line(120)]
Reason = Annotated[str, Prose(1000)]


class StartForm(Form):
    """From an idea, from a cluster, or (neither) from nothing; `title` is the working title, by default the
    cluster's name or the beginning of the idea."""

    key: Key
    forum: Id
    title: Annotated[str, Line(120, empty=True)] = ""
    language: LanguageCode
    working_group: MaybeId = None
    idea: MaybeId = None
    cluster: MaybeId = None


class ProposalForm(Form):
    proposal: Id


class MemberOfProposalForm(Form):
    proposal: Id
    member: Id


class InvitationForm(Form):
    proposal: Id
    accept: bool


class OpenDraftForm(Form):
    proposal: Id
    open: bool


class EndorseForm(Form):
    proposal: Id
    join: bool


class MoveProposalForm(Form):
    proposal: Id
    move: Literal[tuple(MOVES)]  # type: ignore[valid-type]
    reason: Annotated[str, Prose(2000, empty=True)] = ""


class SaveVersionForm(Form):
    proposal: Id
    note: Annotated[str, Line(200, empty=True)] = ""


class RestoreForm(Form):
    proposal: Id
    version: Annotated[int, Field(ge=1, lt=2**31)]


class SectionForm(Form):
    proposal: Id
    part: PartId
    language: LanguageCode


class CheckForm(SectionForm):
    """`version`: the version whose translation was read; None: the draft's."""

    version: MaybeId = None


# The shared draft ------------------------------------------------------------------------------------------------


class Cursor(Form):
    """Where somebody is: a fragment (`need:de`), and what only the editors understand."""

    part: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,38}:[a-z]{2,3}$")]
    at: Annotated[str, Field(max_length=LONGEST_CURSOR)]


class SyncForm(Form):
    """`vector` is yjs's state vector in base64; empty for an editor that has nothing yet."""

    proposal: Id
    vector: Encoded = b""  # type: ignore[assignment]


class WriteForm(Form):
    """`update` is one yjs update in base64, `client` the number of the editor that made it."""

    proposal: Id
    update: Encoded
    client: Client | None = None
    cursor: Cursor | None = None


class CursorForm(Form):
    proposal: Id
    client: Client
    cursor: Cursor | None


# Amendments ------------------------------------------------------------------------------------------------------


def _from_markdown(value: Any) -> Any:
    """Suggested words come as Markdown: it can be typed on any phone, without an editor."""
    if isinstance(value, str):
        if len(value) > 2 * LONGEST_TEXT:
            raise Invalid(_l("This is too long."), field="wording")
        return from_markdown(value)
    return value


Wording = Annotated[RichText, BeforeValidator(_from_markdown)]


class AmendForm(Form):
    """`wording` is Markdown; `version` is the version whose section is amended."""

    key: Key
    proposal: Id
    part: PartId
    language: LanguageCode
    version: Annotated[int, Field(ge=1, lt=2**31)]
    wording: Wording
    reason: Reason


class RewordForm(Form):
    amendment: Id
    wording: Wording
    reason: Reason


class AmendmentForm(Form):
    amendment: Id


class AnswerForm(Form):
    """Declining and asking back take words; accepting none."""

    amendment: Id
    answer: Literal["accept", "decline", "ask"]
    words: Annotated[str, Prose(1000, empty=True)] = ""
