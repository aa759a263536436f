"""The issue (発行): reserve, release once, spool, settle, recover, decide.

Every deed is one transaction that holds the change, its log row and nothing else; every refusal is
a value with a code. The log's head is locked first, so that deeds stand in one order everywhere.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import rfc8785
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from admin.db.issue_tables import ApplicationRow, Decision, Issue, PrintAttempt, Serial, Terminal
from admin.services import applications, fees, operation_log, sheets, terminals
from admin.services.context import JST, Services
from admin.services.failpoints import reach
from kiosk.domain.certificate import (
    CertificateContent,
    DrawnCertificate,
    DrawRefusal,
    FormIdentity,
    Stamp,
)
from kiosk.domain.eras import fiscal_year
from kiosk.domain.events import EventCode
from kiosk.domain.issuance import (
    MAX_COPIES,
    OPEN_STATES,
    IssueNumber,
    IssueState,
    believed,
    may_move,
    recovered_state,
    state_after,
)
from kiosk.domain.ports import Recovered, Released, Reserved, Settled
from kiosk.domain.printer import (
    ClearState,
    NotStarted,
    Printed,
    PrintFault,
    PrintOutcome,
    PrintUnknown,
)

#: A decision without a reason is none.
MIN_REASON = 5
MAX_REASON = 1000


@dataclass(frozen=True, slots=True)
class IssueRefusal:
    """Why not. ``code`` is a catalogue key; ``detail`` is for staff and never personal."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ReserveOrder:
    """What the terminal asks to certify."""

    terminal: str
    application_id: str
    entry_id: int
    entry_version: int
    form: FormIdentity
    content_sha256: str
    copy_index: int
    copies: int
    idempotency_key: str
    payment_id: str | None = None

    def request_sha256(self) -> str:
        said = asdict(self)
        del said["idempotency_key"]
        if self.payment_id is None:
            del said["payment_id"]  # as it was hashed before there were fees
        return hashlib.sha256(rfc8785.dumps(said)).hexdigest()


def _clock_fault(last: datetime | None, now: datetime) -> IssueRefusal | None:
    """Nothing is issued by a clock that jumped, until staff open the terminal."""
    if last is None or operation_log.believable(last, now):
        return None
    return IssueRefusal("clock", operation_log.instant(last))


def _locked(session: Session, issue_id: str, terminal: str | None) -> Issue | None:
    """The issue with its row locked; None if unknown or another terminal's."""
    found = select(Issue).where(Issue.id == issue_id).with_for_update()
    issue = session.scalars(found).one_or_none()
    if issue is None or (terminal is not None and issue.terminal != terminal):
        return None
    return issue


_EVENT_OF = {
    IssueState.RELEASED: EventCode.ISSUE_RELEASED,
    IssueState.SPOOLED: EventCode.ISSUE_SPOOLED,
    IssueState.PRINTED: EventCode.ISSUE_PRINTED,
    IssueState.FAILED: EventCode.ISSUE_FAILED,
    IssueState.UNKNOWN: EventCode.ISSUE_UNKNOWN,
    IssueState.VOIDED: EventCode.ISSUE_VOIDED,
}


def _move(
    session: Session,
    issue: Issue,
    new: IssueState,
    actor: operation_log.Actor,
    now: datetime,
    data: dict[str, Any] | None = None,
    *,
    refunded: bool = False,
) -> None:
    """Make one allowed move, its money's and its log row. ``refunded``: see fees.follow.

    Raises RuntimeError on a move that is not allowed.
    """
    old = IssueState(issue.state)
    if not may_move(old, new):
        raise RuntimeError(f"{old} -> {new} is not allowed")
    fees.follow(session, issue, new, actor, now, refunded=refunded)
    issue.state = new.value
    if new not in OPEN_STATES:
        issue.settled_at = now
    session.flush()
    operation_log.append(
        session,
        _EVENT_OF[new],
        actor,
        at=now,
        subject=issue.id,
        data={
            "number": sheets.number_of(issue),
            "old_state": old.value,
            "new_state": new.value,
            **(data or {}),
        },
    )


# --- reserve ------------------------------------------------------------------------------------


def _certifiable(
    services: Services, session: Session, order: ReserveOrder
) -> CertificateContent | IssueRefusal:
    """What the server itself would certify now, if it is what was previewed."""
    entry = services.load_entry(session, order.entry_id)
    if entry is None or not applications.was_found(session, order.application_id, order.entry_id):
        return IssueRefusal("unknown_entry")
    if order.form != services.sheets.form_for(entry.category):
        return IssueRefusal("form_differs")
    if entry.version != order.entry_version:
        return IssueRefusal("stale_content")
    if entry.not_certifiable is not None:
        return IssueRefusal("not_certifiable", entry.not_certifiable.value)
    content = services.sheets.content(entry)
    if isinstance(content, DrawRefusal):
        return IssueRefusal(content.code, ",".join(m.sequence for m in content.missing))
    if content.content_sha256() != order.content_sha256:
        return IssueRefusal("stale_content")
    return content


def _next_number(session: Session, today: date) -> IssueNumber | IssueRefusal:
    year = fiscal_year(today)
    newest = session.scalar(select(Serial.fiscal_year).order_by(Serial.fiscal_year.desc()).limit(1))
    if newest is not None and year < newest:
        return IssueRefusal("clock", f"fiscal year {newest} has begun")
    # One statement on either database, so an empty year cannot be raced for.
    serial = session.execute(
        text(
            "INSERT INTO serial (fiscal_year, last) VALUES (:year, 1) "
            "ON CONFLICT (fiscal_year) DO UPDATE SET last = serial.last + 1 RETURNING last"
        ),
        {"year": year},
    ).scalar_one()
    return IssueNumber(year, int(serial))


def _refused_before_number(
    services: Services, session: Session, order: ReserveOrder
) -> IssueRefusal | None:
    if not 1 <= order.copy_index <= order.copies <= MAX_COPIES:
        return IssueRefusal("too_many_copies")
    if applications.application_of(session, order.application_id, order.terminal) is None:
        return IssueRefusal("unknown_application")
    if not terminals.accepting(session, order.terminal):
        return IssueRefusal("stopped")
    if terminals.has_open_issue(session, order.terminal):
        return IssueRefusal("open_issue")
    content = _certifiable(services, session, order)
    return content if isinstance(content, IssueRefusal) else _unpaid(services, session, order)


def _unpaid(services: Services, session: Session, order: ReserveOrder) -> IssueRefusal | None:
    asked = (
        order.terminal, order.application_id, order.entry_id, order.content_sha256, order.copies
    )  # fmt: skip
    why = fees.cover(services, session, order.payment_id, asked, order.copy_index)
    return IssueRefusal(why.code, why.detail) if why else None


def reserve(services: Services, order: ReserveOrder) -> Reserved | IssueRefusal:
    """Row, log row and number in one transaction; the same key and request give the same issue."""
    reach("reserve.begin")
    try:
        with services.database.write() as session:
            last, now = operation_log.lock(session), services.now()
            answer = _reserve(services, session, order, last, now)
            reach("reserve.before_commit")
    except IntegrityError:
        # Only the partial unique index can be raced for: another issue of this terminal is open.
        return IssueRefusal("open_issue")
    reach("reserve.after_commit")
    return answer


def _reserve(
    services: Services, session: Session, order: ReserveOrder, last: datetime | None, now: datetime
) -> Reserved | IssueRefusal:
    known = session.scalars(
        select(Issue).where(
            Issue.terminal == order.terminal, Issue.idempotency_key == order.idempotency_key
        )
    ).one_or_none()
    if known is not None:
        same = known.request_sha256 == order.request_sha256()
        return Reserved(known.id) if same else IssueRefusal("key_conflict")
    refusal = _clock_fault(last, now) or _refused_before_number(services, session, order)
    if refusal:
        return refusal
    number = _next_number(session, now.astimezone(JST).date())
    if isinstance(number, IssueRefusal):
        return number
    issue = Issue(
        id=str(uuid.uuid4()),
        fiscal_year=number.fiscal_year,
        serial=number.serial,
        state=IssueState.NUMBERED.value,
        terminal=order.terminal,
        application_id=order.application_id,
        idempotency_key=order.idempotency_key,
        request_sha256=order.request_sha256(),
        entry_id=order.entry_id,
        entry_version=order.entry_version,
        copy_index=order.copy_index,
        copies=order.copies,
        form_id=order.form.form_id,
        form_version=order.form.version,
        form_sha256=order.form.sha256,
        content_sha256=order.content_sha256,
        numbered_at=now,
    )
    session.add(issue)
    session.flush()
    fees.link(session, issue, order.payment_id)
    operation_log.append(
        session,
        EventCode.ISSUE_NUMBERED,
        operation_log.terminal_actor(order.terminal),
        at=now,
        subject=issue.id,
        data={
            "number": str(number),
            "application_id": order.application_id,
            "entry_id": order.entry_id,
            "entry_version": order.entry_version,
            "content_sha256": order.content_sha256,
            "form": order.form.form_id,
            "form_version": order.form.version,
            "copy": order.copy_index,
            "copies": order.copies,
            "new_state": IssueState.NUMBERED.value,
            **({"payment": order.payment_id} if order.payment_id else {}),
        },
    )
    return Reserved(issue.id)


# --- release ------------------------------------------------------------------------------------


def _draw(
    services: Services, issue_id: str, terminal: str
) -> tuple[Stamp, DrawnCertificate] | IssueRefusal:
    """Draw the sheet outside the write lock, from what the ledger says now."""
    with services.database.read() as session:
        issue = session.get(Issue, issue_id)
        if issue is None or issue.terminal != terminal:
            return IssueRefusal("unknown_issue")
        if issue.state != IssueState.NUMBERED.value:
            return IssueRefusal("already_released")
        entry = services.load_entry(session, issue.entry_id)
        user_id = session.get_one(ApplicationRow, issue.application_id).user_id
        number, content_sha256 = sheets.number_of(issue), issue.content_sha256
    content = services.sheets.content(entry) if entry else DrawRefusal("not_certifiable")
    if isinstance(content, DrawRefusal):
        return IssueRefusal(content.code)
    if content.content_sha256() != content_sha256:
        return IssueRefusal("stale_content")
    today = services.today()
    try:
        code = services.code(content, number, today)
    except (OSError, ValueError):
        return IssueRefusal("code_unsigned")
    stamp = Stamp(issue_id, number, today, user_id, terminal, services.seal(today, content), code)
    drawn = services.sheets.draw(content, stamp)
    return IssueRefusal(drawn.code) if isinstance(drawn, DrawRefusal) else (stamp, drawn)


def release(services: Services, issue_id: str, terminal: str) -> Released | IssueRefusal:
    """Number, date and seal leave the server: once per issue, never after a stop order.

    A refusal other than ``already_released`` and ``unknown_issue`` ends the issue as FAILED.
    """
    made = _draw(services, issue_id, terminal)
    if isinstance(made, IssueRefusal) and made.code in {"unknown_issue", "already_released"}:
        return made
    reach("release.drawn")
    with services.database.write() as session:
        last, now = operation_log.lock(session), services.now()
        answer = _release(services, session, issue_id, terminal, made, last, now)
        reach("release.before_commit")
    reach("release.after_commit")
    return answer


def _release(
    services: Services,
    session: Session,
    issue_id: str,
    terminal: str,
    made: tuple[Stamp, DrawnCertificate] | IssueRefusal,
    last: datetime | None,
    now: datetime,
) -> Released | IssueRefusal:
    issue, actor = _locked(session, issue_id, terminal), operation_log.terminal_actor(terminal)
    if issue is None:
        return IssueRefusal("unknown_issue")
    if issue.state != IssueState.NUMBERED.value:
        return IssueRefusal("already_released")
    refusal = made if isinstance(made, IssueRefusal) else _clock_fault(last, now)
    if not terminals.accepting(session, terminal):
        refusal = IssueRefusal("stopped")
    elif refusal is None:
        # The ledger is read again inside the numbering's own order: it may have changed meanwhile.
        entry = services.load_entry(session, issue.entry_id)
        if entry is None or entry.version != issue.entry_version:
            refusal = IssueRefusal("stale_content")
        elif unpaid := fees.covered(session, issue):
            refusal = IssueRefusal(unpaid.code, unpaid.detail)
    if refusal is not None or isinstance(made, IssueRefusal):
        refusal = refusal or IssueRefusal("internal")
        issue.fault = refusal.code
        _move(session, issue, IssueState.FAILED, actor, now, {"reason": refusal.code})
        return refusal
    stamp, drawn = made
    issue.issued_on, issue.pdf_sha256 = stamp.issued_on, drawn.pdf_sha256
    issue.page_count, issue.released_at = drawn.page_count, now
    issue.sheet = services.keys.seal(sheets.place(issue.id), drawn.pdf)
    _move(
        session,
        issue,
        IssueState.RELEASED,
        actor,
        now,
        {"pdf_sha256": drawn.pdf_sha256, "page_count": drawn.page_count},
    )
    return Released(
        issue_id=issue.id,
        number=stamp.number,
        issued_on=stamp.issued_on,
        seal_png=stamp.seal_png,
        pdf_sha256=drawn.pdf_sha256,
        page_count=drawn.page_count,
        code=stamp.code,
    )


# --- spool and settle ---------------------------------------------------------------------------


def _spool(session: Session, issue: Issue, rasters: Sequence[str], now: datetime) -> None:
    issue.raster_sha256, issue.spooled_at = list(rasters), now
    session.add(
        PrintAttempt(
            issue_id=issue.id, at=now, what="spooled", detail={"raster_sha256": list(rasters)}
        )
    )
    _move(
        session,
        issue,
        IssueState.SPOOLED,
        operation_log.terminal_actor(issue.terminal),
        now,
        {"raster_sha256": list(rasters)},
    )


def spool(
    services: Services, issue_id: str, terminal: str, rasters: Sequence[str]
) -> IssueRefusal | None:
    """The terminal is about to hand over the first byte. The same hashes again are no fault."""
    with services.database.write() as session:
        operation_log.lock(session)
        issue = _locked(session, issue_id, terminal)
        if issue is None:
            return IssueRefusal("unknown_issue")
        if issue.state == IssueState.SPOOLED.value and issue.raster_sha256 == list(rasters):
            return None
        if issue.state != IssueState.RELEASED.value:
            return IssueRefusal("not_released")
        if len(rasters) != issue.page_count:
            return IssueRefusal("mismatch", "pages")
        _spool(session, issue, rasters, services.now())
        reach("spool.before_commit")
    reach("spool.after_commit")
    return None


_WHAT = {Printed: "printed", NotStarted: "not_started", PrintUnknown: "unknown"}


def _evidence_json(outcome: PrintOutcome) -> dict[str, Any]:
    evidence = None if isinstance(outcome, NotStarted) else outcome.evidence
    if evidence is None:
        return {}
    after = evidence.status_after
    said: dict[str, Any] = {
        "bytes_written": evidence.bytes_written,
        "bytes_total": evidence.bytes_total,
        "raster_sha256": list(evidence.raster_sha256),
        "pages_completed": evidence.pages_completed,
        "completion_mark": evidence.completion_mark,
        "presenter_taken": evidence.presenter_taken,
    }
    if after is not None:
        said["status"] = f"{after.state.value} {' '.join(after.blocking())}".strip()
    return said


def settle(
    services: Services, issue_id: str, terminal: str, outcome: PrintOutcome
) -> Settled | IssueRefusal:
    """How the print ended. Idempotent: an issue that is settled stays as it is."""
    with services.database.write() as session:
        operation_log.lock(session)
        issue = _locked(session, issue_id, terminal)
        if issue is None:
            return IssueRefusal("unknown_issue")
        state = IssueState(issue.state)
        if state in OPEN_STATES:
            told = believed(outcome, state, issue.page_count, issue.raster_sha256 or ())
            state = _settle(session, issue, told, services.now())
        reach("settle.before_commit")
    reach("settle.after_commit")
    return Settled(issue_id, state)


def _settle(session: Session, issue: Issue, outcome: PrintOutcome, now: datetime) -> IssueState:
    new = state_after(outcome)
    evidence = _evidence_json(outcome)
    if isinstance(outcome, Printed) and issue.state == IssueState.RELEASED.value:
        _spool(session, issue, outcome.evidence.raster_sha256, now)
    fault = None if isinstance(outcome, Printed) else outcome.fault.value
    issue.evidence, issue.fault = evidence or None, fault
    detail = {**evidence, "fault": fault}
    session.add(PrintAttempt(issue_id=issue.id, at=now, what=_WHAT[type(outcome)], detail=detail))
    if new is IssueState.UNKNOWN:
        session.get_one(Terminal, issue.terminal).power_cycle_needed = True
    data = dict(evidence)
    if fault:
        data["fault"] = fault
    _move(session, issue, new, operation_log.terminal_actor(issue.terminal), now, data)
    return new


# --- recover, decide ----------------------------------------------------------------------------


def recover(
    services: Services, terminal: str, clear: ClearState, *, power_cycled: bool
) -> Recovered | IssueRefusal:
    """The terminal comes back and remembers nothing: end what was open, by its identity alone."""
    failed: list[str] = []
    unknown: list[str] = []
    with services.database.write() as session:
        operation_log.lock(session)
        now = services.now()
        row = session.get(Terminal, terminal)
        if row is None:
            return IssueRefusal("unknown_terminal")
        still_open = select(Issue).where(Issue.terminal == terminal, Issue.state.in_(OPEN_STATES))
        for issue in session.scalars(still_open.with_for_update()):
            new = recovered_state(IssueState(issue.state))
            issue.fault = PrintFault.RESTARTED.value
            session.add(
                PrintAttempt(
                    issue_id=issue.id, at=now, what=new.value.lower(),
                    detail={"fault": issue.fault},
                )
            )  # fmt: skip
            (failed if new is IssueState.FAILED else unknown).append(issue.id)
            _move(
                session, issue, new, operation_log.terminal_actor(terminal), now,
                {"fault": issue.fault},
            )  # fmt: skip
        row.power_cycle_needed = row.power_cycle_needed or bool(unknown)
        if power_cycled or clear is ClearState.CLEAR:
            row.power_cycle_needed = False
        if failed or unknown or power_cycled:
            operation_log.append(
                session, EventCode.TERMINAL_RECOVERED, operation_log.terminal_actor(terminal),
                at=now, subject=terminal,
                data={
                    "failed": len(failed), "count": len(unknown), "clear": clear.value,
                    "power_cycled": power_cycled,
                },
            )  # fmt: skip
        needed, payments = row.power_cycle_needed, tuple(fees.live_payments(session, terminal))
    return Recovered(tuple(failed), tuple(unknown), needed, payments)


def decide(
    services: Services,
    issue_id: str,
    staff_id: str,
    new: IssueState,
    reason: str,
    *,
    refunded: bool = False,
) -> Settled | IssueRefusal:
    """A named member of staff looked: UNKNOWN -> PRINTED | VOIDED, PRINTED -> VOIDED.

    A fee is decided with it. ``refunded``: staff handed the fee of a voided sheet out just now;
    otherwise it is owed to the person until they do.
    """
    words = reason.strip()
    if not MIN_REASON <= len(words) <= MAX_REASON:
        return IssueRefusal("reason_needed")
    with services.database.write() as session:
        operation_log.lock(session)
        now = services.now()
        issue = _locked(session, issue_id, None)
        if issue is None:
            return IssueRefusal("unknown_issue")
        old = IssueState(issue.state)
        if old in OPEN_STATES or not may_move(old, new):
            return IssueRefusal("not_allowed", f"{old.value}->{new.value}")
        session.add(
            Decision(
                issue_id=issue.id, at=now, staff_id=staff_id, old_state=old.value,
                new_state=new.value, reason=words,
            )
        )  # fmt: skip
        actor = operation_log.staff_actor(staff_id)
        operation_log.append(
            session, EventCode.ISSUE_DECIDED, actor, at=now, subject=issue.id,
            data={"old_state": old.value, "new_state": new.value, "reason_text": words},
        )  # fmt: skip
        _move(session, issue, new, actor, now, {"staff_id": staff_id}, refunded=refunded)
        fees.settle_state(session, issue, actor, now)
    return Settled(issue_id, new)
