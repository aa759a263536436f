"""The database itself keeps the issue's moves, its numbers, and what REPLACE would take away."""

from __future__ import annotations

from admin.db.migrations.triggers import allowed_moves, fixed_once_set, never_lower, no_replace

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

#: As kiosk.domain.issuance.ALLOWED was when this was written; a test compares them.
MOVES = {
    "NUMBERED": ("RELEASED", "FAILED"),
    "RELEASED": ("SPOOLED", "FAILED", "UNKNOWN"),
    "SPOOLED": ("PRINTED", "FAILED", "UNKNOWN"),
    "UNKNOWN": ("PRINTED", "VOIDED"),
    "PRINTED": ("VOIDED",),
}
_OPEN = "IN ('NUMBERED', 'RELEASED', 'SPOOLED')"


def upgrade() -> None:
    allowed_moves("issue", "state", MOVES)
    fixed_once_set("issue", ("form_id", "form_version"), ("spooled_at",), name="issue_also_fixed")
    fixed_once_set("serial", ("fiscal_year",), ())
    never_lower("serial", "last")
    no_replace(
        "issue",
        "old.id = NEW.id",
        "(old.fiscal_year = NEW.fiscal_year AND old.serial = NEW.serial)",
        "(old.terminal = NEW.terminal AND old.idempotency_key = NEW.idempotency_key)",
        f"(old.terminal = NEW.terminal AND old.state {_OPEN} AND NEW.state {_OPEN})",
    )
    no_replace("operation_log", "old.seq = NEW.seq")
    for table in ("print_attempt", "decision", "period_review", "ledger_import"):
        no_replace(table, "old.id = NEW.id")
    no_replace("ledger_entry_version", "old.entry_id = NEW.entry_id AND old.version = NEW.version")


def downgrade() -> None:
    raise NotImplementedError("issued numbers are not undone; restore a backup instead")
