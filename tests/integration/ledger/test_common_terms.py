"""PostgreSQL's table of common terms holds what the search rows bear, whatever was done to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text

from admin.db.engine import Database
from admin.db.ledger_tables import LedgerSearchRow
from admin.ledger.common_terms import is_common
from admin.ledger.reindex import rebuild_rows
from kiosk.domain.query import QueryKind
from tests.fixtures.databases import NewDatabase
from tests.integration.ledger.books import ask, entry, load, numbers, write_book

pytestmark = pytest.mark.postgres

FIRST = [
    entry("A-1"),
    entry("A-2", lot="中央二丁目3番4", owner="見本　花子"),
    entry("A-3", lot="上篠崎3番2", owner="見本建設株式会社", confirmation_date="昭和40年5月1日"),
]


@pytest.fixture
def loaded(new_database: NewDatabase, tmp_path: Path) -> Iterator[Database]:
    database = Database(new_database("postgres", True))
    assert load(database, write_book(tmp_path / "first.csv", FIRST)).created == len(FIRST)
    yield database
    database.dispose()


def _kept_and_borne(database: Database) -> tuple[set[tuple[str, int]], set[tuple[str, int]]]:
    with database.read() as session:
        kept = session.execute(text("SELECT term, order_key FROM ledger_common_term")).all()
        rows = session.execute(select(LedgerSearchRow.order_key, LedgerSearchRow.terms)).all()
    borne = {(term, key) for key, terms in rows for term in terms if is_common(term)}
    assert len(kept) == len({*kept})
    return {(term, key) for term, key in kept}, borne


def test_after_the_first_load(loaded: Database) -> None:
    kept, borne = _kept_and_borne(loaded)
    assert kept == borne
    assert {"l中央", "l中央/1", "o見", "y2003", "y1965"} <= {term for term, _ in kept}


def test_after_a_change_an_addition_and_a_removal(loaded: Database, tmp_path: Path) -> None:
    rows = [entry("A-1", lot="平井一丁目2番3"), FIRST[1], entry("A-4", lot="船堀四丁目5番")]
    report = load(loaded, write_book(tmp_path / "next.csv", rows), whole_ledger=True)
    assert (report.created, report.changed, report.removed) == (1, 1, 1)
    kept, borne = _kept_and_borne(loaded)
    assert kept == borne
    terms = {term for term, _ in kept}
    assert {"l平井", "l船堀/4"} <= terms
    assert not {"l中央/1", "l上篠崎", "y1965"} & terms
    assert numbers(ask(loaded, "平井", QueryKind.LOT)) == ["A-1"]


def test_after_the_rows_were_made_anew(loaded: Database) -> None:
    before = _kept_and_borne(loaded)
    with loaded.write() as session:
        session.execute(text("DELETE FROM ledger_common_term"))
        session.execute(delete(LedgerSearchRow))
    assert _kept_and_borne(loaded) == (set(), set())
    with loaded.write() as session:
        assert rebuild_rows(session) == len(FIRST)
    assert _kept_and_borne(loaded) == before
    assert before[0]


def test_a_town_and_a_lot_in_one_question_are_ordered_together(
    loaded: Database, tmp_path: Path
) -> None:
    """上篠崎3 is a 丁目, of which the table knows, and a lot, of which it does not."""
    rows = [
        entry("B-1", lot="上篠崎三丁目1番", confirmation_date="平成20年1月1日"),
        entry("B-2", lot="上篠崎三丁目9番", confirmation_date="昭和30年1月1日"),
    ]
    assert load(loaded, write_book(tmp_path / "more.csv", rows)).created == 2
    assert numbers(ask(loaded, "上篠崎3", QueryKind.LOT)) == ["B-1", "A-3", "B-2"]


def test_a_year_that_no_entry_has_finds_nothing(loaded: Database) -> None:
    assert numbers(ask(loaded, "見本", QueryKind.OWNER, year=1965)) == ["A-3"]
    assert numbers(ask(loaded, "見本", QueryKind.OWNER, year=1966)) == []
