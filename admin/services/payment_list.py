"""Payments as the section reads them: who waits, what is owed, the day's sums (日計)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin.db.fee_tables import IssueFee, PaymentEntry, PaymentRow
from admin.db.issue_tables import ApplicationRow
from admin.services.payment_ledger import entries, number_of, transfer_of
from admin.services.print_log import day_start
from kiosk.domain.fees import Money, PaymentState, Pot, balances

#: Lines of one list at most: more than a day of one terminal has.
LIMIT = 200


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One payment in a list. Nothing personal but the user ID. Amounts in yen."""

    row: PaymentRow
    number: str
    user_id: str
    pots: dict[Pot, int]

    @property
    def due(self) -> int:
        return self.row.yen * self.row.copies


@dataclass(frozen=True, slots=True)
class DaySum:
    """One terminal's day. ``sums``: yen by what the rows are; ``earned``: after what was undone."""

    terminal: str
    sums: dict[Money, int]
    earned: int


def _line(session: Session, row: PaymentRow, user_id: str) -> PaymentLine:
    pots = balances(transfer_of(entry) for entry in entries(session, row.id))
    return PaymentLine(row, number_of(row), user_id, pots)


def in_state(session: Session, *states: PaymentState) -> list[PaymentLine]:
    """Oldest first."""
    query = (
        select(PaymentRow, ApplicationRow.user_id)
        .join(ApplicationRow, ApplicationRow.id == PaymentRow.application_id)
        .where(PaymentRow.state.in_(states))
        .order_by(PaymentRow.serial)
        .limit(LIMIT)
    )
    return [_line(session, row, user_id) for row, user_id in session.execute(query)]


def of_day(session: Session, day: date) -> list[PaymentLine]:
    """Requested on a day in Japan, newest first."""
    query = (
        select(PaymentRow, ApplicationRow.user_id)
        .join(ApplicationRow, ApplicationRow.id == PaymentRow.application_id)
        .where(
            PaymentRow.requested_at >= day_start(day),
            PaymentRow.requested_at < day_start(day + timedelta(days=1)),
        )
        .order_by(PaymentRow.serial.desc())
        .limit(LIMIT)
    )
    return [_line(session, row, user_id) for row, user_id in session.execute(query)]


def line_of(session: Session, payment_id: str) -> PaymentLine | None:
    row = session.get(PaymentRow, payment_id)
    if row is None:
        return None
    return _line(session, row, session.get_one(ApplicationRow, row.application_id).user_id)


def day_sums(session: Session, day: date) -> list[DaySum]:
    """日計: the rows written on a day in Japan, by terminal."""
    query = (
        select(
            PaymentRow.terminal, PaymentEntry.money, PaymentEntry.source, PaymentEntry.target,
            func.sum(PaymentEntry.yen),
        )
        .join(PaymentRow, PaymentRow.id == PaymentEntry.payment_id)
        .where(
            PaymentEntry.at >= day_start(day),
            PaymentEntry.at < day_start(day + timedelta(days=1)),
        )
        .group_by(
            PaymentRow.terminal, PaymentEntry.money, PaymentEntry.source, PaymentEntry.target
        )
    )  # fmt: skip
    sums: dict[str, dict[Money, int]] = {}
    earned: dict[str, int] = {}
    for terminal, money, source, target, yen in session.execute(query):
        mine = sums.setdefault(terminal, dict.fromkeys(Money, 0))
        mine[Money(money)] += int(yen)
        sign = (target == Pot.EARNED.value) - (source == Pot.EARNED.value)
        earned[terminal] = earned.get(terminal, 0) + sign * int(yen)
    return [DaySum(name, sums[name], earned[name]) for name in sorted(sums)]


# --- an issue's fee -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IssueMoney:
    """The fee of one issue: ``code`` is a key of the words (earned, held, refunded, owed, none)."""

    payment: PaymentRow
    number: str
    yen: int
    code: str
    rows: tuple[PaymentEntry, ...]


def money_of(session: Session, issue_id: str) -> IssueMoney | None:
    """None where the issue was free."""
    paid = session.get(IssueFee, issue_id)
    if paid is None:
        return None
    row = session.get_one(PaymentRow, paid.payment_id)
    mine: Sequence[PaymentEntry] = session.scalars(
        select(PaymentEntry).where(PaymentEntry.issue_id == issue_id).order_by(PaymentEntry.id)
    ).all()
    return IssueMoney(row, number_of(row), row.yen, _code(row, mine), tuple(mine))


def _code(row: PaymentRow, mine: Sequence[PaymentEntry]) -> str:
    pots = balances(transfer_of(entry) for entry in mine)
    if pots[Pot.EARNED]:
        return "earned"
    if pots[Pot.HELD]:
        return "held"
    if mine and mine[-1].money == Money.OWED.value and row.state == PaymentState.OWING.value:
        return "owed"
    return "refunded" if mine else "none"
