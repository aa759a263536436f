"""How values are written for the section: Japanese dates, counts, short hashes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from admin.services.context import JST
from kiosk.domain.eras import wareki
from kiosk.domain.events import EventCode
from kiosk.domain.fees import yen_text
from kiosk.domain.recorded_dates import parse_recorded_date

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ABOUT_ISSUES = frozenset({EventCode.PERSON_VIEWED, EventCode.SHEET_VIEWED})
_WEEKDAYS = "月火水木金土日"
#: Letters of a hash that are shown where the whole would only be noise.
SHORT_HASH = 12


def day(value: date) -> str:
    """``令和8年11月23日(月)``."""
    return f"{wareki(value)}({_WEEKDAYS[value.weekday()]})"


def instant(value: datetime | None) -> str:
    """``令和8年11月23日(月) 16時12分``, Japan time; a dash when there is none."""
    if value is None:
        return "—"
    local = value.astimezone(JST)
    return f"{day(local.date())} {local:%H}時{local:%M}分"


def second(value: datetime | None) -> str:
    """An instant with its seconds, for a log."""
    return "—" if value is None else f"{instant(value)}{value.astimezone(JST):%S}秒"


def moment(value: datetime | None) -> str:
    """A narrow column's instant: ``2026-11-23 16:12:05``, Japan time."""
    return "—" if value is None else f"{value.astimezone(JST):%Y-%m-%d %H:%M:%S}"


def local_day(value: datetime) -> date:
    return value.astimezone(JST).date()


def last_day(value: datetime) -> date:
    """The last whole day before an instant that ends a period."""
    return local_day(value - timedelta(microseconds=1))


def count(value: int) -> str:
    return f"{value:,}"


def yen(value: int) -> str:
    """``1,200円``"""
    return yen_text(value)


def short_hash(value: str | None) -> str:
    return f"{value[:SHORT_HASH]}…" if value else "—"


def read_day(text: str) -> date | None:
    """A day typed as 令和8年11月23日, R8.11.23 or 2026-11-23. Raises ValueError when it is none."""
    if not text.strip():
        return None
    found = parse_recorded_date(text.strip()[:40])
    if found is None or not found.exact:
        raise ValueError("not a day")
    return found.earliest


def is_issue(subject: str, event: str) -> bool:
    """Whether a log row is about one issue, which has a page of its own."""
    about = event.startswith("issue.") or event in _ABOUT_ISSUES
    return about and _UUID.fullmatch(subject) is not None


FILTERS: dict[str, Callable[..., Any]] = {
    "day": day,
    "wareki": wareki,
    "instant": instant,
    "second": second,
    "moment": moment,
    "local_day": local_day,
    "last_day": last_day,
    "is_issue": is_issue,
    "count_text": count,
    "short_hash": short_hash,
    "yen": yen,
}
