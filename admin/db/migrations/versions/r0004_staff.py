"""Staff accounts, their signed-in browsers, and failed attempts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from admin.db.base import UtcDateTime
from admin.db.migrations.triggers import no_delete

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ROLES = (
    "role IN ('general_manager', 'operations_manager', 'workplace_manager', "
    "'system_leader', 'user')"
)


def _accounts() -> None:
    op.create_table(
        "staff_account",
        sa.Column("staff_id", sa.String(32), primary_key=True),
        sa.Column("display_name", sa.String(100), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("password_set_at", UtcDateTime, nullable=False),
        sa.Column("must_change", sa.Boolean, nullable=False),
        sa.Column("pin_hash", sa.String(200)),
        sa.Column("valid_from", UtcDateTime, nullable=False),
        sa.Column("valid_to", UtcDateTime, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("disabled_at", UtcDateTime),
        sa.Column("last_sign_in", UtcDateTime),
        sa.CheckConstraint(_ROLES, name=op.f("ck_staff_account_role")),
    )


def _sessions() -> None:
    op.create_table(
        "staff_session",
        sa.Column("token_sha256", sa.String(64), primary_key=True),
        sa.Column(
            "staff_id", sa.String(32), sa.ForeignKey("staff_account.staff_id"), nullable=False
        ),
        sa.Column("form_token", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_staff_session_staff_id", "staff_session", ["staff_id"])


def upgrade() -> None:
    _accounts()
    _sessions()
    op.create_table(
        "sign_in_failure",
        sa.Column("subject", sa.String(100), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("first_at", UtcDateTime, nullable=False),
        sa.Column("locked_until", UtcDateTime),
    )
    # An ID is never used again, so the row of a person who left stays (運用規程 第6条).
    no_delete("staff_account")


def downgrade() -> None:
    raise NotImplementedError("staff IDs are not undone; restore a backup instead")
