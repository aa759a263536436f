"""Payments and their ledger against the operation log: what was changed behind the program's back.

Every row of the ledger and every move of a payment is in the chain; each must be what its deed made
of it, no row more and no row less, and every issue's money must be where its state says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.db.fee_tables import FeeRateRow, IssueFee, PaymentEntry, PaymentRow
from admin.db.issue_tables import Issue
from admin.db.log_tables import OperationLog
from admin.services.payment_ledger import entries, number_of, transfer_of
from kiosk.domain.events import EventCode
from kiosk.domain.fees import BOTTOMLESS, PaymentState, balances, misplaced
from kiosk.domain.issuance import IssueState

#: Facts of the request that the row repeats.
REQUESTED = ("application_id", "entry_id", "content_sha256", "copies", "mode", "yen")
PAYMENT_EVENTS = (
    EventCode.PAYMENT_REQUESTED, EventCode.PAYMENT_MONEY, EventCode.PAYMENT_TAKEN,
    EventCode.PAYMENT_MOVED,
)  # fmt: skip


@dataclass(slots=True)
class _Told:
    """What the log tells of one payment. ``lines``: rows of the ledger by their id."""

    requested: dict[str, Any]
    state: str = PaymentState.AWAITING.value
    taken: int = 0
    lines: dict[int, tuple[Any, ...]] = field(default_factory=dict)


def _tell(told: _Told, event: str, data: dict[str, Any]) -> None:
    if event == EventCode.PAYMENT_MOVED:
        told.state = data["new_state"]
    elif event == EventCode.PAYMENT_TAKEN:
        told.taken = data["yen"]
    elif event == EventCode.PAYMENT_MONEY:
        told.lines[data["line"]] = (
            data["money"], data["source"], data["target"], data["yen"], data.get("issue"),
            data.get("remark", ""),
        )  # fmt: skip


def _payments_told(session: Session) -> dict[str, _Told]:
    rows = select(OperationLog.event, OperationLog.subject, OperationLog.canonical).where(
        OperationLog.event.in_([event.value for event in PAYMENT_EVENTS])
    )
    told: dict[str, _Told] = {}
    for event, subject, canonical in session.execute(rows.order_by(OperationLog.seq)):
        data: dict[str, Any] = json.loads(canonical)["data"]
        if event == EventCode.PAYMENT_REQUESTED:
            told[str(subject)] = _Told(data)
        elif subject in told:
            _tell(told[subject], event, data)
    return told


def _said(entry: PaymentEntry) -> tuple[Any, ...]:
    return (
        entry.money, entry.source, entry.target, entry.yen, entry.issue_id, entry.remark
    )  # fmt: skip


def _payment_faults(session: Session, row: PaymentRow, told: _Told) -> Iterator[str]:
    if any(getattr(row, key) != told.requested.get(key) for key in REQUESTED):
        yield "payment"
    if (row.state, row.taken) != (told.state, told.taken):
        yield "payment_state"
    mine = entries(session, row.id)
    if {entry.id: _said(entry) for entry in mine} != told.lines:
        yield "payment_rows"
    pots = balances(transfer_of(entry) for entry in mine)
    if any(yen < 0 for pot, yen in pots.items() if pot not in BOTTOMLESS):
        yield "payment_rows"


def _rates_differ(session: Session) -> bool:
    rows = select(OperationLog.canonical).where(OperationLog.event == EventCode.FEE_SET.value)
    told = [
        (data["first_day"], data["mode"], data["yen"])
        for canonical in session.scalars(rows.order_by(OperationLog.seq))
        for data in [json.loads(canonical)["data"]]
    ]
    kept = session.scalars(select(FeeRateRow).order_by(FeeRateRow.id))
    return [(row.first_day.isoformat(), row.mode, row.yen) for row in kept] != told


def _links_differ(session: Session) -> str | None:
    """The number of an issue whose payment is not the one that it was numbered with."""
    rows = select(OperationLog.subject, OperationLog.canonical).where(
        OperationLog.event == EventCode.ISSUE_NUMBERED.value
    )
    kept = {row.issue_id: row.payment_id for row in session.scalars(select(IssueFee))}
    for subject, canonical in session.execute(rows):
        data = json.loads(canonical)["data"]
        if kept.pop(str(subject), None) != data.get("payment"):
            return str(data.get("number"))
    return next(iter(kept), None)


def _misplaced(session: Session) -> str | None:
    """The id of an issue whose money is not where its state says."""
    query = (
        select(Issue.id, Issue.state, PaymentRow.yen)
        .join(IssueFee, IssueFee.issue_id == Issue.id)
        .join(PaymentRow, PaymentRow.id == IssueFee.payment_id)
    )
    for issue_id, state, yen in session.execute(query).all():
        mine = session.scalars(select(PaymentEntry).where(PaymentEntry.issue_id == issue_id))
        if misplaced(IssueState(state), yen, [transfer_of(entry) for entry in mine]):
            return str(issue_id)
    return None


def first_fault(session: Session) -> tuple[str, str] | None:
    """Code of the row audit's words and which payment or issue; None if all agree."""
    if _rates_differ(session):
        return "fee_rate", "fee"
    told = _payments_told(session)
    for row in session.scalars(select(PaymentRow).order_by(PaymentRow.serial)).all():
        known = told.pop(row.id, None)
        if known is None:
            return "payment_unlogged", number_of(row)
        for code in _payment_faults(session, row, known):
            return code, number_of(row)
    for known in told.values():
        return "payment_missing", str(known.requested.get("payment"))
    linked = _links_differ(session)
    if linked:
        return "payment_link", linked
    issue_id = _misplaced(session)
    return ("money", issue_id) if issue_id else None
