"""Bad input at every door of the search: an answer or a sentence, never a trace, never a scan."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import event

from admin.__main__ import main
from admin.db.engine import Database
from admin.ledger.search import search
from kiosk.domain.query import Found, NoHits, Query, QueryKind, TooMany
from tests.bench.hostile import COUNT, hostile_strings
from tests.integration.ledger.books import TODAY, entry, load, write_book

STRINGS = hostile_strings()


def test_there_are_as_many_as_promised() -> None:
    assert len(set(STRINGS)) == COUNT == 350
    assert any(len(one) >= 10_000 for one in STRINGS)


@pytest.fixture
def ledger(database: Database, tmp_path: Path) -> Database:
    rows = [
        entry(f"A-{n}", lot=f"中央一丁目{n}番", confirmation_no=f"第{n}号") for n in range(1, 60)
    ]
    load(database, write_book(tmp_path / "x.csv", rows))
    return database


@pytest.mark.parametrize("kind", list(QueryKind))
def test_in_the_process(ledger: Database, kind: QueryKind) -> None:
    """Words, town and year; every statement is one that a sound question asks as well."""
    statements: set[str] = set()
    with ledger.read() as session:
        connection = session.connection()

        @event.listens_for(connection, "before_cursor_execute")
        def note(_c: object, _cur: object, statement: str, *_: object) -> None:
            statements.add(statement)

        for words in STRINGS:
            for query in (
                Query(kind, words),
                Query(kind, "1-4", words),
                Query(kind, words, "中央一丁目", 2003),
                Query(kind, words, None, -1),
            ):
                result = search(session, query, today=TODAY, data_as_of="")
                assert isinstance(result, Found | NoHits | TooMany), repr(words[:40])
        event.remove(connection, "before_cursor_execute", note)
        for statement in statements:
            assert " LIKE " not in statement
            assert "WHERE" in statement or "set_config" in statement or "LIMIT" in statement or (
                "ledger_index_state" in statement
            ), statement  # fmt: skip


def test_a_name_of_a_table_does_nothing(ledger: Database) -> None:
    with ledger.read() as session:
        for words in STRINGS:
            search(session, Query(QueryKind.ANY, words), today=TODAY, data_as_of="")
        after = search(session, Query(QueryKind.LOT, "中央一丁目1番"), today=TODAY, data_as_of="")
    assert isinstance(after, Found)


@pytest.mark.parametrize("words", [one for one in STRINGS if "\x00" not in one][::23])
def test_on_the_command_line(
    ledger: Database, database_url: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["search", "--json", "--database", database_url, "--", words])
    said = capsys.readouterr()
    broken = any("\ud800" <= one <= "\udfff" for one in words)  # bytes that are no text
    assert code == (2 if broken else 0)
    assert said.err.count("\n") == 1 if broken else True
    assert "Traceback" not in said.err
    for line in said.out.splitlines():
        assert json.loads(line)["台帳番号"].startswith("A-")
