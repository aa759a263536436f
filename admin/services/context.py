"""What the services need, put together once by admin.app (or by a test)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from admin.db.engine import Database
from admin.services.field_cipher import KeyRing
from kiosk.domain.certificate import CertificateContent
from kiosk.domain.ledger import LedgerEntry
from kiosk.domain.ports import SheetMaker

if TYPE_CHECKING:  # the ledger's commands start without what draws
    from admin.services.qr_keys import PublicKey

JST = ZoneInfo("Asia/Tokyo")


def utc_now() -> datetime:
    return datetime.now(UTC)


def no_code(_content: CertificateContent, _number: str, _day: date) -> str:
    """Certificates without a signed QR code."""
    return ""


@dataclass(frozen=True, slots=True)
class Services:
    """``seal`` gives the PNG of the seal that is in force on a day for a sheet's form.

    ``code`` gives the text of a sheet's signed QR code (content, number, day), empty for none;
    it raises ValueError or OSError when it cannot be signed. ``code_keys`` are all public keys.
    """

    database: Database
    keys: KeyRing
    sheets: SheetMaker
    load_entry: Callable[[Session, int], LedgerEntry | None]
    seal: Callable[[date, CertificateContent], bytes]
    now: Callable[[], datetime] = utc_now
    code: Callable[[CertificateContent, str, date], str] = no_code
    code_keys: Callable[[], list[PublicKey]] = list

    def today(self) -> date:
        """The day in Japan."""
        return self.now().astimezone(JST).date()
