"""Serves the platform: `python wsgi.py`. Also the app that `flask --app wsgi` finds."""

from __future__ import annotations

import os
import sys

if __name__ == "__main__" and os.environ.get("ASYNC_MODE", "eventlet") == "eventlet":
    # Before any other import, and only in a server: the command line and tests run unpatched.
    import eventlet

    eventlet.monkey_patch()

from config import load_settings
from youthforum import create_app

app = create_app()

if __name__ == "__main__":
    from youthforum.serving import prepare, serve

    settings = load_settings()
    prepare(app)
    sys.exit(serve(app))
