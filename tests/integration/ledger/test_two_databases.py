"""One search, two databases: the same hits in the same order, each through its own index."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest
from sqlalchemy import event

from admin.db.engine import Database
from admin.ledger.search import search
from kiosk.domain.query import NoHits
from tests.bench.questions import BROAD, SHAPES, Entry, questions, write_book
from tests.fixtures.databases import NewDatabase
from tests.integration.ledger.books import TODAY, ask_query, load, numbers

ENTRIES, SEED = 3000, 20261124
#: Questions of every shape whose plans are read.
PLANNED_EACH = 3
#: Of the questions that are made to lead somewhere, so many must hold their entry.
HELD = 0.9

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def pair(
    new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Database, list[Entry]]]:
    """The same ledger on both."""
    path = tmp_path_factory.mktemp("pair") / "book.csv"
    book = write_book(path, ENTRIES, SEED)
    opened = [Database(new_database(kind, True)) for kind in ("sqlite", "postgres")]
    for one in opened:
        assert load(one, path).created == ENTRIES
    yield opened[0], opened[1], book
    for one in opened:
        one.dispose()


def _compare(pair: tuple[Database, Database, list[Entry]], count: int) -> None:
    sqlite, postgres, book = pair
    hits = held = asked = 0
    shapes: set[str] = set()
    for name, query, entry in islice(questions(book, SEED), count):
        one, other = ask_query(sqlite, query), ask_query(postgres, query)
        assert one == other, (name, query.kind, query.text, query.town, query.year)
        shapes.add(name)
        if name in BROAD:
            continue
        asked += 1
        hits += not isinstance(one, NoHits)
        held += entry.ledger_no in numbers(one)
    assert count < 10_000 or shapes == {*SHAPES, *BROAD}
    assert hits >= HELD * asked, (hits, asked)
    assert held >= HELD * asked, (held, asked)


def test_five_hundred_questions(pair: tuple[Database, Database, list[Entry]]) -> None:
    _compare(pair, 500)


@pytest.mark.long
def test_ten_thousand_questions(pair: tuple[Database, Database, list[Entry]]) -> None:
    _compare(pair, 10_000)


# --- plans --------------------------------------------------------------------------------------


def _statements(database: Database, query_names: dict[str, object], book: list[Entry]) -> set[str]:
    """The plan of every statement that each shape of question leads to."""
    plans: set[str] = set()
    with database.read() as session:
        connection = session.connection()
        asked: list[tuple[str, object]] = []

        @event.listens_for(connection, "before_cursor_execute")
        def note(_c: object, _cur: object, statement: str, values: object, *_: object) -> None:
            if statement.startswith("SELECT"):
                asked.append((statement, values))

        wanted = dict.fromkeys(query_names, PLANNED_EACH)
        for name, query, _ in islice(questions(book, SEED, broad=0.4), 4000):
            if wanted[name]:
                wanted[name] -= 1
                search(session, query, today=TODAY, data_as_of="")
        assert not any(wanted.values())
        event.remove(connection, "before_cursor_execute", note)
        explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        for statement, values in dict.fromkeys((s, repr(v)) for s, v in asked):
            value = next(v for s, v in asked if s == statement and repr(v) == values)
            rows = connection.exec_driver_sql(explain + statement, value).all()  # type: ignore[arg-type]
            plans.add("\n".join(str(row[-1]) for row in rows) + "\n-- " + statement)
    return plans


@pytest.fixture(scope="module")
def all_plans(pair: tuple[Database, Database, list[Entry]]) -> dict[str, set[str]]:
    shapes: dict[str, object] = {**SHAPES, **BROAD}
    return {
        "sqlite": _statements(pair[0], shapes, pair[2]),
        "postgres": _statements(pair[1], shapes, pair[2]),
    }


#: One row, or a table that staff keep by hand.
SMALL = ("ledger_index_state", "town_alias")


def test_sqlite_reads_no_table_from_end_to_end(all_plans: dict[str, set[str]]) -> None:
    plans = all_plans["sqlite"]
    assert any("VIRTUAL TABLE INDEX" in plan for plan in plans)
    for plan in plans:
        for line in plan.partition("\n-- ")[0].splitlines():
            if any(name in plan for name in SMALL):
                continue
            scan = line.startswith("SCAN") and "VIRTUAL TABLE INDEX" not in line
            assert not scan, plan
            assert "TEMP B-TREE" not in line, plan


def test_postgresql_answers_from_the_terms_index(all_plans: dict[str, set[str]]) -> None:
    """By the index of terms; or newest first until the list is full, where a term is so common
    that this ends soon (every owner here bears 見本)."""
    plans = [one for one in all_plans["postgres"] if "FROM ledger_search WHERE terms" in one]
    assert plans
    for plan in plans:
        said = plan.partition("\n-- ")[0]
        newest = said.startswith("Limit") and "Index Scan Backward using pk_ledger_search" in said
        assert "ix_ledger_search_terms" in said or newest, plan
        assert "Seq Scan" not in said, plan
    assert sum("ix_ledger_search_terms" in plan for plan in plans) > len(plans) / 2
