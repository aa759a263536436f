"""The operation log (操作記録) as the section reads it: filters and pages, newest first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.db.log_tables import OperationLog
from admin.services.print_log import day_start
from kiosk.domain.events import EventCode

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Days are days in Japan, both included; ``actor`` is a staff ID or a terminal."""

    first_day: date | None = None
    last_day: date | None = None
    event: EventCode | None = None
    actor: str = ""


@dataclass(frozen=True, slots=True)
class OperationRow:
    seq: int
    at: datetime
    event: str  # of EventCode, or of a newer program
    actor: str
    subject: str
    data: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class OperationPage:
    """``before`` is the key of the next page, or None."""

    rows: tuple[OperationRow, ...]
    before: int | None


def page(
    session: Session, wanted: RowFilter, before: int | None = None, size: int = PAGE_SIZE
) -> OperationPage:
    """One page; ``before`` is the seq that ended the page before."""
    query = select(OperationLog)
    if wanted.first_day:
        query = query.where(OperationLog.at >= day_start(wanted.first_day))
    if wanted.last_day:
        query = query.where(OperationLog.at < day_start(wanted.last_day + timedelta(days=1)))
    if wanted.event:
        query = query.where(OperationLog.event == wanted.event.value)
    if wanted.actor:
        who = [f"{kind}:{wanted.actor}" for kind in ("staff", "terminal", "system")]
        query = query.where(OperationLog.actor.in_(who))
    if before is not None:
        query = query.where(OperationLog.seq < before)
    found = session.scalars(query.order_by(OperationLog.seq.desc()).limit(size + 1)).all()
    rows = tuple(
        OperationRow(
            seq=row.seq, at=row.at, event=row.event, actor=row.actor,
            subject=row.subject or "", data=json.loads(row.canonical)["data"],
            hash=bytes(row.hash).hex(),
        )
        for row in found[:size]
    )  # fmt: skip
    return OperationPage(rows, rows[-1].seq if len(found) > size else None)
