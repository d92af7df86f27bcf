"""A proposal on the wire: who writes it, its versions and stages, endorsements, translations of its sections."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_babel import gettext as _

from youthforum.core.blocking import blocking
from youthforum.core.errors import Conflict, Forbidden
from youthforum.core.events import on
from youthforum.core.richtext import RichText, Run, blocks, document, normalise
from youthforum.forums.queries import group_of, membership_in, other_member
from youthforum.ideas.models import Idea
from youthforum.ideas.queries import cluster_shown_to, idea_shown_to
from youthforum.live.channels import Admission, Audience, Change, channel
from youthforum.live.intake import Answer, intake
from youthforum.live.sockets import live
from youthforum.people.models import Person
from youthforum.proposals import forms, policy
from youthforum.proposals.commands import authors, endorsing, stages, starting, translating, versions
from youthforum.proposals.content import Content
from youthforum.proposals.events import EndorsementChanged, ProposalFact
from youthforum.proposals.models import Proposal
from youthforum.proposals.queries import proposals as queries
from youthforum.proposals.queries.drafts import writers_of
from youthforum.proposals.queries.versions import read_draft, version_of
from youthforum.proposals.stages import MOVES
from youthforum.translations import machine
from youthforum.translations.policy import why_not_machine

# So much of an idea fits into a working title.
BEGINNING = 80


def admit(person: Person, proposal_id: int) -> Admission:
    proposal, member = queries.visible_proposal(person, proposal_id)
    return Admission("moderators" if member.is_moderator else "members", (proposal, member))


proposal_channel = channel("proposal", admit, queries.revision_of)


@on(ProposalFact)
def announce(fact: ProposalFact) -> None:
    live().broadcaster.changed(f"proposal:{fact.proposal_id}")


@proposal_channel.drawn_by(EndorsementChanged)
def draw_support(change: Change, audience: Audience) -> str | None:
    proposal = queries.proposal_by_id(int(audience.channel.partition(":")[2]))
    if proposal is None:
        return None
    return render_template("proposals/_support.html", support=queries.support_of(proposal))


def proposal_json(proposal: Proposal) -> dict[str, Any]:
    """A proposal as acknowledgements say it."""
    return {
        "id": proposal.id,
        "stage": proposal.stage.value,
        "title": proposal.title,
        "language": proposal.language,
        "working_group": proposal.working_group_id,
        "open_draft": proposal.open_draft,
    }


@intake("proposal:start", forms.StartForm, "/forums/<forum>/proposals")
def start(person: Person, form: forms.StartForm) -> Answer:
    """Begin a proposal, from an idea, a cluster or nothing; sending it again with the same key answers the first."""
    member = membership_in(person, form.forum)
    ideas: list[Idea] = []
    title, cluster_name = form.title, None
    if form.cluster is not None:
        cluster, _board, _member = cluster_shown_to(person, form.cluster)
        ideas, cluster_name = queries.ideas_of_cluster(cluster), cluster.name
        title = title or cluster.name
    elif form.idea is not None:
        idea, _board, _member = idea_shown_to(person, form.idea)
        ideas = queries.idea_with_merged(idea)
        title = title or _beginning(idea.text)
    try:
        proposal = starting.start_proposal(
            member,
            title=title or _("Proposal without a title"),
            language=form.language,
            key=form.key,
            group=group_of(member.forum, form.working_group) if form.working_group else None,
            ideas=ideas,
            cluster_name=cluster_name,
        )
    except Conflict:
        # The same key arrived twice at once, on two processes: the other one was first.
        first = queries.own_proposal_by_key(member, form.key)
        if first is None:
            raise
        proposal = first
    return {"proposal": proposal_json(proposal)}


def _beginning(text: str) -> str:
    """The first words of an idea, as a working title."""
    line = " ".join(text.split())
    return line if len(line) <= BEGINNING else line[:BEGINNING].rsplit(" ", 1)[0] + " …"


@intake("proposal:invite", forms.MemberOfProposalForm, "/proposals/<proposal>/invite")
def invite(person: Person, form: forms.MemberOfProposalForm) -> Answer:
    """Ask somebody of the forum to write along."""
    proposal, member = queries.visible_proposal(person, form.proposal)
    authors.invite_author(member, proposal, other_member(member, form.member))
    return _authors(proposal)


@intake("proposal:answer", forms.InvitationForm, "/proposals/<proposal>/invitation")
def answer_invitation(person: Person, form: forms.InvitationForm) -> Answer:
    """Accept or decline an invitation to write along."""
    proposal, member = queries.visible_proposal(person, form.proposal)
    authors.answer_invitation(member, proposal, accept=form.accept)
    return _authors(proposal)


@intake("proposal:leave", forms.ProposalForm, "/proposals/<proposal>/leave")
def leave(person: Person, form: forms.ProposalForm) -> Answer:
    """Stop writing a proposal; what one wrote stays."""
    proposal, member = queries.visible_proposal(person, form.proposal)
    authors.leave_proposal(member, proposal)
    return _authors(proposal)


@intake("proposal:remove", forms.MemberOfProposalForm, "/proposals/<proposal>/remove")
def remove(person: Person, form: forms.MemberOfProposalForm) -> Answer:
    """Take a co-author off, or an invitation back."""
    proposal, member = queries.visible_proposal(person, form.proposal)
    authors.remove_author(member, proposal, queries.author_of(proposal, form.member))
    return _authors(proposal)


def _authors(proposal: Proposal) -> Answer:
    found = [{"member": one.member_id, "state": one.state.value} for one in proposal.authors]
    return {"authors": found, "revision": queries.revision_of(proposal.id)}


@intake("proposal:open", forms.OpenDraftForm, "/proposals/<proposal>/open")
def open_draft(person: Person, form: forms.OpenDraftForm) -> Answer:
    """Let everybody in the forum read the live draft, or no longer."""
    proposal, member = queries.visible_proposal(person, form.proposal)
    authors.open_draft(member, proposal, open_=form.open)
    return {"proposal": proposal_json(proposal)}


@intake("proposal:version", forms.SaveVersionForm, "/proposals/<proposal>/versions")
def save_version(person: Person, form: forms.SaveVersionForm) -> Answer:
    """Save a version of the draft, in all languages."""
    proposal, member = queries.visible_proposal(person, form.proposal)
    version = versions.save_version(member, proposal, note=form.note)
    return {"version": version.number}


@intake("proposal:restore", forms.RestoreForm, "/proposals/<proposal>/restore")
def restore_version(person: Person, form: forms.RestoreForm) -> Answer:
    """Let the draft say what a version says; what it says now is kept as a version first."""
    proposal, member = queries.visible_proposal(person, form.proposal)
    version = version_of(proposal, form.version)
    note = _("Before going back to version %(number)s", number=version.number)
    versions.restore_version(member, proposal, version, note=note)
    return {"version": version.number}


@intake("proposal:move", forms.MoveProposalForm, "/proposals/<proposal>/move")
def move(person: Person, form: forms.MoveProposalForm) -> Answer:
    """Move a proposal to another stage: submit, return, shortlist, and so on."""
    proposal, member = queries.visible_proposal(person, form.proposal)
    stages.move_proposal(member, proposal, MOVES[form.move], reason=form.reason)
    return {"proposal": proposal_json(proposal)}


@intake("proposal:endorse", forms.EndorseForm, "/proposals/<proposal>/endorse")
def endorse(person: Person, form: forms.EndorseForm) -> Answer:
    """Say “we would join this”, or take it back."""
    proposal, member = queries.visible_proposal(person, form.proposal)
    endorsing.endorse(member, proposal, join=form.join)
    return {"join": form.join, "total": queries.support_of(proposal).total}


# Translations of sections ----------------------------------------------------------------------------------------


@intake("proposal:current", forms.SectionForm, "/proposals/<proposal>/translations/current")
def call_current(person: Person, form: forms.SectionForm) -> Answer:
    """Say that a section's translation matches the original as it is now."""
    proposal, member = queries.visible_proposal(person, form.proposal)
    translating.call_current(member, proposal, part=form.part, language=form.language)
    return {}


@intake("proposal:checked", forms.CheckForm, "/proposals/<proposal>/translations/checked")
def check_translation(person: Person, form: forms.CheckForm) -> Answer:
    """Say, as a second person, that a section's translation is right."""
    proposal, member = queries.visible_proposal(person, form.proposal)
    wrote = member.id in writers_of(proposal.id).get((form.part, form.language), [])
    seen = None
    if form.version is not None:
        seen = Content.read(version_of(proposal, form.version).content).text(form.part, form.language)
    translating.check_translation(member, proposal, part=form.part, language=form.language, wrote=wrote, seen=seen)
    return {}


@intake("proposal:suggest", forms.SectionForm, "/proposals/<proposal>/translations/suggest")
def suggest(person: Person, form: forms.SectionForm) -> Answer:
    """Let the machine that the organisers have set up suggest a first translation of a section."""
    proposal, member = queries.visible_proposal(person, form.proposal)
    refusal = policy.why_not_write(member, proposal) or why_not_machine(member)
    if refusal is not None:
        raise Forbidden(refusal)
    original = read_draft(proposal).original(form.part)
    texts = [block.text for block in blocks(original)]
    said = blocking(machine.suggest_texts, texts, proposal.language, form.language)
    proposal, member = queries.visible_proposal(person, form.proposal)
    translating.take_suggestion(
        member,
        proposal,
        part=form.part,
        language=form.language,
        original=original,
        wording=_said_so(original, said),
    )
    return {}


def _said_so(original: RichText, said: list[str]) -> RichText:
    """The original's paragraphs, headings and items with other words in them."""
    found = zip(blocks(original), said, strict=True)
    return normalise(document(block._replace(runs=(Run(words),)) for block, words in found))
