"""Socket.IO packets and websocket frames: what we write, and what we refuse to read."""

from __future__ import annotations

import json
import struct
from typing import Any

from socketio import packet as sio


class Refused(Exception):
    """A client broke the protocol: counted under `reason`, disconnected with the websocket close `code`."""

    def __init__(self, reason: str, code: int = 1002) -> None:
        super().__init__(reason)
        self.reason, self.code = reason, code


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


class _Json:
    """Compact, Cyrillic unescaped (a third of the size), no NaN either way: browsers can't read it."""

    encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    decoder = json.JSONDecoder(parse_constant=_no_constant)

    @classmethod
    def dumps(cls, value: Any, **_: Any) -> str:
        return cls.encoder.encode(value)

    @classmethod
    def loads(cls, text: str, **_: Any) -> Any:
        return cls.decoder.decode(text)


class Packet(sio.Packet):
    uses_binary_events = False  # spares a walk through every payload in search of bytes
    json = _Json

    def decode(self, encoded_packet: Any) -> int:
        text = isinstance(encoded_packet, str)
        if not text or encoded_packet[0] in "56" or super().decode(encoded_packet):
            raise Refused("binary", 1003)
        name = self.data[0] if isinstance(self.data, list) and self.data else None
        shape = {sio.CONNECT: self.data is None or isinstance(self.data, dict), sio.DISCONNECT: True}
        if not shape.get(self.packet_type, self.packet_type == sio.EVENT and isinstance(name, str)):
            raise Refused("malformed")
        return 0


def ws_frame(text: str | bytes, opcode: int = 1) -> bytes:
    """One server frame. A lone surrogate becomes "?": invalid UTF-8 would close every reader's socket."""
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    size = len(data)
    if size < 126:
        return struct.pack("!BB", 0x80 | opcode, size) + data
    if size < 65536:
        return struct.pack("!BBH", 0x80 | opcode, 126, size) + data
    return struct.pack("!BBQ", 0x80 | opcode, 127, size) + data
