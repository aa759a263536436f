"""What the services need, put together once by admin.app (or by a test)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from admin.db.engine import Database
from admin.services.field_cipher import KeyRing
from kiosk.domain.ledger import LedgerEntry
from kiosk.domain.ports import SheetMaker

JST = ZoneInfo("Asia/Tokyo")


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    """``seal`` gives the seal's PNG that is in force on a day."""

    database: Database
    keys: KeyRing
    sheets: SheetMaker
    load_entry: Callable[[Session, int], LedgerEntry | None]
    seal: Callable[[date], bytes]
    now: Callable[[], datetime] = utc_now

    def today(self) -> date:
        """The day in Japan."""
        return self.now().astimezone(JST).date()
