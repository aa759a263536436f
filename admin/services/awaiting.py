"""What awaits the section: results to decide, days to review, terminals that need somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, defer

from admin.db.issue_tables import Issue, PeriodReview, SelfTestReport, Terminal
from admin.services.context import JST
from admin.services.print_log import day_start
from kiosk.domain.issuance import IssueState
from kiosk.domain.printer import HARMLESS, PrinterReason, PrinterState

#: How far back days without a review are looked for, in days: a fiscal year and its closing.
REVIEW_WINDOW_DAYS = 400
#: A terminal that says nothing for this long is reported: six heartbeats of five seconds.
SILENT = timedelta(seconds=30)

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OpenDay:
    """A day whose issues nobody has reviewed since the last of them was numbered."""

    day: date
    issues: int


@dataclass(frozen=True, slots=True)
class TerminalState:
    """One terminal and what is wrong with it: codes of :func:`terminal_faults`."""

    terminal: Terminal
    faults: tuple[str, ...]
    last_test: SelfTestReport | None


def unknown_issues(session: Session, limit: int = 20) -> Sequence[Issue]:
    """Issues that wait for a decision, oldest first."""
    query = select(Issue).where(Issue.state == IssueState.UNKNOWN.value)
    query = query.options(defer(Issue.sheet))
    return session.scalars(query.order_by(Issue.numbered_at).limit(limit)).all()


def unknown_count(session: Session) -> int:
    query = select(func.count()).where(Issue.state == IssueState.UNKNOWN.value)
    return session.scalar(query) or 0


# --- days without a review ----------------------------------------------------------------------


def _runs(days: list[date]) -> list[tuple[date, date]]:
    """Neighbouring days as runs of first and last."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and runs[-1][1] + _DAY == day:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _reviewed_at(reviews: Sequence[PeriodReview], day: date) -> datetime | None:
    """The newest review that covers ``day``."""
    covering = [r.at for r in reviews if r.first_day <= day <= r.last_day]
    return max(covering, default=None)


def unreviewed_days(session: Session, today: date) -> list[OpenDay]:
    """Days with an issue numbered after the day's last review, oldest first, today included."""
    first = today - timedelta(days=REVIEW_WINDOW_DAYS)
    reviews = session.scalars(select(PeriodReview).where(PeriodReview.last_day >= first)).all()
    reviewed = {
        day: _reviewed_at(reviews, day)
        for day in (first + timedelta(days=n) for n in range(REVIEW_WINDOW_DAYS + 1))
    }
    # A day that was reviewed after it ended can hold nothing new: only the others are counted.
    doubtful = [day for day, at in reviewed.items() if at is None or at < day_start(day + _DAY)]
    if not doubtful:
        return []
    spans = [
        and_(Issue.numbered_at >= day_start(a), Issue.numbered_at < day_start(b + _DAY))
        for a, b in _runs(doubtful)
    ]
    counted: dict[date, int] = {}
    for at in session.scalars(select(Issue.numbered_at).where(or_(*spans))):
        day = at.astimezone(JST).date()
        seen = reviewed[day]
        if seen is None or seen < at:
            counted[day] = counted.get(day, 0) + 1
    return [OpenDay(day, counted[day]) for day in sorted(counted)]


# --- terminals ----------------------------------------------------------------------------------


def terminal_faults(row: Terminal, last_test: SelfTestReport | None, now: datetime) -> list[str]:
    """``stopped``, ``never_seen``, ``silent``, ``not_open``, ``power_cycle``, ``printer``,
    ``self_test``: what a member of staff should look at."""
    faults = []
    if row.stopped_at is not None:
        faults.append("stopped")
    if row.last_seen is None:
        faults.append("never_seen")
    elif is_silent(row, now):
        faults.append("silent")
    if row.session_sha256 is None:
        faults.append("not_open")
    if row.power_cycle_needed:
        faults.append("power_cycle")
    if not _printer_ready(row):
        faults.append("printer")
    if last_test is not None and not last_test.ok:
        faults.append("self_test")
    return faults


def is_silent(row: Terminal, now: datetime) -> bool:
    """Whether nothing was heard of it lately, or ever."""
    return row.last_seen is None or now - row.last_seen > SILENT


def _printer_ready(row: Terminal) -> bool:
    """The last heartbeat's word; no word yet is told by ``never_seen``."""
    if row.last_status is None:
        return True
    state = row.last_status.get("state")
    harmless = {reason.value for reason in HARMLESS | {PrinterReason.OTHER_JOB}}
    good = state in {PrinterState.IDLE.value, PrinterState.BUSY.value}
    return good and set(row.last_status.get("reasons", ())) <= harmless


def self_tests(session: Session, terminal: str, limit: int = 10) -> Sequence[SelfTestReport]:
    """A terminal's reports, newest first."""
    query = select(SelfTestReport).where(SelfTestReport.terminal == terminal)
    return session.scalars(query.order_by(SelfTestReport.id.desc()).limit(limit)).all()


def terminal_states(session: Session, now: datetime) -> list[TerminalState]:
    """Every terminal, by its id."""
    states = []
    for row in session.scalars(select(Terminal).order_by(Terminal.id)).all():
        newest = next(iter(self_tests(session, row.id, 1)), None)
        states.append(TerminalState(row, tuple(terminal_faults(row, newest, now)), newest))
    return states
