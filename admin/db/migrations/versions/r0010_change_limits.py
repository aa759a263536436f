"""What a work ID is limited to, beside its words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from admin.db.migrations.triggers import fixed_once_set

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("change_authority", sa.Column("limits", sa.Text))
    fixed_once_set("change_authority", ("limits",), (), name="change_authority_limits_fixed")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER change_authority_limits_fixed")
    else:
        op.execute("DROP TRIGGER change_authority_limits_fixed ON change_authority")
    op.drop_column("change_authority", "limits")
