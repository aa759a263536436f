"""The first rows of a ledger file that staff are matching: in memory only, one file a person."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from admin.ledger import csv_source, xlsx_source
from admin.ledger.csv_source import BrokenCsvError, Source, SourceFault
from admin.ledger.headings import HEAD_ROWS, from_headings
from admin.ledger.profile_form import Shape, distinct, recognised
from admin.ledger.table import Table, open_table

#: Rows that a profile is tried on, the headings not counted.
ROWS = 100
COLUMNS = 200
SHEETS = 50
#: A sample is forgotten after this time, and when another is brought.
KEPT = timedelta(minutes=30)
#: People who match at the same time; the oldest sample goes first.
HELD = 20


@dataclass(frozen=True, slots=True)
class Sample:
    """The first rows of each sheet as they stand in the file; ``shape`` says where the table is.

    A CSV file is one sheet without a name.
    """

    sheets: Mapping[str, tuple[tuple[int, tuple[str, ...]], ...]]
    shape: Shape
    encoding: str
    sha256: str
    at: datetime

    @property
    def rows(self) -> list[tuple[int, list[str]]]:
        """Line and cells, the headings first: none when no line can be that of the headings."""
        lines = iter([(line, list(cells)) for line, cells in self.sheets[self.shape.sheet]])
        _, found = from_headings(
            lines, lambda cells: -recognised(cells) + WORST, header_row=self.shape.header_row,
            double=self.shape.header_rows > 1,
        )  # fmt: skip
        rows = list(itertools.islice(found, ROWS + 1))
        width = max((len(cells) for _, cells in rows), default=0)
        return [(line, cells + [""] * (width - len(cells))) for line, cells in rows]

    @property
    def headings(self) -> list[str]:
        """The file's headings as a profile names them."""
        rows = self.rows
        if not rows:
            return []
        filled = [any(cells[at].strip() for _, cells in rows[1:]) for at in range(len(rows[0][1]))]
        return distinct(rows[0][1], filled)

    def table(self) -> Table:
        return Table(iter(self.rows))

    def examples(self) -> list[list[str]]:
        """Up to three different texts of each column."""
        rows = self.rows
        return [
            [text for text in dict.fromkeys(cells[at].strip() for _, cells in rows[1:]) if text][:3]
            for at in range(len(rows[0][1]))
        ]

    def lines(self) -> list[tuple[int, str]]:
        """Lines that may be that of the headings, each with its first words."""
        found = self.sheets[self.shape.sheet][:HEAD_ROWS]
        return [
            (line, "、".join(filter(None, map(str.strip, cells)))[:40]) for line, cells in found
        ]

    def shaped(self, sheet: str, header_row: int | None, *, double: bool) -> Sample:
        """The same file read from another place; a sheet that is not there is not taken."""
        known = sheet if sheet in self.sheets else self.shape.sheet
        shape = replace(self.shape, sheet=known, header_row=header_row, header_rows=1 + double)
        return replace(self, shape=shape)


#: More than any row can name columns of the ledger.
WORST = 1000


def take_sample(file: BinaryIO, now: datetime) -> Sample | str:
    """The head of an uploaded file, or why it cannot be read. Its copy on disk is gone after."""
    with tempfile.NamedTemporaryFile(prefix="daicho-sample-") as copy:
        shutil.copyfileobj(file, copy)
        copy.flush()
        return _read(Path(copy.name), now)


def _read(path: Path, now: datetime) -> Sample | str:
    source = open_table(path)
    if isinstance(source, SourceFault):
        return source.sentence
    try:
        found = list(_heads(source))
    except BrokenCsvError as error:
        return str(error)
    samples = [
        Sample({**sheets}, Shape(sheet=name, header_rows=rows, delimiter=delimiter),
               source.encoding, source.sha256, now)
        for delimiter, sheets in found
        for name in sheets
        for rows in (1, 2)
    ]  # fmt: skip
    samples = [one for one in samples if 1 < len(one.headings) <= COLUMNS]
    if not samples:
        return ""
    best = max(samples, key=lambda one: recognised(one.headings))  # the first of equals
    if len(best.sheets) == 1:  # a workbook of another year calls its only sheet otherwise
        return replace(best, sheets={"": next(iter(best.sheets.values()))},
                       shape=replace(best.shape, sheet=""))  # fmt: skip
    return best


_Heads = dict[str, tuple[tuple[int, tuple[str, ...]], ...]]


def _heads(source: Source) -> Iterator[tuple[str, _Heads]]:
    """The first rows of each sheet, or of a CSV file by each delimiter that may be its own."""
    if source.encoding == xlsx_source.ENCODING:
        with xlsx_source.open_book(source) as book:
            yield ",", {name: _head(book.rows(name)) for name in book.names[:SHEETS]}
        return
    for at, delimiter in enumerate((",", *csv_source.DELIMITERS)):
        try:
            yield delimiter, {"": _head(csv_source.rows(source, delimiter))}
        except BrokenCsvError:
            if at == 0:
                raise


def _head(rows: Iterator[tuple[int, list[str]]]) -> tuple[tuple[int, tuple[str, ...]], ...]:
    first = itertools.islice(rows, HEAD_ROWS + ROWS + 1)
    return tuple((line, tuple(cells)) for line, cells in first)


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
