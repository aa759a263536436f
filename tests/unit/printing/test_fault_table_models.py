"""The fault table for models that cannot be told to drop a job: after a fault they are refused
until staff switched them off and on, and then the next sheet is whole and alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kiosk.domain.printer import (
    ClearState,
    NotStarted,
    Printed,
    PrinterReason,
    PrinterState,
    PrintFault,
    PrintUnknown,
)
from kiosk.printing.escpos_printer import EscposPrinter
from kiosk.printing.escpos_usb import escpos_usb_printer
from kiosk.printing.models import (
    CUSTOM_KPM216H,
    GENERIC_EPSON,
    ROLL_SLIP,
    STAR_LINE,
    STATUS_ONLY,
    ModelProfile,
)
from kiosk.printing.tcp import TcpAddress, escpos_tcp_printer
from kiosk.printing.transport import UsbSelector
from tests.fakes.tcp_printer import FakeTcpNetwork
from tests.fakes.usb_backend import PRODUCT, VENDOR, FakeUsbBackend, FakeUsbPrinter
from tests.fakes.usb_models import FakeCustomPrinter, FakeStarPrinter
from tests.unit.printing.fake_clock import FakeClock
from tests.unit.printing.sheets import SmallSheets, small_job
from tests.unit.printing.test_fault_table import (
    BANDS,
    BANDS_PER_PAGE,
    PAGES,
    SHEETS,
    Bench,
    device_bench,
    pages_of,
)


def usb(profile: ModelProfile, device: FakeUsbPrinter) -> Bench:
    clock = FakeClock()
    printer = escpos_usb_printer(
        profile, UsbSelector(VENDOR, PRODUCT), SHEETS, clock, FakeUsbBackend(device, clock)
    )
    return device_bench(printer, device, clock)


def tcp(profile: ModelProfile, device: FakeUsbPrinter) -> Bench:
    clock = FakeClock()
    connect = FakeTcpNetwork(device, clock).connect
    printer = escpos_tcp_printer(profile, TcpAddress("printer.invalid"), SHEETS, clock, connect)
    return device_bench(printer, device, clock)


BENCHES: dict[str, Callable[[], tuple[Bench, FakeUsbPrinter]]] = {}


def _bench(
    name: str,
    wire: Callable[[ModelProfile, FakeUsbPrinter], Bench],
    profile: ModelProfile,
    make: Callable[[], FakeUsbPrinter],
) -> None:
    def build() -> tuple[Bench, FakeUsbPrinter]:
        device = make()
        return wire(profile, device), device

    BENCHES[name] = build


_bench("usb-custom", usb, CUSTOM_KPM216H, FakeCustomPrinter)
_bench("usb-star", usb, STAR_LINE, FakeStarPrinter)
_bench("tcp-custom", tcp, CUSTOM_KPM216H, FakeCustomPrinter)
_bench("tcp-star", tcp, STAR_LINE, FakeStarPrinter)

UNKNOWN = {
    "paper": (PrintFault.STATUS_CHANGED,),
    "cover": (PrintFault.STATUS_CHANGED,),
    "jam": (PrintFault.STATUS_CHANGED,),
    "unplug": (PrintFault.DISCONNECTED,),
    "mute": (PrintFault.TIMED_OUT, PrintFault.NO_COMPLETION),
    "lie": (PrintFault.COUNTER_MISMATCH, PrintFault.NO_COMPLETION),
    "garble": (PrintFault.STATUS_CHANGED, PrintFault.NO_COMPLETION),
    "power-cycle": (PrintFault.DISCONNECTED,),
}


def run_case(name: str, word: str, band: int) -> None:
    bench, device = BENCHES[name]()
    bench.at_band(band, word)
    outcome = bench.print()
    assert bench.fired()
    assert isinstance(outcome, PrintUnknown)
    assert outcome.fault in UNKNOWN[word]
    assert outcome.evidence is not None
    assert outcome.evidence.completion_mark is not True or word == "lie"
    assert outcome.evidence.pages_completed != PAGES
    assert isinstance(bench.print(1), NotStarted)
    assert PrinterReason.OWN_JOB in bench.printer.status().reasons
    assert bench.printer.clear() is not ClearState.CLEAR
    staff_switch_it_off_and_on(bench, device)
    assert isinstance(bench.print(1), Printed)
    assert bench.sheets()[-1:] == pages_of(1)


def staff_switch_it_off_and_on(bench: Bench, device: FakeUsbPrinter) -> None:
    """Off, the paper out of the path, on, new paper: and nothing comes out of it."""
    before = len(bench.sheets())
    bench.do("power-cycle")
    device.take_out_paper()
    bench.do("repair")
    bench.printer.status()  # the old connection is noticed to be gone
    bench.printer.power_cycled()
    assert bench.printer.clear() is ClearState.CLEAR
    assert bench.printer.status().ready
    assert len(bench.sheets()) == before


@pytest.mark.parametrize("band", [0, BANDS // 2, BANDS - 1])
@pytest.mark.parametrize("word", UNKNOWN)
@pytest.mark.parametrize("name", BENCHES)
def test_fault_in_mid_job_is_unknown(name: str, word: str, band: int) -> None:
    run_case(name, word, band)


@pytest.mark.long
@pytest.mark.parametrize("band", range(BANDS))
@pytest.mark.parametrize("word", UNKNOWN)
@pytest.mark.parametrize("name", BENCHES)
def test_fault_in_every_band(name: str, word: str, band: int) -> None:
    run_case(name, word, band)


@pytest.mark.parametrize("name", BENCHES)
def test_without_a_fault_every_page_is_counted(name: str) -> None:
    bench, _ = BENCHES[name]()
    outcome = bench.print()
    assert isinstance(outcome, Printed)
    assert outcome.evidence.pages_completed == PAGES
    assert outcome.evidence.completion_mark is True
    assert bench.sheets() == pages_of(PAGES)
    assert bench.bands() == PAGES * BANDS_PER_PAGE
    assert isinstance(bench.print(1), Printed)


@pytest.mark.parametrize("taken", [True, False])
def test_a_sheet_left_in_the_presenter_is_evidence_and_keeps_the_next_job_out(taken: bool) -> None:
    bench, device = BENCHES["usb-custom"]()
    assert isinstance(device, FakeCustomPrinter)
    device.looks_until_taken = 5 if taken else 10_000
    outcome = bench.print(1)
    assert isinstance(outcome, Printed)
    assert outcome.evidence.presenter_taken is taken
    status = bench.printer.status()
    assert status.ready is taken
    if not taken:
        assert status.state is PrinterState.BUSY
        assert status.reasons == {PrinterReason.PRESENTER_OCCUPIED}
        assert bench.print(1) == NotStarted(PrintFault.BUSY, status)


DEVICES: dict[str, Callable[[], FakeUsbPrinter]] = {
    "epson": FakeUsbPrinter,
    "custom": FakeCustomPrinter,
    "star": FakeStarPrinter,
}


@pytest.mark.parametrize(
    ("profile", "device"),
    [
        (GENERIC_EPSON, "custom"), (GENERIC_EPSON, "star"), (CUSTOM_KPM216H, "epson"),
        (CUSTOM_KPM216H, "star"), (STAR_LINE, "epson"), (STAR_LINE, "custom"), (ROLL_SLIP, "star"),
        (STATUS_ONLY, "custom"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.name,
)  # fmt: skip
def test_a_wrong_model_in_the_configuration_is_never_ready(
    profile: ModelProfile, device: str
) -> None:
    wrong = DEVICES[device]()
    wrong.strict = False
    bench = usb(profile, wrong)
    assert not bench.printer.status().ready
    assert bench.printer.status().state is PrinterState.UNKNOWN
    assert bench.printer.clear() is not ClearState.CLEAR
    assert isinstance(bench.print(1), NotStarted)
    assert bench.sheets() == []


def test_a_slip_is_proven_by_its_mark_and_has_no_counter() -> None:
    bench = tcp(ROLL_SLIP, FakeUsbPrinter())
    outcome = bench.print(1)
    assert isinstance(outcome, Printed)
    assert outcome.evidence.pages_completed is None
    assert outcome.evidence.completion_mark is True


def test_another_programs_printer_is_waited_for_then_refused_then_printed_on() -> None:
    clock, device = FakeClock(), FakeUsbPrinter()
    backend = FakeUsbBackend(device, clock)
    printer: EscposPrinter = escpos_usb_printer(
        GENERIC_EPSON, UsbSelector(VENDOR, PRODUCT), SmallSheets(), clock, backend
    )
    device.claimed_elsewhere = True
    begun = clock.monotonic()
    refused = printer.print(small_job(), lambda _: None, lambda _: True)
    assert isinstance(refused, NotStarted)
    assert refused.fault is PrintFault.BUSY
    assert refused.status is not None
    assert refused.status.reasons == {PrinterReason.OTHER_JOB}
    assert 30 <= clock.monotonic() - begun <= 90
    assert device.received == b""
    device.claimed_elsewhere = False
    assert isinstance(printer.print(small_job(), lambda _: None, lambda _: True), Printed)
