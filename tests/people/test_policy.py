"""Why somebody may not change an account."""

from __future__ import annotations

from datetime import timedelta

from tests.world import World
from youthforum.core.clock import now
from youthforum.people import policy
from youthforum.people.models import PasswordLink


def test_an_account_is_changed_by_its_person_alone(inside: World) -> None:
    anna, olga = inside.person("anna"), inside.person("olga")
    assert policy.why_not_change_account(anna, anna) is None
    assert policy.why_not_change_account(olga, anna) is policy.NOT_YOURS  # not even by an organiser


def test_a_link_works_until_it_is_used_or_over() -> None:
    link = PasswordLink(expires_at=now() + timedelta(hours=1), used_at=None)
    assert policy.why_not_use_link(link, now()) is None
    assert policy.why_not_use_link(link, now() + timedelta(hours=1)) is policy.LINK_EXPIRED
    link.used_at = now()
    assert policy.why_not_use_link(link, now()) is policy.LINK_EXPIRED
