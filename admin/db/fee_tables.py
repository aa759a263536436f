"""Fees, payments and the payment ledger. Rates and ledger are append-only; a payment moves by rule.

What a row of the ledger may be (kind, pots) is checked by the database, and so is that no pot but
``short`` and ``person`` goes below nothing and that an issue's money is where its state says
(triggers in migration 0008; rules in kiosk/domain/fees.py).
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from admin.db.base import Base, UtcDateTime
from admin.db.issue_tables import AutoId
from kiosk.domain.fees import LIVE_PAYMENTS, MAX_YEN, WAYS, FeeMode, PaymentState


def one_of(column: str, values: list[str]) -> str:
    """``column IN ('a', 'b')``"""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


STATES_SQL = one_of("state", [state.value for state in PaymentState])
LIVE_SQL = one_of("state", sorted(state.value for state in LIVE_PAYMENTS))
MODES_SQL = one_of("mode", [mode.value for mode in FeeMode])
WAYS_SQL = one_of(
    "money || ' ' || source || ' ' || target",
    [f"{m.value} {s.value} {t.value}" for m, ways in WAYS.items() for s, t in sorted(ways)],
)


class FeeRateRow(Base):
    """A fee with its first day; the newest row of the newest day that has come is in force."""

    __tablename__ = "fee_rate"
    __table_args__ = (
        CheckConstraint(MODES_SQL, name="mode"),
        CheckConstraint(f"yen >= 0 AND yen <= {MAX_YEN}", name="yen"),
        CheckConstraint("(mode = 'off') = (yen = 0)", name="off"),
    )

    id: Mapped[int] = mapped_column(AutoId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    first_day: Mapped[date] = mapped_column(Date, index=True)
    mode: Mapped[str] = mapped_column(String(10))
    yen: Mapped[int] = mapped_column(Integer)


class PaymentRow(Base):
    """One request for the fees of N copies. ``taken``: yen in the cash box, as last reported."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("serial"),
        UniqueConstraint("terminal", "idempotency_key"),
        CheckConstraint(STATES_SQL, name="state"),
        CheckConstraint("yen >= 1", name="yen"),
        CheckConstraint("copies >= 1", name="copies"),
        Index(
            "uq_payment_live_terminal",
            "terminal",
            unique=True,
            sqlite_where=text(LIVE_SQL),
            postgresql_where=text(LIVE_SQL),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    serial: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10), index=True)
    mode: Mapped[str] = mapped_column(String(10))
    yen: Mapped[int] = mapped_column(Integer)
    copies: Mapped[int] = mapped_column(Integer)
    terminal: Mapped[str] = mapped_column(ForeignKey("terminal.id"))
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    idempotency_key: Mapped[str] = mapped_column(String(64))
    entry_id: Mapped[int] = mapped_column(BigInteger)
    content_sha256: Mapped[str] = mapped_column(String(64))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken: Mapped[int] = mapped_column(Integer)


class IssueFee(Base):
    """Which payment an issue's fee is of. An issue without one was free."""

    __tablename__ = "issue_fee"

    issue_id: Mapped[str] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    payment_id: Mapped[str] = mapped_column(ForeignKey("payment.id"), index=True)


class PaymentEntry(Base):
    """One row of the payment ledger: yen from a pot to a pot. ``actor`` as in the operation log."""

    __tablename__ = "payment_entry"
    __table_args__ = (
        CheckConstraint("yen >= 1", name="yen"),
        CheckConstraint(WAYS_SQL, name="way"),
    )

    id: Mapped[int] = mapped_column(AutoId, primary_key=True)
    payment_id: Mapped[str] = mapped_column(ForeignKey("payment.id"), index=True)
    issue_id: Mapped[str | None] = mapped_column(ForeignKey("issue.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor: Mapped[str] = mapped_column(String(80))
    money: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(10))
    target: Mapped[str] = mapped_column(String(10))
    yen: Mapped[int] = mapped_column(Integer)
    remark: Mapped[str] = mapped_column(Text)
