"""A file of any kind that is read, CSV or XLSX, told apart by what is in it and not by its name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from admin.ledger import csv_source, xlsx_source
from admin.ledger.csv_source import Source, SourceFault
from admin.ledger.profile import Profile
from admin.ledger.words import refusal

#: An Excel file of before 2007 (compound document).
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def open_table(path: Path) -> Source | SourceFault:
    """The file's kind, hash and encoding, or why it cannot be read."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        return SourceFault(0, refusal("cannot_read", detail=error.strerror or "不明"))
    if start.startswith(xlsx_source.MAGIC):
        return xlsx_source.examine(path)
    if start.startswith(_OLD_EXCEL):
        return SourceFault(0, refusal("old_excel"))
    return csv_source.open_source(path)


def table_rows(source: Source, profile: Profile) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each row from the headings on; short rows of a sheet are filled up.

    Raises:
        csv_source.BrokenCsvError: the file stops being what it began as.
    """
    sheet = source.encoding == xlsx_source.ENCODING
    found = (
        xlsx_source.rows(source, profile.sheet)
        if sheet
        else csv_source.rows(source, profile.delimiter)
    )
    width = 0
    for line, cells in found:
        if line < profile.header_row:
            continue
        width = width or len(cells)
        if sheet and len(cells) < width:
            cells.extend([""] * (width - len(cells)))
        yield line, cells
