"""Whatever leads out of paying and printing, the payment is owed its end: each exit by its name,
and every event there is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kiosk.domain.acceptor import ACCEPTOR_OFFLINE
from kiosk.domain.certificate import DrawRefusal
from kiosk.domain.fees import FeeMode, FeeRate, PaymentState
from kiosk.domain.issuance import IssueState
from kiosk.domain.ports import Reserved, ServerFault, Settled
from kiosk.domain.printer import NotStarted, PrintFault, PrintUnknown
from kiosk.session import effects as ef
from kiosk.session import events as ev
from kiosk.session.idle import COUNTER_WAIT_S, STALL_S
from kiosk.session.machine import step
from kiosk.session.machine_payment import PAYING
from kiosk.session.state import PendingPayment
from tests.unit.session.drive import ISSUE, MACHINE_READY, Play, payment, printed
from tests.unit.session.test_phases import KINDS, events_of

MACHINE = FeeRate(FeeMode.ACCEPTOR, 400)
OWED = PendingPayment("payment-1", attempt=1)
REFUSED = ServerFault("stopped", sent=True)


def counted(play: Play, **changes: object) -> None:
    play.answer(ev.PaymentCounted, answer=payment(**changes), status=MACHINE_READY)


def paid() -> Play:
    """The first copy is begun."""
    play = Play().to_payment()
    counted(play, state=PaymentState.PAID, deposit=400)
    assert play.count(ef.Reserve) == 1
    return play


def numbered() -> Play:
    play = paid()
    play.answer(ev.ReserveAnswered, answer=Reserved(ISSUE))
    return play


def drawn() -> Play:
    play = numbered()
    play.released()
    return play


def printing() -> Play:
    play = drawn()
    play.answer(ev.SheetDrawn, answer=play.sheet())
    return play


def cancel(play: Play) -> None:
    play.do(ev.CancelPressed)
    play.do(ev.CancelConfirmed)


def stop_order(play: Play) -> None:
    play.beat(accepting=False)
    play.do(ev.Tick)


def machine_offline(play: Play) -> None:
    play.answer(
        ev.PaymentCounted, answer=payment(mode=FeeMode.ACCEPTOR), status=ACCEPTOR_OFFLINE
    )  # fmt: skip


def printed_and_settled(play: Play) -> None:
    play.answer(ev.PrintEnded, outcome=printed())
    play.answer(ev.SettleAnswered, answer=Settled(ISSUE, IssueState.PRINTED))


EXITS: dict[str, tuple[Callable[[], Play], Callable[[Play], None]]] = {
    "no": (lambda: Play().to_payment(), cancel),
    "no, with money inside": (lambda: Play().to_payment(MACHINE), cancel),
    "nobody came": (lambda: Play().to_payment(), lambda p: p.wait(COUNTER_WAIT_S + 1)),
    "stopped": (lambda: Play().to_payment(), stop_order),
    "server lost": (lambda: Play().to_payment(), lambda p: p.wait(60, beat=False)),
    "staff ended it": (
        lambda: Play().to_payment(), lambda p: counted(p, state=PaymentState.CLOSED)
    ),
    "the server forgot it": (
        lambda: Play().to_payment(),
        lambda p: p.answer(
            ev.PaymentCounted, answer=ServerFault("unknown_payment", sent=True), status=None
        ),
    ),
    "the machine is gone": (lambda: Play().to_payment(MACHINE), machine_offline),
    "no number": (paid, lambda p: p.answer(ev.ReserveAnswered, answer=REFUSED)),
    "no release": (numbered, lambda p: p.answer(ev.ReleaseAnswered, answer=REFUSED)),
    "not drawn": (drawn, lambda p: p.answer(ev.SheetDrawn, answer=DrawRefusal("missing_glyph"))),
    "not printed": (
        printing, lambda p: p.answer(ev.PrintEnded, outcome=NotStarted(PrintFault.NOT_READY))
    ),
    "unknown": (
        printing, lambda p: p.answer(ev.PrintEnded, outcome=PrintUnknown(PrintFault.DISCONNECTED))
    ),
    "no answer at all": (printing, lambda p: p.wait(STALL_S + 2)),
    "printed": (printing, printed_and_settled),
}  # fmt: skip


@pytest.mark.parametrize("name", EXITS)
def test_each_way_out_owes_the_payment_its_end(name: str) -> None:
    start, leave = EXITS[name]
    play = start()
    assert (play.session.phase in PAYING, play.session.closing) == (True, None)
    assert play.count(ef.ClosePayment) == 0
    leave(play)
    assert play.session.phase not in PAYING
    assert play.session.visit is None or play.session.visit.payment is None
    if play.session.pending is not None:  # after its last sheet's end is acknowledged
        assert play.session.closing is not None
        play.answer(ev.SettleAnswered, answer=Settled(ISSUE, IssueState.UNKNOWN))
        play.wait(2)
    assert play.session.closing == OWED
    assert play.count(ef.ClosePayment) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("start", [lambda: Play().to_payment(), paid, numbered, drawn, printing])
def test_no_event_there_is_forgets_it(kind: type[ev.At], start: Callable[[], Play]) -> None:
    """In use by its visit, or owed: there is no third."""
    before = start().session
    for event in events_of(kind, before.now + 1, before.generation):
        after, _ = step(before, event)
        used = after.phase in PAYING and after.visit is not None and after.visit.payment is not None
        assert used or (after.closing is not None and after.closing.payment_id == "payment-1")


def test_it_is_asked_again_until_it_is_heard_and_nobody_is_served_before() -> None:
    play = Play().to_payment()
    cancel(play)
    for attempt in (2, 3):
        play.answer(
            ev.PaymentClosed, payment_id="payment-1", answer=ServerFault("offline", sent=False),
            status=None,
        )  # fmt: skip
        play.do(ev.Begin)
        assert play.session.visit is None
        play.wait(2 * attempt)
        assert play.session.closing == PendingPayment("payment-1", attempt=attempt)
    play.answer(
        ev.PaymentClosed, payment_id="payment-1", answer=payment(state=PaymentState.CLOSED),
        status=None,
    )  # fmt: skip
    assert play.session.closing is None
    play.do(ev.Begin)
    assert play.session.visit is not None
