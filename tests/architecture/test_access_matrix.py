"""Who gets in where: every route, every operation on every transport, every room, for every kind of person.

The tables below are the expectation, written by hand. A new route, intake, socket event or channel without a row
fails; so does a row for something that is gone. Every refusal, and every GET, must leave the database as it was.
"""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import MakeApp, an_app
from tests.world import ACTORS, Api, Browser, World, post, snapshot
from youthforum.comments.commands import hide_comment, post_comment
from youthforum.comments.models import Comment
from youthforum.comments.subjects import subject_of as discussed
from youthforum.core import db
from youthforum.core.commands import unit_of_work
from youthforum.core.errors import DomainError
from youthforum.core.richtext import from_plain
from youthforum.forums.commands import make_code
from youthforum.forums.models import Forum, JoinCode
from youthforum.forums.phases import Phase, Role
from youthforum.ideas import commands as ideas
from youthforum.live.channels import CHANNELS, Audience
from youthforum.live.intake import INTAKES
from youthforum.moderation.commands import report_content
from youthforum.people.commands import make_password_link
from youthforum.polls.commands import close_poll, make_poll, open_poll
from youthforum.polls.forms import PollFields
from youthforum.polls.live.polls import count
from youthforum.proposals.commands.amending import suggest_amendment
from youthforum.proposals.commands.authors import answer_invitation, invite_author
from youthforum.proposals.commands.starting import start_proposal
from youthforum.proposals.commands.versions import save_version
from youthforum.proposals.commands.writing import rewrite
from youthforum.proposals.queries.drafts import locked_draft
from youthforum.translations.commands import write_translation
from youthforum.translations.subjects import subject_of

# The columns of every table.
WHO = ["anonymous", "observer", "participant", "moderator", "organiser", "elsewhere", "suspended"]
assert list(ACTORS) == WHO

EVERYBODY = "200 200 200 200 200 200 200"
MEMBERS = "401 200 200 200 200 404 200"
FACILITATORS = "401 403 403 200 200 404 403"
ORGANISERS = "401 403 403 403 200 404 403"
SIGNED_IN = "401 200 200 200 200 200 200"


def then(statuses: str, success: int) -> str:
    """The same people, with what success looks like after a form was sent."""
    return statuses.replace("200", str(success))


# A poll as the form for making one sends it
A_POLL_TYPED = {"question_de": "Was zuerst?", "lines_de": "Eins\nZwei", "method": "yes_no", "decides": "each:simple"}

# (endpoint, method) → (address, what is sent, statuses). {names} are filled from the world.
ROUTES: dict[tuple[str, str], tuple[str, dict[str, Any] | None, str]] = {
    # Open to everybody
    ("api.docs", "GET"): ("/api/docs", None, EVERYBODY),
    ("api.healthz", "GET"): ("/healthz", None, EVERYBODY),
    ("api.metrics", "GET"): ("/metrics", None, EVERYBODY),  # this machine only; see tests/security
    ("api.openapi", "GET"): ("/api/v1/openapi.json", None, EVERYBODY),
    ("api.readyz", "GET"): ("/readyz", None, EVERYBODY),
    ("forums.start", "GET"): ("/", None, EVERYBODY),
    ("forums.join_code", "GET"): ("/join", None, EVERYBODY),
    ("forums.join_code", "POST"): ("/join", {"code": "{code}"}, then(EVERYBODY, 302)),
    ("forums.join", "GET"): ("/join/{code}", None, "200 302 302 302 302 200 302"),
    ("forums.join", "POST"): (
        "/join/{code}",
        {"name": "Mia", "language": "de", "age_band": "18+", "accept_rules": "yes"},
        then(EVERYBODY, 302),
    ),
    ("forums_api.join_by_api", "POST"): (
        "/api/v1/join",
        {"code": "{code}", "name": "Mia", "language": "de", "age_band": "18+", "accept_rules": True},
        "201 200 200 200 200 200 200",
    ),
    ("people.sign_in", "GET"): ("/sign-in", None, EVERYBODY),
    ("people.sign_in", "POST"): ("/sign-in", {"email": "x@y.example", "password": "no"}, then(EVERYBODY, 422)),
    ("people.sign_out", "POST"): ("/sign-out", {}, then(EVERYBODY, 302)),
    ("people.come_back", "GET"): ("/return", None, EVERYBODY),
    ("people.come_back", "POST"): ("/return", {"phrase": "no such words"}, then(EVERYBODY, 422)),
    ("people.forgot", "GET"): ("/forgot", None, EVERYBODY),
    ("people.forgot", "POST"): ("/forgot", {"email": "olga@forum.example"}, then(EVERYBODY, 422)),  # no mail here
    ("people.reset", "GET"): ("/reset/{link}", None, EVERYBODY),
    ("people.reset", "POST"): ("/reset/{link}", {"password": "short"}, then(EVERYBODY, 422)),
    ("people.set_language", "POST"): ("/language", {"language": "en"}, then(EVERYBODY, 302)),
    ("static", "GET"): ("{static}/css/tokens.css", None, EVERYBODY),
    # One's own
    ("people.account", "GET"): ("/account", None, SIGNED_IN),
    ("people.account", "POST"): ("/account", {"action": "language", "language": "en"}, then(SIGNED_IN, 302)),
    # Making a forum: whoever organises one, here or elsewhere
    ("forums.new", "GET"): ("/forums/new", None, "401 403 403 403 200 200 403"),
    ("forums.new", "POST"): (
        "/forums/new",
        {"languages": "de", "title_de": "Neu", "age_bands": "18+", "delegations": "Essen, DE"},
        "401 403 403 403 302 302 403",
    ),
    # Members of the forum
    ("forums.home", "GET"): ("/f/bridges", None, MEMBERS),
    ("forums.welcome", "GET"): ("/f/bridges/welcome", None, then(MEMBERS, 302)),
    ("forums_api.listing", "GET"): ("/api/v1/forums/bridges", None, MEMBERS),
    ("boards.show", "GET"): ("/f/bridges/boards/{dots}", None, MEMBERS),
    ("votes_api.board_by_api", "GET"): ("/api/v1/boards/{dots}", None, MEMBERS),
    ("api.do", "POST"): ("/do/vote-dots", {"idea": "{one}", "dots": "1"}, "401 403 302 403 403 404 403"),
    ("notices.inbox", "GET"): ("/f/bridges/notices", None, MEMBERS),
    ("notices_api.notices_by_api", "GET"): ("/api/v1/forums/bridges/notices", None, MEMBERS),
    ("comments.idea", "GET"): ("/f/bridges/boards/{dots}/ideas/{one}", None, MEMBERS),
    ("comments_api.thread", "GET"): ("/api/v1/ideas/{two}/comments", None, MEMBERS),
    # Proposals, in the phase in which they are written; boris writes "plan" with anna, and has amended "other"
    ("proposals.index", "GET"): ("/f/bridges/proposals", None, MEMBERS),
    ("proposals.new", "GET"): ("/f/bridges/proposals/new", None, "401 403 200 200 403 404 403"),
    ("proposals.new", "POST"): (
        "/f/bridges/proposals/new",
        {"key": "6f2a1f5e-8a57-4b3c-9d0e-0123456789ab", "title": "New", "language": "de"},
        "401 403 302 302 403 404 403",
    ),
    ("proposals.show", "GET"): ("/f/bridges/proposals/{plan}", None, MEMBERS),
    ("proposals.write", "GET"): ("/f/bridges/proposals/{plan}/write", None, "401 403 200 200 200 404 403"),
    ("proposals.save_version", "POST"): (
        "/f/bridges/proposals/{plan}/save",
        {"note": "x"},
        "401 403 302 403 403 404 403",
    ),
    ("proposals.versions", "GET"): ("/f/bridges/proposals/{plan}/versions", None, MEMBERS),
    ("proposals.compare", "GET"): ("/f/bridges/proposals/{plan}/compare", None, MEMBERS),
    ("proposals.amend", "GET"): ("/f/bridges/proposals/{other}/amend/need", None, "401 403 200 200 403 404 403"),
    ("proposals.amend", "POST"): (
        "/f/bridges/proposals/{other}/amend/need",
        {"key": "6f2a1f5e-8a57-4b3c-9d0e-0123456789ab", "wording": "New", "reason": "x"},
        "401 403 302 302 403 404 403",
    ),
    ("proposals.reword", "GET"): ("/f/bridges/amendments/{own_amendment}", None, "401 403 200 403 403 404 403"),
    ("proposals.reword", "POST"): (
        "/f/bridges/amendments/{own_amendment}",
        {"wording": "New", "reason": "x"},
        "401 403 302 403 403 404 403",
    ),
    ("proposals.template", "GET"): ("/f/bridges/template", None, ORGANISERS),
    ("proposals.template", "POST"): ("/f/bridges/template", {"order": "title"}, "401 403 403 403 422 404 403"),
    ("proposals_api.listing", "GET"): ("/api/v1/forums/bridges/proposals", None, MEMBERS),
    ("proposals_api.by_api", "GET"): ("/api/v1/proposals/{plan}", None, MEMBERS),
    # Polls, in the phase in which the forum decides
    ("polls.index", "GET"): ("/f/bridges/polls", None, MEMBERS),
    ("polls.new", "GET"): ("/f/bridges/polls/new", None, FACILITATORS),
    ("polls.new", "POST"): ("/f/bridges/polls/new", A_POLL_TYPED, then(FACILITATORS, 302)),
    ("polls.edit", "GET"): ("/f/bridges/polls/{ready}/edit", None, "401 404 404 200 200 404 404"),
    ("polls.edit", "POST"): (
        "/f/bridges/polls/{ready}/edit",
        A_POLL_TYPED,
        then("401 404 404 200 200 404 404", 302),
    ),
    ("polls.show", "GET"): ("/f/bridges/polls/{running}", None, MEMBERS),
    ("polls.ballot", "GET"): ("/f/bridges/polls/{running}/ballot", None, then(MEMBERS, 302)),
    ("polls.cast", "POST"): (
        "/f/bridges/polls/{running}/ballot",
        {"approved": "a", "half": "0" * 32, "action": "cast"},
        "401 403 200 403 403 404 403",
    ),
    ("polls_api.by_api", "GET"): ("/api/v1/polls/{running}", None, MEMBERS),
    # Before the result is published
    ("polls_api.export", "GET"): ("/api/v1/polls/{counted}/export", None, FACILITATORS),
    ("polls_api.result_as_table", "GET"): ("/api/v1/polls/{counted}/result.csv", None, FACILITATORS),
    ("moderation.report", "GET"): ("/f/bridges/report/comment/{comment}", None, "401 200 200 200 200 404 403"),
    ("moderation.report", "POST"): (
        "/f/bridges/report/comment/{comment}",
        {"category": "unkind"},
        "401 302 302 302 302 404 403",
    ),
    ("translations.queue", "GET"): ("/f/bridges/translate?language=en", None, MEMBERS),
    ("translations.one", "GET"): ("/f/bridges/translate/idea/{one}?language=en", None, MEMBERS),
    ("translations_api.translations_by_api", "GET"): ("/api/v1/translations/idea/{one}", None, MEMBERS),
    # Whoever facilitates
    ("forums.people", "GET"): ("/f/bridges/people", None, FACILITATORS),
    ("moderation.reports", "GET"): ("/f/bridges/reports", None, FACILITATORS),
    ("forums.door", "GET"): ("/f/bridges/door", None, FACILITATORS),
    ("forums.sheet", "GET"): ("/f/bridges/sheet", None, FACILITATORS),
    ("forums.set_phase", "POST"): ("/f/bridges/phase", {"phase": "cluster"}, then(FACILITATORS, 302)),
    ("forums.suspend", "POST"): (
        "/f/bridges/people/suspend",
        {"member": "{anna}", "reason": "x"},
        then(FACILITATORS, 302),
    ),
    ("forums.readmit", "POST"): ("/f/bridges/people/readmit", {"member": "{sven}"}, then(FACILITATORS, 302)),
    ("boards.new", "GET"): ("/f/bridges/boards/new", None, FACILITATORS),
    ("boards.new", "POST"): (
        "/f/bridges/boards/new",
        {"question_de": "Was fehlt?", "columns_de": "Eins\nZwei", "kind": "dots", "budget": "5", "cap": "2"},
        then(FACILITATORS, 302),
    ),
    ("boards.settings", "GET"): ("/f/bridges/boards/{dots}/settings", None, FACILITATORS),
    ("boards.settings", "POST"): (
        "/f/bridges/boards/{dots}/settings",
        {"question_de": "Was noch?", "columns_de": "Eins\nZwei", "kind": "dots", "budget": "5", "cap": "2"},
        then(FACILITATORS, 302),
    ),
    # Organisers
    ("forums.settings", "GET"): ("/f/bridges/settings", None, ORGANISERS),
    ("forums.settings", "POST"): (
        "/f/bridges/settings",
        {"languages": "de", "title_de": "Anders", "age_bands": "18+", "time_zone": "Europe/Berlin"},
        then(ORGANISERS, 302),
    ),
    ("forums.delegations", "GET"): ("/f/bridges/delegations", None, ORGANISERS),
    ("forums.delegations", "POST"): (
        "/f/bridges/delegations",
        {"action": "add", "name": "Tver", "country": "RU"},
        then(ORGANISERS, 302),
    ),
    ("forums.groups", "GET"): ("/f/bridges/groups", None, ORGANISERS),
    ("forums.groups", "POST"): ("/f/bridges/groups", {"action": "add", "name_de": "Neu"}, then(ORGANISERS, 302)),
    ("translations.consent", "POST"): ("/f/bridges/translate/machine", {"allowed": "yes"}, then(ORGANISERS, 302)),
    ("forums.codes", "GET"): ("/f/bridges/codes", None, ORGANISERS),
    ("forums.codes", "POST"): ("/f/bridges/codes", {"role": "moderator", "days": "3"}, then(ORGANISERS, 302)),
    ("forums.revoke_code", "POST"): ("/f/bridges/codes/revoke", {"id": "{spare}"}, then(ORGANISERS, 302)),
    ("forums.invite", "POST"): (
        "/f/bridges/people/invite",
        {"name": "Ida", "email": "ida@forum.example", "role": "moderator"},
        ORGANISERS,
    ),
    ("forums.set_role", "POST"): (
        "/f/bridges/people/role",
        {"member": "{anna}", "role": "observer"},
        then(ORGANISERS, 302),
    ),
    ("forums.reset_member_password", "POST"): ("/f/bridges/people/password", {"member": "{max}"}, ORGANISERS),
}

CURATE = "signed_out wrong_role wrong_role ok ok not_found suspended"
VOTE = "signed_out wrong_role ok neutral neutral not_found suspended"
OWN = "signed_out wrong_role ok not_yours not_yours not_found suspended"  # boris is the participant, and the author
PREPARE = "signed_out not_found not_found ok ok not_found not_found"  # nobody else knows of the poll yet
TRANSLATE = "signed_out wrong_role ok ok ok not_found suspended"

# boris is a co-author
WRITE = "signed_out wrong_role ok not_coauthor wrong_role not_found suspended"
REWORD = "signed_out not_yours ok not_yours not_yours not_found not_yours"

A_POLL: dict[str, Any] = {
    "question": {"en": "What first?"},
    "options": [{"text": {"en": "A map"}}, {"text": {"en": "A choir"}}],
    "method": "approval",
    "winners": {"kind": "highest", "seats": 1},
    "results": "when_published",
}

# event → (what is sent, answers)
OPERATIONS: dict[str, tuple[dict[str, Any], str]] = {
    "idea:post": (
        {"key": "6f2a1f5e-8a57-4b3c-9d0e-0123456789ab", "board": "dots", "text": "New", "language": "de"},
        "signed_out wrong_role ok ok ok not_found suspended",
    ),
    "idea:edit": ({"idea": "three", "text": "Changed", "base": 1}, OWN),
    "idea:language": ({"idea": "three", "language": "ru"}, "signed_out wrong_role ok ok ok not_found suspended"),
    "idea:withdraw": ({"idea": "three"}, OWN),
    "idea:return": ({"idea": "gone"}, "signed_out not_found ok not_found not_found not_found not_found"),
    "idea:move": ({"idea": "three", "column": "second"}, "signed_out wrong_role ok ok ok not_found suspended"),
    "idea:hide": ({"idea": "two", "reason": "x"}, CURATE),
    "idea:restore": ({"idea": "hidden"}, "signed_out not_found not_found ok ok not_found not_found"),
    "idea:merge": ({"idea": "three", "into": "two"}, CURATE),
    "idea:unmerge": ({"idea": "merged"}, CURATE),
    "cluster:make": ({"board": "dots", "name": "Pair", "ideas": ["one", "three"]}, CURATE),
    "cluster:name": ({"cluster": "cluster", "name": "Renamed"}, CURATE),
    "cluster:move": ({"cluster": "cluster", "column": "second"}, CURATE),
    "cluster:dissolve": ({"cluster": "cluster"}, CURATE),
    "vote:dots": ({"idea": "one", "dots": 1}, VOTE),
    "vote:opinion": ({"idea": "yes", "opinion": 1}, VOTE),
    "notice:seen": ({"merge": "merge"}, "signed_out not_yours ok not_yours not_yours not_found not_yours"),
    "notice:read": ({"forum": "bridges", "up_to": 1}, "signed_out ok ok ok ok not_found ok"),
    "comment:post": (
        {"key": "6f2a1f5e-8a57-4b3c-9d0e-0123456789ab", "idea": "two", "text": "New", "language": "de"},
        "signed_out wrong_role ok ok wrong_role not_found suspended",
    ),
    "comment:edit": (
        {"comment": "comment", "text": "Changed", "base": 1},
        "signed_out wrong_role ok not_yours wrong_role not_found suspended",
    ),
    "comment:withdraw": (
        {"comment": "comment"},
        "signed_out not_yours ok not_yours not_yours not_found not_yours",
    ),
    "comment:resolve": (
        {"comment": "comment", "resolved": True},
        "signed_out wrong_role ok ok ok not_found suspended",
    ),
    "comment:hide": ({"comment": "comment", "reason": "x"}, CURATE),
    "comment:restore": ({"comment": "hidden_comment"}, "signed_out not_found not_found ok ok not_found not_found"),
    "report:content": (
        {"kind": "idea", "id": "two", "category": "danger"},
        "signed_out ok ok ok ok not_found suspended",
    ),
    "report:settle": (
        {"report": "report", "outcome": "x"},
        "signed_out not_found not_found ok ok not_found not_found",
    ),
    "translation:write": ({"idea": "one", "language": "ru", "text": "New"}, TRANSLATE),
    "translation:check": ({"translation": "translation"}, TRANSLATE),
    "translation:wish": ({"idea": "one", "language": "ru"}, TRANSLATE),
    # Where a server for it is set up, see tests/translations/test_machine.py
    "translation:suggest": (
        {"idea": "one", "language": "ru"},
        "signed_out wrong_role machine_off machine_off machine_off not_found suspended",
    ),
    "proposal:start": (
        {"key": "6f2a1f5e-8a57-4b3c-9d0e-0123456789ab", "forum": "bridges", "title": "New", "language": "de"},
        "signed_out wrong_role ok ok wrong_role not_found suspended",
    ),
    "proposal:invite": ({"proposal": "plan", "member": "chris"}, WRITE),
    "proposal:answer": (
        {"proposal": "asked", "accept": True},
        "signed_out not_invited ok not_invited not_invited not_found not_invited",
    ),
    "proposal:leave": (
        {"proposal": "plan"},
        "signed_out not_coauthor ok not_coauthor not_coauthor not_found not_coauthor",
    ),
    "proposal:remove": (
        {"proposal": "plan", "member": "boris"},
        "signed_out wrong_role not_yours ok ok not_found suspended",
    ),
    "proposal:open": ({"proposal": "plan", "open": True}, WRITE),
    "proposal:version": ({"proposal": "plan", "note": "x"}, WRITE),
    "proposal:restore": ({"proposal": "plan", "version": 1}, WRITE),
    "proposal:move": ({"proposal": "plan", "move": "withdraw"}, WRITE),
    "proposal:endorse": (
        {"proposal": "other", "join": True},
        "signed_out wrong_role ok ok wrong_role not_found suspended",
    ),
    "proposal:current": ({"proposal": "plan", "part": "title", "language": "ru"}, WRITE),
    "proposal:checked": (
        {"proposal": "plan", "part": "title", "language": "ru"},
        "signed_out wrong_role ok ok ok not_found suspended",
    ),
    "proposal:suggest": (
        {"proposal": "plan", "part": "title", "language": "en"},
        WRITE.replace("ok", "machine_off"),
    ),
    "amendment:suggest": (
        {
            "key": "6f2a1f5e-8a57-4b3c-9d0e-0123456789ab",
            "proposal": "other",
            "part": "need",
            "language": "de",
            "version": 1,
            "wording": "New",
            "reason": "x",
        },
        "signed_out wrong_role ok ok wrong_role not_found suspended",
    ),
    "amendment:answer": ({"amendment": "amendment", "answer": "decline", "words": "x"}, WRITE),
    "amendment:reword": ({"amendment": "own_amendment", "wording": "New", "reason": "x"}, REWORD),
    "amendment:withdraw": ({"amendment": "own_amendment"}, REWORD),
    "draft:sync": ({"proposal": "plan"}, "signed_out not_coauthor ok ok ok not_found not_coauthor"),
    "draft:write": ({"proposal": "plan", "update": "AAA="}, WRITE),
    "draft:cursor": ({"proposal": "plan", "client": 1, "cursor": None}, WRITE),
    "poll:make": ({"forum": "bridges", **A_POLL}, CURATE),
    "poll:change": ({"poll": "ready", **A_POLL}, PREPARE),
    "poll:open": ({"poll": "ready"}, PREPARE),
    "poll:close": ({"poll": "running"}, CURATE),
    "poll:publish": ({"poll": "counted"}, CURATE),
    "poll:cancel": ({"poll": "running", "reason": "x"}, CURATE),
    "ballot:cast": ({"poll": "running", "choice": ["a"], "half": "0" * 32}, VOTE),
    "board:writing": ({"board": "dots", "open": False}, CURATE),
    "board:voting": ({"board": "dots", "open": False}, CURATE),
    "board:freeze": ({"board": "dots", "frozen": True}, CURATE),
    "forum:phase": ({"forum": "bridges", "phase": "cluster"}, CURATE),
}

WATCHERS = "signed_out ok ok ok ok not_found ok"
# The socket's own events
SOCKET_EVENTS: dict[str, tuple[dict[str, Any], str]] = {
    "watch": ({"channel": "board:{dots}"}, WATCHERS),
    "unwatch": ({"channel": "board:{dots}"}, "signed_out ok ok ok ok ok ok"),
    "here": ({"channel": "board:{dots}", "writing": True}, WATCHERS),  # after having asked to watch it
}
# channel kind → the tier in whose room each of them is; "-": in none
ROOMS = {
    "thread": ("{thread}", "- members members moderators moderators - members"),
    "proposal": ("{plan}", "- members members moderators moderators - members"),
    "draft": ("{plan}", "- - members members members - -"),
    "poll": ("{running}", "- members members moderators moderators - members"),
    "board": ("{dots}", "- members members moderators moderators - members"),
    "forum": ("{bridges}", "- members members moderators moderators - members"),
}


# The world, with something of every kind in it --------------------------------------------------------------------


Prepared = tuple[Path, World, dict[str, Any]]


def comment_on(world: World, who: str, idea: str) -> Comment:
    about, thing = discussed("idea"), world.idea(idea)
    key = str(uuid.uuid4())
    return post_comment(world.member(who), about, thing.board, thing, key=key, text="Said", language="de")


def some_proposals(world: World) -> dict[str, int]:
    """What anna began: "plan", which boris writes with her and chris amends; "other", with an amendment by boris;
    "asked", to which boris is invited. The forum is back in its first phase afterwards."""
    anna, boris = world.member("anna"), world.member("boris")
    with unit_of_work():
        world.forum().phase = Phase.draft
    made: dict[str, int] = {}
    for name, more in (("plan", ["boris"]), ("other", []), ("asked", ["boris"])):
        proposal = start_proposal(anna, title=name, language="de", key=str(uuid.uuid4()))
        with unit_of_work():
            words = {"need:de": from_plain("We need it"), "title:ru": from_plain("План")}
            rewrite(anna, proposal, locked_draft(proposal.id), words)
        save_version(anna, proposal)
        for other in more:
            invite_author(anna, proposal, world.member(other))
        made[name] = proposal.id
        if name == "plan":
            answer_invitation(boris, proposal, accept=True)
        if name != "asked":
            author = world.member("chris") if name == "plan" else boris
            made["amendment" if name == "plan" else "own_amendment"] = suggest_amendment(
                author,
                proposal,
                part="need",
                language="de",
                base=from_plain("We need it"),
                wording=from_plain("We want it"),
                reason="x",
                key=str(uuid.uuid4()),
            ).id
    with unit_of_work():
        world.forum().phase = Phase.collect
    return made


def some_polls(world: World) -> dict[str, int]:
    """One that is being prepared, one that is open, and one that is counted but not published."""
    max_, made = world.member("max"), {}
    with unit_of_work():
        world.forum().phase = Phase.decide
    for name in ("ready", "running", "counted"):
        poll = make_poll(max_, form=PollFields(**A_POLL))
        made[name] = poll.id
        if name != "ready":
            open_poll(max_, poll)
        if name == "counted":
            close_poll(max_, poll)
            count(poll)
    with unit_of_work():
        world.forum().phase = Phase.collect
    return made


@pytest.fixture(scope="session")
def prepared(sqlite_world: tuple[Path, World], tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The world plus a withdrawn, a hidden and a merged idea, a cluster, a spare code and a link; and their ids."""
    folder = tmp_path_factory.mktemp("matrix")
    shutil.copy(sqlite_world[0], folder / "youthforum.db")
    app = an_app(folder)
    world = sqlite_world[1].within(app)
    with app.app_context():
        for author, name in (("boris", "gone"), ("anna", "hidden"), ("boris", "merged")):
            post(world, "dots", author, name)
        board = world.board("dots")
        ideas.withdraw_idea(world.member("boris"), board, world.idea("gone"))
        ideas.hide_idea(world.member("max"), board, world.idea("hidden"), reason="x")
        merge = ideas.merge_ideas(world.member("max"), board, world.idea("merged"), world.idea("two")).id
        cluster = ideas.make_cluster(world.member("max"), board, column=None, name="Old", ideas=[world.idea("four")]).id
        translation = write_translation(
            world.member("chris"), subject_of("idea"), board, world.idea("one"), language="en", text="In English"
        ).id
        comment, hidden_comment = comment_on(world, "boris", "two"), comment_on(world, "anna", "two")
        about, thing = discussed("idea"), world.idea("two")
        hide_comment(world.member("max"), about, thing.board, thing, hidden_comment, reason="x")
        report = report_content(
            world.member("chris"), kind="comment", subject_id=comment.id, category="unkind", text=""
        ).id
        spare = make_code(world.member("olga"), role=Role.observer, delegation=None, days=3)
        link = make_password_link(None, world.person("max"))
        proposals = some_proposals(world)
        names: dict[str, Any] = {
            **world.forums,
            **world.boards,
            **world.members,
            **world.ideas,
            **proposals,
            **some_polls(world),
            "merge": merge,
            "cluster": cluster,
            "translation": translation,
            "comment": comment.id,
            "hidden_comment": hidden_comment.id,
            "thread": comment.thread_id,
            "report": report,
            "second": world.columns["dots"][1],
            "spare": db.session().scalar(sa.select(JoinCode.id).where(JoinCode.code == spare.code)),
            "link": link,
            "code": world.codes["bridges"],
        }
    app.extensions["engine"].dispose()
    return folder / "youthforum.db", world, names


class Matrix:
    """The prepared world, anew for every actor."""

    def __init__(self, make_app: MakeApp, folder: Path, prepared: Prepared) -> None:
        self.template, world, self.names = prepared
        self.file = folder / "youthforum.db"
        shutil.copy(self.template, self.file)
        self.app = make_app(folder)
        self.world = world.within(self.app)
        rule = next(rule for rule in self.app.url_map.iter_rules() if rule.endpoint == "static")
        self.names = self.names | {"static": rule.rule.partition("/<")[0]}
        self.before = snapshot(self.app)

    def phase_of(self, name: str) -> None:
        """Move the forum to where this route or operation has its time, if that is not the beginning."""
        begins = {"proposal": Phase.draft, "amendment": Phase.draft, "draft": Phase.draft}
        begins |= {"poll": Phase.decide, "ballot": Phase.decide}
        phase = next((phase for begin, phase in begins.items() if name.startswith(begin)), None)
        if phase is None:
            return
        with self.app.app_context(), unit_of_work():
            db.session().get_one(Forum, self.names["bridges"]).phase = phase
        self.app.extensions["engine"].dispose()
        self.template = self.file.with_name("later.db")
        shutil.copy(self.file, self.template)
        self.before = snapshot(self.app)

    def actors(self) -> Iterator[tuple[str, str | None]]:
        """Each kind of person, with the token they come with."""
        for who, name in ACTORS.items():
            yield who, self.world.tokens[name] if name else None
            if not self.unchanged():
                self.anew()

    def anew(self) -> None:
        """Undo what the last one was allowed to do."""
        self.app.extensions["engine"].dispose()
        for leftover in self.file.parent.glob("youthforum.db*"):
            leftover.unlink()
        shutil.copy(self.template, self.file)

    def unchanged(self) -> bool:
        return snapshot(self.app) == self.before

    def fill(self, thing: Any) -> Any:
        """Names in braces, and bare names of the world in payloads, become ids."""
        if isinstance(thing, dict):
            return {key: self.fill(value) for key, value in thing.items()}
        return thing.format(**self.names) if isinstance(thing, str) else thing

    def payload(self, given: dict[str, Any]) -> dict[str, Any]:
        fields = (
            "poll",
            "proposal",
            "amendment",
            "member",
            "idea",
            "into",
            "ideas",
            "board",
            "forum",
            "cluster",
            "merge",
            "translation",
            "column",
            "comment",
            "report",
            "id",
        )
        return {key: self._ids(value) if key in fields else value for key, value in given.items()}

    def _ids(self, value: Any) -> Any:
        return [self.names[one] for one in value] if isinstance(value, list) else self.names[value]


@pytest.fixture
def matrix(make_app: MakeApp, tmp_path: Path, prepared: Prepared) -> Matrix:
    return Matrix(make_app, tmp_path, prepared)


# Nothing is missing --------------------------------------------------------------------------------------------


def test_every_route_says_who_may_knock(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        assert getattr(app.view_functions[rule.endpoint], "access", None) in ("public", "signed in"), rule


def test_every_route_and_method_has_a_row(app: Flask) -> None:
    found = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    operations = {(f"do.{event}", "POST") for event in OPERATIONS}
    assert found == set(ROUTES) | operations


def test_every_operation_socket_event_and_channel_has_a_row(app: Flask) -> None:
    assert set(INTAKES) == set(OPERATIONS)
    assert set(app.extensions["live"]._events) == set(SOCKET_EVENTS)
    assert set(CHANNELS) == set(ROOMS)


def test_what_is_open_to_everybody_says_so(app: Flask) -> None:
    """The other way round: a row that lets visitors in is of a route that is marked public."""
    for (endpoint, _), (_, _, statuses) in ROUTES.items():
        assert (statuses.split()[0] != "401") is (app.view_functions[endpoint].access == "public"), endpoint


# Cell by cell --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ROUTES, ids=[f"{method} {endpoint}" for endpoint, method in ROUTES])
def test_route(matrix: Matrix, row: tuple[str, str]) -> None:
    matrix.phase_of(row[0])
    address, sent, statuses = ROUTES[row]
    address, method = matrix.fill(address), row[1]
    found = {}
    for who, token in matrix.actors():
        if address.startswith("/api/v1"):
            api = Api(matrix.app, token)
            answer = api.client.open(address, method=method, json=matrix.fill(sent), headers=api.headers)
        else:
            browser = Browser(matrix.app, token)
            answer = browser.get(address) if method == "GET" else browser.post(address, matrix.fill(sent))
        found[who] = answer.status_code
        if answer.status_code >= 400 or method == "GET":
            assert matrix.unchanged(), f"{who} changed something"
    assert found == dict(zip(WHO, map(int, statuses.split()), strict=True))


def code_of(call: Callable[[], Any]) -> str:
    try:
        call()
    except DomainError as error:
        return error.code
    return "ok"


@pytest.mark.parametrize("event", OPERATIONS)
def test_operation_over_the_api(matrix: Matrix, event: str) -> None:
    matrix.phase_of(event)
    given, answers = OPERATIONS[event]
    payload = matrix.payload(given)
    path = re.sub(r"<(\w+)>", lambda field: str(payload[field[1]]), INTAKES[event].path)
    body = {key: value for key, value in payload.items() if f"<{key}>" not in INTAKES[event].path}
    found = {}
    for who, token in matrix.actors():
        answer = Api(matrix.app, token).post(path, body)
        found[who] = "ok" if answer.status_code == 200 else answer.get_json()["error"]["code"]
        assert found[who] == "ok" or matrix.unchanged(), f"{who} changed something"
    assert found == dict(zip(WHO, answers.split(), strict=True))


@pytest.mark.parametrize("event", OPERATIONS)
def test_operation_over_the_socket_and_by_hand(matrix: Matrix, event: str) -> None:
    """What a socket acknowledges, and what the function below all transports says."""
    matrix.phase_of(event)
    given, answers = OPERATIONS[event]
    payload, live = matrix.payload(given), matrix.app.extensions["live"]
    by_socket, by_hand = {}, {}
    for who, token in matrix.actors():
        with matrix.app.app_context():
            welcome = live.connect(who, {}, {"token": token} if token else None)
            assert welcome is (token is not None)
        with matrix.app.app_context():
            acknowledged = live.dispatch(who, event, payload)
        by_socket[who] = "ok" if acknowledged["ok"] else acknowledged["error"]["code"]
        assert by_socket[who] == "ok" or (acknowledged["error"]["message"] and matrix.unchanged())
        if token is None:
            continue
        if by_socket[who] == "ok":
            matrix.anew()
        with matrix.app.app_context():
            person = live.identity.person(live.identity.arrive({}, {"token": token})[0])
            by_hand[who] = code_of(lambda person=person: INTAKES[event](person, payload))  # type: ignore[misc]
        assert by_hand[who] == "ok" or matrix.unchanged()
    expected = dict(zip(WHO, answers.split(), strict=True))
    assert by_socket == expected
    assert by_hand == {who: code for who, code in expected.items() if who != "anonymous"}


@pytest.mark.parametrize("event", SOCKET_EVENTS)
def test_socket_event(matrix: Matrix, event: str) -> None:
    given, answers = SOCKET_EVENTS[event]
    payload, live, found = matrix.fill(given), matrix.app.extensions["live"], {}
    for who, token in matrix.actors():
        with matrix.app.app_context():
            live.connect(who, {}, {"token": token} if token else None)
            if event == "here":
                live.dispatch(who, "watch", {"channel": payload["channel"]})
            acknowledged = live.dispatch(who, event, payload)
        found[who] = "ok" if acknowledged["ok"] else acknowledged["error"]["code"]
        assert matrix.unchanged()
        live.disconnect(who)
    assert found == dict(zip(WHO, answers.split(), strict=True))


@pytest.mark.parametrize("kind", ROOMS)
def test_room(matrix: Matrix, kind: str) -> None:
    number, tiers = ROOMS[kind]
    channel, found = f"{kind}:{matrix.fill(number)}", {}
    for who, name in ACTORS.items():
        with matrix.world.inside():
            person = matrix.world.person(name) if name else None
            try:
                tier = CHANNELS[kind].admit(person, int(matrix.fill(number))).tier
            except DomainError:
                found[who] = "-"
                continue
        found[who] = tier
        room = Audience(channel, tier, "de").room
        assert room == (f"{channel}:moderators:de" if tier == "moderators" else f"{channel}:de")
    assert found == dict(zip(WHO, tiers.split(), strict=True))
    assert matrix.unchanged()


@pytest.mark.parametrize("name", ["board:999999", "forum:999999", "person:1", "board:7:moderators:de", "x:1", "board:"])
def test_a_room_that_is_not_there_is_entered_by_nobody(matrix: Matrix, name: str) -> None:
    """Nor can a room be named directly: a personal one, or that of the moderators."""
    live = matrix.app.extensions["live"]
    with matrix.app.app_context():
        live.connect("olga", {}, {"token": matrix.world.tokens["olga"]})
        acknowledged = live.dispatch("olga", "watch", {"channel": name})
    assert acknowledged["ok"] is False and acknowledged["error"]["code"] in ("not_found", "invalid")
    assert live.connections["olga"].watching == set()
