"""A load that is killed in the middle leaves nothing of itself, and the next one goes through."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import func, select

from admin.db.change_tables import LedgerChange
from admin.db.engine import Database
from admin.db.ledger_tables import (
    LedgerEntryRow,
    LedgerEntryVersion,
    LedgerImport,
    LedgerSearchRow,
)
from admin.services.operation_log import verify
from kiosk.domain.query import QueryKind
from tests.integration.ledger.books import ask, entry, load, numbers, write_book

#: Kills its own process when every row is written and nothing is committed yet.
_KILLED = """
import os, signal, sys
from admin.__main__ import main
from admin.ledger import loading

def killed(session):
    session.flush()
    os.kill(os.getpid(), signal.SIGKILL)

loading.mark_fresh = killed
sys.exit(main(sys.argv[1:]))
"""
TABLES = (LedgerEntryRow, LedgerEntryVersion, LedgerSearchRow, LedgerImport, LedgerChange)


def _killed_load(database: Database, path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, "import-ledger", str(path), "--database", database.url],
        cwd=Path(__file__).parents[3], env=dict(os.environ), capture_output=True, check=False,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def _rows(database: Database) -> list[int]:
    with database.read() as session:
        assert verify(session).fault is None
        return [session.scalar(select(func.count()).select_from(one)) or 0 for one in TABLES]


def test_a_load_killed_before_its_end(database: Database, tmp_path: Path) -> None:
    first = write_book(tmp_path / "a.csv", [entry(f"A-{number}") for number in range(30)])
    _killed_load(database, first)
    assert _rows(database) == [0] * len(TABLES)
    assert load(database, first).created == 30
    before = _rows(database)
    again = write_book(
        tmp_path / "b.csv",
        [entry(f"A-{number}", owner="見本新名") for number in range(30)] + [entry("B-1")],
    )
    _killed_load(database, again)
    assert _rows(database) == before
    assert numbers(ask(database, "見本新名", QueryKind.OWNER)) == []
    report = load(database, again)
    assert (report.created, report.changed) == (1, 30)
    assert len(numbers(ask(database, "見本新名", QueryKind.OWNER))) == 30
