"""Polls over HTTP: reading them in the API."""

from youthforum.polls.routes.api import api

__all__ = ["api"]
