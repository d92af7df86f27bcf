"""The shared draft on real sockets: who writes, who reads, what is refused, and that all end on the same text."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Iterator

import pycrdt
import pytest

from tests.live.client import Client
from tests.live.hall import Hall, said
from tests.live.writer import Writer, encoded, start
from tests.serving.server import eventually

ROOT = "need:de"


@contextlib.contextmanager
def editors(hall: Hall, proposal: int, *names: str) -> Iterator[list[Writer]]:
    with contextlib.ExitStack() as leaving:
        yield [Writer(proposal).open(leaving.enter_context(hall.client(name))) for name in names]


def same(writers: list[Writer], root: str = ROOT, within: float = 5.0) -> str:
    """What all of them read in the end."""

    def alike() -> bool:
        for writer in writers:
            writer.listen()
        return len({writer.read(root) for writer in writers}) == 1

    eventually(alike, within)
    return writers[0].read(root)


def test_two_write_and_a_third_who_comes_later_reads_it_all(hall: Hall) -> None:
    proposal = start(hall)
    with editors(hall, proposal, "mia", "nik") as (mia, nik):
        mia.write(ROOT, "Wir brauchen ")
        nik.listen()
        nik.write(ROOT, "радио 📻 ")
        mia.write(ROOT, "für beide Städte.")
        text = same([mia, nik])
        assert all(words in text for words in ("Wir brauchen ", "радио 📻 ", "für beide Städte."))
        with editors(hall, proposal, "mia") as (later,):
            assert later.read(ROOT) == text


def test_who_was_away_brings_their_words_along(hall: Hall) -> None:
    proposal = start(hall)
    with editors(hall, proposal, "mia", "nik") as (mia, nik):
        mia.write(ROOT, "Anfang. ")
        same([mia, nik])
        assert nik.client is not None
        nik.client.close()
        nik.type(ROOT, "written on the train ")
        nik.type(ROOT, "and in a tunnel. ")
        mia.write(ROOT, "Inzwischen geht es weiter. ")
        with hall.client("nik") as back:
            nik.open(back)
            text = same([mia, nik])
        assert all(words in text for words in ("Anfang.", "on the train", "in a tunnel.", "Inzwischen"))


def test_sending_the_same_twice_is_once(hall: Hall) -> None:
    proposal = start(hall)
    with editors(hall, proposal, "mia") as (mia,):
        mia.type(ROOT, "einmal")
        update = encoded(mia.unsent[-1])
        mia.flush()
        assert mia.client is not None
        again = mia.client.ok("draft:write", proposal=proposal, update=update)
        assert again["revision"] == mia.revision
        assert mia.client.ok("draft:sync", proposal=proposal)["revision"] == mia.revision


@pytest.mark.parametrize("outsider", ["otto", "tom"])
def test_the_draft_does_not_exist_for_another_forum(hall: Hall, outsider: str) -> None:
    proposal = start(hall)
    with editors(hall, proposal, "mia") as (mia,), hall.client(outsider) as other:
        assert other.refusal("watch", channel=mia.channel)["code"] == "not_found"
        assert other.refusal("draft:sync", proposal=proposal)["code"] == "not_found"
        assert other.refusal("draft:write", proposal=proposal, update=encoded(b"\0\0"))["code"] == "not_found"
        mia.write(ROOT, "geheim")
        mia.client.ok("draft:cursor", proposal=proposal, client=1, cursor=None)  # type: ignore[union-attr]
        assert other.received == []


def test_others_read_along_only_when_the_coauthors_open_it_and_never_write(hall: Hall) -> None:
    proposal = start(hall)
    with editors(hall, proposal, "mia") as (mia,), hall.client("sam") as sam:
        assert sam.refusal("watch", channel=mia.channel)["code"] == "not_coauthor"
        assert sam.refusal("draft:sync", proposal=proposal)["code"] == "not_coauthor"
        hall.ask("mia", "POST", f"/proposals/{proposal}/open", {"open": True})
        reader = Writer(proposal).open(sam)
        mia.write(ROOT, "offen für alle")
        assert "offen für alle" in same([mia, reader])
        reader.type(ROOT, "graffiti")
        refusal = sam.refusal("draft:write", proposal=proposal, update=encoded(reader.unsent[0]))
        assert refusal["code"] == "not_coauthor"
        hall.ask("mia", "POST", f"/proposals/{proposal}/open", {"open": False})
        closed = sam.wait_for(lambda client: client.heard("closed"), 2)[0]
        assert closed["channel"] == mia.channel and closed["reason"]["code"] == "not_coauthor"
        before = len(sam.changes(mia.channel))
        mia.write(ROOT, "nicht mehr für alle")
        sam.ok("watch", channel=f"forum:{hall.world.forums['drafting']}")
        assert len(sam.changes(mia.channel)) == before
        assert "graffiti" not in same([mia])


def test_moderators_read_but_do_not_write(hall: Hall) -> None:
    proposal = start(hall)
    with editors(hall, proposal, "mia", "mod") as (mia, mod):
        mia.write(ROOT, "unter Aufsicht")
        assert "unter Aufsicht" in same([mia, mod])
        mod.type(ROOT, "!")
        assert mod.client is not None
        refusal = mod.client.refusal("draft:write", proposal=proposal, update=encoded(mod.unsent[0]))
        assert refusal["code"] == "not_coauthor"


def test_a_removed_coauthor_is_cut_within_two_seconds(hall: Hall) -> None:
    proposal = start(hall)
    with editors(hall, proposal, "mia", "nik") as (mia, nik):
        mia.write(ROOT, "zu zweit")
        same([mia, nik])
        hall.ask("mia", "POST", f"/proposals/{proposal}/remove", {"member": hall.world.members["nik"]})
        assert nik.client is not None
        nik.client.wait_for(lambda client: client.heard("closed"), 2)
        mia.write(ROOT, "ohne nik")
        nik.type(ROOT, "trotzdem")
        assert (
            nik.client.refusal("draft:write", proposal=proposal, update=encoded(nik.unsent[0]))["code"]
            == "not_coauthor"
        )
        assert nik.client.refusal("watch", channel=nik.channel)["code"] == "not_coauthor"
        assert "ohne nik" not in said(nik.client.received)
        # Asked again and back, the same connection hears the draft again.
        hall.ask("mia", "POST", f"/proposals/{proposal}/invite", {"member": hall.world.members["nik"]})
        hall.ask("nik", "POST", f"/proposals/{proposal}/invitation", {"accept": True})
        nik.open(nik.client)
        mia.write(ROOT, "wieder zu zweit")
        nik.client.wait_for(lambda client: client.changes(nik.channel)[-1]["revision"] == mia.revision, 3)


def test_cursors_bear_the_name_that_the_server_knows(hall: Hall) -> None:
    proposal = start(hall)
    with editors(hall, proposal, "mia", "nik") as (mia, nik):
        assert mia.client is not None and nik.client is not None
        cursor = {"part": ROOT, "at": "{}"}
        mia.client.ok("draft:cursor", proposal=proposal, client=77, cursor=cursor)
        told = nik.client.wait_for(lambda client: client.heard("cursor"))[0]
        assert told["name"] == "Mia" and told["member"] == hall.world.members["mia"] and told["cursor"] == cursor
        assert told["team"] and 1 <= told["hue"] <= 8
        assert (
            mia.client.refusal("draft:cursor", proposal=proposal, client=77, cursor={"part": "x"})["code"] == "invalid"
        )


def _update(how: object) -> bytes:
    doc: pycrdt.Doc = pycrdt.Doc()
    how(doc)  # type: ignore[operator]
    return doc.get_update()


def _element(tag: str, attributes: dict[str, str] | None = None, root: str = ROOT) -> bytes:
    def make(doc: pycrdt.Doc) -> None:
        fragment = doc.get(root, type=pycrdt.XmlFragment)
        fragment.children.append(pycrdt.XmlElement(tag, attributes or {}))

    return _update(make)


def _field(key: str, value: object) -> bytes:
    return _update(lambda doc: doc.get("fields", type=pycrdt.Map).update({key: value}))


def _words(words: str, marks: dict[str, object] | None = None, root: str = ROOT) -> bytes:
    def make(doc: pycrdt.Doc) -> None:
        fragment = doc.get(root, type=pycrdt.XmlFragment)
        fragment.children.append(pycrdt.XmlElement("paragraph"))
        fragment.children[0].children.append(pycrdt.XmlText())
        fragment.children[0].children[0].insert(0, words, marks or {})

    return _update(make)


FOREIGN = {
    "nothing": b"",
    "noise": b"\xff" * 40,
    "half an update": _words("abc")[:12],
    "a root of its own": _words("x", root="evil:de"),
    "a language that the forum doesn't use": _words("x", root="need:fr"),
    "a part that is no text": _words("x", root="people:de"),
    "a picture": _element("image", {"src": "https://example.org/x.png"}),
    "a script": _element("script"),
    "an attribute": _element("paragraph", {"onclick": "alert(1)"}),
    "a javascript link": _words("x", {"link": {"href": "javascript:alert(1)"}}),
    "an unknown mark": _words("x", {"style": {"color": "red"}}),
    "a mark with more in it": _words("x", {"link": {"href": "https://a.example", "onclick": "x"}}),
    "a control character": _words("x\x07"),
    "disguised words": _words("x\u202ey"),
    "far too long": _words("x" * 41_000),
    "bold in a title": _words("x", {"strong": {}}, root="title:de"),
    "an unknown field": _field("evil", 1),
    "a number that is none": _field("people", "many"),
    "a negative number": _field("people", -1),
    "a shared type in a field": _field("people", pycrdt.Map({"a": 1})),
    "a budget line without an amount": _field("budget/a", {"label": "Bus"}),
    "a delegation of another forum": _field("partners", [99_999]),
    "raw text instead of XML": _update(lambda doc: doc.get(ROOT, type=pycrdt.Text).insert(0, "raw")),
    "a list instead of XML": _update(lambda doc: doc.get(ROOT, type=pycrdt.Array).append(1)),
}


@pytest.mark.parametrize("update", FOREIGN.values(), ids=FOREIGN.keys())
def test_what_does_not_belong_is_refused_and_the_document_is_unharmed(hall: Hall, update: bytes) -> None:
    proposal = start(hall)
    with editors(hall, proposal, "mia", "nik") as (mia, nik):
        mia.write(ROOT, "heil")
        same([mia, nik])
        assert mia.client is not None and nik.client is not None
        before = nik.client.ok("draft:sync", proposal=proposal)
        refusal = mia.client.refusal("draft:write", proposal=proposal, update=encoded(update))
        assert refusal["code"] in ("invalid", "draft_gap", "too_long"), refusal
        assert nik.client.ok("draft:sync", proposal=proposal) == before
        nik.write(ROOT, " und munter")
        assert "heil und munter" in same([mia, nik])


def test_what_builds_on_missing_changes_says_so_and_can_be_sent_in_order(hall: Hall) -> None:
    proposal = start(hall)
    with editors(hall, proposal, "mia") as (mia,):
        mia.write(ROOT, "eins ")
        mia.type(ROOT, "zwei ")
        mia.type(ROOT, "drei ")
        assert mia.client is not None
        late = encoded(mia.unsent[1])
        assert mia.client.refusal("draft:write", proposal=proposal, update=late)["code"] == "draft_gap"
        mia.flush()
        answer = mia.client.ok("draft:sync", proposal=proposal)
        copy = Writer(proposal)
        copy.doc.apply_update(base64.b64decode(answer["update"]))
        assert "eins zwei drei " in copy.read(ROOT)


def test_too_much_at_once_is_refused_and_the_socket_lives(hall: Hall) -> None:
    proposal = start(hall)
    with editors(hall, proposal, "mia") as (mia,):
        assert mia.client is not None
        assert mia.client.refusal("draft:write", proposal=proposal, update="A" * 50_000)["code"] == "invalid"
        assert mia.client.refusal("draft:write", proposal=proposal, update="nicht base64!")["field"] == "update"
        assert mia.client.refusal("draft:sync", proposal=proposal, vector=encoded(b"\xff" * 9))["code"] == "invalid"
        mia.write(ROOT, "geht weiter")


def test_submitted_words_stand(hall: Hall) -> None:
    proposal = start(hall)
    with editors(hall, proposal, "mia") as (mia,):
        hall.ask("mia", "POST", f"/proposals/{proposal}/move", {"move": "withdraw"})
        mia.type(ROOT, "zu spät")
        assert mia.client is not None
        refusal = mia.client.refusal("draft:write", proposal=proposal, update=encoded(mia.unsent[0]))
        assert refusal["code"] == "not_editable"
        hall.ask("mia", "POST", f"/proposals/{proposal}/move", {"move": "resume"})
        mia.flush()


def test_after_compaction_whoever_was_away_is_told_to_sync(hall: Hall) -> None:
    proposal = start(hall)
    with editors(hall, proposal, "mia") as (mia,):
        for number in range(405):
            mia.type(ROOT, f"{number} ")
        mia.flush()
        with hall.client("nik") as nik:
            assert nik.watch(mia.channel, after=1).get("reload") is True
            recent = nik.watch(mia.channel, after=mia.revision - 3)  # type: ignore[operator]
            assert len(recent["changes"]) == 3
            copy = Writer(proposal).open(nik)
            assert copy.read(ROOT) == mia.read(ROOT)


def test_nobody_hears_a_client_that_is_not_there(hall: Hall) -> None:
    proposal = start(hall)
    with hall.client("mia") as mia:
        assert isinstance(mia, Client)
        mia.watch(f"draft:{proposal}")
        mia.ok("unwatch", channel=f"draft:{proposal}")
        writer = Writer(proposal)
        with hall.client("nik") as nik:
            writer.open(nik).write(ROOT, "leise")
        assert mia.changes() == []
