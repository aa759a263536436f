"""The ledger, its versions, its loads and its search rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from admin.db.base import UtcDateTime
from admin.db.migrations.triggers import append_only, no_delete

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_RECORDED = (
    "confirmation_no", "confirmation_date", "confirmation_issuer", "inspection_no",
    "inspection_date", "inspection_issuer", "owner", "lot", "residential_address", "main_use",
    "work_kind", "structure", "storeys_above", "storeys_below", "site_area", "building_area",
    "total_floor_area", "remarks",
)  # fmt: skip
_CATEGORY = "category IN ('建築物', '昇降機', '工作物')"
_NOT_CERTIFIABLE = "not_certifiable IN ('scan_only', 'cancelled', 'withheld', 'not_recorded')"
_SQLITE_ROWID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _imports() -> None:
    op.create_table(
        "ledger_import",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("profile", sa.String(64), nullable=False),
        sa.Column("encoding", sa.String(16), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("created", sa.Integer, nullable=False),
        sa.Column("changed", sa.Integer, nullable=False),
        sa.Column("unchanged", sa.Integer, nullable=False),
        sa.Column("refused", sa.Integer, nullable=False),
        sa.Column("data_as_of", sa.Date, nullable=False),
    )


def _entries() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("import_id", sa.BigInteger, sa.ForeignKey("ledger_import.id"), nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("ledger_no", sa.String(100), nullable=False),
        sa.Column("category", sa.String(8), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _RECORDED),
        sa.Column("confirmation_earliest", sa.Date),
        sa.Column("confirmation_latest", sa.Date),
        sa.Column("inspection_earliest", sa.Date),
        sa.Column("inspection_latest", sa.Date),
        sa.Column("calendar_year", sa.Integer),
        sa.Column("fiscal_year", sa.Integer),
        sa.Column("not_certifiable", sa.String(16)),
        sa.Column("plan_key", sa.String(200)),
        sa.Column("is_plan_change", sa.Boolean, nullable=False),
        sa.Column("dispositions", sa.JSON, nullable=False),
        sa.UniqueConstraint("ledger_no", name="uq_ledger_entry_ledger_no"),
        sa.CheckConstraint(_CATEGORY, name=op.f("ck_ledger_entry_category")),
        sa.CheckConstraint(_NOT_CERTIFIABLE, name=op.f("ck_ledger_entry_not_certifiable")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_ledger_entry_version")),
    )
    op.create_index("ix_ledger_entry_plan_key", "ledger_entry", ["plan_key"])
    op.create_index("ix_ledger_entry_import_id", "ledger_entry", ["import_id"])
    op.create_table(
        "ledger_entry_version",
        sa.Column("entry_id", sa.BigInteger, sa.ForeignKey("ledger_entry.id"), nullable=False),
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("replaced_by", sa.BigInteger, sa.ForeignKey("ledger_import.id"), nullable=False),
        sa.Column("canonical", sa.LargeBinary, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "version", name="pk_ledger_entry_version"),
    )


def _search(sqlite: bool) -> None:
    terms: sa.Text | sa.ARRAY[str] = sa.Text() if sqlite else sa.ARRAY(sa.Text())
    op.create_table(
        "ledger_search",
        sa.Column("order_key", _SQLITE_ROWID, primary_key=True, autoincrement=False),
        sa.Column("entry_id", sa.BigInteger, sa.ForeignKey("ledger_entry.id"), nullable=False),
        sa.Column("owner_key", sa.Text, nullable=False),
        sa.Column("owner_plain", sa.Text, nullable=False),
        sa.Column("address_key", sa.Text, nullable=False),
        sa.Column("town", sa.String(40)),
        sa.Column("terms", terms, nullable=False),
    )
    op.create_index("uq_ledger_search_entry_id", "ledger_search", ["entry_id"], unique=True)
    if sqlite:
        # Every term is one word that the ascii tokenizer keeps whole: letters beyond ASCII are
        # never split. detail=none: terms are only ever combined with AND and OR.
        op.execute(
            "CREATE VIRTUAL TABLE ledger_fts USING fts5(terms, content='ledger_search', "
            "content_rowid='order_key', detail=none, columnsize=0, "
            "tokenize=\"ascii tokenchars '/'\")"
        )
    else:
        op.create_index(
            "ix_ledger_search_terms", "ledger_search", ["terms"], postgresql_using="gin"
        )
    op.create_table(
        "ledger_index_state",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_index_state_single")),
    )


def _versions_are_kept(sqlite: bool) -> None:
    """An entry changes only by rising one version, and only when the old one has been kept."""
    kept = (
        "EXISTS (SELECT 1 FROM ledger_entry_version v "
        "WHERE v.entry_id = OLD.id AND v.version = OLD.version)"
    )
    allowed = f"NEW.id = OLD.id AND NEW.version = OLD.version + 1 AND {kept}"
    message = "ledger_entry: a change must keep the version it replaces"
    if sqlite:
        op.execute(
            "CREATE TRIGGER ledger_entry_versioned BEFORE UPDATE ON ledger_entry "
            f"WHEN NOT ({allowed}) BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_unversioned() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NOT ({allowed}) THEN RAISE EXCEPTION '{message}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER ledger_entry_versioned BEFORE UPDATE ON ledger_entry "
        "FOR EACH ROW EXECUTE FUNCTION refuse_unversioned()"
    )


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    _imports()
    _entries()
    _search(sqlite)
    _versions_are_kept(sqlite)
    no_delete("ledger_entry")
    for table in ("ledger_import", "ledger_entry_version"):
        append_only(table)


def downgrade() -> None:
    raise NotImplementedError("recorded versions are not undone; restore a backup instead")
