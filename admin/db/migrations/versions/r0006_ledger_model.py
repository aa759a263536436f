"""The whole model of the ledger, changes under authority, and profiles that staff save."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from admin.db.base import UtcDateTime
from admin.db.migrations.triggers import append_only, fixed_once_set, no_delete, no_replace

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

#: Name of a check on ledger_entry: the values it named before, and those it names from here on.
_WIDER = {
    "category": (
        "category IN ('建築物', '昇降機', '工作物')",
        "category IN ('建築物', '昇降機', '工作物', '建築設備')",
    ),
    "not_certifiable": (
        "not_certifiable IN ('scan_only', 'cancelled', 'withheld', 'not_recorded')",
        "not_certifiable IN ('scan_only', 'cancelled', 'withheld', 'not_recorded', "
        "'handwritten', 'other_authority', 'year_lost', 'removed')",
    ),
}


def _widen_checks(sqlite: bool) -> None:
    """Old rows meet the wider checks, so no row is touched.

    SQLite has no ALTER for a check; editing the schema's text is what its manual gives for a
    change that alters nothing on disk (sqlite.org/lang_altertable.html, section 7).
    """
    if not sqlite:
        for name, (_, wider) in _WIDER.items():
            op.drop_constraint(op.f(f"ck_ledger_entry_{name}"), "ledger_entry")
            op.create_check_constraint(op.f(f"ck_ledger_entry_{name}"), "ledger_entry", wider)
        return
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    for old, wider in _WIDER.values():
        done = connection.execute(
            sa.text(
                "UPDATE sqlite_master SET sql = replace(sql, :old, :wider) "
                "WHERE type = 'table' AND name = 'ledger_entry' AND instr(sql, :old) > 0"
            ),
            {"old": old, "wider": wider},
        )
        if done.rowcount != 1:
            raise RuntimeError("ledger_entry is not as revision 0003 made it")
    connection.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema=OFF")


def _entries() -> None:
    for column in (
        sa.Column("recorded_dispositions", sa.JSON),
        sa.Column("source_page", sa.Text),
        sa.Column("extra", sa.JSON),
    ):
        op.add_column("ledger_entry", column)


def _authorities() -> None:
    op.create_table(
        "change_authority",
        sa.Column("work_id", sa.String(32), primary_key=True),
        sa.Column("fiscal_year", sa.Integer, nullable=False),
        sa.Column("serial", sa.Integer, nullable=False),
        sa.Column("applicant", sa.String(32), nullable=False),
        sa.Column("approver", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("valid_from", UtcDateTime, nullable=False),
        sa.Column("valid_to", UtcDateTime, nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("opened_by", sa.String(64), nullable=False),
        sa.Column("closed_at", UtcDateTime),
        sa.Column("closed_by", sa.String(64)),
        sa.Column("remark", sa.Text),
        sa.ForeignKeyConstraint(["applicant"], ["staff_account.staff_id"]),
        sa.ForeignKeyConstraint(["approver"], ["staff_account.staff_id"]),
        sa.UniqueConstraint("fiscal_year", "serial", name="uq_change_authority_number"),
        sa.CheckConstraint("valid_from < valid_to", name=op.f("ck_change_authority_period")),
    )
    op.create_table(
        "ledger_change",
        sa.Column("entry_id", sa.BigInteger, sa.ForeignKey("ledger_entry.id"), nullable=False),
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("import_id", sa.BigInteger, sa.ForeignKey("ledger_import.id"), nullable=False),
        sa.Column("what", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "version", name="pk_ledger_change"),
        sa.CheckConstraint(
            "what IN ('created', 'updated', 'removed')", name=op.f("ck_ledger_change_what")
        ),
    )
    op.create_index("ix_ledger_change_import_id", "ledger_change", ["import_id"])


def _imports(sqlite: bool) -> None:
    """Which authority a load was made under; loads before this revision were made under none."""
    if sqlite:
        op.execute(
            "ALTER TABLE ledger_import ADD COLUMN work_id VARCHAR(32) "
            "REFERENCES change_authority (work_id)"
        )
    else:
        op.add_column("ledger_import", sa.Column("work_id", sa.String(32)))
        op.create_foreign_key(
            op.f("fk_ledger_import_work_id_change_authority"),
            "ledger_import", "change_authority", ["work_id"], ["work_id"],
        )  # fmt: skip
    op.add_column(
        "ledger_import", sa.Column("removed", sa.Integer, nullable=False, server_default="0")
    )
    op.create_index("ix_ledger_import_work_id", "ledger_import", ["work_id"])


def _profiles() -> None:
    op.create_table(
        "import_profile",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("saved_at", UtcDateTime, nullable=False),
        sa.Column("saved_by", sa.String(64), nullable=False),
    )
    op.create_index("ix_import_profile_name", "import_profile", ["name"])


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    _widen_checks(sqlite)
    _entries()
    _authorities()
    _imports(sqlite)
    _profiles()
    no_delete("change_authority")
    fixed_once_set(
        "change_authority",
        ("work_id", "fiscal_year", "serial", "applicant", "approver", "reason", "scope",
         "valid_from", "valid_to", "opened_at", "opened_by"),
        ("closed_at", "closed_by", "remark"),
    )  # fmt: skip
    no_replace(
        "change_authority",
        "old.work_id = NEW.work_id",
        "(old.fiscal_year = NEW.fiscal_year AND old.serial = NEW.serial)",
    )
    append_only("ledger_change")
    no_replace("ledger_change", "old.entry_id = NEW.entry_id AND old.version = NEW.version")
    append_only("import_profile")
    no_replace("import_profile", "old.id = NEW.id")


def downgrade() -> None:
    raise NotImplementedError("recorded changes are not undone; restore a backup instead")
