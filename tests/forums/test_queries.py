"""Finding people in a forum."""

from __future__ import annotations

from tests.world import World
from youthforum.forums import queries


def test_people_are_found_by_their_name_and_by_their_delegation(inside: World) -> None:
    forum = inside.member("olga").forum

    def found(search: str) -> set[str]:
        return {member.name for member in queries.members_page(forum, search=search).items}

    anna, boris = inside.member("anna").name, inside.member("boris").name
    assert found(anna[:3]) >= {anna}
    assert anna in found("essen") and boris not in found("essen")
    assert found("nobody of this name") == set()
