"""What all pages of proposals share."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("proposals", __name__)
api = Blueprint("proposals_api", __name__, url_prefix="/api/v1")
