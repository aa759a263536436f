"""The first part of a load: every row of a file judged and made ready, no database touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from admin.db.ledger_tables import ORDER_KEY_ID_BITS
from admin.ledger.csv_source import BrokenCsvError, Source, rows
from admin.ledger.plan_changes import Change, change_of
from admin.ledger.profile import Profile, ProfileFault, map_headings
from admin.ledger.reading import Read, order_key, row_values, search_parts
from admin.ledger.row_check import Refused, RowCheck
from admin.ledger.spool import Prepared, Spool
from admin.ledger.words import refusal

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
    refused: list[Refused] = field(default_factory=list)
    noted: list[Refused] = field(default_factory=list)  # taken, but worth a look
    whole: bool = False
    loaded: bool = False


@dataclass(slots=True)
class Judged:
    """The first part's result."""

    spool: Spool
    ledger_nos: dict[str, int] = field(default_factory=dict)  # -> line
    changes: dict[str, list[Change]] = field(default_factory=dict)  # by plan key


def judge(
    source: Source,
    profile: Profile,
    today: date,
    report: ImportReport,
    judged: Judged,
    progress: Progress | None,
) -> bool:
    """Judge every row into the spool; False when the file as a whole cannot be taken."""
    check = RowCheck(profile, today)
    lines = rows(source, profile.delimiter)
    try:
        first = next(lines, None)
        fields = map_headings(profile, first[1] if first else [])
        if isinstance(fields, ProfileFault):
            report.refused.append(Refused(first[0] if first else 1, fields.sentence))
            return False
        for line, cells in lines:
            report.rows += 1
            reasons = _take(line, cells, fields, check, judged, report)
            if reasons:
                report.refused.append(Refused(line, "".join(reasons)))
            if progress and report.rows % PROGRESS_EVERY == 0:
                progress(report.rows, None, "read")
    except BrokenCsvError as error:
        report.refused.append(Refused(error.line, str(error)))
        return False
    return True


def _take(
    line: int,
    cells: list[str],
    fields: list[str | None],
    check: RowCheck,
    judged: Judged,
    report: ImportReport,
) -> list[str]:
    """Judge one row and keep it, or say why not."""
    if len(cells) > len(fields) and not any(cell.strip() for cell in cells[len(fields) :]):
        del cells[len(fields) :]
    if len(cells) != len(fields):
        return [refusal("cells", have=len(cells), want=len(fields))]
    recorded = {
        name: cell.strip() for name, cell in zip(fields, cells, strict=True) if name is not None
    }
    read = check.read(recorded)
    reasons = [] if isinstance(read, Read) else read
    seen = judged.ledger_nos.setdefault(recorded["ledger_no"], line)
    if seen != line and recorded["ledger_no"]:
        reasons.append(refusal("twice", line=seen))
    if reasons or not isinstance(read, Read):
        return reasons
    if read.notes:
        report.noted.append(Refused(line, "".join(read.notes)))
    one = prepare(read)
    if one.values["is_plan_change"] and one.values["plan_key"]:
        judged.changes.setdefault(one.values["plan_key"], []).append(change_of(one.values))
    judged.spool.add(one)
    return []


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
