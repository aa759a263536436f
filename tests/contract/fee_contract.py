"""Fees on every section server: what is paid, refused, earned, held and given back.

Each test ends with the pots that it claims, so that money can be nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from kiosk.domain.acceptor import AcceptorState, AcceptorStatus, Escrow
from kiosk.domain.fees import NO_FEE, FeeMode, FeeRate, Payment, PaymentState
from kiosk.domain.ports import Recovered, Released, Reserved, ServerHello
from kiosk.domain.printer import ClearState, NotStarted, PrintFault, PrintOutcome, PrintUnknown
from tests.contract.section_contract import Rig, application, code, content, proof, state
from tests.fixtures.section import RASTERS

COUNTER = FeeRate(FeeMode.COUNTER, 400)
MACHINE = FeeRate(FeeMode.ACCEPTOR, 400)
S = PaymentState
NOT_STARTED = NotStarted(PrintFault.NOT_READY)
UNKNOWN = PrintUnknown(PrintFault.DISCONNECTED)
ESCROW_GONE = AcceptorStatus(AcceptorState.READY)
OFFLINE = AcceptorStatus(AcceptorState.OFFLINE)


def sums(payment: object) -> tuple[PaymentState, int, int, int, int]:
    """State, deposit, what is to be given back, what is to be taken, what was given back."""
    assert isinstance(payment, Payment), payment
    return (
        payment.state, payment.deposit, payment.give_back, payment.take, payment.returned
    )  # fmt: skip


@dataclass
class Asked:
    """One application with a payment."""

    rig: Rig
    rate: FeeRate
    copies: int = 1

    def __post_init__(self) -> None:
        self.rig.charge(self.rate)
        self.application_id = application(self.rig).application_id
        self.content = content(self.rig)
        made = self.ask("pay-00000001")
        assert isinstance(made, Payment), made
        self.payment_id = made.payment_id
        self.inserted = self.taken = self.returned = 0

    def ask(self, key: str, copies: int = 0) -> object:
        return self.rig.server.request_payment(
            self.application_id, self.content, copies or self.copies, self.rate, key
        )

    def reserve(self, copy: int = 1, payment_id: str | None = None, copies: int = 0) -> object:
        paid_by = self.payment_id if payment_id is None else payment_id
        return self.rig.server.reserve(
            self.application_id, self.content, copy, copies or self.copies,
            f"copy-{copy:06d}-{paid_by[:8]}", paid_by,
        )  # fmt: skip

    def issue(self, outcome: PrintOutcome, copy: int = 1) -> None:
        """One copy from its number to its end."""
        made = self.reserve(copy)
        assert isinstance(made, Reserved), made
        assert isinstance(self.rig.server.release(made.issue_id), Released)
        assert self.rig.server.spool(made.issue_id, RASTERS) is None
        state(self.rig.server.settle(made.issue_id, outcome))

    def coins(self, yen: int = 0, *, take: int = 0, back: int = 0) -> None:
        """The machine's sums rise."""
        self.inserted, self.taken = self.inserted + yen, self.taken + take
        self.returned += back

    def count(self, *, closing: bool = False, rig: Rig | None = None) -> object:
        escrow = Escrow(self.payment_id, self.inserted, self.taken, self.returned)
        status = AcceptorStatus(AcceptorState.READY, escrow)
        return (rig or self.rig).server.count_payment(
            self.payment_id, status if self.rate is MACHINE else None, closing
        )


class FeeContract:
    """Subclasses give the fixture ``rig``."""

    # --- off, and what is shown ---------------------------------------------------------------

    def test_off_by_default(self, rig: Rig) -> None:
        hello = rig.newborn().hello()
        assert isinstance(hello, ServerHello)
        assert hello.fee == NO_FEE
        asked = rig.server.request_payment(
            application(rig).application_id, content(rig), 1, COUNTER, "pay-00000001"
        )
        assert code(asked) == "fee_differs"

    def test_the_fee_is_told_in_greeting_and_heartbeat(self, rig: Rig) -> None:
        rig.charge(COUNTER)
        hello, beat = rig.newborn().hello(), rig.server.heartbeat("attract", None)
        assert [getattr(told, "fee", None) for told in (hello, beat)] == [COUNTER, COUNTER]

    def test_what_was_shown_is_what_is_charged(self, rig: Rig) -> None:
        made = Asked(rig, COUNTER)
        made.count(closing=True)
        made.rate = FeeRate(FeeMode.COUNTER, 300)
        assert code(made.ask("pay-00000002")) == "fee_differs"

    # --- asking -------------------------------------------------------------------------------

    def test_the_same_key_is_the_same_payment(self, rig: Rig) -> None:
        made = Asked(rig, COUNTER, 2)
        again = made.ask("pay-00000001")
        assert isinstance(again, Payment)
        assert (again.payment_id, again.due) == (made.payment_id, 800)
        assert code(made.ask("pay-00000001", copies=3)) == "key_conflict"
        assert code(made.ask("pay-00000002")) == "open_payment"

    def test_a_stop_order_asks_nobody_for_money(self, rig: Rig) -> None:
        made = Asked(rig, COUNTER)
        made.count(closing=True)
        rig.stop()
        assert code(made.ask("pay-00000002")) == "stopped"

    def test_unknown_payments(self, rig: Rig) -> None:
        assert code(rig.server.read_payment("no-such")) == "unknown_payment"
        assert code(rig.server.count_payment("no-such", None, True)) == "unknown_payment"

    # --- no fee, no number --------------------------------------------------------------------

    def test_no_number_without_money(self, rig: Rig) -> None:
        made = Asked(rig, COUNTER, 2)
        assert code(made.reserve(payment_id="")) == "fee_unpaid"
        assert code(made.reserve()) == "fee_unpaid"
        assert code(made.reserve(payment_id="no-such-payment")) == "fee_unpaid"
        rig.receive(made.payment_id, 800)
        assert code(made.reserve(payment_id="")) == "fee_unpaid"
        assert code(made.reserve(copies=3)) == "fee_unpaid"
        assert isinstance(made.reserve(), Reserved)

    def test_one_copy_is_paid_once(self, rig: Rig) -> None:
        made = Asked(rig, COUNTER, 2)
        rig.receive(made.payment_id, 800)
        made.issue(proof())
        again = rig.server.reserve(
            made.application_id, made.content, 1, 2, "another-key", made.payment_id
        )
        assert code(again) == "fee_unpaid"

    def test_a_payment_that_ended_pays_nothing(self, rig: Rig) -> None:
        made = Asked(rig, COUNTER)
        rig.receive(made.payment_id, 400)
        assert sums(made.count(closing=True)) == (S.OWING, 400, 400, 0, 0)
        assert code(made.reserve()) == "fee_unpaid"

    # --- at the counter -----------------------------------------------------------------------

    def test_paid_at_the_counter_and_printed(self, rig: Rig) -> None:
        made = Asked(rig, COUNTER, 2)
        assert sums(rig.server.read_payment(made.payment_id)) == (S.AWAITING, 0, 0, 0, 0)
        rig.receive(made.payment_id, 800)
        assert sums(rig.server.read_payment(made.payment_id)) == (S.PAID, 800, 800, 0, 0)
        made.issue(proof(), 1)
        made.issue(proof(), 2)
        assert sums(made.count(closing=True)) == (S.CLOSED, 0, 0, 0, 0)

    def test_the_second_of_two_copies_fails(self, rig: Rig) -> None:
        made = Asked(rig, COUNTER, 2)
        rig.receive(made.payment_id, 800)
        made.issue(proof(), 1)
        made.issue(NOT_STARTED, 2)
        assert sums(made.count(closing=True)) == (S.OWING, 400, 400, 0, 0)

    def test_a_copy_in_work_keeps_its_fee(self, rig: Rig) -> None:
        made = Asked(rig, COUNTER, 2)
        rig.receive(made.payment_id, 800)
        assert isinstance(made.reserve(), Reserved)
        assert sums(rig.server.read_payment(made.payment_id)) == (S.PAID, 800, 400, 0, 0)
        assert code(made.count(closing=True)) == "open_issue"

    def test_stopped_before_anybody_paid(self, rig: Rig) -> None:
        made = Asked(rig, COUNTER)
        for _ in range(2):
            assert sums(made.count(closing=True)) == (S.CLOSED, 0, 0, 0, 0)
        assert isinstance(made.ask("pay-00000002"), Payment)

    def test_staff_end_it(self, rig: Rig) -> None:
        made = Asked(rig, COUNTER)
        rig.cancel(made.payment_id)
        assert sums(rig.server.read_payment(made.payment_id)) == (S.CLOSED, 0, 0, 0, 0)

    # --- with the machine ---------------------------------------------------------------------

    def test_coin_by_coin_printed_and_change_given(self, rig: Rig) -> None:
        made = Asked(rig, MACHINE)
        made.coins(100)
        assert sums(made.count()) == (S.AWAITING, 100, 100, 0, 0)
        assert code(made.reserve()) == "fee_unpaid"
        made.coins(500)
        for _ in range(2):  # the same word twice is one row
            assert sums(made.count()) == (S.PAID, 600, 600, 0, 0)
        made.issue(proof())
        assert sums(made.count()) == (S.PAID, 200, 200, 400, 0)
        made.coins(take=400)
        assert sums(made.count(closing=True)) == (S.OWING, 200, 200, 400, 0)
        made.coins(back=200)
        assert sums(made.count(closing=True)) == (S.CLOSED, 0, 0, 400, 200)

    def test_stopped_with_half_of_it_inside(self, rig: Rig) -> None:
        made = Asked(rig, MACHINE)
        made.coins(300)
        assert sums(made.count(closing=True)) == (S.OWING, 300, 300, 0, 0)
        made.coins(back=300)
        assert sums(made.count(closing=True)) == (S.CLOSED, 0, 0, 0, 300)

    def test_not_printed_goes_back(self, rig: Rig) -> None:
        made = Asked(rig, MACHINE)
        made.coins(400)
        made.count()
        made.issue(NOT_STARTED)
        assert sums(made.count(closing=True)) == (S.OWING, 400, 400, 0, 0)
        made.coins(back=400)
        assert sums(made.count(closing=True)) == (S.CLOSED, 0, 0, 0, 400)

    def test_unknown_is_held_and_the_rest_goes_back(self, rig: Rig) -> None:
        made = Asked(rig, MACHINE, 3)
        made.coins(1200)
        made.count()
        made.issue(proof(), 1)
        made.issue(UNKNOWN, 2)
        # 400 earned and 400 held belong in the cash box, 400 to the person.
        assert sums(made.count(closing=True)) == (S.OWING, 400, 400, 800, 0)
        made.coins(take=800, back=400)
        assert sums(made.count(closing=True)) == (S.OWING, 0, 0, 800, 400)

    def test_no_change_for_the_rest_is_owed_by_staff(self, rig: Rig) -> None:
        made = Asked(rig, MACHINE)
        made.coins(500)
        made.count()
        made.issue(proof())
        made.count(closing=True)
        made.coins(take=400)
        assert sums(made.count(closing=True)) == (S.OWING, 100, 100, 400, 0)

    @pytest.mark.parametrize("status", [ESCROW_GONE, "less"])
    def test_an_escrow_that_is_gone_waits_for_staff(
        self, rig: Rig, status: AcceptorStatus | str
    ) -> None:
        made = Asked(rig, MACHINE)
        made.coins(300)
        made.count()
        if isinstance(status, str):
            status = AcceptorStatus(AcceptorState.READY, Escrow(made.payment_id, 100))
        for _ in range(2):
            told = rig.server.count_payment(made.payment_id, status, True)
            assert sums(told)[:2] == (S.OWING, 0)

    def test_a_machine_that_is_not_heard_says_nothing(self, rig: Rig) -> None:
        made = Asked(rig, MACHINE)
        made.coins(300)
        made.count()
        told = rig.server.count_payment(made.payment_id, OFFLINE, True)
        assert sums(told) == (S.OWING, 300, 300, 0, 0)
        made.coins(back=300)  # plugged in again: it gives back after all
        assert sums(made.count(closing=True)) == (S.CLOSED, 0, 0, 0, 300)

    def test_coins_that_nobody_had_counted_are_counted_at_the_end(self, rig: Rig) -> None:
        made = Asked(rig, MACHINE)
        assert sums(made.count(closing=True)) == (S.CLOSED, 0, 0, 0, 0)
        made.coins(100)
        assert sums(made.count(closing=True)) == (S.OWING, 100, 100, 0, 0)

    def test_more_came_back_than_was_theirs(self, rig: Rig) -> None:
        """A lever that should have been locked: the sheet is printed, the cash box is short."""
        made = Asked(rig, MACHINE)
        made.coins(400)
        made.count()
        made.issue(proof())
        made.coins(back=400)
        assert sums(made.count(closing=True)) == (S.CLOSED, 0, 0, 0, 400)

    # --- recovery -----------------------------------------------------------------------------

    def test_recovery_names_the_payment_that_is_left(self, rig: Rig) -> None:
        made = Asked(rig, MACHINE)
        made.coins(400)
        made.count()
        issue = made.reserve()
        assert isinstance(issue, Reserved)
        newborn = rig.newborn()
        hello = newborn.hello()
        assert isinstance(hello, ServerHello)
        assert hello.open_issue
        recovered = newborn.recover(ClearState.CLEAR, False)
        assert recovered == Recovered((issue.issue_id,), (), False, (made.payment_id,))
        # Nobody has opened the terminal yet, and the money goes back all the same.
        status = AcceptorStatus(AcceptorState.READY, Escrow(made.payment_id, 400))
        told = newborn.count_payment(made.payment_id, status, True)
        assert sums(told) == (S.OWING, 400, 400, 0, 0)
        hello = newborn.hello()
        assert isinstance(hello, ServerHello)
        assert not hello.open_issue
