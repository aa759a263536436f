"""Fees: rates, payments, the payment ledger, and triggers that keep money and paper together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from admin.db.base import UtcDateTime
from admin.db.migrations.fee_triggers import money_follows_paper, no_pot_below_nothing
from admin.db.migrations.triggers import (
    allowed_moves,
    append_only,
    fixed_once_set,
    never_lower,
    no_delete,
    no_replace,
)

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_AUTO = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_LIVE = "state IN ('AWAITING', 'PAID')"
#: As kiosk.domain.fees.PAYMENT_MOVES and WAYS were when this was written; a test compares them.
MOVES = {
    "AWAITING": ("PAID", "OWING", "CLOSED"),
    "PAID": ("OWING", "CLOSED"),
    "OWING": ("CLOSED",),
    "CLOSED": ("OWING",),
}
_WAYS = (
    "inserted person deposit", "received person deposit", "vended deposit earned",
    "held deposit held", "kept held earned", "owed earned deposit", "owed held deposit",
    "returned deposit person", "refunded deposit person", "refunded earned person",
    "refunded held person", "refunded missing person", "missing deposit missing",
    "unclaimed deposit unclaimed", "unclaimed missing unclaimed", "short short missing",
    "short short person",
)  # fmt: skip
_WAYS_SQL = "money || ' ' || source || ' ' || target IN (" + ", ".join(map(repr, _WAYS)) + ")"


def _rates() -> None:
    op.create_table(
        "fee_rate",
        sa.Column("id", _AUTO, primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("mode", sa.String(10), nullable=False),
        sa.Column("yen", sa.Integer, nullable=False),
        sa.CheckConstraint("mode IN ('off', 'counter', 'acceptor')", name=op.f("ck_fee_rate_mode")),
        sa.CheckConstraint("yen >= 0 AND yen <= 10000", name=op.f("ck_fee_rate_yen")),
        sa.CheckConstraint("(mode = 'off') = (yen = 0)", name=op.f("ck_fee_rate_off")),
    )
    op.create_index("ix_fee_rate_first_day", "fee_rate", ["first_day"])


def _payments() -> None:
    op.create_table(
        "payment",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("serial", sa.Integer, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("mode", sa.String(10), nullable=False),
        sa.Column("yen", sa.Integer, nullable=False),
        sa.Column("copies", sa.Integer, nullable=False),
        sa.Column("terminal", sa.String(64), sa.ForeignKey("terminal.id"), nullable=False),
        sa.Column("application_id", sa.String(36), sa.ForeignKey("application.id"), nullable=False),
        sa.Column("idempotency_key", sa.String(64), nullable=False),
        sa.Column("entry_id", sa.BigInteger, nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("requested_at", UtcDateTime, nullable=False),
        sa.Column("moved_at", UtcDateTime, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.UniqueConstraint("serial", name="uq_payment_serial"),
        sa.UniqueConstraint(
            "terminal", "idempotency_key", name="uq_payment_terminal_idempotency_key"
        ),
        sa.CheckConstraint(
            "state IN ('AWAITING', 'PAID', 'OWING', 'CLOSED')", name=op.f("ck_payment_state")
        ),
        sa.CheckConstraint("yen >= 1", name=op.f("ck_payment_yen")),
        sa.CheckConstraint("copies >= 1", name=op.f("ck_payment_copies")),
    )
    for column in ("state", "application_id", "requested_at"):
        op.create_index(f"ix_payment_{column}", "payment", [column])
    op.create_index(
        "uq_payment_live_terminal", "payment", ["terminal"], unique=True,
        sqlite_where=sa.text(_LIVE), postgresql_where=sa.text(_LIVE),
    )  # fmt: skip


def _ledger() -> None:
    op.create_table(
        "issue_fee",
        sa.Column("issue_id", sa.String(36), sa.ForeignKey("issue.id"), primary_key=True),
        sa.Column("payment_id", sa.String(36), sa.ForeignKey("payment.id"), nullable=False),
    )
    op.create_index("ix_issue_fee_payment_id", "issue_fee", ["payment_id"])
    op.create_table(
        "payment_entry",
        sa.Column("id", _AUTO, primary_key=True),
        sa.Column("payment_id", sa.String(36), sa.ForeignKey("payment.id"), nullable=False),
        sa.Column("issue_id", sa.String(36), sa.ForeignKey("issue.id")),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("money", sa.String(10), nullable=False),
        sa.Column("source", sa.String(10), nullable=False),
        sa.Column("target", sa.String(10), nullable=False),
        sa.Column("yen", sa.Integer, nullable=False),
        sa.Column("remark", sa.Text, nullable=False),
        sa.CheckConstraint("yen >= 1", name=op.f("ck_payment_entry_yen")),
        sa.CheckConstraint(_WAYS_SQL, name=op.f("ck_payment_entry_way")),
    )
    for column in ("payment_id", "issue_id", "at"):
        op.create_index(f"ix_payment_entry_{column}", "payment_entry", [column])


def upgrade() -> None:
    _rates()
    _payments()
    _ledger()
    no_pot_below_nothing()
    money_follows_paper()
    allowed_moves("payment", "state", MOVES)
    never_lower("payment", "taken")
    fixed_once_set(
        "payment",
        (
            "id", "serial", "mode", "yen", "copies", "terminal", "application_id",
            "idempotency_key", "entry_id", "content_sha256", "requested_at",
        ),
        (),
    )  # fmt: skip
    no_delete("payment")
    no_replace(
        "payment",
        "old.id = NEW.id",
        "old.serial = NEW.serial",
        "(old.terminal = NEW.terminal AND old.idempotency_key = NEW.idempotency_key)",
        f"(old.terminal = NEW.terminal AND old.{_LIVE} AND NEW.{_LIVE})",
    )
    for table in ("fee_rate", "payment_entry"):
        append_only(table)
        no_replace(table, "old.id = NEW.id")
    append_only("issue_fee")
    no_replace("issue_fee", "old.issue_id = NEW.issue_id")


def downgrade() -> None:
    raise NotImplementedError("money that was taken is not undone; restore a backup instead")
