"""Mail, where an installation has set it up; everything works without."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import structlog

from youthforum.core.db import release
from youthforum.core.settings import settings

log = structlog.get_logger()


def available() -> bool:
    return bool(settings().smtp_url.get_secret_value())


def send(to: str, subject: str, text: str) -> bool:
    """Send a plain mail; whether the server took it. A failure is logged without address and text."""
    chosen = settings()
    server = urlsplit(chosen.smtp_url.get_secret_value())
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = chosen.mail_from, to, subject
    message.set_content(text)
    release()
    connect = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP
    try:
        with connect(server.hostname or "localhost", server.port or 0, timeout=15) as smtp:
            smtp.ehlo()
            if server.scheme != "smtps" and smtp.has_extn("starttls"):
                smtp.starttls()
            if server.username:
                smtp.login(unquote(server.username), unquote(server.password or ""))
            smtp.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail_failed", error=type(error).__name__)
        return False
    return True
