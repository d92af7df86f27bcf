"""Where people reach this installation."""

from __future__ import annotations

import socket

from flask import has_request_context, request

from youthforum.core.settings import settings

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")


def address() -> str:
    """The address to print, show and put into QR codes, without a slash at its end.

    The public one where it is set; else the one this request came to, unless that is loopback while the
    server listens to the network: then this machine's address in it, which phones can reach.
    """
    chosen = settings()
    if chosen.public_url:
        return chosen.public_url
    host, port = chosen.host, chosen.port
    if has_request_context() and request.host.rpartition(":")[0] not in ("", *_LOOPBACK):
        return request.host_url.rstrip("/")
    if host in ("0.0.0.0", "::"):  # noqa: S104
        host = _own_address()
    elif has_request_context():
        return request.host_url.rstrip("/")
    return f"http://{host}:{port}"


def only_here() -> bool:
    """Whether nobody but this machine itself can reach the address: phones would scan it in vain."""
    return address().partition("://")[2].rpartition(":")[0] in _LOOPBACK


def _own_address() -> str:
    """This machine's address in the network it would use; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
