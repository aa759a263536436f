"""The ledger: entries as recorded, every version they ever had, the loads, and what is searched.

The text columns of ``ledger_entry`` hold what the ledger says, letter by letter; everything that
is computed from them stands beside them. A trigger refuses to change an entry unless its version
rises by one and the version it had is kept in ``ledger_entry_version`` (migration 0003).
"""

from __future__ import annotations

from collections.abc import Sequence
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
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from admin.db.base import Base, UtcDateTime
from admin.db.change_tables import ChangeAuthority
from kiosk.domain.ledger import STANDARD_HEADINGS, Category, NotCertifiable

#: Days are in the upper bits of an order key, the entry's id in the lower ones.
ORDER_KEY_ID_BITS = 32

#: The columns that hold recorded text, in the order of the standard headings.
RECORDED_FIELDS = tuple(field for _, field in STANDARD_HEADINGS)

CATEGORY_SQL = "category IN (" + ", ".join(f"'{one.value}'" for one in Category) + ")"
NOT_CERTIFIABLE_SQL = (
    "not_certifiable IN (" + ", ".join(f"'{one.value}'" for one in NotCertifiable) + ")"
)


class Terms(TypeDecorator[Sequence[str]]):
    """Search terms: ``text[]`` on PostgreSQL, words with a space between them on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.ARRAY(Text()))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return list(value) if dialect.name == "postgresql" else " ".join(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Sequence[str] | None:
        if value is None:
            return None
        return list(value) if dialect.name == "postgresql" else str(value).split(" ")


class LedgerImport(Base):
    """One load of a file: what it was and what it did. Append-only."""

    __tablename__ = "ledger_import"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))
    profile: Mapped[str] = mapped_column(String(64))
    encoding: Mapped[str] = mapped_column(String(16))
    file_sha256: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int] = mapped_column(Integer)
    created: Mapped[int] = mapped_column(Integer)
    changed: Mapped[int] = mapped_column(Integer)
    unchanged: Mapped[int] = mapped_column(Integer)
    refused: Mapped[int] = mapped_column(Integer)
    data_as_of: Mapped[date] = mapped_column(Date)  # 台帳データ基準日
    removed: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    #: The authority it was made under (第4号様式); None for a load that needed none.
    work_id: Mapped[str | None] = mapped_column(ForeignKey(ChangeAuthority.work_id), index=True)


class LedgerEntryRow(Base):
    """One entry in its present version."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint(CATEGORY_SQL, name="category"),
        CheckConstraint(NOT_CERTIFIABLE_SQL, name="not_certifiable"),
        CheckConstraint("version >= 1", name="version"),
        Index("ix_ledger_entry_plan_key", "plan_key"),
        Index("ix_ledger_entry_import_id", "import_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer)
    import_id: Mapped[int] = mapped_column(ForeignKey("ledger_import.id"))
    content_sha256: Mapped[str] = mapped_column(String(64))  # of the recorded columns
    # as recorded
    ledger_no: Mapped[str] = mapped_column(String(100), unique=True)
    category: Mapped[str] = mapped_column(String(8))
    confirmation_no: Mapped[str] = mapped_column(Text)
    confirmation_date: Mapped[str] = mapped_column(Text)
    confirmation_issuer: Mapped[str] = mapped_column(Text)
    inspection_no: Mapped[str] = mapped_column(Text)
    inspection_date: Mapped[str] = mapped_column(Text)
    inspection_issuer: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(Text)
    lot: Mapped[str] = mapped_column(Text)
    residential_address: Mapped[str] = mapped_column(Text)
    main_use: Mapped[str] = mapped_column(Text)
    work_kind: Mapped[str] = mapped_column(Text)
    structure: Mapped[str] = mapped_column(Text)
    storeys_above: Mapped[str] = mapped_column(Text)
    storeys_below: Mapped[str] = mapped_column(Text)
    site_area: Mapped[str] = mapped_column(Text)
    building_area: Mapped[str] = mapped_column(Text)
    total_floor_area: Mapped[str] = mapped_column(Text)
    remarks: Mapped[str] = mapped_column(Text)
    # read from it
    confirmation_earliest: Mapped[date | None] = mapped_column(Date)
    confirmation_latest: Mapped[date | None] = mapped_column(Date)
    inspection_earliest: Mapped[date | None] = mapped_column(Date)
    inspection_latest: Mapped[date | None] = mapped_column(Date)
    calendar_year: Mapped[int | None] = mapped_column(Integer)  # None: more than one is possible
    fiscal_year: Mapped[int | None] = mapped_column(Integer)
    not_certifiable: Mapped[str | None] = mapped_column(String(16))
    #: What ties plan changes to their confirmation: its number's stem, see numbers.plan_key.
    plan_key: Mapped[str | None] = mapped_column(String(200))
    is_plan_change: Mapped[bool] = mapped_column(Boolean)
    #: What is shown with the entry: what its own row records and the plan changes tied to it, as
    #: JSON of kiosk.domain.ledger.Disposition.
    dispositions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    #: What the entry's own row or further rows record, as read from the file.
    recorded_dispositions: Mapped[list[dict[str, Any]] | None] = mapped_column(
        JSON(none_as_null=True)
    )
    source_page: Mapped[str | None] = mapped_column(Text)
    #: Heading to text: columns kept as they are, and what a cell said before a converter.
    extra: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))


class LedgerEntryVersion(Base):
    """A version that an entry had before. ``canonical`` is RFC 8785 JSON. Append-only."""

    __tablename__ = "ledger_entry_version"

    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    replaced_by: Mapped[int] = mapped_column(ForeignKey("ledger_import.id"))
    canonical: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))


class LedgerSearchRow(Base):
    """What one entry is found by: derived, rebuilt at will, never shown.

    ``order_key`` puts the newest entry last: day number << 32 | entry id. On SQLite the FTS5 table
    ``ledger_fts`` indexes ``terms``; on PostgreSQL a GIN index does.
    """

    __tablename__ = "ledger_search"
    __table_args__ = (
        Index("uq_ledger_search_entry_id", "entry_id", unique=True),
        Index("ix_ledger_search_terms", "terms", postgresql_using="gin").ddl_if(
            dialect="postgresql"
        ),
    )

    order_key: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"))
    owner_key: Mapped[str] = mapped_column(Text)  # folded
    owner_plain: Mapped[str] = mapped_column(Text)  # width and kana folded, glyphs as they are
    address_key: Mapped[str] = mapped_column(Text)  # addresses that name no town of the ward
    town: Mapped[str | None] = mapped_column(String(40))
    terms: Mapped[Sequence[str]] = mapped_column(Terms)


class LedgerIndexState(Base):
    """One row (``id`` = 1): which folding tables and code the search rows were made with."""

    __tablename__ = "ledger_index_state"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    fingerprint: Mapped[str] = mapped_column(String(64))
