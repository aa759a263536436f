"""The moves that every part of the machine makes: to a screen, to a notice, to a visit's end."""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain.acceptor import AcceptorStatus
from kiosk.domain.fees import FeeMode
from kiosk.domain.ports import ServerFault
from kiosk.domain.printer import PrinterReason, PrinterState, PrinterStatus
from kiosk.session.effects import Effect, EndVisit, LookAtPrinter, Recover, SayHello, Wipe
from kiosk.session.idle import ENDS_AFTER
from kiosk.session.notices import Notice, acceptor_notice, printer_notice
from kiosk.session.state import Overlay, Phase, Session, Trouble, Visit

Step = tuple[Session, tuple[Effect, ...]]

#: A heartbeat goes out every HEARTBEAT_S, so that a stop order is heard within 5 s even if one
#: answer is lost.
HEARTBEAT_S = 2.0
#: Four missed answers: a terminal that cannot hear the server is closed.
HEARTBEAT_LOST_S = 8.0
#: How often an idle terminal asks its printer. Paper that runs out is shown before anyone begins.
PRINTER_LOOK_S = 5.0
#: Pause before the server is greeted, or asked to recover, once more.
RETRY_S = 5.0

#: Faults that say nothing of what the server did: it was not heard. The rest are its own words.
NOT_HEARD = frozenset({"offline", "timeout", "garbled", "busy", "internal"})

REST_PHASES = frozenset({Phase.OUT_OF_ORDER, Phase.CLOSED, Phase.ATTRACT})
#: A visit in these can be ended by the terminal itself at any moment: nothing is being issued.
FREE_PHASES = frozenset(
    {
        Phase.CONSENT, Phase.APPLICANT, Phase.SEARCH, Phase.RESULTS, Phase.ENTRY, Phase.HISTORY,
        Phase.NEIGHBOURS, Phase.PREVIEW, Phase.CONFIRM,
    }
)  # fmt: skip


def stay(session: Session) -> Step:
    return session, ()


def say(session: Session, notice: Notice | str, detail: str = "") -> Step:
    """The same screen with a sentence; nothing is awaited any more."""
    return replace(session, waiting="", notice=str(notice), notice_detail=detail), ()


def go(session: Session, phase: Phase, notice: Notice | str = "", detail: str = "") -> Session:
    """To a screen. Its clocks start now."""
    limit = ENDS_AFTER.get(phase)
    return replace(
        session,
        phase=phase,
        overlay=Overlay.NONE,
        waiting="",
        notice=str(notice),
        notice_detail=detail,
        entered_at=session.now,
        touched_at=session.now,
        countdown=int(limit) if limit else 0,
        trouble=Trouble.NONE,
        retry_at=None,
    )


def wait_for(session: Session, effect: Effect) -> Step:
    """Ask one thing and remember its name: until its answer every other touch that asks is void."""
    waiting = replace(session, waiting=type(effect).__name__, notice="", notice_detail="")
    return waiting, (effect,)


def give_up_waiting(session: Session) -> Session:
    """What was asked is not wanted any more: its answer will find an older generation."""
    if not session.waiting:
        return session
    return replace(session, waiting="", generation=session.generation + 1)


def visit_of(session: Session) -> Visit:
    """The visit of a visit phase. Raises AssertionError if there is none: the caller's mistake."""
    if session.visit is None:
        raise AssertionError(f"no visit in {session.phase}")
    return session.visit


# --- the server and the printer, as the session knows them --------------------------------------


def server_lost(session: Session) -> bool:
    return session.now - session.last_heartbeat > HEARTBEAT_LOST_S


def not_heard(fault: ServerFault) -> bool:
    """True when the answer does not say what the server did or would do."""
    return fault.code in NOT_HEARD


def heard_stop(session: Session, fault: ServerFault) -> Session:
    """A refusal because of a stop order is as good as the heartbeat that will tell of it."""
    if fault.code != "stopped":
        return session
    return replace(session, facts=replace(session.facts, accepting=False))


def can_wait_for_printer(status: PrinterStatus | None) -> bool:
    """Ready, or busy with another program's job, which will pass: nobody is turned away for it."""
    if status is None:
        return False
    return status.ready or (
        status.state is PrinterState.BUSY
        and set(status.blocking()) <= {PrinterReason.OTHER_JOB}
    )  # fmt: skip


# --- the end of a visit -------------------------------------------------------------------------


def end_visit(session: Session, ending: str) -> Step:
    """Drop everything, tell the server, and be the next person's terminal."""
    visit = visit_of(session)
    after = replace(
        session, visit=None, generation=session.generation + 1, overlay=Overlay.NONE, waiting="",
        notice="", notice_detail="", countdown=0,
    )  # fmt: skip
    after, effects = rest(after)
    told: tuple[Effect, ...] = (Wipe(after.generation),)
    if session.phase is not Phase.SORRY:  # there the server was told when the sentence came up
        told += (EndVisit(after.generation, visit.visit_id, ending),)
    return after, told + effects


def sorry(session: Session, notice: Notice | str, ending: str = "fault", detail: str = "") -> Step:
    """This visit cannot go on. What the person typed is dropped now, not when they have left."""
    visit = visit_of(session)
    bare = Visit(visit.visit_id, issued=visit.issued, unsettled=session.pending is not None)
    after = replace(session, visit=bare, generation=session.generation + 1)
    after = go(after, Phase.SORRY, notice, detail)
    return after, (Wipe(after.generation), EndVisit(after.generation, visit.visit_id, ending))


# --- where the terminal rests when nobody is being served ---------------------------------------


def rest(session: Session) -> Step:
    """The one place that decides whether the next person may begin."""
    facts = session.facts
    if not facts.terminal:
        return _out_of_order(session, Trouble.SERVER, session.notice or Notice.SERVER_UNHEARD)
    if facts.need_staff or facts.power_cycle_needed:
        closed = replace(session, facts=replace(facts, opened=False))
        why = Notice.POWER_CYCLE_NEEDED if facts.power_cycle_needed else Notice.STAFF_NEEDED
        return _out_of_order(closed, Trouble.STAFF, why)
    if not facts.opened:
        return go(session, Phase.SIGN_IN, Notice.STAFF_NEEDED), ()
    if session.pending is not None or session.closing is not None:
        return _out_of_order(session, Trouble.SETTLING, Notice.SETTLING)
    if facts.recover_needed:
        return _clear_up(session)
    if not facts.tested:
        return _out_of_order(session, Trouble.SELF_TEST, Notice.SELF_TEST_FAILED)
    if server_lost(session):
        return _show(session, Phase.CLOSED, Notice.SERVER_LOST), ()
    if not facts.accepting:
        return _show(session, Phase.CLOSED, Notice.STOPPED), ()
    if not can_wait_for_printer(facts.printer):
        return _out_of_order(session, Trouble.PRINTER, printer_notice(facts.printer))
    if facts.fee.mode is FeeMode.ACCEPTOR and not (facts.acceptor and facts.acceptor.ready):
        return _out_of_order(session, Trouble.ACCEPTOR, acceptor_notice(facts.acceptor))
    if _holds_money(facts.acceptor):
        return _clear_up(session)
    return _show(session, Phase.ATTRACT), ()


def _holds_money(status: AcceptorStatus | None) -> bool:
    """The machine answers again, and has the money of a payment that ended without it."""
    return bool(status and status.heard and status.escrow and status.escrow.held)


def _show(session: Session, phase: Phase, notice: Notice | str = "") -> Session:
    """``go``, but a screen that is up already keeps its clocks."""
    if session.phase is phase and session.notice == str(notice):
        return session
    return go(session, phase, notice)


def _out_of_order(session: Session, trouble: Trouble, notice: Notice | str) -> Step:
    if session.phase is Phase.OUT_OF_ORDER and session.trouble is trouble:
        return replace(session, notice=str(notice)), ()
    return replace(go(session, Phase.OUT_OF_ORDER, notice), trouble=trouble), ()


def _clear_up(session: Session) -> Step:
    """Ask the printer whether it is empty of us, and the server to end what is open."""
    if session.trouble is Trouble.CLEARING and session.phase is Phase.OUT_OF_ORDER:
        return stay(session)  # under way, or waiting for its next try
    shown, _ = _out_of_order(session, Trouble.CLEARING, Notice.CLEARING)
    return replace(shown, waiting="Recover"), (Recover(shown.generation, power_cycled=False),)


def retry_rest(session: Session) -> Step:
    """The second's turn of a resting terminal: whatever comes back by itself is asked again."""
    due = session.retry_at is not None and session.now >= session.retry_at
    if due and session.trouble is Trouble.SERVER and not session.waiting:
        return replace(session, waiting="SayHello", retry_at=None), (SayHello(session.generation),)
    if due and session.trouble is Trouble.CLEARING and not session.waiting:
        again = replace(session, waiting="Recover", retry_at=None)
        return again, (Recover(again.generation, power_cycled=False),)
    rested, effects = rest(session)
    if rested.phase not in REST_PHASES or rested.now - rested.looked_at < PRINTER_LOOK_S:
        return rested, effects
    if rested.trouble not in {Trouble.NONE, Trouble.PRINTER, Trouble.ACCEPTOR}:
        return rested, effects
    looked, look = look_at_printer(rested)
    return looked, effects + look


def look_at_printer(session: Session) -> Step:
    return replace(session, looked_at=session.now), (LookAtPrinter(session.generation),)
