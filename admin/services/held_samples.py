"""The first rows of a ledger file that staff are matching: in memory only, one file a person."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from admin.ledger.csv_source import BrokenCsvError, SourceFault
from admin.ledger.profile import Profile, ProfileFault, load_profile
from admin.ledger.table import open_table, table_rows

#: Rows that a profile is tried on, the headings not counted.
ROWS = 100
COLUMNS = 200
#: A sample is forgotten after this time, and when another is brought.
KEPT = timedelta(minutes=30)
#: People who match at the same time; the oldest sample goes first.
HELD = 20


@dataclass(frozen=True, slots=True)
class Sample:
    """``rows``: line and cells, the headings first."""

    rows: tuple[tuple[int, tuple[str, ...]], ...]
    encoding: str
    sha256: str
    at: datetime

    @property
    def headings(self) -> tuple[str, ...]:
        return self.rows[0][1]

    def lines(self) -> Iterator[tuple[int, list[str]]]:
        return iter([(line, list(cells)) for line, cells in self.rows])

    def examples(self, column: int) -> list[str]:
        """Up to three different texts of a column."""
        seen = dict.fromkeys(
            cells[column].strip() for _, cells in self.rows[1:] if column < len(cells)
        )
        return [text for text in seen if text][:3]


def take_sample(file: BinaryIO, now: datetime) -> Sample | str:
    """The head of an uploaded file, or why it cannot be read. Its copy on disk is gone after."""
    standard = load_profile("standard")
    if isinstance(standard, ProfileFault):
        return standard.sentence
    with tempfile.NamedTemporaryFile(prefix="daicho-sample-") as copy:
        shutil.copyfileobj(file, copy)
        copy.flush()
        return _read(Path(copy.name), standard, now)


def _read(path: Path, profile: Profile, now: datetime) -> Sample | str:
    source = open_table(path)
    if isinstance(source, SourceFault):
        return source.sentence
    rows: list[tuple[int, tuple[str, ...]]] = []
    try:
        for line, cells in itertools.islice(table_rows(source, profile), ROWS + 1):
            rows.append((line, tuple(cells)))
    except BrokenCsvError as error:
        return str(error)
    if not rows or len(rows[0][1]) > COLUMNS:
        return ""
    return Sample(tuple(rows), source.encoding, source.sha256, now)


class HeldSamples:
    """Samples by the person who brought them."""

    def __init__(self) -> None:
        self._held: dict[str, Sample] = {}
        self._lock = threading.Lock()

    def put(self, staff_id: str, sample: Sample) -> None:
        with self._lock:
            self._held.pop(staff_id, None)
            self._held[staff_id] = sample
            while len(self._held) > HELD:
                del self._held[next(iter(self._held))]

    def get(self, staff_id: str, now: datetime) -> Sample | None:
        with self._lock:
            sample = self._held.get(staff_id)
            if sample is not None and now - sample.at > KEPT:
                del self._held[staff_id]
                return None
            return sample

    def drop(self, staff_id: str) -> None:
        with self._lock:
            self._held.pop(staff_id, None)
