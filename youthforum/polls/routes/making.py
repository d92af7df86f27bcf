"""Making a poll, in plain steps on one page: what is asked, how people vote, what decides, who, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from youthforum.core.access import signed_in, viewer
from youthforum.core.errors import DomainError, Forbidden, Invalid
from youthforum.core.forms import InvalidForm, parse
from youthforum.core.requests import fields
from youthforum.core.text import Text, whole
from youthforum.forums.models import Forum, Member
from youthforum.forums.queries import delegations_of, groups_of
from youthforum.forums.routes import enter
from youthforum.polls import forms, policy, queries, sentences
from youthforum.polls.counting.ballots import Method
from youthforum.polls.live import polls as live
from youthforum.polls.models import Poll
from youthforum.polls.routes.rooms import enter_poll, local, pages
from youthforum.proposals.models import Proposal
from youthforum.proposals.queries.proposals import Wanted, listing
from youthforum.proposals.stages import Stage

Values = dict[str, Any]

_LISTS = ("proposals", "delegations")
_TEXTS = ("question", "about", "lines")
_NEW: Values = {
    "method": "approval",
    "decides": "equal_shares",
    "seats": "3",
    "base": "ballots",
    "secrecy": "secret",
    "electors": "all",
    "quorum": "none",
    "results": "on_closing",
    "breakdown": "delegation",
    "shuffled": True,
    "proposals": [],
    "delegations": [],
}
_SHARES = ("1/4", "1/3", "1/2", "2/3")
# Where a sentence of the schema belongs on this page.
_PLACES = {
    "majority": "decides",
    "winners": "decides",
    "quorum": "quorum",
    "opens_at": "opens_at",
    "closes_at": "closes_at",
}


@dataclass(frozen=True)
class PaperOption:
    """An option of a ballot that is being tried out."""

    key: str
    text: Text
    proposal_id: int | None


@pages.route("/new", methods=["GET", "POST"])
@signed_in
def new(slug: str) -> Any:
    member = enter(slug)
    refusal = policy.why_not_make(member)
    if refusal is not None:
        raise Forbidden(refusal)
    if request.method == "GET":
        chosen = [str(whole(number)) for number in request.args.getlist("proposal")]
        return _page(member, None, _NEW | {"proposals": chosen or _shortlisted_ids(member)})

    def send(payload: Values) -> int:
        form = parse(forms.MakeForm, payload | {"forum": member.forum_id}, strict=False)
        return int(live.make(viewer(), form)["poll"]["id"])

    return _sent(member, None, send)


@pages.route("/<int:id>/edit", methods=["GET", "POST"])
@signed_in
def edit(slug: str, id: int) -> Any:
    poll, member = enter_poll(slug, id)
    refusal = policy.why_not_change(member, poll)
    if refusal is not None:
        raise Forbidden(refusal)
    if request.method == "GET":
        return _page(member, poll, _present(poll))

    def send(payload: Values) -> int:
        live.change(viewer(), parse(forms.ChangeForm, payload | {"poll": id}, strict=False))
        return id

    return _sent(member, poll, send)


def _sent(member: Member, poll: Poll | None, send: Any) -> Any:
    """Show the ballot, or keep the poll; a form with mistakes comes back with all that was typed."""
    values = fields(lists=_LISTS, flags=("shuffled",), texts=_TEXTS)
    if request.form.get("action") == "preview":
        return _page(member, poll, values, preview=_paper(member, values))
    try:
        made = send(_payload(member, values))
    except InvalidForm as error:
        return _page(member, poll, values, errors=_placed(error.errors)), error.status
    except Invalid as error:
        return _page(member, poll, values, errors=_placed({error.field or "": error.message})), error.status
    flash(_("Kept. Look at it once more, and open it when everybody is ready."), "done")
    return redirect(url_for("polls.show", slug=member.forum.slug, id=made))


# From the page to the schema, and back -------------------------------------------------------------------------------


def _payload(member: Member, values: Values) -> Values:
    """What the page says, as the schema asks for it. Raises Invalid, with the page's own name of the field."""
    method, decides = str(values.get("method", "")), str(values.get("decides", ""))
    if not decides:
        raise Invalid(_("Please choose what decides."), field="decides")
    if method not in set(Method):
        raise Invalid(_("Please choose one of the values offered."), field="method")
    payload: Values = {
        "question": values.get("question", {}),
        "about": values.get("about", {}),
        "options": _options(member.forum, values),
        "method": method,
        "secret": values.get("secrecy") != "open",
        "results": values.get("results", "on_closing"),
        "breakdown": values.get("breakdown", "delegation"),
        "shuffled": values["shuffled"],
        "working_group": values.get("working_group") or None,
    }
    kind, _each, threshold = decides.partition(":")
    if kind != "each":
        payload["winners"] = {"kind": kind, "seats": values.get("seats") or 1}
        threshold = str(values.get("also", "")) if method in (Method.YES_NO, Method.APPROVAL) else ""
    if threshold:
        payload["majority"] = {"threshold": threshold, "base": values.get("base", "ballots")}
        if values.get("within"):
            payload["majority"] |= {"within": values["within"], "at_least": values.get("at_least") or 0}
    if values.get("quorum") == "number":
        payload["quorum"] = {"number": values.get("quorum_number") or None}
    elif values.get("quorum") == "share":
        payload["quorum"] = {"share": values.get("quorum_share") or None}
    if values.get("electors") == "some":
        payload["delegations"] = values["delegations"]
    for name in ("opens_at", "closes_at"):
        payload[name] = _moment(member.forum, str(values.get(name, "")), name)
    return payload


def _options(forum: Forum, values: Values) -> list[Values]:
    """The ticked proposals, and then a pasted line each; lines of several languages belong together by number."""
    ticked: list[Values] = [{"proposal": number} for number in dict.fromkeys(values["proposals"])]
    written = {
        code: [line.strip() for line in words.splitlines() if line.strip()]
        for code, words in values.get("lines", {}).items()
        if code in forum.languages
    }
    longest = max(map(len, written.values()), default=0)
    for code, lines in written.items():
        if lines and len(lines) != longest:
            message = _("Every language needs the same number of lines, or none.")
            raise Invalid(message, field=f"lines_{code}")
    lines_of = [{code: lines[at] for code, lines in written.items() if lines} for at in range(longest)]
    found = ticked + [{"text": words} for words in lines_of]
    if not found:
        raise Invalid(_("Please tick proposals or write options, one on each line."), field="options")
    return found


def _moment(forum: Forum, typed: str, name: str) -> str | None:
    """What was typed is meant on the forum's clock."""
    if not typed:
        return None
    try:
        moment = datetime.fromisoformat(typed)
        return moment.replace(tzinfo=moment.tzinfo or ZoneInfo(forum.time_zone)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        raise Invalid(_("Please give a day and a time."), field=name) from None


def _placed(errors: dict[str, Any]) -> dict[str, Any]:
    """Beside which field of the page each sentence stands."""
    found: dict[str, Any] = {}
    for name, message in errors.items():
        head, _dot, rest = name.partition(".")
        if head in ("question", "about") and rest:
            place = f"{head}_{rest}"
        elif head == "options":
            place = "options"
        elif rest in ("seats", "at_least", "number", "share"):
            place = {"number": "quorum", "share": "quorum"}.get(rest, rest)
        else:
            place = _PLACES.get(head, name)
        found.setdefault(place, message)
    return found


def _present(poll: Poll) -> Values:
    """A prepared poll as the page's fields."""
    rules = poll.rules
    majority, winners, quorum = rules["majority"] or {}, rules["winners"], rules["quorum"] or {}
    own = [option.text for option in poll.options if option.proposal_id is None]
    return _NEW | {
        "question": poll.question,
        "about": poll.about,
        "lines": {code: "\n".join(text.get(code, "") for text in own).strip() for code in poll.forum.languages},
        "proposals": [str(option.proposal_id) for option in poll.options if option.proposal_id is not None],
        "method": poll.method.value,
        "decides": winners["kind"] if winners else f"each:{majority.get('threshold', 'simple')}",
        "seats": winners["seats"] if winners else "1",
        "also": majority.get("threshold", "") if winners else "",
        "base": majority.get("base", "ballots"),
        "within": majority.get("within") or "",
        "at_least": majority.get("at_least") or "",
        "secrecy": "secret" if poll.secret else "open",
        "electors": "some" if poll.delegations else "all",
        "delegations": [str(number) for number in poll.delegations or ()],
        "quorum": "number" if quorum.get("number") else "share" if quorum.get("share") else "none",
        "quorum_number": quorum.get("number") or "",
        "quorum_share": quorum.get("share") or "",
        "results": poll.results.value,
        "breakdown": poll.breakdown.value,
        "shuffled": poll.shuffled,
        "working_group": poll.working_group_id or "",
        "opens_at": local(poll.opens_at, poll.forum),
        "closes_at": local(poll.closes_at, poll.forum),
    }


# What the page shows -------------------------------------------------------------------------------------------------


def _paper(member: Member, values: Values) -> Values:
    """The ballot as it would be: `{question, about, method, options, secret, shuffled}`, or what keeps it from being
    shown."""
    method = str(values.get("method", ""))
    if method not in set(Method):
        return {"problem": _("Please choose how people vote first.")}
    try:
        found = _options(member.forum, values)
        options = [
            PaperOption(str(place), *_words(member, option)) for place, option in enumerate(found[: forms.MOST_OPTIONS])
        ]
    except DomainError as error:
        return {"problem": error.message}
    return {
        "question": Text(values.get("question", {})),
        "about": Text(values.get("about", {})),
        "method": method,
        "options": options,
        "secret": values.get("secrecy") != "open",
        "shuffled": values["shuffled"],
    }


def _words(member: Member, option: Values) -> tuple[Text, int | None]:
    number = whole(str(option.get("proposal", "")))
    if number:
        return queries.proposal_in(member.forum_id, number).title, number
    return Text(option["text"]), None


def _shortlisted(member: Member) -> list[Proposal]:
    found: list[Proposal] = []
    for number in range(1, 1 + -(-forms.MOST_OPTIONS // 30)):
        page = listing(member, Wanted(stage=Stage.shortlisted, sort="support"), number=number)
        found += [entry.proposal for entry in page.items]
        if number >= page.pages:
            break
    return found


def _shortlisted_ids(member: Member) -> list[str]:
    return [str(proposal.id) for proposal in _shortlisted(member)]


def _offered(member: Member, values: Values) -> list[Proposal]:
    """Shortlisted ones, and whatever else is ticked already."""
    found = _shortlisted(member)
    known = {proposal.id for proposal in found}
    for number in values.get("proposals", ()):
        if whole(number) and whole(number) not in known:
            try:
                found.append(queries.proposal_in(member.forum_id, whole(number)))
            except DomainError:
                continue
    return found


def _page(
    member: Member,
    poll: Poll | None,
    values: Values,
    *,
    errors: dict[str, Any] | None = None,
    preview: Values | None = None,
) -> str:
    flat = {name: value for name, value in values.items() if not isinstance(value, dict)}
    for name in _TEXTS:
        flat |= {f"{name}_{code}": words for code, words in values.get(name, {}).items()}
    return render_template(
        "polls/form.html",
        poll=poll,
        values=flat,
        errors=errors or {},
        preview=preview,
        proposals=_offered(member, values),
        groups=groups_of(member.forum),
        delegations=delegations_of(member.forum),
        methods=sentences.METHODS,
        decisions=sentences.DECIDING,
        fitting=sentences.FITTING_DECISIONS,
        bases=sentences.BASES,
        shares=[(one, sentences.share(one)) for one in _SHARES],
        final=sentences.FINAL,
        answers=sentences.ANSWERS,
    )
