"""The payment ledger: reading it, and the one way of writing a row or moving a payment.

Each row and each move stands with its row of the operation log in the caller's transaction, and
callers hold the log's lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin.db.fee_tables import IssueFee, PaymentEntry, PaymentRow
from admin.db.issue_tables import Issue
from admin.services import operation_log
from kiosk.domain.events import EventCode
from kiosk.domain.fees import (
    PAYMENT_MOVES,
    Counted,
    FeeMode,
    Money,
    Payment,
    PaymentState,
    Pot,
    Transfer,
    balances,
    known_of,
    to_take,
)
from kiosk.domain.issuance import OPEN_STATES

#: Pots whose money somebody still waits for.
WAITING_POTS = (Pot.DEPOSIT, Pot.HELD, Pot.MISSING)


def number_of(row: PaymentRow) -> str:
    """``F-00042``: what a slip, a screen and the staff call it."""
    return f"F-{row.serial:05d}"


def entries(session: Session, payment_id: str) -> Sequence[PaymentEntry]:
    """Oldest first."""
    query = select(PaymentEntry).where(PaymentEntry.payment_id == payment_id)
    return session.scalars(query.order_by(PaymentEntry.id)).all()


def transfer_of(entry: PaymentEntry) -> Transfer:
    return Transfer(
        Money(entry.money), Pot(entry.source), Pot(entry.target), entry.yen, entry.issue_id or ""
    )


def transfers(session: Session, payment_id: str) -> list[Transfer]:
    return [transfer_of(entry) for entry in entries(session, payment_id)]


def copies_in_work(session: Session, payment_id: str) -> int:
    """Issues of this payment that are numbered and not ended."""
    query = (
        select(func.count())
        .select_from(IssueFee)
        .join(Issue, Issue.id == IssueFee.issue_id)
        .where(IssueFee.payment_id == payment_id, Issue.state.in_(OPEN_STATES))
    )
    return session.scalar(query) or 0


def known(session: Session, row: PaymentRow) -> Counted:
    reserved = row.yen * copies_in_work(session, row.id)
    return known_of(transfers(session, row.id), row.taken, reserved)


def payment_of(session: Session, row: PaymentRow) -> Payment:
    """As the terminal is told."""
    now = known(session, row)
    return Payment(
        payment_id=row.id,
        number=number_of(row),
        state=PaymentState(row.state),
        mode=FeeMode(row.mode),
        yen=row.yen,
        copies=row.copies,
        deposit=now.deposit,
        give_back=now.give_back,
        take=to_take(now),
        returned=now.returned,
    )


def locked(session: Session, payment_id: str, terminal: str | None = None) -> PaymentRow | None:
    """The payment with its row locked; None if unknown or another terminal's."""
    found = select(PaymentRow).where(PaymentRow.id == payment_id).with_for_update()
    row = session.scalars(found).one_or_none()
    if row is None or (terminal is not None and row.terminal != terminal):
        return None
    return row


def book(
    session: Session,
    row: PaymentRow,
    transfer: Transfer,
    actor: operation_log.Actor,
    now: datetime,
    remark: str = "",
    *,
    looked: bool = False,
) -> None:
    """One row of the ledger and its row of the log. ``looked``: staff saw the machine's tray."""
    entry = PaymentEntry(
        payment_id=row.id,
        issue_id=transfer.issue_id or None,
        at=now,
        actor=actor.who,
        money=transfer.money.value,
        source=transfer.source.value,
        target=transfer.target.value,
        yen=transfer.yen,
        remark=remark,
    )
    session.add(entry)
    session.flush()
    said: dict[str, operation_log.Json] = {
        "payment": number_of(row),
        "line": entry.id,
        "money": entry.money,
        "source": entry.source,
        "target": entry.target,
        "yen": entry.yen,
    }
    if entry.issue_id:
        said["issue"] = entry.issue_id
    if remark:
        said["remark"] = remark
    if looked:
        said["looked"] = True
    operation_log.append(
        session, EventCode.PAYMENT_MONEY, actor, at=now, subject=row.id, data=said
    )  # fmt: skip


def move(
    session: Session,
    row: PaymentRow,
    new: PaymentState,
    actor: operation_log.Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Raises RuntimeError on a move that is not allowed."""
    old = PaymentState(row.state)
    if new not in PAYMENT_MOVES[old]:
        raise RuntimeError(f"{old} -> {new} is not allowed")
    row.state, row.moved_at = new.value, now
    session.flush()
    said = {"payment": number_of(row), "old_state": old.value, "new_state": new.value}
    if reason:
        said["reason_text"] = reason
    operation_log.append(
        session, EventCode.PAYMENT_MOVED, actor, at=now, subject=row.id, data=said
    )  # fmt: skip


def take_note(
    session: Session, row: PaymentRow, taken: int, actor: operation_log.Actor, now: datetime
) -> None:
    """The machine says how much of this payment is in its cash box; the sum only rises."""
    if taken <= row.taken:
        return
    row.taken = taken
    session.flush()
    operation_log.append(
        session, EventCode.PAYMENT_TAKEN, actor, at=now, subject=row.id,
        data={"payment": number_of(row), "yen": taken},
    )  # fmt: skip


def is_owed(session: Session, row: PaymentRow) -> bool:
    """Somebody waits for money of this payment, or for a decision about it."""
    pots = balances(transfers(session, row.id))
    return any(pots[pot] for pot in WAITING_POTS)


def restate(session: Session, row: PaymentRow, actor: operation_log.Actor, now: datetime) -> None:
    """Bring an ended payment's state in line with its pots. Live ones end by ``fees.count``."""
    state = PaymentState(row.state)
    if state is PaymentState.CLOSED and is_owed(session, row):
        move(session, row, PaymentState.OWING, actor, now)
    elif state is PaymentState.OWING and not is_owed(session, row):
        move(session, row, PaymentState.CLOSED, actor, now)
