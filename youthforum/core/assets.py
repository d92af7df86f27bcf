"""The files of static/: read once, compressed once, and kept by browsers for ever.

Their address holds a version of all of them as a folder, so that relative imports and url() stay within it, and
so that a changed file has another address. 350 phones open a page at once: nothing is read or compressed twice.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from pathlib import Path

import brotli  # type: ignore[import-untyped]
from flask import Flask, Response, request

from youthforum.core.access import public
from youthforum.core.blocking import blocking
from youthforum.core.errors import NotFound

# Comments are for those who read the source; they need not travel to every phone. Only whole lines of them go, and
# the lines stay, so that an error still names the right one.
_COMMENT_LINES = re.compile(rb"^[ \t]*(?://[^\n]*|/\*(?:(?!\*/)[\s\S])*\*/)[ \t]*$", re.MULTILINE)
# Fonts and pictures are compressed already.
_COMPRESSED_BY_NATURE = {".woff2", ".png", ".jpg", ".webp"}


class Assets:
    """The contents by path, and their compressed forms by path and encoding."""

    def __init__(self, folder: Path) -> None:
        self.files = {
            file.relative_to(folder).as_posix(): _as_sent(file)
            for file in sorted(folder.rglob("*"))
            if file.is_file() and not file.name.startswith(".")
        }
        digest = hashlib.sha256()
        for path, content in self.files.items():
            digest.update(path.encode() + b"\0" + content)
        self.version = digest.hexdigest()[:10]
        self._small: dict[tuple[str, str], bytes] = {}

    def address(self, path: str) -> str:
        """Not by url_for: what is sent live is drawn outside any request."""
        return f"/static/{self.version}/{path}"

    def send(self, filename: str) -> Response:
        """The file, in the smallest encoding that the browser takes. Raises NotFound for any that isn't ours."""
        content = self.files.get(filename)
        if content is None:
            raise NotFound()
        kind, _ = mimetypes.guess_type(filename)
        response = Response(content, mimetype=kind or "application/octet-stream")
        encoding = self._encoding(filename)
        if encoding is not None:
            if (filename, encoding) not in self._small:
                self._small[filename, encoding] = blocking(_ENCODERS[encoding], content)
            response.set_data(self._small[filename, encoding])
            response.headers["Content-Encoding"] = encoding
            response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    def _encoding(self, filename: str) -> str | None:
        if Path(filename).suffix in _COMPRESSED_BY_NATURE:
            return None
        return next((name for name in _ENCODERS if request.accept_encodings.quality(name)), None)


def _as_sent(file: Path) -> bytes:
    content = file.read_bytes()
    if file.suffix != ".js" or "vendor" in file.parts:
        return content
    return _COMMENT_LINES.sub(lambda comment: b"\n" * comment[0].count(b"\n"), content)


_ENCODERS = {
    "br": lambda content: brotli.compress(content, quality=11),
    "gzip": lambda content: gzip.compress(content, 9, mtime=0),
}


def init_app(app: Flask, folder: Path) -> None:
    assets = Assets(folder)

    @app.get(f"/static/{assets.version}/<path:filename>", endpoint="static")
    @public
    def send(filename: str) -> Response:
        return assets.send(filename)

    app.jinja_env.globals["asset"] = assets.address
