"""Amendments on the wire."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_babel import lazy_gettext as _l

from youthforum.core.errors import Conflict, Invalid
from youthforum.live.channels import Audience, Change
from youthforum.live.intake import Answer, intake
from youthforum.people.models import Person
from youthforum.proposals import forms
from youthforum.proposals.commands import amending
from youthforum.proposals.content import Content
from youthforum.proposals.events import AmendmentAnswered, AmendmentMade
from youthforum.proposals.live.proposals import proposal_channel
from youthforum.proposals.models import Amendment
from youthforum.proposals.queries.amendments import amendment_shown_to, amendments_of, own_amendment_by_key
from youthforum.proposals.queries.proposals import proposal_by_id, visible_proposal
from youthforum.proposals.queries.versions import template_of, version_of


@proposal_channel.drawn_by(AmendmentMade, AmendmentAnswered)
def draw_amendments(change: Change, audience: Audience) -> str | None:
    """All of the section: an answer to one may end its collision with another."""
    proposal = proposal_by_id(int(audience.channel.partition(":")[2]))
    if proposal is None:
        return None
    suggested = amendments_of(proposal)
    changed = next((one.amendment for one in suggested if one.amendment.id == change.data["amendment"]), None)
    template = template_of(proposal)
    return "".join(
        render_template("proposals/_amendment.html", suggested=one, proposal=proposal, template=template)
        for one in suggested
        if changed is not None and one.amendment.part == changed.part
    )


def amendment_json(amendment: Amendment) -> dict[str, Any]:
    """An amendment as acknowledgements say it."""
    return {
        "id": amendment.id,
        "proposal": amendment.proposal_id,
        "part": amendment.part,
        "language": amendment.language,
        "state": amendment.state.value,
        "reason": amendment.reason,
        "answer": amendment.answer,
    }


@intake("amendment:suggest", forms.AmendForm, "/proposals/<proposal>/amendments")
def suggest(person: Person, form: forms.AmendForm) -> Answer:
    """Suggest new wording for a section, in Markdown, with a reason."""
    proposal, member = visible_proposal(person, form.proposal)
    base = Content.read(version_of(proposal, form.version).content).text(form.part, form.language)
    try:
        made = amending.suggest_amendment(
            member,
            proposal,
            part=form.part,
            language=form.language,
            base=base,
            wording=form.wording,
            reason=form.reason,
            key=form.key,
        )
    except Conflict:
        # The same key arrived twice at once, on two processes: the other one was first.
        first = own_amendment_by_key(member, form.key)
        if first is None:
            raise
        made = first
    return {"amendment": amendment_json(made)}


@intake("amendment:answer", forms.AnswerForm, "/amendments/<amendment>/answer")
def answer(person: Person, form: forms.AnswerForm) -> Answer:
    """Accept an amendment into the draft, decline it with a reason, or ask its author something."""
    amendment, proposal, member = amendment_shown_to(person, form.amendment)
    if form.answer == "accept":
        amending.accept_amendment(member, proposal, amendment)
    elif not form.words:
        raise Invalid(_l("Please write why, or what you would like to know."), field="words")
    elif form.answer == "decline":
        amending.decline_amendment(member, proposal, amendment, reason=form.words)
    else:
        amending.ask_back(member, proposal, amendment, question=form.words)
    return {"amendment": amendment_json(amendment)}


@intake("amendment:reword", forms.RewordForm, "/amendments/<amendment>/reword")
def reword(person: Person, form: forms.RewordForm) -> Answer:
    """Suggest one's own amendment anew."""
    amendment, proposal, member = amendment_shown_to(person, form.amendment)
    amending.reword_amendment(member, proposal, amendment, wording=form.wording, reason=form.reason)
    return {"amendment": amendment_json(amendment)}


@intake("amendment:withdraw", forms.AmendmentForm, "/amendments/<amendment>/withdraw")
def withdraw(person: Person, form: forms.AmendmentForm) -> Answer:
    """Withdraw one's own amendment."""
    amendment, proposal, member = amendment_shown_to(person, form.amendment)
    amending.withdraw_amendment(member, proposal, amendment)
    return {"amendment": amendment_json(amendment)}
