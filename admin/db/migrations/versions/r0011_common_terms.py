"""PostgreSQL: the entries of very common search terms, newest first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

#: As it was when the table came; what code of later versions keeps in it, ``migrate`` puts there.
_KEPT = "^(?:[lr][^/]*(?:/[^/]*)?|[oe].|y.*)$"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return  # FTS5 keeps every term's rows in their order
    op.create_table(
        "ledger_common_term",
        sa.Column("term", sa.Text, nullable=False),
        sa.Column("order_key", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("term", "order_key", name="pk_ledger_common_term"),
    )
    op.get_bind().exec_driver_sql(
        "INSERT INTO ledger_common_term (term, order_key) "  # noqa: S608 - a constant
        "SELECT DISTINCT one.term, s.order_key "
        "FROM ledger_search AS s CROSS JOIN LATERAL unnest(s.terms) AS one (term) "
        f"WHERE one.term ~ '{_KEPT}' ORDER BY 1, 2"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_table("ledger_common_term")
