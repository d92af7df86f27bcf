"""Polls for programs: one poll, its result as a table, and the export that anybody can count again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify
from flask_babel import get_locale

from youthforum.core.access import signed_in, viewer
from youthforum.core.errors import Forbidden
from youthforum.live.openapi import endpoint
from youthforum.polls import policy, queries
from youthforum.polls.live.polls import poll_json, turnout_json, what_is_mine
from youthforum.polls.table import as_csv, rows_of

api = Blueprint("polls_api", __name__, url_prefix="/api/v1")


@api.get("/polls/<int:id>")
@endpoint(
    "A poll: its options in the order in which one sees them, turnout, what is one’s own, and the result once it is "
    "shown.",
    answer={
        "poll": {"id": 3, "state": "open", "question": {"en": "Which two?"}, "method": "approval", "secret": True},
        "revision": 2,
        "options": [{"key": "a", "text": {"en": "A map of both cities"}, "proposal": 7}],
        "turnout": {"cast": 25, "of": 50},
        "voted": False,
        "state": {"why_not_cast": None, "why_not_run": "As Participant you can’t do this."},
        "result": None,
        "facts": None,
        "head": None,
    },
)
@signed_in
def by_api(id: int) -> Any:
    """`result` and `facts` are those of the export; `head` stands for the whole protocol so far."""
    poll, member = queries.visible_poll(viewer(), id)
    shown = policy.why_not_see_result(member, poll) is None
    lines = queries.lines_of(poll)
    return jsonify(
        {
            "poll": poll_json(poll),
            "revision": poll.revision,
            "options": [
                {"key": option.key, "text": option.text, "proposal": option.proposal_id}
                for option in queries.options_for(member, poll)
            ],
            "turnout": turnout_json(poll),
            **what_is_mine(member, poll),
            "result": poll.outcome if shown else None,
            "facts": poll.facts,
            "head": lines[-1].hash if lines and (shown or not poll.is_over) else None,
        }
    )


@api.get("/polls/<int:id>/export")
@endpoint("Everything that is needed to count a poll again, once its result is shown; see docs/counting.md.")
@signed_in
def export(id: int) -> Any:
    poll, member = queries.visible_poll(viewer(), id)
    response = jsonify(queries.export_for(member, poll))
    response.headers["Content-Disposition"] = f'attachment; filename="poll-{poll.id}.json"'
    return response


@api.get("/polls/<int:id>/result.csv")
@endpoint("The result as a table, once it is shown: totals and what is published of delegations and countries.")
@signed_in
def result_as_table(id: int) -> Any:
    poll, member = queries.visible_poll(viewer(), id)
    refusal = policy.why_not_see_result(member, poll)
    if refusal is not None or poll.facts is None or poll.outcome is None:
        raise Forbidden(refusal or policy.NOT_COUNTED)
    table = as_csv(rows_of(poll.facts, poll.outcome, str(get_locale() or "en")))
    response = Response(table, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="poll-{poll.id}.csv"'
    return response
