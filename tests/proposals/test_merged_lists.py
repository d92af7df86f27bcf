"""What two people did to one list in the same moment fits together, and nobody's change is refused for it."""

from __future__ import annotations

from typing import Any

from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from youthforum.core.richtext import plain
from youthforum.proposals.drafting import Frame, SharedDocument, blank
from youthforum.proposals.template import default_template

FRAME = Frame(default_template(), ("de",), frozenset(), 1)


def editor(state: bytes) -> tuple[Doc, Any]:
    doc: Doc = Doc()
    fragment: Any = doc.get("need:de", type=XmlFragment)
    doc.apply_update(state)
    return doc, fragment


def with_a_list(*items: str) -> bytes:
    doc, fragment = editor(blank(FRAME))
    fragment.children.insert(1, XmlElement("bullet_list"))
    for number, words in enumerate(items):
        made = fragment.children[1].children
        made.insert(number, XmlElement("list_item"))
        made[number].children.append(XmlElement("paragraph"))
        made[number].children[0].children.append(XmlText(words))
    return doc.get_update()


def test_each_took_out_another_item() -> None:
    begun = with_a_list("one", "two")
    document = SharedDocument(FRAME, [begun], 1)
    (anna, hers), (boris, his) = editor(begun), editor(begun)
    del hers.children[1].children[0]
    del his.children[1].children[1]
    assert document.take(boris.get_update()) == {"need:de"}
    assert plain(document.text("need", "de")) == "- one"
    assert document.take(anna.get_update()) == {"need:de"}
    assert plain(document.text("need", "de")) == ""


def test_an_item_without_words_of_its_own_keeps_those_below_it() -> None:
    begun = with_a_list("one")
    document = SharedDocument(FRAME, [begun], 1)
    (anna, hers), (boris, his) = editor(begun), editor(begun)
    del hers.children[1].children[0].children[0]
    his.children[1].children[0].children.append(XmlElement("bullet_list"))
    his.children[1].children[0].children[1].children.append(XmlElement("list_item"))
    his.children[1].children[0].children[1].children[0].children.append(XmlElement("paragraph"))
    his.children[1].children[0].children[1].children[0].children[0].children.append(XmlText("below"))
    document.take(anna.get_update())
    assert document.take(boris.get_update()) == {"need:de"}
    assert "below" in plain(document.text("need", "de"))
