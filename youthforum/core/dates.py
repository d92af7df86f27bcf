"""Days and moments as the reader writes them, on a forum's clock."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import dates
from flask_babel import get_locale

# English here is British: the day first, and 24 hours.
_WRITTEN_AS = {"en": "en_GB"}


def day(when: date | None) -> str:
    """A day, written out: 23 June 2021."""
    return dates.format_date(when, "long", locale=_locale()) if when else ""


def moment(when: datetime, zone: str) -> str:
    """A day and a time: 23/06/2021, 16:30."""
    return dates.format_datetime(when, "short", tzinfo=ZoneInfo(zone), locale=_locale())


def clock_time(when: datetime, zone: str) -> str:
    """A time: 16:30."""
    return dates.format_time(when, "short", tzinfo=ZoneInfo(zone), locale=_locale())


def _locale() -> str:
    language = str(get_locale() or "en")
    return _WRITTEN_AS.get(language, language)
