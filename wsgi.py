"""Serves the platform: `python wsgi.py`. Also the app that `flask --app wsgi` finds."""

from __future__ import annotations

import os
import sys

SERVING = __name__ == "__main__"
GREEN = os.environ.get("ASYNC_MODE", "eventlet") == "eventlet"

if SERVING and GREEN:
    # Before any other import, and only in a server: the command line and tests run unpatched.
    import warnings

    warnings.filterwarnings("ignore", message="\\s*Eventlet is deprecated")
    import eventlet

    eventlet.monkey_patch()

import errno
import gc
import resource
import signal
import socket
import sqlite3
import threading
from typing import Any

from flask import Flask
from flask_migrate import upgrade

from config import load_settings
from youthforum import create_app
from youthforum.core import db
from youthforum.demo.cli import announce
from youthforum.ideas.language import load_model

# Seconds for requests in flight when the server is stopped; with the last words of sockets it takes under 5.
FINISH = 4.0

# The command line serves nobody: it needs no engine.
app = create_app(load_settings(**({} if SERVING else {"async_mode": "threading"})))


def prepare(app: Flask) -> None:
    """Bring the database up to date. Several processes on PostgreSQL would be in each other's way: there it is
    one's own step (`flask --app wsgi db upgrade`), and a server that comes before it says so."""
    with app.app_context():
        if app.config["SETTINGS"].embedded:
            upgrade(directory=os.path.join(app.root_path, "..", "migrations"))
            if sqlite3.sqlite_version_info < (3, 51, 3):
                print(f"SQLite {sqlite3.sqlite_version}, one process on one connection; several need PostgreSQL.")
        elif not db.is_current():
            sys.exit("The database is not up to date. Run once: flask --app wsgi db upgrade")


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, or SystemExit with one line that says what is wrong.

    Not SO_REUSEPORT: a second server would start on the same port and take half of the connections. A backlog
    of thousands, since a hall connects within seconds.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Inherited by what is accepted: head and body of an answer are sent apart, and Nagle would hold the second one
    # back until the first is acknowledged, 40 ms on a connection that is kept open.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((host, port))
        listener.listen(4096)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sys.exit(f"Port {port} on {host} is in use. Stop what uses it, or choose another: PORT={port + 1} make run")
        if error.errno == errno.EACCES:
            sys.exit(f"Port {port} needs administrator rights. Choose one above 1023: PORT=5000 make run")
        sys.exit(f"Can't listen on {host}, port {port}: {error.strerror}.")
    return listener


def room_for() -> int:
    """How many connections fit. eventlet's accept loop ends on "too many open files", so the limit on files is
    raised as far as it goes (20,000 will do), and 200 stay for everything else."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 20_000 if hard == resource.RLIM_INFINITY else min(20_000, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return 20_000 if soft == resource.RLIM_INFINITY else max(100, min(20_000, soft) - 200)


def serve_green(app: Flask, listener: socket.socket) -> None:
    """Serve until SIGTERM or Ctrl-C; then requests in flight finish, sockets get a close frame, and we return."""
    import eventlet
    import eventlet.hubs
    import eventlet.wsgi

    server = eventlet.spawn(
        eventlet.wsgi.server,
        listener,
        app,
        max_size=room_for(),
        log_output=False,
        keepalive=65,
        socket_timeout=30,
        debug=False,
    )
    # A handler runs in whichever greenlet is at it: raising there would hit a request, and the hub's own greenlet
    # may not block (os.write is patched). So the handlers do nothing, and the interpreter writes the signal to a
    # pipe, which also wakes the hub: it would sleep on otherwise (PEP 475 restarts its poll).
    awake, poke = os.pipe()
    os.set_blocking(poke, False)
    signal.set_wakeup_fd(poke)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    eventlet.hubs.trampoline(awake, read=True)
    app.extensions["socketio"].shutdown()
    eventlet.sleep(0.2)  # the close frames leave before wsgi shuts idle connections
    eventlet.kill(server, KeyboardInterrupt())  # wsgi catches it in accept(), and waits for requests in flight
    with eventlet.Timeout(FINISH, False):
        server.wait()


def serve_threaded(app: Flask, listener: socket.socket) -> None:
    """The same with a thread for every connection; for a time after eventlet, and for looking at one problem."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log_request(self, *_: Any) -> None:
            """Addresses are not logged."""

    host, port = listener.getsockname()[:2]
    server = make_server(host, port, app, threaded=True, request_handler=Quiet, fd=listener.fileno())
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stopping.wait()
    app.extensions["socketio"].shutdown()
    server.shutdown()


if SERVING:
    settings = app.config["SETTINGS"]
    prepare(app)
    listener = listen(settings.host, settings.port)
    load_model()
    announce(app)
    app.extensions["live"].start()
    # What is loaded by now stays; looking for garbage among it again and again, while a hall connects, took a
    # sixth of the time. Connections make few cycles, so that it is enough to look now and then.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    (serve_green if GREEN else serve_threaded)(app, listener)
    sys.stdout.flush()
    os._exit(0)  # threads of tpool and polls that hang must not keep us
