"""What a load did, as a workbook: the counts, every refused row, every note."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from admin.ledger.judging import ImportReport
from admin.ledger.row_check import Refused

#: Rows of one sheet. Source: Excel's own limit is 1,048,576.
SHEET_ROWS = 1_000_000


def counts(report: ImportReport) -> list[tuple[str, int | str]]:
    """The report's figures with their words, in order."""
    return [
        ("結果", "読み込みました" if report.loaded else "台帳を変えていません"),
        *([("このままでは読み込めない理由", report.barred)] if report.barred else []),
        ("読んだ行", report.rows),
        ("新しい台帳", report.created),
        ("変わった台帳", report.changed),
        ("同じ台帳", report.unchanged),
        ("台帳から除いた台帳", report.removed),
        ("受け付けられない行", len(report.refused)),
        ("注意のある行", len(report.noted)),
        ("文字コード", report.encoding),
        ("ファイルの SHA-256", report.file_sha256),
    ]


def write_report(path: Path, report: ImportReport) -> None:
    """Raises OSError when the file cannot be written."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("概要")
    for said in counts(report):
        sheet.append(said)
    _rows(book, "受け付けられない行", report.refused)
    _rows(book, "注意", report.noted)
    # In memory first: openpyxl leaves its writers open when the file cannot be made.
    out = io.BytesIO()
    book.save(out)
    path.write_bytes(out.getvalue())


def _rows(book: Workbook, title: str, rows: Iterable[Refused]) -> None:
    sheet = book.create_sheet(title)
    sheet.append(["行", "理由", "シート"])
    for at, row in enumerate(rows):
        if at == SHEET_ROWS:
            break
        sheet.append([row.line or "", ILLEGAL_CHARACTERS_RE.sub("", row.reason), row.sheet])
