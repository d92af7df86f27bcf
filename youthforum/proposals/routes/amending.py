"""Suggesting other words for a section, and changing one's mind about them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from youthforum.core.access import signed_in, viewer
from youthforum.core.errors import Forbidden, Invalid, NotFound
from youthforum.core.forms import InvalidForm, parse
from youthforum.core.requests import fields
from youthforum.core.richtext import RichText, check, from_markdown, markdown
from youthforum.core.text import whole
from youthforum.proposals import policy
from youthforum.proposals.content import Content
from youthforum.proposals.diff import DiffBlock
from youthforum.proposals.diff import compare as differences
from youthforum.proposals.forms import AmendForm, RewordForm
from youthforum.proposals.live import amendments as live
from youthforum.proposals.models import Proposal
from youthforum.proposals.policy import NOTHING_TO_READ
from youthforum.proposals.queries.amendments import amendment_shown_to
from youthforum.proposals.queries.versions import last_version, template_of, version_of
from youthforum.proposals.routes.rooms import enter_proposal, pages, reading
from youthforum.proposals.template import Part


@dataclass(frozen=True)
class Desk:
    """A section on somebody's desk: what it is, and how it read when they began."""

    proposal: Proposal
    part: Part
    language: str
    base: RichText


@pages.route("/f/<slug>/proposals/<int:id>/amend/<part>", methods=["GET", "POST"])
@signed_in
def amend(slug: str, id: int, part: str) -> Any:
    proposal, member = enter_proposal(slug, id)
    refusal = policy.why_not_amend(member, proposal)
    if refusal is not None:
        raise Forbidden(refusal)
    # What is sent was written on top of the version that the form names, not of one that came meanwhile.
    number = whole(request.form.get("version", ""))
    version = version_of(proposal, number) if number else last_version(proposal)
    if version is None:
        raise Forbidden(NOTHING_TO_READ)
    content, found = Content.read(version.content), template_of(proposal).part(part)
    if found is None or not found.written:
        raise NotFound(field="part")
    sent = request.form.get("language", "")
    wanted = sent if sent in proposal.forum.languages else content.pick(part, reading(proposal))[0]
    desk = Desk(proposal, found, wanted, content.text(part, wanted))
    first = {"key": str(uuid.uuid4()), "version": version.number, "language": wanted}
    if request.method == "GET":
        return _page(desk, first | {"wording": _as_typed(desk, desk.base)})

    def send(values: dict[str, Any]) -> int:
        form = parse(AmendForm, values | {"proposal": id, "part": part}, strict=False)
        return int(live.suggest(viewer(), form)["amendment"]["id"])

    return _sent(desk, first | fields(), send)


@pages.route("/f/<slug>/amendments/<int:id>", methods=["GET", "POST"])
@signed_in
def reword(slug: str, id: int) -> Any:
    """One's own amendment, to be suggested anew."""
    amendment, found, member = amendment_shown_to(viewer(), id)
    proposal, _member = enter_proposal(slug, found.id)
    refusal = policy.why_not_change_amendment(member, proposal, amendment)
    if refusal is not None:
        raise Forbidden(refusal)
    part = template_of(proposal).part(amendment.part)
    if part is None:
        raise NotFound(field="part")
    desk = Desk(proposal, part, amendment.language, amendment.base)
    if request.method == "GET":
        return _page(
            desk, {"wording": _as_typed(desk, amendment.wording), "reason": amendment.reason}, asked=amendment.answer
        )

    def send(values: dict[str, Any]) -> int:
        live.reword(viewer(), parse(RewordForm, values | {"amendment": id}, strict=False))
        return id

    return _sent(desk, fields(), send, asked=amendment.answer)


def _sent(desk: Desk, values: dict[str, Any], send: Any, *, asked: str = "") -> Any:
    """Show what would change, or send it; a form with mistakes comes back with all that was typed."""
    if request.form.get("action") == "preview":
        try:
            return _page(desk, values, blocks=_preview(desk, values), asked=asked)
        except Invalid as error:
            return _page(desk, values, errors={"wording": error.message}, asked=asked), error.status
    try:
        made = send(values)
    except InvalidForm as error:
        return _page(desk, values, errors=error.errors, asked=asked), error.status
    except Invalid as error:
        return _page(desk, values, errors={error.field or "wording": error.message}, asked=asked), error.status
    flash(_("Sent. The co-authors will answer."), "done")
    address = url_for(f"{pages.name}.show", slug=desk.proposal.forum.slug, id=desk.proposal.id)
    return redirect(f"{address}#amendment-{made}")


def _as_typed(desk: Desk, words: RichText) -> str:
    """As Markdown, which can be typed on any phone."""
    return markdown(words).rstrip("\n")


def _preview(desk: Desk, values: dict[str, Any]) -> list[DiffBlock]:
    typed = str(values.get("wording", ""))
    if len(typed) > 2 * desk.part.longest + 200:
        raise Invalid(_("This is too long."))
    wording = check(from_markdown(typed), limit=desk.part.longest, line=desk.part.kind == "line")
    return differences(desk.base, wording)


def _page(
    desk: Desk,
    values: dict[str, Any],
    *,
    errors: dict[str, Any] | None = None,
    blocks: list[DiffBlock] | None = None,
    asked: str = "",
) -> str:
    return render_template(
        "proposals/amend.html",
        proposal=desk.proposal,
        part=desk.part,
        amended=desk.language,
        values=values,
        errors=errors or {},
        blocks=blocks,
        diff_language=desk.language,
        asked=asked,
    )
