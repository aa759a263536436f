"""The operation log and its head."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from admin.db.base import UtcDateTime
from admin.db.migrations.triggers import append_only, no_delete

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "operation_log",
        sa.Column("seq", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("terminal", sa.String(64)),
        sa.Column("subject", sa.String(64)),
        sa.Column("canonical", sa.LargeBinary, nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_operation_log"),
    )
    for column in ("at", "event", "subject"):
        op.create_index(f"ix_operation_log_{column}", "operation_log", [column])
    head = op.create_table(
        "log_head",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("last_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log_head"),
        sa.CheckConstraint("id = 1", name=op.f("ck_log_head_single")),
    )
    op.execute(
        head.insert().values(id=1, seq=0, hash=bytes(32), last_at=sa.func.current_timestamp())
    )
    append_only("operation_log")
    no_delete("log_head")


def downgrade() -> None:
    raise NotImplementedError("a log is not undone; restore a backup instead")
