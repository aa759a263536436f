"""The fee: how much, where to pay it, what is in already. Shown only where a fee is set."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.fees import FeeMode, Payment, PaymentState, yen_text
from kiosk.screens.present.frame import Frame, visit_frame
from kiosk.screens.strings import tr
from kiosk.session.state import Session, Visit


@dataclass(frozen=True, slots=True)
class PaymentView:
    """``done`` is 0..1 of what is due; ``rows`` are label and amount, the last one is strong."""

    words: str
    number: str
    rows: tuple[tuple[str, str], ...]
    done: float
    small: str


def _rows(payment: Payment) -> tuple[tuple[str, str], ...]:
    total = tr("screen.payment.total", yen=yen_text(payment.yen), copies=payment.copies)
    due = (total, yen_text(payment.due))
    if payment.mode is not FeeMode.ACCEPTOR:
        return (due,)
    left = max(0, payment.due - payment.deposit)
    return (
        due,
        (tr("screen.payment.inserted"), yen_text(payment.deposit)),
        (tr("screen.payment.left"), yen_text(left)),
    )


def payment(session: Session) -> Frame:
    paying = (session.visit or Visit("")).payment
    title = tr("screen.payment.title")
    if paying is None:
        body = PaymentView(tr("screen.payment.asking"), "", (), 0.0, "")
        return _frame(session, title, body, cancel=False)
    machine = paying.mode is FeeMode.ACCEPTOR
    body = PaymentView(
        words=tr("screen.payment.machine" if machine else "screen.payment.counter"),
        number="" if machine else tr("screen.payment.number", number=paying.number),
        rows=_rows(paying),
        done=min(1.0, paying.deposit / paying.due),
        small=tr("screen.payment.countdown", minutes=max(1, -(-session.countdown // 60)))
        if session.countdown
        else "",
    )
    return _frame(session, title, body, cancel=True)


def _frame(session: Session, title: str, body: PaymentView, *, cancel: bool) -> Frame:
    """What is asked of the machine every two seconds is nobody's wait."""
    frame = visit_frame(session, title, body, back=False, cancel=cancel)
    return Frame(frame.title, body, frame.step, frame.notice, cancel=frame.cancel)


def fee_words(session: Session) -> str:
    """On the confirm screen: what the copies cost; empty where no fee is set."""
    fee, visit = session.facts.fee, session.visit or Visit("")
    if not fee.charged:
        return ""
    return tr(
        "screen.confirm.fee", yen=yen_text(fee.yen), copies=visit.copies,
        total=yen_text(fee.yen * visit.copies),
    )  # fmt: skip


def fee_each(session: Session) -> str:
    """On the attract screen; empty where no fee is set."""
    fee = session.facts.fee
    return tr("screen.attract.fee", yen=yen_text(fee.yen)) if fee.charged else ""


def refund_words(session: Session) -> str:
    """On the last screens: what came back, and what staff hand out."""
    ended = (session.visit or Visit("")).refund
    if ended is None:
        return ""
    said = []
    if ended.returned:
        said.append(tr("screen.payment.returned", yen=yen_text(ended.returned)))
    if ended.state is PaymentState.OWING and ended.deposit:
        said.append(
            tr("screen.payment.owed", yen=yen_text(ended.deposit), number=ended.number)
        )  # fmt: skip
    return "\n".join(said)
