"""The print log (印刷記録) as the section reads it: filters, pages, one issue whole, reviews."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, defer

from admin.db.issue_tables import ApplicationRow, Decision, Issue, PeriodReview, PrintAttempt
from admin.db.log_tables import LogHead, OperationLog
from admin.services import applications, operation_log, row_audit, sheets
from admin.services.context import JST, Services
from admin.services.field_cipher import KeyRing
from kiosk.domain.application_number import application_number
from kiosk.domain.events import EventCode
from kiosk.domain.issuance import IssueNumber, IssueState

PAGE_SIZE = 50
#: A serial alone, at most: what the column holds on both databases.
SERIAL_DIGITS = 9


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Days are days in Japan, both included; ``name`` is an exact 氏名 or 法人名."""

    first_day: date | None = None
    last_day: date | None = None
    states: tuple[IssueState, ...] = ()
    terminal: str = ""
    number: str = ""
    user_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One issuance in the list. No applicant's data."""

    issue_id: str
    number: str
    fiscal_year: int
    serial: int
    state: IssueState
    at: datetime
    terminal: str
    user_id: str
    application_id: str
    entry_id: int
    entry_version: int
    copy_index: int
    copies: int
    pdf_sha256: str
    page_count: int | None
    fault: str

    @property
    def application_number(self) -> str:
        return application_number(self.application_id)


@dataclass(frozen=True, slots=True)
class LogPage:
    """``total`` counts the whole filter; ``after`` is the key of the next page or None."""

    lines: tuple[LogLine, ...]
    total: int
    after: str | None


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One log row about the issue."""

    seq: int
    at: datetime
    event: str  # of EventCode, or of a newer program
    actor: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class IssueDetail:
    line: LogLine
    issue: Issue
    history: tuple[HistoryRow, ...]
    attempts: tuple[PrintAttempt, ...]
    decisions: tuple[Decision, ...]


def day_start(day: date) -> datetime:
    """Midnight in Japan at which ``day`` begins."""
    return datetime.combine(day, time(), JST)


def _flat(typed: str) -> str:
    flat = "".join(unicodedata.normalize("NFKC", typed).split())
    flat = flat.translate(dict.fromkeys(map(ord, "‐‑–—−ー―"), "-"))
    return flat.removeprefix("第").removesuffix("号")


def read_number(typed: str) -> IssueNumber | None:
    """``2026-000123`` in any width, also as 第2026-000123号; None if it is no number."""
    try:
        return IssueNumber.parse(_flat(typed))
    except ValueError:
        return None


def _numbered_so(typed: str) -> ColumnElement[bool]:
    """The number, or, as it is said on the telephone, its serial in any fiscal year."""
    number = read_number(typed)
    if number is not None:
        return and_(Issue.fiscal_year == number.fiscal_year, Issue.serial == number.serial)
    flat = _flat(typed)
    said = flat.isascii() and flat.isdigit() and len(flat) <= SERIAL_DIGITS
    return Issue.serial == (int(flat) if said else -1)


def _filtered(session: Session, keys: KeyRing, wanted: LogFilter) -> Select[Issue, str]:
    query = (
        select(Issue, ApplicationRow.user_id)
        .join(ApplicationRow, ApplicationRow.id == Issue.application_id)
        .options(defer(Issue.sheet))  # a list of thousands must not read thousands of sheets
    )
    if wanted.first_day:
        query = query.where(Issue.numbered_at >= day_start(wanted.first_day))
    if wanted.last_day:
        query = query.where(Issue.numbered_at < day_start(wanted.last_day + timedelta(days=1)))
    if wanted.states:
        query = query.where(Issue.state.in_(wanted.states))
    if wanted.terminal:
        query = query.where(Issue.terminal == wanted.terminal)
    if wanted.user_id:
        query = query.where(applications.named_so(wanted.user_id))
    if wanted.number:
        query = query.where(_numbered_so(wanted.number))
    if wanted.name:
        named = applications.applications_named(session, keys, wanted.name)
        query = query.where(Issue.application_id.in_(named))
    return query


def _line(issue: Issue, user_id: str) -> LogLine:
    return LogLine(
        issue_id=issue.id,
        number=sheets.number_of(issue),
        fiscal_year=issue.fiscal_year,
        serial=issue.serial,
        state=IssueState(issue.state),
        at=issue.numbered_at,
        terminal=issue.terminal,
        user_id=user_id,
        application_id=issue.application_id,
        entry_id=issue.entry_id,
        entry_version=issue.entry_version,
        copy_index=issue.copy_index,
        copies=issue.copies,
        pdf_sha256=issue.pdf_sha256 or "",
        page_count=issue.page_count,
        fault=issue.fault or "",
    )


def page(
    session: Session, keys: KeyRing, wanted: LogFilter, after: str | None = None,
    size: int = PAGE_SIZE,
) -> LogPage:  # fmt: skip
    """One page, newest number first; ``after`` is the number that ended the page before."""
    query = _filtered(session, keys, wanted)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    if after:
        last = IssueNumber.parse(after)
        query = query.where(
            or_(
                Issue.fiscal_year < last.fiscal_year,
                and_(Issue.fiscal_year == last.fiscal_year, Issue.serial < last.serial),
            )
        )
    query = query.order_by(Issue.fiscal_year.desc(), Issue.serial.desc()).limit(size + 1)
    found = session.execute(query).all()
    lines = tuple(_line(issue, user_id) for issue, user_id in found[:size])
    return LogPage(lines, total, lines[-1].number if len(found) > size else None)


def every_line(session: Session, keys: KeyRing, wanted: LogFilter) -> list[LogLine]:
    """All lines of a filter, oldest number first, for an export."""
    query = _filtered(session, keys, wanted).order_by(Issue.fiscal_year, Issue.serial)
    return [_line(issue, user_id) for issue, user_id in session.execute(query)]


def history(session: Session, subject: str) -> tuple[HistoryRow, ...]:
    """All log rows about one subject, oldest first."""
    rows = session.scalars(
        select(OperationLog).where(OperationLog.subject == subject).order_by(OperationLog.seq)
    )
    return tuple(
        HistoryRow(row.seq, row.at, row.event, row.actor, json.loads(row.canonical)["data"])
        for row in rows
    )


def detail(session: Session, issue_id: str) -> IssueDetail | None:
    """One issue with everything that happened to it; None if there is no such issue."""
    issue = session.get(Issue, issue_id)
    if issue is None:
        return None
    user_id = session.get_one(ApplicationRow, issue.application_id).user_id
    attempts = session.scalars(
        select(PrintAttempt).where(PrintAttempt.issue_id == issue_id).order_by(PrintAttempt.id)
    )
    decisions = session.scalars(
        select(Decision).where(Decision.issue_id == issue_id).order_by(Decision.id)
    )
    return IssueDetail(
        _line(issue, user_id), issue, history(session, issue_id), tuple(attempts), tuple(decisions)
    )


def issue_numbered(session: Session, number: IssueNumber) -> Issue | None:
    return session.scalars(
        select(Issue).where(Issue.fiscal_year == number.fiscal_year, Issue.serial == number.serial)
    ).one_or_none()


def rows_as_json(
    session: Session,
    *,
    visit: str | None = None,
    application_id: str | None = None,
    since: datetime | None = None,
) -> list[dict[str, Any]]:
    """The print log's rows as plain values, oldest first; nothing personal in them."""
    query = (
        select(Issue, ApplicationRow.user_id, ApplicationRow.visit)
        .join(ApplicationRow, ApplicationRow.id == Issue.application_id)
        .options(defer(Issue.sheet))
    )
    if visit is not None:
        query = query.where(ApplicationRow.visit == visit)
    if application_id is not None:
        query = query.where(ApplicationRow.id == application_id)
    if since is not None:
        query = query.where(Issue.numbered_at >= since)
    query = query.order_by(Issue.fiscal_year, Issue.serial)
    return [_json_row(issue, user_id, visit_) for issue, user_id, visit_ in session.execute(query)]


def _json_row(issue: Issue, user_id: str, visit: str) -> dict[str, Any]:
    return {
        "number": sheets.number_of(issue),
        "state": issue.state,
        "pdf_sha256": issue.pdf_sha256,
        "user_id": user_id,
        "terminal": issue.terminal,
        "at": operation_log.instant(issue.numbered_at),
        "issue_id": issue.id,
        "application_id": issue.application_id,
        "visit": visit,
        "entry_id": issue.entry_id,
        "entry_version": issue.entry_version,
        "copy": issue.copy_index,
        "copies": issue.copies,
        "form": issue.form_id,
        "form_version": issue.form_version,
        "content_sha256": issue.content_sha256,
        "raster_sha256": issue.raster_sha256,
        "page_count": issue.page_count,
        "evidence": issue.evidence,
        "fault": issue.fault,
        "settled_at": operation_log.instant(issue.settled_at) if issue.settled_at else None,
    }


def counts(session: Session, first_day: date, last_day: date) -> dict[IssueState, int]:
    """Issuances by state in a period."""
    query = (
        select(Issue.state, func.count())
        .where(
            Issue.numbered_at >= day_start(first_day),
            Issue.numbered_at < day_start(last_day + timedelta(days=1)),
        )
        .group_by(Issue.state)
    )
    return {IssueState(state): int(count) for state, count in session.execute(query)}


# --- reviews (点検) ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReviewRefusal:
    """``code``: bad_period, future, remark_too_long, chain_broken. ``detail`` names the bad row."""

    code: str
    detail: str = ""


MAX_REMARK = 1000


def review_period(
    services: Services, staff_id: str, first_day: date, last_day: date, remark: str
) -> PeriodReview | ReviewRefusal:
    """Mark a period as reviewed: the whole chain is checked first; the review is itself a row."""
    if first_day > last_day:
        return ReviewRefusal("bad_period")
    if last_day > services.today():
        return ReviewRefusal("future")
    if len(remark) > MAX_REMARK:
        return ReviewRefusal("remark_too_long")
    now = services.now()
    with services.database.write() as session:
        operation_log.lock(session)  # what is checked is what is reviewed
        report = operation_log.verify(session)
        if report.fault:
            return ReviewRefusal("chain_broken", f"{report.bad_seq}: {report.fault}")
        changed = row_audit.audit(session)
        if changed is not None:
            return ReviewRefusal("chain_broken", f"{changed.which}: {changed.code}")
        head = session.get_one(LogHead, 1)
        review = PeriodReview(
            at=now,
            staff_id=staff_id,
            first_day=first_day,
            last_day=last_day,
            remark=remark.strip(),
            rows=sum(counts(session, first_day, last_day).values()),
            chain_seq=head.seq,
            chain_head=bytes(head.hash).hex(),
        )
        session.add(review)
        session.flush()
        operation_log.append(
            session,
            EventCode.PERIOD_REVIEWED,
            operation_log.staff_actor(staff_id),
            at=now,
            subject=f"review:{review.id}",
            data={
                "from": first_day.isoformat(),
                "to": last_day.isoformat(),
                "rows": review.rows,
                "remark": review.remark,
                "chain_head": review.chain_head,
            },
        )
    return review


def reviews(session: Session, limit: int = 100) -> Sequence[PeriodReview]:
    """Newest first."""
    return session.scalars(select(PeriodReview).order_by(PeriodReview.id.desc()).limit(limit)).all()
