"""What a load remembers of every row of its file, kept on disk: memory does not grow with the file.

SQLite's own temporary database: a file without a name, gone with the process however it ends.
Source: sqlite.org/inmemorydb.html (temporary databases).
"""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from admin.ledger.plan_changes import Original, change_of, tie

#: Page cache in KiB; what is beyond it lies on disk.
CACHE_KIB = 4 * 1024
#: Keys handed out at a time.
KEYS_AT_ONCE = 500
_TABLES = (
    "CREATE TABLE named (number TEXT PRIMARY KEY, line INTEGER, sheet TEXT) WITHOUT ROWID",
    "CREATE TABLE plan (key TEXT, changes INTEGER, number TEXT, earliest TEXT, said TEXT)",
    "CREATE TABLE tied (number TEXT PRIMARY KEY, changes TEXT) WITHOUT ROWID",
    "CREATE TABLE touched (key TEXT PRIMARY KEY) WITHOUT ROWID",
)
_CHANGE = ("ledger_no", "confirmation_no", "confirmation_date", "confirmation_issuer")


class Seen:
    """Of one file and one load. Closed with it."""

    def __init__(self) -> None:
        # A request may be read in one thread and closed in another, never at the same time.
        self._store = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        run = self._store.execute
        for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{CACHE_KIB}"):
            run(f"PRAGMA {pragma}")
        for table in _TABLES:
            run(table)
        run("BEGIN")

    def close(self) -> None:
        self._store.close()

    # --- the entries that the file names ---------------------------------------------------------

    def name(self, number: str, line: int, sheet: str) -> tuple[int, str] | None:
        """Put down that the file names an entry; line and sheet where it did so before."""
        begun = self._store.execute(
            "INSERT OR IGNORE INTO named VALUES (?, ?, ?)", (number, line, sheet)
        )
        if begun.rowcount:
            return None
        found = self._store.execute("SELECT line, sheet FROM named WHERE number = ?", (number,))
        before, of = found.fetchone()
        return before, of

    def any_named(self) -> bool:
        return self._store.execute("SELECT 1 FROM named LIMIT 1").fetchone() is not None

    def named(self, numbers: Sequence[str]) -> set[str]:
        """Those that the file names."""
        return {
            number
            for number in numbers
            if self._store.execute("SELECT 1 FROM named WHERE number = ?", (number,)).fetchone()
        }

    # --- plan changes and their confirmations ----------------------------------------------------

    def plan(self, values: Mapping[str, Any]) -> None:
        """Put down an entry that a plan change may belong to, or that is one."""
        change = values["is_plan_change"]
        latest, earliest = values["confirmation_latest"], values["confirmation_earliest"]
        said = [*(values[name] for name in _CHANGE), latest and latest.isoformat()]
        self._store.execute(
            "INSERT INTO plan VALUES (?, ?, ?, ?, ?)",
            (values["plan_key"], int(change), values["ledger_no"],
             earliest and earliest.isoformat(), json.dumps(said) if change else None),
        )  # fmt: skip

    def tie(self) -> None:
        """Find which of the file's plan changes belong to which of its confirmations."""
        run = self._store.execute
        run("CREATE INDEX plan_key ON plan (key, changes)")
        rows = run(
            "SELECT key, changes, number, earliest, said FROM plan WHERE key IN "
            "(SELECT key FROM plan WHERE changes = 1) ORDER BY key, rowid"
        )
        for _, group in itertools.groupby(rows, key=lambda row: row[0]):
            originals, changes = [], []
            for _, is_change, number, earliest, said in group:
                if is_change:
                    *texts, latest = json.loads(said)
                    row = dict(zip(_CHANGE, texts, strict=True))
                    changes.append(change_of({**row, "confirmation_latest": _day(latest)}))
                else:
                    originals.append(Original(number, _day(earliest)))
            for number, stored in tie(originals, changes).items():
                run("INSERT INTO tied VALUES (?, ?)", (number, json.dumps(stored)))

    def tied(self, number: str) -> list[dict[str, Any]]:
        """The file's plan changes of one entry, once they are tied."""
        query = "SELECT changes FROM tied WHERE number = ?"
        found = self._store.execute(query, (number,)).fetchone()
        changes: list[dict[str, Any]] = json.loads(found[0]) if found else []
        return changes

    def touch(self, keys: Iterable[str]) -> None:
        """Put down plan keys whose ties may have changed."""
        self._store.executemany(
            "INSERT OR IGNORE INTO touched VALUES (?)", ((key,) for key in keys)
        )

    def touched(self) -> Iterator[list[str]]:
        """Those keys in order, so many at a time."""
        last = ""
        query = "SELECT key FROM touched WHERE key > ? ORDER BY key LIMIT ?"
        while keys := [row[0] for row in self._store.execute(query, (last, KEYS_AT_ONCE))]:
            yield keys
            last = keys[-1]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
