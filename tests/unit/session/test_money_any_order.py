"""The machine with fees, in any order: money and paper agree after every step.

The same hands, lanes, losses and deaths as in test_any_order, and besides them coins, a lever, an
acceptor that fails, and staff at the counter. The acceptor outlives the terminal's process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from kiosk.coins.simulator import SimulatedAcceptor
from kiosk.domain.acceptor import AcceptorStatus
from kiosk.domain.fees import (
    BOTTOMLESS,
    FeeMode,
    FeeRate,
    PaymentState,
    Pot,
    balances,
    misplaced,
)
from kiosk.domain.issuance import IssueState
from kiosk.domain.ports import ServerFault
from kiosk.session import effects as ef
from kiosk.session import events as ev
from kiosk.session.money import MoneyHand
from kiosk.session.state import Phase
from tests.unit.session.test_any_order import LOST, TerminalInTheWorld

YEN = 400
MONEY = (ef.RequestPayment, ef.CountPayment, ef.TakeFee, ef.ClosePayment)


class Losing:
    """The section for one call of the money's hand, of which one answer may be lost."""

    def __init__(self, server: Any, lose: str | None) -> None:
        self._server, self._lose = server, lose

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*words: Any) -> Any:
            lose, self._lose = self._lose, None
            if lose == "before":
                return LOST[False]
            said = getattr(self._server, name)(*words)
            return LOST[True] if lose == "after" else said

        return call


class PayingTerminal(TerminalInTheWorld):
    def __init__(self) -> None:
        super().__init__()
        self.machine = SimulatedAcceptor()
        self.put_in = 0

    @initialize(mode=st.sampled_from([FeeMode.COUNTER, FeeMode.ACCEPTOR, FeeMode.ACCEPTOR]))
    def charge(self, mode: FeeMode) -> None:
        self.section.fees.rate = FeeRate(mode, YEN)

    # --- people -------------------------------------------------------------------------------

    @rule(yen=st.sampled_from([100, 500, 1000]), times=st.integers(1, 6))
    def coins(self, yen: int, times: int) -> None:
        for _ in range(times):
            if self.machine.insert(yen):
                self.put_in += yen

    @rule()
    def the_lever(self) -> None:
        self.machine.lever()

    @rule(
        what=st.sampled_from(["plugged", "mute", "jammed", "full", "change"]),
        good=st.sampled_from([True, True, False]),
    )
    def the_machine_changes(self, what: str, good: bool) -> None:
        wrong = what in {"mute", "jammed", "full"}
        self.machine.set(**{what: good != wrong})

    @precondition(lambda self: self.section.fees.live())
    @rule(luck=st.integers(0, 9))
    def staff_at_the_counter(self, luck: int) -> None:
        fees = self.section.fees
        book = fees.book_of(fees.live()[0])
        assert book is not None
        awaiting = book.state is PaymentState.AWAITING
        if awaiting and book.rate.mode is FeeMode.COUNTER and luck:
            fees.receive(book.payment_id, book.told().due)
            self.put_in += 0  # not through the machine
        elif not luck and not book.known().reserved:
            fees.cancel(book.payment_id)

    @rule()
    def somebody_pays_at_last(self) -> None:
        """So that the issue behind the payment is reached often."""
        for live in self.section.fees.live():
            book = self.section.fees.book_of(live)
            assert book is not None
            if book.rate.mode is FeeMode.COUNTER and book.state is PaymentState.AWAITING:
                self.section.fees.receive(live, book.told().due)
            self.coins(500, 4)
        if self.session.phase is Phase.PAYMENT:
            for _ in range(3):
                self.time_passes(3.0, True)
                self.go_forward(1, None)

    # --- what the money's effects do ----------------------------------------------------------

    def _status(self) -> Any:
        return super()._status()

    def _seen(self) -> AcceptorStatus:
        return self.machine.status()

    def _answer(self, effect: ef.Effect, lose: str | None) -> ev.At | None:
        now, generation = self.clock.monotonic(), effect.generation
        hand = MoneyHand(Losing(self.server, lose), self.machine)  # type: ignore[arg-type]
        if isinstance(effect, ef.LookAtPrinter):
            return ev.PrinterSeen(now, generation, self._status(), self._seen())
        if isinstance(effect, ef.CountPayment):
            answer, status = hand.count(effect.payment_id, effect.mode, effect.due)
            return ev.PaymentCounted(now, generation, answer, status)
        if isinstance(effect, ef.TakeFee):
            answer, status = hand.take(effect.payment_id)
            return ev.PaymentCounted(now, generation, answer, status)
        if isinstance(effect, ef.ClosePayment):
            answer, status = hand.close(effect.payment_id)
            return ev.PaymentClosed(now, generation, effect.payment_id, answer, status)
        if isinstance(effect, ef.Recover) and lose is None:
            return self._recovered(effect, hand)
        return super()._answer(effect, lose)

    def _recovered(self, effect: ef.Recover, hand: MoneyHand) -> ev.At:
        said = self.server.recover(self._clear(effect.power_cycled), effect.power_cycled)
        if not isinstance(said, ServerFault):
            said = hand.recover(said.payments) or said
        return ev.RecoverAnswered(self.clock.monotonic(), effect.generation, said)

    def _calls(self, effect: ef.Effect) -> tuple[Callable[..., ev.At], Callable[[], Any]]:
        if isinstance(effect, ef.RequestPayment):
            return ev.PaymentAnswered, lambda: self.server.request_payment(
                effect.application_id, effect.content, effect.copies, effect.rate,
                effect.idempotency_key,
            )  # fmt: skip
        return super()._calls(effect)

    # --- money and paper ----------------------------------------------------------------------

    @invariant()
    def every_issue_has_its_money_where_its_state_says(self) -> None:
        paid = set()
        for book in self.section.fees.books:
            for copy in book.copies:
                rows = [row for row in book.rows if row.issue_id == copy.issue_id]
                assert not misplaced(copy.state(), book.rate.yen, rows)
                paid.add(copy.issue_id)
        assert {row.issue_id for row in self.section.desk.rows} == paid, "no sheet without a fee"

    @invariant()
    def the_ward_earned_exactly_the_printed_sheets(self) -> None:
        rows = [row for book in self.section.fees.books for row in book.rows]
        pots = balances(rows)
        states = [row.state for row in self.section.desk.rows]
        assert pots[Pot.EARNED] == YEN * states.count(IssueState.PRINTED)
        assert pots[Pot.HELD] == YEN * states.count(IssueState.UNKNOWN)
        assert sum(pots.values()) == 0

    @invariant()
    def no_pot_is_below_nothing_and_what_is_closed_owes_nothing(self) -> None:
        for book in self.section.fees.books:
            pots = balances(book.rows)
            assert all(yen >= 0 for pot, yen in pots.items() if pot not in BOTTOMLESS)
            if book.state is PaymentState.CLOSED:
                assert not any(pots[pot] for pot in (Pot.DEPOSIT, Pot.HELD, Pot.MISSING))
        assert len(self.section.fees.live()) <= 1

    @invariant()
    def no_coin_is_lost_in_the_machine(self) -> None:
        machine = self.machine
        inside = machine.drawer.held if machine.drawer else 0
        assert machine.cash_box + machine.tray + inside == self.put_in
        # This machine's memory is whole: nothing is ever short or missing.
        rows = [row for book in self.section.fees.books for row in book.rows]
        pots = balances(rows)
        assert (pots[Pot.SHORT], pots[Pot.MISSING]) == (0, 0)

    @invariant()
    def the_next_person_finds_no_money_of_the_last(self) -> None:
        session = self.session
        if session.phase is Phase.ATTRACT:
            assert session.closing is None
            assert self.section.fees.live() == ()

    @invariant()
    def a_payment_whose_use_is_over_is_owed_its_end(self) -> None:
        session = self.session
        if session.phase not in {Phase.TAKE_PAPER, Phase.END, Phase.SORRY}:
            return
        if self.section.fees.live():
            assert session.closing is not None or session.facts.recover_needed


PayingTerminal.TestCase.settings = settings(
    max_examples=200, stateful_step_count=50, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
TestMoney = PayingTerminal.TestCase
