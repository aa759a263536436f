"""A very large ledger on SQLite and the same on PostgreSQL, made once and kept if asked.

The rows of PostgreSQL are copied from SQLite: what is judged is how they are found, not the load.
"""

from __future__ import annotations

import json
import pickle
import sqlite3
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from admin.db import migrate
from admin.db.engine import Database
from admin.ledger import index
from admin.ledger.index import tell_planner
from admin.ledger.store import rebuild_index
from tests.bench.questions import Entry, write_book
from tests.bench.search import Section
from tests.fixtures.postgres import PostgresServer

SEED = 9
#: Entries of which questions are made.
ASKED_OF = 20_000
_TABLES = ("ledger_import", "ledger_entry", "ledger_search", "ledger_index_state")


@dataclass(frozen=True, slots=True)
class Large:
    """A stopped section with ``entries`` entries, and some of them to ask for."""

    section: Section
    book: list[Entry]

    @property
    def path(self) -> Path:
        return self.section.data / "daicho.db"


def large_ledger(folder: Path, entries: int) -> Large:
    """The ledger in ``folder``; made there unless it is whole and of this index already."""
    wanted = {"entries": entries, "seed": SEED, "index": index.fingerprint()}
    note, book_file = folder / "whole.json", folder / "book.pickle"
    section = Section(folder / "data")
    if note.is_file() and json.loads(note.read_text(encoding="utf-8")) == wanted:
        book: list[Entry] = pickle.loads(book_file.read_bytes())
    else:
        book = _make(folder, section, entries)
        book_file.write_bytes(pickle.dumps(book))
        note.write_text(json.dumps(wanted), encoding="utf-8")
    section.__enter__()
    section.stop()
    return Large(section, book)


def _make(folder: Path, section: Section, entries: int) -> list[Entry]:
    """By the command, into an empty ledger, as the first load of a ward is."""
    section.data.mkdir(parents=True, exist_ok=True)
    for old in section.data.iterdir():
        raise RuntimeError(f"{folder} is not whole and not empty ({old.name}); remove it")
    book = write_book(folder / "book.csv", entries, SEED, keep_every=max(1, entries // ASKED_OF))
    begun = time.monotonic()
    made = section.command("import-ledger", str(folder / "book.csv"), timeout_s=7200, progress=True)
    if made.returncode:
        raise RuntimeError(f"import failed: {made.stdout}")
    sys.stderr.write(f"{entries:,} entries imported in {time.monotonic() - begun:.0f} s\n")
    return book


def copy_to_postgres(path: Path, server: PostgresServer, name: str) -> tuple[Database, float]:
    """The ledger of an SQLite file in a new database; seconds that its indexes of terms took."""
    database = Database(server.create(name))
    migrate.upgrade(database)
    with server.connect(name) as target:
        target.execute("DROP INDEX ix_ledger_search_terms")
        for table in _TABLES:
            _copy(path, target, table)
        begun = time.perf_counter()
        target.execute("CREATE INDEX ix_ledger_search_terms ON ledger_search USING gin (terms)")
        with database.write() as session:
            rebuild_index(session)
        took = time.perf_counter() - begun
        target.execute("VACUUM ledger_search")
        target.execute("VACUUM ledger_common_term")
    with database.write() as session:
        tell_planner(session)
    return database, took


def _copy(path: Path, target: psycopg.Connection[object], table: str) -> None:
    source = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    rows = source.execute(f"SELECT * FROM {table}")
    names = [one[0] for one in rows.description]
    terms = names.index("terms") if "terms" in names else None
    copy_in = f"COPY {table} ({', '.join(names)}) FROM STDIN"
    with target.cursor() as cursor, cursor.copy(copy_in) as copy:  # type: ignore[arg-type]
        for row in rows:
            values = list(row)
            if terms is not None:
                values[terms] = values[terms].split(" ")
            copy.write_row(values)
    source.close()
