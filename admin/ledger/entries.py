"""Entries as the services ask for them: one in full, how many there are, how new they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin.db.ledger_tables import LedgerEntryRow, LedgerImport, LedgerSearchRow
from admin.ledger.reading import recorded_date
from kiosk.domain.ledger import (
    Category,
    Disposition,
    DispositionKind,
    LedgerEntry,
    NotCertifiable,
)
from kiosk.domain.recorded_dates import parse_recorded_date


def load_entry(session: Session, entry_id: int) -> LedgerEntry | None:
    """The entry in its present version; None when there is none of that id."""
    row = session.get(LedgerEntryRow, entry_id, populate_existing=True)
    return entry_of(row) if row is not None else None


def entry_of(row: LedgerEntryRow) -> LedgerEntry:
    return LedgerEntry(
        entry_id=row.id,
        version=row.version,
        ledger_no=row.ledger_no,
        category=Category(row.category),
        confirmation_no=row.confirmation_no,
        confirmation_date=recorded_date(
            row.confirmation_date, row.confirmation_earliest, row.confirmation_latest
        ),
        confirmation_issuer=row.confirmation_issuer,
        inspection_no=row.inspection_no,
        inspection_date=recorded_date(
            row.inspection_date, row.inspection_earliest, row.inspection_latest
        ),
        inspection_issuer=row.inspection_issuer,
        owner=row.owner,
        lot=row.lot,
        residential_address=row.residential_address,
        main_use=row.main_use,
        work_kind=row.work_kind,
        structure=row.structure,
        storeys_above=row.storeys_above,
        storeys_below=row.storeys_below,
        site_area=row.site_area,
        building_area=row.building_area,
        total_floor_area=row.total_floor_area,
        remarks=row.remarks,
        dispositions=tuple(map(_disposition, row.dispositions)),
        not_certifiable=NotCertifiable(row.not_certifiable) if row.not_certifiable else None,
        confirmation_date_text="" if row.confirmation_earliest else row.confirmation_date,
        inspection_date_text="" if row.inspection_earliest else row.inspection_date,
        source_page=row.source_page or "",
    )


def _disposition(stored: Mapping[str, Any]) -> Disposition:
    """One disposition out of its JSON. Its date is read again from the text kept there."""
    day = parse_recorded_date(stored["date"]) if stored["date"] else None
    return Disposition(
        kind=DispositionKind(stored["kind"]),
        number=stored["number"],
        date=day,
        issuer=stored["issuer"],
        detail=stored["detail"],
        date_text="" if day else stored["date"],
    )


def count_entries(session: Session) -> int:
    """Entries that can be found; one that was removed under authority is not among them."""
    return session.scalar(select(func.count()).select_from(LedgerSearchRow)) or 0


def newest_data_day(session: Session) -> date | None:
    """台帳データ基準日 of the newest load; None before the first."""
    newest = select(LedgerImport.data_as_of).order_by(LedgerImport.id.desc()).limit(1)
    return session.scalar(newest)


def data_as_of(session: Session) -> str:
    """台帳データ基準日 of the newest load as an ISO date; empty before the first."""
    day = newest_data_day(session)
    return day.isoformat() if day else ""
