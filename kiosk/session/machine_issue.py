"""One copy after the other: look, reserve, release, draw, print, settle.

The rules of the house are here: nothing is sent to the printer that was not released, a released
number is used for one sheet at most, and what is not known is UNKNOWN. While this runs the phase is
PRINTING, and only the answers end it.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain.certificate import DrawRefusal, Stamp
from kiosk.domain.issuance import IssueState, state_after
from kiosk.domain.ports import Released, ServerFault
from kiosk.domain.printer import (
    NotStarted,
    Printed,
    PrinterReason,
    PrintFault,
    PrintJob,
    PrintOutcome,
    PrintUnknown,
)
from kiosk.session.effects import DrawSheet, PrintSheet, Release, Reserve, Settle
from kiosk.session.events import (
    IssuePressed,
    PrintEnded,
    PrinterSeen,
    PrintProgressed,
    ReleaseAnswered,
    ReserveAnswered,
    SettleAnswered,
    SheetDrawn,
)
from kiosk.session.idle import BETWEEN_COPIES_S, STALL_S
from kiosk.session.ids import derived_id
from kiosk.session.machine_boot import recover, seen_devices
from kiosk.session.machine_payment import ask, take_fee, vouched
from kiosk.session.machine_visit import read_entry_again
from kiosk.session.moves import (
    REST_PHASES,
    Step,
    go,
    heard_stop,
    look_at_printer,
    not_heard,
    rest,
    say,
    sorry,
    stay,
    visit_of,
)
from kiosk.session.notices import Notice, acceptor_notice, printer_notice
from kiosk.session.state import (
    CopyJob,
    IssuedCopy,
    PendingSettle,
    Phase,
    Session,
    Stage,
    Visit,
)

#: Pause before a settle is sent again: doubled each time, at most SETTLE_PAUSE_MAX_S.
SETTLE_PAUSE_S = 1.0
SETTLE_PAUSE_MAX_S = 30.0
#: The server heard and cannot settle this, ever. Every other fault may pass and is tried again.
SETTLE_REFUSED = frozenset({"unknown_issue", "bad_request", "key_conflict"})


def job_of(session: Session) -> CopyJob:
    """The copy in work. Raises AssertionError if there is none: the caller's mistake."""
    job = visit_of(session).job
    if job is None:
        raise AssertionError(f"no copy in work in {session.phase}")
    return job


def _at(session: Session, stage: Stage, waiting: str, job: CopyJob) -> Session:
    moved = replace(job, stage=stage, moved_at=session.now)
    return replace(
        session, visit=replace(visit_of(session), job=moved), waiting=waiting, notice="",
        notice_detail="",
    )  # fmt: skip


def _awaited(session: Session, name: str) -> bool:
    return session.phase is Phase.PRINTING and session.waiting == name


# --- may it begin? ------------------------------------------------------------------------------


def issue_pressed(session: Session, _: IssuePressed) -> Step:
    """The only touch that leads to paper. A second one finds ``waiting`` set."""
    visit = visit_of(session)
    if session.waiting or visit.content is None or visit.application is None:
        return stay(session)
    if session.pending is not None or session.closing is not None:
        return say(session, Notice.SETTLING)
    if not session.facts.accepting:
        return say(session, Notice.STOPPED)
    looked, effects = look_at_printer(session)
    return replace(looked, waiting="LookAtPrinter", notice="", notice_detail=""), effects


def printer_seen_before_issue(session: Session, event: PrinterSeen) -> Step:
    known = seen_devices(session, event)
    if known.waiting != "LookAtPrinter":
        return stay(known)
    if not event.status.ready:
        return say(known, printer_notice(event.status))
    if known.facts.fee.charged:
        return ask(known)
    return _reserve(go(known, Phase.PRINTING), copy=1)


def begin_paid(session: Session) -> Step:
    """All copies' fees are there: the first one."""
    return _reserve(replace(go(session, Phase.PRINTING), paid=False), copy=1)


def _reserve(session: Session, copy: int) -> Step:
    """Ask for one copy's row and number. Its idempotency key is made here and nowhere else."""
    visit = visit_of(session)
    if visit.content is None or visit.application is None:
        raise AssertionError("issue_pressed has seen both")
    session, key = derived_id(session, "copy")
    job = CopyJob(copy, visit.copies, key)
    effect = Reserve(
        session.generation, visit.application.application_id, visit.content, copy, visit.copies,
        key, visit.payment.payment_id if visit.payment else "",
    )  # fmt: skip
    return _at(session, Stage.RESERVING, "Reserve", job), (effect,)


# --- reserve and release ------------------------------------------------------------------------


def reserve_answered(session: Session, event: ReserveAnswered) -> Step:
    if not _awaited(session, "Reserve"):
        return stay(session)
    if isinstance(event.answer, ServerFault):
        return _not_reserved(heard_stop(session, event.answer), event.answer)
    job = replace(job_of(session), issue_id=event.answer.issue_id)
    # One open issue per terminal: this answer proves that no other was left open.
    session = replace(session, facts=replace(session.facts, recover_needed=False))
    if not session.facts.accepting:
        held = _at(session, Stage.RESERVING, "", job)
        return _give_up(held, PrintFault.INTERNAL, Notice.STOPPED, "stopped")
    asked = _at(session, Stage.RELEASING, "Release", job)
    return asked, (Release(asked.generation, job.issue_id),)


def _not_reserved(session: Session, fault: ServerFault) -> Step:
    begun = visit_of(session).issued or visit_of(session).payment
    if fault.code == "fee_unpaid" and not begun:
        bare = replace(session, visit=replace(visit_of(session), job=None))
        return go(bare, Phase.CONFIRM, Notice.FEE_CHANGED), ()
    if not_heard(fault) and not fault.sent and not begun:
        # An earlier try of the same call may have arrived all the same: asked after this visit.
        facts = replace(session.facts, recover_needed=True)
        bare = replace(session, facts=facts, visit=replace(visit_of(session), job=None))
        return go(bare, Phase.CONFIRM, Notice.ISSUE_UNHEARD, fault.code), ()
    if fault.code == "stale_content":
        return _stale(session)
    if fault.code == "stopped":
        return _stop_the_rest(session, Notice.STOPPED, "stopped")
    if not_heard(fault) or fault.code == "open_issue":
        # There may be a row: it is closed before anybody else is served.
        unsure = replace(session, facts=replace(session.facts, recover_needed=True))
        return _stop_the_rest(unsure, Notice.ISSUE_UNCERTAIN, "fault", fault.code)
    return _stop_the_rest(session, Notice.ISSUE_REFUSED, "fault", fault.code)


def _stale(session: Session) -> Step:
    """The ledger changed since the preview. With paper of an earlier copy out, that comes first."""
    if visit_of(session).issued or visit_of(session).payment:
        return _stop_the_rest(session, Notice.STALE_CONTENT)
    return read_entry_again(session)


def release_answered(session: Session, event: ReleaseAnswered) -> Step:
    if not _awaited(session, "Release"):
        return stay(session)
    job, answer = job_of(session), event.answer
    if isinstance(answer, ServerFault):
        return _not_released(heard_stop(session, answer), answer)
    if answer.issue_id != job.issue_id:
        return _give_up(session, PrintFault.MISMATCH, Notice.SHEET_MISMATCH)
    return _draw(session, answer)


def _not_released(session: Session, fault: ServerFault) -> Step:
    """No number reached this terminal, so nothing can have been printed: that is the proof.

    A lost answer is not asked for again; the server ends the issue as FAILED.
    """
    begun = visit_of(session).issued or visit_of(session).payment
    if fault.code == "stale_content" and not begun:
        settled, effects = _settle(session, NotStarted(PrintFault.INTERNAL))
        shown, more = read_entry_again(settled)
        return shown, effects + more
    if fault.code == "stopped":
        return _give_up(session, PrintFault.INTERNAL, Notice.STOPPED, "stopped")
    why = PrintFault.TIMED_OUT if not_heard(fault) else PrintFault.INTERNAL
    return _give_up(session, why, Notice.RELEASE_FAILED, "fault", fault.code)


def _draw(session: Session, released: Released) -> Step:
    visit, facts = visit_of(session), session.facts
    if visit.content is None or visit.application is None:
        raise AssertionError("issue_pressed has seen both")
    stamp = Stamp(
        released.issue_id, released.number, released.issued_on, visit.application.user_id,
        facts.terminal, released.seal_png, released.code,
    )  # fmt: skip
    job = replace(
        job_of(session),
        number=released.number,
        issued_on=released.issued_on,
        expected_pdf_sha256=released.pdf_sha256,
        expected_pages=released.page_count,
    )
    asked = _at(session, Stage.DRAWING, "DrawSheet", job)
    return asked, (DrawSheet(asked.generation, visit.content, stamp),)


# --- draw and print -----------------------------------------------------------------------------


def sheet_drawn(session: Session, event: SheetDrawn) -> Step:
    if not _awaited(session, "DrawSheet"):
        return stay(session)
    job, drawn = job_of(session), event.answer
    if isinstance(drawn, DrawRefusal):
        return _give_up(session, PrintFault.MISMATCH, Notice.SHEET_MISMATCH, "fault", drawn.code)
    same = (drawn.pdf_sha256, drawn.page_count) == (job.expected_pdf_sha256, job.expected_pages)
    if not same:
        return _give_up(session, PrintFault.MISMATCH, Notice.SHEET_MISMATCH)
    job = replace(job, drawn=drawn, started=True)
    asked = _at(session, Stage.PRINTING, "PrintSheet", job)
    effect = PrintSheet(
        asked.generation,
        PrintJob(job.issue_id, drawn.pdf, drawn.page_count),
        _marks(asked, job),
        drawn,
    )
    return asked, (effect,)


def _marks(session: Session, job: CopyJob) -> tuple[tuple[str, str], ...]:
    """What the sheet must say of itself: the live visit's own words, not the sheet's."""
    visit = visit_of(session)
    if visit.entry is None or visit.application is None:
        raise AssertionError("a sheet was drawn of an entry")
    return (
        ("number", job.number),
        ("entry", str(visit.entry.entry_id)),
        ("user_id", visit.application.user_id),
        ("terminal", session.facts.terminal),
        ("issue_id", job.issue_id),
    )


def print_progressed(session: Session, event: PrintProgressed) -> Step:
    if not _awaited(session, "PrintSheet"):
        return stay(session)
    job = replace(job_of(session), progress=event.progress, moved_at=session.now)
    return replace(session, visit=replace(visit_of(session), job=job)), ()


def print_ended(session: Session, event: PrintEnded) -> Step:
    if not _awaited(session, "PrintSheet"):
        return stay(session)
    outcome = event.outcome
    if isinstance(outcome, Printed):
        settled, effects = _settle(session, outcome)
        return _at(settled, Stage.SETTLING, "Settle", job_of(settled)), effects
    if isinstance(outcome, NotStarted):
        notice = Notice.NOT_PRINTED
        if outcome.status is not None and not outcome.status.ready:
            notice = printer_notice(outcome.status)
        return _give_up(session, outcome, notice)
    return _unknown(session, outcome, Notice.PRINT_UNKNOWN)


def _unknown(session: Session, outcome: PrintUnknown, notice: Notice) -> Step:
    """The person goes to the counter; nobody is served until the printer is provably clear."""
    settled, effects = _settle(session, outcome)
    facts = replace(settled.facts, recover_needed=True)
    told, more = sorry(replace(settled, facts=facts), notice)
    return told, effects + more


# --- settle -------------------------------------------------------------------------------------


def _settle(session: Session, outcome: PrintOutcome) -> Step:
    """Owe the server this sheet's end until it is acknowledged."""
    visit, job = visit_of(session), job_of(session)
    pending = PendingSettle(job.issue_id, outcome)
    issued = visit.issued
    if job.number:
        issued += (IssuedCopy(job.number, state_after(outcome)),)
    owed = replace(
        session, pending=pending, visit=replace(visit, issued=issued, unsettled=True)
    )  # fmt: skip
    return owed, (Settle(owed.generation, pending.issue_id, outcome, pending.attempt),)


def _give_up(
    session: Session,
    why: PrintFault | NotStarted,
    notice: Notice,
    ending: str = "fault",
    detail: str = "",
) -> Step:
    """Not one byte went to the printer: the issue fails, with that as its proof."""
    outcome = why if isinstance(why, NotStarted) else NotStarted(why)
    settled, effects = _settle(session, outcome)
    told, more = _stop_the_rest(settled, notice, ending, detail)
    return told, effects + more


def _stop_the_rest(
    session: Session, notice: Notice, ending: str = "fault", detail: str = ""
) -> Step:
    """No further copy. Sheets that did come out are handed over first."""
    visit = visit_of(session)
    if any(copy.state is IssueState.PRINTED for copy in visit.issued):
        bare = replace(session, visit=replace(visit, job=None))
        return go(bare, Phase.TAKE_PAPER, Notice.REST_NOT_ISSUED, detail or str(notice)), ()
    return sorry(session, notice, ending, detail)


def settle_answered(session: Session, event: SettleAnswered) -> Step:
    """Heard whoever stands there: the sheet may be of a visit that is long over."""
    pending, answer = session.pending, event.answer
    if pending is None or pending.retry_at is not None:
        return stay(session)
    if isinstance(answer, ServerFault):
        return _not_settled(session, pending, answer)
    if answer.issue_id != pending.issue_id:
        return stay(session)
    return _acknowledged(_not_owed(session), pending, answer.state)


def _not_owed(session: Session) -> Session:
    visit = session.visit and replace(session.visit, unsettled=False)
    return replace(session, pending=None, visit=visit)


def _not_settled(session: Session, pending: PendingSettle, fault: ServerFault) -> Step:
    if fault.code in SETTLE_REFUSED:
        # The server heard, and will not have it: its own record stands, and staff must look.
        facts = replace(session.facts, need_staff=True, recover_needed=True)
        return _after_settle(replace(_not_owed(session), facts=facts))
    pause = min(SETTLE_PAUSE_S * 2 ** (pending.attempt - 1), SETTLE_PAUSE_MAX_S)
    later = replace(pending, retry_at=session.now + pause)
    return _after_settle(replace(session, pending=later))


def settle_again(session: Session) -> Step:
    """The second's turn of a debt to the server."""
    pending = session.pending
    if pending is None or pending.retry_at is None or session.now < pending.retry_at:
        return stay(session)
    pending = replace(pending, attempt=pending.attempt + 1, retry_at=None)
    effect = Settle(session.generation, pending.issue_id, pending.outcome, pending.attempt)
    return replace(session, pending=pending), (effect,)


def _acknowledged(session: Session, pending: PendingSettle, state: IssueState) -> Step:
    believed = state is state_after(pending.outcome)
    if not believed and isinstance(pending.outcome, Printed):
        # The server wants better evidence than the printer gave: for both sides it is UNKNOWN.
        session = replace(session, facts=replace(session.facts, recover_needed=True))
        if _awaited(session, "Settle"):
            return sorry(session, Notice.PRINT_UNKNOWN)
    return _after_settle(session)


def _after_settle(session: Session) -> Step:
    """Where the terminal stands when a try to settle has been answered, well or not."""
    if _awaited(session, "Settle"):
        return _next_copy(session)
    if session.phase is Phase.SELF_TEST and session.waiting == "Settle":
        return recover(session) if session.pending is None else rest(session)
    return rest(session) if session.phase in REST_PHASES else stay(session)


def _next_copy(session: Session) -> Step:
    """This sheet is out. Another one only if nothing at all stands against it."""
    visit, job = visit_of(session), job_of(session)
    if job.copy >= job.copies:
        return go(_done(session, visit), Phase.TAKE_PAPER), ()
    if session.pending is not None or not session.facts.accepting or session.facts.need_staff:
        return _stop_the_rest(session, Notice.REST_NOT_ISSUED)
    looked, effects = look_at_printer(session)
    return _at(looked, Stage.DONE, "LookAtPrinter", job), take_fee(session) + effects


def _done(session: Session, visit: Visit) -> Session:
    return replace(session, visit=replace(visit, job=None))


def printer_seen_between_copies(session: Session, event: PrinterSeen) -> Step:
    known = seen_devices(session, event)
    if not _awaited(known, "LookAtPrinter"):
        return stay(known)
    if not known.facts.accepting:
        return _stop_the_rest(known, Notice.STOPPED, "stopped")
    if not vouched(known):
        return _stop_the_rest(known, acceptor_notice(known.facts.acceptor))
    if event.status.ready:
        return _reserve(known, job_of(known).copy + 1)
    passing = {PrinterReason.PRESENTER_OCCUPIED, PrinterReason.OTHER_JOB}
    waited = known.now - job_of(known).moved_at
    if set(event.status.blocking()) <= passing and waited < BETWEEN_COPIES_S:
        return replace(known, notice=str(Notice.TAKE_SHEET_FIRST)), ()
    return _stop_the_rest(known, printer_notice(event.status))


# --- time ---------------------------------------------------------------------------------------


def issue_tick(session: Session) -> Step:
    """Ask the printer again between copies, and end an issue of which nothing is heard any more."""
    job = job_of(session)
    if session.now - job.moved_at >= STALL_S:
        return _stalled(session, job)
    if session.waiting == "LookAtPrinter":
        return look_at_printer(session)
    return stay(session)


def _stalled(session: Session, job: CopyJob) -> Step:
    """A lane hangs. The issue dies whole, and its late answers find an older generation."""
    facts = replace(session.facts, need_staff=True, recover_needed=True)
    closed = replace(session, facts=facts)
    if session.waiting == "Settle":
        return _stop_the_rest(closed, Notice.ISSUE_STALLED)
    if job.started:
        return _unknown(closed, PrintUnknown(PrintFault.STALLED), Notice.ISSUE_STALLED)
    if job.issue_id and session.waiting != "LookAtPrinter":
        return _give_up(closed, PrintFault.TIMED_OUT, Notice.ISSUE_STALLED)
    return _stop_the_rest(closed, Notice.ISSUE_STALLED)
