"""One entry put right or taken out, under a work ID: a load of one row, checked as any other.

The entry gets a new version, the old one stays, and both are in the confirmation (第4号様式の2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.db.engine import Database
from admin.db.ledger_tables import RECORDED_FIELDS, LedgerEntryRow
from admin.ledger.entries import newest_data_day
from admin.ledger.judging import ImportReport, Judged, prepare
from admin.ledger.layout import Row
from admin.ledger.loading import BeyondLimitsError, Order, load
from admin.ledger.profile import Profile, load_profile
from admin.ledger.reading import Read
from admin.ledger.row_check import RowCheck
from admin.ledger.store import known_entries
from admin.ledger.words import refusal
from admin.services import change_authority, operation_log
from admin.services.context import JST
from kiosk.domain.events import EventCode
from kiosk.domain.ledger import STANDARD_HEADINGS, Category, NotCertifiable

#: What the load's row and the report call it.
EDIT, REMOVE = "edit-entry", "remove-entry"
_HEADINGS = dict(STANDARD_HEADINGS)


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to be put right. ``version``: of the entry that was looked at, if it matters."""

    ledger_no: str
    said: Mapping[str, str] = field(default_factory=dict)  # heading -> the text it shall have
    source_page: str | None = None
    #: Whether and why it cannot be certified; ("",) says that it can, () follows the text.
    not_certifiable: tuple[str, ...] = ()
    drop: tuple[int, ...] = ()  # places of recorded dispositions, from 1
    add: tuple[Mapping[str, str], ...] = ()
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Edited:
    """``reasons`` empty: done, and the entry has this version now."""

    version: int = 0
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class _NoEditError(Exception):
    def __init__(self, *reasons: str) -> None:
        super().__init__()
        self.reasons = reasons


def edit_entry(
    database: Database, edit: Edit, *, work_id: str, now: datetime, actor: operation_log.Actor
) -> Edited:
    """Give the entry a new version; a reason in Japanese for everything that is wrong with it."""
    today = now.astimezone(JST).date()

    def work(session: Session) -> Edited:
        row = _row(session, edit.ledger_no, edit.version)
        check = RowCheck(_profile(), today)
        read = check.read(_changed(row, edit))
        if not isinstance(read, Read):
            raise _NoEditError(*read)
        read = replace(read, not_certifiable=_flag(row, edit, check, read))
        judged, report = Judged(), ImportReport(encoding="edit", rows=1)
        try:
            one = prepare(read)
            if known_entries(session, [row.ledger_no])[row.ledger_no].same(one):
                raise _NoEditError(refusal("unchanged_entry"))
            report.file_sha256 = one.values["content_sha256"]
            judged.spool.add(one)
            order = Order(EDIT, now, actor, newest_data_day(session) or today, work_id)
            load(session, report, judged, order, None)
        finally:
            judged.close()
        return Edited(_version(session, row.id), notes=read.notes)

    return _under(database, work, work_id, now, actor)


def remove_entry(
    database: Database, ledger_no: str, *, work_id: str, now: datetime,
    actor: operation_log.Actor, version: int | None = None,
) -> Edited:  # fmt: skip
    """Take the entry out of the ledger: found and certified no more, kept with its versions."""

    def work(session: Session) -> Edited:
        row = _row(session, ledger_no, version)
        judged = Judged()
        try:
            report = ImportReport(encoding="edit", file_sha256=row.content_sha256)
            order = Order(
                REMOVE, now, actor, newest_data_day(session) or now.astimezone(JST).date(), work_id,
                removed=(row.id,),
            )  # fmt: skip
            load(session, report, judged, order, None)
        finally:
            judged.close()
        return Edited(_version(session, row.id))

    return _under(database, work, work_id, now, actor)


def _under(
    database: Database, work: Callable[[Session], Edited], work_id: str, now: datetime,
    actor: operation_log.Actor,
) -> Edited:  # fmt: skip
    """The work in one transaction under the authority; a refusal is a row of its own."""
    try:
        with database.write() as session:
            operation_log.lock(session)
            found = change_authority.check(session, work_id, now)
            if isinstance(found, change_authority.AuthorityRefusal):
                raise _NoEditError(found.sentence)
            return work(session)
    except _NoEditError as error:
        reasons = error.reasons
    except BeyondLimitsError as error:
        reasons = (str(error),)
    with database.write() as session:
        operation_log.append(
            session, EventCode.LEDGER_IMPORT_REFUSED, actor, at=now,
            data={"profile": EDIT, "file_sha256": "", "rows": 1, "refused": len(reasons)},
        )  # fmt: skip
    return Edited(reasons=reasons)


def find_row(session: Session, ledger_no: str) -> LedgerEntryRow | None:
    return session.scalar(select(LedgerEntryRow).where(LedgerEntryRow.ledger_no == ledger_no))


def _row(session: Session, ledger_no: str, version: int | None) -> LedgerEntryRow:
    row = find_row(session, ledger_no)
    if row is None:
        raise _NoEditError(refusal("no_entry", ledger_no=ledger_no[:100]))
    if row.not_certifiable == NotCertifiable.REMOVED.value:
        raise _NoEditError(refusal("gone_entry", ledger_no=ledger_no[:100]))
    if version is not None and version != row.version:
        raise _NoEditError(refusal("version_entry", version=row.version))
    return row


def _version(session: Session, entry_id: int) -> int:
    column = LedgerEntryRow.version
    return session.scalar(select(column).where(LedgerEntryRow.id == entry_id)) or 0


def _profile() -> Profile:
    """Every 区分 by its own name; the words that keep from certifying are the standard's."""
    profile = load_profile("standard")
    if not isinstance(profile, Profile):
        raise _NoEditError(profile.sentence)
    return profile.model_copy(update={"categories": {one.value: one for one in Category}})


def _as_row(row: LedgerEntryRow) -> Row:
    return Row(
        {name: getattr(row, name) for name in RECORDED_FIELDS},
        [dict(one) for one in row.recorded_dispositions or []],
        row.source_page or "",
        dict(row.extra or {}),
    )


def _changed(row: LedgerEntryRow, edit: Edit) -> Row:
    new = _as_row(row)
    for heading, text in edit.said.items():
        if heading not in _HEADINGS:
            raise _NoEditError(
                refusal("no_such_item", heading=heading[:40], known="、".join(_HEADINGS))
            )
        if _HEADINGS[heading] == "ledger_no":
            raise _NoEditError(refusal("fixed_item"))
        new.fields[_HEADINGS[heading]] = text.strip()
    if edit.source_page is not None:
        new.source_page = edit.source_page.strip()
    for number in edit.drop:
        if not 1 <= number <= len(new.dispositions):
            raise _NoEditError(
                refusal("no_disposition", number=number, count=len(new.dispositions))
            )
    kept = [one for at, one in enumerate(new.dispositions, start=1) if at not in edit.drop]
    new.dispositions = [*kept, *(dict(one) for one in edit.add)]
    return new


def _flag(row: LedgerEntryRow, edit: Edit, check: RowCheck, new: Read) -> NotCertifiable | None:
    """What was asked for; else what the text says, and a flag of another origin stays."""
    if edit.not_certifiable:
        return NotCertifiable(edit.not_certifiable[0]) if edit.not_certifiable[0] else None
    before = check.read(_as_row(row))
    followed = before.not_certifiable if isinstance(before, Read) else None
    has = NotCertifiable(row.not_certifiable) if row.not_certifiable else None
    return new.not_certifiable if followed == has else new.not_certifiable or has
