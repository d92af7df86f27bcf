"""A Redis of the tests' own, which may be cut and killed without anybody else noticing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import redis

from tests.serving.server import eventually, free_port


class Redis:
    """A server process on a free port, nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self.port, self.folder = free_port(), folder
        self.process: subprocess.Popen[bytes] | None = None
        self.link = redis.Redis(port=self.port, socket_connect_timeout=2)

    @staticmethod
    def installed() -> bool:
        return shutil.which("redis-server") is not None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> Redis:
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": self.folder}
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        self.process = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)
        eventually(self._answers)
        return self

    def _answers(self) -> bool:
        try:
            return bool(self.link.ping())
        except redis.RedisError:
            return False

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def __enter__(self) -> Redis:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()

    def cut_subscribers(self) -> int:
        """Cut the connections on which processes listen; how many there were."""
        return int(self.link.execute_command("CLIENT", "KILL", "TYPE", "pubsub"))

    def subscribers(self, least: int) -> None:
        """Wait until so many processes listen."""
        eventually(lambda: sum(one["sub"] != "0" for one in self.link.client_list()) >= least)
