"""The day in Japan: a certificate's day is the ward's, whatever zone a machine is set to."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

JST = ZoneInfo("Asia/Tokyo")


def day_in_japan(at: datetime) -> date:
    """``at`` is aware."""
    return at.astimezone(JST).date()
