"""The page of a poll: the ballot while it is open, the result when it is there; and voting without scripts."""

from __future__ import annotations

import secrets
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from youthforum.core.access import signed_in, viewer
from youthforum.core.errors import DomainError, Invalid
from youthforum.core.forms import parse
from youthforum.forums.models import Member
from youthforum.polls import forms, policy, queries, sentences
from youthforum.polls.counting.ballots import HIGHEST_SCORE, Method
from youthforum.polls.live import polls as live
from youthforum.polls.models import Poll, PollOption, State
from youthforum.polls.routes.result import drawn_result
from youthforum.polls.routes.rooms import enter_poll, pages, voting_teams


@pages.get("/<int:id>")
@signed_in
def show(slug: str, id: int) -> Any:
    poll, member = enter_poll(slug, id)
    return _page(poll, member)


@pages.post("/<int:id>/ballot")
@signed_in
def cast(slug: str, id: int) -> Any:
    """Without scripts: first the review, then the ballot. What was chosen stands in the page and nowhere else."""
    poll, member = enter_poll(slug, id)
    if request.form.get("action") == "change":
        return _page(poll, member, chosen=_marked(poll))
    try:
        choice = _choice(poll, queries.options_for(member, poll))
        if request.form.get("action") != "cast":
            refusal = live.what_is_mine(member, poll)["state"]["why_not_cast"]
            return _page(poll, member, chosen=_marked(poll), review=None if refusal else choice)
        half = request.form.get("half", "")
        form = parse(forms.CastForm, {"poll": id, "choice": choice, "half": half})
        told = live.cast(viewer(), form)
    except DomainError as error:
        return _page(poll, member, chosen=_marked(poll), problem=error.message), error.status
    return _page(poll, member, receipt=told["receipt"])


def _marked(poll: Poll) -> dict[str, str]:
    """The form as it was filled in: `{key: answer, points or place}`, ticked ones with “yes”."""
    if poll.method is Method.APPROVAL:
        return dict.fromkeys(request.form.getlist("approved"), "yes")
    found = {option.key: request.form.get(f"option-{option.key}", "") for option in poll.options}
    return {key: value for key, value in found.items() if value}


def _choice(poll: Poll, options: list[PollOption]) -> Any:
    """The form as a ballot. Raises Invalid for two options in the same place and for what is no number."""
    marked = _marked(poll)
    if poll.method is Method.YES_NO:
        return marked
    if poll.method is Method.APPROVAL:
        return list(marked)
    try:
        numbers = {key: int(value) for key, value in marked.items()}
    except ValueError:
        raise Invalid(_("Please choose one of the values offered.")) from None
    if poll.method is Method.SCORE:
        return numbers
    if len(set(numbers.values())) < len(numbers):
        raise Invalid(_("Two options have the same place. Please give each its own."))
    return sorted(numbers, key=numbers.__getitem__)


def _page(
    poll: Poll,
    member: Member,
    *,
    chosen: dict[str, str] | None = None,
    review: Any = None,
    receipt: str | None = None,
    problem: Any = None,
) -> str:
    mine = live.what_is_mine(member, poll)
    options = queries.options_for(member, poll)
    why_not = {
        name: None if refusal is None else str(refusal)
        for name, refusal in (
            ("cast", None),
            ("open", policy.why_not_open(member, poll)),
            ("close", policy.why_not_close(member, poll)),
            ("publish", policy.why_not_publish(member, poll)),
            ("cancel", policy.why_not_cancel(member, poll)),
            ("change", policy.why_not_change(member, poll)),
        )
    } | {"cast": mine["state"]["why_not_cast"]}
    return render_template(
        "polls/show.html",
        poll=poll,
        options=options,
        facilitates=policy.why_not_run(member, poll) is None,
        voted=mine["voted"],
        why_not=why_not,
        teams=voting_teams(poll),
        turnout=queries.turnout(poll),
        words=_words(poll),
        chosen=chosen or {},
        review=None if review is None else _review(poll, options, review),
        reviewed=review,
        receipt=receipt,
        problem=problem,
        half=request.form.get("half") or secrets.token_hex(16),
        answers=sentences.ANSWERS,
        highest=HIGHEST_SCORE,
        result=drawn_result(poll, member),
        page_data={
            "poll": poll.id,
            "revision": poll.revision,
            "forum_revision": poll.forum.revision,
            "method": poll.method.value,
            "voted": mine["voted"],
            "open": poll.state is State.open and mine["state"]["why_not_cast"] is None,
        },
    )


def _words(poll: Poll) -> dict[str, Any]:
    return {
        "state": sentences.STATE_LABELS[poll.state],
        "method": sentences.METHODS[poll.method],
        "decides": sentences.deciding(poll.rules, poll.method),
        "secrecy": sentences.SECRET if poll.secret else sentences.NOT_SECRET,
        "final": sentences.FINAL,
        "fixed": sentences.FIXED,
        "results": sentences.shown_when(poll.results),
        "breakdown": sentences.broken_down(poll.breakdown, secret=poll.secret),
    }


def _review(poll: Poll, options: list[PollOption], choice: Any) -> list[tuple[PollOption, Any]]:
    """The ballot as sentences of its voter: each option and what is said of it."""
    by_key = {option.key: option for option in options}
    if poll.method is Method.RANKING:
        return [(by_key[key], place) for place, key in enumerate(choice, 1) if key in by_key]
    if poll.method is Method.APPROVAL:
        return [(option, _("Ticked")) for option in options if option.key in choice]
    if poll.method is Method.SCORE:
        return [(option, choice.get(option.key, 0)) for option in options]
    return [
        (option, sentences.ANSWERS.get(choice.get(option.key, ""), sentences.ANSWERS["abstain"])) for option in options
    ]


@pages.get("/<int:id>/ballot")
@signed_in
def ballot(slug: str, id: int) -> Any:
    """Where the review was reloaded or the language was switched on it."""
    enter_poll(slug, id)
    return redirect(url_for("polls.show", slug=slug, id=id))
