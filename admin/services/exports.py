"""The print log as a file: XLSX with text cells, CSV that a spreadsheet opens without harm.

A cell that a spreadsheet could take for a formula gets an apostrophe in CSV; in XLSX its type says
that it is text. Source: OWASP, CSV Injection.
"""

from __future__ import annotations

import csv
import hashlib
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from sqlalchemy.orm import Session

from admin.services import applications, operation_log, print_log
from admin.services.context import JST, Services
from admin.services.issue_words import ISSUE_MONEY, STATES, fault
from admin.services.payment_list import IssueMoney, money_of
from admin.services.print_log import LogFilter, LogLine
from kiosk.domain.applicant import Applicant, ApplicantKind
from kiosk.domain.events import EventCode
from kiosk.domain.ledger import LedgerEntry

#: Rows of one file at most: a year of a busy ward, and what a desk computer opens at once.
MAX_ROWS = 20_000
HEADINGS = (
    "発行番号", "状態", "採番日時", "端末", "利用者ID", "台帳番号", "地名地番", "台帳の版",
    "何部目", "部数", "枚数", "証明書のハッシュ", "原因", "手数料 (円)", "手数料の状態",
)  # fmt: skip
PERSON_HEADINGS = ("区分", "法人名", "氏名", "郵便番号", "住所", "電話番号")
#: First letters that a spreadsheet may run; the full-width ones count in Japanese editions.
_DANGEROUS = frozenset("=+-@＝＋－＠|%")


class Format(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


MEDIA_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """``purpose`` is a key of the catalogue; ``persons`` adds the applicants' five items."""

    wanted: LogFilter
    format: Format
    purpose: str
    persons: bool


@dataclass(frozen=True, slots=True)
class ExportRefusal:
    """``code``: nothing, too_many_rows."""

    code: str


@dataclass(frozen=True, slots=True)
class ExportFile:
    content: bytes
    rows: int
    file_sha256: str


# --- cells --------------------------------------------------------------------------------------


def plain_cell(text: str) -> str:
    """Text without what no cell can hold; line breaks become blanks."""
    return "".join(" " if unicodedata.category(ch) in {"Cc", "Cs"} else ch for ch in text)


def csv_cell(text: str) -> str:
    """A cell that a spreadsheet shows and never runs."""
    plain = plain_cell(text)
    risky = text[:1] in {"\t", "\r", "\n"} or plain.lstrip()[:1] in _DANGEROUS
    return f"'{plain}" if risky else plain


def _cells(line: LogLine, entry: LedgerEntry | None, money: IssueMoney | None) -> list[str]:
    """``entry`` as the ledger has it now: its number never changes."""
    local = line.at.astimezone(JST)
    return [
        line.number, STATES[line.state], f"{local:%Y-%m-%d %H:%M:%S}", line.terminal,
        line.user_id, entry.ledger_no if entry else "", entry.lot if entry else "",
        str(line.entry_version), str(line.copy_index),
        str(line.copies), "" if line.page_count is None else str(line.page_count),
        line.pdf_sha256, fault(line.fault), str(money.yen) if money else "",
        ISSUE_MONEY[money.code] if money else "",
    ]  # fmt: skip


def _person_cells(person: Applicant | None) -> list[str]:
    if person is None:
        return [""] * len(PERSON_HEADINGS)
    kind = "法人" if person.kind is ApplicantKind.CORPORATION else "個人"
    items = (person.corporation_name or "", person.name, person.postal_code, person.address)
    return [kind, *items, person.phone]


def _rows(
    services: Services, session: Session, lines: Sequence[LogLine], persons: bool
) -> Iterator[list[str]]:
    yield [*HEADINGS, *(PERSON_HEADINGS if persons else ())]
    entries: dict[int, LedgerEntry | None] = {}
    for line in lines:
        if line.entry_id not in entries:
            entries[line.entry_id] = services.load_entry(session, line.entry_id)
        cells = _cells(line, entries[line.entry_id], money_of(session, line.issue_id))
        if persons:
            person = applications.applicant_of(session, services.keys, line.application_id)
            cells += _person_cells(person)
        yield cells


# --- files --------------------------------------------------------------------------------------


def as_csv(rows: Iterator[list[str]]) -> bytes:
    """UTF-8 with BOM, CRLF, every cell quoted."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([csv_cell(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def _xlsx_cell(sheet: Any, text: str, head: bool) -> Any:
    cell: Any = WriteOnlyCell(sheet, value=plain_cell(text))
    cell.data_type = "s"  # text, also where it begins with an equals sign
    cell.number_format = "@"
    cell.alignment = Alignment(vertical="top")
    if head:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E8F1FE")
    return cell


def as_xlsx(rows: Iterator[list[str]], now: datetime) -> bytes:
    """One sheet of text cells with a fixed heading row."""
    book = Workbook(write_only=True)
    book.properties.creator = "台帳記載事項証明書 発行管理"
    book.properties.created = book.properties.modified = now.astimezone(JST).replace(tzinfo=None)
    sheet = book.create_sheet("印刷記録")
    sheet.freeze_panes = "A2"
    for place, width in enumerate((14, 12, 20, 16, 14, 14, 30, 9, 8, 8, 8, 24, 20)):
        sheet.column_dimensions["ABCDEFGHIJKLM"[place]].width = width
    for index, row in enumerate(rows):
        sheet.append([_xlsx_cell(sheet, text, head=index == 0) for text in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def filters_said(wanted: LogFilter) -> list[str]:
    """The filter for the log: values that are not personal, and only the fact of a name."""
    said = []
    if wanted.first_day:
        said.append(f"from={wanted.first_day.isoformat()}")
    if wanted.last_day:
        said.append(f"to={wanted.last_day.isoformat()}")
    said += [f"state={state.value}" for state in wanted.states]
    for name in ("terminal", "number", "user_id"):
        if getattr(wanted, name):
            said.append(name)
    if wanted.name:
        said.append("name")
    return said


def export(services: Services, staff_id: str, order: ExportOrder) -> ExportFile | ExportRefusal:
    """The file, handed out only once its log row is there. Raises CipherError."""
    now = services.now()
    # Made before the row's transaction: a large file takes seconds, and terminals write meanwhile.
    with services.database.read() as session:
        count = print_log.page(session, services.keys, order.wanted, size=1).total
        if not count:
            return ExportRefusal("nothing")
        if count > MAX_ROWS:
            return ExportRefusal("too_many_rows")
        lines = print_log.every_line(session, services.keys, order.wanted)
        rows = _rows(services, session, lines, order.persons)
        content = as_csv(rows) if order.format is Format.CSV else as_xlsx(rows, now)
    made = ExportFile(content, len(lines), hashlib.sha256(content).hexdigest())
    with services.database.write() as session:
        operation_log.append(
            session,
            EventCode.LOG_EXPORTED,
            operation_log.staff_actor(staff_id),
            at=now,
            subject="print-log",
            data={
                "format": order.format.value,
                "rows": made.rows,
                "purpose": order.purpose,
                "filters": filters_said(order.wanted),
                "fields": "with_applicants" if order.persons else "without_applicants",
                "file_sha256": made.file_sha256,
            },
        )
    return made
