"""The page on which a proposal is written. Its words come by the wire; without a script it shows how they read now."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from youthforum.core.access import signed_in, viewer
from youthforum.core.forms import parse
from youthforum.core.requests import fields
from youthforum.core.richtext import html
from youthforum.core.templating import endonym
from youthforum.forums.queries import delegations_of
from youthforum.proposals import policy
from youthforum.proposals.content import Content
from youthforum.proposals.diff import DiffBlock, compare
from youthforum.proposals.forms import SaveVersionForm
from youthforum.proposals.live import proposals as live
from youthforum.proposals.models import Proposal
from youthforum.proposals.queries.drafts import readable_draft
from youthforum.proposals.queries.proposals import authors_of
from youthforum.proposals.queries.versions import (
    TranslationState,
    last_version,
    read_draft,
    template_of,
    translation_states,
)
from youthforum.proposals.routes.rooms import chosen, enter_proposal, pages
from youthforum.translations.policy import why_not_machine


@pages.get("/f/<slug>/proposals/<int:id>/write")
@signed_in
def write(slug: str, id: int) -> Any:
    proposal, member = enter_proposal(slug, id)
    readable_draft(viewer(), proposal.id)
    content, template = read_draft(proposal), template_of(proposal)
    writing = chosen(proposal.forum, proposal.language)
    translated = writing != proposal.language
    states = _states(proposal, content, writing) if translated else {}
    read_only = policy.why_not_write(member, proposal) is not None
    return render_template(
        "proposals/write.html",
        proposal=proposal,
        parts=template.parts,
        writing=writing,
        original=proposal.language if translated else None,
        languages_offered=_offered(proposal),
        read_only=read_only,
        delegations=delegations_of(proposal.forum),
        coauthors=[author.member for author in authors_of(proposal)],
        translation_states={part: _told(found) for part, found in states.items()},
        stale={part: blocks for part, found in states.items() if (blocks := _changes(found, content, part))},
        diff_language=proposal.language,
        machine=why_not_machine(member) is None,
        state=proposal.stage,
        rendered={part.id: html(content.text(part.id, writing)) for part in template.written},
        page_data={
            "draft": {"proposal": proposal.id, "channel": f"draft:{proposal.id}", "fields": content.fields},
            "writing": writing,
            "original": proposal.language if translated else None,
            "read_only": read_only,
            "parts": [
                {"id": part.id, "kind": part.kind, "limit": part.longest if part.written else None}
                for part in template.parts
            ],
            "member": member.id,
            # As live/drafts.py paints a caret.
            "hue": (member.delegation_id or member.id) % 8 + 1,
        },
    )


def _offered(proposal: Proposal) -> list[tuple[str, str]]:
    """`[(code, its own name)]` of the forum's languages, the original's first."""
    codes = [proposal.language, *(code for code in proposal.forum.languages if code != proposal.language)]
    return [(code, endonym(code)) for code in codes]


def _states(proposal: Proposal, content: Content, language: str) -> dict[str, TranslationState]:
    return {
        part: states[language] for part, states in translation_states(proposal, content).items() if language in states
    }


def _told(found: TranslationState) -> dict[str, Any]:
    return {
        "state": found.state,
        "writers": [member.name for member in found.writers],
        "checked_by": found.checked_by.name if found.checked_by is not None else None,
        "machine": found.machine,
    }


def _changes(found: TranslationState, content: Content, part: str) -> list[DiffBlock] | None:
    """What has changed in the original since a translation was made."""
    if found.state != "out_of_date" or found.base is None:
        return None
    return compare(found.base, content.original(part))


@pages.post("/f/<slug>/proposals/<int:id>/save")
@signed_in
def save_version(slug: str, id: int) -> Any:
    proposal, _member = enter_proposal(slug, id)
    before = last_version(proposal)
    number = before.number if before is not None else 0
    form = parse(SaveVersionForm, fields() | {"proposal": proposal.id}, strict=False)
    saved = live.save_version(viewer(), form)["version"]
    if saved == number:
        flash(_("Nothing has changed since version %(number)s.", number=saved), "done")
    else:
        flash(_("Version %(number)s is saved. Everyone in the forum can read it.", number=saved), "done")
    return redirect(url_for(f"{pages.name}.show", slug=slug, id=id))
