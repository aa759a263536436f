"""Fees: rates, requests for payment, what staff and machines do with money.

Refusals are values with a code. The rules of the ledger are in kiosk/domain/fees.py; an issue's
money moves in ``follow``, which admin.services.issuing calls inside the move's own transaction.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin.db.engine import Database
from admin.db.fee_tables import FeeRateRow, IssueFee, PaymentRow
from admin.db.issue_tables import Issue
from admin.services import applications, operation_log, terminals
from admin.services.context import JST, Services
from admin.services.failpoints import reach
from admin.services.payment_ledger import (
    book,
    is_owed,
    known,
    locked,
    move,
    number_of,
    payment_of,
    restate,
    take_note,
    transfers,
)
from kiosk.domain.acceptor import AcceptorStatus
from kiosk.domain.events import EventCode
from kiosk.domain.fees import (
    LIVE_PAYMENTS,
    NO_FEE,
    SMALLEST_COIN,
    Counted,
    FeeMode,
    FeeRate,
    Money,
    Payment,
    PaymentState,
    Pot,
    Transfer,
    balances,
    counted,
    following,
    lost,
)
from kiosk.domain.issuance import MAX_COPIES, IssueState

#: Staff's words about money they hand out or keep: as long as a decision's.
MIN_REASON, MAX_REMARK = 5, 1000
#: A terminal that ends a payment makes its machine give the money back within this. Staff who hand
#: it out meanwhile would pay twice.
RETURNING = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class FeeRefusal:
    """Why not. ``code`` is a catalogue key."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """What the terminal asks a person to pay. ``rate`` is what its screen showed."""

    terminal: str
    application_id: str
    entry_id: int
    content_sha256: str
    copies: int
    rate: FeeRate
    idempotency_key: str


# --- rates --------------------------------------------------------------------------------------


def rate_on(session: Session, day: date) -> FeeRate:
    """The fee in force on a day in Japan."""
    query = select(FeeRateRow).where(FeeRateRow.first_day <= day)
    query = query.order_by(FeeRateRow.first_day.desc(), FeeRateRow.id.desc()).limit(1)
    row = session.scalars(query).one_or_none()
    return FeeRate(FeeMode(row.mode), row.yen) if row else NO_FEE


def set_rate(
    services: Services, first_day: date, rate: FeeRate, actor: operation_log.Actor
) -> FeeRefusal | None:
    return set_rate_in(services.database, services.now(), first_day, rate, actor)


def set_rate_in(
    database: Database, now: datetime, first_day: date, rate: FeeRate, actor: operation_log.Actor
) -> FeeRefusal | None:
    """A fee from a day on, today at the earliest: what was charged before stays what it was."""
    if first_day < now.astimezone(JST).date():
        return FeeRefusal("fee_past")
    if rate.mode is FeeMode.ACCEPTOR and rate.yen % SMALLEST_COIN:
        return FeeRefusal("fee_coins")
    with database.write() as session:
        operation_log.lock(session)
        session.add(
            FeeRateRow(
                at=now, actor=actor.who, first_day=first_day, mode=rate.mode.value, yen=rate.yen
            )
        )
        operation_log.append(
            session, EventCode.FEE_SET, actor, at=now, subject="fee",
            data={"first_day": first_day.isoformat(), "mode": rate.mode.value, "yen": rate.yen},
        )  # fmt: skip
    return None


# --- the terminal asks --------------------------------------------------------------------------


def request(services: Services, order: PaymentOrder) -> Payment | FeeRefusal:
    """A payment that awaits its money; the same key gives the same payment."""
    with services.database.write() as session:
        operation_log.lock(session)
        answer = _request(services, session, order)
        reach("payment.before_commit")
    reach("payment.after_commit")
    return answer


def _request(services: Services, session: Session, order: PaymentOrder) -> Payment | FeeRefusal:
    same_key = select(PaymentRow).where(
        PaymentRow.terminal == order.terminal, PaymentRow.idempotency_key == order.idempotency_key
    )
    made = session.scalars(same_key).one_or_none()
    if made is not None:
        same = (made.application_id, made.entry_id, made.content_sha256, made.copies) == (
            order.application_id, order.entry_id, order.content_sha256, order.copies
        )  # fmt: skip
        return payment_of(session, made) if same else FeeRefusal("key_conflict")
    refusal = _not_now(services, session, order)
    if refusal is not None:
        return refusal
    row, now = _new_row(services, session, order), services.now()
    session.add(row)
    session.flush()
    operation_log.append(
        session, EventCode.PAYMENT_REQUESTED, operation_log.terminal_actor(order.terminal),
        at=now, subject=row.id,
        data={
            "payment": number_of(row), "application_id": order.application_id,
            "entry_id": order.entry_id, "content_sha256": order.content_sha256,
            "copies": order.copies, "mode": row.mode, "yen": row.yen,
            "new_state": row.state,
        },
    )  # fmt: skip
    return payment_of(session, row)


def _new_row(services: Services, session: Session, order: PaymentOrder) -> PaymentRow:
    now = services.now()
    return PaymentRow(
        id=str(uuid.uuid4()),
        serial=(session.scalar(select(func.max(PaymentRow.serial))) or 0) + 1,
        state=PaymentState.AWAITING.value,
        mode=order.rate.mode.value,
        yen=order.rate.yen,
        copies=order.copies,
        terminal=order.terminal,
        application_id=order.application_id,
        idempotency_key=order.idempotency_key,
        entry_id=order.entry_id,
        content_sha256=order.content_sha256,
        requested_at=now,
        moved_at=now,
        taken=0,
    )


def _not_now(services: Services, session: Session, order: PaymentOrder) -> FeeRefusal | None:
    if not 1 <= order.copies <= MAX_COPIES:
        return FeeRefusal("too_many_copies")
    if applications.application_of(session, order.application_id, order.terminal) is None:
        return FeeRefusal("unknown_application")
    if not applications.was_found(session, order.application_id, order.entry_id):
        return FeeRefusal("unknown_entry")
    if not terminals.accepting(session, order.terminal):
        return FeeRefusal("stopped")
    rate = rate_on(session, services.today())
    if not rate.charged or rate != order.rate:
        return FeeRefusal("fee_differs")
    if live_payments(session, order.terminal):
        return FeeRefusal("open_payment")
    return None


def live_payments(session: Session, terminal: str) -> list[str]:
    """Ids of payments that this terminal has to end: one at most, unless a process died."""
    query = select(PaymentRow.id).where(
        PaymentRow.terminal == terminal, PaymentRow.state.in_(LIVE_PAYMENTS)
    )
    return list(session.scalars(query))


def read(services: Services, payment_id: str, terminal: str) -> Payment | FeeRefusal:
    with services.database.read() as session:
        row = session.get(PaymentRow, payment_id)
        if row is None or row.terminal != terminal:
            return FeeRefusal("unknown_payment")
        return payment_of(session, row)


# --- the machine is counted, and a payment ends ---------------------------------------------------


def count(
    services: Services,
    payment_id: str,
    terminal: str,
    status: AcceptorStatus | None,
    *,
    closing: bool,
) -> Payment | FeeRefusal:
    """What the machine says becomes rows. ``closing``: no further copy; may be repeated."""
    with services.database.write() as session:
        operation_log.lock(session)
        row = locked(session, payment_id, terminal)
        if row is None:
            return FeeRefusal("unknown_payment")
        now, actor = services.now(), operation_log.terminal_actor(terminal)
        if row.mode == FeeMode.ACCEPTOR.value and status is not None and status.heard:
            _machine_rows(session, row, status, actor, now)
        if closing and row.state in LIVE_PAYMENTS:
            if known(session, row).reserved:
                return FeeRefusal("open_issue")
            _end(session, row, actor, now)
        elif row.state == PaymentState.AWAITING.value and _is_paid(session, row):
            move(session, row, PaymentState.PAID, actor, now)
        restate(session, row, actor, now)
        answer = payment_of(session, row)
        reach("count.before_commit")
    reach("count.after_commit")
    return answer


def _machine_rows(
    session: Session,
    row: PaymentRow,
    status: AcceptorStatus,
    actor: operation_log.Actor,
    now: datetime,
) -> None:
    before, escrow = known(session, row), status.escrow
    if escrow is not None and escrow.payment_id == row.id and not _went_back(before, status):
        found = counted(before, escrow)
        take_note(session, row, escrow.taken, actor, now)
    else:
        found = lost(before)
    for one in found:
        book(session, row, one, actor, now)


def _went_back(before: Counted, status: AcceptorStatus) -> bool:
    """A sum that fell: the machine began anew and does not know its own past."""
    escrow = status.escrow
    return escrow is None or escrow.inserted < before.inserted or escrow.taken < before.taken


def _is_paid(session: Session, row: PaymentRow) -> bool:
    return known(session, row).deposit >= row.yen * row.copies


def _end(session: Session, row: PaymentRow, actor: operation_log.Actor, now: datetime) -> None:
    """No copy will be made of this payment any more."""
    new = PaymentState.OWING if is_owed(session, row) else PaymentState.CLOSED
    move(session, row, new, actor, now)


# --- staff ----------------------------------------------------------------------------------------


def receive(
    services: Services, payment_id: str, staff_id: str, yen: int, remark: str
) -> Payment | FeeRefusal:
    """入金: staff took exactly what is due at the counter; the terminal may go on."""
    words = remark.strip()
    if len(words) > MAX_REMARK:
        return FeeRefusal("remark_too_long")
    with services.database.write() as session:
        operation_log.lock(session)
        row = locked(session, payment_id)
        if row is None:
            return FeeRefusal("unknown_payment")
        if row.state != PaymentState.AWAITING.value or row.mode != FeeMode.COUNTER.value:
            return FeeRefusal("not_awaiting")
        if yen != row.yen * row.copies:
            return FeeRefusal("amount_differs")
        now, actor = services.now(), operation_log.staff_actor(staff_id)
        taken = Transfer(Money.RECEIVED, Pot.PERSON, Pot.DEPOSIT, yen)
        book(session, row, taken, actor, now, words)
        move(session, row, PaymentState.PAID, actor, now)
        answer = payment_of(session, row)
        reach("receive.before_commit")
    reach("receive.after_commit")
    return answer


def cancel(services: Services, payment_id: str, staff_id: str, reason: str) -> Payment | FeeRefusal:
    """Staff end a payment whose terminal does not: the terminal is told when it asks next."""
    words = reason.strip()
    if not MIN_REASON <= len(words) <= MAX_REMARK:
        return FeeRefusal("reason_needed")
    with services.database.write() as session:
        operation_log.lock(session)
        row = locked(session, payment_id)
        if row is None:
            return FeeRefusal("unknown_payment")
        if row.state not in LIVE_PAYMENTS:
            return FeeRefusal("not_awaiting")
        if known(session, row).reserved:
            return FeeRefusal("open_issue")
        new = PaymentState.OWING if is_owed(session, row) else PaymentState.CLOSED
        move(
            session, row, new, operation_log.staff_actor(staff_id), services.now(), words
        )  # fmt: skip
        return payment_of(session, row)


def hand_out(
    services: Services,
    payment_id: str,
    staff_id: str,
    remark: str,
    *,
    unclaimed: bool = False,
    looked: bool = False,
) -> Payment | FeeRefusal:
    """Everything that is owed and needs no decision about paper: to the person, or unclaimed.

    ``looked``: staff looked into the machine and its tray. The machine may have given the money
    back and its terminal died before it could say so: without a look it would be paid twice.
    """
    words = remark.strip()
    if not MIN_REASON <= len(words) <= MAX_REMARK:
        return FeeRefusal("reason_needed")
    with services.database.write() as session:
        operation_log.lock(session)
        row = locked(session, payment_id)
        if row is None:
            return FeeRefusal("unknown_payment")
        now, actor = services.now(), operation_log.staff_actor(staff_id)
        pots = balances(transfers(session, row.id))
        waiting = [pot for pot in (Pot.DEPOSIT, Pot.MISSING) if pots[pot]]
        if row.state != PaymentState.OWING.value or not waiting:
            return FeeRefusal("nothing_owed")
        if row.mode == FeeMode.ACCEPTOR.value and now - row.moved_at < RETURNING:
            return FeeRefusal("machine_returning")
        if row.mode == FeeMode.ACCEPTOR.value and not looked:
            return FeeRefusal("look_first")
        money, target = (
            (Money.UNCLAIMED, Pot.UNCLAIMED) if unclaimed else (Money.REFUNDED, Pot.PERSON)
        )
        for pot in waiting:
            one = Transfer(money, pot, target, pots[pot])
            book(session, row, one, actor, now, words, looked=looked)
        restate(session, row, actor, now)
        return payment_of(session, row)


# --- paper and money ------------------------------------------------------------------------------


def cover(
    services: Services,
    session: Session,
    payment_id: str | None,
    asked: tuple[str, str, int, str, int],
    copy_index: int,
) -> FeeRefusal | None:
    """Whether a copy may be numbered. ``asked``: terminal, application, entry, content, copies."""
    if payment_id is None:
        free = not rate_on(session, services.today()).charged
        return None if free else FeeRefusal("fee_unpaid", "no payment")
    row = locked(session, payment_id, asked[0])
    if row is None:
        return FeeRefusal("fee_unpaid", "unknown")
    paid_for = (row.terminal, row.application_id, row.entry_id, row.content_sha256, row.copies)
    if paid_for != asked:
        return FeeRefusal("fee_unpaid", "other")
    if row.state != PaymentState.PAID.value or known(session, row).give_back < row.yen:
        return FeeRefusal("fee_unpaid", row.state)
    done = select(Issue.id).join(IssueFee, IssueFee.issue_id == Issue.id).where(
        IssueFee.payment_id == row.id, Issue.copy_index == copy_index,
        Issue.state != IssueState.FAILED.value,
    )  # fmt: skip
    return FeeRefusal("fee_unpaid", "copy") if session.scalar(done.limit(1)) else None


def link(session: Session, issue: Issue, payment_id: str | None) -> None:
    """This issue's fee is of that payment."""
    if payment_id is not None:
        session.add(IssueFee(issue_id=issue.id, payment_id=payment_id))
        session.flush()


def covered(session: Session, issue: Issue) -> FeeRefusal | None:
    """Whether a numbered copy may be released: its fee is still in the deposit."""
    paid = session.get(IssueFee, issue.id)
    if paid is None:
        free = not rate_on(session, issue.numbered_at.astimezone(JST).date()).charged
        return None if free else FeeRefusal("fee_unpaid", "no payment")
    row = session.get_one(PaymentRow, paid.payment_id)
    now = known(session, row)
    settled = row.state == PaymentState.PAID.value and now.deposit >= now.reserved
    return None if settled else FeeRefusal("fee_unpaid", row.state)


def follow(
    session: Session,
    issue: Issue,
    new: IssueState,
    actor: operation_log.Actor,
    now: datetime,
    *,
    refunded: bool = False,
) -> None:
    """The issue's money, in the transaction of its move and before it: triggers ask for both."""
    paid = session.get(IssueFee, issue.id)
    if paid is None:
        return
    row = session.get_one(PaymentRow, paid.payment_id)
    one = following(IssueState(issue.state), new, row.yen, issue.id, refunded)
    if one is not None:
        book(session, row, one, actor, now)


def settle_state(session: Session, issue: Issue, actor: operation_log.Actor, now: datetime) -> None:
    """After a decision about paper: its payment may be owed again, or done."""
    paid = session.get(IssueFee, issue.id)
    if paid is not None:
        restate(session, session.get_one(PaymentRow, paid.payment_id), actor, now)
