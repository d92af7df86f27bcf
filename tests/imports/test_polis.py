"""A Polis conversation as a board of opinions."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.live.hall import Hall
from tests.serving.server import ROOT, SECRET
from tests.world import Api, Browser, World, snapshot
from youthforum.activity.models import Activity
from youthforum.boards.models import Board, Kind, Voting
from youthforum.core.db import session
from youthforum.core.errors import Invalid
from youthforum.forums.models import Member
from youthforum.forums.queries import members_page, people_count
from youthforum.ideas.commands import restore_idea
from youthforum.ideas.models import Hiding, Idea
from youthforum.ideas.queries import cards, idea_counts
from youthforum.imports.commands import Imported, import_conversation
from youthforum.imports.polis import read_conversation
from youthforum.people.models import Person
from youthforum.votes.models import Vote
from youthforum.votes.queries import tallies

LONDON = ROOT / "tests" / "data" / "polis" / "london.youth.policing"
COMMENTS = "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n"
VOTES = "timestamp,datetime,comment-id,voter-id,vote\n"


def an_export(folder: Path, comments: str, votes: str, summary: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "comments.csv").write_text(COMMENTS + comments, "utf-8")
    (folder / "votes.csv").write_text(VOTES + votes, "utf-8")
    if summary:
        (folder / "summary.csv").write_text(summary, "utf-8")
    return folder


def take_in(world: World, folder: Path) -> Imported:
    return import_conversation(None, world.forum(), read_conversation(folder, ["de", "ru", "en"]))


def counted(folder: Path) -> dict[str, tuple[int, int, int]]:
    """`{statement's words: (agree, disagree, pass)}` straight from the files, with nothing of ours."""
    last: dict[tuple[str, str], tuple[int, int, str]] = {}
    with (folder / "votes.csv").open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            key = row["comment-id"], row["voter-id"]
            last[key] = max(last.get(key, (-1, -1, "")), (int(row["timestamp"]), number, row["vote"]))
    count = Counter((statement, vote) for (statement, _), (_, _, vote) in last.items())
    with (folder / "comments.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["comment-body"].strip(): tuple(count[row["comment-id"], vote] for vote in ("1", "-1", "0"))
            for row in csv.DictReader(file)
            if row["moderated"] != "-1"
        }  # type: ignore[return-value]


def shown(board: Board) -> dict[str, tuple[int, int, int]]:
    """The same as members see it."""
    told = tallies(board)
    return {
        idea.text: (told[str(idea.id)]["agree"], told[str(idea.id)]["disagree"], told[str(idea.id)]["pass"])
        for idea in cards(board, hidden=False)
    }


def board_of(result: Imported) -> Board:
    return session().get_one(Board, result.board_id)


def test_every_statement_has_the_agrees_and_disagrees_of_votes_csv(any_database: str, inside: World) -> None:
    result = take_in(inside, LONDON)
    board = board_of(result)
    assert shown(board) == counted(LONDON)
    assert (result.ideas, result.members, result.votes) == (39, 27, 638)
    assert board.question == {"en": "What is the best way to engage more young people in local scrutiny of policing?"}
    assert (board.kind, board.voting, board.writing_open, board.source) == (
        Kind.opinions,
        Voting.closed,
        False,
        "polis:9xxwa9jpkm",
    )
    assert {idea.language for idea in cards(board, hidden=True)} == {"en"}


def test_members_see_the_board_with_its_counts(world: World, api_for: Callable[..., Api], app: Flask) -> None:
    with world.inside():
        result = take_in(world, LONDON)
    answer = api_for("anna").get(f"/boards/{result.board_id}").json
    expected = counted(LONDON)
    assert {idea["text"] for idea in answer["ideas"]} == set(expected)
    for idea in answer["ideas"]:
        tally = answer["tally"][str(idea["id"])]
        assert (tally["agree"], tally["disagree"], tally["pass"]) == expected[idea["text"]]
        assert idea["author"] is None
    assert Browser(app, world.tokens["anna"]).get(f"/f/bridges/boards/{result.board_id}").status_code == 200


def test_again_doubles_nothing_and_is_no_news(any_database: str, app: Flask, inside: World) -> None:
    first = take_in(inside, LONDON)
    before = snapshot(app)
    again = take_in(inside, LONDON)
    assert again.nothing and again.board_id == first.board_id
    assert snapshot(app) == before


def test_more_rows_are_added_and_a_changed_vote_counts(any_database: str, inside: World, tmp_path: Path) -> None:
    folder = an_export(tmp_path / "talk", "1,,0,1,,,1,Build a bridge\n", "5,,0,1,1\n6,,0,2,-1\n")
    first = take_in(inside, folder)
    an_export(
        folder,
        "1,,0,1,,,1,Build a bridge\n9,,1,3,,,1,Paint the bridge\n",
        "5,,0,1,1\n6,,0,2,-1\n9,,0,2,1\n9,,1,3,0\n",
    )
    second = take_in(inside, folder)
    assert second.board_id == first.board_id
    assert (second.ideas, second.members, second.votes) == (1, 1, 2)
    assert shown(board_of(second)) == {"Build a bridge": (2, 0, 0), "Paint the bridge": (0, 0, 1)} == counted(folder)


def test_rejected_statements_are_hidden_with_a_reason_and_stay_as_we_decide(inside: World) -> None:
    board = board_of(take_in(inside, LONDON))
    hidden = session().scalars(sa.select(Hiding)).all()
    assert len(hidden) == 3
    assert all(hiding.moderator_id is None and "oderat" in hiding.reason for hiding in hidden)
    assert idea_counts([board]) == {board.id: 36}
    restored = session().get_one(Idea, hidden[0].idea_id)
    restore_idea(inside.member("max"), board, restored)
    take_in(inside, LONDON)
    assert idea_counts([board]) == {board.id: 37}


def test_voters_are_nobody_who_could_sign_in_or_be_looked_up(inside: World) -> None:
    before = people_count(inside.forums["bridges"]), members_page(inside.forum()).total
    result = take_in(inside, LONDON)
    voters = session().scalars(
        sa.select(Member).join(Vote, Vote.member_id == Member.id).join(Idea).where(Idea.board_id == result.board_id)
    )
    for voter in voters.unique():
        assert (voter.role.value, voter.age_band, voter.delegation_id) == ("participant", None, None)
        person = session().get_one(Person, voter.person_id)
        assert (person.email, person.password_hash, person.phrase_hash) == (None, None, None)
    assert (people_count(inside.forums["bridges"]), members_page(inside.forum()).total) == before


def test_the_last_vote_counts_by_time_then_by_place_in_the_file(inside: World, tmp_path: Path) -> None:
    folder = an_export(tmp_path / "talk", "1,,0,,,,0,One\n", "9,,0,1,1\n5,,0,1,-1\n7,,0,2,1\n7,,0,2,-1\n")
    assert shown(board_of(take_in(inside, folder))) == {"One": (1, 1, 0)} == counted(folder)


def test_long_statements_in_several_lines_and_languages(inside: World, tmp_path: Path) -> None:
    long = "Мосты соединяют людей. " * 60
    folder = an_export(tmp_path / "talk", f'1,,0,1,,,1,"{long}"\n2,,1,1,,,1,"Mehr Begegnung\nund Austausch"\n', "")
    board = board_of(take_in(inside, folder))
    found = {idea.text: idea.language for idea in cards(board, hidden=False)}
    assert found == {long.strip(): "ru", "Mehr Begegnung\nund Austausch": "de"}
    assert board.source == "polis:talk"


def test_every_bad_row_is_named_and_nothing_is_stored(app: Flask, inside: World, tmp_path: Path) -> None:
    before = snapshot(app)
    folder = an_export(
        tmp_path / "talk",
        '1,,0,1,,,1,"Two\nlines"\nsoon,,1,1,,,1,When\n1,,2,1,,,7,What\n1,,0,1,,,1,Again\n1,,4,1,,,1,\n'
        "1,,5,1,,,1,bell\x07\n1,,6,1,,,1,too,many\n",
        "1,,0,1,2\n1,,0,x,1\n1,,0,1\n",
    )
    with (folder / "comments.csv").open("ab") as file:
        file.write(b"1,,7,1,,,1,caf\xe9\n")
    with pytest.raises(Invalid) as caught:
        take_in(inside, folder)
    lines = str(caught.value.message).splitlines()
    assert [tuple(line.split(":")[:2]) for line in lines[1:]] == [
        *(("comments.csv", str(line)) for line in range(4, 11)),
        *(("votes.csv", str(line)) for line in range(2, 5)),
    ]
    assert "timestamp must be a whole number, not “soon”" in lines[1]
    assert "UTF-8" in lines[7]
    assert snapshot(app) == before


def test_a_vote_for_an_unknown_statement_and_a_thousand_bad_rows(inside: World, tmp_path: Path) -> None:
    folder = an_export(tmp_path / "talk", "1,,0,1,,,1,One\n", "1,,99,1,1\n" * 1000)
    with pytest.raises(Invalid) as caught:
        take_in(inside, folder)
    lines = str(caught.value.message).splitlines()
    assert lines[0] == "1000 bad rows; nothing was stored."
    assert lines[1] == "votes.csv:2: there is no statement 99 in comments.csv"
    assert len(lines) == 52 and lines[-1] == "… and 950 more"


def test_a_failure_half_way_stores_nothing(app: Flask, inside: World) -> None:
    before = snapshot(app)

    def pulled_plug(what: str, _done: int, _total: int) -> None:
        if what == "votes":
            raise KeyboardInterrupt

    conversation = read_conversation(LONDON, ["en"])
    with pytest.raises(KeyboardInterrupt):
        import_conversation(None, inside.forum(), conversation, progress=pulled_plug)
    assert snapshot(app) == before


def test_one_line_in_the_log_and_a_gap_for_whoever_watches(inside: World, tmp_path: Path) -> None:
    folder = an_export(tmp_path / "talk", "1,,0,1,,,1,One\n", "1,,0,1,1\n")
    board = board_of(take_in(inside, folder))
    made = session().scalars(sa.select(Activity).where(Activity.type == "board.made")).all()
    assert made[-1].data == {"board": board.id}
    assert (made[-1].revision, board.revision) == (inside.forum().revision, 0)
    an_export(folder, "1,,0,1,,,1,One\n", "1,,0,1,1\n2,,0,1,0\n")
    take_in(inside, folder)
    log = session().scalars(sa.select(Activity).where(Activity.channel == board.channel)).all()
    assert [(row.type, row.revision) for row in log] == [("board.changed", 2)]
    assert board.revision == 2


@pytest.mark.xdist_group("import-live")
def test_whoever_watches_is_told_to_load_the_board_anew(tmp_path: Path) -> None:
    hall = Hall.open(tmp_path / "instance", mode="threading")
    with hall.server:
        board = hall.board()
        with hall.guest() as client:
            client.watch(f"board:{board}")
            known = hall.read("olga", board)["revision"]
            sheet = tmp_path / "ideas.csv"
            sheet.write_text("text\nA bridge of paper\nA choir\n", "utf-8")
            done = _flask(hall.server.environment, "import", "ideas", str(sheet), "--board", str(board))
            assert done.returncode == 0, done.stderr
            change = client.wait_for(lambda heard: heard.changes(f"board:{board}"))[0]
            assert (change["type"], change["revision"]) == ("board.changed", known + 2)
            answer = client.watch(f"board:{board}", after=known)
            assert answer["reload"] is True and answer["revision"] == known + 2
            assert "changes" not in answer
            assert {"A bridge of paper", "A choir"} <= {idea["text"] for idea in hall.read("olga", board)["ideas"]}


PLAIN = ("-m", "flask")
# The same, and at the end the most memory that it ever held.
MEASURED = (
    "-c",
    "import atexit, sys; from flask.cli import main; sys.argv[0] = 'flask'; "
    "atexit.register(lambda: sys.stderr.write(open('/proc/self/status').read())); main()",
)


def _flask(
    environment: dict[str, str], *arguments: str, start: tuple[str, ...] = PLAIN
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *start, "--app", "wsgi", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.skipif(not os.environ.get("POLIS_AUSTRIA"), reason="POLIS_AUSTRIA names no folder with the large export")
def test_62000_votes_within_20_seconds_and_300_megabytes(tmp_path: Path) -> None:
    source, folder = Path(os.environ["POLIS_AUSTRIA"]), tmp_path / f"austria-{uuid.uuid4().hex[:6]}"
    shutil.copytree(source, folder)
    environment = {"PATH": os.environ["PATH"], "INSTANCE_PATH": str(tmp_path / "instance"), "SECRET_KEY": SECRET}
    assert _flask(environment, "db", "upgrade").returncode == 0
    made = _flask(
        environment, "forum", "create", "--title", "Klima", "--organiser", "o@forum.example", "--slug", "klima"
    )
    assert made.returncode == 0, made.stderr
    started = time.monotonic()
    done = _flask(environment, "import", "polis", str(folder), "--forum", "klima", start=MEASURED)
    seconds = time.monotonic() - started
    assert done.returncode == 0, done.stderr
    megabytes = int(re.findall(r"VmHWM:\s+(\d+) kB", done.stderr)[-1]) / 1024
    assert "522 ideas, 1117 members, 61384 votes" in done.stdout
    print(f"{seconds:.1f} s, {megabytes:.0f} MB")
    assert seconds <= 20 and megabytes <= 300
