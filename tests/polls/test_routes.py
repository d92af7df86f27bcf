"""The pages of polls, through browsers without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.polls.booth import (
    RANKING,
    SCORE,
    YES_NO,
    ask,
    cast,
    close,
    crowd,
    deciding,
    in_the_box,
    opened,
    prepare,
    the_poll,
)
from tests.world import Browser, Page, World
from youthforum.core.commands import unit_of_work
from youthforum.proposals.queries.proposals import proposal_by_id
from youthforum.proposals.stages import Stage

Browsers = Callable[..., Browser]
FORM: dict[str, Any] = {
    "question_en": "What first?",
    "question_de": "Was zuerst?",
    "lines_en": "A map\nA choir\n\nA camp",
    "lines_de": "Eine Karte\nEin Chor\nEin Lager",
    "method": "approval",
    "decides": "equal_shares",
    "seats": "2",
    "secrecy": "secret",
    "electors": "all",
    "quorum": "none",
    "results": "on_closing",
    "breakdown": "delegation",
    "action": "save",
}
NEW, LIST = "/f/bridges/polls/new", "/f/bridges/polls"


@pytest.fixture
def deciders(world: World) -> Iterator[World]:
    with world.inside():
        deciding(world)
    yield world


@pytest.fixture
def english(client_for: Browsers) -> Browsers:
    def make(name: str) -> Browser:
        browser = client_for(name)
        browser.post("/language", {"language": "en"})
        return browser

    return make


def page(number: int) -> str:
    return f"/f/bridges/polls/{number}"


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return Page(answer.get_data(as_text=True)).text


def half_of(answer: Any) -> str:
    fields = Page(answer.get_data(as_text=True)).all("input")
    return str(next(field["value"] for field in fields if field.get("name") == "half"))


def test_a_poll_from_the_wizard_to_its_result(deciders: World, english: Browsers) -> None:
    max_, anna = english("max"), english("anna")
    assert "Make the first one" in text(max_.get(LIST))
    assert "This page shows a poll as soon as it is open" in text(anna.get(LIST))
    made = max_.post(NEW, FORM)
    assert made.status_code == 302, text(made)
    here = made.headers["Location"]
    prepared = text(max_.get(here))
    assert "As a voter will see it" in prepared and "Once opened, nothing of this can be changed." in prepared
    assert "A set of 2 that represents everybody" in prepared
    assert anna.get(here).status_code == 404 and "What first?" not in text(anna.get(LIST))
    number = int(here.rpartition("/")[2])
    max_.post("/do/poll-open", {"next": here, "poll": number})
    assert "Vote now" in text(anna.get(LIST)) and "Vote now" in text(anna.get("/f/bridges"))
    ballot = anna.get(here)
    assert "Nobody sees how you voted." in text(ballot) and "Tick all that you want" in text(ballot)

    review = anna.post(f"{here}/ballot", {"approved": ["a", "c"], "half": half_of(ballot), "action": "review"})
    assert "Is this your ballot?" in text(review) and "A camp Ticked" in text(review)
    back = anna.post(f"{here}/ballot", {"approved": ["a", "c"], "half": half_of(review), "action": "change"})
    ticked = [each["value"] for each in Page(back.get_data(as_text=True)).all("input") if "checked" in each]
    assert ticked == ["a", "c"]
    sent = {"approved": ["a", "c"], "half": half_of(review), "action": "cast"}
    done = anna.post(f"{here}/ballot", sent)
    assert "Your ballot is in the box" in text(done)
    code = receipt_of(done)
    # A double tap, a reload: the same receipt, one ballot.
    assert receipt_of(anna.post(f"{here}/ballot", sent)) == code
    again = anna.post(f"{here}/ballot", sent | {"half": "0" * 32})
    assert again.status_code == 409 and "You voted already" in again.get_data(as_text=True)
    assert "You voted already" in text(anna.get(here)) and "You have voted" in text(anna.get(LIST))
    assert code not in anna.get(here).get_data(as_text=True)
    with deciders.inside():
        assert in_the_box(number)["roll"] == 1

    max_.post("/do/poll-close", {"next": here, "poll": number})
    result = text(anna.get(here))
    assert "2 options are adopted." in result and "Ticked on 1 of 1 ballots" in result
    assert code in result and "Find my receipt" in result and "tools/verify_poll.py" in result
    assert "was drawn when the poll opened" in result
    assert "Published" not in result or "published" in result


def receipt_of(answer: Any) -> str:
    codes = [
        each["data-copy-text"]
        for each in Page(answer.get_data(as_text=True)).all("code")
        if each.get("id") == "receipt-code"
    ]
    assert codes and codes[0] and re.fullmatch(r"[A-Z2-7]{20}", codes[0]), codes
    return codes[0]


def test_mistakes_stand_beside_their_fields_and_nothing_is_lost(deciders: World, english: Browsers) -> None:
    max_ = english("max")
    for wrong, place, sentence in (
        ({"question_en": "", "question_de": ""}, "question", "A poll needs a question"),
        ({"lines_en": "", "lines_de": ""}, "options", "Please tick proposals or write options"),
        ({"lines_de": "Eine Karte"}, "lines_de", "the same number of lines"),
        ({"method": "ranking"}, "decides", "can’t be counted in this way"),
        ({"seats": "9"}, "decides", "More options can’t win than there are."),
        ({"seats": "x"}, "seats", "not of the expected kind"),
        ({"method": "score", "decides": "each:simple"}, "decides", "A majority can be asked for"),
        ({"method": "yes_no", "decides": "each:simple", "within": "delegations"}, "decides", "In how many delegations"),
        ({"quorum": "number"}, "quorum", "A quorum is a number or a share"),
        ({"closes_at": "tomorrow"}, "closes_at", "Please give a day and a time."),
        (
            {"opens_at": "2030-01-02T10:00", "closes_at": "2030-01-01T10:00"},
            "closes_at",
            "A poll closes after it opens.",
        ),
        ({"electors": "some"}, "delegations", "Please choose at least one."),
        ({"decides": ""}, "decides", "Please choose what decides."),
        ({"method": "shouting"}, "method", "Please choose one"),
    ):
        answer = max_.post(NEW, FORM | wrong)
        found = Page(answer.get_data(as_text=True))
        assert answer.status_code == 422 and sentence in found.text, (wrong, found.text)
        assert f"#f-{place}" in [each.get("href") for each in found.all("a")], place
        assert "needs another look. Everything else is kept." in found.text
        if "lines_en" not in wrong:
            assert "A choir" in found.text, wrong
    assert "What first?" not in text(max_.get(LIST))


def test_the_ballot_can_be_looked_at_before_anything_is_kept(deciders: World, english: Browsers) -> None:
    max_ = english("max")
    shown = text(max_.post(NEW, FORM | {"action": "preview", "method": "score", "shuffled": "yes"}))
    assert "As a voter will see it" in shown and "Give each option 0 to 5 points" in shown and "another order" in shown
    assert "Please choose how people vote first." in text(max_.post(NEW, {"action": "preview"}))
    assert "Please tick proposals" in text(max_.post(NEW, FORM | {"action": "preview", "lines_en": "", "lines_de": ""}))
    assert "What first?" not in text(max_.get(LIST))


def test_a_prepared_poll_comes_back_into_the_form_as_it_is(deciders: World, english: Browsers) -> None:
    max_ = english("max")
    rules = {
        "method": "yes_no",
        "decides": "each:two_thirds",
        "base": "electorate",
        "within": "delegations",
        "at_least": "1",
        "quorum": "share",
        "quorum_share": "1/3",
        "electors": "some",
        "delegations": [deciders.delegations["essen"]],
        "opens_at": "2030-06-01T10:00",
        "closes_at": "2030-06-01T12:30",
        "about_en": "Because we can.",
        "shuffled": "yes",
        "secrecy": "open",
    }
    here = max_.post(NEW, FORM | rules).headers["Location"]
    told = text(max_.get(here))
    assert "two thirds of all who may vote" in told and "at least 1 delegation" in told and "a third" in told
    assert "Ballots are published with" in told or "ballots are published with" in told
    form = Page(max_.get(f"{here}/edit").get_data(as_text=True))
    checked = {(each.get("name"), each.get("value")) for each in form.all("input") if "checked" in each}
    assert {("decides", "each:two_thirds"), ("method", "yes_no"), ("secrecy", "open"), ("electors", "some")} <= checked
    times = {each.get("name"): each.get("value") for each in form.all("input")}
    assert times["opens_at"] == "2030-06-01T10:00" and times["closes_at"] == "2030-06-01T12:30"
    assert max_.post(f"{here}/edit", FORM | {"question_en": "What next?"}).status_code == 302
    assert "What next?" in text(max_.get(here))
    assert english("anna").post(f"{here}/edit", FORM).status_code == 404
    assert english("anna").get(NEW).status_code == 403


def test_what_is_fixed_can_not_be_changed(deciders: World, english: Browsers) -> None:
    with deciders.inside():
        number = opened(deciders)
    assert english("max").get(f"{page(number)}/edit").status_code == 403
    assert english("anna").get(f"{page(number)}/edit").status_code == 403


@pytest.mark.parametrize(
    ("rules", "sent", "review"),
    [
        (YES_NO, {"option-a": "yes", "option-b": "no"}, "A camp Abstain"),
        (SCORE, {"option-a": "5", "option-b": "0"}, "A map 5"),
        (RANKING, {"option-b": "1", "option-a": "2"}, "A choir 1 A map 2"),
    ],
)
def test_every_kind_of_ballot_without_scripts(
    deciders: World, english: Browsers, rules: dict[str, Any], sent: dict[str, str], review: str
) -> None:
    with deciders.inside():
        number = opened(deciders, **rules)
    anna, here = english("anna"), page(number)
    half = half_of(anna.get(here))
    assert review in text(anna.post(f"{here}/ballot", sent | {"half": half, "action": "review"}))
    assert receipt_of(anna.post(f"{here}/ballot", sent | {"half": half, "action": "cast"}))


def test_a_ballot_with_mistakes_is_said_to_be_one_and_nothing_is_cast(deciders: World, english: Browsers) -> None:
    with deciders.inside():
        ranking, score = opened(deciders, **RANKING), opened(deciders, **SCORE)
    anna = english("anna")
    twice = anna.post(f"{page(ranking)}/ballot", {"option-a": "1", "option-b": "1", "action": "review"})
    assert twice.status_code == 422 and "Two options have the same place" in twice.get_data(as_text=True)
    for wrong in ({"option-a": "6"}, {"option-a": "many"}):
        sent = wrong | {"half": "1" * 32, "action": "cast"}
        assert anna.post(f"{page(score)}/ballot", sent).status_code == 422
    assert anna.post(f"{page(score)}/ballot", {"option-a": "5", "half": "no", "action": "cast"}).status_code == 422
    assert anna.get(f"{page(score)}/ballot").status_code == 302
    with deciders.inside():
        assert in_the_box(ranking)["roll"] == in_the_box(score)["roll"] == 0


def test_who_may_not_vote_reads_why(deciders: World, english: Browsers) -> None:
    with deciders.inside():
        here = page(opened(deciders, delegations=[deciders.delegations["perm"]]))
    assert "This poll is for other people than you." in text(english("anna").get(here))
    for who in ("vera", "max", "sven"):
        answer = english(who).get(here).get_data(as_text=True)
        assert 'id="ballot"' not in answer, who
    refused = english("anna").post(f"{here}/ballot", {"approved": "a", "half": "1" * 32, "action": "cast"})
    assert refused.status_code == 403 and "other people than you" in refused.get_data(as_text=True)


def test_nobody_else_finds_a_poll(deciders: World, client_for: Browsers) -> None:
    with deciders.inside():
        number = opened(deciders)
    assert client_for("nina").get(page(number)).status_code == 404
    assert client_for("nina").get(LIST).status_code == 404
    assert client_for("otto").get(f"/f/elsewhere/polls/{number}").status_code == 404


def test_small_groups_are_not_shown_and_large_ones_stand_beside_each_other(deciders: World, english: Browsers) -> None:
    with deciders.inside():
        voters = crowd(deciders, {"essen": 12, "perm": 14, None: 2})
        number = opened(deciders, **YES_NO | {"majority": {"threshold": "two_thirds", "within": "each_country"}})
        for at, who in enumerate(voters):
            cast(
                deciders, who, number, {"a": "yes" if at > 1 else "no", "b": "no", "c": "yes" if at % 2 else "abstain"}
            )
        close(deciders, number)
    answer = english("chris").get(page(number))
    shown = text(answer)
    assert "too few to show" in shown and "Who supports what" in shown
    assert "Two thirds are needed, so at least" in shown
    html = answer.get_data(as_text=True)
    assert '<svg class="picture"' in html and "<desc>" in html and "style=" not in html.partition("<main")[2]
    chosen = english("chris").get(f"{page(number)}?left=delegations:1&right=delegations:0")
    assert chosen.status_code == 200
    assert english("chris").get(f"{page(number)}?left=x&right=delegations:99").status_code == 200


def test_a_result_that_waits_is_seen_by_facilitators_alone(deciders: World, english: Browsers) -> None:
    with deciders.inside():
        number = opened(deciders, results="when_published")
        cast(deciders, "anna", number, ["b"])
        close(deciders, number)
    here = page(number)
    assert "appears when the moderators publish it" in text(english("anna").get(here))
    assert "Ticked on" not in text(english("anna").get(here))
    assert "Only moderators and organisers see this until" in text(english("max").get(here))
    english("max").post("/do/poll-publish", {"next": here, "poll": number})
    assert "Ticked on 1 of 1 ballots" in text(english("anna").get(here))
    assert "published" in text(english("anna").get(LIST))


def test_a_cancelled_poll_says_why(deciders: World, english: Browsers) -> None:
    with deciders.inside():
        number = opened(deciders)
    english("max").post("/do/poll-cancel", {"next": page(number), "poll": number, "reason": "The question was wrong."})
    assert "The question was wrong." in text(english("anna").get(page(number)))


def test_every_way_of_counting_is_explained(deciders: World, english: Browsers) -> None:
    rules: list[dict[str, Any]] = [
        YES_NO | {"quorum": {"number": 1}},
        {"method": "approval", "winners": {"kind": "phragmen", "seats": 2}},
        {"method": "approval", "winners": {"kind": "highest", "seats": 1}, "majority": {"threshold": "absolute"}},
        SCORE,
        {"method": "score", "winners": {"kind": "highest", "seats": 1}},
        RANKING,
        {"method": "ranking", "winners": {"kind": "transferable_vote", "seats": 2}, "quorum": {"share": "1/2"}},
        {"method": "yes_no", "winners": {"kind": "highest", "seats": 2}, "secret": False},
    ]
    choices: dict[str, list[Any]] = {
        "yes_no": [{"a": "yes", "b": "yes"}, {"a": "yes", "b": "yes"}],
        "approval": [["a", "b"], ["a", "b"]],
        "score": [{"a": 3, "b": 3}, {"a": 3, "b": 3}],
        "ranking": [["a", "b", "c"], ["b", "a"]],
    }
    with deciders.inside():
        numbers = []
        for one in rules:
            number = opened(deciders, **one)
            for who, choice in zip(("anna", "boris"), choices[one["method"]], strict=True):
                cast(deciders, who, number, choice)
            close(deciders, number)
            numbers.append(number)
    chris = english("chris")
    pages = [text(chris.get(page(number))) for number in numbers]
    for shown in pages:
        assert "How was this counted?" in shown and "The result" in shown
    assert "The quorum is 1." in pages[0] and "2 yes, 0 no. More yes than no: reached." in pages[0]
    assert "weighs least now: elected" in pages[1]
    assert "A lot decided" in pages[2] and "Ticked on 2 of 2 ballots. More than half is needed" in pages[2]
    assert "2 of 2 voters are represented by at least one of them." in pages[3]
    assert "6 points, 3.0 on average" in pages[4]
    assert "Compared in pairs" in pages[5]
    assert "First preferences are counted." in pages[6] and "The quota is" in pages[6]
    assert "Adopted" in pages[7]
    for language in ("de", "ru"):
        chris.post("/language", {"language": language})
        for number in numbers:
            assert chris.get(page(number)).status_code == 200


def test_proposals_and_their_poll_lead_to_each_other(deciders: World, english: Browsers) -> None:
    with deciders.inside():
        deciding(deciders, deciders.forum().phase.__class__.draft)
        key = "6f2a1f5e-8a57-4b3c-9d0e-0123456789ab"
        given = {"key": key, "forum": deciders.forums["bridges"], "title": "Eine Karte", "language": "de"}
        plan = int(ask(deciders, "anna", "proposal:start", **given)["proposal"]["id"])
        with unit_of_work():
            found = proposal_by_id(plan)
            assert found is not None
            found.stage = Stage.shortlisted
        deciding(deciders)
    max_ = english("max")
    assert "Eine Karte" in text(max_.get(NEW))
    made = max_.post(
        NEW, FORM | {"proposals": [str(plan)], "lines_en": "", "lines_de": "", "decides": "highest", "seats": "1"}
    )
    here = made.headers["Location"]
    assert f"/f/bridges/proposals/{plan}" in max_.get(here).get_data(as_text=True)
    chris = english("chris")
    assert here not in chris.get(f"/f/bridges/proposals/{plan}").get_data(as_text=True)
    number = int(here.rpartition("/")[2])
    max_.post("/do/poll-open", {"next": here, "poll": number})
    assert here in chris.get(f"/f/bridges/proposals/{plan}").get_data(as_text=True)
    with deciders.inside():
        cast(deciders, "boris", number, ["a"])
        close(deciders, number)
        assert the_poll(number).state == "published"
    assert "The result of the poll “What first?”" in text(chris.get(f"/f/bridges/proposals/{plan}"))


def test_the_order_on_a_ballot_is_ones_own_and_stays(deciders: World, client_for: Browsers) -> None:
    options = [{"text": {"en": f"Option {number}"}} for number in range(12)]
    with deciders.inside():
        number = opened(deciders, shuffled=True, options=options)

    def order(who: str) -> list[Any]:
        html = client_for(who).get(page(number)).get_data(as_text=True)
        return [each["value"] for each in Page(html).all("input") if each.get("name") == "approved"]

    assert order("anna") == order("anna") != order("boris")
    assert sorted(order("anna")) == sorted(order("boris"))


def test_the_forums_home_shows_polls_only_where_there_is_something(deciders: World, english: Browsers) -> None:
    assert 'id="home-polls" data-live hidden' in english("anna").get("/f/bridges").get_data(as_text=True)
    with deciders.inside():
        prepare(deciders)
    assert "What first?" in text(english("max").get("/f/bridges"))
    assert "What first?" not in text(english("anna").get("/f/bridges"))
