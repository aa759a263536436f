"""Former names of towns, kept by staff with the dates they were in use."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from admin.db.base import UtcDateTime
from admin.db.migrations.triggers import no_replace

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "town_alias",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("old_name", sa.String(80), nullable=False),
        sa.Column("old_key", sa.String(40), nullable=False),
        sa.Column("base", sa.String(20), nullable=False),
        sa.Column("chome", sa.Integer),
        sa.Column("used_from", sa.Date),
        sa.Column("used_to", sa.Date),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
    )
    no_replace("town_alias", "old.id = NEW.id")


def downgrade() -> None:
    op.drop_table("town_alias")
