"""A little translation server that speaks LibreTranslate and DeepL, for real, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


class Translator(ThreadingHTTPServer):
    """`mood` says how it behaves: `well`, or one of the ways in which such servers fail. When `slow` it answers after
    `go`, or two seconds; `answered` counts."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.mood = "well"
        self.go = threading.Event()
        self.answered = 0
        self.asked: list[tuple[str, dict[str, Any], dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Translator

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, body, dict(self.headers)))
        answer: dict[str, Any]
        if self.path == "/translate":
            answer = {"translatedText": [f"[{body['target']}] {text}" for text in body["q"]]}
        elif self.path == "/v2/translate":
            answer = {"translations": [{"text": f"[{body['target_lang']}] {text}"} for text in body["text"]]}
        else:
            self.send_error(404)
            return
        match self.server.mood:
            case "refuses":
                self.send_error(403, "wrong key")
            case "redirects":
                self.send_response(307)
                self.send_header("Location", f"{self.server.url}/elsewhere")
                self.end_headers()
            case "nonsense":
                self._say(b"<html>")
            case "other shape":
                self._say(b'{"translatedText": {"a": 1}}')
            case "too few":
                self._say(b'{"translatedText": []}')
            case "control":
                self._say(b'{"translatedText": ["a\\u0000b"]}')
            case "endless":
                self._say(b" " * 2_000_000)
            case "slow":
                self.server.go.wait(2)
                self._say(json.dumps(answer).encode())
            case _:
                self._say(json.dumps(answer).encode())

    def _say(self, body: bytes) -> None:
        self.server.answered += 1
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            return  # it was more than the other side wanted

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def translator() -> Iterator[Translator]:
    server = Translator()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
