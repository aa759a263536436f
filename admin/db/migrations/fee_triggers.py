"""Triggers of the payment ledger: no pot below nothing, and money where its issue's state says."""

from __future__ import annotations

from alembic import op

_POT = (
    "SELECT coalesce(sum(CASE WHEN target = {pot} THEN yen ELSE 0 END), 0) "
    "- coalesce(sum(CASE WHEN source = {pot} THEN yen ELSE 0 END), 0) "
    "FROM payment_entry WHERE {of}"
)


def _refuse(table: str, name: str, deed: str, condition: str, words: str) -> None:
    """``condition`` speaks of NEW and OLD; SQLite and PostgreSQL say it in their own ways."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {deed} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )
        return
    op.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {condition} THEN RAISE EXCEPTION '{words}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {deed} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def no_pot_below_nothing() -> None:
    """Money goes only where it came from; ``person`` and ``short`` have no bottom."""
    pot = _POT.format(pot="NEW.source", of="payment_id = NEW.payment_id")
    _refuse(
        "payment_entry", "payment_entry_pots", "INSERT",
        f"NEW.source NOT IN ('person', 'short') AND ({pot}) < NEW.yen",
        "payment_entry: this pot does not hold so much",
    )  # fmt: skip


def money_follows_paper() -> None:
    """An issue with a fee moves only together with its money (kiosk.domain.fees.misplaced)."""
    fee = (
        "(SELECT p.yen FROM issue_fee f JOIN payment p ON p.id = f.payment_id "
        "WHERE f.issue_id = NEW.id)"
    )
    earned = _POT.format(pot="'earned'", of="issue_id = NEW.id")
    held = _POT.format(pot="'held'", of="issue_id = NEW.id")
    _refuse(
        "issue", "issue_money_follows", "UPDATE",
        f"NEW.state <> OLD.state AND {fee} IS NOT NULL AND ("
        f"({earned}) <> CASE WHEN NEW.state = 'PRINTED' THEN {fee} ELSE 0 END OR "
        f"({held}) <> CASE WHEN NEW.state = 'UNKNOWN' THEN {fee} ELSE 0 END)",
        "issue: its money is elsewhere",
    )  # fmt: skip
