"""A ledger file in XLSX as rows of text: openpyxl read-only, one row in memory at a time.

A day that the sheet shows as 和暦 becomes 和暦 text, any other day an ISO date; a whole number
loses the ``.0`` that the file format gives it. Formulas give the value that Excel stored for them.
"""

from __future__ import annotations

import hashlib
import warnings
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl

from admin.ledger.csv_source import CHUNK, BrokenCsvError, Source, SourceFault
from admin.ledger.words import refusal
from kiosk.domain.eras import wareki

MAGIC = b"PK\x03\x04"
ENCODING = "xlsx"
#: Unpacked bytes of a whole file; above it the file is no ledger but a trap.
UNPACKED_LIMIT = 2 << 30
#: Packed to unpacked: XML of a ledger is about 1 to 10, a trap 1 to 1000.
RATIO_LIMIT = 200
COLUMN_LIMIT = 500
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


def rows(source: Source, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """Row number as Excel shows it and the cells; rows without any text are left out.

    Raises:
        BrokenCsvError: the file stops being a workbook, or has no sheet of that name.
    """
    with source.path.open("rb") as file:  # openpyxl judges a path by its ending
        try:
            book = _quietly(lambda: openpyxl.load_workbook(file, read_only=True, data_only=True))
        except _CANNOT as error:
            raise BrokenCsvError(0, refusal("xlsx")) from error
        try:
            yield from _sheet_rows(book, sheet)
        finally:
            book.close()


def _sheet_rows(book: Any, sheet: str) -> Iterator[tuple[int, list[str]]]:
    line = 0
    try:
        if (sheet and sheet not in book.sheetnames) or not book.worksheets:
            raise BrokenCsvError(0, refusal("no_sheet", sheet=sheet))
        page = book[sheet] if sheet else book.worksheets[0]
        page.reset_dimensions()  # some programs write them wrong, and cells would be cut off
        found = page.iter_rows()
        while (row := _quietly(lambda: next(found, None))) is not None:
            line += 1
            cells = [_text(cell) for cell in row]
            if any(cells[COLUMN_LIMIT:]):
                raise BrokenCsvError(line, refusal("xlsx_wide", limit=COLUMN_LIMIT))
            if any(cells):
                yield line, cells[:COLUMN_LIMIT]
    except _CANNOT as error:
        raise BrokenCsvError(line + 1, refusal("xlsx")) from error


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
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime) and value.time() == time():
        return _day(value.date(), str(cell.number_format or ""))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return _day(value, str(cell.number_format or ""))
    return str(value)


def _day(day: date, shown: str) -> str:
    """As the sheet shows it: ``ggge`` and ``[$-411]ge`` are 和暦."""
    if "e" in shown.replace("General", "") and "g" in shown:
        try:
            return wareki(day)
        except ValueError:
            return day.isoformat()
    return day.isoformat()
