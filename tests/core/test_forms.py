"""Input from any transport is parsed once; errors name the field and say what is wrong."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from flask import Flask
from pydantic import Field

from youthforum.core.errors import Invalid
from youthforum.core.forms import Form, InvalidForm, parse
from youthforum.core.text import Line


class Order(Form):
    title: Annotated[str, Line(20)]
    dots: int = Field(default=1, ge=0, le=5)
    kind: Literal["dots", "opinions"] = "dots"
    flag: bool = False
    many: list[int] = Field(default=[1], min_length=1, max_length=3)


@pytest.fixture(autouse=True)
def _request(app: Flask) -> Any:
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({}, "title"),
        ({"title": None}, "title"),
        ({"title": 5}, "title"),
        ({"title": ["x"]}, "title"),
        ({"title": "x", "dots": "1"}, "dots"),
        ({"title": "x", "dots": 1.5}, "dots"),
        ({"title": "x", "dots": True}, "dots"),
        ({"title": "x", "dots": -1}, "dots"),
        ({"title": "x", "dots": 6}, "dots"),
        ({"title": "x", "dots": 10**30}, "dots"),
        ({"title": "x", "dots": float("nan")}, "dots"),
        ({"title": "x", "kind": "votes"}, "kind"),
        ({"title": "x", "flag": "yes"}, "flag"),
        ({"title": "x", "many": []}, "many"),
        ({"title": "x", "many": [1, 2, 3, 4]}, "many"),
        ({"title": "x", "many": [1, "2"]}, "many.1"),
        ({"title": "x", "__proto__": {}}, "__proto__"),
        ({"title": "x", "__class__": "y"}, "__class__"),
        ({"title": "x", "model_config": {}}, "model_config"),
    ],
)
def test_programs_are_told_which_field_is_wrong(payload: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidForm) as refused:
        parse(Order, payload)
    answer = refused.value.as_dict()
    assert answer["code"] == "invalid" and answer["field"] == field and answer["message"]


@pytest.mark.parametrize("payload", [None, [], "text", 7, [1, 2], True])
def test_anything_but_an_object_is_refused(payload: Any) -> None:
    with pytest.raises(Invalid):
        parse(Order, payload)


def test_html_forms_say_everything_in_strings() -> None:
    order = parse(Order, {"title": "x", "dots": "3", "flag": "true"}, strict=False)
    assert (order.dots, order.flag) == (3, True)


def test_all_errors_come_together_the_first_field_first() -> None:
    with pytest.raises(InvalidForm) as refused:
        parse(Order, {"title": "", "dots": 9, "kind": "x"})
    assert set(refused.value.errors) == {"title", "dots", "kind"}


def test_what_was_parsed_does_not_change() -> None:
    order = parse(Order, {"title": "x"})
    with pytest.raises(Exception, match="frozen"):
        order.title = "y"  # type: ignore[misc]


def test_the_name_of_an_unknown_field_is_safe_to_send_back() -> None:
    with pytest.raises(InvalidForm) as refused:
        parse(Order, {"title": "x", "\ud800" + "y" * 500: 1})
    assert len(refused.value.field or "") <= 64
    (refused.value.field or "").encode("utf-8")
