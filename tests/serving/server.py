"""Starts the platform as people do, `python wsgi.py`, as a process of its own: pytest itself stays unpatched."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import requests

ROOT = Path(__file__).parents[2]
SECRET = "the secret of the test servers, long enough"
T = TypeVar("T")


def eventually(ask: Callable[[], T], within: float = 10.0, pause: float = 0.02) -> T:
    """What `ask` answers as soon as that is true. AssertionError with its last answer after `within` seconds."""
    deadline = time.monotonic() + within
    while not (answer := ask()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s; last answer: {answer!r}")
        time.sleep(pause)
    return answer


def free_port() -> int:
    """A port that was free a moment ago, below those that the system gives to outgoing connections."""
    low = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    for _ in range(200):
        port = 10_000 + int.from_bytes(os.urandom(2), "big") % (min(low, 32_768) - 10_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port")


class Server:
    """One server process. It keeps its port and its folder over `kill()` and `start()`."""

    def __init__(
        self,
        folder: Path,
        *,
        mode: str = "eventlet",
        database_url: str = "",
        redis_url: str = "",
        port: int | None = None,
        **environment: str,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.mode, self.port = folder, mode, port or free_port()
        self.log_file = folder / f"server-{self.port}.log"
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        self.environment = keep | {
            "ASYNC_MODE": mode,
            "PORT": str(self.port),
            "INSTANCE_PATH": str(folder),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SECRET_KEY": SECRET,
            "RATES_ENABLED": "false",
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self.log_file.read_text("utf-8", "replace") if self.log_file.exists() else ""

    def launch(self) -> subprocess.Popen[bytes]:
        """Start without waiting for it to answer."""
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "wsgi.py"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self.process

    def start(self, within: float = 30.0) -> Server:
        """Start and wait until it answers."""
        process, deadline = self.launch(), time.monotonic() + within
        while True:
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the server did not start (exit code {process.poll()}):\n{self.log[-4000:]}")
            try:
                if self.ask("GET", "/healthz", timeout=5)[0] == 200:
                    return self
            except OSError:
                time.sleep(0.02)

    def stop(self, number: int = signal.SIGTERM, within: float = 15.0) -> int:
        """Ask it to end; its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running {within} s after signal {number}:\n{self.log[-4000:]}") from None

    def kill(self) -> None:
        """As a power cut for the process: no handler runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Server:
        return self.start() if self.process is None else self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def ask(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, timeout: float = 20, **headers: str
    ) -> tuple[int, Any]:
        """One request: `(status, JSON, or text where it is none)`. OSError where nobody answers."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        if token:
            sent["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.url + path, data, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                status, raw = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, raw = error.code, error.read()
        try:
            return status, json.loads(raw)
        except ValueError:
            return status, raw.decode("utf-8", "replace")

    def board(self, token: str, board: int) -> dict[str, Any]:
        status, body = self.ask("GET", f"/api/v1/boards/{board}", token=token)
        assert status == 200, (status, body)
        return dict(body)

    def join(self, code: str, *, name: str = "Guest", language: str = "en") -> dict[str, Any]:
        status, body = self.ask(
            "POST",
            "/api/v1/join",
            {
                "code": code,
                "name": name,
                "delegation": None,
                "language": language,
                "age_band": "16-17",
                "accept_rules": True,
            },
        )
        assert status == 201, (status, body)
        return dict(body)


class Browser(requests.Session):
    """Pages and forms as a browser without scripts uses them: a cookie, and the token of the form's page."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.server = server

    def sign_in(self, email: str, password: str) -> Browser:
        answer = self.fill("/sign-in", email=email, password=password)
        assert answer.history and answer.history[0].status_code == 302, answer.text[:500]
        return self

    def fill(self, page: str, action: str | None = None, **values: object) -> requests.Response:
        """Open `page` and post its form (to `action` where that is another address)."""
        shown = self.get(self.server.url + page, timeout=20)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', shown.text)
        assert found, f"no form on {page} ({shown.status_code})"
        data = {"csrf_token": found[1], **values}
        return self.post(self.server.url + (action or page), data=data, timeout=20)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.get_dict().items())
