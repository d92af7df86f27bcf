"""Reports on the wire, and what of the domains below can be reported."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from youthforum.comments.models import Comment
from youthforum.comments.queries import comment_by_id, comment_shown_to, url_of
from youthforum.comments.subjects import subject_of
from youthforum.core.errors import Conflict
from youthforum.core.events import on
from youthforum.core.richtext import plain
from youthforum.forums.models import Member
from youthforum.ideas.models import Idea
from youthforum.ideas.queries import idea_by_id, idea_shown_to
from youthforum.live.intake import Answer, intake
from youthforum.live.sockets import live
from youthforum.moderation import commands, forms, queries
from youthforum.moderation.events import ReportMade, ReportsSettled
from youthforum.moderation.models import Report
from youthforum.moderation.reportables import reportable, reportable_of
from youthforum.notices.inbox import notice_sentence
from youthforum.people.models import Person
from youthforum.proposals.addresses import amendment_url, proposal_url
from youthforum.proposals.models import Amendment, Proposal
from youthforum.proposals.queries.amendments import amendment_by_id, amendment_shown_to
from youthforum.proposals.queries.proposals import proposal_by_id, visible_proposal


@intake("report:content", forms.ReportForm, "/reports")
def report(person: Person, form: forms.ReportForm) -> Answer:
    """Tell the moderators about something that somebody wrote; saying it again while it is open is once."""
    _thing, member = reportable_of(form.kind).shown_to(person, form.id)

    def say() -> Report:
        return commands.report_content(
            member, kind=form.kind, subject_id=form.id, category=form.category, text=form.text
        )

    try:
        made = say()
    except Conflict:
        # The same report came twice at once: now there is one to add to.
        made = say()
    return {"report": made.id}


@intake("report:settle", forms.SettleForm, "/reports/<report>/settle")
def settle(person: Person, form: forms.SettleForm) -> Answer:
    """Close all open reports on the thing that this report is about, with a sentence on what was decided."""
    found, member = queries.report_shown_to(person, form.report)
    commands.settle_reports(member, found, outcome=form.outcome)
    return {}


@on(ReportMade, ReportsSettled)
def tell_moderators(fact: ReportMade | ReportsSettled) -> None:
    """That there is something new to look at; nothing of what it is leaves by this way."""
    for person_id in queries.people_who_moderate(fact.forum_id):
        live().tell(person_id, "reports", {"forum": fact.forum_id})


@notice_sentence("report.danger")
def _danger(data: dict[str, Any], member: Member) -> tuple[Any, str | None] | None:
    if not member.is_moderator or queries.report_by_id(int(data["report"])) is None:
        return None
    return _("Somebody reports a danger. Please look at once."), f"/f/{member.forum.slug}/reports"


# What can be reported ---------------------------------------------------------------------------------------------


def _idea_shown_to(person: Person, idea_id: int) -> tuple[Idea, Member]:
    idea, _board, member = idea_shown_to(person, idea_id)
    return idea, member


def _comment_shown_to(person: Person, comment_id: int) -> tuple[Comment, Member]:
    comment, _about, _thing, member = comment_shown_to(person, comment_id)
    return comment, member


reportable(
    "idea",
    shown_to=_idea_shown_to,
    by_id=idea_by_id,
    excerpt=lambda idea: (idea.language, idea.text),
    url=subject_of("idea").url,
    state=lambda idea: idea.state,
    hide="idea:hide",
)
reportable(
    "comment",
    shown_to=_comment_shown_to,
    by_id=comment_by_id,
    excerpt=lambda comment: (comment.language, comment.text),
    url=url_of,
    state=lambda comment: comment.state,
    hide="comment:hide",
)


def _proposal_excerpt(proposal: Proposal) -> tuple[str, str]:
    """Its title and pitch, as they were written."""
    lines = [words.get(proposal.language, "") for words in (proposal.title, proposal.pitch)]
    return proposal.language, "\n".join(line for line in lines if line)


def _amendment_shown_to(person: Person, amendment_id: int) -> tuple[Amendment, Member]:
    amendment, _proposal, member = amendment_shown_to(person, amendment_id)
    return amendment, member


reportable(
    "proposal",
    shown_to=visible_proposal,
    by_id=proposal_by_id,
    excerpt=_proposal_excerpt,
    url=proposal_url,
    state=lambda proposal: "withdrawn" if proposal.stage == "withdrawn" else "shown",
)
reportable(
    "amendment",
    shown_to=_amendment_shown_to,
    by_id=amendment_by_id,
    excerpt=lambda amendment: (amendment.language, plain(amendment.wording)),
    url=lambda amendment: amendment_url(amendment.proposal, amendment.id),
    state=lambda amendment: "withdrawn" if amendment.state == "withdrawn" else "shown",
)
