"""Terminals, applications, issuances, print attempts, decisions and reviews.

An applicant's items are ciphertext (see services/field_cipher.py); what identifies an issue never
changes after it is set, and no row of a number ever vanishes (triggers in the migration).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from admin.db.base import Base, UtcDateTime
from kiosk.domain.issuance import OPEN_STATES, IssueState

STATES_SQL = "state IN (" + ", ".join(f"'{state.value}'" for state in IssueState) + ")"
OPEN_SQL = "state IN (" + ", ".join(f"'{state.value}'" for state in sorted(OPEN_STATES)) + ")"

#: BIGINT that SQLite still counts by itself.
AutoId = BigInteger().with_variant(Integer, "sqlite")


class Terminal(Base):
    """One terminal. ``session_sha256`` is of the token that staff opened it with."""

    __tablename__ = "terminal"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    label: Mapped[str] = mapped_column(String(100))
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    production: Mapped[bool] = mapped_column(Boolean)
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    session_sha256: Mapped[str | None] = mapped_column(String(64))
    opened_by: Mapped[str | None] = mapped_column(String(64))
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_by: Mapped[str | None] = mapped_column(String(64))
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stop_reason: Mapped[str | None] = mapped_column(String(200))
    power_cycle_needed: Mapped[bool] = mapped_column(Boolean, default=False)
    last_seen: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_phase: Mapped[str | None] = mapped_column(String(40))
    last_status: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class SelfTestReport(Base):
    __tablename__ = "self_test_report"

    id: Mapped[int] = mapped_column(AutoId, primary_key=True)
    terminal: Mapped[str] = mapped_column(ForeignKey("terminal.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    build: Mapped[str] = mapped_column(String(64))
    ok: Mapped[bool] = mapped_column(Boolean)
    results: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class ApplicationRow(Base):
    """One application (申請). ``user_id`` is what paper and log call the person."""

    __tablename__ = "application"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(20), unique=True)
    terminal: Mapped[str] = mapped_column(ForeignKey("terminal.id"))
    visit: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ApplicantRow(Base):
    """The five items, encrypted; blind indexes for exact search; the salt of the log's digest."""

    __tablename__ = "applicant"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), primary_key=True)
    kind: Mapped[bytes] = mapped_column(LargeBinary)
    corporation_name: Mapped[bytes | None] = mapped_column(LargeBinary)
    name: Mapped[bytes] = mapped_column(LargeBinary)
    postal_code: Mapped[bytes] = mapped_column(LargeBinary)
    address: Mapped[bytes] = mapped_column(LargeBinary)
    phone: Mapped[bytes] = mapped_column(LargeBinary)
    name_index: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    corporation_index: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))


class FoundEntry(Base):
    """Which entries an application's own searches have shown: only these may be opened."""

    __tablename__ = "found_entry"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class Serial(Base):
    """The last number given in a fiscal year."""

    __tablename__ = "serial"

    fiscal_year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)


class Issue(Base):
    """One issuance (発行): one number, at most one sheet set."""

    __tablename__ = "issue"
    __table_args__ = (
        UniqueConstraint("fiscal_year", "serial"),
        UniqueConstraint("terminal", "idempotency_key"),
        CheckConstraint(STATES_SQL, name="state"),
        CheckConstraint("serial >= 1", name="serial"),
        CheckConstraint("copy_index >= 1 AND copy_index <= copies", name="copy"),
        Index(
            "uq_issue_open_terminal",
            "terminal",
            unique=True,
            sqlite_where=text(OPEN_SQL),
            postgresql_where=text(OPEN_SQL),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(Integer)
    serial: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10), index=True)
    terminal: Mapped[str] = mapped_column(ForeignKey("terminal.id"))
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    idempotency_key: Mapped[str] = mapped_column(String(64))
    request_sha256: Mapped[str] = mapped_column(String(64))
    entry_id: Mapped[int] = mapped_column(BigInteger)
    entry_version: Mapped[int] = mapped_column(Integer)
    copy_index: Mapped[int] = mapped_column(Integer)
    copies: Mapped[int] = mapped_column(Integer)
    form_id: Mapped[str] = mapped_column(String(64))
    form_version: Mapped[str] = mapped_column(String(32))
    form_sha256: Mapped[str] = mapped_column(String(64))
    content_sha256: Mapped[str] = mapped_column(String(64))
    issued_on: Mapped[date | None] = mapped_column(Date)
    pdf_sha256: Mapped[str | None] = mapped_column(String(64))
    page_count: Mapped[int | None] = mapped_column(Integer)
    sheet: Mapped[bytes | None] = mapped_column(LargeBinary)  # encrypted PDF
    raster_sha256: Mapped[list[str] | None] = mapped_column(JSON)
    evidence: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    fault: Mapped[str | None] = mapped_column(String(40))
    numbered_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    spooled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PrintAttempt(Base):
    """Each time a sheet set was handed to a printer; its end is a row of its own deed."""

    __tablename__ = "print_attempt"

    id: Mapped[int] = mapped_column(AutoId, primary_key=True)
    issue_id: Mapped[str] = mapped_column(ForeignKey("issue.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    what: Mapped[str] = mapped_column(String(12))  # spooled, printed, not_started, unknown
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class Decision(Base):
    """A named staff decision on an issue: UNKNOWN -> PRINTED | VOIDED, PRINTED -> VOIDED."""

    __tablename__ = "decision"

    id: Mapped[int] = mapped_column(AutoId, primary_key=True)
    issue_id: Mapped[str] = mapped_column(ForeignKey("issue.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    staff_id: Mapped[str] = mapped_column(String(64))
    old_state: Mapped[str] = mapped_column(String(10))
    new_state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)


class PeriodReview(Base):
    """A period of the print log marked as reviewed (点検): who, when, remark, rows, chain head."""

    __tablename__ = "period_review"

    id: Mapped[int] = mapped_column(AutoId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    staff_id: Mapped[str] = mapped_column(String(64))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    remark: Mapped[str] = mapped_column(Text)
    rows: Mapped[int] = mapped_column(Integer)
    chain_seq: Mapped[int] = mapped_column(BigInteger)
    chain_head: Mapped[str] = mapped_column(String(64))
