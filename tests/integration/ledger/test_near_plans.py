"""Histories and neighbours on two databases: the same answers, each through its own index."""

from __future__ import annotations

from itertools import islice

import pytest
from sqlalchemy import event

from admin.db.engine import Database
from admin.ledger.history import history
from admin.ledger.neighbours import neighbours
from kiosk.domain.near import Neighbours, SiteHistory
from kiosk.domain.query import SearchUnavailable
from tests.bench.questions import Entry
from tests.integration.ledger.books import TODAY
from tests.integration.ledger.test_history import ids
from tests.integration.ledger.test_two_databases import SMALL, pair

__all__ = ["pair"]

pytestmark = pytest.mark.postgres
ASKED = 150

Pair = tuple[Database, Database, list[Entry]]


def _answers(
    database: Database, book: list[Entry]
) -> list[tuple[SiteHistory | SearchUnavailable, Neighbours | SearchUnavailable]]:
    known = ids(database)
    with database.read() as session:
        return [
            (
                history(session, known[one.ledger_no], data_as_of=""),
                neighbours(session, known[one.ledger_no], today=TODAY, data_as_of=""),
            )
            for one in islice(book, 0, None, len(book) // ASKED)
        ]


def test_the_same_answers(pair: Pair) -> None:
    sqlite, postgres, book = pair
    one, other = _answers(sqlite, book), _answers(postgres, book)
    assert one == other
    histories = [past for past, _ in one if isinstance(past, SiteHistory)]
    assert len(histories) == len(one)
    for past in histories:
        assert past.entry_id in {each.hit.entry_id for each in past.entries}
    beside = [lots for _, lots in one if isinstance(lots, Neighbours)]
    assert sum(bool(lots.before or lots.after) for lots in beside) > ASKED / 2


def _plans(database: Database, book: list[Entry]) -> set[str]:
    """The plan of every statement that histories and neighbours lead to."""
    asked: dict[str, object] = {}
    known = ids(database)
    with database.read() as session:
        connection = session.connection()

        @event.listens_for(connection, "before_cursor_execute")
        def note(_c: object, _cur: object, statement: str, values: object, *_: object) -> None:
            if statement.startswith("SELECT"):
                asked[f"{statement}\0{values!r}"] = values

        for one in islice(book, 0, None, len(book) // 12):
            history(session, known[one.ledger_no], data_as_of="")
            neighbours(session, known[one.ledger_no], today=TODAY, data_as_of="")
        event.remove(connection, "before_cursor_execute", note)
        explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        plans = set()
        for key, values in asked.items():
            statement = key.partition("\0")[0]
            rows = connection.exec_driver_sql(explain + statement, values).all()  # type: ignore[arg-type]
            plans.add("\n".join(str(row[-1]) for row in rows) + "\n-- " + statement)
    return plans


def test_sqlite_reads_no_table_from_end_to_end(pair: Pair) -> None:
    plans = _plans(pair[0], pair[2])
    assert any("VIRTUAL TABLE INDEX" in plan for plan in plans)
    for plan in plans:
        if any(name in plan for name in SMALL):
            continue
        for line in plan.partition("\n-- ")[0].splitlines():
            assert not (line.startswith("SCAN") and "VIRTUAL TABLE INDEX" not in line), plan
            assert "TEMP B-TREE" not in line, plan


def test_postgresql_reads_no_table_from_end_to_end(pair: Pair) -> None:
    plans = _plans(pair[1], pair[2])
    asked = [one for one in plans if "FROM ledger_search WHERE terms" in one]
    assert asked
    for plan in plans:
        if not any(name in plan for name in SMALL):
            assert "Seq Scan" not in plan, plan
    assert all("ix_ledger_search_terms" in plan for plan in asked)
