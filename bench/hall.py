#!/usr/bin/env python3
"""A hall of people on one board: joins members, opens sockets, votes, and reports what they experienced.

Part of Youth Forum (AGPL-3.0-or-later). Speaks docs/live-protocol.md over raw websockets, so that the load
generator costs little. Needs only the standard library; uvloop is used when it is there. Start the app first, with
a forum whose board has voting open.

  bench/hall.py --url http://127.0.0.1:5000 --code ABCD2345 --board 1 --clients 350 --votes 100 --seconds 20 \\
      [--pid SERVER_PID]

Reported (one JSON object): acks and errors; ack latency and vote-to-everybody's-tally latency in ms (p50, p95, p99,
max); frames received; server CPU seconds, CPU per delivered frame, and peak memory when --pid is given; whether every
client ends on the same tally as the API.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import random
import struct
import sys
import time
import urllib.parse
from pathlib import Path

ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ap.add_argument("--url", default="http://127.0.0.1:5000")
ap.add_argument("--code", required=True)
ap.add_argument("--board", type=int, required=True)
ap.add_argument("--clients", type=int, default=350)
ap.add_argument("--votes", type=float, default=100, help="votes per second, all clients together")
ap.add_argument("--seconds", type=float, default=15)
ap.add_argument("--pid", type=int, action="append", default=[])
ap.add_argument("--tokens", help="file to keep the members' tokens in, and to take them from when it is there")
args = ap.parse_args()
u = urllib.parse.urlsplit(args.url)
HOST, PORT = u.hostname, u.port or 80


async def http(method, path, body=None, token=None):
    reader, writer = await asyncio.open_connection(HOST, PORT)
    data = json.dumps(body).encode() if body is not None else b""
    head = [f"{method} {path} HTTP/1.1", f"Host: {HOST}:{PORT}", "Connection: close", "Accept: application/json"]
    if body is not None:
        head += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
    if token:
        head.append(f"Authorization: Bearer {token}")
    writer.write(("\r\n".join(head) + "\r\n\r\n").encode() + data)
    raw = await reader.read()
    writer.close()
    top, _, rest = raw.partition(b"\r\n\r\n")
    status = int(top.split(b" ", 2)[1])
    if b"chunked" in top.lower():
        out, i = b"", 0
        while True:
            j = rest.index(b"\r\n", i)
            n = int(rest[i:j], 16)
            if not n:
                break
            out += rest[j + 2 : j + 2 + n]
            i = j + 4 + n
        rest = out
    return status, (json.loads(rest) if rest else None)


class Person(asyncio.Protocol):
    frames = 0
    probe_idea = None
    probes = {}  # tally version of the probe idea → time its vote was sent
    seen = []  # latencies in ms, one per (probe vote, client)

    def __init__(self, token):
        self.token, self.buf, self.up, self.acks, self.next_id = token, b"", False, {}, 0
        self.tally, self.watching, self.probe_version = {}, asyncio.get_running_loop().create_future(), 0
        self.closed = False

    def connection_made(self, transport):
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            (
                f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {HOST}:{PORT}\r\n"
                f"Upgrade: websocket\r\nConnection: Upgrade\r\nOrigin: {args.url}\r\n"
                f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
            ).encode()
        )

    def connection_lost(self, exc):
        self.closed = True
        if not self.watching.done():
            self.watching.set_exception(ConnectionError("closed before watching"))
        for f in self.acks.values():
            if not f.done():
                f.set_exception(ConnectionError("closed"))

    def send(self, text):
        p = text.encode()
        n = len(p)
        head = bytes([0x81, 0x80 | n]) if n < 126 else struct.pack(">BBH", 0x81, 0xFE, n)
        self.transport.write(head + b"\0\0\0\0" + p)

    def call(self, event, payload):
        self.next_id += 1
        self.acks[self.next_id] = f = asyncio.get_running_loop().create_future()
        self.send(f"42{self.next_id}" + json.dumps([event, payload]))
        return f

    def data_received(self, data):
        b, i = (self.buf + data if self.buf else data), 0
        if not self.up:
            k = b.find(b"\r\n\r\n")
            if k < 0:
                self.buf = b
                return
            if not b.startswith(b"HTTP/1.1 101"):
                self.transport.close()
                return
            self.up, i = True, k + 4
        size = len(b)
        while size - i >= 2:
            n, h = b[i + 1] & 127, 2
            if n == 126:
                if size - i < 4:
                    break
                n, h = (b[i + 2] << 8) | b[i + 3], 4
            elif n == 127:
                if size - i < 10:
                    break
                n, h = struct.unpack_from(">Q", b, i + 2)[0], 10
            if size - i < h + n:
                break
            if b[i] & 15 == 8:
                self.transport.close()
            elif n:
                self.packet(b, i + h, i + h + n)
            i += h + n
        self.buf = b[i:]

    def packet(self, b, s, e):
        c = b[s]
        if c == 0x30:
            self.send("40" + json.dumps({"token": self.token}))
        elif c == 0x32:
            self.send("3")
        elif c == 0x34:
            kind = b[s + 1]
            if kind == 0x32:
                Person.frames += 1
                if b.startswith(b'["tally"', s + 2):
                    self.on_tally(json.loads(b[s + 2 : e])[1])
            elif kind == 0x33:
                j = b.index(b"[", s)
                f = self.acks.pop(int(b[s + 2 : j]), None)
                if f and not f.done():
                    f.set_result(json.loads(b[j:e])[0])
            elif kind == 0x30:
                f = self.call("watch", {"channel": f"board:{args.board}", "after": None})
                f.add_done_callback(self.on_watch)
            elif kind == 0x34:
                self.transport.close()

    def on_watch(self, f):
        try:
            answer = f.result()
            if not answer.get("ok"):
                raise RuntimeError(answer)
            self.tally = dict(answer.get("tally") or {})
            if not self.watching.done():
                self.watching.set_result(answer)
        except Exception as error:
            if not self.watching.done():
                self.watching.set_exception(error)

    def on_tally(self, msg):
        for k, v in msg["tally"].items():
            if v["version"] >= self.tally.get(k, {"version": -1})["version"]:
                self.tally[k] = v
            if k == Person.probe_idea:
                now = time.monotonic()
                for version in [x for x in Person.probes if self.probe_version < x <= v["version"]]:
                    Person.seen.append((now - Person.probes[version]) * 1e3)
                self.probe_version = max(self.probe_version, v["version"])


def pct(xs):
    xs = sorted(xs)
    return (
        {
            p: round(xs[min(len(xs) - 1, int(len(xs) * q))], 1)
            for p, q in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1))
        }
        if xs
        else None
    )


def cpu():
    total = 0.0
    for pid in args.pid:
        f = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += (int(f[11]) + int(f[12])) / os.sysconf("SC_CLK_TCK")
    return total


def rss():
    return [
        int(next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmHWM")).split()[1])
        // 1024
        for pid in args.pid
    ]


async def main():
    loop = asyncio.get_running_loop()
    report = {"clients": args.clients, "votes_per_s": args.votes}
    tokens = json.loads(Path(args.tokens).read_text()) if args.tokens and os.path.exists(args.tokens) else []
    t = time.monotonic()
    gate = asyncio.Semaphore(20)

    async def join(n):
        async with gate:
            status, body = await http(
                "POST",
                "/api/v1/join",
                {
                    "code": args.code,
                    "name": f"Guest {n}",
                    "delegation": None,
                    "language": ("de", "ru", "en")[n % 3],
                    "age_band": "18+",
                    "accept_rules": True,
                },
            )
            if status != 201:
                raise SystemExit(f"join answered {status}: {body}")
            return body["token"]

    have = len(tokens)
    tokens += await asyncio.gather(*[join(n) for n in range(have, args.clients)])
    if args.tokens:
        Path(args.tokens).write_text(json.dumps(tokens))
    report["join_s"] = round(time.monotonic() - t, 2)
    status, board = await http("GET", f"/api/v1/boards/{args.board}", token=tokens[0])
    assert status == 200, (status, board)
    ideas = [i["id"] for i in board["ideas"]]
    if len(ideas) < 2:
        raise SystemExit("the board needs two ideas or more")
    Person.probe_idea = str(ideas[0])
    t = time.monotonic()
    people = []

    async def enter(token):
        async with opening:
            _, p = await loop.create_connection(lambda: Person(token), HOST, PORT)
            people.append(p)
            await asyncio.wait_for(p.watching, 60)

    opening = asyncio.Semaphore(200)
    await asyncio.gather(*[enter(x) for x in tokens[: args.clients]])
    report["connect_and_watch_s"] = round(time.monotonic() - t, 2)
    report["memory_connected_mib"] = rss()

    acks, errors, c0, f0 = [], [], cpu(), Person.frames
    held = {}  # client → the idea that carries its one dot

    async def vote(n, k):
        p, idea = people[n], random.choice(ideas[1:])
        first = held.get(n)
        s = time.monotonic()
        try:
            a = await asyncio.wait_for(p.call("vote:dots", {"idea": first or idea, "dots": 0 if first else 1}), 30)
        except Exception as error:
            errors.append(repr(error))
            return
        acks.append((time.monotonic() - s) * 1e3)
        if a.get("ok"):
            held[n] = None if first else idea
        else:
            errors.append(json.dumps(a.get("error")))

    async def probing():
        p, on = people[0], False
        while True:
            s = time.monotonic()
            a = await p.call("vote:dots", {"idea": ideas[0], "dots": 0 if on else 1})
            if a.get("ok"):
                on = not on
                Person.probes[a["version"]] = s
            else:
                errors.append("probe " + json.dumps(a.get("error")))
            await asyncio.sleep(1)

    prober = asyncio.create_task(probing())
    start, jobs, k = time.monotonic(), [], 0
    order = list(range(1, len(people)))
    random.shuffle(order)
    busy = set()
    while (now := time.monotonic()) - start < args.seconds:
        due = int((now - start) * args.votes)
        while k < due:
            n = order[k % len(order)]
            if n not in busy:
                busy.add(n)
                task = asyncio.create_task(vote(n, k))
                task.add_done_callback(lambda _t, n=n: busy.discard(n))
                jobs.append(task)
            else:
                errors.append("client still waiting for its ack")
            k += 1
        await asyncio.sleep(0.002)
    spent = time.monotonic() - start
    prober.cancel()
    await asyncio.gather(*jobs)
    await asyncio.sleep(1.5)
    frames = Person.frames - f0
    used = cpu() - c0
    _, board = await http("GET", f"/api/v1/boards/{args.board}", token=tokens[0])
    final = {k: v["dots"] for k, v in board["tally"].items()}
    wrong = sum(any(final.get(k, 0) != v.get("dots", 0) for k, v in p.tally.items()) for p in people if not p.closed)
    report |= {
        "acked": len(acks),
        "acked_per_s": round(len(acks) / spent, 1),
        "errors": len(errors),
        "first_errors": errors[:3],
        "ack_ms": pct(acks),
        "everybody_ms": pct(Person.seen),
        "frames": frames,
        "cut_off": sum(p.closed for p in people),
        "clients_with_wrong_tally": wrong,
    }
    if args.pid:
        report |= {
            "server_cpu_s": round(used, 2),
            "cpu_us_per_frame": round(used * 1e6 / max(1, frames), 1),
            "peak_mib": rss(),
        }
    print(json.dumps(report))
    return 1 if errors or wrong else 0


try:
    import uvloop

    uvloop.install()
except ImportError:
    pass
sys.exit(asyncio.run(main()))
