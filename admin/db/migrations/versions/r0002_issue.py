"""Terminals, applications, issuances, attempts, decisions, reviews."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from admin.db.base import UtcDateTime
from admin.db.migrations.triggers import append_only, fixed_once_set, no_delete

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OPEN = "state IN ('NUMBERED', 'RELEASED', 'SPOOLED')"
_STATES = "state IN ('NUMBERED', 'RELEASED', 'SPOOLED', 'PRINTED', 'FAILED', 'UNKNOWN', 'VOIDED')"
_AUTO = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _terminals() -> None:
    op.create_table(
        "terminal",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("public_key", sa.LargeBinary(32), nullable=False),
        sa.Column("production", sa.Boolean, nullable=False),
        sa.Column("registered_at", UtcDateTime, nullable=False),
        sa.Column("session_sha256", sa.String(64)),
        sa.Column("opened_by", sa.String(64)),
        sa.Column("opened_at", UtcDateTime),
        sa.Column("stopped_by", sa.String(64)),
        sa.Column("stopped_at", UtcDateTime),
        sa.Column("stop_reason", sa.String(200)),
        sa.Column("power_cycle_needed", sa.Boolean, nullable=False),
        sa.Column("last_seen", UtcDateTime),
        sa.Column("last_phase", sa.String(40)),
        sa.Column("last_status", sa.JSON),
    )
    op.create_table(
        "self_test_report",
        sa.Column("id", _AUTO, primary_key=True),
        sa.Column("terminal", sa.String(64), sa.ForeignKey("terminal.id"), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("build", sa.String(64), nullable=False),
        sa.Column("ok", sa.Boolean, nullable=False),
        sa.Column("results", sa.JSON, nullable=False),
    )
    op.create_index("ix_self_test_report_terminal", "self_test_report", ["terminal"])
    op.create_index("ix_self_test_report_at", "self_test_report", ["at"])


def _applications() -> None:
    op.create_table(
        "application",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("user_id", sa.String(20), nullable=False),
        sa.Column("terminal", sa.String(64), sa.ForeignKey("terminal.id"), nullable=False),
        sa.Column("visit", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("user_id", name="uq_application_user_id"),
    )
    op.create_index("ix_application_visit", "application", ["visit"])
    op.create_index("ix_application_at", "application", ["at"])
    op.create_table(
        "applicant",
        sa.Column(
            "application_id", sa.String(36), sa.ForeignKey("application.id"), primary_key=True
        ),
        sa.Column("kind", sa.LargeBinary, nullable=False),
        sa.Column("corporation_name", sa.LargeBinary),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("postal_code", sa.LargeBinary, nullable=False),
        sa.Column("address", sa.LargeBinary, nullable=False),
        sa.Column("phone", sa.LargeBinary, nullable=False),
        sa.Column("name_index", sa.LargeBinary(32), nullable=False),
        sa.Column("corporation_index", sa.LargeBinary(32)),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
    )
    op.create_index("ix_applicant_name_index", "applicant", ["name_index"])
    op.create_index("ix_applicant_corporation_index", "applicant", ["corporation_index"])
    op.create_table(
        "found_entry",
        sa.Column(
            "application_id", sa.String(36), sa.ForeignKey("application.id"), primary_key=True
        ),
        sa.Column("entry_id", sa.BigInteger, primary_key=True, autoincrement=False),
    )


def _issues() -> None:
    op.create_table(
        "serial",
        sa.Column("fiscal_year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer, nullable=False),
    )
    op.create_table(
        "issue",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("fiscal_year", sa.Integer, nullable=False),
        sa.Column("serial", sa.Integer, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("terminal", sa.String(64), sa.ForeignKey("terminal.id"), nullable=False),
        sa.Column("application_id", sa.String(36), sa.ForeignKey("application.id"), nullable=False),
        sa.Column("idempotency_key", sa.String(64), nullable=False),
        sa.Column("request_sha256", sa.String(64), nullable=False),
        sa.Column("entry_id", sa.BigInteger, nullable=False),
        sa.Column("entry_version", sa.Integer, nullable=False),
        sa.Column("copy_index", sa.Integer, nullable=False),
        sa.Column("copies", sa.Integer, nullable=False),
        sa.Column("form_id", sa.String(64), nullable=False),
        sa.Column("form_version", sa.String(32), nullable=False),
        sa.Column("form_sha256", sa.String(64), nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("issued_on", sa.Date),
        sa.Column("pdf_sha256", sa.String(64)),
        sa.Column("page_count", sa.Integer),
        sa.Column("sheet", sa.LargeBinary),
        sa.Column("raster_sha256", sa.JSON),
        sa.Column("evidence", sa.JSON),
        sa.Column("fault", sa.String(40)),
        sa.Column("numbered_at", UtcDateTime, nullable=False),
        sa.Column("released_at", UtcDateTime),
        sa.Column("spooled_at", UtcDateTime),
        sa.Column("settled_at", UtcDateTime),
        sa.UniqueConstraint("fiscal_year", "serial", name="uq_issue_fiscal_year_serial"),
        sa.UniqueConstraint(
            "terminal", "idempotency_key", name="uq_issue_terminal_idempotency_key"
        ),
        sa.CheckConstraint(_STATES, name=op.f("ck_issue_state")),
        sa.CheckConstraint("serial >= 1", name=op.f("ck_issue_serial")),
        sa.CheckConstraint("copy_index >= 1 AND copy_index <= copies", name=op.f("ck_issue_copy")),
    )
    for column in ("state", "application_id", "numbered_at"):
        op.create_index(f"ix_issue_{column}", "issue", [column])
    op.create_index(
        "uq_issue_open_terminal",
        "issue",
        ["terminal"],
        unique=True,
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    )


def _afterwards() -> None:
    op.create_table(
        "print_attempt",
        sa.Column("id", _AUTO, primary_key=True),
        sa.Column("issue_id", sa.String(36), sa.ForeignKey("issue.id"), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
    )
    op.create_index("ix_print_attempt_issue_id", "print_attempt", ["issue_id"])
    op.create_table(
        "decision",
        sa.Column("id", _AUTO, primary_key=True),
        sa.Column("issue_id", sa.String(36), sa.ForeignKey("issue.id"), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("staff_id", sa.String(64), nullable=False),
        sa.Column("old_state", sa.String(10), nullable=False),
        sa.Column("new_state", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("ix_decision_issue_id", "decision", ["issue_id"])
    op.create_table(
        "period_review",
        sa.Column("id", _AUTO, primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("staff_id", sa.String(64), nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("remark", sa.Text, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("chain_seq", sa.BigInteger, nullable=False),
        sa.Column("chain_head", sa.String(64), nullable=False),
    )


def upgrade() -> None:
    _terminals()
    _applications()
    _issues()
    _afterwards()
    no_delete("issue")
    no_delete("serial")
    fixed_once_set(
        "issue",
        always=(
            "id", "fiscal_year", "serial", "terminal", "application_id", "idempotency_key",
            "request_sha256", "entry_id", "entry_version", "copy_index", "copies", "form_sha256",
            "content_sha256", "numbered_at",
        ),
        once=("issued_on", "pdf_sha256", "page_count", "released_at"),
    )  # fmt: skip
    for table in ("print_attempt", "decision", "period_review"):
        append_only(table)


def downgrade() -> None:
    raise NotImplementedError("issued numbers are not undone; restore a backup instead")
