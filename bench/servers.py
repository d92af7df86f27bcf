"""A server of one's own for one run: fresh folder, settings as shipped, on one core; the load gets another."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0  # seconds for a server to answer


class NotMeasured(Exception):
    """What this run needs is not here; the message says what."""


def cores() -> tuple[int, int]:
    """(the server's, the load's); the same one where there is only one."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[-1]


def on_core(core: int) -> Callable[[], None]:
    """What a child process does before it starts, so that it stays on that core."""
    return lambda: os.sched_setaffinity(0, {core})


def more_files() -> None:
    """Thousands of sockets need as many open files as the system allows; children inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 20_000 if hard == resource.RLIM_INFINITY else min(20_000, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`python wsgi.py` on a folder that stays the same over `kill()` and `start()`."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder, self.port, self.settings = folder, free_port(), settings
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def demo(self) -> dict[str, Any]:
        """How to get into the demo forum, as `flask demo --json` prints it."""
        return dict(json.loads((self.folder / "demo.json").read_text()))

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the caller's own settings but those that were given: what is measured is what is shipped."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return kept | {"INSTANCE_PATH": str(self.folder), "PORT": str(self.port)} | self.settings

    def start(self) -> float:
        """Start; the seconds until it answers."""
        begun = time.monotonic()
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "wsgi.py"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=on_core(cores()[0]),
            )
        while time.monotonic() - begun < PATIENCE and self.process.poll() is None:
            with contextlib.suppress(OSError):
                if self.ask("GET", "/healthz", timeout=5)[0] == 200:
                    return time.monotonic() - begun
            time.sleep(0.02)
        raise RuntimeError(f"the server did not start:\n{(self.folder / 'server.log').read_text()[-3000:]}")

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)

    def kill(self) -> None:
        """As a power cut for the process: no handler runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def ask(
        self, method: str, path: str, body: Any = None, token: str | None = None, timeout: float = 30, **headers: str
    ) -> tuple[int, bytes]:
        """One request: status and body as they came. OSError where nobody answers."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            sent["Content-Type"] = "application/json"
        if token:
            sent["Authorization"] = f"Bearer {token}"
        try:
            with urllib.request.urlopen(
                urllib.request.Request(self.url + path, data, sent, method=method), timeout=timeout
            ) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def api(self, method: str, path: str, body: Any = None, token: str | None = None) -> Any:
        """The JSON of an answer that must be a success."""
        status, raw = self.ask(method, f"/api/v1{path}", body, token)
        if status not in (200, 201):
            raise RuntimeError(f"{method} {path} answered {status}: {raw[:300]!r}")
        return json.loads(raw)

    def join(self, name: str, language: str = "en") -> str:
        """A new member of the demo forum: their token."""
        who = {"code": self.demo["join_code"], "name": name, "delegation": None, "language": language}
        return str(self.api("POST", "/join", who | {"age_band": "18+", "accept_rules": True})["token"])


@contextlib.contextmanager
def fresh_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="youthforum-bench-") as folder:
        yield Path(folder)


@contextlib.contextmanager
def serving(**settings: str) -> Iterator[Server]:
    """A server with the demo forum, on a folder of its own."""
    with fresh_folder() as folder:
        server = Server(folder, **settings)
        try:
            server.start()
            yield server
        finally:
            server.kill()


@contextlib.contextmanager
def postgres() -> Iterator[dict[str, str]]:
    """The settings of a server on a new, migrated PostgreSQL database, which is dropped afterwards.

    Raises NotMeasured where none answers at TEST_DATABASE_URL.
    """
    given = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
    address = sa.make_url(given).set(drivername="postgresql+psycopg2")
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    name = f"youthforum_bench_{secrets.token_hex(6)}"
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    except sa.exc.OperationalError:
        raise NotMeasured("no PostgreSQL answers at TEST_DATABASE_URL") from None
    url = address.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    settings = {"DATABASE_URL": url, "SECRET_KEY": secrets.token_urlsafe(32)}
    try:
        with fresh_folder() as folder:
            subprocess.run(
                [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"],
                cwd=ROOT,
                env=Server(folder, **settings).environment,
                check=True,
                capture_output=True,
            )
        yield settings
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
