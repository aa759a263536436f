"""A file of any kind that is read, CSV or XLSX, told apart by what is in it and not by its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from admin.ledger import csv_source, xlsx_source
from admin.ledger.csv_source import BrokenCsvError, Source, SourceFault
from admin.ledger.headings import Line, from_headings
from admin.ledger.layout import missing_headings
from admin.ledger.profile import Profile
from admin.ledger.words import refusal

#: An Excel file of before 2007 (compound document).
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
EVERY_SHEET = "*"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows from the headings on. ``sheet`` is named where the file has more than one of them."""

    rows: Iterator[Line]
    sheet: str = ""
    unread: tuple[str, ...] = ()  # other sheets that have the same headings


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


def tables(source: Source, profile: Profile) -> Iterator[Table]:
    """What the profile reads of the file, one table after the other, each read before the next.

    Raises:
        csv_source.BrokenCsvError: the file is not what it began as, or has no such sheet.
    """
    if source.encoding == xlsx_source.ENCODING:
        with xlsx_source.open_book(source) as book:
            yield from _sheets(book, profile)
    else:
        yield Table(_csv(source, profile))


def _csv(source: Source, profile: Profile) -> Iterator[Line]:
    """The rows by the delimiter under which the headings are found: the profile's comes first."""
    rows = csv_source.rows(source, profile.delimiter)
    least, wanted = _begun(rows, profile)
    for other in csv_source.DELIMITERS:
        if least == 0 or other == profile.delimiter:
            continue
        try:
            lacking, found = _begun(csv_source.rows(source, other), profile)
        except BrokenCsvError:
            continue
        if lacking < least:
            least, wanted = lacking, found
    return wanted


def _begun(rows: Iterator[Line], profile: Profile) -> tuple[int, Iterator[Line]]:
    return from_headings(
        rows, lambda cells: missing_headings(profile, cells), header_row=profile.header_row,
        double=profile.header_rows > 1,
    )  # fmt: skip


def _sheets(book: xlsx_source.Book, profile: Profile) -> Iterator[Table]:
    if profile.sheet not in ("", EVERY_SHEET, *book.names) or not book.names:
        raise BrokenCsvError(0, refusal("no_sheet", sheet=profile.sheet))
    if profile.sheet in book.names or len(book.names) == 1:
        only = profile.sheet if profile.sheet in book.names else book.names[0]
        yield Table(_filled(_begun(book.rows(only), profile)[1]))
        return
    lacking = {name: _begun(book.rows(name), profile)[0] for name in book.names}
    whole = [name for name in book.names if not lacking[name]]
    chosen = whole or sorted(book.names, key=lacking.__getitem__)[:1]
    unread = () if profile.sheet == EVERY_SHEET else tuple(chosen[1:])
    for name in chosen[: len(chosen) - len(unread)]:
        shown = name if len(book.names) > 1 else ""
        yield Table(_filled(_begun(book.rows(name), profile)[1]), shown, unread)


def _filled(rows: Iterator[Line]) -> Iterator[Line]:
    """A sheet's rows end at their last cell; blanks fill them up."""
    width = 0
    for line, cells in rows:
        width = width or len(cells)
        cells.extend([""] * (width - len(cells)))
        yield line, cells
