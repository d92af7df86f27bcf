"""Rates stop guessing and floods, and tell how long to wait."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from youthforum.core.errors import SlowDown
from youthforum.core.rates import Rate


@pytest.fixture
def rate(app: Flask) -> Iterator[Rate]:
    with app.test_request_context():
        yield Rate("test", "3/hour")


def test_as_many_as_allowed_and_not_one_more(rate: Rate) -> None:
    for _ in range(3):
        rate.spend("anna")
    with pytest.raises(SlowDown) as refused:
        rate.spend("anna")
    assert 1 <= refused.value.retry_after <= 3600
    assert refused.value.as_dict()["retry_after"] == refused.value.retry_after
    assert refused.value.status == 429


def test_one_key_never_counts_for_another(rate: Rate) -> None:
    for _ in range(3):
        rate.spend("anna")
    rate.spend("boris")
    Rate("other", "1/hour").spend("anna")


def test_asking_counts_nothing(rate: Rate) -> None:
    for _ in range(10):
        rate.ask("anna")
    assert [rate.count("anna") for _ in range(4)] == [True, True, True, False]
    with pytest.raises(SlowDown):
        rate.ask("anna")


@pytest.mark.parametrize("app", [{"rates_enabled": False}], indirect=True)
def test_load_tests_switch_them_off(rate: Rate) -> None:
    for _ in range(10):
        rate.spend("anna")
