"""Opening the database: one URL decides between embedded SQLite and PostgreSQL.

SQLite: WAL, synchronous=FULL (a number that was acknowledged survives a power cut), one writer at
a time by a lock of this process, ``BEGIN IMMEDIATE`` for writing and plain ``BEGIN`` for reading.
Source: sqlite.org/pragma.html, sqlite.org/wal.html.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

#: How long a write waits for another process that holds the file, in milliseconds.
BUSY_TIMEOUT_MS = 5000
#: Page cache of one connection, in KiB (negative means KiB to SQLite).
CACHE_KIB = 16 * 1024

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA secure_delete=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    f"PRAGMA cache_size=-{CACHE_KIB}",
    "PRAGMA temp_store=MEMORY",
)


def _prepare_sqlite(engine: Engine, begin: str) -> None:
    @event.listens_for(engine, "connect")
    def _connect(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None  # the driver's own BEGIN is off; ours is explicit
        cursor = dbapi.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


class Database:
    """Two engines on one database: ``write`` serialises, ``read`` never blocks a writer."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.url = url
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self._writer = threading.Lock()
        if self.is_sqlite:
            if parsed.database in (None, "", ":memory:"):
                raise ValueError("an in-memory database would forget its numbers; name a file")
            Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
            arguments: dict[str, Any] = {"check_same_thread": False}
            self._write_engine = create_engine(
                parsed, poolclass=QueuePool, pool_size=1, max_overflow=0, connect_args=arguments
            )
            self._read_engine = create_engine(
                parsed, poolclass=QueuePool, pool_size=8, connect_args=arguments
            )
            _prepare_sqlite(self._write_engine, "BEGIN IMMEDIATE")
            _prepare_sqlite(self._read_engine, "BEGIN")
        else:
            if parsed.drivername == "postgresql":
                parsed = parsed.set(drivername="postgresql+psycopg")
            options: dict[str, Any] = {"pool_pre_ping": True, "pool_size": 8}
            self._write_engine = create_engine(parsed, **options)
            self._read_engine = self._write_engine

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that may write: committed at the end, rolled back on an exception."""
        guard = self._writer if self.is_sqlite else contextlib.nullcontext()
        session = Session(self._write_engine, expire_on_commit=False)
        with guard, session, session.begin():
            yield session

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """One snapshot for reading; whatever it changed is rolled back."""
        with Session(self._read_engine, expire_on_commit=False) as session:
            try:
                yield session
            finally:
                session.rollback()

    @contextlib.contextmanager
    def migration_connection(self) -> Iterator[Connection]:
        """A connection for Alembic; the whole upgrade is one transaction."""
        guard = self._writer if self.is_sqlite else contextlib.nullcontext()
        with guard, self._write_engine.begin() as connection:
            yield connection

    def dispose(self) -> None:
        self._write_engine.dispose()
        self._read_engine.dispose()
