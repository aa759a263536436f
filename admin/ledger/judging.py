"""The first part of a load: every row of a file judged and made ready, no database touched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from admin.db.ledger_tables import ORDER_KEY_ID_BITS
from admin.ledger.cells import cell_fault, column_name
from admin.ledger.csv_source import BrokenCsvError, Source
from admin.ledger.layout import Layout, Row, lay_out, readable_heading
from admin.ledger.profile import Profile, ProfileFault
from admin.ledger.reading import Read, order_key, row_values, search_parts
from admin.ledger.row_check import Refused, RowCheck, broken_text, where
from admin.ledger.sayings import Sayings
from admin.ledger.seen import Seen
from admin.ledger.spool import Prepared, Spool
from admin.ledger.table import Table, tables
from admin.ledger.words import refusal
from kiosk.domain.ledger import DispositionKind, NotCertifiable

#: Called with (rows so far, rows in all or None while it is not known, "read" or "write").
Progress = Callable[[int, int | None, str], None]
#: Rows between two calls of progress.
PROGRESS_EVERY = 2000


@dataclass(slots=True)
class ImportReport:
    """What a load did, or would do. ``whole`` is False when the file as such was not taken."""

    file_sha256: str = ""
    encoding: str = ""
    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    refused: Sayings = field(default_factory=Sayings)
    noted: Sayings = field(default_factory=Sayings)  # taken, but worth a look
    barred: str = ""  # of a dry run: why the load itself would be refused
    whole: bool = False
    loaded: bool = False


@dataclass(slots=True)
class Judged:
    """The first part's result."""

    spool: Spool = field(default_factory=Spool)
    seen: Seen = field(default_factory=Seen)
    #: Rows of which nobody can say which entry they are: they may be one that is in the ledger.
    nameless: int = 0

    def close(self) -> None:
        self.spool.close()
        self.seen.close()


class _Judge:
    """Judges the rows of one file, each held back until the rows below it are seen not to belong
    to it."""

    def __init__(
        self, layout: Layout, today: date, report: ImportReport, judged: Judged, sheet: str
    ) -> None:
        self._layout = layout
        self._sheet = sheet
        self._check = RowCheck(layout.profile, today)
        self._report = report
        self._judged = judged
        self._waiting: Read | None = None

    def take(self, line: int, cells: list[str]) -> None:
        """Judge one row and keep it, or put down why not."""
        reasons = self._reasons(line, cells)
        if reasons:
            self._report.refused.append(Refused(line, "".join(reasons), self._sheet))

    def _reasons(self, line: int, cells: list[str]) -> list[str]:
        width = self._layout.width
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            del cells[width:]
        if len(cells) != width:
            self._judged.nameless += 1
            return [refusal("cells", have=len(cells), want=width)]
        row = self._layout.read(cells)
        damaged = self._damaged(cells)
        if damaged:
            if not row.further:
                self._seen(line, row.fields["ledger_no"])
            return damaged
        return self._further(line, row) if row.further else self._entry(line, row)

    def _damaged(self, cells: Sequence[str]) -> list[str]:
        """Cells that are not what the ledger says, and text that would be lost."""
        layout = self._layout
        faults = [
            refusal("in_cell", heading=self._shown(at), said=said)
            for at, cell in enumerate(cells)
            if (said := cell_fault(cell)) and at in layout.used
        ]
        return faults + [
            refusal("no_heading", column=f"{at + 1} 列目・{column_name(at)}")
            for at in layout.bare
            if cells[at].strip()
        ]

    def _seen(self, line: int, number: str) -> str:
        """Put down that the file names the entry; where it did so before, or ""."""
        if not number or broken_text(number):
            self._judged.nameless += 1
            return ""
        seen = self._judged.seen.name(number, line, self._sheet)
        return where(*seen) if seen else ""

    def _shown(self, at: int) -> str:
        return readable_heading(self._layout.headings[at]) or f"{at + 1} 列目"

    def _entry(self, line: int, row: Row) -> list[str]:
        self.finish()
        read = self._check.read(row)
        reasons = [] if isinstance(read, Read) else read
        seen = self._seen(line, row.fields["ledger_no"])
        if seen:
            reasons.append(refusal("twice", line=seen))
        if reasons or not isinstance(read, Read):
            return reasons
        self._note(line, read.notes)
        self._waiting = read
        return []

    def _further(self, line: int, row: Row) -> list[str]:
        entry = self._waiting
        if entry is None or row.fields["ledger_no"] != entry.fields["ledger_no"]:
            return [refusal("orphan")]
        said = row.dispositions[0]
        faults, notes = self._check.disposition(said)
        if faults:
            return faults
        self._note(line, notes)
        cancelled = said["kind"] == DispositionKind.CANCELLATION.value
        self._waiting = replace(
            entry,
            dispositions=(*entry.dispositions, said),
            not_certifiable=entry.not_certifiable
            or (NotCertifiable.CANCELLED if cancelled else None),
        )
        return []

    def _note(self, line: int, notes: Sequence[str]) -> None:
        if notes:
            self._report.noted.append(Refused(line, "".join(notes), self._sheet))

    def finish(self) -> None:
        """Keep the row that was held back."""
        if self._waiting is None:
            return
        one, self._waiting = prepare(self._waiting), None
        if one.values["plan_key"]:
            self._judged.seen.plan(one.values)
        self._judged.spool.add(one)


def judge(
    source: Source,
    profile: Profile,
    today: date,
    report: ImportReport,
    judged: Judged,
    progress: Progress | None,
) -> bool:
    """Judge every row into the spool; False: not a file to be taken."""
    try:
        for table in tables(source, profile):
            if not judge_rows(table, profile, today, report, judged, progress):
                return False
    except BrokenCsvError as error:
        report.refused.append(Refused(error.line, str(error)))
        return False
    return True


def judge_rows(
    table: Table,
    profile: Profile,
    today: date,
    report: ImportReport,
    judged: Judged,
    progress: Progress | None = None,
) -> bool:
    """Judge rows, wherever they come from; the first are the headings."""
    lines, sheet = table.rows, table.sheet
    try:
        first = next(lines, None)
        layout = lay_out(profile, first[1] if first else [])
        if isinstance(layout, ProfileFault):
            report.refused.append(Refused(first[0] if first else 1, layout.sentence, sheet))
            return False
        report.noted.extend(Refused(0, refusal("sheets_unread", sheet=one)) for one in table.unread)
        judging = _Judge(layout, today, report, judged, sheet)
        for line, cells in lines:
            report.rows += 1
            judging.take(line, cells)
            if progress and report.rows % PROGRESS_EVERY == 0:
                progress(report.rows, None, "read")
        judging.finish()
    except BrokenCsvError as error:
        report.refused.append(Refused(error.line, str(error), sheet))
        return False
    return True


def prepare(read: Read) -> Prepared:
    """Everything that the database will hold of one row."""
    parts = search_parts(read)
    return Prepared(
        row_values(read),
        order_key(0, read) >> ORDER_KEY_ID_BITS,
        {
            "owner_key": parts.owner_key,
            "owner_plain": parts.owner_plain,
            "address_key": parts.address_key,
            "town": parts.town,
            "terms": parts.terms,
        },
    )
