"""ESC/POS printers with other habits: what they mean is understood, or they are not ready."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import usb.core

from kiosk.domain.printer import (
    ClearState,
    NotStarted,
    Printed,
    PrinterReason,
    PrinterState,
    PrintFault,
    PrintOutcome,
    PrintUnknown,
)
from kiosk.printing.escpos_printer import ANSWER_WAIT_S, EscposPrinter
from kiosk.printing.escpos_usb import escpos_usb_printer
from kiosk.printing.models import GENERIC_EPSON
from kiosk.printing.tcp import TcpAddress, escpos_tcp_printer
from kiosk.printing.transport import UsbSelector
from tests.fakes.strange_printer import AUTO_STATUS, StrangePrinter
from tests.fakes.tcp_printer import FakeTcpNetwork
from tests.fakes.usb_backend import PRODUCT, VENDOR, FakeUsbBackend
from tests.unit.printing.fake_clock import FakeClock
from tests.unit.printing.sheets import SmallSheets, small_job
from tests.unit.printing.test_fault_table import PAGES, SHEETS, pages_of


class Rig:
    def __init__(self, wire: str) -> None:
        self.clock = FakeClock()
        self.device = StrangePrinter(self.clock)
        self.backend = FakeUsbBackend(self.device, self.clock)
        self.network = FakeTcpNetwork(self.device, self.clock)
        self.printer = self.made(wire)

    def made(self, wire: str) -> EscposPrinter:
        if wire == "usb":
            selector = UsbSelector(VENDOR, PRODUCT)
            return escpos_usb_printer(GENERIC_EPSON, selector, SHEETS, self.clock, self.backend)
        address = TcpAddress("printer.invalid")
        return escpos_tcp_printer(GENERIC_EPSON, address, SHEETS, self.clock, self.network.connect)

    def print(self, pages: int = PAGES) -> PrintOutcome:
        return self.printer.print(small_job(pages), lambda _: None, lambda _: True)


@pytest.fixture(params=["usb", "tcp"])
def rig(request: pytest.FixtureRequest) -> Rig:
    return Rig(request.param)


def test_a_printer_that_sends_byte_by_byte_prints(rig: Rig) -> None:
    rig.device.one_by_one = True
    assert rig.printer.clear() is ClearState.CLEAR
    outcome = rig.print()
    assert isinstance(outcome, Printed)
    assert outcome.evidence.pages_completed == PAGES
    assert [rows for _, rows in rig.device.sheets] == pages_of(PAGES)


@pytest.mark.parametrize("band", range(0, 8, 3))
def test_status_told_unasked_is_no_answer_and_no_fault(rig: Rig, band: int) -> None:
    rig.device.chatter = AUTO_STATUS * 2
    assert rig.printer.status().ready
    assert rig.device.chatter == b""
    rig.device.at_band(band, lambda: setattr(rig.device, "chatter", AUTO_STATUS))
    assert isinstance(rig.print(), Printed)
    assert rig.device.fired == [band]
    assert rig.device.chatter == b""


@pytest.mark.parametrize("split", [1, 2, 3])
def test_half_an_unasked_status_before_the_answer(rig: Rig, split: int) -> None:
    # Its other half never comes: the answer behind it must not be taken for that.
    rig.device.chatter = AUTO_STATUS[:split]
    assert rig.printer.status().ready
    rig.device.paper = False
    rig.device.chatter = AUTO_STATUS[:split]
    assert not rig.printer.status().ready


def test_late_answers_are_not_taken_for_the_next_questions(rig: Rig) -> None:
    rig.device.late_s = 2.6
    for paper in (True, False, True, False):
        rig.device.paper = paper
        begun = rig.clock.monotonic()
        status = rig.printer.status()
        assert rig.clock.monotonic() - begun <= 2 * ANSWER_WAIT_S + 0.1
        assert status.state is PrinterState.UNKNOWN
        assert PrinterReason.NO_ANSWER in status.reasons
        rig.clock.sleep(0.1)
    assert isinstance(rig.print(), NotStarted)
    rig.device.late_s = 0.0
    rig.clock.sleep(3)
    assert PrinterReason.MEDIA_EMPTY in rig.printer.status().reasons
    rig.device.paper = True
    assert rig.printer.status().ready


@pytest.mark.parametrize("late_s", [0.3, 1.0, 1.5])
def test_a_printer_that_is_late_with_every_answer_is_ready_and_prints(
    rig: Rig, late_s: float
) -> None:
    rig.device.late_s = late_s
    assert rig.printer.clear() is ClearState.CLEAR
    for _ in range(3):
        begun = rig.clock.monotonic()
        assert rig.printer.status().ready
        assert rig.clock.monotonic() - begun <= 4 * ANSWER_WAIT_S + 0.5
    assert isinstance(rig.print(), Printed)
    assert [rows for _, rows in rig.device.sheets] == pages_of(PAGES)
    rig.device.paper = False
    assert PrinterReason.MEDIA_EMPTY in rig.printer.status().reasons


def test_how_late_an_answer_may_be_is_configured() -> None:
    clock = FakeClock()
    device = StrangePrinter(clock)
    network = FakeTcpNetwork(device, clock)
    device.late_s = 0.6
    seen = []
    for answer_s in (0.5, 0.7):
        printer = escpos_tcp_printer(
            GENERIC_EPSON, TcpAddress("printer.invalid"), SHEETS, clock, network.connect, answer_s
        )
        seen.append(printer.status().ready)
        clock.sleep(3)
    assert seen == [False, True]


@pytest.mark.parametrize("band", range(0, 8, 3))
def test_a_printer_that_is_late_for_a_while_in_mid_job_is_waited_for(rig: Rig, band: int) -> None:
    def late() -> None:
        rig.device.late_s = 2.3
        rig.device.at_band(band + 1, lambda: setattr(rig.device, "late_s", 0.0))

    rig.device.at_band(band, late)
    outcome = rig.print()
    assert rig.device.fired[:1] == [band]
    assert isinstance(outcome, Printed)
    assert [rows for _, rows in rig.device.sheets] == pages_of(PAGES)


@pytest.mark.parametrize("extra", [b"\x12", b"\x00", b"\x12\x12", b"\r\n"])
def test_more_bytes_than_asked_for_are_never_well(rig: Rig, extra: bytes) -> None:
    rig.device.extra = extra
    status = rig.printer.status()
    assert status.state is PrinterState.UNKNOWN
    assert PrinterReason.GARBLED_ANSWER in status.reasons
    assert isinstance(rig.print(), NotStarted)
    assert rig.device.sheets == []
    rig.device.extra = b""
    assert rig.printer.status().ready


@pytest.mark.parametrize("dumb", [{1}, {2}, {3}, {4}, {3, 4}])
def test_a_printer_that_answers_part_of_the_questions_is_not_ready(
    rig: Rig, dumb: set[int]
) -> None:
    rig.device.dumb = frozenset(dumb)
    for _ in range(3):
        status = rig.printer.status()
        assert status.state is PrinterState.UNKNOWN
        assert PrinterReason.NO_ANSWER in status.reasons
    assert isinstance(rig.print(), NotStarted)


def test_packets_without_a_byte_do_not_spin() -> None:
    rig, reads = Rig("usb"), []

    def no_bytes(*_: object) -> int:
        reads.append(rig.clock.monotonic())
        assert len(reads) < 5000, "it spins"
        return 0

    rig.backend.bulk_read = no_bytes  # type: ignore[method-assign]
    status = rig.printer.status()
    assert PrinterReason.NO_ANSWER in status.reasons
    assert rig.clock.monotonic() <= 2.0 + reads[0]


def glitch(rig: Rig) -> Callable[[], None]:
    """The bus breaks and the printer begins anew, empty, with half a sheet in its path."""

    def happen() -> None:
        rig.device.power_cycle()

        def broken(*_: object) -> int:
            rig.backend.bulk_read = usual  # type: ignore[method-assign]
            raise usb.core.USBError("Input/output error", -1, 5)

        usual = rig.backend.bulk_read
        rig.backend.bulk_read = broken  # type: ignore[method-assign]
        rig.backend._opened_in = rig.device.cycles

    return happen


@pytest.mark.parametrize("band", range(8))
def test_no_connection_is_made_anew_in_mid_job(band: int) -> None:
    rig = Rig("usb")
    rig.device.strict = False
    rig.device.at_band(band, glitch(rig))
    outcome = rig.print()
    assert rig.device.fired == [band]
    assert isinstance(outcome, PrintUnknown)
    assert outcome.fault is PrintFault.DISCONNECTED
    assert PrinterReason.OWN_JOB in rig.printer.status().reasons
    rig.device.take_out_paper()
    assert rig.printer.clear() is ClearState.CLEAR
    before = len(rig.device.sheets)
    assert isinstance(rig.print(1), Printed)
    assert [rows for _, rows in rig.device.sheets[before:]] == pages_of(1)


class TwoOfAKind(FakeUsbBackend):
    def enumerate_devices(self) -> object:
        return iter([self.printer, self.printer])


def test_of_two_printers_of_a_kind_none_is_taken_unless_it_is_named() -> None:
    clock = FakeClock()
    device = StrangePrinter(clock)
    backend = TwoOfAKind(device, clock)
    printer = escpos_usb_printer(
        GENERIC_EPSON, UsbSelector(VENDOR, PRODUCT), SmallSheets(), clock, backend
    )
    status = printer.status()
    assert status.state is PrinterState.OFFLINE
    assert status.raw == "ambiguous"
    assert isinstance(printer.print(small_job(), lambda _: None, lambda _: True), NotStarted)
    assert device.received == b""
