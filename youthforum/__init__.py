"""Youth Forum: live idea boards, votes and, from them, recommendations."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import structlog
from flask import Flask, request
from flask_babel import Babel
from flask_compress import Compress
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from prometheus_client import Gauge
from werkzeug.middleware.proxy_fix import ProxyFix

import youthforum.activity.events
import youthforum.comments.live
import youthforum.ideas.routes
import youthforum.moderation.live
import youthforum.notices.live
import youthforum.polls.live
import youthforum.proposals.live
import youthforum.translations.live
import youthforum.votes.live  # noqa: F401  (each registers its facts, intakes and channels)
from config import ROOT, Settings, load_settings
from youthforum import cli
from youthforum.activity.queries import ActivityLog
from youthforum.boards import routes as boards
from youthforum.comments import routes as comments
from youthforum.core import access, answers, assets, db, headers, rates, templating
from youthforum.forums import routes as forums
from youthforum.live import channels
from youthforum.live import routes as wire
from youthforum.live.fanout import make_socketio
from youthforum.live.hints import Hints
from youthforum.live.sockets import Sockets
from youthforum.moderation import routes as moderation
from youthforum.notices import routes as notices
from youthforum.people import routes as people
from youthforum.people import sessions
from youthforum.people.live import SignedInIdentity
from youthforum.polls import routes as polls
from youthforum.polls.live.clockwork import Clockwork
from youthforum.proposals import routes as proposals
from youthforum.proposals.queries.drafts import Drafts
from youthforum.translations import routes as translations
from youthforum.votes import routes as votes
from youthforum.votes.queries import TallyMemory

LARGEST_REQUEST = 64 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """The application, wired together: here and nowhere else.

    Raises ConfigurationError for missing settings, RuntimeError for a route without an access mark.
    """
    settings = settings or load_settings()
    _log(settings)
    app = Flask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=None,
        instance_path=str(Path(settings.instance_path).resolve()),
    )
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_PARTS=200,
        SESSION_COOKIE_NAME="youthforum",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(days=settings.session_days),
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "youthforum" / "catalogues"),
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=5,
        COMPRESS_MIN_SIZE=500,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    db.init_app(app, settings.database)
    rates.init_app(app, settings.redis_url)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)  # type: ignore[arg-type]
    Babel(
        app,
        default_locale="en",
        locale_selector=lambda: sessions.language_of_request(settings.language_codes),
    )
    Compress(app)
    sessions.init_app(app)
    templating.init_app(app, settings.language_codes)
    assets.init_app(app, ROOT / "static")
    headers.init_app(app, secure=settings.secure_cookies)
    answers.init_app(app)
    _protect_forms(app)

    channels.read_from(ActivityLog())
    app.extensions["tallies"] = TallyMemory()
    app.extensions["drafts"] = Drafts()
    for blueprint in (people.pages, forums.pages, forums.api, boards.pages, votes.api, wire.pages):
        app.register_blueprint(blueprint)
    for blueprint in (notices.pages, notices.api, translations.pages, translations.api, comments.pages, comments.api):
        app.register_blueprint(blueprint)
    for blueprint in (proposals.pages, proposals.api, polls.pages, polls.api, moderation.pages):
        app.register_blueprint(blueprint)
    wire.add_intakes(app)
    socketio = make_socketio(app, async_mode=settings.async_mode, allowed_origins=settings.origins)
    app.extensions["live"] = Sockets(
        app, socketio, Hints(settings.redis_url, settings.installation), SignedInIdentity()
    )
    app.extensions["live"].beside.append(Clockwork(app, app.extensions["live"]).run)
    Gauge("youthforum_drafts", "Shared documents in memory", registry=app.extensions["live"].metrics).set_function(
        lambda: len(app.extensions["drafts"])
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    cli.init_app(app)
    access.refuse_unmarked_routes(app)
    return app


def _protect_forms(app: Flask) -> None:
    """CSRF tokens for whoever comes with a cookie; a bearer token is sent by nobody unknowingly."""
    csrf = CSRFProtect(app)

    @app.before_request
    def _check() -> None:
        changes = request.method not in ("GET", "HEAD", "OPTIONS", "TRACE")
        by_cookie = app.config["SESSION_COOKIE_NAME"] in request.cookies and sessions.bearer() is None
        if changes and (by_cookie or not answers.wants_json()):
            csrf.protect()


def _log(settings: Settings) -> None:
    """Structured lines on standard error; addresses, texts and secrets are never given to a logger."""
    logging.basicConfig(level=settings.log_level, format="%(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    pretty = settings.log_format == "console"
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *(() if pretty else (structlog.processors.format_exc_info,)),
            # Plain: rich would print the values of variables, and with them texts and tokens.
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
            if pretty
            else structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(settings.log_level)),
        logger_factory=structlog.PrintLoggerFactory(file=None),
        cache_logger_on_first_use=False,
    )
