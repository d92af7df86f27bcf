"""The list of proposals: narrowed, ordered, searched in the words that people type; and whose it is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.proposals.desk import ask, drafting, refused, save, start, the, write
from tests.world import World
from youthforum.core.clock import now
from youthforum.core.db import session
from youthforum.proposals.queries.documents import all_proposals
from youthforum.proposals.queries.proposals import PAGE, Wanted, count_by_stage, listing, visible_proposal

TEXTS: dict[str, tuple[str, dict[str, str]]] = {
    "map": (
        "anna",
        {
            "title:de": "Zwei Städte, eine Karte",
            "need:de": "Viele Jugendliche kennen die Partnerstadt nur aus Erzählungen. Der Jugendaustausch fiel aus.",
            "need:ru": "Многие знают город-побратим только по рассказам. Обменов не было.",
        },
    ),
    "walk": (
        "boris",
        {
            "title:ru": "Прогулки по городам",
            "need:ru": "Молодёжь редко гуляет вместе. Мы предлагаем онлайн-прогулки и открытки.",
            "need:en": "Young people rarely walk through other cities together.",
        },
    ),
    "kitchen": (
        "chris",
        {"title:en": "A kitchen of one’s own", "need:en": "We cook the recipes of our grandmothers, 100 % vegetarian."},
    ),
}


def three(world: World) -> dict[str, int]:
    found = {}
    drafting(world)
    for name, (who, texts) in TEXTS.items():
        language = next(iter(texts)).partition(":")[2]
        group = world.groups["schools"] if name == "walk" else None
        found[name] = start(world, who, language=language, working_group=group)
        write(world, found[name], texts, who=who)
        save(world, found[name], who=who)
    for minutes, name in enumerate(found):
        the(found[name]).active_at = now() - timedelta(minutes=minutes)
    session().commit()
    return found


def test_filters_search_and_order(inside: World, any_database: str) -> None:
    found = three(inside)
    names = {number: name for name, number in found.items()}
    ask(inside, "chris", "proposal:invite", proposal=found["kitchen"], member=inside.members["boris"])
    for who in ("anna", "max"):
        ask(inside, who, "proposal:endorse", proposal=found["kitchen"], join=True)
    ask(inside, "max", "proposal:endorse", proposal=found["walk"], join=True)
    the(found["map"]).active_at = now() + timedelta(minutes=1)
    session().commit()

    def shown(who: str = "vera", **wanted: Any) -> list[str]:
        page = listing(inside.member(who), Wanted(**wanted))
        assert page.total == len(page.items)
        return [names[entry.proposal.id] for entry in page.items]

    assert shown()[0] == "map" and sorted(shown()) == sorted(found)
    assert shown(sort="support") == ["kitchen", "walk", "map"]
    assert shown(group=inside.groups["schools"]) == ["walk"] and shown(group=999) == []
    assert shown(language="de") == ["map"]
    assert shown(delegation=inside.delegations["perm"]) == ["walk"]  # who is only asked doesn't count
    assert sorted(shown("boris", mine=True)) == ["kitchen", "walk"] and shown("vera", mine=True) == []
    assert sorted(shown(stage="draft")) == sorted(found) and shown(stage="adopted") == []
    with refused("invalid", "stage"):
        shown(stage="nonsense")
    # Other forms of the words, in German, Russian and English, and inside of compounds.
    for search, names_found in {
        "Stadt": ["map"],
        "STÄDTEN": ["map"],
        "jugendlicher": ["map"],
        "Austausch": ["map"],
        "Erzählung": ["map"],
        "городов": ["map", "walk"],
        "обмен": ["map"],
        "рассказ": ["map"],
        "молодежи": ["walk"],
        "прогулку": ["walk"],
        "открыток": ["walk"],
        "city": ["walk"],
        "recipe": ["kitchen"],
        "grandmother recipes": ["kitchen"],
        "vegetarian 100": ["kitchen"],
        "Stadt kitchen": [],
        "die und der": sorted(found),
        "%": sorted(found),
        "_": sorted(found),
        "Кухня": [],
    }.items():
        assert sorted(shown(search=search)) == sorted(names_found), search
    assert shown(search="Stadt", language="ru") == []
    # Words come and go with versions, not with the draft.
    write(inside, found["kitchen"], {"need:en": "We swim."}, who="chris")
    assert shown(search="recipes") == ["kitchen"] and shown(search="swim") == []
    save(inside, found["kitchen"], who="chris")
    assert shown(search="recipes") == [] and shown(search="swimming") == ["kitchen"]


def test_an_entry_says_who_how_many_and_which_version(inside: World) -> None:
    drafting(inside)
    proposal = start(inside, "anna", ("boris",))
    ask(inside, "anna", "proposal:invite", proposal=proposal, member=inside.members["chris"])
    (entry,) = listing(inside.member("vera"), Wanted()).items
    assert ([member.name for member in entry.authors], entry.support, entry.comments, entry.version) == (
        ["Anna", "Boris"],
        0,
        0,
        0,
    )
    assert [item.proposal.id for item in listing(inside.member("vera"), Wanted(search="Karten")).items] == [proposal]
    save(inside, proposal)
    ask(inside, "max", "proposal:endorse", proposal=proposal, join=True)
    for text in ("Gut", "Weg damit"):
        said = ask(
            inside,
            "chris",
            "comment:post",
            key=f"0d3c1b3e-6f40-4f0e-9d55-{len(text):012}",
            proposal=proposal,
            text=text,
            language="de",
        )
    ask(inside, "chris", "comment:withdraw", comment=said["comment"]["id"])
    (entry,) = listing(inside.member("vera"), Wanted()).items
    assert (entry.support, entry.comments, entry.version) == (1, 1, 1)


def test_withdrawn_ones_are_out_of_the_list_but_for_those_who_wrote_them(inside: World) -> None:
    proposal = start(drafting(inside), "anna", ("boris",))
    ask(inside, "anna", "proposal:move", proposal=proposal, move="withdraw")
    ask(inside, "anna", "proposal:leave", proposal=proposal)

    def seen(who: str, **wanted: Any) -> bool:
        return bool(listing(inside.member(who), Wanted(**wanted)).items)

    assert seen("boris") and seen("boris", mine=True)
    assert not any(seen(who) for who in ("anna", "chris", "max", "olga", "vera"))
    assert all(seen(who, stage="withdrawn") for who in ("anna", "vera"))  # whoever looks for them
    assert {stage.value: count for stage, count in count_by_stage(inside.forum()).items()} == {"withdrawn": 1}


def test_another_forums_proposals_do_not_exist(inside: World) -> None:
    proposal = start(drafting(inside))
    save(inside, proposal)
    for who in ("nina", "otto"):
        assert listing(inside.member(who), Wanted()).total == 0
        assert listing(inside.member(who), Wanted(search="Karte", stage="draft")).total == 0
        with refused("not_found"):
            visible_proposal(inside.person(who), proposal)
    for number in (0, -1, 2**31, 2**63):
        with refused("not_found"):
            visible_proposal(inside.person("anna"), number)
    with refused("not_found"):
        visible_proposal(None, proposal)
    assert visible_proposal(inside.person("vera"), proposal)[1].name == "Vera"
    assert all_proposals(inside.forum("elsewhere")) == []
    assert [(row[0].id, *row[1:]) for row in all_proposals(inside.forum())] == [(proposal, 1, 1, 0)]


def test_pages(inside: World) -> None:
    drafting(inside)
    made = [start(inside) for _ in range(PAGE + 2)]
    anna = inside.member("anna")
    first, second = (listing(anna, Wanted(), number=number) for number in (1, 2))
    assert (len(first.items), len(second.items), first.pages, first.total) == (PAGE, 2, 2, PAGE + 2)
    assert [entry.proposal.id for entry in (*first.items, *second.items)] == sorted(made, reverse=True)
    for asked, number in ((0, 1), (-5, 1), (3, 2), (10**9, 2)):
        assert listing(anna, Wanted(), number=asked).number == number
    none = listing(anna, Wanted(search="Brücke"))
    assert (none.pages, none.total, none.items) == (1, 0, [])
