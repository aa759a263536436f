"""Fees on the whole terminal: at the counter, into the machine, and every way it can go wrong.

After each journey money and paper are compared: the ward has earned exactly the sheets that came
out, the person has back exactly the rest, and the machine's cash box holds what the ledger says.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kiosk.coins.simulator import SimulatedAcceptor
from kiosk.domain.fees import FeeMode, FeeRate, PaymentState, Pot, misplaced
from kiosk.domain.issuance import IssueState
from kiosk.domain.printer import PrintFault
from kiosk.domain.slips import UNTIMED, FeeSlip
from kiosk.screens.present.issue import overlay
from kiosk.screens.present.payment import PaymentView, refund_words
from kiosk.screens.present.payment import payment as payment_frame
from kiosk.session import events as ev
from kiosk.session.idle import COUNTER_WAIT_S, MACHINE_WAIT_S, PAYMENT_WARN_S
from kiosk.session.state import Overlay, Phase
from tests.fakes.printer import EMPTY, FakePrinter
from tests.flows.bench import Kiosk, World, kiosk, sheets_of
from tests.flows.people import PERSON

COUNTER = FeeRate(FeeMode.COUNTER, 400)
MACHINE = FeeRate(FeeMode.ACCEPTOR, 400)
P, F, U = IssueState.PRINTED, IssueState.FAILED, IssueState.UNKNOWN


def charged(rate: FeeRate) -> World:
    world = World(machine=SimulatedAcceptor() if rate is MACHINE else None)
    world.section.fees.rate = rate
    return world


def machine_of(world: World) -> SimulatedAcceptor:
    assert world.machine is not None
    return world.machine


def agree(world: World, *, unknown: int = 0) -> None:
    """Money and paper, issue by issue and as a whole; the machine against the ledger."""
    for book in world.section.fees.books:
        for copy in book.copies:
            rows = [row for row in book.rows if row.issue_id == copy.issue_id]
            assert not misplaced(copy.state(), book.rate.yen, rows)
    pots = world.pots()
    assert pots.get(Pot.EARNED, 0) == 400 * world.states.count(P)
    assert pots.get(Pot.HELD, 0) == 400 * world.states.count(U) == 400 * unknown
    if world.machine is not None and world.machine.status().heard:
        drawer = world.machine.drawer
        assert drawer is None or not drawer.held
        # What is owed for want of change lies in the box as well, until staff hand it out.
        kept = (Pot.EARNED, Pot.HELD, Pot.DEPOSIT)
        assert world.machine.cash_box == sum(pots.get(pot, 0) for pot in kept)


def payment(k: Kiosk) -> object:
    return k.session.visit and k.session.visit.payment


@pytest.fixture
def counter() -> Iterator[Kiosk]:
    with kiosk(charged(COUNTER)) as k:
        yield k


@pytest.fixture
def machine() -> Iterator[Kiosk]:
    with kiosk(charged(MACHINE)) as k:
        yield k


def receive(k: Kiosk, yen: int = 400) -> None:
    fees = k.world.section.fees
    fees.receive(fees.live()[0], yen)


def insert(k: Kiosk, *pieces: int) -> None:
    for yen in pieces:
        assert machine_of(k.world).insert(yen), yen


# --- off ----------------------------------------------------------------------------------------


def test_without_a_fee_nobody_is_asked() -> None:
    with kiosk() as k:
        k.issue()
        assert k.at(Phase.TAKE_PAPER)
        assert not {"request_payment", "count_payment", "read_payment"} & set(k.wire.called)
        assert all(phase is not Phase.PAYMENT for phase, _ in k.seen)


def test_a_fee_that_begins_while_somebody_reads_is_shown_before_it_is_asked() -> None:
    with kiosk() as k:
        k.to_search()
        k.to_confirm()
        k.world.section.fees.rate = COUNTER
        k.touch(ev.IssuePressed)  # the terminal does not know yet; the server does
        assert k.at(Phase.CONFIRM), k.seen
        assert k.notice == "fee_changed"
        assert sheets_of(k.world) == []
        k.wait(3)
        k.touch(ev.IssuePressed)
        assert k.at(Phase.PAYMENT)


# --- at the counter -----------------------------------------------------------------------------


def test_paid_at_the_counter(counter: Kiosk) -> None:
    counter.issue(2)
    assert counter.at(Phase.PAYMENT)
    counter.wait(30)
    assert counter.at(Phase.PAYMENT)
    assert counter.world.states == []
    receive(counter, 800)
    counter.wait_for(Phase.TAKE_PAPER, 20)
    assert counter.world.states == [P, P]
    assert counter.world.pots() == {Pot.PERSON: -800, Pot.EARNED: 800}
    assert counter.session.closing is None
    agree(counter.world)


def test_stopped_before_paying_costs_nothing(counter: Kiosk) -> None:
    counter.issue()
    counter.touch(ev.CancelPressed)
    assert counter.session.overlay is Overlay.CANCEL_CONFIRM
    counter.touch(ev.CancelConfirmed)
    counter.wait(1)
    assert counter.at(Phase.ATTRACT)
    assert counter.world.section.fees.live() == ()
    assert counter.world.pots() == {}


def test_paid_while_the_person_says_no_is_owed(counter: Kiosk) -> None:
    """The release and the 中止 cross: nothing is printed under the question, nothing is kept."""
    counter.issue()
    counter.touch(ev.CancelPressed)
    receive(counter)
    counter.wait(5)
    assert counter.at(Phase.PAYMENT)
    counter.touch(ev.CancelConfirmed)
    assert counter.at(Phase.SORRY)
    counter.wait(2)
    assert sheets_of(counter.world) == []
    assert counter.world.pots() == {Pot.PERSON: -400, Pot.DEPOSIT: 400}
    assert counter.session.visit is not None
    assert counter.session.visit.refund is not None
    assert counter.session.visit.refund.state is PaymentState.OWING


def test_nobody_pays_and_the_terminal_goes_on(counter: Kiosk) -> None:
    counter.issue()
    counter.wait(COUNTER_WAIT_S - 20)
    assert counter.at(Phase.PAYMENT)
    counter.wait(30)
    assert counter.at(Phase.SORRY)
    assert counter.notice == "payment_timed_out"
    counter.wait_for(Phase.ATTRACT, 60)
    assert counter.world.section.fees.live() == ()


def test_staff_cancel_it(counter: Kiosk) -> None:
    counter.issue()
    fees = counter.world.section.fees
    fees.cancel(fees.live()[0])
    counter.wait(4)
    assert counter.at(Phase.SORRY)
    assert counter.notice == "payment_cancelled"


def test_a_stop_order_ends_the_wait(counter: Kiosk) -> None:
    counter.issue()
    counter.world.section.stop("点検")
    counter.wait(5)
    assert counter.at(Phase.SORRY)
    assert counter.world.section.fees.live() == ()


# --- a person who hesitates ---------------------------------------------------------------------


def words_over_the_screen(k: Kiosk) -> str:
    shown = overlay(k.session)
    return shown.words if shown else ""


def to_the_question(k: Kiosk, wait_s: float) -> None:
    """Until the last three quarters of a minute."""
    k.wait(wait_s - PAYMENT_WARN_S - 5)
    assert k.session.overlay is Overlay.NONE
    k.wait(6)
    assert k.at(Phase.PAYMENT)
    assert k.session.overlay is Overlay.IDLE_WARNING


def test_the_end_of_the_wait_is_asked_about_and_can_be_put_off_without_end(machine: Kiosk) -> None:
    machine.issue()
    machine.wait(3)
    insert(machine, 100)
    machine.wait(3)
    for _ in range(3):
        to_the_question(machine, MACHINE_WAIT_S)
        assert "100円をお返しします" in words_over_the_screen(machine)
        assert f"あと{machine.session.countdown}秒" in words_over_the_screen(machine)
        machine.touch(ev.StillHere)
        assert machine.session.overlay is Overlay.NONE
    insert(machine, 500)
    machine.wait_for(Phase.TAKE_PAPER, 20)
    machine.wait(2)
    agree(machine.world)


def test_a_coin_answers_the_question(machine: Kiosk) -> None:
    machine.issue()
    machine.wait(3)
    to_the_question(machine, MACHINE_WAIT_S)
    assert "お返し" not in words_over_the_screen(machine)  # nothing is in yet
    insert(machine, 100)
    machine.wait(3)
    assert machine.session.overlay is Overlay.NONE
    to_the_question(machine, MACHINE_WAIT_S)
    insert(machine, 500)
    machine.wait_for(Phase.TAKE_PAPER, 20)
    assert machine.world.states == [P]


@pytest.mark.parametrize("how", ["leaves", "says so"])
def test_whoever_does_not_answer_gets_every_coin_back(machine: Kiosk, how: str) -> None:
    machine.issue()
    machine.wait(3)
    insert(machine, 100, 100)
    machine.wait(3)
    to_the_question(machine, MACHINE_WAIT_S)
    if how == "says so":
        machine.touch(ev.CancelConfirmed)
    machine.wait_for(Phase.SORRY, int(PAYMENT_WARN_S))
    machine.wait(2)
    assert machine.world.pots() == {}
    assert machine_of(machine.world).tray == 200
    assert machine.session.visit is not None
    assert machine.session.visit.refund is not None
    assert "200円を返却口へ" in refund_words(machine.session)
    machine.wait_for(Phase.ATTRACT, 60)


def test_paid_at_the_counter_while_the_question_stands(counter: Kiosk) -> None:
    counter.issue()
    to_the_question(counter, COUNTER_WAIT_S)
    receive(counter)
    counter.wait_for(Phase.TAKE_PAPER, 20)
    assert counter.world.states == [P]
    agree(counter.world)


def test_paid_under_the_question_about_stopping_prints_when_it_is_answered(counter: Kiosk) -> None:
    counter.issue()
    counter.wait(COUNTER_WAIT_S - PAYMENT_WARN_S - 3)
    counter.touch(ev.CancelPressed)
    receive(counter)
    counter.wait(20)  # the last of the time begins, and no second question lies over the first
    assert counter.session.overlay is Overlay.CANCEL_CONFIRM
    counter.touch(ev.CancelDismissed)
    counter.wait_for(Phase.TAKE_PAPER, 20)
    assert counter.world.states == [P]


def test_a_touch_beside_the_question_changes_nothing(counter: Kiosk) -> None:
    counter.issue()
    to_the_question(counter, COUNTER_WAIT_S)
    before = counter.session.countdown
    counter.touch(ev.BackPressed)
    assert counter.session.overlay is Overlay.IDLE_WARNING
    assert counter.session.countdown == before


# --- the fee slip -------------------------------------------------------------------------------


def number_on_the_screen(k: Kiosk) -> str:
    body = payment_frame(k.session).body
    assert isinstance(body, PaymentView)
    return body.number


def test_the_fee_slip_comes_out_of_the_slip_printer_with_the_number_on_the_screen() -> None:
    own = FakePrinter()
    with kiosk(charged(COUNTER), slip_driver=own) as k:
        k.issue(2)
        [slip] = k.slips.drawn
        assert isinstance(slip, FeeSlip)
        [book] = k.world.section.fees.books
        assert (slip.number, slip.copies, slip.yen) == (book.told().number, 2, 400)
        assert slip.number in number_on_the_screen(k)
        assert slip.at != UNTIMED
        assert not any(text in repr(slip) for text in PERSON.values())
        assert len(own.sheets) == 1
        assert k.world.device.sheets == []  # not on the certificates' own paper
        k.wait(10)
        assert len(own.sheets) == 1  # once, however long it takes
        receive(k, 800)
        k.wait_for(Phase.TAKE_PAPER, 20)
        assert len(own.sheets) == 1
        assert k.world.states == [P, P]


def test_without_a_slip_printer_the_number_is_on_the_screen(counter: Kiosk) -> None:
    counter.issue()
    assert counter.slips.drawn == []
    assert counter.world.device.sheets == []
    assert counter.notice == ""  # nobody is told of a slip that is not there
    [book] = counter.world.section.fees.books
    assert book.told().number in number_on_the_screen(counter)


@pytest.mark.parametrize("fault", ["broken", "empty"])
def test_a_slip_that_does_not_come_out_keeps_nobody_from_paying(fault: str) -> None:
    own = FakePrinter(fail_after=10, fault=PrintFault.DISCONNECTED)
    if fault == "empty":
        own = FakePrinter(state=EMPTY)
    with kiosk(charged(COUNTER), slip_driver=own) as k:
        k.issue()
        assert own.sheets == []
        assert k.at(Phase.PAYMENT)
        assert k.world.section.fees.books[0].told().number in number_on_the_screen(k)
        receive(k)
        k.wait_for(Phase.TAKE_PAPER, 20)
        assert k.world.states == [P]


def test_money_for_the_machine_needs_no_slip() -> None:
    own = FakePrinter()
    with kiosk(charged(MACHINE), slip_driver=own) as k:
        k.issue()
        k.wait(3)
        assert k.at(Phase.PAYMENT)
        assert (k.slips.drawn, own.sheets) == ([], [])


# --- into the machine ---------------------------------------------------------------------------


def test_coin_by_coin(machine: Kiosk) -> None:
    machine.issue()
    machine.wait(3)
    insert(machine, 100)
    machine.wait(3)
    assert machine.world.pots() == {Pot.PERSON: -100, Pot.DEPOSIT: 100}
    insert(machine, 100, 100, 100)
    machine.wait_for(Phase.TAKE_PAPER, 20)
    assert machine.world.states == [P]
    assert machine.world.pots() == {Pot.PERSON: -400, Pot.EARNED: 400}
    agree(machine.world)


def test_change_comes_back(machine: Kiosk) -> None:
    machine.issue(2)
    machine.wait(3)
    insert(machine, 1000)
    machine.wait_for(Phase.TAKE_PAPER, 20)
    machine.wait(2)
    assert machine.world.pots() == {Pot.PERSON: -800, Pot.EARNED: 800}
    assert machine_of(machine.world).tray == 200
    refund = machine.session.visit and machine.session.visit.refund
    assert refund is not None
    assert refund.returned == 200
    agree(machine.world)


def test_half_of_it_and_then_no(machine: Kiosk) -> None:
    machine.issue()
    machine.wait(3)
    insert(machine, 100, 100)
    machine.wait(3)
    machine.touch(ev.CancelPressed)
    machine.touch(ev.CancelConfirmed)
    machine.wait(2)
    assert machine.at(Phase.SORRY)
    assert machine_of(machine.world).tray == 200
    assert machine.world.pots() == {}
    machine.wait_for(Phase.ATTRACT, 60)


def test_the_lever_gives_it_back(machine: Kiosk) -> None:
    machine.issue()
    machine.wait(3)
    insert(machine, 100)
    machine.wait(3)
    assert machine_of(machine.world).lever() == 100
    machine.wait(3)
    assert machine.world.pots() == {}
    insert(machine, 500)
    machine.wait_for(Phase.TAKE_PAPER, 20)
    machine.wait(2)
    agree(machine.world)
    assert machine_of(machine.world).tray == 200


def test_nobody_goes_on_paying(machine: Kiosk) -> None:
    machine.issue()
    machine.wait(3)
    insert(machine, 100)
    machine.wait(MACHINE_WAIT_S + 5)
    assert machine.at(Phase.SORRY)
    assert machine.notice == "payment_timed_out"
    assert machine_of(machine.world).tray == 100


def test_the_second_of_three_copies_fails(machine: Kiosk) -> None:
    machine.to_search()
    machine.to_confirm(3)
    machine.touch(ev.IssuePressed)
    machine.wait(3)
    # The paper ends when the first copy is out.
    machine.wire.after["settle"] = lambda: machine.printer.control.paper_empty()
    insert(machine, 1000, 500)
    machine.wait_for(Phase.TAKE_PAPER, 30)
    machine.wait(2)
    assert machine.world.states == [P]
    assert machine.world.pots() == {Pot.PERSON: -400, Pot.EARNED: 400}
    assert machine_of(machine.world).tray == 1100
    agree(machine.world)


def test_a_sheet_that_nobody_can_vouch_for_holds_its_fee(machine: Kiosk) -> None:
    machine.printer.control.at_band(2, "unplug")
    machine.issue(3)
    machine.wait(3)
    insert(machine, 1000, 500)
    machine.wait_for(Phase.SORRY, 60)
    machine.wait(3)
    assert machine.world.states == [U]
    assert machine.world.pots() == {Pot.PERSON: -400, Pot.HELD: 400}
    assert machine_of(machine.world).tray == 1100
    agree(machine.world, unknown=1)


@pytest.mark.parametrize(("trouble", "notice"), [
    ({"plugged": False}, "acceptor.offline"), ({"mute": True}, "acceptor.unknown"),
    ({"jammed": True}, "acceptor.jammed"), ({"full": True}, "acceptor.full"),
])  # fmt: skip
def test_a_machine_that_cannot_closes_the_terminal(
    machine: Kiosk, trouble: dict[str, bool], notice: str
) -> None:
    machine_of(machine.world).set(**trouble)
    machine.wait(8)
    assert machine.at(Phase.OUT_OF_ORDER)
    assert machine.notice == notice
    machine_of(machine.world).set(plugged=True, mute=False, jammed=False, full=False)
    machine.wait(8)
    assert machine.at(Phase.ATTRACT)


@pytest.mark.parametrize("trouble", [{"plugged": False}, {"mute": True}, {"jammed": True}])
def test_trouble_with_money_inside_prints_nothing(machine: Kiosk, trouble: dict[str, bool]) -> None:
    machine.issue()
    machine.wait(3)
    insert(machine, 100, 100)
    machine.wait(3)
    machine_of(machine.world).set(**trouble)
    machine.wait(4)
    assert machine.at(Phase.PAYMENT)
    machine.touch(ev.CancelPressed)
    machine.touch(ev.CancelConfirmed)
    machine.wait(2)
    assert machine.at(Phase.SORRY)
    assert machine.world.pots() == {Pot.PERSON: -200, Pot.DEPOSIT: 200}  # staff hand it out
    assert sheets_of(machine.world) == []


def test_no_change_for_the_rest_is_owed_by_staff(machine: Kiosk) -> None:
    machine_of(machine.world).set(change=False)
    machine.wait(6)
    machine.issue(2)
    machine.wait(3)
    assert not machine_of(machine.world).insert(1000)  # more than is due: it falls through
    insert(machine, 500, 100, 100, 100)
    machine.wire.after["settle"] = lambda: machine.printer.control.paper_empty()
    machine.wait_for(Phase.TAKE_PAPER, 30)
    machine.wait(2)
    pots = machine.world.pots()
    assert pots[Pot.EARNED] == 400
    assert pots.get(Pot.DEPOSIT, 0) == 100  # 300 came back as coins, the rest of the 500 not
    assert machine_of(machine.world).tray == 300
    agree(machine.world)


def test_unplugged_after_the_sheet_and_plugged_in_again(machine: Kiosk) -> None:
    """The ledger has earned it; the machine takes it when it is back."""
    machine.issue()
    machine.wait(3)
    machine.wire.after["settle"] = lambda: machine_of(machine.world).set(plugged=False)
    insert(machine, 500)
    machine.wait_for(Phase.TAKE_PAPER, 20)
    machine.wait(3)
    assert machine.world.pots() == {Pot.PERSON: -500, Pot.DEPOSIT: 100, Pot.EARNED: 400}
    assert machine_of(machine.world).cash_box == 0
    machine_of(machine.world).set(plugged=True)
    machine.touch(ev.PaperTaken)
    machine.touch(ev.Finished)
    machine.wait_for(Phase.ATTRACT, 30)  # not before the machine is in line
    agree(machine.world)
    assert machine_of(machine.world).cash_box == 400
    assert machine_of(machine.world).tray == 100


def test_unplugged_after_the_sheet_and_killed(machine: Kiosk) -> None:
    machine.issue()
    machine.wait(3)
    machine.wire.after["settle"] = lambda: machine_of(machine.world).set(plugged=False)
    insert(machine, 500)
    machine.wait_for(Phase.TAKE_PAPER, 20)
    machine.wait(3)
    machine_of(machine.world).set(plugged=True)
    with kiosk(machine.world):  # the next process brings it in line at its boot
        agree(machine.world)
        assert machine_of(machine.world).tray == 100


def test_a_server_that_is_lost_while_closing_is_told_later(machine: Kiosk) -> None:
    machine.issue()
    machine.wait(3)
    insert(machine, 500)
    machine.wire.after["settle"] = lambda: machine.wire.lose("count_payment", after=True, times=2)
    machine.wait_for(Phase.TAKE_PAPER, 20)
    machine.wait(10)
    assert machine.session.closing is None
    assert machine.world.pots() == {Pot.PERSON: -400, Pot.EARNED: 400}
    agree(machine.world)


def test_an_escrow_that_is_gone_at_boot_waits_for_staff(machine: Kiosk) -> None:
    machine.issue()
    machine.wait(3)
    insert(machine, 100, 100)
    machine.wait(3)
    machine_of(machine.world).forget()
    with kiosk(machine.world) as born:
        assert born.at(Phase.ATTRACT)
        assert machine.world.pots() == {Pot.PERSON: -200, Pot.MISSING: 200}


def test_nothing_personal_is_in_what_outlives_the_visit(machine: Kiosk) -> None:
    machine.issue()
    machine.wait(3)
    insert(machine, 100)
    machine.touch(ev.CancelPressed)
    machine.touch(ev.CancelConfirmed)
    visit = machine.session.visit
    assert visit is not None
    assert (visit.applicant, visit.application, visit.content, visit.payment) == (None,) * 4
