"""Staff's IC cards, and the challenges that PIV cards answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from admin.db.base import UtcDateTime
from admin.db.migrations.triggers import fixed_once_set, no_delete, no_replace

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KIND = "(kind = 'felica' AND public_key IS NULL) OR (kind = 'piv' AND public_key IS NOT NULL)"
_LIVE = "revoked_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "staff_card",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column(
            "staff_id", sa.String(32), sa.ForeignKey("staff_account.staff_id"), nullable=False
        ),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("card_index", sa.LargeBinary(32), nullable=False),
        sa.Column("public_key", sa.LargeBinary),
        sa.Column("key_not_after", UtcDateTime),
        sa.Column("registered_at", UtcDateTime, nullable=False),
        sa.Column("registered_by", sa.String(64), nullable=False),
        sa.Column("revoked_at", UtcDateTime),
        sa.Column("revoked_by", sa.String(64)),
        sa.CheckConstraint(_KIND, name=op.f("ck_staff_card_kind")),
    )
    op.create_index("ix_staff_card_staff_id", "staff_card", ["staff_id"])
    op.create_index(
        "uq_staff_card_live", "staff_card", ["card_index"], unique=True,
        sqlite_where=sa.text(_LIVE), postgresql_where=sa.text(_LIVE),
    )  # fmt: skip
    op.create_table(
        "card_challenge",
        sa.Column("terminal", sa.String(64), sa.ForeignKey("terminal.id"), primary_key=True),
        sa.Column("nonce_sha256", sa.String(64), nullable=False),
        sa.Column("issued_at", UtcDateTime, nullable=False),
    )
    # Whose card it was stays known; a card that was stopped is not made good again.
    no_delete("staff_card")
    no_replace(
        "staff_card",
        "old.id = NEW.id OR (old.card_index = NEW.card_index AND old.revoked_at IS NULL "
        "AND NEW.revoked_at IS NULL)",
    )
    fixed_once_set(
        "staff_card",
        ("id", "staff_id", "kind", "card_index", "public_key", "key_not_after", "registered_at",
         "registered_by"),
        ("revoked_at", "revoked_by"),
    )  # fmt: skip


def downgrade() -> None:
    raise NotImplementedError("whose cards they were is not forgotten; restore a backup instead")
