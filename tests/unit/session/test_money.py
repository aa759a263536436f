"""The money's hand on machines that do half of what they are told."""

from __future__ import annotations

from typing import Any

import pytest

from kiosk.coins.simulator import SimulatedAcceptor
from kiosk.domain.acceptor import AcceptorStatus
from kiosk.domain.fees import FeeMode, FeeRate, Payment, PaymentState, Pot, balances
from kiosk.domain.ports import Application, Released, Reserved
from kiosk.domain.query import Query, QueryKind
from kiosk.ledger_client.memory import InMemorySectionServer, MemorySection
from kiosk.session.money import MoneyHand
from tests.fakes.clock import FakeClock
from tests.fakes.sheet_maker import FakeSheetMaker
from tests.fixtures.section import PRINTED, RASTERS, sample_applicant
from tests.flows.bench import PIN, STAFF_ID
from tests.flows.people import HOUSE, LEDGER

MACHINE = FeeRate(FeeMode.ACCEPTOR, 400)


class HalfAMachine(SimulatedAcceptor):
    """Its way into the cash box is blocked: it takes ``takes`` yen at most; the way out works."""

    def __init__(self, takes: int) -> None:
        super().__init__()
        self.takes = takes

    def take(self, payment_id: str, total: int) -> AcceptorStatus:
        return super().take(payment_id, min(total, self.takes))


class Desk:
    """One copy, paid with 500 yen and printed: 400 are the ward's, 100 the person's."""

    def __init__(self, machine: SimulatedAcceptor) -> None:
        self.machine = machine
        maker = FakeSheetMaker()
        self.section = MemorySection(LEDGER, maker, FakeClock())
        self.section.fees.rate = MACHINE
        self.server = InMemorySectionServer(self.section)
        self.server.open_terminal(STAFF_ID, PIN, False)
        self.hand = MoneyHand(self.server, machine)
        self.payment_id = self._printed(maker.content(HOUSE))

    def _printed(self, content: Any) -> str:
        application = self.server.apply(sample_applicant(), "visit-1")
        assert isinstance(application, Application)
        self.server.search(application.application_id, Query(QueryKind.LOT, "", "中央一丁目"))
        paying = self.server.request_payment(
            application.application_id, content, 1, MACHINE, "pay-00000001"
        )
        assert isinstance(paying, Payment), paying
        self.hand.count(paying.payment_id, FeeMode.ACCEPTOR, 400)
        assert self.machine.insert(500)
        self.hand.count(paying.payment_id, FeeMode.ACCEPTOR, 400)
        made = self.server.reserve(
            application.application_id, content, 1, 1, "key-00000001", paying.payment_id
        )
        assert isinstance(made, Reserved), made
        assert isinstance(self.server.release(made.issue_id), Released)
        assert self.server.spool(made.issue_id, RASTERS) is None
        self.server.settle(made.issue_id, PRINTED)
        return paying.payment_id

    def close(self) -> PaymentState:
        answer, _ = self.hand.close(self.payment_id)
        assert isinstance(answer, Payment), answer
        return answer.state

    def pots(self) -> dict[Pot, int]:
        rows = [row for book in self.section.fees.books for row in book.rows]
        return {pot: yen for pot, yen in balances(rows).items() if yen}


@pytest.mark.parametrize("takes", [0, 100, 399])
def test_what_was_not_taken_does_not_fall_out_with_the_rest(takes: int) -> None:
    """Giving back empties the escrow: with the ward's money still in it, that would be a gift."""
    desk = Desk(HalfAMachine(takes))
    assert desk.close() is PaymentState.OWING
    assert (desk.machine.tray, desk.machine.cash_box) == (0, takes)
    assert desk.pots() == {Pot.PERSON: -500, Pot.DEPOSIT: 100, Pot.EARNED: 400}


def test_once_its_way_is_free_it_is_brought_in_line() -> None:
    machine = HalfAMachine(0)
    desk = Desk(machine)
    desk.close()
    machine.takes = 1000
    assert desk.hand.recover(()) is None  # the machine itself knows of it
    assert (machine.tray, machine.cash_box) == (100, 400)
    assert desk.pots() == {Pot.PERSON: -400, Pot.EARNED: 400}


def test_a_whole_machine_takes_and_gives_back() -> None:
    desk = Desk(SimulatedAcceptor())
    assert desk.close() is PaymentState.CLOSED
    assert (desk.machine.tray, desk.machine.cash_box) == (100, 400)
