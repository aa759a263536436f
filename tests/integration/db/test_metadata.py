"""The migrations make exactly the tables that the program means, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import JSON, CheckConstraint, Table, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from admin.db import (
    alias_tables,
    card_tables,
    change_tables,
    fee_tables,
    issue_tables,
    ledger_tables,
    log_tables,
    staff_tables,
)
from admin.db.base import Base
from admin.db.engine import Database
from admin.db.migrate import current_revision, newest_revision, revisions

#: Imported for their tables; naming them keeps a formatter from dropping the imports.
TABLES = (
    alias_tables, card_tables, change_tables, fee_tables, issue_tables, ledger_tables, log_tables,
    staff_tables,
)  # fmt: skip


def _is_ours(_thing: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
    """SQLite keeps its full-text index in tables of its own, in place of PostgreSQL's GIN index
    and its table of common terms."""
    if kind == "table" and reflected and str(name).startswith(("ledger_fts", "ledger_common")):
        return False
    return not (name == "ix_ledger_search_terms" and not reflected and other is None)


def test_metadata_and_migrations_agree(database: Database) -> None:
    assert len(TABLES) == 8
    with database.migration_connection() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_object": _is_ours, "compare_server_default": True},
        )
        assert compare_metadata(context, Base.metadata) == []
        indexes = {index["name"] for index in inspect(connection).get_indexes("ledger_search")}
    assert ("ix_ledger_search_terms" in indexes) is not database.is_sqlite


def test_the_comparison_finds_a_difference(database: Database) -> None:
    with database.write() as session:
        session.execute(text("ALTER TABLE decision ADD COLUMN stranger TEXT"))
        session.execute(text("DROP INDEX ix_decision_issue_id"))
    with database.migration_connection() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _is_ours})
        found = compare_metadata(context, Base.metadata)
    assert {difference[0] for difference in found} == {"remove_column", "add_index"}


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_check_of_the_program_is_in_the_database(database: Database, table: Table) -> None:
    """Alembic does not compare checks."""
    meant = {str(c.name) for c in table.constraints if isinstance(c, CheckConstraint)}
    with database.migration_connection() as connection:
        found = {str(c["name"]) for c in inspect(connection).get_check_constraints(table.name)}
    assert meant == found


def test_the_newest_revision_is_the_last_of_one_line(database: Database) -> None:
    line = revisions()
    assert line == sorted(line)
    assert newest_revision() == line[-1]
    assert current_revision(database) == line[-1]


def _sample(kind: TypeEngine[Any]) -> str:
    """Some value of a type, as SQL."""
    if isinstance(kind, JSON):
        return "'[]'"
    samples = {int: "1", str: "'x'", bytes: "''", bool: "false"}
    return samples.get(kind.python_type, "'2026-01-01 00:00:00'")


@pytest.mark.parametrize(
    ("table", "columns", "values"),
    [
        ("log_head", "id, seq, hash, last_at", "2, 0, '', '2026-01-01 00:00:00'"),
        ("issue", "state", "'LOST'"),
        ("staff_account", "role", "'boss'"),
        ("payment_entry", "money, source, target, yen", "'vended', 'person', 'earned', 400"),
        ("fee_rate", "mode, yen", "'off', 400"),
        ("ledger_entry", "category", "'船'"),
    ],
)
def test_checks_bite(database: Database, table: str, columns: str, values: str) -> None:
    """The other columns of each table take what their types need at least."""
    with database.migration_connection() as connection:
        need = {
            str(column["name"]): _sample(column["type"])
            for column in inspect(connection).get_columns(table)
            if not column["nullable"]
        }
    given = [name.strip() for name in columns.split(",")]
    rest = [name for name in need if name not in given]
    names = ", ".join([*given, *rest])
    words = ", ".join([values, *(need[name] for name in rest)])
    with pytest.raises(DBAPIError, match=r"(?i)check"), database.write() as session:
        session.execute(text(f"INSERT INTO {table} ({names}) VALUES ({words})"))
