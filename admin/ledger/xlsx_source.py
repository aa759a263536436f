"""A ledger file in XLSX as rows of text: openpyxl read-only, one row in memory at a time.

A day that the sheet shows as 和暦 becomes 和暦 text, any other day an ISO date; a whole number
loses the ``.0`` that the file format gives it, and noughts that the sheet shows are kept. A formula
gives the value that Excel stored for it; without one, and below a merged cell, the cell is
``Unreadable``.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.escape import unescape

from admin.ledger.cells import Unreadable
from admin.ledger.csv_source import CHUNK, BrokenCsvError, Source, SourceFault
from admin.ledger.words import refusal
from admin.ledger.xlsx_facts import Merged, sheet_facts
from kiosk.domain.eras import wareki

MAGIC = b"PK\x03\x04"
ENCODING = "xlsx"
#: Unpacked bytes of a whole file; above it the file is no ledger but a trap.
UNPACKED_LIMIT = 2 << 30
#: Packed to unpacked: XML of a ledger is about 1 to 10, a trap 1 to 1000.
RATIO_LIMIT = 200
COLUMN_LIMIT = 500
#: Number formats that show noughts which the number itself does not have.
_NOUGHTS = re.compile(r"(?:#,##)?(?P<units>0+)(?:\.(?P<decimals>0+))?(?:_\s?\)?)?(?:;.*)?")
_CANNOT = (
    zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, OSError, EOFError,
    SyntaxError, IndexError, NotImplementedError, RecursionError,
)  # fmt: skip


def examine(path: Path) -> Source | SourceFault:
    """Whether the file is a whole XLSX file, and its hash."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        with zipfile.ZipFile(path) as packed:
            sizes = [(one.file_size, one.compress_size) for one in packed.infolist()]
            unpacked = sum(size for size, _ in sizes)
            tight = any(size > RATIO_LIMIT * max(small, 10_000) for size, small in sizes)
            if unpacked > UNPACKED_LIMIT or tight:
                return SourceFault(0, refusal("xlsx_large"))
            if "[Content_Types].xml" not in packed.namelist() or packed.testzip() is not None:
                return SourceFault(0, refusal("xlsx"))
    except zipfile.BadZipFile:
        return SourceFault(0, refusal("xlsx"))
    except _CANNOT as error:
        detail = error.strerror if isinstance(error, OSError) else None
        fault = refusal("cannot_read", detail=detail) if detail else refusal("xlsx")
        return SourceFault(0, fault)
    return Source(path, ENCODING, digest.hexdigest(), path.stat().st_size)


class Book:
    """An open workbook: the names of its sheets, and the rows of each."""

    def __init__(self, source: Source, stack: contextlib.ExitStack) -> None:
        self._source, self._stack = source, stack
        self._results = self._opened(results=True)
        self._formulas: Any = None  # opened for the first sheet that has one
        self.names: list[str] = [page.title for page in self._results.worksheets]

    def _opened(self, *, results: bool) -> Any:
        file = self._stack.enter_context(self._source.path.open("rb"))  # a path is judged by name
        book = _quietly(lambda: openpyxl.load_workbook(file, read_only=True, data_only=results))
        self._stack.callback(book.close)
        return book

    def rows(self, sheet: str) -> Iterator[tuple[int, list[str]]]:
        """Row number as Excel shows it and the cells; rows without any text are left out.

        Raises:
            BrokenCsvError: the file stops being a workbook.
        """
        line = 0
        try:
            page = self._results[sheet]
            facts = sheet_facts(self._source.path, page._worksheet_path)
            merged = Merged(facts.merged)
            told = self._told(sheet) if facts.formulas else None
            for line, row in enumerate(_cells(page), start=1):
                cells = [_text(cell) for cell in row]
                if told is not None:
                    _mark_formulas(cells, row, next(told))
                if any(cells[COLUMN_LIMIT:]):
                    raise BrokenCsvError(line, refusal("xlsx_wide", limit=COLUMN_LIMIT))
                if any(cells) or any(isinstance(cell, Unreadable) for cell in cells):
                    merged.mark(line, cells)
                    yield line, cells[:COLUMN_LIMIT]
        except _CANNOT as error:
            raise BrokenCsvError(line + 1, refusal("xlsx")) from error

    def _told(self, sheet: str) -> Iterator[Any]:
        if self._formulas is None:
            self._formulas = self._opened(results=False)
        return _cells(self._formulas[sheet])


@contextlib.contextmanager
def open_book(source: Source) -> Iterator[Book]:
    """Raises BrokenCsvError: not a workbook."""
    with contextlib.ExitStack() as stack:
        try:
            book = Book(source, stack)
        except _CANNOT as error:
            raise BrokenCsvError(0, refusal("xlsx")) from error
        yield book


def _cells(page: Any) -> Iterator[Any]:
    page.reset_dimensions()  # some programs write them wrong, and cells would be cut off
    found = page.iter_rows()
    while (row := _quietly(lambda: next(found, None))) is not None:
        yield row


def _mark_formulas(cells: list[str], row: Any, told: Any) -> None:
    """A formula of which the file holds no result is not blank, it is unknown."""
    for at, (cell, said) in enumerate(zip(row, told, strict=True)):
        if cell.value is None and said.value is not None:
            cells[at] = Unreadable(refusal("formula"))


def _quietly(work: Callable[[], Any]) -> Any:
    """``work`` without openpyxl's warnings about styles and dates that it does not know."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return work()


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return unescape(value) if "_x" in value else value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format or ""))
    if isinstance(value, datetime) and value.time() == time():
        return _day(value.date(), str(cell.number_format or ""))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return _day(value, str(cell.number_format or ""))
    return str(value)


def _number(value: float, shown: str) -> str:
    """As the sheet shows it as far as noughts go: ``00000`` and ``0.00``; never a digit less.

    Excel keeps 15 digits and shows no more, so 0.30000000000000004 is 0.3 (ECMA-376, 18.8.30).
    """
    whole = isinstance(value, int) or (value.is_integer() and abs(value) < 1e15)
    text = str(int(value)) if whole else format(value, ".15g")
    form = _NOUGHTS.fullmatch(shown)
    if form is None or value < 0 or "e" in text:
        return text
    units, _, decimals = text.partition(".")
    wanted = len(form["decimals"] or "")
    decimals = decimals.ljust(wanted, "0")
    return units.zfill(len(form["units"])) + (f".{decimals}" if decimals else "")


def _day(day: date, shown: str) -> str:
    """As the sheet shows it: ``ggge`` and ``[$-411]ge`` are 和暦."""
    if "e" in shown.replace("General", "") and "g" in shown:
        try:
            return wareki(day)
        except ValueError:
            return day.isoformat()
    return day.isoformat()
