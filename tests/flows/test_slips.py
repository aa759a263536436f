"""控え and the slip for the counter: asked for by a finger, out of the printer, and no name."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from kiosk.domain.application_number import application_number
from kiosk.domain.printer import NotStarted, PrintFault
from kiosk.domain.slips import UNTIMED, CounterSlip, Receipt, TestPrint
from kiosk.session import events as ev
from kiosk.session.effects import PrintSlip
from kiosk.session.idle import END_S, SIGN_IN_S, STALL_S
from kiosk.session.moves import PRINTER_LOOK_S
from kiosk.session.state import Phase, Trouble
from tests.fakes.printer import EMPTY, JAM, FakePrinter
from tests.flows.bench import PIN, STAFF_ID, Kiosk, World, kiosk, sheets_of
from tests.flows.people import PERSON, RARE, SCANNED
from tests.unit.session.drive import Play

SLIP = CounterSlip(UNTIMED, "見本の端末", "U-0001", "見本-1", "見本。")
REASON = "この端末では証明書を出せません。窓口へお越しください。"


def to_end(k: Kiosk) -> None:
    k.issue()
    k.touch(ev.PaperTaken)
    assert k.at(Phase.END)


def test_a_receipt_after_a_certificate_has_the_applications_numbers_and_no_person() -> None:
    with kiosk() as k:
        to_end(k)
        assert k.session.visit is not None
        application = k.session.visit.application
        assert application is not None
        k.touch(ev.ReceiptPressed)
        assert k.notice == "slip_printed"
        [slip] = k.slips.drawn
        assert isinstance(slip, Receipt)
        assert (slip.application, slip.user_id) == (
            application_number(application.application_id), application.user_id,
        )  # fmt: skip
        assert slip.numbers == ("2026-000001",)
        assert slip.at != UNTIMED
        assert not any(text in repr(slip) for text in PERSON.values())
        issued, other = sheets_of(k.world)
        assert (issued, other) == (k.world.section.desk.rows[0].issue_id, "?")
        k.touch(ev.Finished)
        assert k.at(Phase.ATTRACT)


@pytest.mark.parametrize("entry_id", [SCANNED.entry_id, RARE.entry_id])
def test_what_cannot_be_issued_here_goes_to_the_counter_with_a_slip(entry_id: int) -> None:
    with kiosk() as k:
        k.to_search()
        k.to_entry(entry_id)
        k.touch(ev.CertifyPressed)
        k.touch(ev.CounterSlipPressed, reason=REASON)
        assert k.notice == "slip_printed"
        assert k.at(Phase.ENTRY)
        [slip] = k.slips.drawn
        assert isinstance(slip, CounterSlip)
        assert slip.reason == REASON
        assert k.session.visit is not None
        assert k.session.visit.entry is not None
        assert slip.ledger_no == k.session.visit.entry.ledger_no
        assert len(k.world.device.sheets) == 1
        assert k.world.section.desk.rows == []


def test_a_slip_that_cannot_be_drawn_or_printed_says_so_and_leaves_the_visit() -> None:
    with kiosk() as k:
        to_end(k)
        k.slips.refuse = True
        k.touch(ev.ReceiptPressed)
        assert k.notice == "slip_not_printed"
        assert k.at(Phase.END)
        assert len(k.world.device.sheets) == 1
        k.slips.refuse = False
        k.world.device.change(paper=False)
        k.touch(ev.ReceiptPressed)
        assert k.notice == "slip_not_printed"
        assert k.at(Phase.END)
        assert not k.session.facts.recover_needed  # not a byte left


def test_a_slip_whose_end_is_not_known_has_the_printer_cleared_before_the_next_person() -> None:
    printer = FakePrinter()
    with kiosk(driver=printer) as k:
        to_end(k)
        printer.fail_after, printer.status_after_fault = 10, JAM
        k.touch(ev.ReceiptPressed)
        assert k.notice == "slip_not_printed"
        assert k.session.facts.recover_needed
        k.touch(ev.ReceiptPressed)  # not a second one behind it
        assert len(k.slips.drawn) == 1
        clears = printer.clears
        printer.fail_after, printer.state = None, EMPTY
        k.touch(ev.AnotherBuilding)
        assert k.at(Phase.END)
        k.touch(ev.Finished)
        assert printer.clears == clears + 1
        k.wait(PRINTER_LOOK_S + 1)
        assert k.at(Phase.OUT_OF_ORDER)
        assert k.session.trouble is Trouble.PRINTER
        assert printer.held == []


def test_a_printer_for_slips_alone_keeps_its_troubles_to_itself() -> None:
    own = FakePrinter(fail_after=10, fault=PrintFault.DISCONNECTED)
    with kiosk(slip_driver=own) as k:
        to_end(k)
        k.touch(ev.ReceiptPressed)
        assert k.notice == "slip_not_printed"
        assert not k.session.facts.recover_needed
        own.fail_after, own.state = None, FakePrinter().state
        k.touch(ev.ReceiptPressed)  # cleared first, so that the old one does not come out before it
        assert k.notice == "slip_printed"
        assert own.held == []
        assert len(own.sheets) == 1
        assert len(k.world.device.sheets) == 1


# --- the staff's menu ---------------------------------------------------------------------------


def to_menu(k: Kiosk) -> None:
    k.touch(ev.StaffWanted)
    assert k.at(Phase.SIGN_IN)
    k.touch(ev.StaffSignIn, staff_id=STAFF_ID, pin=PIN, menu=True)
    assert k.at(Phase.STAFF_MENU), k.seen


def test_staff_print_a_test_sheet_from_their_menu_and_open_the_terminal_again() -> None:
    own = FakePrinter()
    with kiosk(slip_driver=own) as k:
        to_menu(k)
        k.touch(ev.TestPrintPressed)
        assert k.notice == "slip_printed"
        [slip] = k.slips.drawn
        assert isinstance(slip, TestPrint)
        assert slip.terminal == "terminal-1"
        assert len(k.world.device.sheets) == 1  # the certificates' printer is what is tested
        assert own.sheets == []
        k.touch(ev.MenuLeft)
        assert k.at(Phase.ATTRACT)
        assert k.world.section.desk.rows == []


def test_a_wrong_pin_opens_no_menu_and_no_test_print() -> None:
    with kiosk() as k:
        k.touch(ev.StaffWanted)
        k.touch(ev.StaffSignIn, staff_id=STAFF_ID, pin="000000", menu=True)
        assert k.at(Phase.SIGN_IN)
        k.touch(ev.TestPrintPressed)
        assert k.slips.drawn == []
        k.touch(ev.BackPressed)  # a finger that was none of staff's: back to work
        assert k.at(Phase.ATTRACT)
        k.touch(ev.TestPrintPressed)
        assert k.slips.drawn == []


def test_the_menu_comes_where_the_checks_found_something_too() -> None:
    with kiosk(opened=False) as k:
        k.world.device.change(paper=False)
        k.start()
        k.touch(ev.StaffSignIn, staff_id=STAFF_ID, pin=PIN, menu=True)
        assert k.at(Phase.STAFF_MENU)
        k.touch(ev.TestPrintPressed)
        assert k.notice == "slip_not_printed"
        k.touch(ev.MenuLeft)
        assert k.at(Phase.OUT_OF_ORDER)


def test_a_menu_that_nobody_touches_is_closed() -> None:
    with kiosk() as k:
        to_menu(k)
        k.wait(SIGN_IN_S + 2)
        assert k.at(Phase.ATTRACT)


def test_a_test_print_whose_end_is_not_known_is_cleared_before_the_terminal_opens() -> None:
    printer = FakePrinter()
    with kiosk(driver=printer) as k:
        to_menu(k)
        printer.fail_after = 10
        k.touch(ev.TestPrintPressed)
        assert k.notice == "slip_not_printed"
        clears, printer.fail_after = printer.clears, None
        k.touch(ev.MenuLeft)
        assert printer.clears == clears + 1
        assert printer.held == []
        assert k.at(Phase.ATTRACT)


# --- by hand ------------------------------------------------------------------------------------


def test_nobody_leaves_while_a_slip_comes_out_and_a_lane_that_hangs_calls_staff() -> None:
    play = Play().to_end()
    play.do(ev.ReceiptPressed)
    for kind in (ev.Finished, ev.AnotherBuilding, ev.ReceiptPressed, ev.BackPressed):
        play.do(kind)
        assert play.effects == ()
        assert play.at(Phase.END)
    play.wait(END_S + 5)
    assert play.at(Phase.END)
    play.wait(STALL_S)
    assert play.at(Phase.OUT_OF_ORDER)
    assert play.session.facts.need_staff
    assert play.session.visit is None


def test_the_last_screen_counts_anew_when_the_slip_is_out() -> None:
    play = Play().to_end()
    play.wait(END_S - 2)
    play.do(ev.ReceiptPressed)
    play.wait(20)
    play.answer(ev.SlipEnded, outcome=NotStarted(PrintFault.BUSY))
    play.wait(END_S - 2)
    assert play.at(Phase.END, "slip_not_printed")
    play.wait(3)
    assert play.at(Phase.ATTRACT)


def test_a_visit_that_ended_meanwhile_gets_no_slip() -> None:
    """The gate before the first byte: an older generation's slip does not leave."""
    world = World()
    with kiosk(world) as k:
        k.to_search()
        k.to_entry(SCANNED.entry_id)
        k.terminal.dispatch(ev.CounterSlipPressed(k.now(), REASON))
        k.terminal.dispatch(ev.BackPressed(k.now()))
        k.work()
        assert k.at(Phase.RESULTS)
        assert not k.notice
        assert k.session.waiting == ""
        assert not k.session.facts.recover_needed


def test_the_gate_before_the_first_byte_refuses_a_slip_of_an_older_generation() -> None:
    with kiosk() as k:
        k.to_search()
        old = PrintSlip(k.session.generation - 1, "11111111-1111-4111-8111-111111111111", SLIP)
        k.runner.perform(old)
        k.work()
        assert k.world.device.sheets == []
        new = replace(old, generation=k.session.generation, slip_id=str(uuid.uuid4()))
        k.runner.perform(new)
        k.work()
        assert len(k.world.device.sheets) == 1
