"""Who writes a proposal: asked, joined, gone; and who may read along."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.proposals.desk import Editor, ask, drafting, join, notices, phase, refused, save, start, the, write
from tests.threads import at_once
from tests.world import World, snapshot
from youthforum.core.db import session
from youthforum.core.errors import Forbidden
from youthforum.forums.commands import appoint, suspend
from youthforum.forums.models import Member
from youthforum.forums.phases import Role
from youthforum.proposals.models import CoAuthor, Writing
from youthforum.proposals.queries.drafts import revision_of
from youthforum.proposals.queries.proposals import authors_of, members_to_invite


def states(world: World, proposal: int) -> dict[str, str]:
    names = {number: name for name, number in world.members.items()}
    session().expire_all()
    return {names[one.member_id]: one.state.value for one in authors_of(the(proposal), *Writing)}


def invite(world: World, proposal: int, who: str, *, by: str = "anna") -> None:
    ask(world, by, "proposal:invite", proposal=proposal, member=world.members[who])


def remove(world: World, proposal: int, who: str, *, by: str = "anna") -> None:
    ask(world, by, "proposal:remove", proposal=proposal, member=world.members[who])


def test_an_invitation_is_accepted_or_declined_and_can_be_repeated(inside: World, any_database: str) -> None:
    proposal = start(drafting(inside))
    assert states(inside, proposal) == {"anna": "writing"}
    invite(inside, proposal, "boris")
    invite(inside, proposal, "chris")
    told = {"proposal": proposal, "by": inside.members["anna"]}
    assert notices(inside, "boris") == [("proposal.invited", told)] == notices(inside, "chris")
    with refused("not_coauthor"):
        write(inside, proposal, {"need:de": "Zu früh"}, who="boris")
    with refused("not_coauthor"):
        Editor(inside, "boris", proposal)  # asked is not yet writing: the draft stays closed
    ask(inside, "boris", "proposal:answer", proposal=proposal, accept=True)
    ask(inside, "chris", "proposal:answer", proposal=proposal, accept=False)
    assert states(inside, proposal) == {"anna": "writing", "boris": "writing", "chris": "declined"}
    assert notices(inside, "anna") == [("proposal.joined", {"proposal": proposal, "by": inside.members["boris"]})]
    assert notices(inside, "boris", "proposal.joined") == []
    write(inside, proposal, {"need:de": "Zusammen"}, who="boris")
    with refused("not_coauthor"):
        Editor(inside, "chris", proposal)
    for who in ("chris", "boris", "vera"):  # answered, answered, never asked
        with refused("not_invited"):
            ask(inside, who, "proposal:answer", proposal=proposal, accept=True)
    join(inside, proposal, "chris", by="boris")
    assert states(inside, proposal)["chris"] == "writing"
    assert [kind for kind, _ in notices(inside, "boris")] == ["proposal.invited", "proposal.joined"]


def test_whoever_may_not_invite_or_be_invited(inside: World, app: Flask) -> None:
    proposal = start(drafting(inside), "anna", ("boris",))
    invite(inside, proposal, "chris")
    before = snapshot(app)
    for who, other, code in (
        ("anna", "boris", "already"),
        ("anna", "chris", "already"),
        ("anna", "anna", "already"),
        ("anna", "vera", "wrong_role"),
        ("anna", "olga", "wrong_role"),
        ("anna", "nina", "not_found"),
        ("chris", "max", "not_coauthor"),
        ("max", "sven", "not_coauthor"),
        ("olga", "sven", "wrong_role"),
        ("vera", "max", "wrong_role"),
        ("sven", "max", "suspended"),
        ("nina", "max", "not_found"),
        ("otto", "max", "not_found"),
    ):
        with refused(code):
            invite(inside, proposal, other, by=who)
    assert snapshot(app) == before
    phase(inside, "decide")
    with refused("wrong_phase"):
        invite(inside, proposal, "max")
    with refused("wrong_phase"):
        ask(inside, "chris", "proposal:answer", proposal=proposal, accept=True)
    phase(inside, "discuss")
    invite(inside, proposal, "max")
    ask(inside, "max", "proposal:answer", proposal=proposal, accept=True)
    assert states(inside, proposal)["max"] == "writing"


def test_whom_one_finds_to_invite(inside: World) -> None:
    proposal = start(drafting(inside), "anna", ("boris",))

    def found(search: str) -> list[str]:
        return [member.name for member in members_to_invite(the(proposal), search)]

    assert found("S") == ["Chris", "Sven"]  # Boris writes already
    assert found("mAx") == ["Max"]
    assert found("Vera") == found("Olga") == found("Nina") == found("%") == []


def test_leaving_and_coming_back(inside: World, app: Flask) -> None:
    proposal = start(drafting(inside), "anna", ("boris",))
    write(inside, proposal, {"need:de": "Von Boris"}, who="boris")
    phase(inside, "decide")  # going is possible in every phase
    ask(inside, "boris", "proposal:leave", proposal=proposal)
    assert states(inside, proposal) == {"anna": "writing", "boris": "left"}
    before = snapshot(app)
    for who in ("boris", "chris", "max", "vera", "sven"):
        with refused("not_coauthor"):
            ask(inside, who, "proposal:leave", proposal=proposal)
    with refused("not_found"):
        ask(inside, "nina", "proposal:leave", proposal=proposal)
    with refused("last_author"):
        ask(inside, "anna", "proposal:leave", proposal=proposal)
    assert snapshot(app) == before
    phase(inside, "draft")
    with refused("not_coauthor"):
        Editor(inside, "boris", proposal)
    with refused("not_coauthor"):
        save(inside, proposal, who="boris")
    join(inside, proposal, "boris")
    assert Editor(inside, "boris", proposal).says("need:de") == "Von Boris"


def test_who_removes_whom(inside: World, app: Flask) -> None:
    proposal = start(drafting(inside), "anna", ("boris", "chris"))
    before = snapshot(app)
    for who, code in (
        ("boris", "not_yours"),
        ("vera", "wrong_role"),
        ("sven", "suspended"),
        ("nina", "not_found"),
        ("otto", "not_found"),
    ):
        with refused(code):
            remove(inside, proposal, "chris", by=who)
    with refused("not_found"):
        remove(inside, proposal, "max")  # has nothing to do with it
    assert snapshot(app) == before
    editor = Editor(inside, "boris", proposal).type("need:de", "zu spät")
    remove(inside, proposal, "boris")
    remove(inside, proposal, "chris", by="max")
    assert states(inside, proposal) == {"anna": "writing", "boris": "removed", "chris": "removed"}
    assert notices(inside, "boris", "proposal.removed") == [("proposal.removed", {"proposal": proposal})]
    with refused("not_coauthor"):
        editor.send()
    with refused("not_invited"):
        ask(inside, "boris", "proposal:answer", proposal=proposal, accept=True)
    for who in ("anna", "max", "olga"):
        with refused("last_author"):
            remove(inside, proposal, "anna", by=who)
    join(inside, proposal, "boris")
    editor.pull().type("need:de", "wieder da").send()
    remove(inside, proposal, "anna", by="olga")  # who started it can be taken off, too, where somebody stays
    assert states(inside, proposal) == {"anna": "removed", "boris": "writing", "chris": "removed"}


def test_an_invitation_is_taken_back_and_who_is_gone_is_not_removed_again(inside: World, app: Flask) -> None:
    proposal = start(drafting(inside), "anna", ("boris",))
    invite(inside, proposal, "chris")
    remove(inside, proposal, "chris")
    with refused("not_invited"):
        ask(inside, "chris", "proposal:answer", proposal=proposal, accept=True)
    ask(inside, "boris", "proposal:leave", proposal=proposal)
    before = snapshot(app)
    remove(inside, proposal, "boris")
    remove(inside, proposal, "chris", by="max")
    assert snapshot(app) == before
    assert states(inside, proposal) == {"anna": "writing", "boris": "left", "chris": "removed"}


def test_the_last_two_never_leave_both(world: World, any_database: str) -> None:
    with world.inside():
        proposal = start(drafting(world), "anna", ("boris",))

    def leave(number: int) -> None:
        with world.inside():
            ask(world, ("anna", "boris")[number], "proposal:leave", proposal=proposal)

    results = at_once(leave, 2)
    refusals = [one for one in results if one is not None]
    assert len(refusals) == 1 and isinstance(refusals[0], Forbidden) and refusals[0].code == "last_author", results
    with world.inside():
        assert sorted(states(world, proposal).values()) == ["left", "writing"]


def test_an_open_draft_is_read_by_all_members_and_written_by_nobody_else(inside: World, app: Flask) -> None:
    proposal = start(drafting(inside), "anna", ("boris",))
    write(inside, proposal, {"need:de": "Halb fertig"})
    assert Editor(inside, "max", proposal).says("need:de") == "Halb fertig"  # those who facilitate always read along
    assert Editor(inside, "olga", proposal).says("need:de") == "Halb fertig"
    for who in ("chris", "vera", "sven"):
        with refused("not_coauthor"):
            Editor(inside, who, proposal)
    for who, code in (
        ("chris", "not_coauthor"),
        ("max", "not_coauthor"),
        ("vera", "wrong_role"),
        ("nina", "not_found"),
    ):
        with refused(code):
            ask(inside, who, "proposal:open", proposal=proposal, open=True)
    log = revision_of(proposal)
    ask(inside, "boris", "proposal:open", proposal=proposal, open=True)
    assert revision_of(proposal) == log + 1  # those who have the page open are asked again
    before = snapshot(app)
    ask(inside, "anna", "proposal:open", proposal=proposal, open=True)
    assert snapshot(app) == before
    for who in ("chris", "vera", "sven"):
        reader = Editor(inside, who, proposal)
        assert reader.says("need:de") == "Halb fertig"
        with refused({"chris": "not_coauthor", "vera": "wrong_role", "sven": "suspended"}[who]):
            reader.type("need:de", "!").send()
    for who in ("nina", "otto"):
        with refused("not_found"):
            Editor(inside, who, proposal)
    ask(inside, "anna", "proposal:open", proposal=proposal, open=False)
    with refused("not_coauthor"):
        Editor(inside, "chris", proposal)


@pytest.mark.parametrize(("how", "code"), [("suspended", "suspended"), ("an observer", "wrong_role")])
def test_a_coauthor_who_may_no_longer_take_part(inside: World, app: Flask, how: str, code: str) -> None:
    proposal = start(drafting(inside), "anna", ("boris",))
    boris: Member = inside.member("boris")
    if how == "suspended":
        suspend(inside.member("max"), boris, reason="Shouting")
    else:
        appoint(inside.member("olga"), boris, inside.forum(), role=Role.observer)
    session().expire_all()
    before = snapshot(app)
    for event, more in (
        ("proposal:invite", {"member": inside.members["chris"]}),
        ("proposal:version", {}),
        ("proposal:open", {"open": True}),
        ("proposal:move", {"move": "withdraw"}),
        ("draft:write", {"update": "AAA="}),
    ):
        with refused(code):
            ask(inside, "boris", event, proposal=proposal, **more)
    assert snapshot(app) == before
    assert Editor(inside, "boris", proposal).doc is not None  # reads what is theirs
    ask(inside, "boris", "proposal:leave", proposal=proposal)
    assert session().get_one(CoAuthor, (proposal, inside.members["boris"])).state is Writing.left
