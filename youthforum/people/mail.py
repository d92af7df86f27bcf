"""Mail, where an installation has set it up; everything works without."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import structlog
from flask import current_app

from youthforum.core.db import release

log = structlog.get_logger()


def available() -> bool:
    return bool(current_app.config["SETTINGS"].smtp_url.get_secret_value())


def send(to: str, subject: str, text: str) -> bool:
    """Send a plain mail; whether the server took it. A failure is logged without address and text."""
    settings = current_app.config["SETTINGS"]
    server = urlsplit(settings.smtp_url.get_secret_value())
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, to, subject
    message.set_content(text)
    release()
    connect = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP
    try:
        with connect(server.hostname or "localhost", server.port or 0, timeout=15) as smtp:
            if server.scheme != "smtps" and smtp.ehlo() and smtp.has_extn("starttls"):
                smtp.starttls()
            if server.username:
                smtp.login(unquote(server.username), unquote(server.password or ""))
            smtp.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail_failed", error=type(error).__name__)
        return False
    return True
