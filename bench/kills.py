"""kill -9 under load: what was acknowledged is there afterwards, and nothing is there twice."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field

from bench.report import Figure
from bench.servers import Server, fresh_folder

VOTERS = 12
PAUSE = 0.08  # seconds between one member's votes: within the rate that is shipped


@dataclass
class Voter:
    """One member who changes their dots without a pause, and remembers what was acknowledged."""

    token: str
    idea: int
    acked: int = 0
    doubtful: int | None = None  # sent, but no answer came
    acks: int = 0
    refused: list[str] = field(default_factory=list)

    def vote(self, server: Server, until: threading.Event) -> None:
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        dots = self.acked
        while not until.is_set():
            dots = 1 - dots
            self.doubtful = dots
            try:
                line.request("POST", f"/api/v1/ideas/{self.idea}/dots", json.dumps({"dots": dots}), headers)
                answer = line.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException):
                return
            if answer.status == 200:
                self.acked, self.doubtful, self.acks = dots, None, self.acks + 1
            else:
                self.refused.append(f"{answer.status} {body[:120]!r}")
                return
            until.wait(PAUSE)
        line.close()


def kills(quick: bool) -> list[Figure]:
    rounds, dice = (2 if quick else 20), random.Random(9)
    lost = double = acks = settled = 0
    slowest = 0.0
    with fresh_folder() as folder:
        server = Server(folder)
        try:
            server.start()
            board = server.demo["board"]
            voters = [Voter(server.join(f"Voter {number}"), 0) for number in range(VOTERS)]
            state = server.api("GET", f"/boards/{board}", token=voters[0].token)
            ideas = [idea["id"] for idea in state["ideas"]]
            before = {int(key): tally["dots"] for key, tally in state["tally"].items()}
            for number, voter in enumerate(voters):
                voter.idea = ideas[number % len(ideas)]
            for _ in range(rounds):
                until = threading.Event()
                threads = [threading.Thread(target=voter.vote, args=(server, until)) for voter in voters]
                for thread in threads:
                    thread.start()
                time.sleep(dice.uniform(0.3, 1.2))
                server.kill()
                until.set()
                for thread in threads:
                    thread.join()
                slowest = max(slowest, server.start())
                added: dict[int, int] = {}
                for voter in voters:
                    mine = server.api("GET", f"/boards/{board}", token=voter.token)["mine"]
                    found = int(mine.get(str(voter.idea), 0))
                    settled += voter.doubtful is not None
                    lost += found not in (voter.acked, voter.doubtful)
                    voter.acked, voter.doubtful = found, None
                    added[voter.idea] = added.get(voter.idea, 0) + found
                tally = server.api("GET", f"/boards/{board}", token=voters[0].token)["tally"]
                double += sum(tally[str(idea)]["dots"] != before.get(idea, 0) + dots for idea, dots in added.items())
            acks = sum(voter.acks for voter in voters)
            refused = [words for voter in voters for words in voter.refused]
        finally:
            with contextlib.suppress(OSError):
                server.kill()
    return [
        Figure(
            "`kill -9` under load, 20 times",
            "no acknowledged vote lost, none counted twice",
            f"{lost} lost of {acks} acknowledged, {double} tallies that differ from the rows, {settled} in doubt at a "
            f"kill, {len(refused)} refused; back within {slowest:.1f} s ({rounds} kills)",
            not lost and not double and not refused and acks > 0,
        )
    ]
