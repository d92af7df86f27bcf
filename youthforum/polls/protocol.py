"""What makes a result checkable: a chain of protocol lines, a tree over the ballots, and the export that holds both.

Pure, without a database. The lines (opened, closed, result, root) are chained, so that none can be changed without
changing the head, which everybody saw on the stage. Ballots are never chained: a chain would say in which order they
came. They stand in the order of their ids, which are random and drawn when the box is opened; receipts stand apart from
them, in the order of their codes, so that nobody’s receipt shows a choice. `tools/verify_poll.py` checks an export
without any of this code; docs/counting.md describes the format.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from youthforum.polls.counting.ballots import Ballot, plain_choice

FORMAT = "youth-forum-poll/1"
START = "0" * 64
"""What the first line of a chain names as the line before it."""

LEAF, NODE = b"\x00", b"\x01"


class Kind(StrEnum):
    OPENED = "opened"
    CLOSED = "closed"
    RESULT = "result"
    ROOT = "root"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the protocol; `hash` (hexadecimal) covers the rest, and through `before` all lines before it."""

    number: int
    kind: Kind
    data: Mapping[str, Any]
    before: str
    hash: str

    def plain(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "kind": self.kind.value,
            "data": dict(self.data),
            "before": self.before,
            "hash": self.hash,
        }


def canonical(value: object) -> bytes:
    """One line of JSON that is the same for equal values: keys sorted, no spaces, UTF-8; TypeError on a float.

    RFC 8785 without numbers that aren't whole, which are left out because they are written in more than one way. Keys
    are sorted by code points.
    """
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(value: object) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("floats have no canonical form")
    for part in value.items() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ():
        _refuse_floats(part)


# The chain --------------------------------------------------------------------------------------------------------


def next_line(lines: Sequence[Line], kind: Kind, data: Mapping[str, Any]) -> Line:
    """The line that continues this protocol.

    Source: Haber and Stornetta 1991, “How to time-stamp a digital document”, Journal of Cryptology 3.
    """
    number, before = len(lines), head(lines)
    content = {"number": number, "kind": kind.value, "data": dict(data), "before": before}
    return Line(number, kind, dict(data), before, digest(content))


def head(lines: Sequence[Line]) -> str:
    """What stands for the whole protocol so far."""
    return lines[-1].hash if lines else START


def opened(poll: Mapping[str, Any], at: str) -> dict[str, Any]:
    """What the first line holds: the digest of all facts of the poll, so that no rule can change while it is open."""
    return {"poll": digest(poll), "at": at}


def closed(ballots: int, roll: int, at: str) -> dict[str, Any]:
    """`roll`: how many people are marked as having voted."""
    return {"ballots": ballots, "roll": roll, "at": at}


# The tree ---------------------------------------------------------------------------------------------------------


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root over these entries; source: RFC 6962 (Laurie, Langley and Kasper 2013), section 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = [hashlib.sha256(LEAF + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        level = _level_above(level)
    return level[0]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from entry `index` to the root, from below; RFC 6962, section 2.1.1. IndexError outside."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    level, proof = [hashlib.sha256(LEAF + leaf).digest() for leaf in leaves], []
    while len(level) > 1:
        if index ^ 1 < len(level):
            proof.append(level[index ^ 1])
        level, index = _level_above(level), index // 2
    return proof


def root_from(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that a proof leads to; ValueError if it has the wrong length. Source: RFC 9162, section 2.1.3.2."""
    found, remaining = hashlib.sha256(LEAF + leaf).digest(), list(proof)
    if not 0 <= index < size:
        raise ValueError("no such entry")
    while size > 1:
        if index ^ 1 < size:
            if not remaining:
                raise ValueError("the proof is too short")
            other = remaining.pop(0)
            found = hashlib.sha256(NODE + (other + found if index % 2 else found + other)).digest()
        index, size = index // 2, (size + 1) // 2
    if remaining:
        raise ValueError("the proof is too long")
    return found


def _level_above(level: Sequence[bytes]) -> list[bytes]:
    """Two become one; one that is left over at the end rises as it is."""
    above = [hashlib.sha256(NODE + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
    return above + ([level[-1]] if len(level) % 2 else [])


# The export -------------------------------------------------------------------------------------------------------


def plain_ballots(options: Sequence[str], ballots: Mapping[str, Ballot], *, secret: bool) -> list[dict[str, Any]]:
    """`{id: ballot}` as the export holds it: in the order of ids.

    Of a secret poll without delegation and country: beside the whole choice, they would tell who cast it.
    """
    found: list[dict[str, Any]] = []
    for number in sorted(ballots):
        ballot = ballots[number]
        entry: dict[str, Any] = {"id": number, "choice": plain_choice(options, ballot.choice)}
        if not secret:
            entry |= {"delegation": ballot.delegation, "country": ballot.country}
        found.append(entry)
    return found


def ballots_root(entries: Sequence[Mapping[str, Any]]) -> str:
    """The root over exported ballots, in hexadecimal."""
    return merkle_root([canonical(entry) for entry in entries]).hex()


def receipts_root(codes: Sequence[str]) -> str:
    """The root over the codes of all receipts, which must be sorted; in hexadecimal."""
    return merkle_root([code.encode() for code in codes]).hex()


def closing_lines(
    lines: Sequence[Line],
    entries: Sequence[Mapping[str, Any]],
    receipts: Sequence[str],
    result: Mapping[str, Any],
    *,
    roll: int,
    at: str,
) -> list[Line]:
    """The whole protocol after closing: the given lines, and then closed, result and root."""
    whole = list(lines)
    whole.append(next_line(whole, Kind.CLOSED, closed(len(entries), roll, at)))
    whole.append(next_line(whole, Kind.RESULT, {"result": digest(result)}))
    roots = {"ballots": ballots_root(entries), "receipts": receipts_root(receipts)}
    whole.append(next_line(whole, Kind.ROOT, roots))
    return whole


def export(
    poll: Mapping[str, Any],
    entries: Sequence[Mapping[str, Any]],
    receipts: Sequence[str],
    result: Mapping[str, Any],
    lines: Sequence[Line],
    *,
    roll: int,
) -> dict[str, Any]:
    """The export of a closed poll. `poll` holds `rules` as `plain_rules` makes them, and whatever else is shown."""
    return {
        "format": FORMAT,
        "poll": dict(poll),
        "roll": roll,
        "ballots": list(entries),
        "receipts": list(receipts),
        "result": dict(result),
        "protocol": [line.plain() for line in lines],
        "head": head(lines),
    }
