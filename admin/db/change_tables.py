"""Changes of the ledger under authority, each changed entry, and profiles that staff saved.

Old and new of a changed entry are its versions: ``ledger_change`` names the new one, the one before
it is in ``ledger_entry_version``, and a trigger keeps both (migrations 0003 and 0006).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from admin.db.base import Base, UtcDateTime
from admin.db.staff_tables import StaffAccount


class What(StrEnum):
    """What happened to an entry."""

    CREATED = "created"
    UPDATED = "updated"
    REMOVED = "removed"


class ChangeAuthority(Base):
    """An approved application for a change of important data (第4号様式) and its work ID."""

    __tablename__ = "change_authority"
    __table_args__ = (
        UniqueConstraint("fiscal_year", "serial", name="uq_change_authority_number"),
        CheckConstraint("valid_from < valid_to", name="period"),
    )

    work_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(Integer)
    serial: Mapped[int] = mapped_column(Integer)
    applicant: Mapped[str] = mapped_column(ForeignKey(StaffAccount.staff_id))
    approver: Mapped[str] = mapped_column(ForeignKey(StaffAccount.staff_id))
    reason: Mapped[str] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_to: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[str] = mapped_column(String(64))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(String(64))
    remark: Mapped[str | None] = mapped_column(Text)
    #: JSON of admin.services.change_limits.Limits; None: only the words of ``scope`` bind.
    limits: Mapped[str | None] = mapped_column(Text)


class LedgerChange(Base):
    """One entry that a load created, updated or removed, in its new version. Append-only."""

    __tablename__ = "ledger_change"
    __table_args__ = (
        CheckConstraint(
            "what IN (" + ", ".join(f"'{one.value}'" for one in What) + ")", name="what"
        ),
    )

    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    import_id: Mapped[int] = mapped_column(ForeignKey("ledger_import.id"), index=True)
    what: Mapped[str] = mapped_column(String(8))


class ImportProfile(Base):
    """A profile as staff saved it, YAML text; the newest of a name counts. Append-only."""

    __tablename__ = "import_profile"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(64), index=True)
    body: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[str] = mapped_column(String(64))
