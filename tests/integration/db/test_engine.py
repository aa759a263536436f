"""The database as it is opened: what SQLite must be told, and what one URL decides."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError

from admin.db import engine
from admin.db.engine import Database
from admin.db.issue_tables import Terminal
from tests.fixtures.section import World

#: sqlite.org/pragma.html: synchronous 2 is FULL, temp_store 2 is MEMORY.
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "busy_timeout": engine.BUSY_TIMEOUT_MS,
    "secure_delete": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "temp_store": 2,
}

sqlite_only = pytest.mark.parametrize("database_kind", ["sqlite"])


@sqlite_only
@pytest.mark.parametrize("way", ["read", "write"])
def test_every_connection_is_told_how_to_keep_things(database: Database, way: str) -> None:
    with getattr(database, way)() as session:
        said = {name: session.scalar(text(f"PRAGMA {name}")) for name in PRAGMAS}
    assert said == PRAGMAS


@sqlite_only
def test_connections_of_other_threads_too(database: Database) -> None:
    said: list[dict[str, Any]] = []
    gate = threading.Barrier(4)

    def ask() -> None:
        with database.read() as session:
            gate.wait(30)  # four connections at once
            said.append({name: session.scalar(text(f"PRAGMA {name}")) for name in PRAGMAS})

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == [PRAGMAS] * 4


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="in-memory"):
        Database(url)


def test_foreign_keys_are_kept(database: Database) -> None:
    with pytest.raises(DBAPIError), database.write() as session:
        session.execute(text("INSERT INTO found_entry (application_id, entry_id) VALUES ('x', 1)"))


def test_an_exception_rolls_everything_back(database: Database) -> None:
    def deed() -> None:
        with database.write() as session:
            session.execute(text("INSERT INTO serial (fiscal_year, last) VALUES (2026, 1)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        deed()
    with database.write() as session:  # the writer's lock is free again
        assert session.scalar(text("SELECT count(*) FROM serial")) == 0


def test_what_a_reader_changes_is_not_kept(database: Database) -> None:
    with database.read() as session:
        session.execute(text("INSERT INTO serial (fiscal_year, last) VALUES (2026, 1)"))
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM serial")) == 0


def test_a_reader_is_not_blocked_by_a_writer(database: Database) -> None:
    with database.write() as writer:
        writer.execute(text("INSERT INTO serial (fiscal_year, last) VALUES (2026, 1)"))
        with database.read() as session:
            assert session.scalar(text("SELECT count(*) FROM serial")) == 0
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM serial")) == 1


@sqlite_only
def test_a_file_that_another_process_holds_is_a_fault_and_not_half_a_deed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.order()
    path = world.database.url.removeprefix("sqlite:///")
    monkeypatch.setattr(engine, "_PRAGMAS", (*engine._PRAGMAS, "PRAGMA busy_timeout=50"))
    busy = Database(world.database.url)
    stranger = sqlite3.connect(path, isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(OperationalError, match="locked"), busy.write() as session:
            session.execute(text("SELECT 1"))  # the transaction begins here, and is a writer's
    finally:
        stranger.execute("ROLLBACK")
        stranger.close()
        busy.dispose()
    world.reserved(order)


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/var/new/daicho.db")
    with database.write() as session:
        session.execute(text("CREATE TABLE t (x)"))
    database.dispose()
    assert (tmp_path / "var/new/daicho.db").exists()


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 6, 15, 1, 2, 3, 456789, tzinfo=UTC),
        datetime(2026, 6, 15, 10, 2, 3, 456789, tzinfo=ZoneInfo("Asia/Tokyo")),
        datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    ],
)
def test_an_instant_comes_back_as_it_was(world: World, at: datetime) -> None:
    world.clock.set(at)
    name = world.terminal()
    said = world.terminal_row(name).registered_at
    assert said == at
    assert said.utcoffset() == UTC.utcoffset(None)


def test_a_time_without_its_zone_cannot_be_stored(world: World) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - that is the point
    with pytest.raises(StatementError, match="without its zone"), world.database.write() as session:
        session.execute(update(Terminal).values(last_seen=naive))
