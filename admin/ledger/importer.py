"""Loading a ledger file: every row judged first, then what was taken, in one transaction.

The first part reads, judges and folds without touching the database, so a server beside it goes on;
the second only writes. A refused row is reported and the others are loaded, unless
``all_or_nothing``; a file that cannot be read as a whole loads nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from admin.db.change_tables import ChangeAuthority
from admin.db.engine import Database
from admin.ledger.csv_source import SourceFault
from admin.ledger.judging import ImportReport, Judged, Progress, judge
from admin.ledger.loading import BeyondLimitsError, Order, beyond_sentence, count, load
from admin.ledger.profile import Profile, ProfileFault
from admin.ledger.row_check import Refused
from admin.ledger.saved_profiles import find_profile
from admin.ledger.table import open_table
from admin.ledger.words import refusal
from admin.services import change_authority, change_limits, operation_log
from admin.services.context import JST
from kiosk.domain.events import EventCode


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is loaded."""

    all_or_nothing: bool = False  # one refused row refuses the file
    dry_run: bool = False  # judged and counted, nothing written
    whole_ledger: bool = False  # entries that are not in the file are removed
    sheet: str | None = None  # of a workbook, in place of the profile's
    data_as_of: date | None = None  # 台帳データ基準日; today if not given
    #: 第4号様式. ``authority_needed``: refused without one, unless the ledger is empty; what the
    #: database says of it (change_authority.required) holds beside.
    work_id: str | None = None
    authority_needed: bool = False
    #: Seconds, for the time that the reading took: a work ID must hold at the writing too.
    clock: Callable[[], float] = time.monotonic


_PLAIN = Manner()


def import_ledger(
    database: Database,
    path: Path,
    profile: str | Profile,
    *,
    now: datetime,
    actor: operation_log.Actor,
    progress: Progress | None = None,
    manner: Manner = _PLAIN,
) -> ImportReport:
    """Load ``path`` by the named profile, or by a profile that is at hand.

    Nothing is raised for what a file can be; the database's own errors are.
    """
    report, started = ImportReport(), manner.clock()
    name = profile if isinstance(profile, str) else profile.name
    judged, today = Judged(), now.astimezone(JST).date()
    try:
        chosen = _prepare(database, profile, report, now, manner)
        if chosen is not None:
            if manner.sheet is not None:
                chosen = chosen.model_copy(update={"sheet": manner.sheet})
            source = open_table(path)
            if isinstance(source, SourceFault):
                report.refused.append(Refused(source.line, source.sentence))
            else:
                report.file_sha256, report.encoding = source.sha256, source.encoding
                report.whole = judge(source, chosen, today, report, judged, progress)
                if report.whole and manner.whole_ledger:
                    report.whole = _may_be_whole(report, judged)
                if report.whole and len(report.refused) >= report.rows:
                    report.whole = False  # not one row is left to load
                    if not report.rows:
                        report.refused.append(Refused(0, refusal("no_rows")))
        if chosen is not None and report.whole and not (manner.all_or_nothing and report.refused):
            if manner.dry_run:
                with database.read() as session:
                    _try_out(session, report, judged, manner, now)
                return report
            order = Order(
                chosen.name, now, actor, manner.data_as_of or today, manner.work_id,
                manner.whole_ledger,
            )  # fmt: skip
            return _write(database, report, judged, order, manner, started, progress)
        if not manner.dry_run:
            _log_refused(database, report, name, now, actor)
        return report
    finally:
        judged.close()


def _try_out(
    session: Session, report: ImportReport, judged: Judged, manner: Manner, now: datetime
) -> None:
    """Count what the load would do, and say what would keep it from being done."""
    found = change_authority.check(session, manner.work_id, now) if manner.work_id else None
    authority = found if isinstance(found, ChangeAuthority) else None
    tally = change_limits.Tally(session, authority) if authority is not None else None
    count(session, report, judged, whole_ledger=manner.whole_ledger, tally=tally)
    passed = tally.beyond() if tally else None
    if passed is not None:
        report.barred = beyond_sentence(passed)


def _may_be_whole(report: ImportReport, judged: Judged) -> bool:
    """Whether entries may be removed for not being in the file: not when it has none, and not
    when a row cannot be told to be any of them."""
    code = "whole_nameless" if judged.nameless else "" if judged.seen.any_named() else "whole_empty"
    if code:
        report.refused.append(Refused(0, refusal(code, count=judged.nameless)))
    return not code


def _prepare(
    database: Database, profile: str | Profile, report: ImportReport, now: datetime, manner: Manner
) -> Profile | None:
    """The profile, when the load may be made; else None and the reason in ``report``."""
    with database.read() as session:
        chosen = find_profile(session, profile) if isinstance(profile, str) else profile
        refused = _authority(session, now, manner)
    if refused is not None and manner.dry_run:
        report.barred = refused.sentence
    elif refused is not None:
        report.refused.append(Refused(0, refused.sentence))
        return None
    if isinstance(chosen, ProfileFault):
        report.refused.append(Refused(0, chosen.sentence))
        return None
    return chosen


def _authority(
    session: Session, now: datetime, manner: Manner
) -> change_authority.AuthorityRefusal | None:
    if manner.work_id is not None:
        found = change_authority.check(session, manner.work_id, now)
        return found if isinstance(found, change_authority.AuthorityRefusal) else None
    needed = manner.authority_needed or change_authority.required(session)
    if needed and change_authority.ledger_begun(session):
        return change_authority.AuthorityRefusal("work_id_needed")
    return None


def _write(
    database: Database,
    report: ImportReport,
    judged: Judged,
    order: Order,
    manner: Manner,
    started: float,
    progress: Progress | None,
) -> ImportReport:
    def refused() -> change_authority.AuthorityRefusal | None:
        """It may have been closed meanwhile, or its time may have run out."""
        passed = timedelta(seconds=manner.clock() - started)
        return _authority(session, order.now + passed, manner)

    fault = ""
    try:
        with database.write() as session:
            operation_log.lock(session)
            if late := refused():
                raise BeyondLimitsError(late.sentence)
            load(session, report, judged, order, progress)
            if order.work_id is not None and (late := refused()):
                raise BeyondLimitsError(late.sentence)
    except BeyondLimitsError as error:
        fault = str(error)
    if fault:
        report.created = report.changed = report.unchanged = report.removed = 0
        report.refused.append(Refused(0, fault))
        _log_refused(database, report, order.profile, order.now, order.actor)
        return report
    report.loaded = True
    return report


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
