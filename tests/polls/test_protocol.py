"""Chain, tree and export; and the standalone verifier, which must find every change."""

from __future__ import annotations

import copy
import importlib.util
import json
import random
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from youthforum.polls.counting.ballots import Ballot, Method, read_choice
from youthforum.polls.counting.majority import Base, Electorate, MajorityRule, Quorum, Threshold, Within
from youthforum.polls.counting.outcome import FITTING, WITH_MAJORITY, Rules, Winners, count_poll
from youthforum.polls.counting.plain import plain_outcome, plain_rules
from youthforum.polls.protocol import (
    Kind,
    canonical,
    closing_lines,
    digest,
    export,
    head,
    inclusion_proof,
    merkle_root,
    next_line,
    opened,
    plain_ballots,
    root_from,
)

SCRIPT = Path(__file__).parents[2] / "tools" / "verify_poll.py"
GROUPS = {"Essen": "DE", "Halle": "DE", "Perm": "RU", "Ufa": "RU"}

Export = dict[str, Any]


@pytest.fixture(scope="module")
def verify() -> Callable[..., tuple[bool, list[str]]]:
    """Whether the script finds an export well, and what it says."""
    spec = importlib.util.spec_from_file_location("verify_poll", SCRIPT)
    assert spec and spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)

    def verified(file: object, **more: str) -> tuple[bool, list[str]]:
        said: list[str] = []
        return script.verify(file, said.append, **more), said

    return verified


def random_choice(chance: random.Random, method: Method, options: list[str]) -> object:
    match method:
        case Method.YES_NO:
            return {option: chance.choice(["yes", "yes", "no", "abstain"]) for option in options}
        case Method.SCORE:
            return {option: chance.choice([0, 0, 1, 3, 5]) for option in options}
        case Method.APPROVAL | Method.RANKING:
            return chance.sample(options, chance.randint(0, len(options)))


def random_rules(chance: random.Random, method: Method, kind: Winners | None, options: list[str]) -> Rules:
    majority = None
    if method in WITH_MAJORITY and (kind is None or chance.random() < 0.5):
        within = chance.choice([None, *Within])
        majority = MajorityRule(chance.choice(list(Threshold)), chance.choice(list(Base)), within, chance.randint(1, 3))
    return Rules(
        method=method,
        options=tuple(options),
        seed=str(chance.random()),
        electorate=Electorate(60, {"DE": 30, "RU": 30}, dict.fromkeys(GROUPS, 15)),
        secret=chance.random() < 0.5,
        quorum=chance.choice([None, Quorum(number=10), Quorum(share=Fraction(1, 3))]),
        majority=majority,
        winners=kind,
        seats=chance.randint(1, len(options)) if kind else 0,
    )


def exported(chance: random.Random, rules: Rules, number: int) -> Export:
    ballots = {}
    for _ in range(number):
        delegation = chance.choice(sorted(GROUPS))
        choice = read_choice(rules.method, rules.options, random_choice(chance, rules.method, list(rules.options)))
        ballots[f"{chance.getrandbits(128):032x}"] = Ballot(choice, delegation, GROUPS[delegation])
    poll = {"id": "7", "question": "Что делать? “So?”", "rules": plain_rules(rules)}
    entries = plain_ballots(rules.options, ballots, secret=rules.secret)
    cast = list(ballots.values())
    result = plain_outcome(rules, cast, count_poll(rules, cast))
    lines = [next_line([], Kind.OPENED, opened(poll, "2021-06-30T10:00:00Z"))]
    receipts = sorted(f"{chance.getrandbits(100):020X}" for _ in range(number))
    lines = closing_lines(lines, entries, receipts, result, roll=number, at="2021-06-30T10:10:00Z")
    return json.loads(json.dumps(export(poll, entries, receipts, result, lines, roll=number)))


POLLS: list[tuple[Method, Winners | None]] = [
    *((method, None) for method in Method if method in WITH_MAJORITY),
    *((method, kind) for kind, methods in FITTING.items() for method in sorted(methods)),
]


# Canonical JSON, chain and tree --------------------------------------------------------------------------------


def test_equal_values_have_one_form() -> None:
    assert canonical({"b": [1, "ü"], "a": None}) == '{"a":null,"b":[1,"ü"]}'.encode()
    for value in (1.5, {"a": [0.0]}, float("nan")):
        with pytest.raises(TypeError):
            canonical(value)


def test_the_head_depends_on_every_line_and_their_order() -> None:
    def chained(*data: str) -> str:
        lines: list = []
        for each in data:
            lines.append(next_line(lines, Kind.OPENED, {"at": each}))
        return head(lines)

    assert len({chained(*"ab"), chained(*"ba"), chained("a"), chained("b"), chained("ab"), chained()}) == 6


def test_roots_of_rfc_6962() -> None:
    """The known answers of the Certificate Transparency project for its eight test entries."""
    entries = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [bytes.fromhex(each) for each in entries]
    assert merkle_root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle_root(leaves[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle_root(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@pytest.mark.parametrize("size", range(1, 20))
def test_a_proof_leads_to_the_root_and_only_for_its_entry(size: int) -> None:
    leaves = [f"ballot {number}".encode() for number in range(size)]
    root = merkle_root(leaves)
    for index in range(size):
        proof = inclusion_proof(leaves, index)
        assert root_from(leaves[index], index, size, proof) == root
        assert root_from(b"another", index, size, proof) != root
        with pytest.raises(ValueError, match="too long"):
            root_from(leaves[index], index, size, [*proof, b"more"])
        if proof:
            with pytest.raises(ValueError, match="too short"):
                root_from(leaves[index], index, size, proof[:-1])
    with pytest.raises(IndexError):
        inclusion_proof(leaves, size)
    with pytest.raises(ValueError, match="no such entry"):
        root_from(leaves[0], size, size, [])


def test_an_inner_node_is_no_ballot() -> None:
    """Without different prefixes, two ballots could be passed off as one."""
    one, other = (root_from(each, 0, 1, []) for each in (b"one", b"other"))
    assert merkle_root([b"one", b"other"]) != merkle_root([one + other])


# Exports -------------------------------------------------------------------------------------------------------


def test_a_secret_export_does_not_say_where_a_ballot_comes_from_and_keeps_no_order() -> None:
    chance = random.Random(1)
    rules = random_rules(chance, Method.APPROVAL, Winners.HIGHEST, ["a", "b"])
    ballots = {
        code: Ballot(read_choice(Method.APPROVAL, ["a", "b"], ["b"]), "Ufa", "RU") for code in ("f0", "a1", "c2")
    }
    entries = plain_ballots(rules.options, ballots, secret=True)
    assert entries == [{"id": code, "choice": ["b"]} for code in ("a1", "c2", "f0")]
    assert plain_ballots(rules.options, ballots, secret=False)[0]["delegation"] == "Ufa"


@pytest.mark.parametrize(("method", "kind"), POLLS)
def test_the_verifier_counts_the_same(verify: Callable, method: Method, kind: Winners | None) -> None:
    chance = random.Random(f"{method} {kind}")
    for _ in range(30):
        options = list("abcdef")[: chance.randint(1, 6)]
        file = exported(chance, random_rules(chance, method, kind, options), chance.choice([0, 1, 7, 25, 60]))
        well, said = verify(file, head=file["head"])
        assert well, said
        assert all(line.startswith("ok ") for line in said)


def test_another_result_is_found_even_if_all_hashes_fit(verify: Callable) -> None:
    """Whoever runs the server could write a consistent file; the count still tells."""
    chance = random.Random(3)
    for method, kind in POLLS:
        rules = random_rules(chance, method, kind, ["a", "b", "c"])
        file = exported(chance, rules, 30)
        file["result"]["adopted"] = ["c"] if file["result"]["adopted"] == [] else []
        forged = resealed(file)
        well, said = verify(forged)
        assert not well
        assert [line for line in said if line.startswith("WRONG")] == ["WRONG  counted again, “adopted” is different"]
        assert not verify(forged, head=exported(chance, rules, 30)["head"])[0]


def test_more_ballots_than_people_are_found(verify: Callable) -> None:
    chance = random.Random(4)
    file = exported(chance, random_rules(chance, Method.SCORE, Winners.HIGHEST, ["a"]), 12)
    file["roll"] = 11
    well, said = verify(resealed(file))
    assert not well
    assert "WRONG  12 ballots, but 11 people have voted" in said


def test_a_receipt_s_code_is_looked_up(verify: Callable) -> None:
    chance = random.Random(5)
    file = exported(chance, random_rules(chance, Method.SCORE, Winners.HIGHEST, ["a"]), 12)
    code = file["receipts"][3]
    assert verify(file, code=code)[0]
    assert verify(file, code=f"{code[:5]}-{code[5:]}".lower())[0]  # as a page shows it, or as somebody types it
    assert not verify(file, code="0" * 20)[0]


def test_a_receipt_does_not_lead_to_a_ballot() -> None:
    """Neither by its code nor by its place: both lists stand in an order of their own."""
    chance = random.Random(7)
    file = exported(chance, random_rules(chance, Method.SCORE, Winners.HIGHEST, ["a"]), 12)
    assert not {each["id"] for each in file["ballots"]} & set(file["receipts"])
    assert file["receipts"] == sorted(file["receipts"])


def resealed(file: Export) -> Export:
    """The same content with a protocol that fits it."""
    sealed = copy.deepcopy(file)
    lines = [next_line([], Kind.OPENED, opened(sealed["poll"], "2021-06-30T10:00:00Z"))]
    told = (sealed["ballots"], sealed["receipts"], sealed["result"])
    lines = closing_lines(lines, *told, roll=sealed["roll"], at="2021-06-30T10:10:00Z")
    return {**sealed, "protocol": [line.plain() for line in lines], "head": head(lines)}


# Every change is found -----------------------------------------------------------------------------------------


def drop(entries: list, at: int, _chance: random.Random) -> None:
    del entries[at]


def duplicate(entries: list, at: int, chance: random.Random) -> None:
    entries.insert(chance.randint(0, len(entries)), copy.deepcopy(entries[at]))


def reorder(entries: list, at: int, chance: random.Random) -> None:
    other = chance.choice([each for each in range(len(entries)) if each != at])
    entries[at], entries[other] = entries[other], entries[at]


def alter(entries: list, at: int, chance: random.Random) -> None:
    """Another value in one of its fields, or in a field of a field."""
    holder: Any = entries
    key: Any = at
    while isinstance(holder[key], dict | list) and holder[key]:
        holder = holder[key]
        key = chance.choice(sorted(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
    before = holder[key]
    candidates = [0, 1, 5, 6, "yes", "no", "abstain", "a", "b", "f" * 32, "closed", None, True, []]
    holder[key] = chance.choice([each for each in candidates if canonical(each) != canonical(before)])


def reduce_or_add(entries: list, at: int, chance: random.Random) -> None:
    """A field less, or one more."""
    if chance.random() < 0.5:
        entries[at].pop(chance.choice(sorted(entries[at])))
    else:
        entries[at]["note"] = "x"


CHANGES: list[tuple[str, Callable[..., None]]] = [
    *(("ballots", change) for change in (drop, duplicate, reorder, alter, reduce_or_add)),
    *(("protocol", change) for change in (drop, duplicate, reorder, alter, reduce_or_add)),
    *(("receipts", change) for change in (drop, duplicate, reorder, alter)),
]


@pytest.mark.parametrize(("part", "change"), CHANGES)
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**32), poll=st.sampled_from(POLLS))
def test_every_change_is_found(
    verify: Callable, part: str, change: Callable[..., None], seed: int, poll: tuple[Method, Winners | None]
) -> None:
    chance = random.Random(seed)
    file = exported(chance, random_rules(chance, *poll, ["a", "b", "c"]), chance.randint(2, 12))
    changed = copy.deepcopy(file)
    change(changed[part], chance.randrange(len(changed[part])), chance)
    assert changed != file
    well, said = verify(changed)
    assert not well
    assert any(line.startswith("WRONG") for line in said)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**32))
def test_every_change_of_facts_and_result_is_found(verify: Callable, seed: int) -> None:
    chance = random.Random(seed)
    file = exported(chance, random_rules(chance, *chance.choice(POLLS), ["a", "b", "c"]), 9)
    part = chance.choice(["poll", "result"])
    changed = copy.deepcopy(file)
    alter([changed[part]], 0, chance)
    assert digest(changed[part]) != digest(file[part])
    assert not verify(changed)[0]


# At the terminal -----------------------------------------------------------------------------------------------


def run(*arguments: str | Path) -> tuple[int, str]:
    """Isolated, in an empty folder: only the standard library can be there."""
    done = subprocess.run([sys.executable, "-I", "-S", SCRIPT, *arguments], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_the_script_says_by_its_exit_code(tmp_path: Path) -> None:
    chance = random.Random(6)
    file = exported(chance, random_rules(chance, Method.SCORE, Winners.EQUAL_SHARES, ["a", "b", "c"]), 20)
    good, bad, broken = (tmp_path / f"{name}.json" for name in ("good", "bad", "broken"))
    good.write_text(json.dumps(file), "utf-8")
    bad.write_text(json.dumps({**file, "ballots": file["ballots"][1:]}), "utf-8")
    broken.write_text('{"format": 1, "format": 2}', "utf-8")
    assert run(good)[0] == 0
    assert run(good, "--head", file["head"])[0] == 0
    assert run(good, "--head", "0" * 64)[0] == 1
    code, said = run(bad)
    assert code == 1
    assert "WRONG  the ballots are not those of the closing" in said
    assert run(broken)[0] == run(tmp_path / "missing.json")[0] == 1


@pytest.mark.parametrize("content", ["[]", "{}", "null", "3", '{"format": "youth-forum-poll/1"}', "", "\x00"])
def test_the_script_survives_any_file(tmp_path: Path, content: str) -> None:
    file = tmp_path / "any.json"
    file.write_text(content, "utf-8")
    code, said = run(file)
    assert code == 1
    assert said.startswith("WRONG")
