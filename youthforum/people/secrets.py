"""Passwords, tokens and return phrases: made here, hashed here, compared here."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

WORDS = Path(__file__).parent / "words"
PHRASE_LENGTH = 6
_hasher = PasswordHasher()  # argon2id with the library's (RFC 9106) parameters; about 0.1 s: use blocking()


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def password_matches(stored: str | None, password: str) -> bool:
    """Compare, taking the same time when there is nothing to compare with."""
    try:
        _hasher.verify(stored or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


def new_token() -> str:
    """A secret of 256 bits for a session, a bearer token or a link."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def new_phrase(language: str) -> str:
    """Six words of a list of 1,024 (60 bits), in the person's language where there is a list of it."""
    return " ".join(secrets.choice(_words(language)) for _ in range(PHRASE_LENGTH))


def phrase_hash(phrase: str, key: str) -> str:
    """Keyed, so that a stolen database alone doesn't let anybody try phrases."""
    words = " ".join(unicodedata.normalize("NFC", phrase).casefold().replace("-", " ").replace(",", " ").split())
    return hmac.new(key.encode(), words.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


@cache
def _words(language: str) -> tuple[str, ...]:
    file = WORDS / f"{language}.txt"
    return tuple((file if file.exists() else WORDS / "en.txt").read_text("utf-8").split())
