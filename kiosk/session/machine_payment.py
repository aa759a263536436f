"""The fee: asked for, counted, and closed whatever happens. Nothing here runs where none is set.

The section's ledger knows where the money is; the acceptor is made to follow it. ``owe`` stands
behind every step: whatever leads out of paying and printing closes the payment, so that no exit
can forget it, and nobody else is served before the server has heard (``Session.closing``).
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil

from kiosk.domain.acceptor import AcceptorState, AcceptorStatus
from kiosk.domain.fees import FeeMode, Payment, PaymentState
from kiosk.domain.ports import ServerFault
from kiosk.domain.slips import UNTIMED, FeeSlip
from kiosk.session.effects import (
    ClosePayment,
    CountPayment,
    Effect,
    PrintSlip,
    RequestPayment,
    TakeFee,
)
from kiosk.session.events import (
    CancelConfirmed,
    CancelPressed,
    PaymentAnswered,
    PaymentClosed,
    PaymentCounted,
    StillHere,
)
from kiosk.session.idle import COUNTER_WAIT_S, MACHINE_WAIT_S, PAYMENT_WARN_S, STALL_S
from kiosk.session.ids import derived_id
from kiosk.session.moves import (
    REST_PHASES,
    Step,
    end_visit,
    go,
    heard_stop,
    not_heard,
    rest,
    say,
    server_lost,
    sorry,
    stay,
    visit_of,
)
from kiosk.session.notices import Notice, acceptor_notice
from kiosk.session.state import Overlay, PendingPayment, Phase, Session, Visit

#: How often staff's release, or the machine, is asked for.
COUNT_S = 2.0
#: Pause before a payment is closed again: doubled each time, at most CLOSE_PAUSE_MAX_S.
CLOSE_PAUSE_S, CLOSE_PAUSE_MAX_S = 1.0, 30.0
#: While these are up, the payment is in use.
PAYING = frozenset({Phase.PAYMENT, Phase.PRINTING})


def is_machine(payment: Payment | None) -> bool:
    return payment is not None and payment.mode is FeeMode.ACCEPTOR


def _with_payment(session: Session, payment: Payment) -> Session:
    return replace(session, visit=replace(visit_of(session), payment=payment))


# --- asking -------------------------------------------------------------------------------------


def ask(session: Session) -> Step:
    """From the confirm screen: what is shown there is what is asked for."""
    visit, facts = visit_of(session), session.facts
    if visit.content is None or visit.application is None:
        raise AssertionError("issue_pressed has seen both")
    if facts.fee.mode is FeeMode.ACCEPTOR and not can_take_money(facts.acceptor):
        return say(session, acceptor_notice(facts.acceptor))
    session, key = derived_id(session, "payment")
    paying = go(session, Phase.PAYMENT)
    effect = RequestPayment(
        paying.generation, visit.application.application_id, visit.content, visit.copies,
        facts.fee, key,
    )  # fmt: skip
    return replace(paying, waiting="RequestPayment"), (effect,)


def can_take_money(status: AcceptorStatus | None) -> bool:
    return status is not None and status.ready


def payment_answered(session: Session, event: PaymentAnswered) -> Step:
    if session.phase is not Phase.PAYMENT or session.waiting != "RequestPayment":
        return stay(session)
    if isinstance(event.answer, ServerFault):
        return _not_asked(heard_stop(session, event.answer), event.answer)
    asked = replace(_with_payment(session, event.answer), waiting="", entered_at=session.now)
    counted, effects = _count(asked, event.answer)
    if event.answer.mode is FeeMode.COUNTER:
        slipped, slip = _slip(counted, event.answer)
        return slipped, effects + slip
    return counted, effects


def _slip(session: Session, payment: Payment) -> Step:
    """Where the ward has a slip printer; the screen shows the same number anyway."""
    visit, facts = visit_of(session), session.facts
    user_id = visit.application.user_id if visit.application else ""
    slip = FeeSlip(
        UNTIMED, facts.label or facts.terminal, user_id, payment.copies, payment.yen,
        payment.number,
    )  # fmt: skip
    named, slip_id = derived_id(session, "slip")
    return named, (PrintSlip(named.generation, slip_id, slip),)


def _not_asked(session: Session, fault: ServerFault) -> Step:
    if fault.code == "stopped":
        return sorry(session, Notice.STOPPED, "stopped")
    if fault.code == "fee_differs":
        return go(session, Phase.CONFIRM, Notice.FEE_CHANGED), ()
    if not_heard(fault) and not fault.sent:
        # An earlier try of the same call may have arrived: asked after this visit.
        unsure = replace(session, facts=replace(session.facts, recover_needed=True))
        return go(unsure, Phase.CONFIRM, Notice.ISSUE_UNHEARD, fault.code), ()
    if not_heard(fault) or fault.code == "open_payment":
        session = replace(session, facts=replace(session.facts, recover_needed=True))
    return sorry(session, Notice.PAYMENT_REFUSED, "fault", fault.code)


# --- counting -----------------------------------------------------------------------------------


def _count(session: Session, payment: Payment) -> Step:
    effect = CountPayment(session.generation, payment.payment_id, payment.mode, payment.due)
    return replace(session, waiting="CountPayment", counted_at=session.now), (effect,)


def payment_counted(session: Session, event: PaymentCounted) -> Step:
    """The machine's and the server's word; between copies only the machine's is of use."""
    if event.status is not None:
        session = replace(session, facts=replace(session.facts, acceptor=event.status))
    if session.phase is not Phase.PAYMENT or session.waiting != "CountPayment":
        return stay(session)
    waiting = replace(session, waiting="")
    if isinstance(event.answer, ServerFault):
        lost = event.answer.code == "unknown_payment"
        return sorry(waiting, Notice.PAYMENT_REFUSED) if lost else stay(waiting)
    return _counted(waiting, event.answer, event.status)


def _counted(session: Session, payment: Payment, status: AcceptorStatus | None) -> Step:
    before = visit_of(session).payment
    session = _with_payment(session, payment)
    if before is not None and payment.deposit > before.deposit:
        session = _at_work(session)
    if payment.state in {PaymentState.OWING, PaymentState.CLOSED}:
        return sorry(session, Notice.PAYMENT_CANCELLED, "cancelled")
    if is_machine(payment) and (status is None or not status.ready):
        return _machine_trouble(session, payment, status)
    if payment.state is PaymentState.PAID and session.overlay is Overlay.NONE:
        return stay(replace(session, paid=True))
    return replace(session, notice="", notice_detail=""), ()


def _at_work(session: Session) -> Session:
    """A hand put money in, or staff took it: time begins anew, and nobody is asked any more."""
    asked = session.overlay is Overlay.IDLE_WARNING
    overlay = Overlay.NONE if asked else session.overlay
    return replace(session, entered_at=session.now, overlay=overlay)


def _machine_trouble(session: Session, payment: Payment, status: AcceptorStatus | None) -> Step:
    """Nothing is printed on money that the machine cannot vouch for. Before any coin: the end."""
    notice = acceptor_notice(status)
    full_but_paid = payment.state is PaymentState.PAID and status is not None
    if full_but_paid and status is not None and status.state is AcceptorState.FULL:
        return stay(replace(session, paid=session.overlay is Overlay.NONE))
    if payment.state is PaymentState.PAID or not payment.deposit:
        return sorry(session, notice, "fault")
    return replace(session, notice=str(notice), notice_detail=""), ()


# --- time, and the person's no ------------------------------------------------------------------


def wait_of(payment: Payment | None) -> float:
    """Seconds without money until the terminal gives up."""
    return MACHINE_WAIT_S if is_machine(payment) else COUNTER_WAIT_S


def payment_tick(session: Session) -> Step:
    payment = visit_of(session).payment
    if not session.facts.accepting and payment is not None:
        return sorry(session, Notice.STOPPED, "stopped")
    if (server_lost(session) or not session.facts.opened) and payment is not None:
        return sorry(session, Notice.SERVER_LOST if session.facts.opened else Notice.STAFF_NEEDED)
    if payment is None:
        hangs = session.now - session.entered_at >= STALL_S
        return _asking_hangs(session) if hangs else stay(session)
    left = wait_of(payment) - (session.now - session.entered_at)
    if left <= 0:
        return sorry(session, Notice.PAYMENT_TIMED_OUT, "timed_out")
    session = _warned(replace(session, countdown=ceil(left)), left)
    if session.waiting or session.now - session.counted_at < COUNT_S:
        return stay(session)
    return _count(session, payment)


def _warned(session: Session, left: float) -> Session:
    """The wait ends soon: asked over the screen, unless another question stands there, or it is
    paid and begins at once."""
    payment = visit_of(session).payment
    paid = payment is not None and payment.state is PaymentState.PAID
    if paid or left > PAYMENT_WARN_S or session.overlay is not Overlay.NONE:
        return session
    return replace(session, overlay=Overlay.IDLE_WARNING)


def still_here(session: Session, _: StillHere) -> Step:
    """The whole wait begins anew."""
    if session.overlay is not Overlay.IDLE_WARNING:
        return stay(session)
    return replace(session, overlay=Overlay.NONE, countdown=0, entered_at=session.now), ()


def _asking_hangs(session: Session) -> Step:
    facts = replace(session.facts, need_staff=True, recover_needed=True)
    return sorry(replace(session, facts=facts), Notice.ISSUE_STALLED)


def cancel_pressed(session: Session, _: CancelPressed) -> Step:
    """Not while it is still being asked for: then nobody would know what to close."""
    if visit_of(session).payment is None:
        return stay(session)
    return replace(session, overlay=Overlay.CANCEL_CONFIRM), ()


def cancel_confirmed(session: Session, _: CancelConfirmed) -> Step:
    payment = visit_of(session).payment
    asked = session.overlay in {Overlay.CANCEL_CONFIRM, Overlay.IDLE_WARNING}
    if not asked or payment is None:
        return stay(session)
    if is_machine(payment) or payment.deposit:
        return sorry(session, Notice.PAYMENT_STOPPED, "cancelled")  # there the refund is told
    return end_visit(session, "cancelled")


# --- after each copy, and the end ---------------------------------------------------------------


def take_fee(session: Session) -> tuple[Effect, ...]:
    """A copy is out: its fee goes into the cash box before the next one is begun."""
    payment = visit_of(session).payment
    if payment is None or not is_machine(payment):
        return ()
    return (TakeFee(session.generation, payment.payment_id),)


def vouched(session: Session) -> bool:
    """Between copies: the money of the next one is still in a machine that answers."""
    acceptor = session.facts.acceptor
    heard = acceptor is not None and acceptor.heard
    whole = heard and acceptor is not None and acceptor.state is not AcceptorState.JAMMED
    return whole or not is_machine(visit_of(session).payment)


def owe(before: Session, after: Session, effects: tuple[Effect, ...]) -> Step:
    """Behind every step: a payment whose use is over is owed its end."""
    payment = before.visit.payment if before.visit else None
    if payment is None and after.visit is not None:
        payment = after.visit.payment
    if payment is None or (after.phase in PAYING and after.visit and after.visit.payment):
        return after, effects
    visit = after.visit and replace(after.visit, payment=None)
    owed = PendingPayment(payment.payment_id, retry_at=after.now)
    closing = replace(after, visit=visit, closing=owed, paid=False)
    if closing.phase is Phase.ATTRACT:
        closing, _ = rest(closing)  # it rested before anything was owed: nobody may begin yet
    closing, more = close_again(closing)
    return closing, effects + more


def close_again(session: Session) -> Step:
    """The second's turn of a payment's end: after its last sheet's end is acknowledged."""
    owed = session.closing
    if owed is None or owed.retry_at is None or session.now < owed.retry_at:
        return stay(session)
    if session.pending is not None:
        return stay(session)
    asked = replace(owed, attempt=owed.attempt + 1, retry_at=None)
    effect = ClosePayment(session.generation, owed.payment_id, asked.attempt)
    return replace(session, closing=asked), (effect,)


def payment_closed(session: Session, event: PaymentClosed) -> Step:
    """Heard whoever stands there, as a sheet's end is."""
    owed, answer = session.closing, event.answer
    if event.status is not None:
        session = replace(session, facts=replace(session.facts, acceptor=event.status))
    if owed is None or owed.retry_at is not None or owed.payment_id != event.payment_id:
        return stay(session)
    if isinstance(answer, ServerFault):
        return _not_closed(session, owed, answer)
    told = replace(session, closing=None)
    if told.visit is not None:
        told = replace(told, visit=_told_refund(told.visit, answer))
    return rest(told) if told.phase in REST_PHASES else stay(told)


def _told_refund(visit: Visit, payment: Payment) -> Visit:
    return replace(visit, refund=payment)


def _not_closed(session: Session, owed: PendingPayment, fault: ServerFault) -> Step:
    if fault.code in {"open_issue", "unknown_payment"}:
        # The server has an issue that this terminal does not know of: recovery ends both.
        facts = replace(session.facts, recover_needed=True)
        done = replace(session, closing=None, facts=facts)
        return rest(done) if done.phase in REST_PHASES else stay(done)
    pause = min(CLOSE_PAUSE_S * 2 ** (owed.attempt - 1), CLOSE_PAUSE_MAX_S)
    later = replace(owed, retry_at=session.now + pause)
    return replace(session, closing=later), ()
