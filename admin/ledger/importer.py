"""Loading a ledger file: every row judged first, then what was taken, in one transaction.

The first part reads, judges and folds without touching the database, so a server beside it goes on;
the second only writes. A refused row is reported and the others are loaded, unless
``all_or_nothing``; a file that cannot be read as a whole loads nothing.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from admin.db.engine import Database
from admin.ledger.csv_source import SourceFault, open_source
from admin.ledger.judging import ImportReport, Judged, Progress, judge
from admin.ledger.loading import load
from admin.ledger.profile import ProfileFault, load_profile
from admin.ledger.row_check import Refused
from admin.ledger.spool import Spool
from admin.services import operation_log
from admin.services.context import JST
from kiosk.domain.events import EventCode


def import_ledger(
    database: Database,
    path: Path,
    profile: str,
    *,
    now: datetime,
    actor: operation_log.Actor,
    progress: Progress | None = None,
    all_or_nothing: bool = False,
    data_as_of: date | None = None,
) -> ImportReport:
    """Load ``path`` by the named profile. ``data_as_of`` is 台帳データ基準日; today if not given.

    Nothing is raised for what a file can be; the database's own errors are.
    """
    report = ImportReport()
    today = now.astimezone(JST).date()
    chosen = load_profile(profile)
    source = open_source(path)
    judged = Judged(Spool())
    try:
        if isinstance(chosen, ProfileFault):
            report.refused.append(Refused(0, chosen.sentence))
        elif isinstance(source, SourceFault):
            report.refused.append(Refused(source.line, source.sentence))
        else:
            report.file_sha256, report.encoding = source.sha256, source.encoding
            report.whole = judge(source, chosen, today, report, judged, progress)
            if report.whole and not (all_or_nothing and report.refused):
                with database.write() as session:
                    load(session, report, judged, chosen.name, now, actor,
                           data_as_of or today, progress)  # fmt: skip
                report.loaded = True
                return report
        _log_refused(database, report, profile, now, actor)
        return report
    finally:
        judged.spool.close()


def _log_refused(
    database: Database,
    report: ImportReport,
    profile: str,
    now: datetime,
    actor: operation_log.Actor,
) -> None:
    with database.write() as session:
        operation_log.append(
            session, EventCode.LEDGER_IMPORT_REFUSED, actor, at=now,
            data={"profile": profile[:64], "file_sha256": report.file_sha256, "rows": report.rows,
                  "refused": len(report.refused)},
        )  # fmt: skip
