"""Making the search rows anew from what is recorded: after a change of towns, variants or code."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session

from admin.db.ledger_tables import RECORDED_FIELDS
from admin.ledger.index import mark_fresh, tell_planner
from admin.ledger.reading import Read, order_key, recorded_date, search_parts
from admin.ledger.store import ENTRY, SEARCH, add_search, rebuild_index
from kiosk.domain.ledger import NotCertifiable

BATCH = 2000


def rebuild_rows(session: Session) -> int:
    """Rebuild every search row inside ``session``'s transaction; gives how many there are."""
    session.execute(delete(SEARCH))
    last, count = 0, 0
    while True:
        batch = session.execute(
            select(ENTRY).where(ENTRY.c.id > last).order_by(ENTRY.c.id).limit(BATCH)
        ).all()
        if not batch:
            break
        rows = [
            _search_values(row) for row in batch if row.not_certifiable != NotCertifiable.REMOVED
        ]
        if rows:
            add_search(session, rows, index=False)
        last, count = batch[-1].id, count + len(batch)
    rebuild_index(session)
    mark_fresh(session)
    tell_planner(session)
    return count


def _search_values(row: Row[Any]) -> dict[str, object]:
    read = Read(
        {name: getattr(row, name) for name in RECORDED_FIELDS},
        recorded_date(row.confirmation_date, row.confirmation_earliest, row.confirmation_latest),
        recorded_date(row.inspection_date, row.inspection_earliest, row.inspection_latest),
        NotCertifiable(row.not_certifiable) if row.not_certifiable else None,
    )
    parts = search_parts(read)
    return {
        "order_key": order_key(row.id, read),
        "entry_id": row.id,
        "owner_key": parts.owner_key,
        "owner_plain": parts.owner_plain,
        "address_key": parts.address_key,
        "town": parts.town,
        "terms": parts.terms,
    }
