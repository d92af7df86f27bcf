"""Who may do what, when: product.md's table, cell by cell, against the code's one reading of it."""

from __future__ import annotations

from itertools import product

import pytest

from youthforum.core.commands import COMMANDS, nothing_forbids
from youthforum.forums.models import Forum, Member, Suspension
from youthforum.forums.phases import Activity, Phase, Role
from youthforum.forums.policy import why_not

# One letter per phase, in their order: collect cluster draft discuss decide recommend follow_up archived.
EXPECTED = {
    #                 observer    participant moderator   organiser
    "read":          ("xxxxxxxx", "xxxxxxxx", "xxxxxxxx", "xxxxxxxx"),
    "post":          ("........", "xx......", "xx......", "xx......"),
    "vote":          ("........", "xxxxxxx.", "........", "........"),
    "discuss_ideas": ("........", "xxxx....", "xxxx....", "........"),
    "draft":         ("........", "..xx....", "..xx....", "........"),
    "comment":       ("........", "..xx....", "..xx....", "........"),
    "translate":     ("........", "xxxxxxx.", "xxxxxxx.", "xxxxxxx."),
    "report":        ("xxxxxxx.", "xxxxxxx.", "xxxxxxx.", "xxxxxxx."),
    "curate":        ("........", "........", "xxxxxxx.", "xxxxxxx."),
    "change_phase":  ("........", "........", "xxxxxxxx", "xxxxxxxx"),
    "run_boards":    ("........", "........", "xxxxxxx.", "xxxxxxx."),
    "decide":        ("........", "....x...", "........", "........"),
    "run_polls":     ("........", "........", "xxxxxxx.", "xxxxxxx."),
    "edit_forum":    ("........", "........", "........", "xxxxxxxx"),
}  # fmt: skip

CELLS = list(product(Activity, enumerate(Role), enumerate(Phase)))


@pytest.mark.parametrize(("activity", "role", "phase"), CELLS, ids=[f"{a}-{r}-{p}" for a, (_, r), (_, p) in CELLS])
def test_cell(activity: Activity, role: tuple[int, Role], phase: tuple[int, Phase]) -> None:
    member = Member(role=role[1], forum=Forum(phase=phase[1]))
    allowed = EXPECTED[activity.value][role[0]][phase[0]] == "x"
    refusal = why_not(member, activity)
    assert (refusal is None) is allowed
    if refusal is not None:
        assert refusal.code in ("wrong_role", "neutral", "wrong_phase")


@pytest.mark.parametrize("role", Role)
def test_whoever_is_suspended_reads_and_does_nothing_else(role: Role) -> None:
    member = Member(role=role, forum=Forum(phase=Phase.collect), suspension=Suspension(reason="x"))
    for activity in Activity:
        refusal = why_not(member, activity)
        assert (refusal is None) is (activity is Activity.read)
        assert refusal is None or refusal.code == "suspended"


def test_whoever_is_no_member_does_nothing() -> None:
    refusals = [why_not(None, activity) for activity in Activity]
    assert {refusal.code for refusal in refusals if refusal} == {"not_a_member"} and all(refusals)


def test_every_activity_has_its_row() -> None:
    assert set(EXPECTED) == {activity.value for activity in Activity}


# What decides about every command: an activity of the table; "own", what belongs to the person alone; "inner", given
# only inside other commands, which decide; "clock", what follows by itself; "machine", the server's command line.
COMMAND_TABLE = {
    "boards.change_board": "run_boards",
    "boards.freeze": "run_boards",
    "boards.make_board": "run_boards",
    "boards.open_voting": "run_boards",
    "boards.open_writing": "run_boards",
    "comments.edit_comment": "discuss_ideas, comment",
    "comments.hide_comment": "curate",
    "comments.post_comment": "discuss_ideas, comment",
    "comments.resolve_comment": "discuss_ideas, comment, curate",
    "comments.restore_comment": "curate",
    "comments.withdraw_comment": "own",
    "demo.make_demo": "machine",
    "forums.add_delegation": "edit_forum",
    "forums.add_group": "edit_forum",
    "forums.add_member": "machine",
    "forums.appoint": "edit_forum",
    "forums.change_phase": "change_phase",
    "forums.edit_forum": "edit_forum",
    "forums.end_partnership": "edit_forum",
    "forums.give_out_code": "machine",
    "forums.invite": "edit_forum",
    "forums.join_forum": "code",
    "forums.make_code": "edit_forum",
    "forums.make_forum": "organises",
    "forums.pair_delegations": "edit_forum",
    "forums.readmit": "curate",
    "forums.remove_delegation": "edit_forum",
    "forums.remove_group": "edit_forum",
    "forums.rename_delegation": "edit_forum",
    "forums.rename_group": "edit_forum",
    "forums.rename_member": "own",
    "forums.reset_member_password": "edit_forum",
    "forums.revoke_code": "edit_forum",
    "forums.suspend": "curate",
    "ideas.correct_language": "post, curate",
    "ideas.dissolve_cluster": "curate",
    "ideas.edit_idea": "post",
    "ideas.hide_idea": "curate",
    "ideas.make_cluster": "curate",
    "ideas.merge_ideas": "curate",
    "ideas.move_cluster": "curate",
    "ideas.move_idea": "post, curate",
    "ideas.name_cluster": "curate",
    "ideas.post_idea": "post",
    "ideas.restore_idea": "curate",
    "ideas.return_idea": "post",
    "ideas.unmerge_idea": "curate",
    "ideas.withdraw_idea": "post",
    "imports.import_conversation": "machine",
    "imports.import_ideas": "machine",
    "moderation.report_content": "report",
    "moderation.settle_reports": "curate",
    "notices.give_notices": "inner",
    "notices.read_notices": "own",
    "people.create_person": "inner",
    "people.end_sign_ins": "own",
    "people.make_admin": "machine",
    "people.make_password_link": "inner",
    "people.open_sign_in": "inner",
    "people.renew_phrase": "own",
    "people.reset_password": "machine",
    "people.set_password": "own",
    "people.speak": "own",
    "people.use_password_link": "link",
    "polls.cancel_poll": "run_polls",
    "polls.cast_ballot": "decide",
    "polls.change_poll": "run_polls",
    "polls.close_by_clock": "clock",
    "polls.close_poll": "run_polls",
    "polls.make_poll": "run_polls",
    "polls.open_poll": "run_polls",
    "polls.publish_poll": "run_polls",
    "polls.store_outcome": "clock",
    "proposals.accept_amendment": "draft",
    "proposals.answer_invitation": "draft",
    "proposals.ask_back": "draft",
    "proposals.call_current": "draft",
    "proposals.change_template": "edit_forum",
    "proposals.check_translation": "translate",
    "proposals.current_template": "inner",
    "proposals.decline_amendment": "draft",
    "proposals.endorse": "comment",
    "proposals.invite_author": "draft",
    "proposals.leave_proposal": "own",
    "proposals.move_proposal": "draft, curate",
    "proposals.open_draft": "draft",
    "proposals.remove_author": "draft, curate",
    "proposals.restore_version": "draft",
    "proposals.reword_amendment": "comment",
    "proposals.save_version": "draft",
    "proposals.start_proposal": "draft",
    "proposals.suggest_amendment": "comment",
    "proposals.take_suggestion": "draft",
    "proposals.withdraw_amendment": "comment",
    "proposals.write_draft": "draft",
    "translations.allow_machines": "edit_forum",
    "translations.check_translation": "translate",
    "translations.keep_suggestion": "translate",
    "translations.wish_translation": "translate",
    "translations.write_translation": "translate",
    "votes.dismiss_notice": "own",
    "votes.give_dots": "vote",
    "votes.give_opinion": "vote",
}


# Other tests register commands of their own.
OURS = {name: found for name, found in COMMANDS.items() if found.run.__module__.startswith("youthforum.")}


def test_every_command_is_named_in_the_table() -> None:
    assert set(OURS) == set(COMMAND_TABLE)


def test_only_the_machine_and_inner_commands_ask_nobody() -> None:
    unasked = {name for name, found in OURS.items() if found.unless is nothing_forbids}
    assert unasked == {name for name, what in COMMAND_TABLE.items() if what in ("machine", "inner")}


def test_every_activity_decides_about_a_command() -> None:
    named = {word for what in COMMAND_TABLE.values() for word in what.split(", ")}
    assert {activity.value for activity in Activity} - {"read"} <= named
