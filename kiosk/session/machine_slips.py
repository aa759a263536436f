"""Slips: the visitor's 控え, the way to the counter, and the staff's test print.

A slip is no issue: it says nothing of a person and nothing that the server does not know. Yet it
goes through a printer that may hold it, so an end that is not known has the printer cleared before
the next person begins, as after a sheet.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain.application_number import application_number
from kiosk.domain.certificate import DrawRefusal
from kiosk.domain.issuance import IssueState
from kiosk.domain.printer import Printed, PrintUnknown
from kiosk.domain.slips import UNTIMED, CounterSlip, Receipt, Slip, TestPrint
from kiosk.session.effects import PrintSlip
from kiosk.session.events import CounterSlipPressed, ReceiptPressed, SlipEnded, TestPrintPressed
from kiosk.session.ids import derived_id
from kiosk.session.moves import REST_PHASES, Step, end_visit, rest, say, stay, visit_of, wait_for
from kiosk.session.notices import Notice
from kiosk.session.state import Session

PRINTING_SLIP = PrintSlip.__name__


def receipt_pressed(session: Session, _: ReceiptPressed) -> Step:
    """On the last screen, and only while the terminal would print for the next person too."""
    visit = visit_of(session)
    if visit.application is None:
        return stay(session)
    numbers = tuple(c.number for c in visit.issued if c.state is IssueState.PRINTED and c.number)
    slip = Receipt(
        UNTIMED, _terminal(session), application_number(visit.application.application_id),
        visit.application.user_id, numbers,
    )  # fmt: skip
    return print_slip(session, slip)


def counter_slip_pressed(session: Session, event: CounterSlipPressed) -> Step:
    """On an entry that this terminal cannot certify."""
    visit = visit_of(session)
    if visit.application is None or visit.entry is None or not event.reason:
        return stay(session)
    slip = CounterSlip(
        UNTIMED, _terminal(session), visit.application.user_id, visit.entry.ledger_no, event.reason
    )
    return print_slip(session, slip)


def print_test_pressed(session: Session, _: TestPrintPressed) -> Step:
    """In the staff's menu: ruler, ground and QR code out of the certificates' printer."""
    number = f"T-{session.serial + 1:04d}"
    return print_slip(session, TestPrint(UNTIMED, session.facts.terminal, number))


def _terminal(session: Session) -> str:
    return session.facts.label or session.facts.terminal


def print_slip(session: Session, slip: Slip) -> Step:
    """One slip at a time, and none while the printer may still hold something of ours."""
    if session.waiting:
        return stay(session)
    if session.facts.recover_needed or session.facts.need_staff:
        return say(session, Notice.SLIP_NOT_PRINTED)
    named, slip_id = derived_id(session, "slip")
    asked, effects = wait_for(named, PrintSlip(named.generation, slip_id, slip))
    return replace(asked, entered_at=session.now), effects


def slip_ended(session: Session, event: SlipEnded) -> Step:
    """Heard whoever stands there: the printer may hold what the person before asked for."""
    if isinstance(event.outcome, PrintUnknown) and event.shared:
        session = replace(session, facts=replace(session.facts, recover_needed=True))
    if session.waiting != PRINTING_SLIP or event.generation != session.generation:
        return rest(session) if session.phase in REST_PHASES else stay(session)
    printed = isinstance(event.outcome, Printed)
    said, _ = say(session, Notice.SLIP_PRINTED if printed else Notice.SLIP_NOT_PRINTED)
    if isinstance(event.outcome, DrawRefusal):
        said = replace(said, notice_detail=event.outcome.code)
    # The last screen counts anew: somebody has to take the slip and read on.
    return replace(said, entered_at=session.now, touched_at=session.now), ()


def hangs(session: Session) -> Step:
    """No answer at all of a slip: the print lane hangs, and staff must look before the next."""
    facts = replace(session.facts, need_staff=True, recover_needed=True)
    closed = replace(session, facts=facts, waiting="")
    return rest(closed) if closed.visit is None else end_visit(closed, "fault")
