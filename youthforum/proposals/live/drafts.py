"""The shared draft on the wire: its channel, what editors send, and where the others are in it."""

from __future__ import annotations

import base64
from typing import Any

from youthforum.core.commands import unit_of_work
from youthforum.core.errors import Forbidden
from youthforum.core.events import on
from youthforum.core.settings import machinery
from youthforum.forums.models import Member
from youthforum.live.channels import Admission, channel
from youthforum.live.intake import Answer, intake
from youthforum.live.sockets import live
from youthforum.people.models import Person
from youthforum.proposals import forms, policy
from youthforum.proposals.commands.writing import write_draft
from youthforum.proposals.events import DraftWritten
from youthforum.proposals.queries.drafts import DraftLog, document_of, locked_draft, readable_draft, revision_of
from youthforum.proposals.queries.proposals import visible_proposal


def admit(person: Person, proposal_id: int) -> Admission:
    """One tier for all: whoever may read the draft may read all of it."""
    readable_draft(person, proposal_id)
    return Admission("members")


draft_channel = channel("draft", admit, revision_of)
draft_channel.own_log = DraftLog()
draft_channel.readmits = frozenset({"draft.authors"})


def _let_go(proposal_id: int) -> None:
    """Nobody here has it open any more: its memory is free."""
    machinery("drafts").forget(proposal_id)


draft_channel.left = _let_go


@on(DraftWritten)
def announce(fact: DraftWritten) -> None:
    machinery("drafts").confirm(fact.proposal_id, fact.revision)
    live().broadcaster.changed(f"draft:{fact.proposal_id}")


@intake("draft:sync", forms.SyncForm, "/proposals/<proposal>/draft/sync")
def sync(person: Person, form: forms.SyncForm) -> Answer:
    """What an editor lacks of a draft, and what the server has."""
    proposal, _member = readable_draft(person, form.proposal)
    draft = locked_draft(form.proposal)
    document = document_of(proposal, draft, keep=True)
    return {
        "update": base64.b64encode(document.lacking(form.vector)).decode(),  # type: ignore[arg-type]
        "vector": base64.b64encode(document.vector).decode(),
        "revision": draft.revision,
    }


@intake("draft:write", forms.WriteForm, "/proposals/<proposal>/draft")
def write(person: Person, form: forms.WriteForm) -> Answer:
    """Store one update of a draft, and send it to everybody who has it open."""
    with unit_of_work():
        # Locked before anything is read: whoever was taken off the proposal meanwhile is seen to be off.
        draft = locked_draft(form.proposal)
        proposal, member = visible_proposal(person, form.proposal)
        update: Any = form.update
        revision = write_draft(member, proposal, draft, update=update, client=form.client)
    if form.cursor is not None and form.client is not None:
        _pass_on(member, form.proposal, form.client, form.cursor)
    return {"revision": revision}


@intake("draft:cursor", forms.CursorForm, "/proposals/<proposal>/draft/cursor")
def show_cursor(person: Person, form: forms.CursorForm) -> Answer:
    """Show the others where one is writing; stored nowhere."""
    proposal, member = visible_proposal(person, form.proposal)
    refusal = policy.why_not_write(member, proposal)
    if refusal is not None:
        raise Forbidden(refusal)
    _pass_on(member, form.proposal, form.client, form.cursor)
    return {}


def _pass_on(member: Member, proposal_id: int, client: int, cursor: forms.Cursor | None) -> None:
    channel_name = f"draft:{proposal_id}"
    team = member.delegation
    payload = {
        "channel": channel_name,
        "client": client,
        "member": member.id,
        "name": member.name,
        "team": str(team.name) if team is not None else None,
        "hue": (team.id if team is not None else member.id) % 8 + 1,
        "cursor": cursor.model_dump() if cursor is not None else None,
    }
    live().broadcaster.pass_on(channel_name, "cursor", payload)
