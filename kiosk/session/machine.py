"""``step(session, event) -> (session, effects)``: the whole terminal as one pure function.

It is total: what has no handler in a phase changes nothing but the clocks. It draws no random
number (``ids.py``) and reads no clock (every event carries its second). The handlers live by noun:
``machine_boot``, ``machine_visit``, ``machine_issue``; the moves they share in ``moves``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import ceil
from typing import Any

from kiosk.session import events as ev
from kiosk.session import machine_boot as boot_part
from kiosk.session import machine_card as card_part
from kiosk.session import machine_issue as issue_part
from kiosk.session import machine_near as near_part
from kiosk.session import machine_payment as payment_part
from kiosk.session import machine_slips as slip_part
from kiosk.session import machine_visit as visit_part
from kiosk.session.idle import (
    COUNTDOWN_S,
    ENDS_AFTER,
    SIGN_IN_S,
    STALL_S,
    TAKE_PAPER_AGAIN_S,
    warn_after,
)
from kiosk.session.machine_boot import boot
from kiosk.session.moves import REST_PHASES, Step, end_visit, rest, retry_rest, stay
from kiosk.session.notices import Notice
from kiosk.session.state import VISIT_PHASES, Overlay, Phase, Session

__all__ = ["Step", "boot", "step"]

Handler = Callable[[Session, Any], Step]

#: Answers that are facts about the terminal and not about a visit: heard in any generation.
HEARD_ALWAYS = (
    ev.CardLooked,
    ev.CardOpened,
    ev.HeartbeatAnswered,
    ev.SettleAnswered,
    ev.PrinterSeen,
    ev.SlipEnded,
    ev.PaymentClosed,
)

#: What may be touched while something lies over the screen.
OVER_THE_SCREEN = (ev.CancelConfirmed, ev.CancelDismissed, ev.CancelPressed, ev.StillHere)

_ANYWHERE: dict[type[ev.At], Handler] = {
    ev.HelloAnswered: boot_part.hello_answered,
    ev.HeartbeatAnswered: boot_part.heartbeat_answered,
    ev.StaffWanted: boot_part.staff_wanted,
    ev.StaffSignIn: boot_part.staff_sign_in,
    ev.StaffCardSignIn: card_part.card_sign_in,
    ev.CardOpened: card_part.card_opened,
    ev.CardLooked: card_part.card_looked,
    ev.StaffAnswered: boot_part.staff_answered,
    ev.RecoverAnswered: boot_part.recover_answered,
    ev.SelfTestEnded: boot_part.self_test_ended,
    ev.SelfTestAgain: boot_part.self_test_again,
    ev.PrinterSeen: boot_part.printer_seen,
    ev.SettleAnswered: issue_part.settle_answered,
    ev.ReserveAnswered: issue_part.reserve_answered,
    ev.ReleaseAnswered: issue_part.release_answered,
    ev.SheetDrawn: issue_part.sheet_drawn,
    ev.PrintProgressed: issue_part.print_progressed,
    ev.PrintEnded: issue_part.print_ended,
    ev.SlipEnded: slip_part.slip_ended,
    ev.PaymentAnswered: payment_part.payment_answered,
    ev.PaymentCounted: payment_part.payment_counted,
    ev.PaymentClosed: payment_part.payment_closed,
}

_CANCELLABLE: dict[type[ev.At], Handler] = {
    ev.BackPressed: visit_part.back_pressed,
    ev.CancelPressed: visit_part.cancel_pressed,
    ev.CancelConfirmed: visit_part.cancel_confirmed,
    ev.CancelDismissed: visit_part.cancel_dismissed,
    ev.StillHere: visit_part.still_here,
}
_LEAVING: dict[type[ev.At], Handler] = {
    ev.Finished: visit_part.finished,
    ev.BackPressed: visit_part.finished,
    ev.CancelPressed: visit_part.finished,
}

_IN_PHASE: dict[Phase, dict[type[ev.At], Handler]] = {
    Phase.SIGN_IN: {ev.BackPressed: boot_part.sign_in_left},
    Phase.STAFF_MENU: {
        ev.TestPrintPressed: slip_part.print_test_pressed,
        ev.MenuLeft: boot_part.menu_left,
        ev.ClosePressed: boot_part.closed_by_staff,
    },
    Phase.ATTRACT: {ev.Begin: visit_part.begin},
    Phase.CONSENT: _CANCELLABLE
    | {
        ev.ConsentGiven: visit_part.consent_given,
        ev.BackPressed: visit_part.back_from_consent,
    },
    Phase.APPLICANT: _CANCELLABLE
    | {
        ev.KindChosen: visit_part.kind_chosen,
        ev.FieldFocused: visit_part.field_focused,
        ev.FieldEdited: visit_part.field_edited,
        ev.ApplicantDone: visit_part.applicant_done,
        ev.ApplyAnswered: visit_part.apply_answered,
    },
    Phase.SEARCH: _CANCELLABLE
    | {
        ev.SearchKindChosen: visit_part.search_kind_chosen,
        ev.TownChosen: visit_part.town_chosen,
        ev.SearchTextEdited: visit_part.search_text_edited,
        ev.YearChosen: visit_part.year_chosen,
        ev.BackPressed: near_part.back_in_search,
        ev.MapOpened: near_part.map_opened,
        ev.AreaChosen: near_part.area_chosen,
        ev.MapClosed: near_part.map_closed,
        ev.SearchPressed: visit_part.search_pressed,
        ev.SearchAnswered: visit_part.search_answered,
    },
    Phase.RESULTS: _CANCELLABLE
    | {
        ev.NarrowingChosen: visit_part.narrowing_chosen,
        ev.SearchAnswered: visit_part.search_answered,
        ev.HitChosen: visit_part.hit_chosen,
        ev.EntryAnswered: visit_part.entry_answered,
    },
    Phase.ENTRY: _CANCELLABLE
    | {
        ev.CertifyPressed: visit_part.certify_pressed,
        ev.PreviewMade: visit_part.preview_made,
        ev.EntryAnswered: visit_part.entry_answered,
        ev.CounterSlipPressed: slip_part.counter_slip_pressed,
        ev.HistoryPressed: near_part.history_pressed,
        ev.HistoryAnswered: near_part.history_answered,
        ev.NeighboursPressed: near_part.neighbours_pressed,
        ev.NeighboursAnswered: near_part.neighbours_answered,
    },
    Phase.HISTORY: _CANCELLABLE
    | {
        ev.BackPressed: near_part.back_from_history,
        ev.HitChosen: visit_part.hit_chosen,
        ev.EntryAnswered: visit_part.entry_answered,
    },
    Phase.NEIGHBOURS: _CANCELLABLE
    | {
        ev.BackPressed: near_part.back_from_neighbours,
        ev.BesideChosen: near_part.beside_chosen,
        ev.SearchAnswered: visit_part.search_answered,
    },
    Phase.PREVIEW: _CANCELLABLE
    | {
        ev.PreviewPageTurned: visit_part.preview_page_turned,
        ev.PreviewAccepted: visit_part.preview_accepted,
    },
    Phase.CONFIRM: _CANCELLABLE
    | {
        ev.CopiesChosen: visit_part.copies_chosen,
        ev.IssuePressed: issue_part.issue_pressed,
        ev.PrinterSeen: issue_part.printer_seen_before_issue,
    },
    Phase.PAYMENT: {
        ev.CancelPressed: payment_part.cancel_pressed,
        ev.CancelConfirmed: payment_part.cancel_confirmed,
        ev.CancelDismissed: visit_part.cancel_dismissed,
        ev.StillHere: payment_part.still_here,
    },
    Phase.PRINTING: {
        ev.CancelPressed: visit_part.cancel_refused,
        ev.BackPressed: visit_part.cancel_refused,
        ev.PrinterSeen: issue_part.printer_seen_between_copies,
    },
    Phase.TAKE_PAPER: {
        ev.PaperTaken: visit_part.paper_taken,
        ev.Finished: visit_part.finished,
        ev.CancelPressed: visit_part.finished,
        ev.AnotherBuilding: visit_part.another_building,
    },
    Phase.END: _LEAVING
    | {
        ev.AnotherBuilding: visit_part.another_building,
        ev.ReceiptPressed: slip_part.receipt_pressed,
    },
    Phase.SORRY: _LEAVING,
}


def step(session: Session, event: ev.At) -> Step:
    """The next session, and what is to be done now. Pure and total; never raises."""
    after, effects = _step(session, event)
    if after.paid and after.phase is Phase.PAYMENT:
        after, more = issue_part.begin_paid(after)
        effects += more
    return payment_part.owe(session, after, effects)


def _step(session: Session, event: ev.At) -> Step:
    now = replace(session, now=max(session.now, event.t))
    if isinstance(event, ev.Tick):
        return _tick(now)
    if isinstance(event, ev.Answer):
        stale = event.generation != now.generation and not isinstance(event, HEARD_ALWAYS)
        return stay(now) if stale else _dispatch(now, event)
    return _touched(now, event)


def _dispatch(session: Session, event: ev.At) -> Step:
    here = _IN_PHASE.get(session.phase, {})
    handler = here.get(type(event)) or _ANYWHERE.get(type(event))
    return handler(session, event) if handler else stay(session)


def _touched(session: Session, event: ev.At) -> Step:
    """A hand did it: somebody is there. The screen under an overlay takes no touch."""
    there = replace(session, touched_at=session.now)
    if there.overlay is Overlay.NONE:
        return _dispatch(there, event)
    if isinstance(event, OVER_THE_SCREEN):
        return _dispatch(there, event)
    if there.overlay is Overlay.IDLE_WARNING and there.phase is not Phase.PAYMENT:
        # A touch beside the button: the countdown begins anew, the question stays.
        warned_at = there.now - warn_after(there)
        return replace(there, touched_at=warned_at, countdown=int(COUNTDOWN_S)), ()
    return stay(there)


# --- time ---------------------------------------------------------------------------------------


def _tick(session: Session) -> Step:
    """The second's turn: debts to the server first, then who is there, then the screen's clock."""
    session, settled = issue_part.settle_again(session)
    session, closed = payment_part.close_again(session)
    owed = settled + closed
    session, heeded = boot_part.heed_server(session)
    session, timed = _phase_tick(session)
    return session, owed + heeded + timed


def _phase_tick(session: Session) -> Step:
    if session.phase in REST_PHASES:
        return retry_rest(session)
    if session.phase is Phase.PRINTING:
        return issue_part.issue_tick(session)
    if session.phase is Phase.PAYMENT:
        return payment_part.payment_tick(session)
    if session.phase is Phase.SIGN_IN:
        return _sign_in_tick(session)
    if session.phase is Phase.STAFF_MENU:
        return _menu_tick(session)
    if session.phase in ENDS_AFTER:
        return _ending_tick(session)
    return _idle_tick(session) if session.phase in VISIT_PHASES else stay(session)


def _sign_in_tick(session: Session) -> Step:
    """Staff were called and did not sign in: back to what the terminal can do by itself."""
    left = session.now - session.touched_at >= SIGN_IN_S and not session.waiting
    return rest(session) if left and session.facts.opened else stay(session)


def _menu_tick(session: Session) -> Step:
    """A menu that nobody touches is closed: the terminal is the public's."""
    if session.waiting:
        hangs = session.now - session.entered_at >= STALL_S
        return slip_part.hangs(session) if hangs else stay(session)
    return rest(session) if session.now - session.touched_at >= SIGN_IN_S else stay(session)


def _ending_tick(session: Session) -> Step:
    """END and SORRY count from their beginning; the paper calls again, and waits for a hand."""
    if session.waiting:  # a slip is printed: nobody is sent away from it
        hangs = session.now - session.entered_at >= STALL_S
        return slip_part.hangs(session) if hangs else (replace(session, countdown=0), ())
    taking = session.phase is Phase.TAKE_PAPER
    since = session.now - (session.touched_at if taking else session.entered_at)
    limit = ENDS_AFTER[session.phase]
    if since >= limit:
        return end_visit(session, "timed_out" if taking else "done")
    counted = replace(session, countdown=ceil(limit - since))
    if taking and since >= TAKE_PAPER_AGAIN_S and not session.notice:
        counted = replace(counted, notice=str(Notice.TAKE_PAPER_AGAIN))
    return counted, ()


def _idle_tick(session: Session) -> Step:
    alone = session.now - session.touched_at - warn_after(session)
    if alone < 0:
        return stay(session)
    if alone >= COUNTDOWN_S and session.overlay is Overlay.IDLE_WARNING:
        return end_visit(session, "timed_out")
    if session.overlay is not Overlay.IDLE_WARNING:
        # Whole seconds are promised from when the warning is seen, however late this tick is.
        seen = session.now - warn_after(session)
        return replace(
            session, overlay=Overlay.IDLE_WARNING, touched_at=seen, countdown=int(COUNTDOWN_S)
        ), ()
    return replace(session, countdown=ceil(COUNTDOWN_S - alone)), ()
