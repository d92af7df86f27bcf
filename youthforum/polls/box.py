"""The box: ballots are sealed when they are cast, and opened together when the poll has closed. Pure.

A database keeps more than its rows: the order in which they were written, in its pages, in its log and in every backup.
Beside a list of who has voted, that order would tell who cast what. So a ballot is stored sealed, under a key of which
one half is in the database and the other one is the server’s secret, with nothing readable beside it. All sealed
ballots of a poll have the same length. When the box is opened, every ballot gets a new random id; no row then links the
opened ballots to the sealed ones, which are deleted with their key.

A sealed ballot is `nonce (16) + cipher text + mark (32)`: the keystream is SHAKE-256 of key and nonce, the mark is
HMAC-SHA-256 over poll, nonce and cipher text (encrypt-then-MAC; Bellare and Namprempre 2000). Every nonce is random.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from youthforum.polls.counting.ballots import Ballot, Plain, plain_choice, read_choice
from youthforum.polls.counting.outcome import Rules, count_poll
from youthforum.polls.counting.plain import plain_outcome, read_rules

NONCE, MARK = 16, 32
# Beside the choice: labels, member and the JSON around them, in bytes.
AROUND = 300
# Per option, in bytes: `"ab":"abstain",` is the longest.
PER_OPTION = 32
CODE_LENGTH = 20


class BrokenBox(Exception):
    """A sealed ballot that can't be opened: another key, or a changed row."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is sealed: the choice in plain data, where its voter belongs, and in an open poll who it was."""

    choice: Plain
    delegation: str | None
    country: str | None
    member: int | None


@dataclass(frozen=True, slots=True)
class Opened:
    """The opened box: `ballots` as rows under new ids, in their order, and the `outcome` in plain data."""

    ballots: list[dict[str, Any]]
    outcome: dict[str, Any]


def key_of(secret: bytes, half: bytes) -> bytes:
    """The key to one poll’s box."""
    return hmac.digest(secret, b"ballot box " + half, "sha256")


def seal(key: bytes, poll: int, options: int, envelope: Envelope) -> bytes:
    """A sealed ballot; as long as every other one of a poll with so many options."""
    content = [envelope.choice, envelope.delegation, envelope.country, envelope.member]
    inside = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    padded = inside.ljust(AROUND + PER_OPTION * options)
    nonce = secrets.token_bytes(NONCE)
    sealed = nonce + _veiled(key, nonce, padded)
    return sealed + _mark(key, poll, sealed)


def unseal(key: bytes, poll: int, sealed: bytes) -> Envelope:
    """What was sealed. Raises BrokenBox."""
    content, mark = sealed[:-MARK], sealed[-MARK:]
    if not hmac.compare_digest(mark, _mark(key, poll, content)):
        raise BrokenBox
    choice, delegation, country, member = json.loads(_veiled(key, content[:NONCE], content[NONCE:]))
    return Envelope(choice, delegation, country, member)


def _veiled(key: bytes, nonce: bytes, text: bytes) -> bytes:
    stream = hashlib.shake_256(b"stream " + key + nonce).digest(len(text))
    return (int.from_bytes(text) ^ int.from_bytes(stream)).to_bytes(len(text))


def _mark(key: bytes, poll: int, content: bytes) -> bytes:
    return hmac.digest(key, b"mark %d " % poll + content, "sha256")


def open_box(plain_rules: Mapping[str, Any], key: bytes, poll: int, sealed: Sequence[bytes]) -> Opened:
    """Open all ballots, mix and count them.

    Of a secret poll the rows hold no delegation and no country: they served the breakdown, and beside the whole choice
    they would tell who cast it. Raises BrokenBox.
    """
    rules = read_rules(dict(plain_rules))
    rows, cast = [], []
    for one in sealed:
        envelope = unseal(key, poll, one)
        ballot = Ballot(
            read_choice(rules.method, rules.options, envelope.choice), envelope.delegation, envelope.country
        )
        cast.append(ballot)
        rows.append(_row(rules, ballot, envelope))
    return Opened(sorted(rows, key=lambda row: str(row["id"])), plain_outcome(rules, cast, count_poll(rules, cast)))


def _row(rules: Rules, ballot: Ballot, envelope: Envelope) -> dict[str, Any]:
    row = {"id": secrets.token_hex(16), "choice": plain_choice(rules.options, ballot.choice)}
    told = {"delegation": envelope.delegation, "country": envelope.country, "member_id": envelope.member}
    return row | (dict.fromkeys(told) if rules.secret else told)


def receipt_code(key: bytes, poll: int, member: int, half: bytes) -> str:
    """The code of a receipt: 20 letters and digits (base32), from the client’s random half and the server’s.

    The server’s half is derived for this member and this half, so sending the same ballot again gives the same code,
    without anything being stored that would link the two.
    """
    own = hmac.digest(key, b"receipt %d %d " % (poll, member) + half, "sha256")
    return base64.b32encode(hashlib.sha256(half + own).digest()).decode()[:CODE_LENGTH]
