"""A client's copy of a board: what the API said once, and every message since. It must always equal the API."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any

_ROOTS = re.compile(r'(?=<li class="(?:card|cluster)" id=)')
_DATA = re.compile(r'data-([a-z]+)="([^"]*)"')
_TEXT = re.compile(r'<p class="card-text"[^>]*>(.*?)</p>', re.S)
_NAME = re.compile(r'<h3 class="cluster-name"[^>]*>(.*?)</h3>', re.S)


NOTHING = {"dots": 0, "voters": 0, "agree": 0, "disagree": 0, "pass": 0, "version": 0}


class Gap(AssertionError):
    """A revision is missing."""


def card_facts(idea: dict[str, Any]) -> dict[str, Any]:
    """What the API says of an idea and a card shows."""
    return {name: idea[name] for name in ("text", "version", "column", "cluster", "position", "language", "state")}


def drawn(fragment: str) -> tuple[dict[int, dict[str, Any]], dict[int, dict[str, Any]]]:
    """`(cards, clusters)` in a fragment, by id."""
    cards, clusters = {}, {}
    for part in _ROOTS.split(fragment):
        opening = part.partition(">")[0]
        data = dict(_DATA.findall(opening))
        if opening.startswith('<li class="card"'):
            text = _TEXT.search(part)
            assert text, part[:300]
            cards[int(data["idea"])] = {
                "text": html.unescape(text[1]),
                "version": int(data["version"]),
                "column": int(data["column"]),
                "cluster": int(data["cluster"]) if data["cluster"] else None,
                "position": float(data["position"]),
                "language": data["language"],
                "state": data["state"],
            }
        elif opening.startswith('<li class="cluster"'):
            name = _NAME.search(part)
            assert name, part[:300]
            clusters[int(data["cluster"])] = {
                "name": html.unescape(name[1]),
                "column": int(data["column"]),
                "position": float(data["position"]),
            }
    return cards, clusters


@dataclass
class Replica:
    revision: int
    cards: dict[int, dict[str, Any]] = field(default_factory=dict)
    clusters: dict[int, dict[str, Any]] = field(default_factory=dict)
    tally: dict[str, Any] = field(default_factory=dict)
    html: dict[int, str] = field(default_factory=dict)
    """The cards as they were drawn last, for those that were drawn live."""

    @classmethod
    def of(cls, body: dict[str, Any]) -> Replica:
        """From the answer of `GET /api/v1/boards/<id>`."""
        return cls(
            revision=body["revision"],
            cards={idea["id"]: card_facts(idea) for idea in body["ideas"]},
            clusters={
                one["id"]: {name: one[name] for name in ("name", "column", "position")}
                for one in body["board"]["clusters"]
            },
            tally=dict(body.get("tally") or {}),
        )

    def apply(self, change: dict[str, Any]) -> None:
        """One `change` message. What we know already is dropped; Gap when one is missing."""
        if change["revision"] <= self.revision:
            return
        if change["revision"] != self.revision + 1:
            raise Gap(f"{self.revision} → {change['revision']}")
        self.revision = change["revision"]
        data, fragment = change["data"], change.get("html") or ""
        cards, clusters = drawn(fragment)
        concerned = {*data.get("ideas", ()), *data.get("renumbered", ())}
        concerned |= {data[name] for name in ("idea", "into") if name in data}
        assert set(cards) <= concerned, (change["type"], data, set(cards))
        for idea in concerned - set(cards):
            self.cards.pop(idea, None)
            self.html.pop(idea, None)
        self.cards |= cards
        for part in _ROOTS.split(fragment):
            if part.startswith('<li class="card"'):
                self.html[int(dict(_DATA.findall(part.partition(">")[0]))["idea"])] = part
        moved = {*clusters, *data.get("clusters", ())}
        for cluster in ({data["cluster"]} if "cluster" in data else set()) - moved:
            self.clusters.pop(cluster, None)
        self.clusters |= clusters

    def hear(self, tally: dict[str, Any]) -> None:
        """One `tally` message: absolute, the newest version wins."""
        for idea, told in tally.items():
            if idea not in self.tally or told["version"] >= self.tally[idea]["version"]:
                self.tally[idea] = told

    def differs(self, body: dict[str, Any], *, tallies: bool = True) -> str:
        """What is not as in this answer of the API; empty when all is."""
        fresh = Replica.of(body)
        if self.revision != fresh.revision:
            return f"revision {self.revision}, not {fresh.revision}"
        if self.cards != fresh.cards:
            return f"cards: {_difference(self.cards, fresh.cards)}"
        if self.clusters != fresh.clusters:
            return f"clusters: {_difference(self.clusters, fresh.clusters)}"
        # Of an idea that nobody has voted on yet, nothing need be told.
        mine = {idea: self.tally.get(idea, NOTHING) for idea in fresh.tally}
        if tallies and mine != fresh.tally:
            return f"tally: {_difference(mine, fresh.tally)}"
        return ""


def _difference(ours: dict[Any, Any], theirs: dict[Any, Any]) -> dict[Any, Any]:
    return {key: (ours.get(key), theirs.get(key)) for key in {*ours, *theirs} if ours.get(key) != theirs.get(key)}
